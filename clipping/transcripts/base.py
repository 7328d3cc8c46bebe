"""What every transcriber is: an engine that hears a recording's words and when each was spoken.

To add one, write ``clipping/transcripts/<name>.py`` with a subclass of :class:`Transcriber`
(heavy imports inside methods, not at the top) and name the class in ``TRANSCRIBERS`` in
``clipping/transcripts/__init__.py``, at the place its quality deserves.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from clipping.models import MediaInfo, Transcript

STAGE = "transcribe"
"""The stage's name in progress reports."""


@dataclass(frozen=True)
class Recording:
    """A probed media file, with the captions file that is said to belong to it.

    ``language`` is what the operator knows (BCP 47); None leaves it to the engine. ``media_name``
    and ``captions_name`` are what a person calls the files, which lie under other names in a
    store; empty means as they are called on disk.
    """

    media_path: Path
    media: MediaInfo
    captions_path: Path | None = None
    language: str | None = None
    media_name: str = ""
    captions_name: str = ""

    def __post_init__(self) -> None:
        if not self.media_name:
            object.__setattr__(self, "media_name", self.media_path.name)
        if not self.captions_name and self.captions_path is not None:
            object.__setattr__(self, "captions_name", self.captions_path.name)


class Transcriber(ABC):
    """One way to get a :class:`~clipping.models.Transcript`; instances hold no state of a run."""

    name: ClassVar[str]
    """How operators call it, and its key in ``TRANSCRIBERS``."""

    version: ClassVar[str]
    """Changes whenever the same recording could give other words or times."""

    @classmethod
    @abstractmethod
    def available(cls) -> str | None:
        """None when the engine can run on this machine, else one clause saying why not."""

    @abstractmethod
    def suits(self, recording: Recording) -> str | None:
        """None when the engine can work on this recording, else one clause saying why not."""

    @abstractmethod
    def because(self, recording: Recording) -> str:
        """One sentence on why ``auto`` prefers this engine for a recording that suits it."""

    @abstractmethod
    def transcribe(self, recording: Recording) -> Transcript:
        """Hear all words, in order, without overlaps, every one inside the recording.

        ``chosen_because`` is left empty for the registry to fill. Progress is reported under
        :data:`STAGE`. Raises ``NoSpeech`` when there are no words, and other ``Rejected`` errors
        for input that will never work.
        """
