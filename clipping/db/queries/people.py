"""Who may sign in. No page can ask any of this: it is the door's, and the command line's."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Text as PlainText
from sqlalchemy import delete, func, update
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlmodel import Session, col, select

from clipping.db.columns import storable
from clipping.db.queries.clients import client_id
from clipping.db.tables import ClientRow, UserClientRow, UserRow
from clipping.errors import Rejected
from clipping.models import Role, User, folded, make_id


def add_user(session: Session, user: User, password_hash: str | None, now: datetime) -> User:
    """Keep somebody new.

    :raises Rejected: The name or the e-mail address is taken, or there is no such client.
    """
    login, email = _login(user.name), folded(storable(user.email))
    made = user.replace(user_id=make_id("user", login), email=email, created_at=now)
    _check_email(session, made.user_id, email)
    done = session.execute(
        insert(UserRow)
        .values(
            **made.model_dump(include={"user_id", "name", "email", "created_at"}),
            role=made.role.value,
            login=login,
            password_hash=password_hash,
            password_at=None if password_hash is None else now,
            oidc_issuer="",
            oidc_subject="",
        )
        .on_conflict_do_nothing()
        .returning(col(UserRow.user_id))
    )
    if done.first() is None:
        raise Rejected(f"There is a user {user.name} already; names are the same in any case.")
    set_clients(session, made.user_id, user.clients)
    return get_user(session, user.name)


def users(session: Session) -> list[User]:
    """All of them, in the order of their names."""
    return [_user(*row) for row in session.execute(_wanted().order_by(UserRow.login)).all()]


def get_user(session: Session, name: str) -> User:
    """Somebody by name, in any case.

    :raises Rejected: There is nobody of that name.
    """
    found = session.execute(_wanted().where(col(UserRow.login) == _login(name))).first()
    if found is None:
        raise Rejected(f"There is no user {name}; clipper users list shows all of them.")
    return _user(*found)


def find_user(session: Session, user_id: str) -> User | None:
    """Somebody by id."""
    found = session.execute(_wanted().where(col(UserRow.user_id) == user_id)).first()
    return None if found is None else _user(*found)


def password_of(session: Session, name: str) -> tuple[str, str | None] | None:
    """Id and hash of somebody who may sign in with a password; None for all others."""
    found = session.exec(
        select(UserRow.user_id, UserRow.password_hash).where(
            UserRow.login == _login(name),
            col(UserRow.disabled_at).is_(None),
            col(UserRow.password_hash).is_not(None),
        )
    ).first()
    return None if found is None else (found[0], found[1])


def set_password(session: Session, user_id: str, password_hash: str, now: datetime) -> None:
    """Have another one from now on."""
    _change(session, user_id, password_hash=password_hash, password_at=now)


def set_email(session: Session, user_id: str, email: str) -> None:
    """By which an identity provider knows them; who was bound to an answer of it no longer is.

    :raises Rejected: It is somebody else's.
    """
    email = folded(storable(email))
    _check_email(session, user_id, email)
    _change(session, user_id, email=email, oidc_issuer="", oidc_subject="")


def set_role(session: Session, user_id: str, role: Role) -> None:
    """What they may see and do from now on.

    :raises Rejected: They are the last admin.
    """
    if role is not Role.ADMIN:
        _keep_an_admin(session, user_id)
    _change(session, user_id, role=role.value)


def set_disabled(session: Session, user_id: str, at: datetime | None) -> None:
    """Shut them out, or with None let them in again.

    :raises Rejected: They are the last admin.
    """
    if at is not None:
        _keep_an_admin(session, user_id)
    _change(session, user_id, disabled_at=at)


def set_clients(session: Session, user_id: str, names: Sequence[str]) -> None:
    """Which clients they see from now on.

    :raises Rejected: One is not known.
    """
    wanted = {name: client_id(name) for name in names}
    known = session.exec(
        select(ClientRow.client_id).where(col(ClientRow.client_id).in_(wanted.values()))
    ).all()
    unknown = [name for name, found in wanted.items() if found not in known]
    if unknown:
        raise Rejected(f"There is no client {', '.join(unknown)}: nothing of theirs was taken in.")
    session.execute(delete(UserClientRow).where(col(UserClientRow.user_id) == user_id))
    rows = [{"user_id": user_id, "client_id": found} for found in wanted.values()]
    if rows:
        session.execute(insert(UserClientRow), rows)


def user_of_identity(session: Session, issuer: str, subject: str) -> User | None:
    """Who an identity provider's subject is; None when nobody was bound to it."""
    found = session.execute(
        _wanted().where(
            col(UserRow.oidc_issuer) == issuer, col(UserRow.oidc_subject) == storable(subject)
        )
    ).first()
    return None if found is None else _user(*found)


def bind_identity(session: Session, issuer: str, subject: str, email: str) -> User | None:
    """Bind the subject to the user with that address, who is bound to none; None without one."""
    done = session.execute(
        update(UserRow)
        .where(
            col(UserRow.email) == folded(storable(email)),
            col(UserRow.email) != "",
            col(UserRow.oidc_subject) == "",
        )
        .values(oidc_issuer=issuer, oidc_subject=storable(subject))
        .returning(col(UserRow.user_id))
    ).first()
    return None if done is None else find_user(session, done[0])


def _login(name: str) -> str:
    return folded(storable(name))


def _wanted() -> Any:
    names = (
        select(ClientRow.name)
        .join(UserClientRow, col(UserClientRow.client_id) == col(ClientRow.client_id))
        .where(col(UserClientRow.user_id) == col(UserRow.user_id))
        .correlate(UserRow)
        .scalar_subquery()
    )
    return select(UserRow, func.array(names, type_=ARRAY(PlainText)))


def _user(row: UserRow, clients: Sequence[str]) -> User:
    return User(
        **row.model_dump(include={"user_id", "name", "email", "created_at", "disabled_at"}),
        role=Role(row.role),
        clients=tuple(sorted(clients)),
        has_password=row.password_hash is not None,
    )


def _change(session: Session, user_id: str, **values: Any) -> None:
    session.execute(update(UserRow).where(col(UserRow.user_id) == user_id).values(**values))


def _check_email(session: Session, user_id: str, email: str) -> None:
    taken = select(UserRow.name).where(UserRow.email == email, UserRow.user_id != user_id)
    name = session.exec(taken).first() if email else None
    if name is not None:
        raise Rejected(f"The address {email} is {name}'s already.")


def _keep_an_admin(session: Session, user_id: str) -> None:
    """Nobody else can take the other admins away until the transaction ends."""
    admins = session.exec(
        select(UserRow.user_id)
        .where(UserRow.role == Role.ADMIN.value, col(UserRow.disabled_at).is_(None))
        .order_by(col(UserRow.user_id))
        .with_for_update()
    ).all()
    if list(admins) == [user_id]:
        raise Rejected("This is the last admin: make somebody else one first.")
