"""Prints, months of clips and experiments in the database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import Session

from clipping.db import queries
from clipping.db.session import open_session
from clipping.errors import Broken
from clipping.models import VARIATION, ClipPrint, ClipState, Factor, RenderedClip
from tests.db.values import a_clip, a_detection, a_moment, a_plan, a_source, a_transcript

NOVEMBER = datetime(2026, 11, 1, tzinfo=UTC)
PRINT = ClipPrint(version=1, pictures=b"\0\xff" * 4, sound=b"\1\0\2\3")


@pytest.fixture
def clips(session: Session) -> list[RenderedClip]:
    """A ready clip each of the end of October, of November and of its end."""
    source = a_source()
    queries.sources.save_source(session, source)
    transcript = queries.transcripts.save_transcript(
        session, source.source_id, None, a_transcript()
    )
    queries.detections.save_detection(session, source.source_id, transcript, "key", a_detection())
    times = (NOVEMBER - timedelta(seconds=1), NOVEMBER, NOVEMBER + timedelta(days=29, hours=23))
    made = [a_clip(f"clip_{n}", rendered_at=at) for n, at in enumerate(times)]
    for clip in made:
        queries.clips.save_clip(session, clip)
    return made


def test_a_print_comes_back_as_it_was_saved_last(
    session: Session, clips: list[RenderedClip]
) -> None:
    queries.likeness.save_print(session, "clip_1", PRINT.replace(version=2))
    queries.likeness.save_print(session, "clip_1", PRINT)
    (first, last), _ = queries.likeness.clips_of_month(session, "acme", "2026-11", 1)
    assert first.compared.print_ == PRINT
    assert last.compared.print_ is None


def test_a_print_of_another_version_is_none(session: Session, clips: list[RenderedClip]) -> None:
    queries.likeness.save_print(session, "clip_1", PRINT)
    (first, _), _ = queries.likeness.clips_of_month(session, "acme", "2026-11", 2)
    assert first.compared.print_ is None


def test_a_print_is_of_a_clip_that_is_there(database_url: str) -> None:
    with pytest.raises(Broken, match="foreign key"), open_session(database_url) as session:
        queries.likeness.save_print(session, "clip_none", PRINT)


def test_a_month_has_its_proven_clips_and_the_earlier_ones_of_their_sources(
    session: Session, clips: list[RenderedClip]
) -> None:
    failed = a_clip("clip_f", state=ClipState.FAILED_PROOF, rendered_at=NOVEMBER)
    bare = a_clip("clip_n", plan=a_plan(hook=None), rendered_at=NOVEMBER + timedelta(days=1))
    elsewhere = a_source(sha256="d" * 64)
    queries.sources.save_source(session, elsewhere)
    old = a_clip("clip_o", source_id=elsewhere.source_id, rendered_at=NOVEMBER - timedelta(days=9))
    for clip in (failed, bare, old):
        queries.clips.save_clip(session, clip)
    ours, earlier = queries.likeness.clips_of_month(session, "acme", "2026-11", 1)
    assert [clip.compared.clip_id for clip in ours] == ["clip_1", "clip_n", "clip_2"]
    assert [clip.compared.clip_id for clip in earlier] == ["clip_0"]
    assert [clip.compared.hook for clip in ours] == ["Ünexpected", "", "Ünexpected"]
    assert {clip.compared.span for clip in ours} == {a_moment().span}
    assert [clip.recipe_hash for clip in ours] == [
        clip.recipe_hash for clip in (clips[1], bare, clips[2])
    ]
    waiting = a_clip("clip_w", moment_id=a_moment(2).moment_id, rendered_at=NOVEMBER)
    queries.clips.save_clip(session, waiting)
    assert queries.clips.get_clip(session, "clip_w").state is ClipState.HELD
    ours, _ = queries.likeness.clips_of_month(session, "acme", "2026-11", 1)
    assert "clip_w" in [clip.compared.clip_id for clip in ours]
    assert queries.likeness.clips_of_month(session, "acme", "2026-12", 1) == ([], [])
    assert queries.likeness.clips_of_month(session, "umbrella", "2026-11", 1) == ([], [])


def test_an_experiment_grows_by_what_is_new_and_keeps_its_control(
    session: Session, clips: list[RenderedClip]
) -> None:
    control = ("clip_1", "first")
    made = queries.experiments.save_arms(session, Factor.HOOK, control, [("clip_2", "second")])
    again = queries.experiments.save_arms(
        session, Factor.HOOK, control, [("clip_2", "second"), ("clip_0", "third"), control]
    )
    other = queries.experiments.save_arms(session, Factor.STYLE, control, [("clip_2", "boxed")])
    assert made == again != other
    newest, experiment = queries.experiments.experiments_of(session, "acme")
    assert (newest.experiment_id, newest.factor) == (other, Factor.STYLE)
    assert experiment.question.endswith("?")
    assert experiment.moment_id == a_moment().moment_id
    assert [(arm.clip_id, arm.label, arm.value, arm.control) for arm in experiment.arms] == [
        ("clip_1", "control", "first", True),
        ("clip_2", "variation 1", "second", False),
        ("clip_0", "variation 2", "third", False),
    ]
    together = queries.experiments.arms_of_clips(session, "acme")
    assert sorted(map(sorted, together)) == [["clip_0", "clip_1", "clip_2"], ["clip_1", "clip_2"]]
    assert queries.experiments.experiments_of(session, "umbrella") == []
    assert queries.experiments.arms_of_clips(session, "umbrella") == []


def test_moved_ends_of_a_moment_are_not_taken_for_the_newest_detection(session: Session) -> None:
    source = a_source()
    queries.sources.save_source(session, source)
    transcript = queries.transcripts.save_transcript(
        session, source.source_id, None, a_transcript()
    )
    queries.detections.save_detection(session, source.source_id, transcript, "key", a_detection())
    moved = a_detection(1, 0).replace(detector=VARIATION, moments=(a_moment(3),))
    queries.detections.save_detection(session, source.source_id, transcript, "moved", moved)
    assert queries.detections.detection_of(session, source.source_id) == a_detection()
    (overview,) = queries.overview.recent_sources(session, None, 5)
    assert overview.moments == len(a_detection().moments)
