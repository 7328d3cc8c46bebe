"""What a client wants of its clips: how their words sound, and what a person has to see first."""

from __future__ import annotations

import unicodedata
from enum import StrEnum
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field

from clipping.models.base import Value
from clipping.models.copy import ProfanityPolicy, WritingPolicy


class BrandRisk(StrEnum):
    """What advertisers do not want to stand beside."""

    ADULT = "adult"
    VIOLENCE = "violence"
    HATE = "hate"
    SELF_HARM = "self_harm"
    DRUGS = "drugs"
    CRIME = "crime"
    TRAGEDY = "tragedy"
    POLITICS = "politics"
    HEALTH_CLAIM = "health_claim"
    """Advice about health that could hurt who follows it."""
    MONEY_CLAIM = "money_claim"
    """A promise of gain, or advice to buy or sell."""
    ACCUSATION = "accusation"
    """Something bad that is said of a person or company by name."""


_USUAL_RISKS = tuple(
    risk for risk in BrandRisk if risk not in (BrandRisk.TRAGEDY, BrandRisk.POLITICS)
)


SHORTEST_WISH_S: Final = 5
"""No client wants shorter clips: what is shorter is refused before anybody is asked."""
_LONGEST: Final = 200
_MOST: Final = 100


def _one_line(text: str) -> str:
    """The text with single spaces; no text that nobody could read in a prompt or a table."""
    line = " ".join(text.split())
    if any(unicodedata.category(char) in ("Cc", "Cs") for char in line):
        raise ValueError("it holds a character that cannot be written")
    if len(line) > _LONGEST:
        raise ValueError(f"it is longer than {_LONGEST} characters")
    return line


Wish = Annotated[str, AfterValidator(_one_line)]
Wishes = Annotated[tuple[Annotated[Wish, Field(min_length=1)], ...], Field(max_length=_MOST)]


class EditorialPolicy(Value):
    """A client's wishes for the choice of moments, for hooks, and for the words beside a clip."""

    tone: Wish = "plain, exact, a little curious"
    """In a few words, for whoever writes hooks and captions."""
    language: str = Field(default="", pattern=r"^([A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*)?$")
    """Of hooks and captions, BCP 47; empty is the talk's own."""
    themes: Wishes = ()
    """What its clips are to be about: moments about one are looked for, and judged better."""
    shortest_seconds: int = Field(default=15, ge=SHORTEST_WISH_S, le=600)
    longest_seconds: int = Field(default=60, ge=SHORTEST_WISH_S, le=600)
    """Of a clip, where a run does not say otherwise."""
    clips_a_source: int = Field(default=5, ge=1, le=50)
    """How many clips at most are made of a source, where a run does not say otherwise."""
    posts_in_two_days: int = Field(default=4, ge=1, le=4)
    """Of each account, once it is warmed up: four are one every 12 hours."""
    post_once: bool = False
    """Whether a clip goes to one platform only; else to others too, when no fresh clip is left."""
    forbidden_topics: Wishes = ()
    """A moment that touches one is held for a person."""
    banned_words: Wishes = ()
    """Neither a hook nor a post holds one; a phrase of several words counts as a whole."""
    brand_risks: tuple[BrandRisk, ...] = _USUAL_RISKS
    """A moment that carries one is held for a person."""
    hold_personal_data: bool = True
    """Whether addresses, numbers and other data of private persons hold a moment."""
    when_down: Literal["local", "wait"] = "local"
    """While Claude cannot be reached: this machine carries on alone, or the stage tries again."""
    profanity: ProfanityPolicy = ProfanityPolicy.MASK
    """What happens to one in a post's words."""
    default_hashtags: Wishes = ()
    """The client's own, which come first."""
    most_hashtags: int = Field(default=5, ge=0, le=30)
    """Fewer where a platform takes fewer."""
    approval: Literal["required", "not_needed"] = "not_needed"
    """Whether a person has to approve each clip before it is posted."""

    @property
    def patient(self) -> bool:
        """Whether what Claude has to do waits for it."""
        return self.when_down == "wait"

    def in_language(self, spoken: str) -> bool:
        """Whether what is written is in the language that is spoken, as far as that is known."""
        wanted, heard = (tag.split("-")[0].lower() for tag in (self.language, spoken))
        return wanted in ("", heard) or heard in ("", "und")

    @property
    def writing(self) -> WritingPolicy:
        """What of it concerns the words beside a clip."""
        return WritingPolicy(**{name: getattr(self, name) for name in WritingPolicy.model_fields})

    @property
    def choosing(self) -> str:
        """What of it decides which moments are found, and with which hooks; as one text."""
        # A detection from before there were themes is still the one of a client without any.
        without = _BESIDE if self.themes else _BESIDE | {"themes"}
        return self.model_dump_json(exclude=without)

    @property
    def lengths_at_odds(self) -> bool:
        """Whether no clip could be as long as it says."""
        return self.shortest_seconds > self.longest_seconds


_BESIDE: Final = {
    "when_down",
    "profanity",
    "default_hashtags",
    "most_hashtags",
    "approval",
    "shortest_seconds",
    "longest_seconds",
    "clips_a_source",
    "posts_in_two_days",
    "post_once",
}
"""What a detection does not depend on, or by its own options."""
