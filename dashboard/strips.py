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
from dashboard.words import STATES, Tone, account_name, zone

_NAMES_PX: Final = 210
_WIDTH_PX: Final = 1000
_ROW_PX: Final = 26
_TOP_PX: Final = 26
_DAY_MINUTES: Final = 24 * 60


def strips(
    accounts: Sequence[Account],
    posts: Sequence[PostLine],
    first: date,
    days: int,
    now: datetime,
) -> str:
    """SVG of so many days from the first one on: bars are waking hours, dots posts, by state.

    All rows share one scale, and each is of its account's own clock.
    """
    height = _TOP_PX + len(accounts) * _ROW_PX + 4
    rows = {one.account_id: place for place, one in enumerate(accounts)}
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH_PX} {height}" '
        'font-family="inherit" font-size="12" fill="currentColor" role="img" '
        'aria-label="Who posts when, each account on its own clock">'
    ]
    parts += _scale(first, days, height)
    parts += [_row(one, rows[one.account_id], first, days, now) for one in accounts]
    parts += [_dot(one, rows[one.account_id], first, days) for one in posts]
    return "".join([*parts, "</svg>"])


def on_days(post: PostLine, first: date, days: int) -> bool:
    """Whether a post is due on one of the days, by its account's clock."""
    day = post.due_at.astimezone(zone(post.timezone)).date()
    return first <= day < first + timedelta(days=days)


def _x(at: datetime, first: date, days: int) -> float:
    """Where a local time without a zone stands."""
    minutes = (at - datetime.combine(first, time())) / timedelta(minutes=1)
    return round(_NAMES_PX + minutes / (_DAY_MINUTES * days) * (_WIDTH_PX - _NAMES_PX - 8), 1)


def _y(row: int) -> float:
    return _TOP_PX + (row + 0.5) * _ROW_PX


def _scale(first: date, days: int, height: int) -> list[str]:
    begin = datetime.combine(first, time())
    if days == 1:
        marks = [(begin + timedelta(hours=hour), f"{hour:02d}") for hour in range(0, 24, 2)]
    else:
        marks = [
            (begin + timedelta(days=day), f"{begin + timedelta(days=day):%a %d}")
            for day in range(days)
        ]
    parts = []
    for at, name in marks:
        x = _x(at, first, days)
        parts.append(
            f'<path d="M{x} {_TOP_PX - 6}V{height}" stroke="currentColor" stroke-opacity=".12"/>'
            f'<text x="{x + 2}" y="14" fill-opacity=".6">{name}</text>'
        )
    return parts


def _row(account: Account, row: int, first: date, days: int, now: datetime) -> str:
    y = _y(row)
    name = account_name(account.platform, account.handle)
    shown = name if len(name) <= 30 else f"{name[:29]}…"
    parts = [
        f'<text x="0" y="{y + 4}">{escape(shown)}<title>'
        f"{escape(f'{name}, {account.timezone}')}</title></text>"
    ]
    for number in range(-1, days):
        bar = _awake(account, first + timedelta(days=number), first, days)
        if bar is not None:
            x, width = bar
            parts.append(
                f'<rect x="{x}" y="{y - 4}" width="{width}" height="8" rx="4" fill-opacity=".1"/>'
            )
    here = now.astimezone(zone(account.timezone)).replace(tzinfo=None)
    if first <= here.date() < first + timedelta(days=days):
        x = _x(here, first, days)
        parts.append(
            f'<path d="M{x} {y - 10}V{y + 10}" stroke="{COLOURS[Tone.BUSY]}" stroke-width="2"/>'
        )
    return "".join(parts)


def _awake(account: Account, day: date, first: date, days: int) -> tuple[float, float] | None:
    """Where the waking hours that begin on a day stand, cut to what is shown."""
    over = account.sleeps_at <= account.wakes_at
    ends = day + timedelta(days=1) if over else day
    begin = max(datetime.combine(day, account.wakes_at), datetime.combine(first, time()))
    end = min(
        datetime.combine(ends, account.sleeps_at),
        datetime.combine(first + timedelta(days=days), time()),
    )
    if end <= begin:
        return None
    x = _x(begin, first, days)
    return x, round(_x(end, first, days) - x, 1)


def _dot(post: PostLine, row: int, first: date, days: int) -> str:
    here = post.due_at.astimezone(zone(post.timezone)).replace(tzinfo=None)
    chip = STATES[post.state]
    told = f"{here:%a %H:%M} {chip.text}: {post.title}"
    return (
        f'<a href="/posts?post={quote(post.post_id, safe="")}" target="_self">'
        f'<circle cx="{_x(here, first, days)}" cy="{_y(row)}" r="{7 if days == 1 else 5}" '
        f'fill="{COLOURS[chip.tone]}"><title>{escape(told)}</title></circle></a>'
    )
