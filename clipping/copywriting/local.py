"""The writer that needs no key: it lets the clip speak, and adds no word of its own."""

from __future__ import annotations

from typing import Final

import regex

from clipping.copywriting.counting import x_weight
from clipping.copywriting.cutting import ELLIPSIS
from clipping.copywriting.subjects import is_english, subjects
from clipping.copywriting.wording import clean, sentences
from clipping.models import Draft, Moment, WritingPolicy

_LONGEST_QUOTE: Final = 200
"""Weighted as X counts: the same caption then fits everywhere, with room for its hashtags."""
_LONGEST_TITLE: Final = 90
_HASHTAGS: Final = 3
"""More would be guesses."""
_HESITATION: Final = regex.compile(
    r"(?i)(?<![\p{L}'’])(?:um+|uh+|er+m?|uhm+|hmm+|mhm)(?![\p{L}'’-])[,.]?\s*"
)
_LEADING: Final = regex.compile(r"(?i)^(?:(?:so|and|but|well|okay|ok|now|like|yeah|right)\b,?\s+)+")
_MARKS: Final = regex.compile(r"[^\p{L}\p{N}*]+")


def write(
    moment: Moment, excerpt: str, policy: WritingPolicy | None = None, language: str = "und"
) -> Draft:
    """A draft of a moment's own words: a quote as caption, and as hashtags what comes back in it.

    The quote begins with the sentence that the hook is from, and goes on for as long as it is
    short: neighbouring sentences in their order, so that it says nothing that the clip does not.

    :param excerpt: The transcript around the moment, the moment included or not.
    :param policy: Its tone and its language need a writer who understands; what it forbids is
        applied by fitting.
    :param language: BCP 47 of what is said.
    """
    spoken = [line for line in map(_tidy, sentences(clean(moment.text))) if line]
    start = _sentence_of(moment.hook, spoken)
    quote = _quote(spoken[start:]) or moment.hook
    title = spoken[start] if moment.hook.endswith(ELLIPSIS) and spoken else moment.hook
    if len(title) > _LONGEST_TITLE:
        title = moment.hook
    most = _HASHTAGS if policy is None else min(_HASHTAGS, policy.most_hashtags)
    return Draft(
        hook=moment.hook,
        caption=f"“{quote}”" if quote else "",
        hashtags=tuple(subjects(moment.text, excerpt, english=is_english(language), most=most)),
        title=title.rstrip(".…"),
        language=language,
    )


def _tidy(sentence: str) -> str:
    """A spoken sentence as it would be quoted: without hesitations, begun with a capital."""
    text: str = _LEADING.sub("", _HESITATION.sub("", sentence).strip())
    return text[:1].upper() + text[1:]


def _sentence_of(hook: str, spoken: list[str]) -> int:
    """Which sentence the hook was made of; the first one when none holds it."""
    wanted = _plain(hook)
    return next((at for at, line in enumerate(spoken) if wanted and wanted in _plain(line)), 0)


def _plain(text: str) -> str:
    return f" {_MARKS.sub(' ', text.casefold()).strip()} "


def _quote(spoken: list[str]) -> str:
    """As many whole sentences as are short together; empty when the first one is too long."""
    quote = ""
    for line in spoken:
        longer = f"{quote} {line}".strip()
        if x_weight(longer) > _LONGEST_QUOTE:
            break
        quote = longer
    return quote
