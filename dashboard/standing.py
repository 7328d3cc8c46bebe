"""How an account stands, in words: what is in its way, its warm-up, what it may post. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from clipping.db.queries.account_lines import AccountLine, AccountName
from clipping.models import AccountStatus, PostingMethod, Stop
from clipping.scheduling.limits import account_posts
from clipping.scheduling.warm_up import STEPS
from dashboard.words import STATUSES, Chip, Tone, apart, covered, zone

_BY_TOKEN: Final = (PostingMethod.API, PostingMethod.INBOX)
_SAYS: Final = {
    AccountStatus.WARNED: "Its platform has warned it.",
    AccountStatus.REAUTHORISE: "Its owner has to connect it again.",
    AccountStatus.SUSPENDED: "Its platform has suspended or restricted it.",
    AccountStatus.BANNED: "Its platform has banned it.",
}
# What the look of the day said of these may be over; what is known now is asked for instead.
_KNOWN: Final = (
    "it is paused",
    "its owner's consent",
    "it is not connected",
    "its token has expired",
    "its platform has suspended",
    "its platform has banned",
    "its owner has to connect",
)


@dataclass(frozen=True)
class Trouble:
    """Something in the way of an account's posts."""

    chip: Chip
    sentence: str
    weight: int
    """The smaller, the worse."""


def troubles(line: AccountLine, stops: tuple[Stop, ...], now: datetime) -> list[Trouble]:
    """All that is in its way, the worst first; empty for one that is well."""
    one, found = line.account, []
    if one.status is not AccountStatus.ACTIVE:
        weight = 4 if one.status is AccountStatus.WARNED else 0
        found.append(Trouble(STATUSES[one.status], _SAYS[one.status], weight))
    covering = [stop for stop in stops if _covers(stop, line)]
    if covering:
        first = covering[0]
        names = {one.account_id: AccountName(one.platform, one.handle, one.client)}
        said = f"{first.by} stopped {covered(first, names)}: {first.why.rstrip('.')}."
        found.append(Trouble(Chip("stopped", Tone.WARN), said, 3))
    if one.paused:
        found.append(Trouble(Chip("paused", Tone.WARN), f"{one.paused.rstrip('.')}.", 3))
    if one.consent is None:
        said = "Its owner's consent is not recorded, so nothing is posted."
        found.append(Trouble(Chip("no consent", Tone.BAD), said, 2))
    found += _opening(line, now)
    found += _checked(line)
    return sorted(found, key=lambda trouble: trouble.weight)


def _opening(line: AccountLine, now: datetime) -> list[Trouble]:
    if line.account.method not in _BY_TOKEN:
        return []
    chip = Chip("login needed", Tone.BAD)
    if line.opening is None:
        return [Trouble(chip, "It is not connected.", 1)]
    ends = line.opening.ends_at
    if ends is not None and ends <= now:
        return [Trouble(chip, "Its token has ended and cannot be renewed.", 1)]
    return []


def _checked(line: AccountLine) -> list[Trouble]:
    left = [
        told
        for told in line.why_not
        if not told.lower().startswith(_KNOWN) and " stopped " not in f" {told} "
    ]
    if not left or line.checked_at is None:
        return []
    said = "; ".join(one.rstrip(".") for one in left)
    at = f"{line.checked_at.astimezone(zone(line.account.timezone)):%d %b %H:%M}"
    return [Trouble(Chip("look", Tone.WARN), f"Seen on {at}: {said}.", 5)]


def _covers(stop: Stop, line: AccountLine) -> bool:
    one = line.account
    if stop.source_id:
        return False
    wanted = (
        (stop.client, one.client),
        (stop.platform, one.platform),
        (stop.account_id, one.account_id),
    )
    return all(not named or named == theirs for named, theirs in wanted)


def way_out(line: AccountLine) -> str:
    """What somebody has to do elsewhere for the account to be posted to; empty when nothing."""
    one = line.account
    closed = line.account.method in _BY_TOKEN and line.opening is None
    if one.status is AccountStatus.REAUTHORISE or closed:
        # With it come the clients of all platforms.
        from clipping.platforms.standing import to_open

        return f"Its owner lets us in again with: {to_open(one)}"
    if one.consent is None:
        command = f"clipper accounts consent {one.account_id} {one.consent_options}"
        return f"Record its owner's consent: {command}"
    return ""


def warm_up(line: AccountLine, now: datetime) -> str:
    """How far its warm-up is: ``day 9, 1 a day``."""
    one = line.account
    if one.first_post_on is None:
        return "not begun"
    age = (now.astimezone(zone(one.timezone)).date() - one.first_post_on).days
    pace = next((pace for since, pace in STEPS if age >= since), STEPS[-1][1])
    if pace == STEPS[0][1]:
        return "done"
    rhythm = {1: "1 in 2 days", 2: "1 a day", 3: "3 in 2 days"}
    return f"day {max(age, 0) + 1}, {rhythm.get(pace, f'{pace} in 2 days')}"


def left_today(line: AccountLine) -> str:
    """How many posts its platform still takes in these 24 hours: ``14 of 15``."""
    most = account_posts(line.account)
    if most is None:
        return "no limit told"
    return f"{max(0, most - line.posted)} of {most:,}"


def open_until(line: AccountLine, now: datetime) -> str:
    """Until when its token is good."""
    if line.account.method not in _BY_TOKEN:
        return "no token"
    if line.opening is None:
        return "none"
    ends = line.opening.ends_at
    if ends is None:
        return "renewed" if line.opening.renewed else "no date"
    return f"{ends:%d %b %Y}" if ends > now else f"ended {apart(ends, now)}"
