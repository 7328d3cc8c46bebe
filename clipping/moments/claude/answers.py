"""The forms in which Claude answers; the words in them are part of what it is asked.

Decoding holds an answer to its schema, but not to ranges and not to numbers that exist: those
are checked in ``reading``. There are no defaults, so the model has to answer every field.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Final

from pydantic import BaseModel, Field

from clipping.claude.forms import schema_of as schema_of
from clipping.models import BrandRisk, HoldKind, HookAngle

ANSWERS_VERSION: Final = "3"
"""Changes with every word below, as the prompts' versions do with theirs."""

Number = Annotated[int, Field(description="Number of a sentence, as it stands in the text.")]


class AsideKind(StrEnum):
    """What is no part of a talk's matter."""

    SPONSOR = "sponsor"
    HOUSEKEEPING = "housekeeping"
    INTRO = "intro"


class DropCode(StrEnum):
    """Why a judge drops a finalist."""

    WEAK = "weak"
    DUPLICATE = "duplicate"
    NEEDS_CONTEXT = "needs_context"
    OUT_OF_CONTEXT = "out_of_context"
    NO_PAYOFF = "no_payoff"
    HOUSEKEEPING = "housekeeping"


class Nominee(BaseModel):
    """A run of sentences that could stand alone as a clip."""

    first: Number
    last: Number
    score: int = Field(description="0 to 100: how strong it would be as a clip.")
    idea: str = Field(description="What it says, in at most 8 words.")
    why: str = Field(description="What makes somebody watch it to its end, in at most 15 words.")


class Aside(BaseModel):
    """A run of sentences that belongs to no clip."""

    first: Number
    last: Number
    kind: AsideKind


class Scouted(BaseModel):
    """What a scout found in a passage."""

    nominees: list[Nominee]
    asides: list[Aside]


class WrittenHook(BaseModel):
    """A line shown over the first seconds."""

    text: str = Field(description="3 to 10 words, at most 60 letters, no emoji, no hashtag.")
    angle: HookAngle
    said_in: list[int] = Field(
        description="Numbers of the clip's sentences that say what the hook claims."
    )


class Flag(BaseModel):
    """Something that a person has to see before the clip is used."""

    kind: HoldKind
    what: str = Field(
        description="The forbidden topic in the client's words, the brand risk's name, or which"
        " personal data."
    )


class Verdict(BaseModel):
    """A finalist that deserves to be a clip, with its final bounds."""

    finalist: int = Field(description="Number of the finalist.")
    first: Number
    last: Number
    setup: str = Field(description="What the viewer is told first, in at most 12 words.")
    payoff: str = Field(description="What the viewer gets at the end, in at most 12 words.")
    needs: str = Field(
        description="What a viewer must know that these sentences do not say. Must be empty: move"
        " the first sentence earlier until it is, or drop the finalist."
    )
    out_of_context: bool = Field(
        description="Whether these sentences alone say something else than they do in the talk."
    )
    idea: str = Field(description="What it says, in at most 8 words.")
    same_idea_as: int = Field(
        description="Number of a better finalist that says the same; 0 when there is none."
    )
    emotional_intensity: int = Field(description="0 to 10.")
    controversy: int = Field(description="0 to 10: how much viewers would argue about it.")
    completeness: int = Field(description="0 to 10: whether setup and payoff are both there.")
    hook_strength: int = Field(description="0 to 10: how the first spoken seconds pull.")
    viral_score: int = Field(description="0 to 100, compared with the other finalists.")
    reasoning: str = Field(description="Why it is worth a clip, in one or two sentences.")
    flags: list[Flag]
    natural_start: str = Field(
        description="Why the clip is stronger without a hook over its first seconds, in one"
        " sentence. Empty when a hook helps."
    )
    hooks: list[WrittenHook] = Field(
        description="3 hooks, the best first, each with another angle; none for a natural start."
    )


class Drop(BaseModel):
    """A finalist that is no clip."""

    finalist: int = Field(description="Number of the finalist.")
    code: DropCode
    why: str = Field(description="In at most 15 words.")
    flags: list[Flag] = Field(
        description="As of those that are ranked: a weak one may fill up what is missing."
    )


class Judged(BaseModel):
    """Every finalist once: ranked, the best first, or dropped."""

    ranked: list[Verdict]
    dropped: list[Drop]


class HookCheck(BaseModel):
    """Whether a clip says what a hook claims."""

    hook: int = Field(description="Number of the hook.")
    said: bool = Field(description="Whether the words of its clip say all that the hook claims.")


class Checked(BaseModel):
    """One check for every hook."""

    checks: list[HookCheck]


BRAND_RISKS: Final = tuple(risk.value for risk in BrandRisk)
"""The names that a flag of brand safety may bear."""
