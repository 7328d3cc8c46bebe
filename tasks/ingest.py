"""Ingest: a file, or what a link leads to, becomes a verified original in the media store."""

from __future__ import annotations

import logging
from pathlib import Path

from prefect import task

from clipping import progress
from clipping.db import queries
from clipping.errors import NeedsPerson, Rejected
from clipping.logs import note
from clipping.models import SourceRequest, SourceVideo
from clipping.rights import in_full
from clipping.settings import settings
from clipping.sources.fetched import FetchedLink
from clipping.sources.files import check_length, is_link, named_captions
from clipping.sources.guard import check_link, extra_domains
from clipping.sources.links import fetched_link
from clipping.storage.keys import client_folder
from clipping.storage.stored import captions_in, source_in
from clipping.transcripts.captions_file import read_captions
from tasks.retry import POLICY
from tasks.room import check_room, size_of
from tasks.taking_in import keep_captions, take_in
from tasks.workplace import db_session, media_store, only_one, transcribing

_log = logging.getLogger(__name__)

_FETCH_SHARE = 0.8
"""Of the bar, for a link."""


@task(name="ingest source", **POLICY)
def ingest_source(request: SourceRequest, shortest_ms: int) -> SourceVideo:
    """Verify, store by content hash, and record; the same file is stored and recorded once.

    A link is fetched once for each client: later runs find what it gave. Rights that the request
    states are recorded; without, those that an earlier one stated stay.
    """
    note(client=request.client)
    request = request.replace(
        rights=in_full(request.rights, request.client), captions=_captions_of(request)
    )
    check_room(size_of(request.location) if not is_link(request.location) else 0)
    source_id = source_in(request.location)
    if source_id is not None:
        return _stored(request, source_id, shortest_ms)
    if not is_link(request.location):
        progress.report("ingest", 0.0, Path(request.location).name)
        return take_in(request, request.location, shortest_ms)
    link = check_link(request.location, extra_domains(settings().link_hosts))
    progress.report("ingest", 0.0, link.site_name)
    with only_one(f"ingest:{request.client}:{link.url}"):
        return _known(request, link.url, shortest_ms) or _fetched(request, link.url, shortest_ms)


def _captions_of(request: SourceRequest) -> str | None:
    """The path of the captions that the request names, those in the store too."""
    if request.captions is None:
        return None
    key = captions_in(request.captions, request.client)
    return request.captions if key is None else str(media_store().local_path(key))


def _stored(request: SourceRequest, source_id: str, shortest_ms: int) -> SourceVideo:
    """A source that is there already, by its id.

    :raises Rejected: The client has none with this id.
    :raises NeedsPerson: The store has lost it.
    """
    with db_session() as session:
        source = queries.sources.get_source(session, source_id)
    if source.client != request.client:
        raise Rejected(f"There is no source {source_id} of {request.client} in the database.")
    if not media_store().exists(source.media_key):
        raise NeedsPerson(f"{source.file_name} is missing from the media store: add it again.")
    return _brought_up_to_date(source, request, shortest_ms)


def _known(request: SourceRequest, url: str, shortest_ms: int) -> SourceVideo | None:
    """What an earlier run fetched for this client, with the captions that this one names."""
    with db_session() as session:
        source = queries.sources.source_at(session, request.client, url)
    if source is None or not media_store().exists(source.media_key):
        return None
    return _brought_up_to_date(source, request, shortest_ms)


def _brought_up_to_date(
    source: SourceVideo, request: SourceRequest, shortest_ms: int
) -> SourceVideo:
    check_length(source.file_name, source.media, shortest_ms)
    if request.captions is not None:
        path = named_captions(request.captions)
        read_captions(path)
        captions = keep_captions(path, request.client)
        source = source.replace(captions_key=captions.key, captions_sha256=captions.sha256)
    if request.rights.stated:
        source = source.replace(rights=request.rights)
    if request.captions is not None or request.rights.stated:
        with db_session() as session:
            queries.sources.save_source(session, source)
    progress.report("ingest", 1.0, source.file_name)
    return source


def _fetched(request: SourceRequest, url: str, shortest_ms: int) -> SourceVideo:
    cookies = client_cookies(request.client)
    with fetched_link(url, client=request.client, cookies=cookies, share=_FETCH_SHARE) as fetched:
        for note in fetched.notes:
            _log.warning("%s: %s", fetched.title, note)
        captions = request.captions or _readable_captions(fetched)
        local = request.replace(location=str(fetched.path), captions=captions)
        return take_in(local, url, shortest_ms, begun=_FETCH_SHARE)


def client_cookies(client: str) -> Path | None:
    """The cookies file that a client has given for links."""
    cookies = settings().cookies_dir / f"{client_folder(client)}.txt"
    return cookies if cookies.is_file() else None


def _readable_captions(fetched: FetchedLink) -> str | None:
    """The site's own captions; a video is not refused for them."""
    if fetched.captions is None:
        return None
    try:
        captions = read_captions(fetched.captions.path)
    except Rejected as error:
        _log.warning("The captions of %s are left out: %s", fetched.title, error)
        return None
    if not any(line.tokens for line in captions.lines):
        _log.warning("The captions of %s are left out: they hold no words.", fetched.title)
        return None
    return str(fetched.captions.path)


@task(name="discard rejected source", **POLICY)
def discard_source(source_id: str, captions_key: str | None) -> None:
    """Forget a source that turned out to be unusable, and the captions it was refused for.

    What earlier work hangs on stays: a source with a transcript, captions that any source names.
    The lock waits for a run that is hearing the same source right now.
    """
    store = media_store()
    with only_one(transcribing(source_id)):
        with db_session() as session:
            source = queries.sources.get_source(session, source_id)
            removed = queries.lineage.forget_source(session, source_id)
            unused = captions_key is not None and not queries.lineage.captions_in_use(
                session, captions_key
            )
        if removed:
            store.delete(source.media_key)
        if captions_key is not None and unused:
            store.delete(captions_key)
