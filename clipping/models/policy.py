"""What a client wants of its clips: how their words sound, and what a person has to see first."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from clipping.models.base import Value


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


class EditorialPolicy(Value):
    """A client's wishes for the choice of moments and for hooks."""

    tone: str = "plain, exact, a little curious"
    language: str = ""
    """Of hooks, BCP 47; empty is the talk's own."""
    forbidden_topics: tuple[str, ...] = ()
    """A moment that touches one is held for a person."""
    banned_words: tuple[str, ...] = ()
    """No hook holds one; a phrase of several words counts as a whole."""
    brand_risks: tuple[BrandRisk, ...] = _USUAL_RISKS
    """A moment that carries one is held for a person."""
    hold_personal_data: bool = True
    """Whether addresses, numbers and other data of private persons hold a moment."""
    when_down: Literal["local", "wait"] = "local"
    """While Claude cannot be reached: the local detector carries on, or the stage tries again."""
