"""What ``clipper policy`` does."""

from __future__ import annotations

import json
import sys
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.table import Table
from rich.text import Text

from clipping.errors import Rejected
from clipping.models import EditorialPolicy
from flows import console
from flows.clients import tell_if_new, unknown

KEYS = tuple(EditorialPolicy.model_fields)
_LARGEST_FILE_BYTES = 1_000_000


@dataclass(frozen=True)
class Changes:
    """What is to become of a policy: replaced by a file's, then unset, then set, key by key."""

    instead: Mapping[str, Any] | None = None
    unset: frozenset[str] = frozenset()
    given: Mapping[str, Any] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return self.instead is not None or bool(self.unset or self.given)

    def of(self, policy: EditorialPolicy) -> EditorialPolicy:
        """The policy after them."""
        before = dict(policy) if self.instead is None else dict(self.instead)
        kept = {key: value for key, value in before.items() if key not in self.unset}
        return EditorialPolicy.model_validate({**kept, **self.given})


def changes_of(given: Sequence[str], unset: Sequence[str], file: Path | None) -> Changes:
    """The changes that the options ask for.

    :param given: Each as ``KEY=VALUE``; lists with commas.
    :raises ValueError: One of them cannot be meant; the message is a clause for people.
    """
    for key in unset:
        _check_key(key)
    changes = Changes(
        instead=None if file is None else _checked(_in_file(file)),
        unset=frozenset(unset),
        given=_checked(dict(_pair(one) for one in given)),
    )
    if both := sorted(changes.unset & set(changes.given)):
        raise ValueError(f"{both[0]} is both set and unset")
    return changes


def set_policy(name: str, changes: Changes, *, by: str = "", as_json: bool) -> None:
    """Change what a client wants of its clips, where something is given, and print all of it.

    :param by: Who changes it.
    :raises Rejected: Nothing is given, and nobody has heard of the client; wishes do not go
        together.
    """
    from clipping.copywriting.policies import at_odds
    from clipping.db import queries
    from clipping.db.queries.strategies import change_strategy, strategy
    from tasks.workplace import db_session

    with db_session() as session:
        known = queries.clients.clients(session)
        if not changes and name not in known:
            raise unknown(name, known)
        # What is on a page meanwhile must not be lost: all of it is saved together.
        found = strategy(session, name)
        policy = found.policy if found else queries.clients.editorial_policy(session, name)
        if changes:
            policy = changes.of(policy)
            for key, clause in at_odds(policy).items():
                raise Rejected(f"{key}{clause}.")
            seen = found.version if found else None
            change_strategy(session, name, by=by, at=datetime.now(UTC), policy=policy, seen=seen)
    tell_if_new(name, known)
    if as_json:
        shown = json.dumps(policy.model_dump(mode="json"), ensure_ascii=False, indent=2)
        sys.stdout.write(shown + "\n")
    else:
        console.output.print(policy_table(policy))


def policy_table(policy: EditorialPolicy) -> Table:
    """One row for each key, with its value as one would give it, and whether it was given."""
    usual = EditorialPolicy()
    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column("key", no_wrap=True)
    table.add_column("value", overflow="fold")
    table.add_column("", no_wrap=True)
    for key in KEYS:
        value = getattr(policy, key)
        default = "default" if value == getattr(usual, key) else ""
        table.add_row(key, Text(_as_given(value)), default)
    return table


def _as_given(value: Any) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(str, value)) or "none"
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) or "none"


def _check_key(key: str) -> None:
    if key not in KEYS:
        raise ValueError(f"there is no key {_quoted(key)} in a policy; known are {', '.join(KEYS)}")


def _pair(text: str) -> tuple[str, Any]:
    key, sign, value = text.partition("=")
    key = key.strip()
    if not sign:
        raise ValueError(f"--set takes KEY=VALUE, not {_quoted(text)}")
    _check_key(key)
    if isinstance(getattr(EditorialPolicy(), key), tuple):
        return key, [part.strip() for part in value.split(",") if part.strip()]
    return key, value.strip()


def _in_file(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            raw = file.read(_LARGEST_FILE_BYTES + 1)
    except OSError as error:
        raise ValueError(f"{path} cannot be read: {error.strerror}") from error
    if len(raw) > _LARGEST_FILE_BYTES:
        raise ValueError(f"{path} is too large for a policy")
    try:
        return tomllib.loads(raw.decode())
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise ValueError(f"{path} is no TOML: {error}") from error


def _checked(values: dict[str, Any]) -> dict[str, Any]:
    """The values as a policy has them; those that it does not have are told in a ValueError."""
    from clipping.copywriting.policies import faults

    for key in values:
        _check_key(key)
    for key, clause in faults(values).items():
        raise ValueError(f"{key}{clause}")
    policy = EditorialPolicy.model_validate(values)
    return {key: getattr(policy, key) for key in values}


def _quoted(value: Any) -> str:
    from clipping.copywriting.policies import quoted

    return quoted(value)
