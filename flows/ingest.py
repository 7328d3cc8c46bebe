"""Take in one video."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from prefect import flow
from prefect.client.schemas.objects import State

from clipping.models import Rights, SourceRequest, SourceVideo
from clipping.sources.files import is_link, sidecar
from clipping.storage.stored import source_in
from flows import forms
from flows.naming import run_of
from flows.showing import tag
from flows.stages import finished
from tasks.ingest import ingest_source


@flow(name="ingest", flow_run_name=run_of("ingest"))
def ingest(
    location: forms.Location,
    client: forms.Client = "default",
    captions: forms.Captions = None,
    shortest_seconds: forms.ShortestVideo = 15,
    rights: forms.Stated = None,
) -> State[Any]:
    """Verify a video, fetched first where a link is given, and keep it.

    Args:
        location: a link, or the path of the video as the worker sees it.
        client: whose video it is.
        captions: path of a captions file; without it, one beside the video is used.
        shortest_seconds: shorter videos are refused.
        rights: who owns it and why it may be clipped; without, what was stated before stays.

    Returns:
        The source's id, the key and name of this run's captions (None and empty without), and
        whether a person named them.
    """
    tag(client)
    request = SourceRequest(
        location=location, client=client, captions=captions, rights=rights or Rights()
    )
    source = ingest_source(request, shortest_seconds * 1000)
    return finished(
        {
            "source_id": source.source_id,
            "captions_key": source.captions_key,
            "captions_name": _captions_name(location, captions, source),
            "captions_given": bool(captions) or not is_link(location),
        }
    )


def _captions_name(location: str, captions: str | None, source: SourceVideo) -> str:
    if (is_link(location) or source_in(location)) and not captions:
        # The site's own, or the store's, which have no name but that of the video.
        suffix = Path(source.captions_key).suffix if source.captions_key else ""
        return suffix and f"{Path(source.file_name).stem}{suffix}"
    found = Path(captions) if captions else sidecar(Path(location))
    return found.name if found else ""
