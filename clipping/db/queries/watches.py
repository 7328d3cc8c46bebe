"""Watches, and what they have found."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, or_, update
from sqlmodel import Session, col, func, select

from clipping.db.columns import storable
from clipping.db.queries.clients import client_id, save_client
from clipping.db.queries.upsert import save_row
from clipping.db.tables import ClientRow, WatchedItemRow, WatchRow
from clipping.models import Found, ItemState, Rights, Watch, WatchedItem, make_id


def watch_id(client: str, place: str) -> str:
    """The id of a client's watch on a place."""
    return make_id("watch", storable(client), storable(place))


def save_watch(session: Session, watch: Watch, *, withdraw_rights: bool = False) -> None:
    """Keep the watch; the same place of the same client again changes what is asked of it.

    When it was looked at, and what came of it, stays; so do rights, unless others are stated.

    :param withdraw_rights: Whether those that the watch does not state are taken back.
    """
    values: dict[str, Any] = {
        "watch_id": watch.watch_id,
        "client_id": save_client(session, watch.client),
        "place": watch.place,
        "min_seconds": watch.min_seconds,
        "clip": watch.clip,
    }
    if watch.rights.stated or withdraw_rights:
        values |= {
            "rights_ground": watch.rights.ground.value,
            "rights_owner": watch.rights.owner,
            "rights_note": watch.rights.note,
        }
    save_row(session, WatchRow, values, found_by=("watch_id",))


def watches(session: Session, client: str | None = None) -> list[Watch]:
    """All watches, or those of one client, in the order in which they were added."""
    wanted = (
        select(WatchRow, ClientRow.name)
        .join(ClientRow, col(ClientRow.client_id) == col(WatchRow.client_id))
        .order_by(col(WatchRow.added_at), col(WatchRow.watch_id))
    )
    if client is not None:
        wanted = wanted.where(WatchRow.client_id == client_id(client))
    return [_watch(row, name) for row, name in session.exec(wanted).all()]


def find_watch(session: Session, watch_id: str) -> Watch | None:
    """The watch as it is now; None when it was ended."""
    found = session.exec(
        select(WatchRow, ClientRow.name)
        .join(ClientRow, col(ClientRow.client_id) == col(WatchRow.client_id))
        .where(WatchRow.watch_id == watch_id)
    ).first()
    return None if found is None else _watch(*found)


def forget_watch(session: Session, watch_id: str) -> bool:
    """End a watch and forget what it found, not what came of it; whether there was one."""
    found = session.get(WatchRow, watch_id)
    session.execute(delete(WatchRow).where(col(WatchRow.watch_id) == watch_id))
    return found is not None


def note_look(session: Session, watch_id: str, asked_at: datetime) -> None:
    """When the place was looked at last, whatever came of it."""
    session.execute(
        update(WatchRow).where(col(WatchRow.watch_id) == watch_id).values(asked_at=asked_at)
    )


def note_pass(session: Session, watch: Watch) -> None:
    """Why the last pass of the watch ended early, if it did, and until when it is left alone."""
    session.execute(
        update(WatchRow)
        .where(col(WatchRow.watch_id) == watch.watch_id)
        .values(trouble=watch.trouble, waits=watch.waits, not_before=watch.not_before)
    )


def put_off_site(session: Session, watch: Watch) -> None:
    """Let all watches of the site of this one wait as it does, those that wait longer excepted."""
    session.execute(
        update(WatchRow)
        .where(
            col(WatchRow.place).startswith(watch.site, autoescape=True),
            or_(
                col(WatchRow.not_before).is_(None),
                col(WatchRow.not_before) < watch.not_before,
            ),
        )
        .values(trouble=watch.trouble, not_before=watch.not_before)
    )


def items_of(session: Session, watch_id: str) -> list[WatchedItem]:
    """All that a watch has found, in the order in which it did."""
    rows = session.exec(
        select(WatchedItemRow)
        .where(WatchedItemRow.watch_id == watch_id)
        .order_by(col(WatchedItemRow.found_at), col(WatchedItemRow.item_id))
    )
    return [WatchedItem.model_validate(row.model_dump(exclude=_OURS)) for row in rows]


def save_items(session: Session, items: Sequence[WatchedItem]) -> None:
    """Keep items as they stand; one that its watch has found before is overwritten."""
    for item in items:
        values = {
            **item.model_dump(),
            "state": item.state.value,
            "item_id": make_id("item", item.watch_id, storable(item.identity)),
        }
        save_row(session, WatchedItemRow, values, found_by=("item_id",), touch="saved_at")


def forget_items(session: Session, watch_id: str, found: Sequence[Found]) -> None:
    """Forget these items of a watch."""
    names = [storable(one.identity) for one in found]
    session.execute(
        delete(WatchedItemRow).where(
            col(WatchedItemRow.watch_id) == watch_id, col(WatchedItemRow.identity).in_(names)
        )
    )


def item_counts(session: Session) -> dict[tuple[str, ItemState], int]:
    """How many items each watch has in each state."""
    rows = session.exec(
        select(WatchedItemRow.watch_id, WatchedItemRow.state, func.count()).group_by(
            WatchedItemRow.watch_id, WatchedItemRow.state
        )
    ).all()
    return {(watch_id, ItemState(state)): count for watch_id, state, count in rows}


def items_with_reasons(session: Session, watch_id: str, limit: int) -> list[WatchedItem]:
    """What went wrong, was refused or is waited for, the latest first."""
    rows = session.exec(
        select(WatchedItemRow)
        .where(
            WatchedItemRow.watch_id == watch_id,
            WatchedItemRow.reason != "",
            col(WatchedItemRow.state).not_in([ItemState.TOO_SHORT.value, ItemState.DONE.value]),
        )
        .order_by(col(WatchedItemRow.saved_at).desc(), col(WatchedItemRow.item_id))
        .limit(limit)
    )
    return [WatchedItem.model_validate(row.model_dump(exclude=_OURS)) for row in rows]


_OURS = {"item_id", "found_at", "saved_at"}


def _watch(row: WatchRow, client: str) -> Watch:
    return Watch(
        watch_id=row.watch_id,
        client=client,
        place=row.place,
        min_seconds=row.min_seconds,
        clip=row.clip,
        rights=Rights.model_validate(
            {"ground": row.rights_ground, "owner": row.rights_owner, "note": row.rights_note}
        ),
        asked_at=row.asked_at,
        trouble=row.trouble,
        waits=row.waits,
        not_before=row.not_before,
    )
