"""Another choice of the sentences with which a moment begins and ends.

The cuts are those of every detector (``snap``): in the silence beside a sentence, never within
one, never beyond the source.
"""

from __future__ import annotations

import re
from typing import Final

from clipping.errors import Rejected
from clipping.models import Moment, Value, make_id
from clipping.moments.english import FUNCTION_WORDS
from clipping.moments.lexicon import join, plain
from clipping.moments.selection import opens_profane
from clipping.moments.sentences import Break
from clipping.moments.talk import Talk
from clipping.timing import TimeSpan

SHORTEST_MS: Final = 3_000
"""No platform takes shorter ones."""
LONGEST_MS: Final = 600_000
_FORM = re.compile(r"start ([+-]\d{1,3}), end ([+-]\d{1,3})")


class Move(Value):
    """By how many sentences the ends move in time; less than 0 is earlier."""

    start: int = 0
    end: int = 0

    def __str__(self) -> str:
        return f"start {self.start:+d}, end {self.end:+d}"

    @classmethod
    def read(cls, text: str) -> Move:
        """The move that :meth:`__str__` wrote; ValueError when it did not."""
        found = _FORM.fullmatch(text)
        if found is None:
            raise ValueError(f"{text!r} is no move of a moment's ends, such as {Move(start=-1)}")
        return cls(start=int(found[1]), end=int(found[2]))

    @property
    def told(self) -> str:
        """In words: "starts 1 sentence earlier, ends 2 sentences later"."""
        parts = [("starts", self.start), ("ends", self.end)]
        return ", ".join(
            f"{verb} {_sentences(abs(by))} {'earlier' if by < 0 else 'later'}"
            for verb, by in parts
            if by
        )


def moved(talk: Talk, moment: Moment, source_id: str, move: Move, hook: str) -> Moment:
    """The moment with other ends, under an id of its own; no judge has seen it.

    Of its other hooks those stay that do not speak of what is cut away.

    :param hook: As it is shown over the clip; it may not speak of what would be cut away.
    :raises Rejected: There are not so many sentences before or after it, too little or too much
        would be in it, it would begin or end within one or open with a profanity, or the hook would
        no longer fit.
    """
    items = talk.sentences.items
    inside = [at for at, item in enumerate(items) if _mostly_in(moment.span, item.span)]
    if not inside:
        raise Rejected(f"No sentence of the talk lies in {moment.span} any more.")
    first, last = inside[0] + move.start, inside[-1] + move.end
    if first < 0:
        raise Rejected(f"The talk has {_only(inside[0])} before {moment.span}.")
    if last >= len(items):
        raise Rejected(f"The talk has {_only(len(items) - 1 - inside[-1])} after {moment.span}.")
    if first > last:
        raise Rejected(f"Of the {_sentences(len(inside))} in {moment.span} none would be left.")
    span = TimeSpan(
        start_ms=int(talk.cuts.start[first]) if move.start else moment.span.start_ms,
        end_ms=int(talk.cuts.end[last]) if move.end else moment.span.end_ms,
    )
    if not SHORTEST_MS <= span.duration_ms <= LONGEST_MS:
        raise Rejected(
            f"It would last {span.duration_ms / 1000:.1f} s; clips last {SHORTEST_MS // 1000} "
            f"to {LONGEST_MS // 1000} s."
        )
    _check_ends(talk, first if move.start else None, last if move.end else None, span.start_ms)
    text = _text(talk, first, last)
    if gone := _cut_away(hook, moment.text, text):
        raise Rejected(
            f"The hook says {gone!r}, which would no longer be heard; vary a clip with another "
            "hook."
        )
    hooks = tuple(one for one in moment.hooks if not _cut_away(one.text, moment.text, text))
    own = moment.hook if not _cut_away(moment.hook, moment.text, text) else ""
    return moment.replace(
        moment_id=make_id("mom", source_id, "bounds", span.start_ms, span.end_ms, moment.hook),
        rank=1,
        span=span,
        reason=f"{moment.reason} Here it {move.told}.",
        text=text,
        hook=own or next((one.text for one in hooks), ""),
        hooks=hooks,
        judgement=None,
    )


def _mostly_in(span: TimeSpan, sentence: TimeSpan) -> bool:
    """Whether it is one of the moment's; its ends were cut beside words, not within."""
    return 2 * span.overlap_ms(sentence) > sentence.duration_ms


def _text(talk: Talk, first: int, last: int) -> str:
    words = slice(talk.sentences.items[first].first, talk.sentences.items[last].last)
    spoken = zip(talk.words[words], talk.sentences.events[words], strict=True)
    return join([word.text for word, event in spoken if not event])


def _check_ends(talk: Talk, first: int | None, last: int | None, start_ms: int) -> None:
    """What every clip promises of the ends that were moved; Rejected when they would break it."""
    breaks = talk.sentences.breaks
    inside = first is not None and first > 0 and breaks[first - 1] is Break.LENGTH
    if last is not None and last + 1 < len(breaks):
        inside = inside or breaks[last] is Break.LENGTH
    if inside:
        raise Rejected("It would begin or end in the middle of a long sentence; move it further.")
    if first is not None and opens_profane(talk, first, start_ms):
        raise Rejected("It would open with a profanity, and no clip does.")


def _cut_away(hook: str, before: str, after: str) -> str:
    """A word of a hook that was said in the clip and would be no longer; empty when there is none.

    What it says that was said in the clip has to be said in it still.
    """
    said, still = ({plain(word) for word in text.split()} for text in (before, after))
    for word in hook.split():
        token = plain(word)
        if token in said and token not in still and token not in FUNCTION_WORDS:
            return word.strip(".,;:!?…")
    return ""


def _only(count: int) -> str:
    return f"only {_sentences(count)}" if count else _sentences(count)


def _sentences(count: int) -> str:
    if not count:
        return "no sentence"
    return "1 sentence" if count == 1 else f"{count} sentences"
