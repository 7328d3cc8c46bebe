"""What people have to see."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import update
from sqlmodel import Session, col, select

from clipping.db.queries.clients import client_id
from clipping.db.tables import AccountRow, AlertRow, ClientRow
from clipping.models import Account, Alert


def add_alert(session: Session, alert: Alert) -> None:
    """Keep what a person has to see."""
    session.add(
        AlertRow(
            client_id=client_id(alert.client) if alert.client else None,
            **alert.model_dump(exclude={"client", "alert_id"}),
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
    since: datetime | None = None,
) -> bool:
    """Whether there is such an alert, seen or not.

    :param post_id: Of this post.
    :param app_of: Of any account that is posted to through the same app as this one.
    """
    wanted = select(AlertRow.alert_id).where(AlertRow.kind == kind, AlertRow.sentence == sentence)
    if post_id:
        wanted = wanted.where(AlertRow.post_id == post_id)
    if app_of is not None:
        same_app = select(AccountRow.account_id).where(
            AccountRow.platform == app_of.platform.value, AccountRow.app == app_of.app
        )
        wanted = wanted.where(col(AlertRow.account_id).in_(same_app))
    if since is not None:
        wanted = wanted.where(col(AlertRow.at) >= since)
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
        .where(col(AlertRow.seen_at).is_(None))
        .order_by(col(AlertRow.alert_id))
    )
    if since is not None:
        wanted = wanted.where(col(AlertRow.at) >= since)
    if client is not None:
        wanted = wanted.where(col(AlertRow.client_id) == client_id(client))
    return [
        Alert.model_validate(
            {
                **row.model_dump(exclude={"client_id", "seen_at", "seen_by", "seen_note"}),
                "client": name or "",
            }
        )
        for row, name in session.exec(wanted).all()
    ]
