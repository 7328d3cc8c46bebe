"""Alarms: what people are told outside, each message kept until it was taken."""

from __future__ import annotations

import logging
import time
from collections import Counter
from datetime import UTC, datetime, timedelta

from prefect import task
from pydantic import SecretStr

from clipping.alarms import deciding
from clipping.alarms.sending import check_address, send
from clipping.db import queries
from clipping.errors import ClippingError, Rejected
from clipping.models import PostState
from clipping.models.alarms import Message, Target
from clipping.vault import open_vault
from tasks.conditions import note_all
from tasks.retry import POLICY
from tasks.workplace import db_session, if_free

_log = logging.getLogger(__name__)

_DAY = timedelta(days=1)
_LOOK_EVERY_S = 60.0
_PAUSE_S = 10.0


@task(name="sound alarms", **POLICY)
def tell_for(seconds: float) -> dict[str, int]:
    """Look for trouble once a minute and tell targets of it, for a while.

    Without a task run for each look: mostly there is nothing to tell.
    """
    found, ends, looks_at = Counter[str](), time.monotonic() + seconds, 0.0
    while True:
        if time.monotonic() >= looks_at:
            note_all(datetime.now(UTC))
            looks_at = time.monotonic() + _LOOK_EVERY_S
        found.update(tell_targets())
        if time.monotonic() + _PAUSE_S >= ends:
            return dict(found)
        time.sleep(_PAUSE_S)


@task(name="send the digest", **POLICY)
def send_digest() -> dict[str, int]:
    """Tell targets of the last day."""
    now = datetime.now(UTC)
    with db_session() as session:
        for target in queries.alarms.targets(session):
            if target.digest:
                lines = digest_lines(target, now)
                queries.alarms.add_message(session, deciding.digest(target, lines, now))
    return dict(tell_targets(now))


def tell_targets(now: datetime | None = None) -> Counter[str]:
    """Bring messages on their way and send them; one process at a time.

    A message is kept before it is sent and crossed off after: who is killed between sends it once
    more, under the same key.
    """
    given = now
    found: Counter[str] = Counter()
    with if_free("alarms") as free:
        if not free:
            return found
        now = given or datetime.now(UTC)
        with db_session() as session:
            queries.alarms.resolve_settled(session, now)
            queries.alarms.forget_old_messages(session, now)
            for target in queries.alarms.targets(session):
                _decide(target, now)
        with db_session() as session:
            waiting = queries.alarms.waiting_messages(session, now)
        for message in waiting:
            found["sent" if deliver(message, now) else "not sent"] += 1
    return found


def _decide(target: Target, now: datetime) -> None:
    with db_session() as session:
        made = deciding.messages(
            target,
            queries.alarms.fresh_alerts(session, target),
            queries.alarms.ended_alerts(session, target, now),
            queries.alarms.recent_messages(session, target.name, now - deciding.HOUR),
            now,
        )
        for message in made:
            queries.alarms.add_message(session, message)


def deliver(message: Message, now: datetime) -> bool:
    """Send one message and note how that went."""
    try:
        with db_session() as session:
            address = queries.alarms.target_address(session, open_vault(), message.target)
        if address is None:
            return False
        send(address, message)
    except ClippingError as error:
        _log.warning("Alarm %s: %s", message.dedupe_key, error)
        again_at = deciding.next_try(message, now)
        with db_session() as session:
            queries.alarms.note_unsent(session, message, str(error), again_at)
        return False
    with db_session() as session:
        queries.alarms.note_sent(session, message, now)
    return True


def add_target(target: Target, address: SecretStr) -> None:
    """Keep a target, its address sealed.

    :raises Rejected: Apprise does not know such an address, or there is no such client.
    :raises NeedsPerson: The vault has no key.
    """
    check_address(address)
    with db_session() as session:
        if target.client and target.client not in queries.clients.clients(session):
            raise Rejected(f"There is no client {target.client} yet.")
        queries.alarms.save_target(session, open_vault(), target, address)


def try_targets(name: str | None = None) -> dict[str, str]:
    """Send a test to one target or to all; why it was not taken, by target, empty when it was.

    :raises Rejected: There is no such target.
    """
    now = datetime.now(UTC)
    with db_session() as session:
        found = [one for one in queries.alarms.targets(session) if name in (None, one.name)]
    if name is not None and not found:
        raise Rejected(f"There is no target {name}; `clipper alarms targets` shows them.")
    said = {}
    for target in found:
        message = deciding.trial(target, now)
        try:
            with db_session() as session:
                address = queries.alarms.target_address(session, open_vault(), target.name)
            send(address or SecretStr(""), message)
            said[target.name] = ""
        except ClippingError as error:
            said[target.name] = str(error)
    return said


def digest_lines(target: Target, now: datetime) -> list[str]:
    """What a target is told of the last day: posts, what wants a person, and what it cost."""
    with db_session() as session:
        posts = queries.posts.posts(session, target.client or None, since=now - _DAY, until=now)
        coming = queries.posts.posts(session, target.client or None, since=now, until=now + _DAY)
        alerts = queries.alerts.alerts(session, client=target.client or None)
        clients = [target.client] if target.client else queries.clients.clients(session)
        spent = sum(queries.claude.spent_usd(session, one, f"{now:%Y-%m}") for one in clients)
    states = Counter(post.state for post in posts)
    told = ", ".join(f"{count} {state}" for state, count in sorted(states.items()))
    live = sum(post.state not in (PostState.CANCELLED, PostState.FAILED) for post in coming)
    kinds = Counter(deciding.kind_of(alert) for alert in alerts)
    wants = ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items()))
    return [
        f"Posts of the last day: {told or 'none'}.",
        f"Posts of the next day: {live}.",
        f"Wants a person: {wants or 'nothing'}.",
        *[f"- {alert.sentence}" for alert in alerts[:10]],
        *([f"- and {len(alerts) - 10} more"] if len(alerts) > 10 else []),
        f"Claude has cost {spent:.2f} USD this month.",
    ]
