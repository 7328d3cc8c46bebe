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
        return self.model_dump_json(exclude=_BESIDE)


_BESIDE: Final = {"when_down", "profanity", "default_hashtags", "most_hashtags", "approval"}
"""What a detection does not depend on."""
