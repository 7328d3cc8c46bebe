"""What is known of uploads, read and written as the person who sends them. Waits for Postgres."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlmodel import Session

from clipping.db import queries
from clipping.db.queries import additions
from clipping.db.queries.sign_ins import Admitted
from clipping.db.session import open_session, open_session_as
from clipping.errors import QuotaExhausted, Rejected, RightsNotStated
from clipping.models import Addition, AdditionKind, AdditionState, Rights, Role
from clipping.settings import settings
from clipping.storage.keys import client_folder, is_own_key
from dashboard.adding import parts
from dashboard.door.admission import database_url
from tasks.room import check_room

LASTS: Final = timedelta(hours=24)
"""A file of which nothing has come for so long is given up."""
MOST_OPEN: Final = 10
"""Files that one person may have arriving at a time."""


@contextmanager
def as_person(who: Admitted, *, writes: bool = False) -> Iterator[Session]:
    """A session in which there is only what they may see."""
    with open_session_as(database_url(), who.user_id, writes=writes) as session:
        yield session


def may_add(who: Admitted) -> bool:
    """Whether somebody adds sources at all: whoever works for clients."""
    return who.role in (Role.ADMIN, Role.OPERATOR)


def new_addition(
    who: Admitted, client: str, kind: AdditionKind, name: str, rights: Rights, **given: Any
) -> Addition:
    """An addition that is not kept yet."""
    now = datetime.now(UTC)
    file = kind is AdditionKind.FILE
    return Addition(
        addition_id=f"add_{secrets.token_hex(16)}",
        client=client,
        user_id=who.user_id,
        added_by=who.name,
        kind=kind,
        name=name,
        rights=rights,
        state=AdditionState.RECEIVING if file else AdditionState.KEPT,
        created_at=now,
        updated_at=now,
        **given,
    )


def check_client(who: Admitted, client: str) -> None:
    """That they may add something for it.

    :raises Rejected: They may not.
    """
    if not may_add(who) or client not in who.clients:
        raise Rejected("You work for no client of this name.")


def check_captions(key: str | None, client: str) -> None:
    """That captions were stored for this client, and not for another.

    :raises Rejected: They were not.
    """
    if key is not None and not (
        is_own_key(key) and key.startswith(f"{client_folder(client)}/captions/")
    ):
        raise Rejected(f"These are no captions of {client}.")


def add(who: Admitted, made: Addition) -> None:
    """Keep it, if there is room for it and its client lets it be clipped.

    :raises DiskFull: There is no room for it beside what is arriving.
    :raises QuotaExhausted: They have too many files arriving.
    :raises RightsNotStated: The client wants rights to be stated.
    """
    file = made.kind is AdditionKind.FILE
    if file:
        sweep()
        with open_session(database_url()) as session:
            coming = additions.bytes_to_come(session)
        check_room(coming + made.size_bytes)
    with as_person(who, writes=True) as session:
        if (
            not made.rights.stated
            and queries.clients.client_settings(session, made.client).require_rights
        ):
            raise RightsNotStated(
                f"{made.client} lets nothing be clipped before its rights are stated: "
                "say on what ground."
            )
        if file and len(additions.arriving(session, who.user_id)) >= MOST_OPEN:
            raise QuotaExhausted(
                f"{MOST_OPEN} files of yours are arriving already: finish or discard one first."
            )
        additions.add_addition(session, made)


def find(who: Admitted, addition_id: str) -> Addition | None:
    """One that they have made; None also for anybody else's."""
    with as_person(who) as session:
        return additions.find_addition(session, addition_id, user_id=who.user_id)


def arriving(who: Admitted) -> list[Addition]:
    """Files of theirs that are not all there."""
    with as_person(who) as session:
        found = additions.arriving(session, who.user_id)
    return [one for one in found if not expired(one)]


def note_received(who: Admitted, addition_id: str, received: int, *, all_there: bool) -> bool:
    """So many bytes are on the disk; whether the upload is still wanted."""
    state = {"state": AdditionState.RECEIVED.value} if all_there else {}
    with as_person(who, writes=True) as session:
        return additions.change_addition(
            session, addition_id, datetime.now(UTC), received_bytes=received, **state
        )


def forget(who: Admitted, addition_id: str) -> None:
    """Nothing of it is kept, neither what is known nor a byte."""
    with as_person(who, writes=True) as session:
        additions.forget_addition(session, addition_id)
    parts.remove(addition_id)


def expired(addition: Addition, now: datetime | None = None) -> bool:
    """Whether nothing of a file that arrives has come for too long."""
    waits = addition.state is AdditionState.RECEIVING
    return waits and (now or datetime.now(UTC)) - addition.updated_at > LASTS


def expires_at(addition: Addition) -> datetime:
    """When it is given up unless something comes."""
    return addition.updated_at + LASTS


def sweep(now: datetime | None = None) -> int:
    """Give up what has expired, and files that nobody knows; how many those were."""
    moment = now or datetime.now(UTC)
    here = parts.ids_here()
    with open_session(database_url()) as session:
        stale = additions.forget_stale_additions(session, moment - LASTS)
        known = additions.known_additions(session, here)
    gone = {*stale, *(one for one in here if one not in known and _is_old(one, moment))}
    for one in gone:
        parts.remove(one)
    return len(gone)


def _is_old(name: str, now: datetime) -> bool:
    try:
        changed = (settings().uploads_dir / name).stat().st_mtime
    except FileNotFoundError:
        return False
    return now.timestamp() - changed > LASTS.total_seconds()
