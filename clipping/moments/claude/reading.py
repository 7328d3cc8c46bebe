"""From a scout's, judge's or check's reply to values that hold."""

from __future__ import annotations

from typing import Any, Final

from pydantic import BaseModel

from clipping.claude import reading
from clipping.claude.question import Reply
from clipping.claude.reading import Check as Check
from clipping.claude.reading import Reading as Reading
from clipping.moments.claude.answers import (
    Aside,
    Checked,
    Drop,
    HookCheck,
    Judged,
    Nominee,
    Scouted,
    Verdict,
)

_RANGES: Final[dict[str, tuple[int, int]]] = {
    "score": (0, 100),
    "viral_score": (0, 100),
    "emotional_intensity": (0, 10),
    "controversy": (0, 10),
    "completeness": (0, 10),
    "hook_strength": (0, 10),
}
"""What each grade may be; nothing holds a model to it but the check here."""

_FORMS: Final[dict[type[BaseModel], dict[str, type[BaseModel]]]] = {
    Scouted: {"nominees": Nominee, "asides": Aside},
    # A finalist that is in both counts as dropped: the judge had a reason.
    Judged: {"dropped": Drop, "ranked": Verdict},
    Checked: {"checks": HookCheck},
}


def read(reply: Reply, form: type[BaseModel], checks: dict[str, Check]) -> Reading:
    """What the reply holds of a form; prose around its JSON is passed over.

    ``checks`` has one function per list of the form, which finds what its types cannot tell.
    """
    lists = _FORMS[form]
    return reading.read(reply, lists, {name: _within(checks.get(name)) for name in lists})


def _within(check: Check | None) -> Check:
    """A check after that of the grades."""
    return lambda item: _out_of_range(item) or (check(item) if check else "")


def _out_of_range(item: Any) -> str:
    for name, (low, high) in _RANGES.items():
        value = getattr(item, name, low)
        if not low <= value <= high:
            return f"{name} is not between {low} and {high}"
    return ""
