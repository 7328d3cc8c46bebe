"""What a client's policy demands of any moment, whoever found it: holds, and clean hooks.

Only words count here. Coarse on purpose: what is held too often costs a look, what slips through
costs a client.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

from clipping import profanity
from clipping.models import Detection, EditorialPolicy, Hold, HoldKind, Moment
from clipping.moments.lexicon import plain

SPACELESS: Final = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")
"""Scripts that set no spaces between words."""
_PERSONAL: Final[dict[str, re.Pattern[str]]] = {
    "a mail address": re.compile(
        r"[\w.+-]+@[\w-]+\.\w|\b\w+ at \w+ dot (?:com|org|net|edu|io|de|co)\b", re.IGNORECASE
    ),
    "an account number": re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}"),
    "a long number, such as of a telephone": re.compile(
        r"(?<![\d.,])\+?\d(?:[\s().-]{0,2}\d){8,18}(?!\d)"
    ),
    "a street address": re.compile(
        r"\b\d{1,5} (?:[A-Z]\w+ ){1,3}(?:Street|St|Avenue|Ave|Road|Rd|Lane|Drive|Boulevard)\b"
        r"|\b[A-ZÄÖÜ]\w+(?:straße|strasse|gasse|weg) \d{1,4}\b"
    ),
}


def spoken_holds(policy: EditorialPolicy, words: Sequence[str]) -> tuple[Hold, ...]:
    """What the words themselves show that holds a moment for a person."""
    found = [
        Hold(
            kind=HoldKind.FORBIDDEN_TOPIC,
            reason=f"It speaks of a forbidden topic: {profanity.mask(topic)}.",
        )
        for topic in policy.forbidden_topics
        if holds_phrase(topic, words)
    ]
    text = " ".join(words)
    if policy.hold_personal_data:
        found += [
            Hold(kind=HoldKind.PERSONAL_DATA, reason=f"It seems to hold {what}.")
            for what, pattern in _PERSONAL.items()
            if pattern.search(text)
        ]
    return tuple(dict.fromkeys(found))


def guarded(detection: Detection, policy: EditorialPolicy) -> Detection:
    """A detection whose moments hold to the policy."""
    moments = tuple(guarded_moment(moment, policy) for moment in detection.moments)
    return detection.replace(moments=moments)


def guarded_moment(moment: Moment, policy: EditorialPolicy) -> Moment:
    """A moment that holds to the policy."""
    found = spoken_holds(policy, moment.text.split())
    holds = tuple(dict.fromkeys((*moment.holds, *found)))
    return moment.replace(
        holds=holds,
        hook=without_banned(moment.hook, policy.banned_words),
        title=without_banned(moment.title, policy.banned_words),
    )


def without_banned(line: str, banned: Iterable[str]) -> str:
    """The line with every banned word as its first letter and asterisks."""
    for phrase in banned:
        if SPACELESS.search(phrase):
            line = line.replace(phrase.strip(), "*" * len(phrase.strip()))
            continue
        wanted, words = _tokens(phrase.split()), line.split(" ")
        said = [plain(word) for word in words]
        for at in range(len(words) - len(wanted) + 1) if wanted else ():
            if _same(wanted, said[at : at + len(wanted)]):
                for place in range(at, at + len(wanted)):
                    words[place] = _starred(words[place])
        line = " ".join(words)
    return line


def holds_phrase(phrase: str, words: Iterable[str]) -> bool:
    """Whether a word or phrase is said, in any case, also as a plural."""
    wanted, said = _tokens(phrase.split()), _tokens(words)
    if not wanted:
        return False
    if SPACELESS.search(phrase):
        return "".join(wanted) in "".join(said)
    size = len(wanted)
    return any(_same(wanted, said[at : at + size]) for at in range(len(said) - size + 1))


def _tokens(words: Iterable[str]) -> list[str]:
    return [token for token in map(plain, words) if token]


def _same(wanted: Sequence[str], said: Sequence[str]) -> bool:
    return all(_singular(one) == _singular(two) for one, two in zip(wanted, said, strict=True))


def _singular(token: str) -> str:
    return token.removesuffix("'s").removesuffix("s")


def _starred(word: str) -> str:
    at = next((at for at, char in enumerate(word) if char.isalnum()), 0)
    rest = "".join("*" if char.isalnum() else char for char in word[at + 1 :])
    return word[: at + 1] + rest
