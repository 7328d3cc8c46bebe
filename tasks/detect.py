"""Detect: a transcript becomes ranked moments, and a reason for everything that was dropped."""

from __future__ import annotations

from dataclasses import dataclass, replace

from prefect import task

from clipping import moments, progress
from clipping.db import queries
from clipping.logs import note
from clipping.models import Detection, DetectOptions, EditorialPolicy, make_id
from clipping.moments.base import Footage
from tasks.claude import has_key, open_door
from tasks.retry import POLICY
from tasks.words import policy_of
from tasks.workplace import db_session, files_held, media_store, only_one


@task(name="detect moments", **POLICY)
@files_held()
def detect_moments(
    transcript_id: str,
    detector: str,
    options: DetectOptions,
    complex_source: bool = False,
    in_batches: bool = False,
) -> str:
    """Key of the detection; found when the same detector already ran with the same options.

    One that another detector made in its stead has a key of its own, because clips are made of it,
    and this one is looked for again: what was in the way may be gone.
    Another policy of the client, as far as moments depend on it, makes another detection.
    """
    engine, _because = moments.choose(detector, claude=has_key())
    with db_session() as session:
        source_id, _ = queries.lineage.get_transcript(session, transcript_id)
        client = queries.sources.get_source(session, source_id).client
        policy = policy_of(session, client, in_batches=in_batches)
    note(client=client)
    asked = (engine.name, engine.version, options.model_dump_json())
    conditions = engine.conditions(policy, complex_source=complex_source)
    key = make_id("det", transcript_id, *asked, *conditions)

    wanted = _Wanted(detector, engine.name, options, policy, complex_source)

    def found() -> str | None:
        with db_session() as session:
            return key if queries.detections.find_detection(session, key) is not None else None

    stored = found()
    if stored is None:
        with only_one(f"detect:{key}"):
            stored = found() or _detect(transcript_id, key, wanted, in_batches=in_batches)
    progress.report("detect", 1.0, engine.name)
    return stored


@dataclass(frozen=True)
class _Wanted:
    """What a detection is to be like."""

    detector: str
    """As it was asked for."""
    engine: str
    """The name of the one that this means here."""
    options: DetectOptions
    policy: EditorialPolicy
    complex_source: bool


def _detect(transcript_id: str, key: str, wanted: _Wanted, *, in_batches: bool) -> str:
    """Where the answer is kept: under ``key``, unless another detector stood in for the engine."""
    progress.report("detect", 0.0, wanted.detector)
    with db_session() as session:
        source_id, transcript = queries.lineage.get_transcript(session, transcript_id)
        source = queries.sources.get_source(session, source_id)
    footage = Footage(
        transcript_id=transcript_id,
        transcript=transcript,
        media_path=media_store().local_path(source.media_key),
        media=source.media,
        options=wanted.options,
        policy=wanted.policy,
        complex_source=wanted.complex_source,
    )
    with open_door(source.client, in_batches=in_batches) as door:
        detection = moments.detect(wanted.detector, replace(footage, door=door))
    if detection.detector != wanted.engine:
        key = make_id("det", key, detection.detector, detection.detector_version)
    with db_session() as session:
        queries.detections.save_detection(
            session, source_id, transcript_id, key, detection, wanted.options
        )
    return key


@task(name="load detection", **POLICY)
def load_detection(detection_key: str) -> tuple[str, Detection]:
    """(Transcript id, detection) as stored."""
    with db_session() as session:
        _source_id, transcript_id, detection = queries.lineage.get_detection(session, detection_key)
    return transcript_id, detection
