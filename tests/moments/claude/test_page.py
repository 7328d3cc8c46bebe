"""The page that explains the Claude detector says what the code does."""

from __future__ import annotations

import re
from pathlib import Path

from clipping.moments.claude.choosing import _DROP_CODES
from clipping.settings import Settings

ROOT = Path(__file__).parents[3]


def test_the_page_explains_every_code_that_the_code_gives() -> None:
    page = (ROOT / "docs" / "claude-detector.md").read_text(encoding="utf-8")
    folder = ROOT / "clipping" / "moments" / "claude"
    code = "".join(file.read_text() for file in folder.glob("*.py"))
    given = {"needs_context", "out_of_context", "no_payoff", "duplicate", "overlaps_better"}
    given |= {"low_score", "over_count", "not_judged", "too_long", "too_short", "incomplete"}
    assert {name for name in given if f'"{name}"' in code} == given
    assert given | set(_DROP_CODES.values()) <= set(re.findall(r"`(\w+)`", page))


def test_the_page_names_the_models_as_the_settings_have_them() -> None:
    page = (ROOT / "docs" / "claude-detector.md").read_text(encoding="utf-8")
    models = [
        field.default
        for name, field in Settings.model_fields.items()
        if re.fullmatch(r"claude_\w+_model", name)
    ]
    assert models
    for model in models:
        assert f"`{model}`" in page
