"""Detect: a transcript becomes ranked moments, and a reason for everything that was dropped."""

from __future__ import annotations

from dataclasses import replace

from prefect import task

from clipping import moments, progress
from clipping.db import queries
from clipping.models import Detection, DetectOptions, EditorialPolicy, make_id
from clipping.moments.base import Footage
from tasks.claude import has_key, open_door
from tasks.retry import POLICY
from tasks.workplace import db_session, files_held, media_store, only_one


@task(name="detect moments", **POLICY)
@files_held()
def detect_moments(transcript_id: str, detector: str, options: DetectOptions) -> str:
    """Key of the detection; found when the same detector already ran with the same options.

    One that another detector made in its stead is made again: what was in the way may be gone.
    """
    engine, _because = moments.choose(detector, claude=has_key())
    asked = (engine.name, engine.version, options.model_dump_json())
    key = make_id("det", transcript_id, *asked, *engine.conditions(EditorialPolicy()))

    def found() -> bool:
        with db_session() as session:
            detection = queries.find_detection(session, key)
        return detection is not None and detection.detector == engine.name

    if not found():
        with only_one(f"detect:{key}"):
            if not found():
                _detect(transcript_id, key, detector, options)
    progress.report("detect", 1.0, engine.name)
    return key


def _detect(transcript_id: str, key: str, detector: str, options: DetectOptions) -> None:
    progress.report("detect", 0.0, detector)
    with db_session() as session:
        source_id, transcript = queries.get_transcript(session, transcript_id)
        source = queries.get_source(session, source_id)
    footage = Footage(
        transcript_id=transcript_id,
        transcript=transcript,
        media_path=media_store().local_path(source.media_key),
        media=source.media,
        options=options,
    )
    with open_door(source.client) as door:
        detection = moments.detect(detector, replace(footage, door=door))
    with db_session() as session:
        queries.save_detection(session, source_id, transcript_id, key, detection)


@task(name="load detection", **POLICY)
def load_detection(detection_key: str) -> tuple[str, Detection]:
    """(Transcript id, detection) as stored."""
    with db_session() as session:
        _source_id, transcript_id, detection = queries.get_detection(session, detection_key)
    return transcript_id, detection
