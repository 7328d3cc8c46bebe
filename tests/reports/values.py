"""Reports to make pages of."""

from __future__ import annotations

from typing import Any

from clipping.models import (
    ClipReport,
    ClipState,
    ClipWord,
    Proof,
    ProofCheck,
    Rejection,
    ReportSource,
    make_id,
)
from clipping.timing import TimeSpan

WORDS = (
    ClipWord(text="Nobody", start_ms=0, end_ms=400),
    ClipWord(text="saw", start_ms=450, end_ms=900, speaker="A"),
    ClipWord(text="s***,", start_ms=2000, end_ms=2400, muted=True),
    ClipWord(text="coming.", start_ms=3000, end_ms=3400),
)


def a_report(number: int = 1, **changes: Any) -> ClipReport:
    checks = changes.pop("checks", (a_check("width", 1080, 1080, "px"),))
    values: dict[str, Any] = {
        "clip_id": make_id("clip", number),
        "client": "acme",
        "source": ReportSource(sha256="a" * 64, file_name="talk.mp4", duration_ms=90_000),
        "span": TimeSpan(start_ms=20_000, end_ms=24_000),
        "score": 80 - number,
        "rubric": {
            "question_answer": {"value": 0.75, "weight": 3.0, "evidence": "asked and answered"},
            "pace": {"value": 0.5, "weight": 1.0, "evidence": ""},
        },
        "reason": "A claim with its proof.",
        "hook": f"Hook number {number}",
        "words": WORDS,
        "transcriber": "captions",
        "detector": "local",
        "recipe_hash": "c" * 64,
        "style": "highlight",
        "proof": Proof(passed=all(check.passed for check in checks), checks=checks),
    }
    values |= changes
    passed = values["proof"].passed
    return ClipReport(**{"state": ClipState.READY if passed else ClipState.FAILED_PROOF, **values})


def a_check(
    name: str, value: float | str | None, limit: float | str, unit: str = "", passed: bool = True
) -> ProofCheck:
    return ProofCheck(name=name, value=value, limit=limit, unit=unit, passed=passed)


def rejections(count: int) -> list[Rejection]:
    codes = ("low_score", "overlaps_better")
    return [
        Rejection(
            span=TimeSpan(start_ms=1000 * index, end_ms=1000 * index + 15_000 + index),
            score=index % 100,
            code=codes[index % 2],
            reason=f"Reason {index}.",
            text=f"candidate {index}",
        )
        for index in range(count)
    ]
