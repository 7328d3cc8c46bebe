"""The interface of a detector: what it is given and what it must answer."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

from clipping.claude.door import Door
from clipping.models import Detection, DetectOptions, EditorialPolicy, MediaInfo, Transcript


@dataclass(frozen=True)
class Footage:
    """A transcribed source, as a detector sees it; ``media_path`` is read for its sound only.

    ``door`` leads to Claude, None where there is no way to it; ``policy`` is the client's.
    ``complex_source`` marks a source that deserves the best judge.
    """

    transcript_id: str
    transcript: Transcript
    media_path: Path
    media: MediaInfo
    options: DetectOptions
    door: Door | None = None
    policy: EditorialPolicy = field(default_factory=EditorialPolicy)
    complex_source: bool = False


class Detector(ABC):
    """Finds the moments of a source that are worth a clip.

    To add one: write ``clipping/moments/<name>.py`` with a subclass, import what is heavy inside
    its constructor, and add one line to ``DETECTORS``. The answer must hold to this: spans lie
    within the media and within the options' lengths, moments do not overlap, ranks count from 1,
    every candidate that was dropped is a rejection with its reason, and the same footage gives
    the same answer. ``version`` changes whenever the same footage could give another answer. A
    detector that cannot do its work may let another one do it, whose name and version the
    detection then bears, and say so in a note.
    """

    name: ClassVar[str]
    version: ClassVar[str]

    @classmethod
    @abstractmethod
    def available(cls, *, claude: bool = False) -> str | None:
        """None when this detector can run here, else one sentence saying why not.

        ``claude`` says whether there is a door to Claude.
        """

    def conditions(
        self, policy: EditorialPolicy, *, complex_source: bool = False
    ) -> tuple[str, ...]:
        """What an answer depends on beside the footage's words, sound and options, as texts.

        Detections that differ in it are not the same, so it belongs to what they are found by.
        """
        return () if policy.choosing == EditorialPolicy().choosing else (policy.choosing,)

    @abstractmethod
    def detect(self, footage: Footage) -> Detection:
        """The moments, best first, and the rejections; no moments at all is a valid answer.

        Reports progress as stage ``detect``. Raises ``UnreadableMedia`` when the sound cannot be
        decoded.
        """
