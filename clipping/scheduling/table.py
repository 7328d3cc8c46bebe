"""A day's plan as lines of text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from textwrap import shorten
from typing import Final

from clipping.models import Account, DayPlan, PostState, Slot
from clipping.scheduling.waking import zone_of

_HEAD: Final = ("time", "zone", "where", "account", "clip", "hook", "score", "state", "why")
_HOOK_CHARS: Final = 32


def plan_table(
    plan: DayPlan, accounts: Sequence[Account], hooks: Mapping[str, str] | None = None
) -> str:
    """The plan for people: who posts what when and why, what is missing, what has changed.

    Times are each account's own, with its zone beside them; rows come in the order of instants.

    :param hooks: What each clip begins with, by its id, as far as that is known.
    """
    said = hooks or {}
    by_id = {account.account_id: account for account in accounts}
    shown = sorted(
        (*plan.assignments, *plan.others), key=lambda one: (one.slot.at, one.slot.account_id)
    )
    rows = [_HEAD]
    rows += [
        (
            f"{one.slot.local:%m-%d %H:%M}",
            _zone(by_id, one.slot),
            one.slot.platform.value,
            _name(by_id, one.slot.account_id),
            one.clip_id,
            shorten(said.get(one.clip_id, ""), _HOOK_CHARS, placeholder="…") or "-",
            str(one.score),
            "" if one.state is PostState.PLANNED else one.state.value,
            one.reason,
        )
        for one in shown
    ]
    parts = [f"{plan.client}, {plan.day}: {_count(len(shown), 'post')}", ""]
    parts += _lines(rows) if shown else ["Nothing is planned."]
    if plan.shortages:
        parts += ["", f"{_count(plan.missing, 'post')} missing:"]
        parts += [
            f"  {one.missing} of {_name(by_id, one.account_id)} ({one.platform.value}): "
            f"{one.sentence}"
            for one in plan.shortages
        ]
    if plan.clips_wanted:
        wanted = _count(plan.clips_wanted, "clip")
        parts += ["", f"Wanted: {wanted} of {_count(plan.moments_wanted, 'new moment')}."]
    if plan.changes:
        parts += ["", "Changed:"]
        parts += [
            f"  {_name(by_id, one.account_id)}: {one.before or 'nothing'} -> "
            f"{one.after or 'nothing'}. {one.sentence}"
            for one in plan.changes
        ]
    return "\n".join([*parts, *plan.notes])


def _name(accounts: Mapping[str, Account], account_id: str) -> str:
    account = accounts.get(account_id)
    return f"@{account.handle}" if account else account_id


def _zone(accounts: Mapping[str, Account], slot: Slot) -> str:
    account = accounts.get(slot.account_id)
    # Of an account whose zone nobody knows the slot's own clock is what was reckoned with.
    return account.timezone if account and zone_of(account) else f"{slot.local:%Z}"


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}{'' if number == 1 else 's'}"


def _lines(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
