"""The interface of a detector: what it is given and what it must answer."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from clipping.models import Detection, DetectOptions, MediaInfo, Transcript


@dataclass(frozen=True)
class Footage:
    """A transcribed source, as a detector sees it; ``media_path`` is read for its sound only."""

    transcript_id: str
    transcript: Transcript
    media_path: Path
    media: MediaInfo
    options: DetectOptions


class Detector(ABC):
    """Finds the moments of a source that are worth a clip.

    To add one: write ``clipping/moments/<name>.py`` with a subclass, import what is heavy inside
    its constructor, and add one line to ``DETECTORS``. The answer must hold to this: spans lie
    within the media and within the options' lengths, moments do not overlap, ranks count from 1,
    every candidate that was dropped is a rejection with its reason, and the same footage gives
    the same answer. ``version`` changes whenever the same footage could give another answer.
    """

    name: ClassVar[str]
    version: ClassVar[str]

    @classmethod
    @abstractmethod
    def available(cls) -> str | None:
        """None when this detector can run on this machine, else one sentence saying why not."""

    @abstractmethod
    def detect(self, footage: Footage) -> Detection:
        """The moments, best first, and the rejections; no moments at all is a valid answer.

        Reports progress as stage ``detect``. Raises ``UnreadableMedia`` when the sound cannot be
        decoded.
        """
