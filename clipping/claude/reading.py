"""From a reply's text to values that hold: what can't be used is named, item by item."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

from pydantic import BaseModel, ValidationError

from clipping.claude.question import Reply

_MOST_TRIES: Final = 50
"""Places in a reply where its JSON might begin."""
_MOST_FAULTS: Final = 8
_MOST_ITEMS: Final = 400
REFUSED: Final = "it was refused"

_Item = TypeVar("_Item", bound=BaseModel)


@dataclass(frozen=True)
class Reading:
    """What a reply holds.

    ``useless`` says in a few words why nothing of it can be used, else it is empty; ``faults``
    are sentences about the items that were left out.
    """

    items: dict[str, tuple[Any, ...]] = field(default_factory=dict)
    faults: tuple[str, ...] = ()
    useless: str = ""

    @property
    def worth(self) -> int:
        """How many usable items it has; -1 for a useless reply."""
        return -1 if self.useless else sum(map(len, self.items.values()))

    def with_faults(self, faults: Sequence[str]) -> Reading:
        """The same with further faults."""
        return Reading(self.items, (*self.faults, *faults)[:_MOST_FAULTS], self.useless)


Check = Callable[[Any], str]
"""Says what is wrong with an item that has the right form; empty when nothing is."""


def read(
    reply: Reply, lists: Mapping[str, type[BaseModel]], checks: Mapping[str, Check]
) -> Reading:
    """What the reply holds of each of its lists; prose around its JSON is passed over.

    ``checks`` has a function for a list, which finds what the types of its items cannot tell.
    """
    if reply.stop_reason == "refusal":
        return Reading(useless=REFUSED)
    if reply.stop_reason == "max_tokens":
        return Reading(useless="it was cut off")
    found = _object_in(reply.text, lists)
    if found is None:
        return Reading(useless="it was empty" if not reply.text.strip() else "it had another form")
    items: dict[str, tuple[Any, ...]] = {}
    faults: list[str] = []
    for name, kind in lists.items():
        good = []
        for place, raw in enumerate(found[name][:_MOST_ITEMS], start=1):
            item, fault = _item(raw, kind, checks.get(name))
            if item is None:
                faults.append(f"{name} item {place}: {fault}.")
            else:
                good.append(item)
        items[name] = tuple(good)
    if faults and not any(items.values()):
        return Reading(faults=tuple(faults[:_MOST_FAULTS]), useless="nothing in it could be used")
    return Reading(items, tuple(faults[:_MOST_FAULTS]))


def _object_in(text: str, lists: Iterable[str]) -> dict[str, list[Any]] | None:
    """The first JSON object in the text that has all these lists."""
    decoder = json.JSONDecoder()
    at = text.find("{")
    for _ in range(_MOST_TRIES):
        if at < 0:
            return None
        try:
            found, _end = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            # Also for a number of thousands of digits, and for brackets within brackets.
            found = None
        if isinstance(found, dict) and all(isinstance(found.get(name), list) for name in lists):
            return {name: found[name] for name in lists}
        at = text.find("{", at + 1)
    return None


def _item(raw: Any, kind: type[_Item], check: Check | None) -> tuple[_Item | None, str]:
    """The item, or None and what is wrong with it."""
    try:
        item = kind.model_validate(raw)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        place = ".".join(map(str, first["loc"])) or "it"
        return None, f"{place} is not as asked ({first['msg']})"
    fault = check(item) if check else ""
    return (None, fault) if fault else (item, "")
