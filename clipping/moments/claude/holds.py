"""A judge's flags as what holds a moment for a person."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from clipping.models import BrandRisk, EditorialPolicy, Hold, HoldKind
from clipping.moments.claude.answers import Flag
from clipping.moments.claude.tidy import remark
from clipping.moments.guard import spoken_holds

_LONGEST: Final = 120


def holds(policy: EditorialPolicy, flags: Iterable[Flag], words: Sequence[str]) -> tuple[Hold, ...]:
    """What holds a moment with these words, each reason once.

    A judge is believed when it holds something back, and cannot let go what its words show.
    """
    flagged = (_of(flag, policy) for flag in flags)
    found = [*spoken_holds(policy, words), *(hold for hold in flagged if hold is not None)]
    return tuple(dict.fromkeys(found))


def _of(flag: Flag, policy: EditorialPolicy) -> Hold | None:
    """What a flag holds the moment for; None when the client does not mind."""
    what = remark(flag.what, _LONGEST).rstrip(".") or "not said which"
    if flag.kind is HoldKind.FORBIDDEN_TOPIC:
        text = f"It speaks of a forbidden topic: {what}." if policy.forbidden_topics else ""
    elif flag.kind is HoldKind.PERSONAL_DATA:
        text = f"It seems to hold personal data: {what}." if policy.hold_personal_data else ""
    else:
        text = f"It carries a brand risk: {what}." if _minded(what, policy) else ""
    return Hold(kind=flag.kind, reason=text) if text else None


def _minded(what: str, policy: EditorialPolicy) -> bool:
    """Whether the client minds a brand risk; one that nobody knows counts as minded."""
    name = what.lower().replace(" ", "_").replace("-", "_")
    known = {risk.value for risk in BrandRisk}
    return name in {risk.value for risk in policy.brand_risks} or (
        name not in known and bool(policy.brand_risks)
    )
