"""What an account shows, and which of our posts is among it. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Sequence
from datetime import datetime

from clipping.errors import NeedsPerson
from clipping.models import Post
from clipping.platforms.base import Shown


def shown_since(found: Sequence[Shown], since: datetime, is_full: bool) -> list[Shown]:
    """Those since then.

    :param is_full: Whether the platform gave as many as it gives at once: there may be more.
    :raises NeedsPerson: There may be more since then than were listed.
    """
    kept = [one for one in found if one.at >= since]
    if is_full and len(kept) == len(found):
        raise NeedsPerson("The account shows more posts since then than are listed: look at it.")
    return kept


def is_of(shown: Shown, post: Post) -> bool:
    """Whether it is this post: by its marker where tags are told, else by its words."""
    if post.marker and post.marker in shown.marks:
        return True
    return bool(_plain(post.words.text)) and _plain(post.words.text) == _plain(shown.words)


def strangers(found: Sequence[Shown], known_ids: Collection[str]) -> list[Shown]:
    """Those that bear no id that we know."""
    return [one for one in found if one.public_id not in known_ids]


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())
