"""Hear every word of a source."""

from __future__ import annotations

from typing import Any

from prefect import flow
from prefect.client.schemas.objects import State

from clipping.errors import Rejected
from flows.limits import one_of_few
from flows.stages import finished
from tasks.ingest import discard_source
from tasks.transcribe import transcribe_source


@flow(name="transcribe", flow_run_name="transcribe {source_id}")
def transcribe(
    source_id: str,
    transcriber: str = "auto",
    captions_key: str | None = None,
    captions_name: str = "",
    language: str | None = None,
) -> State[Any]:
    """Give a source its words.

    Args:
        source_id: what ``ingest`` returned.
        transcriber: an engine's name, or ``auto`` for the best that can run here.
        captions_key: captions in the media store, as ``ingest`` returned it.
        captions_name: what a person calls them, for messages.
        language: what is spoken, BCP 47; without it, the engine tells.

    Returns:
        The transcript's id.
    """
    try:
        with one_of_few():
            return finished(
                transcribe_source(source_id, transcriber, captions_key, captions_name, language)
            )
    except Rejected:
        discard_source(source_id, captions_key)
        raise
