"""Take in one video file."""

from __future__ import annotations

from typing import Any

from prefect import flow
from prefect.client.schemas.objects import State

from clipping.models import SourceRequest
from flows.stages import finished
from tasks.ingest import ingest_source


@flow(name="ingest", flow_run_name="ingest {location}")
def ingest(
    location: str, client: str = "default", captions: str | None = None, shortest_seconds: int = 15
) -> State[Any]:
    """Verify a video file and keep it.

    Args:
        location: path of the video, as the worker sees it.
        client: whose video it is.
        captions: path of a captions file; without it, one beside the video is used.
        shortest_seconds: shorter videos are refused.

    Returns:
        The source's id.
    """
    request = SourceRequest(location=location, client=client, captions=captions)
    return finished(ingest_source(request, shortest_seconds * 1000).source_id)
