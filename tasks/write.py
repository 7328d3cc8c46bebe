"""Write: every moment of a detection gets the words that stand beside its clips."""

from __future__ import annotations

from contextlib import nullcontext

from prefect import task
from sqlmodel import Session

from clipping import copywriting, moments, progress
from clipping.copywriting import Commission
from clipping.copywriting.drafting import CLAUDE, LOCAL
from clipping.db import queries
from clipping.models import Moment, SourceVideo
from clipping.moments.claude.claims import all_said
from clipping.reports import Beside
from clipping.settings import settings
from tasks.claude import has_key, open_door
from tasks.detect import policy_of
from tasks.retry import POLICY
from tasks.workplace import db_session, only_one


@task(name="write words", **POLICY)
def write_words(detection_key: str, detector: str = "auto", in_batches: bool = False) -> None:
    """Keep a draft for each moment; those that were written for the same wishes are found.

    Claude writes where Claude is to choose: who asks for the local detector pays for no words.
    """
    engine, _because = moments.choose(detector, claude=has_key())
    writer = CLAUDE if engine.name == moments.ClaudeDetector.name else LOCAL
    if _missing(detection_key, writer):
        with only_one(f"write:{detection_key}"):
            _write(detection_key, writer, in_batches=in_batches)


def _missing(detection_key: str, writer: str) -> list[Moment]:
    """The moments without words for what is wished now."""
    with db_session() as session:
        source_id, _, detection = queries.get_detection(session, detection_key)
        client = queries.get_source(session, source_id).client
        commission = _commission(session, client, writer)
        kept = queries.writings_of(session, (one.moment_id for one in detection.moments))
    wished = commission.wishes()
    return [
        one
        for one in detection.moments
        if one.moment_id not in kept or kept[one.moment_id].wishes != wished
    ]


def _commission(
    session: Session, client: str, writer: str, *, in_batches: bool = False
) -> Commission:
    return Commission(
        policy_of(session, client, in_batches=in_batches), writer, settings().claude_writer_model
    )


def _write(detection_key: str, writer: str, *, in_batches: bool) -> None:
    missing = _missing(detection_key, writer)
    if not missing:
        return
    with db_session() as session:
        source_id, transcript_id, _ = queries.get_detection(session, detection_key)
        client = queries.get_source(session, source_id).client
        _, transcript = queries.get_transcript(session, transcript_id)
        commission = _commission(session, client, writer, in_batches=in_batches)
    asks = writer == CLAUDE
    if asks:
        progress.report("write", 0.0, commission.model)
    with open_door(client, in_batches=in_batches) if asks else nullcontext() as door:
        written = copywriting.write_words(missing, transcript, commission, door, all_said)
    with db_session() as session:
        queries.save_writings(session, written)
    if asks:
        progress.report("write", 1.0, commission.model)


def words_beside(session: Session, source: SourceVideo, moment: Moment) -> Beside:
    """What is written beside a moment's clips; written here and now where nobody has so far.

    The hook is the moment's own, which a later detection may have worded anew.
    """
    policy = policy_of(session, source.client)
    kept = queries.writings_of(session, [moment.moment_id]).get(moment.moment_id)
    if kept is None:
        newest = queries.transcripts_of(session, moment.moment_id)[0]
        _, transcript = queries.get_transcript(session, newest)
        kept = copywriting.write_locally(moment, transcript, Commission(policy))
    worded = kept.replace(draft=kept.draft.replace(hook=moment.hook))
    return Beside(worded, policy.writing)
