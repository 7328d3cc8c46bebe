"""A post on X as its author's own list has it, and how ours is known among them."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from clipping.platforms.base import Gone

_OWN_LINK: Final = re.compile(r"\s*https://t\.co/\w+\s*$")
"""X puts a link to the media behind the words."""
HIDDEN: Final = Gone("The post is no longer public: its account is protected or suspended.")
"""Says nothing of the post where that is so of the account."""


def find_ours(listed: Sequence[Mapping[str, Any]], media_key: str, text: str) -> str:
    """The id of the post that bears this media, else of one with these words; empty for none."""
    for post in listed:
        if media_key and media_key in _media_keys(post):
            return str(post["id"])
    wanted = _plain(text)
    same = (str(post["id"]) for post in listed if _plain(html.unescape(_said(post))) == wanted)
    return next(same, "") if wanted else ""


def words_of(post: Mapping[str, Any]) -> str:
    """What its author wrote, without the link that X puts behind it."""
    return html.unescape(_said(post))


def gone_because(post: str, found: Mapping[str, Any]) -> Gone | None:
    """Why a post is no longer public by the answer to a look-up; None when it is, or may be."""
    for entry in _of(found.get("data"), "id", post):
        withheld = entry.get("withheld") or {}
        if withheld.get("copyright"):
            return Gone("X withholds the post over copyright.", of_post=True)
        # Two codes stand for everywhere; a post withheld in some countries is public in others.
        if not {"XX", "XY"}.isdisjoint(withheld.get("country_codes", ())):
            return Gone("X withholds the post everywhere, for legal reasons.", of_post=True)
        return None
    errors = found.get("errors")
    for entry in (*_of(errors, "resource_id", post), *_of(errors, "value", post)):
        kind = str(entry.get("type", ""))
        if kind.endswith("/resource-not-found"):
            return Gone("The post is no longer on X.")
        if kind.endswith("/not-authorized-for-resource"):
            return HIDDEN
    return None


def _of(listed: object, name: str, value: str) -> Iterator[Mapping[str, Any]]:
    entries = listed if isinstance(listed, list) else []
    return (one for one in entries if isinstance(one, dict) and str(one.get(name)) == value)


def _media_keys(post: Mapping[str, Any]) -> Sequence[str]:
    attachments = post.get("attachments") or {}
    keys: Sequence[str] = attachments.get("media_keys", ())
    return keys


def _said(post: Mapping[str, Any]) -> str:
    return _OWN_LINK.sub("", str(post.get("text", "")))


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())
