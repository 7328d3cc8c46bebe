"""Write: every moment of a detection gets the words that stand beside its clips."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import nullcontext

from prefect import task
from sqlmodel import Session

from clipping import copywriting, moments, progress
from clipping.copywriting import Commission
from clipping.copywriting.drafting import CLAUDE, LOCAL
from clipping.db import queries
from clipping.models import Moment
from clipping.moments.claude.claims import all_said
from clipping.settings import settings
from tasks.claude import has_key, open_door
from tasks.retry import POLICY
from tasks.words import policy_of
from tasks.workplace import db_session, only_one


@task(name="write words", **POLICY)
def write_words(detection_key: str, detector: str = "auto", in_batches: bool = False) -> None:
    """Keep a draft for each moment; those that were written for the same wishes are found.

    Claude writes where Claude is to choose: who asks for the local detector pays for no words.
    """
    engine, _because = moments.choose(detector, claude=has_key())
    _write_missing(detection_key, _writer(engine.name), in_batches=in_batches)


@task(name="write words for some", **POLICY)
def write_words_for(detection_key: str, moment_ids: list[str]) -> None:
    """Keep a draft for each of these moments, by the writer that goes with their detection.

    What was chosen without Claude is not paid for; what was chosen with it is written on this
    machine where there is no key. What was written for other moments stays.
    """
    with db_session() as session:
        _, _, detection = queries.lineage.get_detection(session, detection_key)
    writer = _writer(detection.detector) if has_key() else LOCAL
    _write_missing(detection_key, writer, only=moment_ids)


def _writer(detector: str) -> str:
    return CLAUDE if detector == moments.ClaudeDetector.name else LOCAL


def _write_missing(
    detection_key: str,
    writer: str,
    *,
    in_batches: bool = False,
    only: Collection[str] | None = None,
) -> None:
    if _missing(detection_key, writer, only):
        with only_one(f"write:{detection_key}"):
            _write(detection_key, writer, only, in_batches=in_batches)


def _missing(detection_key: str, writer: str, only: Collection[str] | None = None) -> list[Moment]:
    """The moments without words for what is wished now, among ``only`` these if given."""
    with db_session() as session:
        source_id, _, detection = queries.lineage.get_detection(session, detection_key)
        client = queries.sources.get_source(session, source_id).client
        commission = _commission(session, client, writer)
        kept = queries.drafts.writings_of(session, (one.moment_id for one in detection.moments))
    wished = commission.wishes()
    return [
        one
        for one in detection.moments
        if only is None or one.moment_id in only
        if one.moment_id not in kept or kept[one.moment_id].wishes != wished
    ]


def _commission(
    session: Session, client: str, writer: str, *, in_batches: bool = False
) -> Commission:
    return Commission(
        policy_of(session, client, in_batches=in_batches), writer, settings().claude_writer_model
    )


def _write(
    detection_key: str, writer: str, only: Collection[str] | None, *, in_batches: bool
) -> None:
    missing = _missing(detection_key, writer, only)
    if not missing:
        return
    with db_session() as session:
        source_id, transcript_id, _ = queries.lineage.get_detection(session, detection_key)
        client = queries.sources.get_source(session, source_id).client
        _, transcript = queries.lineage.get_transcript(session, transcript_id)
        commission = _commission(session, client, writer, in_batches=in_batches)
    asks = writer == CLAUDE
    if asks:
        progress.report("write", 0.0, commission.model)
    with open_door(client, in_batches=in_batches) if asks else nullcontext() as door:
        written = copywriting.write_words(missing, transcript, commission, door, all_said)
    with db_session() as session:
        queries.drafts.save_writings(session, written)
    if asks:
        progress.report("write", 1.0, commission.model)
