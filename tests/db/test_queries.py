from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import text
from sqlmodel import Session

from clipping.db import queries
from clipping.db.session import open_session
from clipping.db.tables import Row
from clipping.errors import Broken, Rejected
from clipping.models import (
    ChunkKey,
    ClipState,
    Criterion,
    Detection,
    GlossaryTerm,
    HeardChunk,
    HeardWord,
    Loudness,
    Moment,
    SoundEvent,
    SoundKind,
)
from clipping.timing import TimeSpan
from tests.db.values import (
    a_clip,
    a_detection,
    a_moment,
    a_plan,
    a_rejection,
    a_source,
    a_transcript,
)


def save_everything(session: Session, client: str = "acme") -> str:
    source = a_source(client)
    queries.sources.save_source(session, source)
    transcript_id = queries.transcripts.save_transcript(
        session, source.source_id, None, a_transcript()
    )
    queries.detections.save_detection(
        session, source.source_id, transcript_id, "key", a_detection()
    )
    return transcript_id


def row_counts(session: Session) -> dict[str, int]:
    return {
        table.name: session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()
        for table in Row.metadata.sorted_tables
    }


# --- sources ------------------------------------------------------------------------------------


def test_a_source_comes_back_as_it_was_saved(session: Session) -> None:
    source = a_source(captions_key="acme/captions/x.srt", captions_sha256="d" * 64)
    queries.sources.save_source(session, source)
    assert queries.sources.get_source(session, source.source_id) == source
    assert queries.sources.find_source(session, "acme", source.sha256) == source
    assert queries.sources.source_at(session, "acme", source.location) == source


def test_a_source_saved_again_is_one_row_with_the_new_location_and_the_first_time(
    session: Session,
) -> None:
    first = a_source()
    moved = a_source(
        location="/elsewhere/b.mp4",
        file_name="b.mp4",
        ingested_at=first.ingested_at + timedelta(days=1),
    )
    queries.sources.save_source(session, first)
    queries.sources.save_source(session, moved)
    found = queries.sources.get_source(session, first.source_id)
    assert found == moved.model_copy(update={"ingested_at": first.ingested_at})
    assert queries.sources.source_at(session, "acme", "/videos/talk.mp4") is None
    assert row_counts(session)["sources"] == 1


def test_the_same_bytes_are_a_source_of_each_client(session: Session) -> None:
    ours, theirs = a_source("acme"), a_source("umbrella")
    queries.sources.save_source(session, ours)
    assert queries.sources.find_source(session, "umbrella", ours.sha256) is None
    assert queries.sources.source_at(session, "umbrella", ours.location) is None
    queries.sources.save_source(session, theirs)
    assert queries.sources.find_source(session, "acme", ours.sha256) == ours
    assert queries.sources.find_source(session, "umbrella", ours.sha256) == theirs


def test_the_file_seen_last_at_a_path_is_the_source_there(database_url: str) -> None:
    old, new = a_source(sha256="1" * 64), a_source(sha256="2" * 64)
    for source in (old, new, old):
        with open_session(database_url) as session:
            queries.sources.save_source(session, source)
            assert queries.sources.source_at(session, "acme", old.location) == source


def test_a_source_under_two_ids_is_our_fault(session: Session) -> None:
    queries.sources.save_source(session, a_source())
    with pytest.raises(Broken, match="already stored"):
        queries.sources.save_source(session, a_source(source_id="src_other"))


def test_a_very_long_path_can_be_stored_and_found(session: Session) -> None:
    source = a_source(location="/" + "ordner/" * 580 + "größe.mp4")
    queries.sources.save_source(session, source)
    assert queries.sources.source_at(session, "acme", source.location) == source


def test_text_that_postgres_refuses_is_stored_without_it(session: Session) -> None:
    source = a_source(client="ac\0me", file_name="a\0b.mp4", location="/videos/\udcff.mp4")
    queries.sources.save_source(session, source)
    found = queries.sources.source_at(session, "ac\0me", "/videos/\udcff.mp4")
    assert found is not None
    assert (found.client, found.file_name) == ("acme", "ab.mp4")


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        pytest.param(
            datetime(2026, 1, 2, 3, 4, tzinfo=timezone(timedelta(hours=9))),
            datetime(2026, 1, 1, 18, 4, tzinfo=UTC),
            id="another-zone",
        ),
        pytest.param(
            datetime(2026, 1, 2, 3, 4),  # noqa: DTZ001
            datetime(2026, 1, 2, 3, 4, tzinfo=UTC),
            id="naive-is-utc",
        ),
    ],
)
def test_times_come_back_in_utc_whatever_the_server_thinks(
    session: Session, given: datetime, kept: datetime
) -> None:
    session.execute(text("SET TIME ZONE 'America/New_York'"))
    queries.sources.save_source(session, a_source(ingested_at=given))
    found = queries.sources.get_source(session, a_source().source_id)
    assert found.ingested_at == kept
    assert found.ingested_at.tzinfo is UTC
    session.execute(text("SET TIME ZONE 'UTC'"))


# --- transcripts --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "transcript",
    [
        pytest.param(a_transcript(7), id="all-fields"),
        pytest.param(a_transcript(0, notes=()), id="no-words"),
        pytest.param(
            a_transcript(
                sounds=(
                    SoundEvent(
                        span=TimeSpan(start_ms=5, end_ms=905),
                        kind=SoundKind.LAUGHTER,
                        strength=0.75,
                    ),
                )
            ),
            id="sounds",
        ),
        pytest.param(
            a_transcript(
                words=tuple(
                    word.model_copy(update={"speaker": None, "confidence": None})
                    for word in a_transcript(3).words
                )
            ),
            id="bare-words",
        ),
    ],
)
def test_a_transcript_comes_back_as_it_was_saved(session: Session, transcript: Any) -> None:
    source = a_source()
    queries.sources.save_source(session, source)
    made = queries.transcripts.save_transcript(session, source.source_id, None, transcript)
    found = queries.transcripts.find_transcript(
        session, source.source_id, transcript.engine, transcript.engine_version, None
    )
    assert found == transcript
    assert queries.transcripts.latest_transcript(session, source.source_id) == (made, transcript)


def test_a_transcript_is_found_only_by_its_own_engine_version_and_captions(
    session: Session,
) -> None:
    source = a_source()
    queries.sources.save_source(session, source)
    queries.transcripts.save_transcript(session, source.source_id, "e" * 64, a_transcript())
    for engine, version, captions in (
        ("captions", "1", None),
        ("captions", "2", "e" * 64),
        ("pocketsphinx", "1", "e" * 64),
    ):
        assert (
            queries.transcripts.find_transcript(
                session, source.source_id, engine, version, captions
            )
            is None
        )
    assert queries.transcripts.find_transcript(session, source.source_id, "captions", "1", "e" * 64)


def test_the_transcript_saved_last_is_the_latest(database_url: str) -> None:
    source = a_source()
    with open_session(database_url) as session:
        queries.sources.save_source(session, source)
    for engine in ("captions", "pocketsphinx", "captions"):
        with open_session(database_url) as session:
            transcript = a_transcript(engine=engine)
            made = queries.transcripts.save_transcript(session, source.source_id, None, transcript)
            assert queries.transcripts.latest_transcript(session, source.source_id) == (
                made,
                transcript,
            )
            counted = row_counts(session)["transcripts"]
    assert counted == 2


def test_words_with_nul_are_stored_without_it(session: Session) -> None:
    source = a_source()
    queries.sources.save_source(session, source)
    (word,) = a_transcript(1).words
    transcript = a_transcript(words=(word.model_copy(update={"text": "so\0on"}),), notes=("\0",))
    queries.transcripts.save_transcript(session, source.source_id, None, transcript)
    _, found = queries.transcripts.latest_transcript(session, source.source_id)
    assert (found.words[0].text, found.notes) == ("soon", ("",))


# --- detections ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "detection",
    [
        pytest.param(a_detection(), id="both"),
        pytest.param(a_detection(moments=0, rejections=2), id="nothing-to-clip"),
        pytest.param(a_detection(moments=1, rejections=0, notes=()), id="no-rejections"),
        pytest.param(a_detection(moments=0, rejections=0), id="empty"),
    ],
)
def test_a_detection_comes_back_as_it_was_saved(session: Session, detection: Detection) -> None:
    source = a_source()
    queries.sources.save_source(session, source)
    transcript_id = queries.transcripts.save_transcript(
        session, source.source_id, None, a_transcript()
    )
    queries.detections.save_detection(session, source.source_id, transcript_id, "key", detection)
    assert queries.detections.find_detection(session, "key") == detection
    assert queries.detections.detection_of(session, source.source_id) == detection
    assert queries.detections.find_detection(session, "other key") is None
    for moment in detection.moments:
        assert queries.detections.get_moment(session, moment.moment_id) == (
            source.source_id,
            moment,
        )


def test_a_detection_saved_again_replaces_itself(session: Session) -> None:
    transcript_id = save_everything(session)
    before = row_counts(session)
    source_id = a_source().source_id
    queries.detections.save_detection(session, source_id, transcript_id, "key", a_detection())
    assert row_counts(session) == before
    fewer = a_detection(moments=1, rejections=1)
    queries.detections.save_detection(session, source_id, transcript_id, "key", fewer)
    assert queries.detections.find_detection(session, "key") == fewer


def test_two_detections_can_share_a_moment_at_different_ranks(database_url: str) -> None:
    with open_session(database_url) as session:
        transcript_id = save_everything(session)
    source_id = a_source().source_id
    shared: Moment = a_moment(2, rank=1)
    second = a_detection(moments=0).model_copy(update={"moments": (shared,)})
    with open_session(database_url) as session:
        queries.detections.save_detection(session, source_id, transcript_id, "second", second)
    with open_session(database_url) as session:
        assert queries.detections.find_detection(session, "key") == a_detection()
        assert queries.detections.find_detection(session, "second") == second
        assert queries.detections.detection_of(session, source_id) == second
        assert queries.detections.get_moment(session, shared.moment_id) == (source_id, shared)


def test_a_detection_that_cannot_be_saved_whole_is_not_saved_at_all(database_url: str) -> None:
    with open_session(database_url) as session:
        transcript_id = save_everything(session)
        before = row_counts(session)
    twice = a_detection().model_copy(update={"moments": (a_moment(1), a_moment(2, rank=1))})
    with pytest.raises(Broken), open_session(database_url) as session:
        queries.detections.save_detection(
            session, a_source().source_id, transcript_id, "bad", twice
        )
    with open_session(database_url) as session:
        assert row_counts(session) == before
        assert queries.detections.find_detection(session, "bad") is None


def test_a_rubric_and_rejections_with_odd_text_survive(session: Session) -> None:
    transcript_id = save_everything(session)
    moment = a_moment(rubric=(Criterion(name="é", value=1 / 3, weight=1e-7, evidence='"\\\n'),))
    detection = Detection(
        detector="local",
        detector_version="1",
        moments=(moment,),
        rejections=(
            a_rejection(text="100 % 'sure' -- ; DROP TABLE clips", holds=a_moment(2).holds),
        ),
    )
    queries.detections.save_detection(
        session, a_source().source_id, transcript_id, "odd", detection
    )
    assert queries.detections.find_detection(session, "odd") == detection


# --- clips --------------------------------------------------------------------------------------


def test_a_clip_comes_back_as_it_was_saved(session: Session) -> None:
    save_everything(session)
    clip = a_clip()
    queries.clips.save_clip(session, clip)
    assert queries.clips.get_clip(session, clip.clip_id) == clip
    assert queries.clips.clips_of_moment(session, clip.moment_id) == [clip]
    assert queries.clips.clips_of(session, clip.source_id) == [clip]
    assert queries.clips.recent_clips(session) == [clip]


def test_nothing_is_found_where_there_is_no_clip(session: Session) -> None:
    save_everything(session)
    queries.clips.save_clip(session, a_clip())
    with pytest.raises(Rejected, match="clip_none"):
        queries.clips.get_clip(session, "clip_none")
    assert queries.clips.clips_of_moment(session, "moment_none") == []
    assert queries.clips.clips_of(session, "src_none") == []
    assert queries.clips.recent_clips(session, "nobody") == []


@pytest.mark.parametrize("gain_db", [-0.0, 0.1 + 0.2, 1e-9, -17.25, 12345678.9])
def test_a_plan_read_back_has_the_hash_it_was_rendered_with(
    session: Session, gain_db: float
) -> None:
    save_everything(session)
    plan = a_plan(loudness=Loudness(gain_db=gain_db, measured_lufs=-20.0))
    queries.clips.save_clip(session, a_clip(plan=plan))
    session.expire_all()
    found = queries.clips.get_clip(session, "clip_1")
    assert found is not None
    assert found.plan.recipe_hash() == found.recipe_hash == plan.recipe_hash()


def test_a_clip_saved_again_is_overwritten(session: Session) -> None:
    save_everything(session)
    queries.clips.save_clip(session, a_clip(state=ClipState.FAILED_PROOF))
    again = a_clip(rendered_at=datetime(2026, 12, 1, tzinfo=UTC), video_sha256="f" * 64)
    queries.clips.save_clip(session, again)
    assert queries.clips.recent_clips(session) == [again]


def test_clips_are_listed_newest_first_and_by_client(session: Session) -> None:
    start = datetime(2026, 11, 1, tzinfo=UTC)
    save_everything(session)
    queries.sources.save_source(session, a_source("umbrella"))
    ours = [a_clip(f"clip_{n}", rendered_at=start + timedelta(hours=n)) for n in (2, 0, 1)]
    theirs = a_clip("clip_u", client="umbrella", rendered_at=start + timedelta(minutes=90))
    for clip in (*ours, theirs):
        queries.clips.save_clip(session, clip)
    listed = [clip.clip_id for clip in queries.clips.recent_clips(session)]
    assert listed == ["clip_2", "clip_u", "clip_1", "clip_0"]
    assert [clip.clip_id for clip in queries.clips.recent_clips(session, limit=2)] == listed[:2]
    assert queries.clips.recent_clips(session, "umbrella") == [theirs]
    assert [clip.clip_id for clip in queries.clips.recent_clips(session, "acme")] == [
        "clip_2",
        "clip_1",
        "clip_0",
    ]


@pytest.mark.parametrize(
    "clip",
    [
        pytest.param(a_clip(client="umbrella", source_id=a_source().source_id), id="other-client"),
        pytest.param(a_clip(moment_id="mom_none"), id="unknown-moment"),
        pytest.param(a_clip(source_id="src_none"), id="unknown-source"),
    ],
)
def test_a_clip_has_to_belong_to_a_stored_source_of_its_client(
    database_url: str, clip: Any
) -> None:
    with open_session(database_url) as session:
        save_everything(session)
        queries.sources.save_source(session, a_source("umbrella", sha256="9" * 64))
    with pytest.raises(Broken, match="foreign key"), open_session(database_url) as session:
        queries.clips.save_clip(session, clip)


def test_a_client_has_one_clip_of_a_recipe(database_url: str) -> None:
    clip = a_clip()
    with open_session(database_url) as session:
        save_everything(session)
        queries.sources.save_source(session, a_source("umbrella"))
        queries.clips.save_clip(session, clip)
        queries.clips.save_clip(session, a_clip("clip_u", client="umbrella", plan=clip.plan))
        assert queries.clips.clip_of_recipe(session, "acme", clip.recipe_hash) == clip
        assert queries.clips.clip_of_recipe(session, "acme", "other") is None
        assert queries.clips.clip_of_recipe(session, "nobody", clip.recipe_hash) is None
    twin = a_clip("clip_2", plan=clip.plan)
    with pytest.raises(Broken, match="recipe_hash"), open_session(database_url) as session:
        queries.clips.save_clip(session, twin)


@pytest.mark.parametrize(
    ("start_by_ms", "end_by_ms", "alike"), [(0, 0, 1), (30, -30, 1), (0, 300, 0), (-300, 0, 0)]
)
def test_clips_that_are_cut_alike_are_found_whichever_moment_they_are_of(
    session: Session, start_by_ms: int, end_by_ms: int, alike: int
) -> None:
    save_everything(session)
    queries.clips.save_clip(session, a_clip())
    span = a_moment().span
    near = TimeSpan(start_ms=span.start_ms + start_by_ms, end_ms=span.end_ms + end_by_ms)
    assert len(queries.clips.clips_cut_alike(session, a_source().source_id, near)) == alike
    assert queries.clips.clips_cut_alike(session, "src_none", near) == []


def test_a_state_that_the_engine_does_not_know_is_refused(database_url: str) -> None:
    with open_session(database_url) as session:
        save_everything(session)
        queries.clips.save_clip(session, a_clip())
    with pytest.raises(Broken, match="ck_clips_state"), open_session(database_url) as session:
        session.execute(text("UPDATE clipping.clips SET state = 'bogus'"))


# --- what is not there --------------------------------------------------------------------------


def test_an_id_that_was_never_saved_is_rejected_by_name(session: Session) -> None:
    with pytest.raises(Rejected, match="src_none"):
        queries.sources.get_source(session, "src_none")
    with pytest.raises(Rejected, match="mom_none"):
        queries.detections.get_moment(session, "mom_none")
    with pytest.raises(Rejected, match="src_none"):
        queries.transcripts.latest_transcript(session, "src_none")
    assert queries.detections.detection_of(session, "src_none") is None


@pytest.mark.parametrize(
    "odd", ["", "\0", "'; DROP TABLE clipping.clips; --", "\udcff", "x" * 9999]
)
def test_odd_ids_find_nothing(session: Session, odd: str) -> None:
    with pytest.raises(Rejected):
        queries.clips.get_clip(session, odd)
    assert queries.sources.find_source(session, odd, odd) is None
    assert queries.sources.source_at(session, odd, odd) is None
    assert queries.transcripts.find_transcript(session, odd, odd, odd, odd) is None
    assert queries.detections.find_detection(session, odd) is None
    assert queries.clips.recent_clips(session, odd) == []


# --- what engines heard -------------------------------------------------------------------------


def a_chunk_key(**changes: Any) -> ChunkKey:
    values: dict[str, Any] = {
        "audio_sha256": "f" * 64,
        "engine": "whisperx",
        "edition": "1-large-v3",
        "span": TimeSpan(start_ms=0, end_ms=1_800_000),
    }
    return ChunkKey(**values | changes)


def a_heard_chunk(**changes: Any) -> HeardChunk:
    values: dict[str, Any] = {
        "language": "en",
        "words": (
            HeardWord(text="it", start_ms=10, end_ms=200, speaker="SPEAKER_00", confidence=0.5),
            HeardWord(text="costs", start_ms=220),
            HeardWord(text="$5"),
        ),
        "voices": {"SPEAKER_00": (0.25, -1.5)},
        "notes": ("A note.",),
    }
    return HeardChunk(**values | changes)


@pytest.mark.parametrize(
    "heard",
    [
        pytest.param(a_heard_chunk(), id="all-fields"),
        pytest.param(a_heard_chunk(words=(), voices={}, notes=()), id="nothing-heard"),
    ],
)
def test_a_heard_chunk_comes_back_as_it_was_saved(session: Session, heard: HeardChunk) -> None:
    queries.heard.save_heard_chunk(session, "acme", a_chunk_key(), heard)
    assert queries.heard.find_heard_chunk(session, "acme", a_chunk_key()) == heard


def test_a_heard_chunk_is_found_only_by_its_own_key_and_client(session: Session) -> None:
    queries.heard.save_heard_chunk(session, "acme", a_chunk_key(), a_heard_chunk())
    for key in (
        a_chunk_key(audio_sha256="e" * 64),
        a_chunk_key(engine="faster-whisper"),
        a_chunk_key(edition="1-small"),
        a_chunk_key(span=TimeSpan(start_ms=0, end_ms=1_799_999)),
    ):
        assert queries.heard.find_heard_chunk(session, "acme", key) is None
    assert queries.heard.find_heard_chunk(session, "umbrella", a_chunk_key()) is None


def test_a_heard_chunk_saved_again_is_one_row_with_the_newest_words(session: Session) -> None:
    for language in ("en", "de"):
        queries.heard.save_heard_chunk(
            session, "acme", a_chunk_key(), a_heard_chunk(language=language)
        )
    found = queries.heard.find_heard_chunk(session, "acme", a_chunk_key())
    assert found is not None
    assert found.language == "de"
    assert row_counts(session)["heard_chunks"] == 1


def test_a_heard_chunk_outlives_the_source_it_was_heard_in(session: Session) -> None:
    source = a_source()
    queries.sources.save_source(session, source)
    queries.heard.save_heard_chunk(session, source.client, a_chunk_key(), a_heard_chunk())
    assert queries.lineage.forget_source(session, source.source_id)
    assert queries.heard.find_heard_chunk(session, source.client, a_chunk_key()) == a_heard_chunk()


def test_a_glossary_is_the_client_s_own_and_is_replaced_as_a_whole(session: Session) -> None:
    terms = [GlossaryTerm(text="Zoë", sounds_like=("zoey", "so he")), GlossaryTerm(text="rizz")]
    queries.heard.save_glossary(session, "acme", terms)
    assert queries.heard.glossary_of(session, "acme") == tuple(terms)
    assert queries.heard.glossary_of(session, "umbrella") == ()
    queries.heard.save_glossary(session, "acme", terms[1:])
    assert queries.heard.glossary_of(session, "acme") == (terms[1],)
    queries.heard.save_glossary(session, "acme", [])
    assert queries.heard.glossary_of(session, "acme") == ()
