"""Which row of an account's own list is the post that was just made: pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

_LEAST: Final = 24
"""Letters of a shortened text that are enough to know it by."""
_CLOCKS: Final = timedelta(minutes=5)
"""The platform's clock and ours may differ so much."""


@dataclass(frozen=True)
class Row:
    """What a list shows of a post."""

    address: str
    public_id: str
    words: str = ""
    at: datetime | None = None
    """Only where the page says it for machines."""


def is_of(row: Row, words: str) -> bool:
    """Whether a row shows these words, shortened or not."""
    shown, sent = _plain(row.words), _plain(words)
    shortened = shown.removesuffix("…").removesuffix("...").rstrip()
    if shortened == sent:
        return bool(sent)
    if len(shortened) < _LEAST:
        return shortened != shown and bool(shortened) and sent.startswith(shortened)
    # A list may also show a title and what follows it.
    return sent.startswith(shortened) or (len(sent) >= _LEAST and shortened.startswith(sent))


def ours(
    rows: Iterable[Row], words: str, known: Collection[str], armed_at: datetime | None
) -> list[Row]:
    """The rows that can be the post: its words, not there before, not older than its click.

    :param known: Ids of the posts that were listed before.
    """
    found = {row.public_id: row for row in rows if row.public_id not in known}
    return [row for row in found.values() if is_of(row, words) and not _older(row, armed_at)]


def _older(row: Row, armed_at: datetime | None) -> bool:
    return row.at is not None and armed_at is not None and row.at < armed_at - _CLOCKS


def _plain(words: str) -> str:
    return re.sub(r"\s+", " ", words.replace("​", "")).strip()
