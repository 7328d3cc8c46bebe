"""Where people have signed in, and how often somebody failed to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Text as PlainText
from sqlalchemy import delete, func, or_, update
from sqlalchemy import select as columns
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlmodel import Session, col, select

from clipping.db.queries.upsert import save_row
from clipping.db.tables import ClientRow, SignInAttemptRow, SignInRow, UserClientRow, UserRow
from clipping.models import Role, SignIn
from clipping.people.lockout import FORGOTTEN_AFTER, Failures

SEEN_EVERY = timedelta(minutes=1)
"""A sign-in that is in use is written to no more often."""
_KEPT_FOR = timedelta(days=30)
_AT_ONCE = 100


@dataclass(frozen=True)
class Admitted:
    """Who a sign-in lets in, as of now."""

    user_id: str
    name: str
    role: Role
    clients: tuple[str, ...]
    """Names of all clients that they see, an admin's too."""
    seen_at: datetime


def save_sign_in(session: Session, made: SignIn) -> None:
    """Let a browser in; what ended long ago is forgotten meanwhile."""
    session.execute(
        delete(SignInRow).where(col(SignInRow.expires_at) < made.created_at - _KEPT_FOR)
    )
    session.add(SignInRow(**made.model_dump()))
    session.flush()


def admitted(
    session: Session, token_sha256: str, now: datetime, idle: timedelta
) -> Admitted | None:
    """Who is let in by a token; None when it is not known, ended, was not used for ``idle``, or
    its user is shut out."""
    every = col(UserRow.role) == Role.ADMIN.value
    named = columns(col(UserClientRow.client_id)).where(
        col(UserClientRow.user_id) == col(UserRow.user_id)
    )
    names = (
        columns(col(ClientRow.name))
        .where(or_(every, col(ClientRow.client_id).in_(named.correlate(UserRow))))
        .correlate(UserRow)
        .scalar_subquery()
    )
    found = session.execute(
        columns(
            col(UserRow.user_id),
            col(UserRow.name),
            col(UserRow.role),
            func.array(names, type_=ARRAY(PlainText)),
            col(SignInRow.seen_at),
        )
        .join(UserRow, col(UserRow.user_id) == col(SignInRow.user_id))
        .where(
            col(SignInRow.token_sha256) == token_sha256,
            col(SignInRow.revoked_at).is_(None),
            col(SignInRow.expires_at) > now,
            col(SignInRow.seen_at) > now - idle,
            col(UserRow.disabled_at).is_(None),
        )
    ).first()
    if found is None:
        return None
    user_id, name, role, clients, seen_at = found
    return Admitted(user_id, name, Role(role), tuple(sorted(clients)), seen_at)


def note_seen(session: Session, token_sha256: str, now: datetime) -> None:
    """It was used, so it lasts."""
    session.execute(
        update(SignInRow)
        .where(col(SignInRow.token_sha256) == token_sha256, col(SignInRow.seen_at) < now)
        .values(seen_at=now)
    )


def end_sign_in(session: Session, token_sha256: str, now: datetime) -> bool:
    """Let that browser in no more; whether it was let in until now."""
    return bool(_end(session, now, col(SignInRow.token_sha256) == token_sha256))


def end_sign_ins(session: Session, user_id: str, now: datetime, *, but: str | None = None) -> int:
    """Let none of somebody's browsers in any more, or all but one; how many that were."""
    mine = col(SignInRow.user_id) == user_id
    return _end(session, now, mine if but is None else mine & (col(SignInRow.token_sha256) != but))


def sign_ins_of(session: Session, user_id: str, now: datetime) -> list[SignIn]:
    """Where somebody is let in, where they were last seen first."""
    rows = session.exec(
        select(SignInRow)
        .where(
            SignInRow.user_id == user_id,
            col(SignInRow.revoked_at).is_(None),
            col(SignInRow.expires_at) > now,
        )
        .order_by(col(SignInRow.seen_at).desc())
    ).all()
    return [SignIn.model_validate(row.model_dump(exclude={"revoked_at"})) for row in rows]


def lock_failures(session: Session, keys: Sequence[str], now: datetime) -> list[Failures]:
    """How often each failed of late; nobody else counts for them until the transaction ends."""
    # In one order for everybody, so that no two wait for one another.
    for key in sorted(set(keys)):
        session.execute(
            insert(SignInAttemptRow)
            .values(key_sha256=key, failures=0, last_at=now)
            .on_conflict_do_nothing()
        )
        session.execute(
            columns(col(SignInAttemptRow.key_sha256))
            .where(col(SignInAttemptRow.key_sha256) == key)
            .with_for_update()
        )
    rows = session.execute(
        columns(
            col(SignInAttemptRow.key_sha256),
            col(SignInAttemptRow.failures),
            col(SignInAttemptRow.last_at),
        ).where(col(SignInAttemptRow.key_sha256).in_(keys))
    ).all()
    known = {key: Failures(count, last_at) for key, count, last_at in rows}
    return [known.get(key, Failures()) for key in keys]


def save_failures(session: Session, key: str, failures: Failures, now: datetime) -> None:
    """Keep them; what nobody counts any more goes meanwhile."""
    # Never waiting for a row that somebody counts, who may be waiting for ours.
    old = (
        columns(col(SignInAttemptRow.key_sha256))
        .where(
            col(SignInAttemptRow.last_at) < now - FORGOTTEN_AFTER,
            col(SignInAttemptRow.key_sha256) != key,
        )
        .limit(_AT_ONCE)
        .with_for_update(skip_locked=True)
        # Chosen once, not anew for each row, or there would be no limit.
        .cte("old")
        .prefix_with("MATERIALIZED")
    )
    session.execute(
        delete(SignInAttemptRow).where(
            col(SignInAttemptRow.key_sha256).in_(columns(old.c.key_sha256))
        )
    )
    values = {
        "key_sha256": key,
        "failures": failures.count,
        "last_at": failures.last_at or now,
    }
    save_row(session, SignInAttemptRow, values, found_by=("key_sha256",))


def forget_failures(session: Session, key: str) -> None:
    """Begin anew with it."""
    session.execute(delete(SignInAttemptRow).where(col(SignInAttemptRow.key_sha256) == key))


def _end(session: Session, now: datetime, which: object) -> int:
    done = session.execute(
        update(SignInRow)
        .where(which, col(SignInRow.revoked_at).is_(None))  # type: ignore[arg-type]
        .values(revoked_at=now)
        .returning(col(SignInRow.token_sha256))
    )
    return len(done.all())
