"""Hashtags and mentions: found in a text, taken out of it, and put together for a post."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from itertools import count
from typing import Final

import regex

from clipping.copywriting.wording import Ban, profane
from clipping.models import ProfanityPolicy, WritingPolicy

# twitter-text, js/src/regexp/hashtag*.js (2021-10-21); other platforms allow less.
_BODY: Final = (
    r"[\p{L}\p{M}\p{Nd}_\u200C\u200D\uA67E\u05BE\u05F3\u05F4"
    r"\uFF5E\u301C\u30A0\u30FB\u3003\u0F0B\u0F0C\xB7]"
)
_INLINE: Final = regex.compile(rf"[#＃]+(?![\uFE0F\u20E3])(?=({_BODY}*[\p{{L}}\p{{M}}_]))")
_TRAILING: Final = regex.compile(rf"(?:(?:^|\s+)[#＃]{_BODY}+)+\s*$")
_TAG: Final = regex.compile(r"(?=.*\p{L})[\p{L}\p{Nd}][\p{L}\p{M}\p{Nd}_]*")
_MENTION: Final = regex.compile(r"[@＠](?=[\p{L}\p{N}_])")
_CASHTAG: Final = regex.compile(
    r"(?i)(?<!\S)\$(?=[a-z]{1,6}(?:[._][a-z]{1,2})?(?:$|[\s\p{P}$+<=>^`|~]))"
)
_LONGEST: Final = 40
"""Letters; a longer one is a sentence, and is left out whole rather than cut."""


def inline_hashtags(text: str) -> int:
    """How many hashtags a platform would find in a text."""
    return len(_INLINE.findall(text))


def mentions(text: str) -> int:
    """How many accounts a text names."""
    return len(_MENTION.findall(text))


def cashtags(text: str) -> int:
    """How many ticker symbols a text holds ("$AAPL")."""
    return len(_CASHTAG.findall(text))


def lifted(text: str) -> tuple[str, list[str]]:
    """The text without hashtags: those at its end apart, others as plain words in their place."""
    tags: list[str] = []
    while found := _TRAILING.search(text):
        tags = [tag for tag in regex.split(r"[\s#＃]+", found[0]) if tag] + tags
        text = text[: found.start()].rstrip()
    while inline_hashtags(text):
        text = _INLINE.sub("", text)
    return text, tags


def with_fewer(text: str, *, most_mentions: int | None, most_cashtags: int | None) -> str:
    """The text with the signs of supernumerary mentions and cashtags taken away."""
    for pattern, most in ((_MENTION, most_mentions), (_CASHTAG, most_cashtags)):
        if most is not None:
            seen = count(1)
            text = pattern.sub(lambda found: found[0] if next(seen) <= most else "", text)  # noqa: B023
    return text


def is_hashtag(tag: str) -> bool:
    """Whether every platform takes ``#tag`` for one hashtag."""
    return _TAG.fullmatch(tag) is not None


def gather(wanted: Iterable[str], policy: WritingPolicy, ban: Ban) -> list[str]:
    """The hashtags that may be written, each once, in the order in which they were wanted."""
    kept: dict[str, str] = {}
    for raw in wanted:
        tag = _written(raw)
        allowed = policy.profanity is ProfanityPolicy.ALLOW or not profane(_apart(tag))
        if is_hashtag(tag) and len(tag) <= _LONGEST and allowed and not ban.in_hashtag(tag):
            kept.setdefault(tag.casefold(), tag)
    return list(kept.values())


def _written(raw: str) -> str:
    """One hashtag of several words in the usual way: "deep work" gives ``DeepWork``."""
    words = regex.split(r"[\s-]+", unicodedata.normalize("NFC", raw).strip(" #＃"))
    bare = [regex.sub(r"[^\p{L}\p{M}\p{Nd}_]+", "", word) for word in words]
    bare = [word for word in bare if word]
    if len(bare) == 1:
        return str(bare[0])
    return unicodedata.normalize("NFC", "".join(word[0].upper() + word[1:] for word in bare))


def _apart(tag: str) -> str:
    """The words of a hashtag, as far as capitals and underscores tell."""
    parts = regex.sub(r"(?<=\p{Ll})(?=\p{Lu})|_+", " ", tag)
    return f"{tag} {parts}"
