"""What a run that found nothing says of itself."""

from __future__ import annotations

from clipping.models import Rejection
from clipping.timing import TimeSpan
from flows.detect import nothing_to_clip


def _dropped(start_ms: int, score: int, reason: str) -> Rejection:
    span = TimeSpan(start_ms=start_ms, end_ms=start_ms + 20_000)
    return Rejection(span=span, score=score, code="low_score", reason=reason, text="Some words.")


def test_a_run_without_a_moment_says_why_the_best_was_dropped() -> None:
    some, best = _dropped(0, 12, "Too dull."), _dropped(61_500, 38, "It ends too early.")
    assert nothing_to_clip([some, best, some]) == (
        "No moment is worth a clip: 3 candidates were dropped. The best, at 1:01.500, scored 38: "
        "It ends too early."
    )
    assert "1 candidate was dropped" in nothing_to_clip([some])
    assert nothing_to_clip([]) == "No moment is worth a clip: there was no candidate."
