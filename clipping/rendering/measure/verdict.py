"""From a measured value and its limit to one line of a proof."""

from __future__ import annotations

from clipping.models import ProofCheck


def at_most(name: str, value: float, limit: float, unit: str = "", note: str = "") -> ProofCheck:
    """Passes up to and with the limit."""
    return _numeric(name, value, f"<= {limit:g}", unit, note, value <= limit)


def at_least(name: str, value: float, limit: float, unit: str = "", note: str = "") -> ProofCheck:
    """Passes from the limit on."""
    return _numeric(name, value, f">= {limit:g}", unit, note, value >= limit)


def within(
    name: str, value: float, target: float, by: float, unit: str = "", note: str = ""
) -> ProofCheck:
    """Passes when the value is no further than ``by`` from its target."""
    limit = f"{target:g} +- {by:g}" if target else f"+- {by:g}"
    return _numeric(name, value, limit, unit, note, abs(value - target) <= by)


def exactly(name: str, value: float | str, wanted: float | str, unit: str = "") -> ProofCheck:
    """Passes only on the wanted value itself."""
    return ProofCheck(name=name, value=value, limit=wanted, unit=unit, passed=value == wanted)


def not_applicable(name: str, why: str) -> ProofCheck:
    """Nothing of the kind is in the plan: passes, and says so."""
    return ProofCheck(name=name, value=None, limit=why, passed=True)


def not_measurable(name: str, why: str) -> ProofCheck:
    """What could not be measured has not been proven: fails, and says why."""
    return ProofCheck(name=name, value=None, limit=why, passed=False)


def reported(name: str, value: float | str, unit: str = "") -> ProofCheck:
    """A figure to know, that nothing is held against: passes."""
    number = round(value, 3) if isinstance(value, float) else value
    return ProofCheck(name=name, value=number, limit="reported only", unit=unit, passed=True)


def _numeric(name: str, value: float, limit: str, unit: str, note: str, passed: bool) -> ProofCheck:
    text = f"{limit}; {note}" if note else limit
    # 0.0 instead of -0.0, which would read as a small negative error.
    return ProofCheck(name=name, value=round(value, 3) + 0.0, limit=text, unit=unit, passed=passed)
