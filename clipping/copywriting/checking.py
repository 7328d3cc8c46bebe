"""What a platform would refuse, found before it is asked."""

from __future__ import annotations

from typing import Final

import regex

from clipping.copywriting.hashtags import cashtags, inline_hashtags, is_hashtag, mentions
from clipping.copywriting.limits import RULES, Limit, Rules
from clipping.copywriting.links import link_spans
from clipping.models import PostCopy

_NOT_SENT: Final = regex.compile(r"[\p{Cs}\x00\uFFFE\uFFFF\uFEFF]")
"""Not to be encoded, or named invalid by X (twitter-text, ``invalidCharsGroup``)."""


def problems(copy: PostCopy) -> list[str]:
    """Why its platform would refuse a post's words, a sentence each; none when it takes them.

    A link in a post on X counts, because it makes the post cost 13 times as much.
    """
    rules = RULES[copy.platform]
    found = [*_too_long(copy.text, rules.text, rules.name, "caption with its hashtags")]
    found += _title_problems(copy.title, rules)
    found += _too_many(copy, rules)
    found += [
        f"{tag!r} is no hashtag: letters, figures and underscores only, one letter at least."
        for tag in copy.hashtags
        if not is_hashtag(tag)
    ]
    both = f"{copy.title}\n{copy.text}"
    if not rules.angle_brackets and regex.search("[<>]", both):
        found.append(f"{rules.name} takes no angle brackets.")
    if not rules.links and link_spans(copy.text):
        found.append(f"A link makes a post on {rules.name} cost 13 times as much.")
    if _NOT_SENT.search(both):
        found.append("It holds a character that cannot be sent.")
    return found


def _too_long(text: str, limit: Limit, name: str, part: str) -> list[str]:
    if limit.takes(text):
        return []
    size = limit.measure(text)
    return [f"The {part} has {size} {limit.unit}; {name} takes {limit.most}."]


def _title_problems(title: str, rules: Rules) -> list[str]:
    if rules.title is None:
        return [f"{rules.name} has no title."] if title else []
    if not title.strip():
        return [f"{rules.name} wants a title."]
    return _too_long(title, rules.title, rules.name, "title")


def _too_many(copy: PostCopy, rules: Rules) -> list[str]:
    counted = (
        ("hashtags", inline_hashtags(copy.text), rules.hashtags),
        ("mentions", mentions(copy.text), rules.mentions),
        ("cashtags", cashtags(copy.text), rules.cashtags),
    )
    return [
        f"It has {count} {what}; {rules.name} takes {most}."
        for what, count, most in counted
        if most is not None and count > most
    ]
