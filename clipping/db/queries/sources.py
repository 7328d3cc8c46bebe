"""Originals, each of one client."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlmodel import Session, col, select

from clipping.db.columns import storable
from clipping.db.queries.clients import client_id, save_client
from clipping.db.queries.upsert import save_row
from clipping.db.tables import ClientRow, SourceRow
from clipping.errors import Broken, Rejected
from clipping.models import MediaInfo, Rights, SourceVideo


def save_source(session: Session, source: SourceVideo) -> None:
    """Keep the source; the same bytes of the same client again refresh everything but the time.

    ``ingested_at`` stays the first one, and rights that were stated stay until others are. Raises
    Broken when the client has these bytes under another id: an id has to be made from the client
    and the hash alone.
    """
    owner = save_client(session, source.client)
    values = {
        **source.model_dump(exclude={"client", "media", "rights"}),
        "client_id": owner,
        "media": source.media.model_dump(mode="json"),
    }
    if source.rights.stated:
        values |= {
            "rights_ground": source.rights.ground.value,
            "rights_owner": source.rights.owner,
            "rights_note": source.rights.note,
        }
    save_row(
        session,
        SourceRow,
        values,
        found_by=("client_id", "sha256"),
        keep=("source_id", "ingested_at"),
        touch="located_at",
    )
    kept = session.exec(
        select(SourceRow.source_id).where(
            SourceRow.client_id == owner, SourceRow.sha256 == source.sha256
        )
    ).one()
    if kept != source.source_id:
        raise Broken(f"The source {source.source_id} is already stored as {kept}.")


def find_source(session: Session, client: str, sha256: str) -> SourceVideo | None:
    """The client's source with these bytes."""
    row = session.exec(
        select(SourceRow).where(
            SourceRow.client_id == client_id(client), SourceRow.sha256 == sha256
        )
    ).first()
    return None if row is None else _source(row, client)


def get_source(session: Session, source_id: str) -> SourceVideo:
    """The source with that id; Rejected when there is none."""
    found = session.exec(
        select(SourceRow, ClientRow.name)
        .join(ClientRow, col(ClientRow.client_id) == col(SourceRow.client_id))
        .where(SourceRow.source_id == source_id)
    ).first()
    if found is None:
        raise Rejected(f"There is no source {source_id} in the database.")
    return _source(*found)


def sources_of(
    session: Session, source_ids: Collection[str]
) -> dict[str, tuple[SourceVideo, datetime]]:
    """Those of them that there are, each with when it was ingested or found again last."""
    found = session.exec(
        select(SourceRow, ClientRow.name)
        .join(ClientRow, col(ClientRow.client_id) == col(SourceRow.client_id))
        .where(col(SourceRow.source_id).in_(source_ids))
    ).all()
    return {
        row.source_id: (_source(row, client), row.located_at or row.ingested_at)
        for row, client in found
    }


def source_at(session: Session, client: str, location: str) -> SourceVideo | None:
    """The client's source last seen at ``location``: a path can have held several files."""
    row = session.exec(
        select(SourceRow)
        .where(SourceRow.client_id == client_id(client), SourceRow.location == location)
        .order_by(col(SourceRow.located_at).desc())
        .limit(1)
    ).first()
    return None if row is None else _source(row, client)


def _source(row: SourceRow, client: str) -> SourceVideo:
    return SourceVideo(
        source_id=row.source_id,
        client=storable(client),
        sha256=row.sha256,
        file_name=row.file_name,
        location=row.location,
        media_key=row.media_key,
        captions_key=row.captions_key,
        captions_sha256=row.captions_sha256,
        media=MediaInfo.model_validate(row.media),
        ingested_at=row.ingested_at,
        rights=Rights.model_validate(
            {
                "ground": row.rights_ground,
                "owner": row.rights_owner,
                "note": row.rights_note,
            }
        ),
    )
