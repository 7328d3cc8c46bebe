"""What two clips are compared by, and what a client compares on purpose."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from clipping.models.base import Value


class ClipPrint(Value):
    """How a clip looks and sounds, in a few kilobytes; ``clipping.likeness`` reads them."""

    version: int
    """Prints of different versions cannot be compared."""
    pictures: bytes
    sound: bytes


class Factor(StrEnum):
    """In what the variations of an experiment differ: in this and in nothing else."""

    HOOK = "hook"
    BOUNDS = "bounds"
    STYLE = "style"
    FRAMING = "framing"


class Arm(Value):
    """One clip of an experiment."""

    clip_id: str
    label: str
    value: str
    """What it has of the factor: the hook's text, the style's name, the camera, the moved ends."""
    control: bool = False


class Experiment(Value):
    """Variations of one clip that differ in one factor, to be compared once they were posted."""

    experiment_id: str
    client: str
    moment_id: str
    """Of the control; another choice of bounds is another moment."""
    factor: Factor
    question: str
    arms: tuple[Arm, ...]
    """The control first, then in the order in which they were made."""
    created_at: datetime


VARIATION = "variation"
"""Stands as the detector of moments that are another one's with other bounds."""
