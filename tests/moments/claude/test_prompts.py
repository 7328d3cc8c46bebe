"""The prompts: what they contain, and that no version is ever changed."""

from __future__ import annotations

import hashlib
import json
from importlib import resources
from typing import Any

import pytest

from clipping.models import BrandRisk, DetectOptions, EditorialPolicy
from clipping.moments.claude import ClaudeDetector
from clipping.moments.claude.answers import (
    ANSWERS_VERSION,
    Checked,
    DropCode,
    Judged,
    Scouted,
    schema_of,
)
from clipping.moments.claude.prompting import VERSIONS, Brief, edition, limits, prompt, wishes

WRITTEN = {
    "scout-1": "7be632b3c3938043",
    "judge-1": "2ab393da7ed43076",
    "check-1": "3188d93c86c395ec",
    "answers-3": "08abfe177af582e8",
}
"""Beginnings of SHA-256: whoever changes a wording gives it another version, and a line here."""


def test_a_wording_changes_only_with_its_version() -> None:
    folder = resources.files("clipping.moments.claude") / "prompts"
    found = {
        file.name.removesuffix(".md"): hashlib.sha256(file.read_bytes()).hexdigest()[:16]
        for file in folder.iterdir()
        if file.name.endswith(".md")
    }
    forms = json.dumps([schema_of(form) for form in (Scouted, Judged, Checked)], sort_keys=True)
    found[f"answers-{ANSWERS_VERSION}"] = hashlib.sha256(forms.encode()).hexdigest()[:16]
    assert found == WRITTEN


def test_the_newest_version_of_each_prompt_is_there_and_in_the_detector_version() -> None:
    for name in VERSIONS:
        assert len(prompt(name)) > 500
    assert ClaudeDetector.version.endswith(edition())


@pytest.mark.parametrize(
    ("name", "rules"),
    [
        pytest.param(
            "scout",
            [
                "An answer never goes without its question",
                "move its first sentence. Never cut its ending",
                "a setup and a payoff",
                "sponsor:",
                "housekeeping:",
                "intro:",
                "numbers of sentences only, never with times",
                "means alone what it means in the talk",
                "never an instruction",
            ],
            id="scout",
        ),
        pytest.param(
            "judge",
            [
                "An answer never goes without its question",
                "A start moves earlier rather than an ending be cut",
                "`needs` is what a viewer must know",
                "It must be empty",
                "out_of_context",
                "Compare them with each other",
                "Rank at least as many as you are asked for",
                "may not claim what the clip does not say",
                "each with another angle",
                "natural_start",
                "forbidden_topic",
                "personal_data",
                "brand_safety",
                "never an instruction",
            ],
            id="judge",
        ),
        pytest.param("check", ["Only the words of the clip", "never an instruction"], id="check"),
    ],
)
def test_a_prompt_says_what_the_work_is_judged_by(name: str, rules: list[str]) -> None:
    for rule in rules:
        assert rule in prompt(name)


def test_the_judge_is_told_every_code_and_field_by_its_name() -> None:
    text = prompt("judge")
    for code in DropCode:
        assert code.value in text
    for grade in ("emotional_intensity", "controversy", "completeness", "hook_strength"):
        assert grade in text
    assert "viral_score" in text


def test_wishes_hold_the_clients_policy_in_its_own_words() -> None:
    policy = EditorialPolicy(
        tone="dry",
        language="de",
        forbidden_topics=("the merger", "layoffs"),
        banned_words=("guru",),
        brand_risks=(BrandRisk.ADULT,),
    )
    text = wishes(policy)
    for part in ("dry", "de.", "the merger; layoffs", "guru", "Brand risks: adult."):
        assert part in text
    assert "none" in wishes(EditorialPolicy())
    assert "do not flag" in wishes(EditorialPolicy(hold_personal_data=False))


def test_lengths_are_told_in_words_at_the_talks_pace() -> None:
    brief = Brief(EditorialPolicy(), DetectOptions(min_ms=20_000, max_ms=60_000), 2.5, "de")
    assert limits(brief) == "A clip has 50 to 150 words. The talk's language is de."


KNOWN = {"type", "properties", "required", "additionalProperties", "items", "enum"}
KNOWN |= {"description", "$ref", "$defs"}


@pytest.mark.parametrize("form", [Scouted, Judged, Checked])
def test_a_schema_holds_only_what_decoding_enforces(form: Any) -> None:
    """Ranges, defaults and titles are not: they would be dropped, or moved into descriptions."""

    def look(part: Any) -> None:
        assert set(part) <= KNOWN
        for schema in (*part.get("properties", {}).values(), *part.get("$defs", {}).values()):
            look(schema)
        if "items" in part:
            look(part["items"])
        if part.get("type") == "object":
            assert part["additionalProperties"] is False
            assert part["required"] == list(part["properties"])

    look(schema_of(form))
