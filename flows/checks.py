"""What can be refused within a second, before anything is started or stored."""

from __future__ import annotations

from pathlib import Path

from clipping import progress
from clipping.models import SourceRequest


def check_source(location: str, client: str, captions: str | None, shortest_ms: int) -> None:
    """Raise what ``tasks.ingest`` would: of a link what its text tells, of a file all."""
    from clipping.settings import settings
    from clipping.sources.files import is_link, named_captions, verify
    from clipping.storage.stored import source_in
    from clipping.transcripts.captions_file import read_captions

    if is_link(location):
        from clipping.sources.guard import check_link, extra_domains

        check_link(location, extra_domains(settings().link_hosts))
        found = named_captions(captions) if captions else None
    elif source_in(location):
        # What can be said of it, its ingest says at once.
        found = named_captions(captions) if captions else None
    else:
        progress.report("ingest", 0.0, f"checking {Path(location).name}")
        request = SourceRequest(location=location, client=client, captions=captions)
        limit = settings().max_source_bytes
        found = verify(request, max_bytes=limit, shortest_ms=shortest_ms).captions
    if found is not None:
        read_captions(found)
