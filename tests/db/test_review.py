"""What a person has decided about candidates and clips, in the database."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Event
from typing import Any

import pytest
from sqlmodel import Session

from clipping.db import queries
from clipping.db.queries import clips
from clipping.db.queries.releases import settle_clips
from clipping.db.session import open_session
from clipping.errors import Rejected
from clipping.models import VARIATION, ClipState, Hold, HoldKind, Moment, Release
from tests.db.values import a_clip, a_detection, a_moment, a_source, a_transcript

AT = datetime(2026, 11, 26, 9, 5, tzinfo=UTC)
STREET = Hold(kind=HoldKind.PERSONAL_DATA, reason="It names a street.")
CRIME = Hold(kind=HoldKind.BRAND_SAFETY, reason="It carries a brand risk: crime.")
SOURCE_ID = a_source().source_id


def detected(session: Session, *moments: Moment, key: str = "det_1") -> None:
    """A stored detection that found these moments."""
    queries.sources.save_source(session, a_source())
    transcript_id = queries.transcripts.save_transcript(session, SOURCE_ID, None, a_transcript())
    found = a_detection(moments=0).replace(moments=moments)
    queries.detections.save_detection(session, SOURCE_ID, transcript_id, key, found)


def state_of(session: Session, clip_id: str = "clip_1") -> ClipState:
    session.expire_all()
    return queries.clips.get_clip(session, clip_id).state


def release(*holds: Hold, **changes: Any) -> Release:
    values = {"clip_id": "clip_1", "holds": holds, "person": "Jo", "released_at": AT}
    return Release(**values | changes)


# --- brought back -------------------------------------------------------------------------------


def test_what_is_brought_back_stands_behind_what_was_chosen_with_the_time_when(
    session: Session,
) -> None:
    detected(session, a_moment(1), a_moment(2))
    for _ in range(2):
        queries.rescues.save_rescued(session, "det_1", [a_moment(5, rank=3), a_moment(3)], AT)
    found = queries.detections.find_detection(session, "det_1")
    assert found is not None
    later = (a_moment(5, rank=3, rescued_at=AT), a_moment(3, rank=4, rescued_at=AT))
    assert found.moments == (a_moment(1), a_moment(2), *later)
    assert queries.detections.get_moment(session, later[0].moment_id) == (SOURCE_ID, later[0])


def test_a_detection_that_is_made_again_keeps_what_was_brought_back(session: Session) -> None:
    detected(session, a_moment(1))
    queries.rescues.save_rescued(session, "det_1", [a_moment(3), a_moment(5)], AT)
    detected(session, a_moment(7, rank=1), a_moment(3, rank=2, reason="Chosen now."))
    found = queries.detections.find_detection(session, "det_1")
    assert found is not None
    assert found.moments == (
        a_moment(7, rank=1),
        a_moment(3, rank=2, reason="Chosen now."),
        a_moment(5, rank=3, rescued_at=AT),
    )


def test_what_another_detection_found_keeps_its_words_when_it_is_brought_back(
    session: Session,
) -> None:
    detected(session, a_moment(2, rank=1), key="det_2")
    detected(session, a_moment(1))
    queries.rescues.save_rescued(
        session, "det_1", [a_moment(2, reason="Brought back.", holds=())], AT
    )
    found = queries.detections.find_detection(session, "det_1")
    assert found is not None
    assert found.moments[1] == a_moment(2, rescued_at=AT)


def test_what_is_brought_back_is_held_for_what_holds_it_now_and_before(session: Session) -> None:
    detected(session, a_moment(1, holds=(STREET,)), key="det_2")
    queries.clips.save_clip(session, a_clip())
    queries.releases.save_release(session, a_moment(1).moment_id, release(STREET))
    assert state_of(session) is ClipState.READY
    detected(session, a_moment(3, rank=1))
    queries.rescues.save_rescued(session, "det_1", [a_moment(1, holds=(CRIME,))], AT)
    assert queries.detections.get_moment(session, a_moment(1).moment_id)[1].holds == (STREET, CRIME)
    assert state_of(session) is ClipState.HELD


def test_what_is_brought_back_is_no_longer_among_the_dropped_and_numbers_stay(
    session: Session,
) -> None:
    detected(session, a_moment(1))
    before = queries.detections.find_detection(session, "det_1")
    assert before is not None
    assert [number for number, _ in before.dropped] == [1, 2, 3]
    span = before.rejections[1].span
    queries.rescues.save_rescued(session, "det_1", [a_moment(3, span=span)], AT)
    after = queries.detections.find_detection(session, "det_1")
    assert after is not None
    assert after.dropped == ((1, before.rejections[0]), (3, before.rejections[2]))


def test_the_newest_detection_is_that_of_the_source_or_of_one_moment(database_url: str) -> None:
    with open_session(database_url) as session:
        detected(session, a_moment(1))
    with open_session(database_url) as session:
        detected(session, a_moment(3, rank=1), key="det_2")
    with open_session(database_url) as session:
        queries.detections.save_detection(
            session,
            SOURCE_ID,
            queries.lineage.transcripts_of(session, a_moment(3).moment_id)[0],
            "det_3",
            a_detection(moments=0).replace(detector=VARIATION, moments=(a_moment(5, rank=1),)),
        )
    with open_session(database_url) as session:
        assert queries.rescues.newest_detection(session, SOURCE_ID) == "det_2"
        assert queries.rescues.newest_detection(session, SOURCE_ID, a_moment(5).moment_id) is None
        assert (
            queries.rescues.newest_detection(session, SOURCE_ID, a_moment(1).moment_id) == "det_1"
        )
        assert queries.rescues.newest_detection(session, "src_none") is None
        with pytest.raises(Rejected, match="det_none"):
            queries.rescues.save_rescued(session, "det_none", [a_moment(3)], AT)


def test_two_that_bring_back_at_once_do_not_take_one_place(database_url: str) -> None:
    with open_session(database_url) as session:
        detected(session, a_moment(1))
    begun = Event()

    def other() -> None:
        with open_session(database_url) as session:
            begun.set()
            queries.rescues.save_rescued(session, "det_1", [a_moment(5)], AT)

    with ThreadPoolExecutor(1) as thread:
        with open_session(database_url) as session:
            queries.rescues.save_rescued(session, "det_1", [a_moment(3)], AT)
            done = thread.submit(other)
            begun.wait()
            with pytest.raises(TimeoutError):
                done.result(0.3)
        done.result()
    with open_session(database_url) as session:
        found = queries.detections.find_detection(session, "det_1")
        assert found is not None
        ids = [moment.moment_id for moment in found.moments]
        assert ids == [a_moment(number).moment_id for number in (1, 3, 5)]


# --- held and released --------------------------------------------------------------------------


def test_a_clip_of_a_held_moment_is_held_unless_its_proof_failed(session: Session) -> None:
    detected(session, a_moment(1, holds=(STREET,)))
    queries.clips.save_clip(session, a_clip())
    queries.clips.save_clip(session, a_clip("clip_2", state=ClipState.FAILED_PROOF))
    assert state_of(session) is ClipState.HELD
    assert state_of(session, "clip_2") is ClipState.FAILED_PROOF


def test_a_release_counts_for_all_clips_of_the_moment_also_for_later_ones(
    session: Session,
) -> None:
    detected(session, a_moment(1, holds=(STREET,)), a_moment(3, rank=2, holds=(STREET,)))
    queries.clips.save_clip(session, a_clip())
    queries.clips.save_clip(session, a_clip("clip_2", state=ClipState.FAILED_PROOF))
    queries.clips.save_clip(session, a_clip("clip_3", moment_id=a_moment(3).moment_id))
    queries.releases.save_release(
        session, a_moment(1).moment_id, release(STREET, note="Asked her.")
    )
    queries.clips.save_clip(session, a_clip("clip_4"))
    assert [state_of(session, f"clip_{number}") for number in (1, 2, 3, 4)] == [
        ClipState.READY,
        ClipState.FAILED_PROOF,
        ClipState.HELD,
        ClipState.READY,
    ]
    given = queries.releases.releases_of(session, a_moment(1).moment_id)
    assert given == (release(STREET, note="Asked her."),)
    assert queries.releases.releases_of(session, a_moment(3).moment_id) == ()


def test_who_agreed_first_is_who_has_agreed(session: Session) -> None:
    detected(session, a_moment(1, holds=(STREET,)))
    later = release(STREET, person="Max", released_at=AT + timedelta(hours=1))
    for one in (release(STREET), later):
        queries.releases.save_release(session, a_moment(1).moment_id, one)
    assert queries.releases.releases_of(session, a_moment(1).moment_id) == (release(STREET),)


def test_a_new_reason_holds_a_released_clip_again_until_it_is_agreed_to(
    session: Session,
) -> None:
    moment_id = a_moment(1).moment_id
    detected(session, a_moment(1, holds=(STREET,)))
    queries.clips.save_clip(session, a_clip())
    queries.releases.save_release(session, moment_id, release(STREET))
    assert state_of(session) is ClipState.READY
    detected(session, a_moment(1, holds=(STREET, CRIME)))
    assert state_of(session) is ClipState.HELD
    # Another look that does not see it is nobody who has agreed.
    detected(session, a_moment(1, holds=()))
    assert state_of(session) is ClipState.HELD
    detected(session, a_moment(1, holds=(STREET, CRIME)))
    queries.releases.save_release(
        session, moment_id, release(CRIME, released_at=AT + timedelta(hours=1))
    )
    assert state_of(session) is ClipState.READY
    assert [one.holds for one in queries.releases.releases_of(session, moment_id)] == [
        (STREET,),
        (CRIME,),
    ]


def test_a_release_waits_for_a_clip_that_is_just_being_saved_and_counts_for_it(
    database_url: str,
) -> None:
    with open_session(database_url) as session:
        detected(session, a_moment(1, holds=(STREET,)))
    begun = Event()

    def agree() -> None:
        with open_session(database_url) as session:
            begun.set()
            queries.releases.save_release(session, a_moment(1).moment_id, release(STREET))

    with ThreadPoolExecutor(1) as thread:
        with open_session(database_url) as session:
            queries.clips.save_clip(session, a_clip())
            done = thread.submit(agree)
            begun.wait()
            with pytest.raises(TimeoutError):
                done.result(0.3)
        done.result()
    with open_session(database_url) as session:
        assert state_of(session) is ClipState.READY


def test_a_clip_that_is_saved_again_and_a_release_do_not_block_each_other(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_session(database_url) as session:
        detected(session, a_moment(1, holds=(STREET,)))
        queries.clips.save_clip(session, a_clip())

    def agree() -> None:
        with open_session(database_url) as session:
            queries.releases.save_release(session, a_moment(1).moment_id, release(STREET))

    with ThreadPoolExecutor(1) as thread:
        done: list[Future[None]] = []

        def interrupted(session: Session, moment_ids: list[str]) -> None:
            done.append(thread.submit(agree))
            with pytest.raises(TimeoutError):
                done[0].result(0.3)
            settle_clips(session, moment_ids)

        monkeypatch.setattr(clips, "settle_clips", interrupted)
        with open_session(database_url) as session:
            queries.clips.save_clip(session, a_clip())
        done[0].result()
    with open_session(database_url) as session:
        assert state_of(session) is ClipState.READY


def test_sources_tell_how_many_of_their_clips_wait(session: Session) -> None:
    detected(session, a_moment(1, holds=(STREET,)))
    queries.clips.save_clip(session, a_clip())
    (found,) = queries.overview.recent_sources(session, None, 9)
    assert (found.ready, found.held, found.failed) == (0, 1, 0)
    assert found.stage is queries.overview.Stage.CLIPPED
