"""What a rehearsal comes to: the posts as we know them, held against what the platforms show."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from clipping.models import (
    LATE_S,
    Account,
    PlatformName,
    PostState,
    Reason,
    RehearsedPart,
)
from clipping.models.base import Value
from clipping.rehearsal.world import PublicPost, Violation

OVER: Final = (
    PostState.POSTED,
    PostState.FAILED,
    PostState.CANCELLED,
    PostState.HELD,
)
"""States in which a post may end. One that is ``unknown`` was never settled."""
_STATES: Final = ("failed", "held", "cancelled", "unknown")
_IDS: Final = re.compile(r"\b(\w+_[0-9a-f]{16}|account_\d+|clip_\d+)\b")
_HANDLES: Final = re.compile(r"@\w+( and @\w+)*")
_TIMES: Final = re.compile(r"\d{4}-\d\d-\d\d( at)? \d\d:\d\d( UTC)?")


class Row(Value):
    """A post as the database has it in the end."""

    post_id: str
    account_id: str
    platform: PlatformName
    clip_id: str
    slot_id: str | None
    due_at: datetime
    state: PostState
    posted_at: datetime | None
    public_id: str
    sha256: str
    waits: bool
    """Whether it would be looked at again by itself."""
    sentence: str
    gone: str


Known = dict[tuple[PlatformName, str, str], PublicPost]
"""What became public, by platform, the platform's id of the account, and the file."""


def public_of(ledger: Iterable[PublicPost]) -> Known:
    """The first of each."""
    found: Known = {}
    for one in ledger:
        found.setdefault((one.platform, one.account, one.sha256), one)
    return found


def duplicates(ledger: Sequence[PublicPost], clips: Mapping[str, str]) -> list[str]:
    """A sentence for each clip that became public twice on a platform, on whichever accounts.

    :param clips: Of each file, by its SHA-256, the clip.
    """
    groups: dict[tuple[PlatformName, str], list[PublicPost]] = defaultdict(list)
    for one in ledger:
        groups[one.platform, clips.get(one.sha256, one.sha256)].append(one)
    return [
        f"{clip} is public {len(group)} times on {platform}: "
        + ", ".join(f"{one.public_id} of {one.account}" for one in group)
        + "."
        for (platform, clip), group in groups.items()
        if len(group) > 1
    ]


def lost(
    rows: Sequence[Row],
    ledger: Sequence[PublicPost],
    accounts: Mapping[str, Account],
    is_up: Callable[[PlatformName, str], bool],
) -> list[str]:
    """A sentence for each post that is accounted for by nothing, on either side."""
    public = public_of(ledger)
    keys = {row.post_id: key_of(row, accounts) for row in rows}
    posted = {keys[row.post_id] for row in rows if row.state is PostState.POSTED}
    found = []
    for row in rows:
        seen = public.get(keys[row.post_id])
        if row.state not in OVER or row.waits:
            found.append(f"{row.post_id} is {row.state} in the end.")
        elif row.state is PostState.POSTED:
            if seen is None:
                found.append(f"{row.post_id} is posted, and {row.platform} never showed it.")
            elif row.public_id not in ("", seen.public_id):
                found.append(f"{row.post_id} is said to be {row.public_id}: {seen.public_id}.")
        # A clip that failed may have been posted there later by another post.
        elif seen and keys[row.post_id] not in posted and is_up(seen.platform, seen.public_id):
            found.append(f"{row.post_id} is {row.state}, and public as {seen.public_id}.")
    known = set(keys.values())
    found += [
        f"No post knows of {one.public_id} on {one.platform}."
        for key, one in public.items()
        if key not in known
    ]
    return found


def key_of(row: Row, accounts: Mapping[str, Account]) -> tuple[PlatformName, str, str]:
    """By which a post is looked up among what became public."""
    return row.platform, accounts[row.account_id].platform_user_id, row.sha256


def violated(violations: Iterable[Violation]) -> list[str]:
    """A sentence for each rule that was not kept on an account."""
    counts = Counter((one.platform, one.account, one.rule, one.detail) for one in violations)
    return [
        f"{platform} {account}: {rule}, {detail}, {count} times."
        for (platform, account, rule, detail), count in sorted(counts.items())
    ]


def seconds_late(
    rows: Iterable[Row], ledger: Iterable[PublicPost], accounts: Mapping[str, Account]
) -> dict[str, float]:
    """How long after its time each post became public, by post id."""
    public = public_of(ledger)
    found = {}
    for row in rows:
        seen = public.get(key_of(row, accounts))
        if row.state is PostState.POSTED and seen is not None:
            found[row.post_id] = (seen.at - row.due_at).total_seconds()
    return found


def minutes(late_s: Iterable[float]) -> dict[str, float]:
    """Half of them, 95 of 100, and all are no later than so many minutes."""
    ordered = sorted(late_s)
    if not ordered:
        return {}
    last = len(ordered) - 1
    places = {"median": last // 2, "p95": round(last * 0.95), "most": last}
    return {name: round(ordered[place] / 60, 1) for name, place in places.items()}


def reasons(rows: Iterable[Row]) -> list[Reason]:
    """Why posts are not public, the most frequent first; names and times are left out."""
    counts = Counter(
        (row.state.value, _general(row.sentence))
        for row in rows
        if row.state is not PostState.POSTED
    )
    return [
        Reason(state=state, sentence=sentence or "No reason was given.", count=count)
        for (state, sentence), count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    ]


def _general(sentence: str) -> str:
    return _TIMES.sub("…", _HANDLES.sub("@…", _IDS.sub("…", sentence)))


def parts(
    rows: Sequence[Row], late_s: Mapping[str, float], name_of: Callable[[Row], str]
) -> list[RehearsedPart]:
    """The posts counted by whatever names them."""
    groups: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        groups[name_of(row)].append(row)
    return [_part(name, groups[name], late_s) for name in sorted(groups)]


def _part(name: str, rows: Sequence[Row], late_s: Mapping[str, float]) -> RehearsedPart:
    states = Counter(row.state.value for row in rows)
    return RehearsedPart(
        name=name,
        posts=len(rows),
        slots=len({row.slot_id for row in rows if row.slot_id}),
        posted=states["posted"],
        late=sum(late_s.get(row.post_id, 0) >= LATE_S for row in rows),
        **{state: states[state] for state in _STATES},
    )


def local_day(row: Row, accounts: Mapping[str, Account]) -> date:
    """On its account's clock."""
    return row.due_at.astimezone(ZoneInfo(accounts[row.account_id].timezone)).date()
