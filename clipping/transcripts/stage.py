"""How far the stage is, for those who know only what they do: a download has no share of it."""

from __future__ import annotations

import threading

from clipping import progress

STAGE = "transcribe"
"""The stage's name in progress reports."""

_last = threading.local()


def report(fraction: float, detail: str) -> None:
    """Tell how much of the stage is done."""
    # Rounded, so that sums of shares never fall by a last digit.
    _last.fraction = round(fraction, 6)
    progress.report(STAGE, _last.fraction, detail)


def remark(detail: str) -> None:
    """Tell what is being done; how much is done stays as this thread last reported it."""
    progress.report(STAGE, getattr(_last, "fraction", 0.0), detail)
