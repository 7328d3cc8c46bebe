"""Accounts' days as pictures: each account a strip on its own clock, each post a dot. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from html import escape
from typing import Final
from urllib.parse import quote

from clipping.db.queries.post_lines import PostLine
from clipping.models import Account
from dashboard.looks import COLOURS
from dashboard.words import PLATFORMS, STATES, zone

_DAY_MINUTES: Final = 24 * 60


def strips(
    accounts: Sequence[Account],
    posts: Sequence[PostLine],
    first: date,
    days: int,
    now: datetime,
) -> str:
    """HTML of so many days from the first one on: bars are waking hours, dots posts, by state.

    All rows share one scale, and each is of its account's own clock. No picture format that a page
    may hold takes links.
    """
    dots: dict[str, list[str]] = {}
    for post in posts:
        dots.setdefault(post.account_id, []).append(_dot(post, first, days))
    rows = [_row(one, dots.get(one.account_id, []), first, days, now) for one in accounts]
    wide = "" if days == 1 else " cl-week"
    return f'<div class="cl-strips{wide}">{_scale(first, days)}{"".join(rows)}</div>'


def on_days(post: PostLine, first: date, days: int) -> bool:
    """Whether a post is due on one of the days, by its account's clock."""
    day = post.due_at.astimezone(zone(post.timezone)).date()
    return first <= day < first + timedelta(days=days)


def _left(at: datetime, first: datetime, days: int) -> float:
    """Where a local time without a zone stands, in percent."""
    minutes = (at - first) / timedelta(minutes=1)
    return round(100 * minutes / (_DAY_MINUTES * days), 2)


def _begin(first: date) -> datetime:
    return datetime.combine(first, time())


def _marks(first: date, days: int) -> list[tuple[float, str]]:
    begin = _begin(first)
    if days == 1:
        every = [(begin + timedelta(hours=hour), f"{hour:02d}") for hour in range(0, 24, 2)]
    else:
        each = [begin + timedelta(days=number) for number in range(days)]
        every = [(day, f"{day:%a %d}") for day in each]
    return [(_left(at, begin, days), name) for at, name in every]


def _scale(first: date, days: int) -> str:
    names = "".join(
        f'<span class="cl-hour" style="left:{left}%">{name}</span>'
        for left, name in _marks(first, days)
    )
    return f'<div class="cl-strip"><span></span><div class="cl-track">{names}</div></div>'


def _row(account: Account, dots: Sequence[str], first: date, days: int, now: datetime) -> str:
    platform = PLATFORMS[account.platform]
    parts = [f'<i class="cl-mark-at" style="left:{left}%"></i>' for left, _ in _marks(first, days)]
    # Who falls asleep after midnight woke up the day before.
    days_awake = (first + timedelta(days=number) for number in range(-1, days))
    parts += [_awake(account, day, first, days) for day in days_awake]
    here = now.astimezone(zone(account.timezone)).replace(tzinfo=None)
    if first <= here.date() < first + timedelta(days=days):
        left = _left(here, _begin(first), days)
        parts.append(f'<i class="cl-now" style="left:{left}%"></i>')
    told = escape(f"{platform}, {account.timezone}", quote=True)
    return (
        f'<div class="cl-strip"><span title="{told}">@{escape(account.handle)} '
        f"<small>{platform}</small></span>"
        f'<div class="cl-track">{"".join([*parts, *dots])}</div></div>'
    )


def _awake(account: Account, day: date, first: date, days: int) -> str:
    """The waking hours that begin on a day, cut to what is shown."""
    over = account.sleeps_at <= account.wakes_at
    ends = day + timedelta(days=1) if over else day
    begin = max(datetime.combine(day, account.wakes_at), _begin(first))
    end = min(datetime.combine(ends, account.sleeps_at), _begin(first + timedelta(days=days)))
    if end <= begin:
        return ""
    left, right = (_left(at, _begin(first), days) for at in (begin, end))
    return f'<i class="cl-awake" style="left:{left}%;width:{round(right - left, 2)}%"></i>'


def _dot(post: PostLine, first: date, days: int) -> str:
    here = post.due_at.astimezone(zone(post.timezone)).replace(tzinfo=None)
    chip = STATES[post.state]
    told = escape(f"{here:%a %H:%M} {chip.text}: {post.title}", quote=True)
    return (
        f'<a class="cl-dot" href="/posts?post={quote(post.post_id, safe="")}" title="{told}" '
        f'style="left:{_left(here, _begin(first), days)}%;--c:{COLOURS[chip.tone]}"></a>'
    )
