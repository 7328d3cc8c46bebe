"""What to cut: detectors choose the moments of a talk that are worth a clip."""

from __future__ import annotations

from typing import Final

from clipping.errors import NotInstalled
from clipping.models import Detection
from clipping.moments.base import Detector, Footage
from clipping.moments.claude import ClaudeDetector
from clipping.moments.local import LocalDetector

__all__ = [
    "DETECTORS",
    "ClaudeDetector",
    "Detector",
    "Footage",
    "LocalDetector",
    "choose",
    "detect",
]

DETECTORS: Final[dict[str, type[Detector]]] = {
    ClaudeDetector.name: ClaudeDetector,
    LocalDetector.name: LocalDetector,
}
"""Every detector by its own name, the best one first: that is the order ``auto`` tries."""


def choose(name: str, *, claude: bool = False) -> tuple[Detector, str]:
    """The detector for a name or ``auto``, and one sentence saying why this one.

    ``claude`` says whether there is a door to Claude; some cannot run without one. Raises
    ``NotInstalled`` when the one that was asked for cannot run, and ``ValueError`` for a name that
    no detector has.
    """
    if name == "auto":
        for detector in DETECTORS.values():
            if detector.available(claude=claude) is None:
                return detector(), f"{detector.name} is the best detector that can run here."
        raise NotInstalled("No detector can run on this machine.")
    if name not in DETECTORS:
        known = ", ".join(("auto", *DETECTORS))
        raise ValueError(f"There is no detector named {name}; known are {known}.")
    missing = DETECTORS[name].available(claude=claude)
    if missing is not None:
        raise NotInstalled(f"The detector {name} cannot run: {missing}")
    return DETECTORS[name](), f"{name} was asked for."


def detect(name: str, footage: Footage) -> Detection:
    """Find the moments of ``footage`` with the detector ``name`` (or ``auto``).

    No moment at all is not an error: the detection is then empty and its rejections say why.
    """
    return choose(name, claude=footage.door is not None)[0].detect(footage)
