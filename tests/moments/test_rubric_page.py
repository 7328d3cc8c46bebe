"""The page that explains the rubric says what the code does."""

from __future__ import annotations

import re
from pathlib import Path

from clipping.moments.rubric import WEIGHTS

PAGE = Path(__file__).parents[2] / "docs" / "rubric.md"


def test_the_page_lists_every_criterion_with_its_weight_in_order() -> None:
    rows = re.findall(r"^\| (\w+) \| (0\.\d\d) \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert [(name, float(weight)) for name, weight in rows] == list(WEIGHTS.items())


def test_the_page_explains_every_code_that_the_code_gives() -> None:
    source = PAGE.parents[1] / "clipping" / "moments"
    code = "".join((source / name).read_text() for name in ("selection.py", "rank.py"))
    codes = {"profane_opening", "music", "too_much_silence", "housekeeping", "incomplete"}
    codes |= {"too_short", "overlaps_better", "duplicate", "over_count", "low_score"}
    explained = set(re.findall(r"`(\w+)`", PAGE.read_text(encoding="utf-8")))
    assert {name for name in codes if f'"{name}"' in code} == codes
    assert codes <= explained
