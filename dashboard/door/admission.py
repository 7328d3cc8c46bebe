"""Who is let in: sign-ins as they are made, looked at and ended. Waits for Postgres."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta
from typing import Final

from pydantic import SecretStr

from clipping.db.queries import people, sign_ins
from clipping.db.queries.sign_ins import Admitted
from clipping.db.session import open_session
from clipping.errors import NeedsPerson, RateLimited, Rejected
from clipping.models import SignIn
from clipping.people import lockout, passwords
from clipping.settings import settings
from dashboard.door.passing import hashed

LASTS: Final = timedelta(days=7)
IDLE: Final = timedelta(hours=24)
"""A sign-in that was not used for so long has ended."""
_AGENT: Final = 200


def database_url() -> str:
    """Where the dashboard reads.

    :raises NeedsPerson: Nobody has said.
    """
    url = settings().database_url
    if url is None:
        raise NeedsPerson(
            "DATABASE_URL is not set, so there is nothing to show: start this with `make up`."
        )
    return url.get_secret_value()


def admit(token_sha256: str) -> Admitted | None:
    """Who is let in by a token just now."""
    now = datetime.now(UTC)
    with open_session(database_url()) as session:
        found = sign_ins.admitted(session, token_sha256, now, IDLE)
        if found is not None and now - found.seen_at > sign_ins.SEEN_EVERY:
            sign_ins.note_seen(session, token_sha256, now)
        return found


def sign_in(name: str, password: SecretStr, agent: str, address: str) -> str:
    """The token of a new sign-in.

    :raises RateLimited: Too many were wrong of late; the password was not looked at.
    :raises Rejected: Name or password is wrong, or they are shut out; which is not said.
    """
    keys = (lockout.name_key(name), lockout.address_key(address))
    _count(keys)
    with open_session(database_url()) as session:
        known = people.password_of(session, name)
    if not passwords.is_password(known[1] if known else None, password) or known is None:
        raise Rejected("Name or password is wrong.")
    user_id, stored = known
    if stored is not None and passwords.is_outdated(stored):
        anew = passwords.hash_password(password)
        with open_session(database_url()) as session:
            people.set_password(session, user_id, anew, datetime.now(UTC))
    _forgive(keys)
    return let_in(user_id, agent, address)


def let_in(user_id: str, agent: str, address: str) -> str:
    """The token of a new sign-in of somebody who has proven who they are."""
    token, now = secrets.token_urlsafe(32), datetime.now(UTC)
    made = SignIn(
        token_sha256=hashed(token),
        user_id=user_id,
        created_at=now,
        seen_at=now,
        expires_at=now + LASTS,
        agent=" ".join(agent.split())[:_AGENT],
        address=address,
    )
    with open_session(database_url()) as session:
        sign_ins.save_sign_in(session, made)
    return token


def sign_out(token_sha256: str) -> None:
    """Let that browser in no more."""
    with open_session(database_url()) as session:
        sign_ins.end_sign_in(session, token_sha256, datetime.now(UTC))


def _count(keys: tuple[str, str]) -> None:
    """Count an attempt as failed before it is looked at, so that a crowd is counted as one.

    :raises RateLimited: It has to wait.
    """
    now = datetime.now(UTC)
    with open_session(database_url()) as session:
        found = sign_ins.lock_failures(session, keys, now)
        rules = (lockout.NAME, lockout.ADDRESS)
        waits = [
            lockout.wait(rule, failures, now) for rule, failures in zip(rules, found, strict=True)
        ]
        if any(waits):
            raise RateLimited(
                "Too many attempts were wrong: wait before the next one.",
                retry_after_s=max(waits).total_seconds(),
            )
        for key, failures in zip(keys, found, strict=True):
            sign_ins.save_failures(session, key, lockout.after_failure(failures, now), now)


def _forgive(keys: tuple[str, str]) -> None:
    """The name begins anew; its address only gets this one attempt back.

    Else whoever has a password of their own could guess others' without end.
    """
    now = datetime.now(UTC)
    with open_session(database_url()) as session:
        name, address = keys
        _, failures = sign_ins.lock_failures(session, keys, now)
        sign_ins.forget_failures(session, name)
        left = lockout.Failures(max(failures.count - 1, 0), failures.last_at)
        sign_ins.save_failures(session, address, left, now)
