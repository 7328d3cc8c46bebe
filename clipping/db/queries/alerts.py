"""What people have to see."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import or_, update
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col, select

from clipping.db.queries.clients import client_id
from clipping.db.tables import AccountRow, AlertRow, ClientRow
from clipping.models import Account, Alert

SEEN_FOR: Final = timedelta(days=1)
"""So long nobody is told again of what somebody has seen to, while it lasts."""


def add_alert(session: Session, alert: Alert) -> None:
    """Keep what a person has to see."""
    session.add(
        AlertRow(
            client_id=client_id(alert.client) if alert.client else None,
            **alert.model_dump(exclude={"client", "alert_id", "subject", "times", "last_at"}),
            seen_by="",
        )
    )
    session.flush()


def was_told(
    session: Session,
    kind: str,
    sentence: str,
    *,
    post_id: str = "",
    app_of: Account | None = None,
    lasting_since: datetime | None = None,
) -> bool:
    """Whether there is such an alert, seen or not.

    :param post_id: Of this post.
    :param app_of: Of any account that is posted to through the same app as this one.
    :param lasting_since: Only one that is not over, and that nobody had seen to by then.
    """
    wanted = select(AlertRow.alert_id).where(AlertRow.kind == kind, AlertRow.sentence == sentence)
    if post_id:
        wanted = wanted.where(AlertRow.post_id == post_id)
    if app_of is not None:
        same_app = select(AccountRow.account_id).where(
            AccountRow.platform == app_of.platform.value, AccountRow.app == app_of.app
        )
        wanted = wanted.where(col(AlertRow.account_id).in_(same_app))
    if lasting_since is not None:
        unseen = or_(col(AlertRow.seen_at).is_(None), col(AlertRow.seen_at) > lasting_since)
        wanted = wanted.where(col(AlertRow.resolved_at).is_(None), unseen)
    return session.exec(wanted.limit(1)).first() is not None


def alert_seen(session: Session, alert_id: int, by: str, at: datetime) -> bool:
    """Note that a person has seen to it; whether nobody had before."""
    done = session.execute(
        update(AlertRow)
        .where(col(AlertRow.alert_id) == alert_id, col(AlertRow.seen_at).is_(None))
        .values(seen_at=at, seen_by=by)
        .returning(col(AlertRow.alert_id))
    )
    return done.first() is not None


def post_alerts_seen(session: Session, post_id: str, by: str, at: datetime) -> None:
    """Note that a person has seen to all that was told of a post."""
    session.execute(
        update(AlertRow)
        .where(col(AlertRow.post_id) == post_id, col(AlertRow.seen_at).is_(None))
        .values(seen_at=at, seen_by=by)
    )


def alerts(
    session: Session, since: datetime | None = None, *, client: str | None = None
) -> list[Alert]:
    """Those that nobody has seen yet, the oldest first; of a client, or of all and of none."""
    wanted = (
        select(AlertRow, ClientRow.name)
        .join(ClientRow, col(ClientRow.client_id) == col(AlertRow.client_id), isouter=True)
        .where(col(AlertRow.seen_at).is_(None), col(AlertRow.resolved_at).is_(None))
        .order_by(col(AlertRow.alert_id))
    )
    if since is not None:
        wanted = wanted.where(col(AlertRow.at) >= since)
    if client is not None:
        wanted = wanted.where(col(AlertRow.client_id) == client_id(client))
    return [alert_of_row(row, name) for row, name in session.exec(wanted).all()]


def alert_of_row(row: AlertRow, client: str | None) -> Alert:
    """The alert that a row holds."""
    values = row.model_dump(exclude={"client_id", "seen_at", "seen_by", "seen_note"})
    return Alert.model_validate({**values, "client": client or ""})


def raise_alert(
    session: Session, kind: str, subject: str, sentence: str, now: datetime, *, client: str = ""
) -> bool:
    """Keep that something is in a state that a person has to see; whether that is news.

    As long as it lasts it is one alert, however often it is raised. Where somebody saw to it a day
    ago and it is raised all the same, it is another one.
    """
    session.execute(
        update(AlertRow)
        .where(
            col(AlertRow.kind) == kind,
            col(AlertRow.subject) == subject,
            col(AlertRow.resolved_at).is_(None),
            col(AlertRow.seen_at) <= now - SEEN_FOR,
        )
        .values(resolved_at=now)
    )
    values: dict[str, Any] = {
        "at": now,
        "last_at": now,
        "kind": kind,
        "subject": subject,
        "sentence": sentence,
        "client_id": client_id(client) if client else None,
        "account_id": "",
        "post_id": "",
        "seen_by": "",
    }
    row = session.execute(
        insert(AlertRow)
        .values(**values)
        .on_conflict_do_update(
            index_elements=["kind", "subject"],
            index_where=sql("subject <> '' AND resolved_at IS NULL"),
            set_={"times": AlertRow.times + 1, "last_at": now, "sentence": sentence},
        )
        .returning(col(AlertRow.times))
    ).one()
    return int(row[0]) == 1


def resolve_alerts(
    session: Session, kind: str, now: datetime, *, but: Collection[str] = ()
) -> list[str]:
    """The states of this kind are over, but for these subjects; which ones are only now."""
    done = session.execute(
        update(AlertRow)
        .where(
            col(AlertRow.kind) == kind,
            col(AlertRow.subject) != "",
            col(AlertRow.subject).not_in(but),
            col(AlertRow.resolved_at).is_(None),
        )
        .values(resolved_at=now)
        .returning(col(AlertRow.subject))
    )
    return sorted(done.scalars())


def subjects_of(session: Session, kind: str, since: datetime) -> list[str]:
    """What is in a state of this kind, and was found so since then."""
    found = session.exec(
        select(AlertRow.subject).where(
            AlertRow.kind == kind,
            AlertRow.subject != "",
            col(AlertRow.resolved_at).is_(None),
            col(AlertRow.last_at) >= since,
        )
    )
    return list(found)
