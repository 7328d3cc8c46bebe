"""Take in one video."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from prefect import flow
from prefect.client.schemas.objects import State

from clipping.models import SourceRequest
from clipping.sources.files import is_link, sidecar
from flows.stages import finished
from tasks.ingest import ingest_source


@flow(name="ingest", flow_run_name="ingest {location}")
def ingest(
    location: str, client: str = "default", captions: str | None = None, shortest_seconds: int = 15
) -> State[Any]:
    """Verify a video, fetched first where a link is given, and keep it.

    Args:
        location: a link, or the path of the video as the worker sees it.
        client: whose video it is.
        captions: path of a captions file; without it, one beside the video is used.
        shortest_seconds: shorter videos are refused.

    Returns:
        The source's id, and the key and name of this run's captions (None and empty without).
    """
    request = SourceRequest(location=location, client=client, captions=captions)
    source = ingest_source(request, shortest_seconds * 1000)
    return finished(
        {
            "source_id": source.source_id,
            "captions_key": source.captions_key,
            "captions_name": _captions_name(
                location, captions, source.file_name, source.captions_key
            ),
        }
    )


def _captions_name(
    location: str, captions: str | None, file_name: str, captions_key: str | None
) -> str:
    if is_link(location) and not captions:
        # The site's own, which have no name but that of the video.
        return f"{Path(file_name).stem}{Path(captions_key).suffix}" if captions_key else ""
    found = Path(captions) if captions else sidecar(Path(location))
    return found.name if found else ""
