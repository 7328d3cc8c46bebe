"""A client's strategy as a form: what each field is called, what it does, and what was given. Pure.

The fields are those of the models that the command line sets; what is wrong with one is said in the
same words.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from pydantic import ValidationError

from clipping.claude.budget import dollars
from clipping.copywriting.policies import at_odds, faults
from clipping.db.queries.strategies import Strategy
from clipping.models import BrandRisk, ClientSettings, EditorialPolicy, ProfanityPolicy

RISKS: Final = {
    BrandRisk.ADULT: "adult",
    BrandRisk.VIOLENCE: "violence",
    BrandRisk.HATE: "hate",
    BrandRisk.SELF_HARM: "self-harm",
    BrandRisk.DRUGS: "drugs",
    BrandRisk.CRIME: "crime",
    BrandRisk.TRAGEDY: "tragedy",
    BrandRisk.POLITICS: "politics",
    BrandRisk.HEALTH_CLAIM: "health claims",
    BrandRisk.MONEY_CLAIM: "promises of money",
    BrandRisk.ACCUSATION: "accusations",
}
PACES: Final = {
    4: "two a day, 12 hours apart",
    3: "three in two days",
    2: "one a day",
    1: "one every two days",
}
PROFANITY: Final = {
    ProfanityPolicy.MASK: "mask it (f***)",
    ProfanityPolicy.LEAVE_OUT: "leave its sentence out",
    ProfanityPolicy.ALLOW: "leave it as it is",
}
APPROVALS: Final = {
    "required": "a person approves each clip first",
    "not_needed": "without anybody's approval",
}
WHEN_DOWN: Final = {
    "local": "carry on on our own machines",
    "wait": "wait until Claude answers again",
}
NAMES: Final = {
    "themes": "Themes",
    "forbidden_topics": "Topics that a person has to see first",
    "banned_words": "Words that are never written",
    "brand_risks": "Risks that a person has to see first",
    "hold_personal_data": "Hold moments with private data for a person",
    "tone": "Tone",
    "language": "Language",
    "shortest_seconds": "Shortest clip, seconds",
    "longest_seconds": "Longest clip, seconds",
    "clips_a_source": "Clips of each video at most",
    "posts_in_two_days": "Pace of each account",
    "post_once": "Post each clip on one platform only",
    "approval": "Clips are posted",
    "profanity": "Profanity in the words of posts",
    "default_hashtags": "Hashtags of its own",
    "most_hashtags": "Hashtags at most",
    "when_down": "While Claude cannot be reached",
    "require_rights": "Make nothing of a video before its rights are stated",
    "monthly_budget_usd": "Budget for Claude, dollars a month",
}
"""All fields, each by what the page calls it."""

_MOMENTS: Final = (
    "themes",
    "forbidden_topics",
    "brand_risks",
    "hold_personal_data",
    "language",
    "tone",
    "banned_words",
)
_LENGTHS: Final = ("shortest_seconds", "longest_seconds", "clips_a_source")
_PACE: Final = ("posts_in_two_days", "post_once")
_WORDS: Final = ("profanity", "default_hashtags", "most_hashtags")
_MOST_USD: Final = 100_000_000
_APPROVAL: Final = {
    True: "From the next plan on nothing is posted that nobody has approved: planned posts of "
    "such clips are cancelled.",
    False: "Clips that wait for approval are planned within the hour.",
}
_RIGHTS: Final = {
    True: "Videos whose rights nobody has stated are not clipped from now on.",
    False: "Videos are clipped also where nobody has stated their rights; posts still need them.",
}


@dataclass(frozen=True)
class Wanted:
    """What somebody gave, as values; or what is wrong with it, by field."""

    settings: ClientSettings
    policy: EditorialPolicy
    wrong: Mapping[str, str]


def wanted(given: Mapping[str, Any], before: Strategy) -> Wanted:
    """What was given in a form, where all of it can be meant.

    :param given: By field; lists are texts, one entry a line, and the budget is a text.
    """
    wishes = {
        key: _entries(value) if _is_list(key) else value
        for key, value in given.items()
        if key in EditorialPolicy.model_fields
    }
    wrong = {key: _sentence(key, clause) for key, clause in faults(wishes).items()}
    policy = before.policy
    if not wrong:
        policy = before.policy.replace(**wishes)
        wrong = dict.fromkeys(at_odds(policy), "The longest clip is shorter than the shortest.")
    settings, fault = _settings(given, before.settings)
    if fault:
        wrong["monthly_budget_usd"] = fault
    return Wanted(settings, policy, wrong)


def _is_list(key: str) -> bool:
    return key in ("themes", "forbidden_topics", "banned_words", "default_hashtags")


def _entries(value: str) -> list[str]:
    return [line.strip() for line in value.splitlines() if line.strip()]


def as_lines(entries: tuple[str, ...]) -> str:
    """A list as a form holds it."""
    return "\n".join(entries)


def _sentence(key: str, clause: str) -> str:
    told = clause.strip()
    named = f"{NAMES[key]}: {told.removeprefix(': ').removeprefix(':').strip()}"
    return named if named.endswith(".") else f"{named}."


def _settings(given: Mapping[str, Any], before: ClientSettings) -> tuple[ClientSettings, str]:
    text = str(given.get("monthly_budget_usd", "")).strip().removeprefix("$").strip()
    amount: Decimal | None = None
    if text:
        try:
            amount = Decimal(text)
        except InvalidOperation:
            amount = Decimal("NaN")
        if not (amount.is_finite() and 0 <= amount <= _MOST_USD):
            return before, f"{NAMES['monthly_budget_usd']}: a number such as 60, or nothing."
    try:
        return before.replace(
            require_rights=bool(given.get("require_rights", before.require_rights)),
            monthly_budget_usd=amount,
        ), ""
    except ValidationError:
        return before, f"{NAMES['monthly_budget_usd']}: a number such as 60, or nothing."


def follows(before: Strategy, after: Wanted, planned: int) -> list[str]:
    """What a change will do, in sentences; empty for none.

    :param planned: How many posts have their places.
    """
    changed = {
        *_differing(before.policy, after.policy),
        *_differing(before.settings, after.settings),
    }
    posts = "post keeps its place" if planned == 1 else "posts keep their places"
    keep = f"{planned:,} planned {posts}"
    approval, rights = after.policy.approval == "required", after.settings.require_rights
    told = {
        (*_MOMENTS,): (
            "Moments are chosen by it from the next run of a video on; clips that are there stay."
        ),
        (*_LENGTHS,): (
            "Videos that are clipped from now on have these lengths, unless a run says others."
        ),
        (*_PACE,): f"It holds from the next plan on, within the hour; {keep}.",
        ("approval",): _APPROVAL[approval],
        (*_WORDS, "banned_words"): (
            f"Words are written by it from the next post that is planned on; {keep} and words."
        ),
        ("when_down",): "Runs by the clock wait for Claude in any case.",
        ("require_rights",): _RIGHTS[rights],
        ("monthly_budget_usd",): (
            "It holds from the next question that Claude is asked on, this month included."
        ),
    }
    return [sentence for fields, sentence in told.items() if changed & set(fields)]


def _differing(before: Any, after: Any) -> set[str]:
    return {key for key, value in dict(after).items() if getattr(before, key) != value}


def in_words(key: str, value: Any) -> str:
    """What a field holds, as JSON has it, for the history."""
    if key == "monthly_budget_usd":
        return "no limit" if value is None else dollars(Decimal(value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        entries = [str(RISKS.get(one, one)) for one in value]
        return ", ".join(entries) or "none"
    choices: Mapping[str, Mapping[Any, str]] = {
        "posts_in_two_days": PACES,
        "profanity": PROFANITY,
        "approval": APPROVALS,
        "when_down": WHEN_DOWN,
    }
    return choices.get(key, {}).get(value, str(value) or "none")
