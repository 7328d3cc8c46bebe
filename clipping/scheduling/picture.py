"""A day's plan as a picture: accounts as rows, hours as columns, one self-contained SVG."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final
from xml.sax.saxutils import escape, quoteattr
from zoneinfo import ZoneInfo

from clipping.models import Account, Assignment, DayPlan, PlatformName, PostState, Slot
from clipping.scheduling.waking import waking_hours, zone_of

_ROW_PX: Final = 22
_HOUR_PX: Final = 30
_NAMES_PX: Final = 320
_TOP_PX: Final = 78
_RIGHT_PX: Final = 56
_DOT_PX: Final = 7
_COLOURS: Final = {
    PlatformName.TIKTOK: "#0f766e",
    PlatformName.INSTAGRAM: "#a21caf",
    PlatformName.YOUTUBE: "#b91c1c",
    PlatformName.X: "#1d4ed8",
}
_NAMES: Final = {
    PlatformName.TIKTOK: "TikTok",
    PlatformName.INSTAGRAM: "Instagram",
    PlatformName.YOUTUBE: "YouTube",
    PlatformName.X: "X",
}
_AMBER: Final = "#b45309"
_GREY: Final = "#64748b"
_HOUR: Final = timedelta(hours=1)


def plan_picture(plan: DayPlan, accounts: Sequence[Account]) -> str:
    """The plan as SVG: filled dots are posts, rings are slots without a clip, bars waking hours.

    Each dot has its account's own time beside it, and each row its zone. The columns are hours of
    that zone where all accounts share one, else of UTC, which is said above them.
    """
    ordered = sorted(accounts, key=lambda one: (one.platform.value, one.handle, one.account_id))
    clock = _clock(ordered)
    first, last = _hours(plan, ordered, clock)
    rows = {account.account_id: row for row, account in enumerate(ordered)}
    hours = (last - first) // _HOUR
    width = _NAMES_PX + hours * _HOUR_PX + _RIGHT_PX
    height = _TOP_PX + len(rows) * _ROW_PX + 16
    posts = len(plan.assignments)
    counted = f"{posts} post{'' if posts == 1 else 's'}, {plan.missing} missing"
    title = f"{plan.client}, {plan.day}: {counted}"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}" font-family="sans-serif" font-size="12">',
        f"<title>{escape(title)}</title>",
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
        f'<text x="10" y="22" font-size="14" font-weight="bold">{escape(title)}</text>',
        _legend(ordered, bool(plan.empty)),
        f'<text x="{_NAMES_PX - 16}" y="{_TOP_PX - 14}" text-anchor="end" fill="#475569">'
        f"{escape(clock.key)}</text>",
    ]
    parts += [_hour(first + _HOUR * number, first, height, clock) for number in range(hours + 1)]
    parts += [_row(account, rows[account.account_id], plan, first) for account in ordered]
    parts += [_post(one, rows, first) for one in plan.assignments if one.slot.account_id in rows]
    parts += [_ring(slot, rows, first) for slot in plan.empty if slot.account_id in rows]
    return "\n".join([*parts, "</svg>\n"])


def _clock(accounts: Sequence[Account]) -> ZoneInfo:
    """The one zone of all accounts, else UTC."""
    zones = {zone for account in accounts if (zone := zone_of(account))}
    return zones.pop() if len(zones) == 1 else ZoneInfo("UTC")


def _hours(
    plan: DayPlan, accounts: Sequence[Account], clock: ZoneInfo
) -> tuple[datetime, datetime]:
    """From the first hour in which anybody is awake to the end of the last."""
    zones = [(account, zone_of(account)) for account in accounts]
    awake = [waking_hours(account, zone, plan.day) for account, zone in zones if zone]
    noon = datetime(plan.day.year, plan.day.month, plan.day.day, 12, tzinfo=UTC)
    first = min((waking.start for waking in awake), default=noon)
    last = max((waking.end for waking in awake), default=noon + _HOUR)
    # The whole hours of a zone need not be whole ones in UTC.
    whole = first - timedelta(minutes=first.astimezone(clock).minute, seconds=first.second)
    return whole, whole + -((whole - last) // _HOUR) * _HOUR


def _legend(accounts: Sequence[Account], has_rings: bool) -> str:
    """What the colours mean."""
    there = {account.platform for account in accounts}
    said = [(_NAMES[name], _COLOURS[name]) for name in sorted(there)]
    if has_rings:
        said.append(("ring: none left", _AMBER))
    x, parts = 10, []
    for text, colour in said:
        parts.append(f'<text x="{x}" y="42" fill="{colour}">{text}</text>')
        x += 7 * len(text) + 16
    return "".join(parts)


def _x(at: datetime, first: datetime) -> float:
    return round(_NAMES_PX + (at - first) / _HOUR * _HOUR_PX, 1)


def _y(row: int) -> float:
    return _TOP_PX + (row + 0.5) * _ROW_PX


def _hour(at: datetime, first: datetime, height: int, clock: ZoneInfo) -> str:
    x, local = _x(at, first), at.astimezone(clock)
    return (
        f'<path d="M{x} {_TOP_PX - 8}V{height - 8}" stroke="#eef2f6"/>'
        f'<text x="{x}" y="{_TOP_PX - 14}" text-anchor="middle" fill="#475569">{local:%H}</text>'
    )


def _row(account: Account, row: int, plan: DayPlan, first: datetime) -> str:
    zone, y = zone_of(account), _y(row)
    name = f"@{account.handle}"[:24]
    parts = [
        f'<text x="10" y="{y + 4}" fill="{_COLOURS[account.platform]}">{escape(name)}</text>',
        f'<text x="{_NAMES_PX - 24}" y="{y + 4}" text-anchor="end" font-size="10" fill="{_GREY}">'
        f"{escape(account.timezone[:24])}</text>",
    ]
    if zone is not None:
        waking = waking_hours(account, zone, plan.day)
        x, end = _x(waking.start, first), _x(waking.end, first)
        said = f"awake {account.wakes_at:%H:%M} to {account.sleeps_at:%H:%M} {account.timezone}"
        parts.append(
            f'<rect x="{x}" y="{y - 3}" width="{max(0.0, round(end - x, 1))}" height="6" '
            f'rx="3" fill="#e2e8f0"><title>{escape(said)}</title></rect>'
        )
    told = " ".join(s.sentence for s in plan.shortages if s.account_id == account.account_id)
    if told:
        parts.append(
            f'<text x="{_NAMES_PX - 16}" y="{y + 4}" fill="{_AMBER}" font-weight="bold">!'
            f"<title>{escape(told)}</title></text>"
        )
    return "".join(parts)


def _post(one: Assignment, rows: dict[str, int], first: datetime) -> str:
    slot = one.slot
    said = f"{slot.local:%H:%M} {one.clip_id} ({one.state.value}). {one.reason}"
    light = one.state in (PostState.PLANNED, PostState.RESERVED)
    return (
        f'<circle cx="{_x(slot.at, first)}" cy="{_y(rows[slot.account_id])}" r="{_DOT_PX}" '
        f'fill={quoteattr(_COLOURS[slot.platform])} fill-opacity="{0.75 if light else 1}">'
        f"<title>{escape(said)}</title></circle>{_time(slot, rows, first, _GREY)}"
    )


def _ring(slot: Slot, rows: dict[str, int], first: datetime) -> str:
    return (
        f'<circle cx="{_x(slot.at, first)}" cy="{_y(rows[slot.account_id])}" r="{_DOT_PX - 1}" '
        f'fill="#ffffff" stroke="{_AMBER}" stroke-width="2" stroke-dasharray="3 2">'
        f"<title>{slot.local:%H:%M}: no clip</title></circle>{_time(slot, rows, first, _AMBER)}"
    )


def _time(slot: Slot, rows: dict[str, int], first: datetime, colour: str) -> str:
    """The slot's local time, beside its mark."""
    x, y = _x(slot.at, first) + _DOT_PX + 3, _y(rows[slot.account_id])
    return (
        f'<text x="{round(x, 1)}" y="{y + 4}" font-size="10" fill="{colour}">'
        f"{slot.local:%H:%M}</text>"
    )
