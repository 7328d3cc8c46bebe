"""What people add on the dashboard, as the pages and the door ask for it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import delete, func, update
from sqlmodel import Session, col, select

from clipping.db.queries.clients import client_id
from clipping.db.tables import AdditionRow, ClientRow, SourceRow
from clipping.models import Addition, AdditionKind, AdditionState, Rights

_OPEN: Final = AdditionState.RECEIVING.value
_RIGHTS: Final = {"rights_ground": "ground", "rights_owner": "owner", "rights_note": "note"}


def add_addition(session: Session, made: Addition) -> None:
    """Somebody adds something; the client has to be there already."""
    rights = {column: getattr(made.rights, name) for column, name in _RIGHTS.items()}
    values = made.model_dump(exclude={"client", "rights"})
    session.add(AdditionRow(**values, **rights, client_id=client_id(made.client)))
    session.flush()


def find_addition(
    session: Session, addition_id: str, *, user_id: str | None = None
) -> Addition | None:
    """The addition with that id, if the user with that id has made it."""
    asked = _with_client().where(col(AdditionRow.addition_id) == addition_id)
    if user_id is not None:
        asked = asked.where(col(AdditionRow.user_id) == user_id)
    found = session.execute(asked).first()
    return None if found is None else _addition(*found)


def recent_additions(
    session: Session, clients: Sequence[str], since: datetime, limit: int
) -> list[Addition]:
    """What was added for these clients, the latest first; what still arrives is not among it."""
    rows = session.execute(
        _with_client()
        .where(
            col(AdditionRow.client_id).in_([client_id(name) for name in clients]),
            col(AdditionRow.state) != _OPEN,
            col(AdditionRow.created_at) > since,
        )
        .order_by(col(AdditionRow.created_at).desc(), col(AdditionRow.addition_id))
        .limit(limit)
    ).all()
    return [_addition(*row) for row in rows]


def arriving(session: Session, user_id: str) -> list[Addition]:
    """Files of which somebody has sent a part, the latest first."""
    rows = session.execute(
        _with_client()
        .where(col(AdditionRow.state) == _OPEN, col(AdditionRow.user_id) == user_id)
        .order_by(col(AdditionRow.created_at).desc())
    ).all()
    return [_addition(*row) for row in rows]


def bytes_to_come(session: Session) -> int:
    """Of all files that are arriving."""
    wanted = select(
        func.coalesce(func.sum(col(AdditionRow.size_bytes) - col(AdditionRow.received_bytes)), 0)
    ).where(col(AdditionRow.state) == _OPEN)
    return int(session.exec(wanted).one())


def has_arrived(session: Session) -> list[str]:
    """Ids of files that are all there and are to be taken in, the first one first."""
    return list(
        session.exec(
            select(AdditionRow.addition_id)
            .where(AdditionRow.state == AdditionState.RECEIVED.value)
            .order_by(col(AdditionRow.updated_at))
        )
    )


def change_addition(session: Session, addition_id: str, now: datetime, **changes: Any) -> bool:
    """Keep what has become of it; whether it is still there."""
    done = session.execute(
        update(AdditionRow)
        .where(col(AdditionRow.addition_id) == addition_id)
        .values(**changes, updated_at=now)
        .returning(col(AdditionRow.addition_id))
    )
    return done.first() is not None


def forget_addition(session: Session, addition_id: str) -> None:
    """Nothing of it is known any more; its source and clips stay."""
    session.execute(delete(AdditionRow).where(col(AdditionRow.addition_id) == addition_id))


def forget_stale_additions(session: Session, before: datetime) -> list[str]:
    """Forget files of which nothing has come since; their ids."""
    done = session.execute(
        delete(AdditionRow)
        .where(col(AdditionRow.state) == _OPEN, col(AdditionRow.updated_at) < before)
        .returning(col(AdditionRow.addition_id))
    )
    return [found for (found,) in done]


def known_additions(session: Session, ids: Iterable[str]) -> set[str]:
    """Those of the ids whose file is arriving, or is to be taken in."""
    return set(
        session.exec(
            select(AdditionRow.addition_id).where(
                col(AdditionRow.addition_id).in_(list(ids)),
                col(AdditionRow.state).in_([_OPEN, AdditionState.RECEIVED.value]),
            )
        )
    )


def sources_of_links(session: Session, found: Sequence[Addition]) -> dict[str, str]:
    """The id of the source that each link has given by now, by the addition's id."""
    links = {one.addition_id: one for one in found if one.kind is AdditionKind.LINK}
    if not links:
        return {}
    rows = session.execute(
        select(SourceRow.client_id, SourceRow.location, SourceRow.source_id)
        .where(col(SourceRow.location).in_({one.location for one in links.values()}))
        .order_by(col(SourceRow.located_at))
    ).all()
    known = {(client, location): source_id for client, location, source_id in rows}
    given = {key: known.get((client_id(one.client), one.location)) for key, one in links.items()}
    return {key: source_id for key, source_id in given.items() if source_id is not None}


def _with_client() -> Any:
    return select(AdditionRow, ClientRow.name).join(
        ClientRow, col(ClientRow.client_id) == col(AdditionRow.client_id)
    )


def _addition(row: AdditionRow, client: str) -> Addition:
    values = row.model_dump(exclude={"client_id", *_RIGHTS})
    rights = {name: getattr(row, column) for column, name in _RIGHTS.items()}
    return Addition.model_validate(
        {**values, "client": client, "rights": Rights.model_validate(rights)}
    )
