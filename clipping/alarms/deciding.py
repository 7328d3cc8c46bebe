"""Which messages follow from alerts for a target: grouped, and not too many. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Final

from clipping.models import Alert
from clipping.models.alarms import KIND_OF, AlarmKind, Message, Phase, Target

QUIET: Final = timedelta(minutes=15)
"""A group that was told of is told of again after so long, with all that came meanwhile."""
HOUR: Final = timedelta(hours=1)
MOST_AN_HOUR: Final = 20
MOST_OVER_AN_HOUR: Final = 10
"""Of these, so many at most say that something is over: what is new finds room."""
_AT_ONCE: Final = 5
"""More groups than that in one round are told of in one message."""
_SENTENCES: Final = 5
_LASTS: Final = timedelta(days=1)

_HEADLINES: Final = {
    AlarmKind.POST: "a post needs somebody",
    AlarmKind.ACCOUNT: "an account is in trouble",
    AlarmKind.TAKEDOWN: "a post was taken down",
    AlarmKind.BUDGET: "a budget is nearly spent",
    AlarmKind.DISK: "a disk is filling",
    AlarmKind.WORKER: "a worker is gone",
    AlarmKind.QUEUE: "posts are stuck",
    AlarmKind.API: "a service is away",
    AlarmKind.VAULT: "the vault lacks a key",
    AlarmKind.HANDS: "something waits to be posted by hand",
    AlarmKind.OTHER: "something wants a person",
}


def kind_of(alert: Alert) -> AlarmKind:
    """What an alert is about."""
    return KIND_OF.get(alert.kind, AlarmKind.OTHER)


def group_of(alert: Alert) -> str:
    """What is told of in one message: the same kind of thing about the same subject."""
    subject = alert.subject or alert.account_id
    return f"{kind_of(alert)}|{alert.client}|{subject}"


def wants(target: Target, alert: Alert) -> bool:
    """Whether a target is told of an alert at all."""
    return (not target.client or target.client == alert.client) and (
        not target.kinds or kind_of(alert) in target.kinds
    )


def messages(
    target: Target,
    fresh: Iterable[Alert],
    over: Iterable[Alert],
    recent: Sequence[Message],
    now: datetime,
) -> list[Message]:
    """What the target is to be told now; what is too much waits, and is told later in one.

    What is new comes first.

    :param fresh: Open alerts of which it was not told.
    :param over: Alerts of which it was told, and which are over or were seen to.
    :param recent: Messages made for it within the last hour.
    """
    quiet = {one.group for one in recent if one.made_at > now - QUIET}
    raised = [(group, alerts) for group, alerts in _grouped(fresh, target) if group not in quiet]
    ended = _grouped(over, target)
    room = max(0, MOST_AN_HOUR - len(recent))
    told_over = sum(one.phase is Phase.RESOLVED for one in recent)
    drafts = [
        *(_message(target, Phase.RAISED, *one, now) for one in _folded(raised)),
        *[_message(target, Phase.RESOLVED, *one, now) for one in _folded(ended)][
            : max(0, MOST_OVER_AN_HOUR - told_over)
        ],
    ]
    return drafts[:room]


def digest(target: Target, lines: Sequence[str], now: datetime) -> Message:
    """The day's message; the same for a day however often it is made."""
    return Message(
        target=target.name,
        phase=Phase.DIGEST,
        title=f"Clipper: {now:%A, %d %B}",
        body="\n".join(lines),
        dedupe_key=f"digest:{now:%Y-%m-%d}:{target.name}",
        made_at=now,
    )


def trial(target: Target, now: datetime) -> Message:
    """A message that says only that it arrives."""
    return Message(
        target=target.name,
        phase=Phase.TEST,
        title="Clipper: a test",
        body="Alarms will arrive here.",
        dedupe_key=f"test:{now.isoformat()}:{target.name}",
        made_at=now,
    )


def next_try(message: Message, now: datetime) -> datetime | None:
    """When a message that could not be sent is tried again; None once it is too old."""
    if now - message.made_at > _LASTS:
        return None
    return now + timedelta(minutes=min(60, 2**message.attempts))


def _grouped(alerts: Iterable[Alert], target: Target) -> list[tuple[str, list[Alert]]]:
    wanted = sorted((one for one in alerts if wants(target, one)), key=group_of)
    groups = [(group, list(ones)) for group, ones in groupby(wanted, key=group_of)]
    # Who has waited longest is told first.
    return sorted(groups, key=lambda one: min(alert.alert_id for alert in one[1]))


def _folded(groups: list[tuple[str, list[Alert]]]) -> list[tuple[str, list[Alert]]]:
    """Few groups as they are; of many the last ones as one."""
    if len(groups) <= _AT_ONCE:
        return groups
    together = [alert for _, alerts in groups[_AT_ONCE - 1 :] for alert in alerts]
    return [*groups[: _AT_ONCE - 1], ("several", together)]


def _message(
    target: Target, phase: Phase, group: str, alerts: Sequence[Alert], now: datetime
) -> Message:
    ids = tuple(sorted(alert.alert_id for alert in alerts))
    known = f"{target.name}|{phase}|{ids}"
    key = hashlib.sha256(known.encode()).hexdigest()[:16]
    kinds = {kind_of(alert) for alert in alerts}
    ended = phase is Phase.RESOLVED
    many = f"{len(ids)} things" if ended else f"{len(ids)} things want a person"
    what = _HEADLINES[next(iter(kinds))] if len(kinds) == 1 else many
    clients = {alert.client for alert in alerts}
    whose = f" ({next(iter(clients))})" if len(clients) == 1 and "" not in clients else ""
    over = "over: " if ended else ""
    told = [f"{alert.sentence}{_often(alert)}" for alert in alerts[:_SENTENCES]]
    if len(alerts) > _SENTENCES:
        where = "." if ended else ": clipper alerts shows them."
        told.append(f"And {len(alerts) - _SENTENCES} more{where}")
    since = min(alert.at for alert in alerts)
    told.append(f"Since {since:%Y-%m-%d %H:%M} UTC. [{key}]")
    return Message(
        target=target.name,
        phase=phase,
        group=group,
        title=f"Clipper: {over}{what}{whose}",
        body="\n".join(told),
        dedupe_key=key,
        alert_ids=ids,
        made_at=now,
    )


def _often(alert: Alert) -> str:
    return f" (seen {alert.times} times)" if alert.times > 1 else ""
