"""Targets of alarms, and the messages that are on their way to them."""

from __future__ import annotations

from datetime import datetime, timedelta

from pydantic import SecretStr
from sqlalchemy import ColumnElement, and_, delete, false, or_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from clipping.db.queries.alerts import alert_of_row
from clipping.db.queries.clients import client_id
from clipping.db.queries.sealed import place
from clipping.db.tables import (
    AccountCheckRow,
    AccountRow,
    AlarmMentionRow,
    AlarmMessageRow,
    AlarmTargetRow,
    AlertRow,
    ClientRow,
    PostRow,
    StopRow,
)
from clipping.models import AccountStatus, Alert, PostingMethod, PostState
from clipping.models.alarms import KIND_OF, AlarmKind, Message, Phase, Target
from clipping.vault import Vault

_KEPT = timedelta(days=30)
_ENDED_WITHIN = timedelta(days=7)


def save_target(session: Session, vault: Vault, target: Target, address: SecretStr) -> None:
    """Keep a target; one of the same name gets the new address."""
    values = {
        **target.model_dump(exclude={"client", "kinds"}),
        "kinds": [kind.value for kind in target.kinds],
        "client_id": client_id(target.client) if target.client else None,
        "address": vault.seal(address, place("alarm_targets", "address", target.name)),
    }
    session.execute(
        insert(AlarmTargetRow)
        .values(**values)
        .on_conflict_do_update(index_elements=["name"], set_=values)
    )


def targets(session: Session) -> list[Target]:
    """All, by name."""
    rows = session.exec(
        select(AlarmTargetRow, ClientRow.name)
        .join(ClientRow, col(ClientRow.client_id) == col(AlarmTargetRow.client_id), isouter=True)
        .order_by(col(AlarmTargetRow.name))
    )
    return [
        Target.model_validate(
            {**row.model_dump(exclude={"client_id", "address"}), "client": name or ""}
        )
        for row, name in rows
    ]


def target_address(session: Session, vault: Vault, name: str) -> SecretStr | None:
    """Where a target is reached; None when there is none of that name any more.

    :raises NeedsPerson: No key of the vault opens it.
    """
    row = session.get(AlarmTargetRow, name)
    if row is None:
        return None
    return vault.open(row.address, place("alarm_targets", "address", name))


def forget_target(session: Session, name: str) -> bool:
    """Nothing is sent there any more; whether there was one."""
    done = session.execute(
        delete(AlarmTargetRow)
        .where(col(AlarmTargetRow.name) == name)
        .returning(col(AlarmTargetRow.name))
    )
    return done.first() is not None


def fresh_alerts(session: Session, target: Target) -> list[Alert]:
    """Open alerts that concern the target, from when it was added on, of which it was not told."""
    told = _told(target, Phase.RAISED)
    return _alerts(
        session,
        *_concerning(target),
        col(AlertRow.seen_at).is_(None),
        col(AlertRow.resolved_at).is_(None),
        or_(col(AlertRow.at) >= target.added_at, col(AlertRow.last_at) >= target.added_at),
        ~told,
    )


def ended_alerts(session: Session, target: Target, now: datetime) -> list[Alert]:
    """Alerts of which the target was told, and not that they are over or were seen to."""
    since = now - _ENDED_WITHIN
    return _alerts(
        session,
        *_concerning(target),
        or_(col(AlertRow.seen_at) >= since, col(AlertRow.resolved_at) >= since),
        _told(target, Phase.RAISED),
        ~_told(target, Phase.RESOLVED),
    )


def _concerning(target: Target) -> list[ColumnElement[bool]]:
    """Which alerts a target is told of: in the query, or those of others would fill it."""
    wanted: list[ColumnElement[bool]] = []
    if target.client:
        wanted.append(col(AlertRow.client_id) == client_id(target.client))
    if target.kinds:
        named = [kind for kind, about in KIND_OF.items() if about in target.kinds]
        other = col(AlertRow.kind).not_in(KIND_OF) if AlarmKind.OTHER in target.kinds else false()
        wanted.append(or_(col(AlertRow.kind).in_(named), other))
    return wanted


def _told(target: Target, phase: Phase) -> ColumnElement[bool]:
    return (
        select(AlarmMentionRow.alert_id)
        .where(
            AlarmMentionRow.target == target.name,
            col(AlarmMentionRow.alert_id) == col(AlertRow.alert_id),
            AlarmMentionRow.phase == phase.value,
        )
        .exists()
    )


def _alerts(session: Session, *where: object) -> list[Alert]:
    wanted = (
        select(AlertRow, ClientRow.name)
        .join(ClientRow, col(ClientRow.client_id) == col(AlertRow.client_id), isouter=True)
        .where(*where)  # type: ignore[arg-type]
        .order_by(col(AlertRow.alert_id))
        .limit(1000)
    )
    return [alert_of_row(row, name) for row, name in session.exec(wanted)]


def add_message(session: Session, message: Message) -> None:
    """Put a message on its way, and note of which alerts it tells; the same one only once."""
    values = message.model_dump(exclude={"alert_ids", "message_id"}, mode="json")
    values |= {"made_at": message.made_at, "next_at": message.made_at, "trouble": ""}
    session.execute(insert(AlarmMessageRow).values(**values).on_conflict_do_nothing())
    mentions = [
        {"target": message.target, "alert_id": one, "phase": message.phase.value}
        for one in message.alert_ids
    ]
    if mentions:
        session.execute(insert(AlarmMentionRow).on_conflict_do_nothing(), mentions)


def recent_messages(session: Session, target: str, since: datetime) -> list[Message]:
    """Messages that were made for a target since then."""
    return _messages(
        session, AlarmMessageRow.target == target, col(AlarmMessageRow.made_at) > since
    )


def waiting_messages(session: Session, now: datetime) -> list[Message]:
    """Messages that are to be sent now, the oldest first."""
    return _messages(session, col(AlarmMessageRow.next_at) <= now)


def _messages(session: Session, *where: object) -> list[Message]:
    wanted = select(AlarmMessageRow).where(*where).order_by(col(AlarmMessageRow.message_id))  # type: ignore[arg-type]
    unknown = {"next_at", "sent_at", "trouble"}
    return [
        Message.model_validate(row.model_dump(exclude=unknown))
        for row in session.exec(wanted.limit(500))
    ]


def note_sent(session: Session, message: Message, at: datetime) -> None:
    """It has arrived."""
    session.execute(
        update(AlarmMessageRow)
        .where(col(AlarmMessageRow.message_id) == message.message_id)
        .values(sent_at=at, next_at=None, trouble="")
    )
    _trouble(session, message.target, "")


def note_unsent(session: Session, message: Message, why: str, again_at: datetime | None) -> None:
    """It has not arrived, and is tried again then, or never."""
    session.execute(
        update(AlarmMessageRow)
        .where(col(AlarmMessageRow.message_id) == message.message_id)
        .values(attempts=message.attempts + 1, next_at=again_at, trouble=why)
    )
    _trouble(session, message.target, why)


def _trouble(session: Session, target: str, why: str) -> None:
    session.execute(
        update(AlarmTargetRow).where(col(AlarmTargetRow.name) == target).values(trouble=why)
    )


def forget_old_messages(session: Session, now: datetime) -> None:
    """Let go of what was sent, or given up, a month ago."""
    session.execute(
        delete(AlarmMessageRow).where(
            col(AlarmMessageRow.made_at) < now - _KEPT, col(AlarmMessageRow.next_at).is_(None)
        )
    )


def resolve_settled(session: Session, now: datetime) -> None:
    """End what was told of accounts, posts, stops and apps as far as it is over.

    An account is well again, a post is over, no stop of its client's platform is left, or the
    platform has taken a post through the app.
    """
    well = (
        select(AccountRow.account_id)
        .join(
            AccountCheckRow,
            col(AccountCheckRow.account_id) == col(AccountRow.account_id),
            isouter=True,
        )
        .where(
            AccountRow.status == AccountStatus.ACTIVE.value,
            # What was looked at before it was told of says nothing.
            col(AccountCheckRow.checked_at) > col(AlertRow.at),
            col(AccountCheckRow.why_not) == [],
            col(AccountRow.account_id) == col(AlertRow.account_id),
        )
    )
    ended = (PostState.POSTED.value, PostState.CANCELLED.value)
    over = select(PostRow.post_id).where(
        col(PostRow.post_id) == col(AlertRow.post_id), col(PostRow.state).in_(ended)
    )
    unsolved = col(AlertRow.resolved_at).is_(None), col(AlertRow.seen_at).is_(None)
    for kinds, settled in (
        (("account",), well.exists()),
        (("failed", "held", "unknown", "unreadable", "processing", "manual"), over.exists()),
        (("paused",), ~_is_stopped()),
        (("app",), _has_posted_through_app()),
    ):
        session.execute(
            update(AlertRow)
            .where(col(AlertRow.kind).in_(kinds), settled, *unsolved)
            .values(resolved_at=now)
            .execution_options(synchronize_session=False)
        )


def _is_stopped() -> ColumnElement[bool]:
    """Whether a stop holds all posts of an alert's client on the platform of its account."""
    platform = select(AccountRow.platform).where(
        col(AccountRow.account_id) == col(AlertRow.account_id)
    )
    return (
        select(StopRow.stop_id)
        .where(
            col(StopRow.lifted_at).is_(None),
            col(StopRow.account_id).is_(None),
            col(StopRow.source_id).is_(None),
            or_(
                col(StopRow.client_id).is_(None),
                col(StopRow.client_id) == col(AlertRow.client_id),
            ),
            or_(
                col(StopRow.platform).is_(None),
                col(StopRow.platform) == platform.correlate(AlertRow).scalar_subquery(),
            ),
        )
        .exists()
    )


def _has_posted_through_app() -> ColumnElement[bool]:
    """Whether an account of the same app as an alert's has posted through it since."""
    refused, other = aliased(AccountRow), aliased(AccountRow)
    return (
        select(PostRow.post_id)
        .join(other, col(other.account_id) == col(PostRow.account_id))
        .join(
            refused,
            and_(col(refused.platform) == col(other.platform), col(refused.app) == col(other.app)),
        )
        .where(
            col(refused.account_id) == col(AlertRow.account_id),
            col(other.method).in_([PostingMethod.API.value, PostingMethod.INBOX.value]),
            PostRow.state == PostState.POSTED.value,
            col(PostRow.posted_at) > col(AlertRow.at),
        )
        .exists()
    )
