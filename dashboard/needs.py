"""What needs a person, worst first: read with one statement each, and put in order. Pure below."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum
from typing import Final

from sqlmodel import Session

from clipping.db import queries
from clipping.db.queries import alert_lines, desk, post_lines
from clipping.db.queries.account_lines import (
    AccountChoice,
    AccountLine,
    AccountName,
    account_names,
    account_page,
)
from clipping.db.queries.alert_lines import AlertGroup
from clipping.db.queries.desk import ShortDay, WaitingClips
from clipping.db.queries.post_lines import PostCount, PostLine
from clipping.models import Cause, PostState, Stage, Stop
from dashboard.looks import Lead
from dashboard.standing import troubles
from dashboard.words import STATES, Chip, Tone, account_name, apart, covered, many

SOON: Final = timedelta(hours=12)
"""What goes out until then is shown."""
LATELY: Final = timedelta(days=3)
"""What failed before is history."""
CLIPS_SINCE: Final = timedelta(days=14)
"""Clips that nobody looked at for longer are not asked for every morning."""
MOST: Final = 50
MOST_SOON: Final = 200
_TOLD_ABOVE: Final = ("failed", "unknown", "held", "processing", "account", "paused", "manual")
"""Kinds of alerts of what stands in the list by itself while it lasts."""


class Urgency(IntEnum):
    """How long something can wait: the smaller, the less."""

    UNSURE = 0
    STOPPED = 1
    ACCOUNT = 2
    FAILED = 3
    ALARM = 4
    BY_HAND = 5
    PAUSED = 6
    APPROVAL = 7
    SHORT = 8
    NOTED = 9


@dataclass(frozen=True)
class Need:
    """Something that a person has to see to."""

    urgency: Urgency
    chip: Chip
    name: str
    said: tuple[str, ...]
    lead: Lead


@dataclass(frozen=True)
class Desk:
    """What Today is made of."""

    posts: list[PostCount]
    accounts: list[AccountLine]
    stops: list[Stop]
    names: dict[str, AccountName]
    """Of accounts that are stopped, by their ids."""
    alerts: list[AlertGroup]
    waiting: list[WaitingClips]
    short: list[ShortDay]
    soon: list[PostLine]


def read(session: Session, now: datetime) -> Desk:
    """All of it, with one statement each."""
    today, stops = now.date(), queries.stops.stops(session)
    return Desk(
        posts=post_lines.troubled_posts(session, now - LATELY, MOST),
        accounts=account_page(session, AccountChoice(troubled=True), now, MOST),
        stops=stops,
        names=account_names(session, [stop.account_id for stop in stops]),
        alerts=alert_lines.open_alerts(session, MOST),
        waiting=desk.waiting_clips_of_all(session, now - CLIPS_SINCE),
        short=desk.short_days(session, today, today + timedelta(days=1)),
        soon=post_lines.next_posts(session, now, now + SOON, MOST_SOON),
    )


def needs(found: Desk, now: datetime) -> list[Need]:
    """What needs a person, the most urgent first."""
    every = [
        *(_post(one, now) for one in found.posts),
        *(_stop(one, found.names, now) for one in found.stops),
        *_accounts(found.accounts, now),
        *_alerts(found.alerts, now),
        *_waiting(found.waiting, now),
        *(_short(one) for one in found.short),
    ]
    return sorted(every, key=lambda need: need.urgency)


def _post(one: PostCount, now: datetime) -> Need:
    by_hand = one.stage is Stage.INBOX or one.state is PostState.PROCESSING
    urgency = Urgency.BY_HAND if by_hand else _URGENCIES.get(one.state, Urgency.PAUSED)
    chip = Chip("to post", Tone.WARN) if by_hand else STATES[one.state]
    what = "package or draft" if by_hand else "post"
    lead = Lead("Settle", "posts", {"post": one.post_id})
    if one.count > 1:
        lead = Lead("Settle", "posts", {"client": one.client, "state": one.state.value})
    name = f"{many(one.count, what, _PLURALS[what])} of {one.client}"
    if one.count == 1:
        name = f"{account_name(one.platform, one.handle)} of {one.client}"
    return Need(urgency, chip, name, (one.told, f"due {apart(one.first, now)}"), lead)


_PLURALS: Final = {"post": "posts", "package or draft": "packages or drafts"}
_URGENCIES: Final = {PostState.UNKNOWN: Urgency.UNSURE, PostState.FAILED: Urgency.FAILED}


def _stop(one: Stop, names: Mapping[str, AccountName], now: datetime) -> Need:
    said = f"{one.by}: {one.why.rstrip('.')}."
    query = {"account": one.account_id} if one.account_id else {}
    return Need(
        Urgency.STOPPED,
        Chip("stopped", Tone.WARN),
        f"Nothing is posted of {covered(one, names)}",
        (said, f"since {apart(one.at, now)}"),
        Lead("Resume", "accounts", query),
    )


def _accounts(lines: Iterable[AccountLine], now: datetime) -> list[Need]:
    """Each account by its worst trouble; alike ones of a client together."""
    alike: dict[tuple[str, str, str], list[AccountLine]] = {}
    worst = {}
    for line in lines:
        # Stops are listed by themselves.
        for trouble in troubles(line, (), now)[:1]:
            key = (line.account.client, trouble.chip.text, trouble.sentence)
            alike.setdefault(key, []).append(line)
            worst[key] = trouble
    found = []
    for key, those in alike.items():
        first, trouble = those[0].account, worst[key]
        lead = Lead("Open", "accounts", {"account": first.account_id})
        name = f"{account_name(first.platform, first.handle)} of {first.client}"
        if len(those) > 1:
            lead = Lead("Open", "accounts", {"client": first.client, "troubled": "1"})
            name = f"{many(len(those), 'account')} of {first.client}"
        urgency = Urgency.ACCOUNT if trouble.weight < 3 else Urgency.PAUSED
        found.append(Need(urgency, trouble.chip, name, (trouble.sentence,), lead))
    return found


def _alerts(groups: Sequence[AlertGroup], now: datetime) -> list[Need]:
    own = [one for one in groups if one.kind not in _TOLD_ABOVE]
    found = [
        Need(
            Urgency.ALARM,
            Chip(one.kind, Tone.BAD),
            one.sentence,
            (one.client, f"{many(one.count, 'time')}, {apart(one.last_at, now)}"),
            Lead("See", "alarms", {"client": one.client} if one.client else {}),
        )
        for one in own
    ]
    rest = sum(one.count for one in groups if one.kind in _TOLD_ABOVE)
    if rest:
        name = f"{many(rest, 'alarm')} of posts and accounts to tick off"
        said = ("What they tell of stands above while it lasts.",)
        lead = Lead("See", "alarms")
        found.append(Need(Urgency.NOTED, Chip("alarms", Tone.CALM), name, said, lead))
    return found


def _waiting(clips: Iterable[WaitingClips], now: datetime) -> list[Need]:
    found = []
    for one in clips:
        lead = Lead("Review", "review", {"client": one.client})
        if one.to_approve and one.first_at is not None:
            name = f"{many(one.to_approve, 'clip')} of {one.client} to approve"
            said = (f"The first was made {apart(one.first_at, now)}.",)
            chip = Chip("approval", Tone.BUSY)
            found.append(Need(Urgency.APPROVAL, chip, name, said, lead))
        if one.held and one.held_since is not None:
            name = f"{many(one.held, 'clip')} of {one.client} held for a person"
            said = (f"The first was made {apart(one.held_since, now)}.",)
            lead = Lead("Review", "review", {"client": one.client, "for": "release"})
            found.append(Need(Urgency.APPROVAL, Chip("held", Tone.WARN), name, said, lead))
    return found


def _short(one: ShortDay) -> Need:
    missing = sum(shortage.missing for shortage in one.shortages)
    causes: Counter[Cause] = Counter()
    for shortage in one.shortages:
        causes[shortage.cause] += shortage.missing
    sentences: dict[Cause, str] = {}
    for shortage in one.shortages:
        sentences.setdefault(shortage.cause, shortage.sentence)
    said = [
        f"{count}: {sentences[cause]}" if len(causes) > 1 else sentences[cause]
        for cause, count in causes.most_common(3)
    ]
    if one.moments_wanted:
        said.append(f"{many(one.moments_wanted, 'new moment')} would fill it: add a source.")
    name = f"{many(missing, 'post')} missing at {one.client} on {one.day:%a %d %b}"
    query = {"client": one.client, "day": one.day.isoformat()}
    return Need(
        Urgency.SHORT, Chip("short", Tone.WARN), name, tuple(said), Lead("See", "schedule", query)
    )
