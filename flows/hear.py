"""Hear one video: its words, without any clip."""

from __future__ import annotations

from typing import Any

from prefect import flow

from clipping.models import Rights
from flows import form_lists, forms
from flows.ingest import ingest
from flows.naming import run_of
from flows.showing import tag
from flows.stages import run_stage
from flows.transcribe import check_wishes, transcribe


def taken_in(
    location: str,
    client: str,
    captions: str | None,
    shortest_seconds: int,
    rights: Rights | None,
) -> dict[str, Any]:
    """What ``ingest`` returns of a video."""
    source: dict[str, Any] = run_stage(
        ingest,
        location=location,
        client=client,
        captions=captions,
        shortest_seconds=shortest_seconds,
        rights=rights.model_dump(mode="json") if rights else None,
    )
    return source


def heard(source: dict[str, Any], transcriber: str, language: str | None = None) -> str:
    """Id of the transcript of a video that was taken in."""
    transcript_id: str = run_stage(transcribe, transcriber=transcriber, language=language, **source)
    return transcript_id


@flow(name="hear-source", flow_run_name=run_of("hear"))
def hear_source(
    location: forms.Location,
    client: forms.Client = "default",
    captions: forms.Captions = None,
    transcriber: form_lists.Engine = "auto",
    language: forms.Language = None,
    rights: forms.Stated = None,
    shortest_seconds: forms.ShortestVideo = 1,
) -> str:
    """Ingest and transcribe one video.

    Args:
        location: a link, or the path of the video as the workers see it.
        client: whose video it is.
        captions: path of a captions file; without it, one beside the video is used.
        transcriber: an engine's name, or ``auto``.
        language: what is spoken, BCP 47; without it, the engine tells.
        rights: who owns it and why it may be clipped; without, what was stated before stays.
        shortest_seconds: shorter videos are refused.

    Returns:
        The transcript's id.
    """
    tag(client)
    check_wishes(transcriber, language)
    source = taken_in(location, client, captions, shortest_seconds, rights)
    return heard(source, transcriber, language)
