"""Rights: nothing is made of a source that its client does not want clipped yet."""

from __future__ import annotations

from prefect import task
from sqlmodel import Session

from clipping.db import queries
from clipping.models import Rights, SourceVideo
from clipping.rights import check_stated, in_full
from clipping.settings import settings
from clipping.sources.files import is_link
from clipping.sources.guard import check_link, extra_domains
from clipping.sources.naming import called
from clipping.storage.stored import source_in
from tasks.retry import POLICY
from tasks.workplace import db_session


def check_rights(session: Session, source: SourceVideo) -> None:
    """Before media is made of a source.

    :raises RightsNotStated: Its client wants rights to be stated first.
    """
    wanted = queries.clients.client_settings(session, source.client)
    check_stated(
        source.rights,
        required=wanted.require_rights,
        client=source.client,
        name=source.file_name,
    )


@task(name="check rights before ingest", **POLICY)
def check_rights_at(location: str, client: str, rights: Rights) -> None:
    """Before a video is fetched and heard in vain: what this run states, else an earlier one did.

    :raises RightsNotStated: Neither did, and the client wants it.
    :raises Rejected: The rights are stated in part.
    """
    known = in_full(rights, client)
    if is_link(location):
        location = check_link(location, extra_domains(settings().link_hosts)).url
    with db_session() as session:
        wanted = queries.clients.client_settings(session, client)
        if not known.stated:
            source_id = source_in(location)
            if source_id is None:
                source = queries.sources.source_at(session, client, location)
            else:
                source = queries.sources.get_source(session, source_id)
            known = source.rights if source else known
    check_stated(known, required=wanted.require_rights, client=client, name=called(location))


@task(name="check rights of source", **POLICY)
def check_rights_of(source_id: str) -> None:
    """Before a source is heard in vain: the file at its place may be another than before.

    :raises RightsNotStated: Its client wants rights to be stated first.
    """
    with db_session() as session:
        check_rights(session, queries.sources.get_source(session, source_id))
