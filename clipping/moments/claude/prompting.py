"""The prompts: versioned files beside this module, and what is told about one client and talk."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Final

from clipping.claude.question import Block
from clipping.models import DetectOptions, EditorialPolicy
from clipping.moments.claude.answers import ANSWERS_VERSION
from clipping.moments.claude.tidy import tidy

VERSIONS: Final[dict[str, int]] = {"scout": 1, "judge": 1, "check": 1}
"""Each prompt's newest version. A file is never changed: another wording is another version."""

_LONGEST_WISH: Final = 200
_MOST_WISHES: Final = 100


@dataclass(frozen=True)
class Brief:
    """What a client and a talk ask for, beyond what the prompts say for all."""

    policy: EditorialPolicy
    options: DetectOptions
    words_a_second: float
    language: str
    """Of the talk, BCP 47 or ``und``."""

    @property
    def words(self) -> tuple[int, int]:
        """The shortest and the longest clip in words, at the talk's pace."""
        pace = max(0.5, self.words_a_second)
        least = round(self.options.min_ms / 1000 * pace)
        return max(1, least), max(1, int(self.options.max_ms / 1000 * pace))


@cache
def prompt(name: str) -> str:
    """The newest version of a prompt."""
    file = resources.files("clipping.moments.claude") / "prompts" / f"{name}-{VERSIONS[name]}.md"
    return file.read_text(encoding="utf-8").strip()


def edition() -> str:
    """The versions of all prompts and of the answers' form; part of the detector's version."""
    return "".join([*(f"{name[0]}{number}" for name, number in VERSIONS.items()), ANSWERS_VERSION])


def system(name: str) -> tuple[Block, ...]:
    """A prompt as the beginning that all questions with it share."""
    return (Block(text=prompt(name), cached=True),)


def limits(brief: Brief) -> str:
    """How long a clip may be, as words, and which language is spoken."""
    least, most = brief.words
    spoken = "" if brief.language in ("", "und") else f" The talk's language is {brief.language}."
    return f"A clip has {least} to {most} words.{spoken}{_wanted(brief.policy)}"


def _wanted(policy: EditorialPolicy) -> str:
    # Nothing for a client without themes, so that what it was answered before is found again.
    themes = _list(policy.themes)
    if themes == "none":
        return ""
    return f" The client looks for moments about: {themes}. Prefer these among equally good ones."


def wishes(policy: EditorialPolicy) -> str:
    """What the client wants, one line per wish."""
    rows = [
        f"Tone of hooks: {_wish(policy.tone) or 'plain'}.",
        f"Language of hooks: {_wish(policy.language) or 'the language of the talk'}.",
        f"Words that no hook may hold: {_list(policy.banned_words)}.",
        f"Forbidden topics: {_list(policy.forbidden_topics)}.",
        f"Brand risks: {_list([risk.value for risk in policy.brand_risks])}.",
        f"Personal data: {'flag it' if policy.hold_personal_data else 'do not flag it'}.",
    ]
    return "What the client wants:\n" + "\n".join(f"- {row}" for row in rows)


def _wish(text: str) -> str:
    return tidy(text, _LONGEST_WISH).rstrip(".")


def _list(entries: tuple[str, ...] | list[str]) -> str:
    kept = [entry for entry in map(_wish, entries[:_MOST_WISHES]) if entry]
    return "; ".join(kept) or "none"
