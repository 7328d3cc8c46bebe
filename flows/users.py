"""What ``clipper users`` does."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from rich.table import Table

from clipping.errors import Rejected
from flows import console

if TYPE_CHECKING:
    from pydantic import SecretStr

FIRST_ADMIN: Final = "clipper users add NAME --role admin"


def have_admin() -> bool:
    """Whether anybody could make the others users."""
    from clipping.db.queries import people
    from clipping.models import Role
    from tasks.workplace import db_session

    with db_session() as session:
        found = people.users(session)
    return any(user.role is Role.ADMIN and user.disabled_at is None for user in found)


def add_user(
    name: str, role: str, clients: Sequence[str], email: str, password: SecretStr | None
) -> None:
    """Let somebody sign in.

    :raises Rejected: Name, address or password will not do, or a client is not known.
    """
    from clipping.db.queries import people
    from clipping.models import Role, User
    from clipping.people import passwords
    from tasks.workplace import db_session

    hashed = None if password is None else passwords.hash_password(password)
    now = datetime.now(UTC)
    user = User(
        user_id="",
        name=name,
        role=Role(role),
        clients=tuple(dict.fromkeys(clients)),
        email=email,
        created_at=now,
    )
    with db_session() as session:
        made = people.add_user(session, user, hashed, now)
    of = f" of {', '.join(made.clients)}" if made.clients else ""
    console.output.print(f"{made.name} may sign in as {made.role.value}{of}.")
    if made.role is not Role.ADMIN and not made.clients:
        console.output.print(f"They see no client yet: clipper users clients {made.name} CLIENT")


def list_users(*, as_json: bool) -> None:
    """Print who may sign in."""
    from clipping.db.queries import people, sign_ins
    from tasks.workplace import db_session

    now = datetime.now(UTC)
    with db_session() as session:
        found = [
            (user, sign_ins.sign_ins_of(session, user.user_id, now))
            for user in people.users(session)
        ]
    if as_json:
        told = [
            {**user.model_dump(mode="json"), "signed_in": len(places)} for user, places in found
        ]
        sys.stdout.write(json.dumps(told, ensure_ascii=False, indent=2) + "\n")
        return
    if not found:
        console.output.print(f"Nobody can sign in yet: {FIRST_ADMIN}")
        return
    table = Table(box=None, header_style="bold", pad_edge=False)
    for title in ("name", "role", "clients", "signs in with", "signed in", "last seen"):
        table.add_column(title)
    for user, places in found:
        ways = [*(["password"] if user.has_password else []), *([user.email] if user.email else [])]
        seen = f"{places[0].seen_at:{console.MINUTE}} UTC" if places else ""
        table.add_row(
            user.name,
            "shut out" if user.disabled_at else user.role.value,
            "all" if user.role.value == "admin" else ", ".join(user.clients),
            ", ".join(ways),
            str(len(places)),
            seen,
        )
    console.output.print(table)


def set_password(name: str, password: SecretStr) -> None:
    """Give somebody another one.

    :raises Rejected: There is no such user, or it is no password.
    """
    from clipping.db.queries import people, sign_ins
    from clipping.people import lockout, passwords
    from tasks.workplace import db_session

    hashed = passwords.hash_password(password)
    now = datetime.now(UTC)
    with db_session() as session:
        user = people.get_user(session, name)
        people.set_password(session, user.user_id, hashed, now)
        sign_ins.end_sign_ins(session, user.user_id, now)
        sign_ins.forget_failures(session, lockout.name_key(name))
    console.output.print(f"{user.name} has a new password, and is signed out everywhere.")


def set_role(name: str, role: str) -> None:
    """Let somebody see and do something else.

    :raises Rejected: There is no such user, or they are the last admin.
    """
    from clipping.db.queries import people
    from clipping.models import Role
    from tasks.workplace import db_session

    with db_session() as session:
        user = people.get_user(session, name)
        people.set_role(session, user.user_id, Role(role))
    console.output.print(f"{user.name} is {role} now.")


def set_clients(name: str, clients: Sequence[str]) -> None:
    """Say which clients somebody sees.

    :raises Rejected: There is no such user or client, or they see all anyway.
    """
    clients = list(dict.fromkeys(clients))
    from clipping.db.queries import people
    from clipping.models import Role
    from tasks.workplace import db_session

    with db_session() as session:
        user = people.get_user(session, name)
        if user.role is Role.ADMIN:
            raise Rejected(f"{user.name} is an admin and sees all clients.")
        people.set_clients(session, user.user_id, clients)
    console.output.print(f"{user.name} sees {', '.join(clients) or 'no client'} now.")


def set_email(name: str, address: str) -> None:
    """Say by which address somebody is known.

    :raises Rejected: There is no such user, or it is another's.
    """
    from clipping.db.queries import people
    from tasks.workplace import db_session

    with db_session() as session:
        user = people.get_user(session, name)
        people.set_email(session, user.user_id, address)
    known = f"known by {address}" if address else "known by no address"
    console.output.print(f"{user.name} is {known} now.")


def set_disabled(name: str, *, disabled: bool) -> None:
    """Shut somebody out, or let them in again.

    :raises Rejected: There is no such user, or they are the last admin.
    """
    from clipping.db.queries import people, sign_ins
    from tasks.workplace import db_session

    now = datetime.now(UTC)
    with db_session() as session:
        user = people.get_user(session, name)
        people.set_disabled(session, user.user_id, now if disabled else None)
        sign_ins.end_sign_ins(session, user.user_id, now)
    console.output.print(f"{user.name} is {'shut out' if disabled else 'let in again'}.")


def sign_out(name: str) -> None:
    """Sign somebody out everywhere.

    :raises Rejected: There is no such user.
    """
    from clipping.db.queries import people, sign_ins
    from clipping.people import lockout
    from tasks.workplace import db_session

    with db_session() as session:
        user = people.get_user(session, name)
        ended = sign_ins.end_sign_ins(session, user.user_id, datetime.now(UTC))
        sign_ins.forget_failures(session, lockout.name_key(name))
    places = "1 browser" if ended == 1 else f"{ended} browsers"
    console.output.print(f"{user.name} is signed out of {places}.")
