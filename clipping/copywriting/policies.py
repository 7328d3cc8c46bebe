"""What a client's policy takes, in words for whoever gave something else. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from annotated_types import Ge, Le
from pydantic import ValidationError

from clipping.copywriting.hashtags import is_hashtag
from clipping.models import EditorialPolicy

_LONGEST_QUOTE: Final = 40
_WANTED: Final = {
    "bool_parsing": "true or false",
    "bool_type": "true or false",
    "string_type": "a text",
    "too_short": "entries that are not empty",
    "string_too_short": "entries that are not empty",
    "tuple_type": "a list of texts",
}
_OF_NUMBERS: Final = (
    "int_parsing",
    "int_type",
    "int_from_float",
    "int_parsing_size",
    "greater_than_equal",
    "less_than_equal",
)
_AT_ODDS: Final = "is less than shortest_seconds: no clip could be as long"


def faults(values: Mapping[str, Any]) -> dict[str, str]:
    """What is wrong with these wishes, each key with a clause that begins behind its name."""
    try:
        policy = EditorialPolicy.model_validate(dict(values))
    except ValidationError as error:
        told: dict[str, str] = {}
        for one in error.errors(include_url=False):
            told.setdefault(str(one["loc"][0]), _clause(one))
        return told
    for tag in policy.default_hashtags:
        if not is_hashtag(tag.lstrip("#＃")):
            return {"default_hashtags": f": {quoted(tag)} is no hashtag"}
    return {}


def at_odds(policy: EditorialPolicy) -> dict[str, str]:
    """What does not go together in a whole policy, each key as in :func:`faults`."""
    return {"longest_seconds": f" {_AT_ODDS}"} if policy.lengths_at_odds else {}


def quoted(value: Any) -> str:
    """What somebody gave, short; what cannot be written is shown as its code."""
    text = ascii(value) if not str(value).isprintable() else repr(value)
    return text if len(text) <= _LONGEST_QUOTE else f"{text[:_LONGEST_QUOTE]}…"


def _clause(error: Any) -> str:
    key, kind, given = str(error["loc"][0]), error["type"], quoted(error["input"])
    context = error.get("ctx", {})
    if "expected" in context:
        return f" takes {context['expected']}, not {given}"
    if kind == "value_error":
        return f": {context['error']}"
    if kind == "string_pattern_mismatch":
        return f": {given} is no language such as en or pt-BR"
    if kind == "too_long":
        return f" takes at most {context['max_length']} entries"
    wanted = _range(key) if kind in _OF_NUMBERS else _WANTED.get(kind, "something else")
    return f" takes {wanted}, not {given}"


def _range(key: str) -> str:
    bounds = EditorialPolicy.model_fields[key].metadata
    least = next((one.ge for one in bounds if isinstance(one, Ge)), 0)
    most = next((one.le for one in bounds if isinstance(one, Le)), 0)
    return f"a whole number from {least} to {most}"
