"""Hear one video: its words, without any clip."""

from __future__ import annotations

from prefect import flow

from flows.ingest import ingest
from flows.stages import run_stage
from flows.transcribe import check_wishes, transcribe


def heard(
    location: str,
    client: str,
    captions: str | None,
    transcriber: str,
    shortest_seconds: int,
    language: str | None = None,
) -> str:
    """Id of the transcript of a video that is taken in first.

    :raises NeedsPerson: There is no such transcriber or language.
    """
    check_wishes(transcriber, language)
    taken_in = run_stage(
        ingest,
        location=location,
        client=client,
        captions=captions,
        shortest_seconds=shortest_seconds,
    )
    transcript_id: str = run_stage(
        transcribe, transcriber=transcriber, language=language, **taken_in
    )
    return transcript_id


@flow(name="hear-source", flow_run_name="hear {location}")
def hear_source(
    location: str,
    client: str = "default",
    captions: str | None = None,
    transcriber: str = "auto",
    language: str | None = None,
) -> str:
    """Ingest and transcribe one video.

    Args:
        location: a link, or the path of the video as the workers see it.
        client: whose video it is.
        captions: path of a captions file; without it, one beside the video is used.
        transcriber: an engine's name, or ``auto``.
        language: what is spoken, BCP 47; without it, the engine tells.

    Returns:
        The transcript's id.
    """
    return heard(location, client, captions, transcriber, 1, language)
