"""What every transcriber is: an engine that hears a recording's words and when each was spoken.

To add one, write ``clipping/transcripts/<name>.py`` with a subclass of :class:`Transcriber`
(heavy imports inside methods, not at the top) and name the class in ``TRANSCRIBERS`` in
``clipping/transcripts/__init__.py``, at the place its quality deserves. An engine that recognises
words from the sound alone is a :class:`~clipping.transcripts.chunked.ChunkedTranscriber`.
"""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from clipping.models import GlossaryTerm, MediaInfo, Transcript
from clipping.transcripts.notebook import Notebook


@dataclass(frozen=True)
class Recording:
    """A probed media file, with the captions file that is said to belong to it.

    ``language`` is what the operator knows (BCP 47); None leaves it to the engine. ``glossary``
    is how the client writes names that engines mishear. ``media_name`` and ``captions_name`` are
    what a person calls the files, which lie under other names in a store; empty means as they are
    called on disk.
    """

    media_path: Path
    media: MediaInfo
    captions_path: Path | None = None
    language: str | None = None
    media_name: str = ""
    captions_name: str = ""
    glossary: tuple[GlossaryTerm, ...] = ()

    def __post_init__(self) -> None:
        if not self.media_name:
            object.__setattr__(self, "media_name", self.media_path.name)
        if not self.captions_name and self.captions_path is not None:
            object.__setattr__(self, "captions_name", self.captions_path.name)

    @property
    def glossary_mark(self) -> str:
        """What tells this glossary from another one in an edition; empty without terms."""
        terms = "\n".join(term.model_dump_json() for term in self.glossary)
        return hashlib.sha256(terms.encode()).hexdigest()[:8] if terms else ""


class Transcriber(ABC):
    """One way to get a :class:`~clipping.models.Transcript`; instances hold no state of a run."""

    name: ClassVar[str]
    """How operators call it, and its key in ``TRANSCRIBERS``."""

    version: ClassVar[str]
    """Changes whenever the same recording could give other words or times."""

    is_heavy: ClassVar[bool] = False
    """Whether it needs a GPU, or all cores, for as long as it runs: few run at a time then."""

    @classmethod
    @abstractmethod
    def available(cls) -> str | None:
        """None when the engine can run on this machine, else one clause saying why not."""

    @classmethod
    def ready(cls) -> str | None:
        """None when ``auto`` may take the engine as it is, else one clause saying what is missing.

        An engine that is available may still want a large download or a GPU to be of use, which
        nobody gets without having asked for it by name.
        """
        return None

    def edition(self, recording: Recording) -> str:
        """The version, with all settings and wishes that could give other words or times.

        A transcript, or a chunk of one, is found again by it.
        """
        return "-".join(part for part in (self.version, recording.language) if part)

    @abstractmethod
    def suits(self, recording: Recording) -> str | None:
        """None when the engine can work on this recording, else one clause saying why not."""

    @abstractmethod
    def because(self, recording: Recording) -> str:
        """One sentence on why ``auto`` prefers this engine for a recording that suits it."""

    @abstractmethod
    def transcribe(self, recording: Recording, notebook: Notebook) -> Transcript:
        """Hear all words, in order, without overlaps, every one inside the recording.

        ``engine_version`` of the result is :meth:`edition`; ``chosen_because`` is left empty for
        the registry to fill. Progress is reported through ``stage.py``. Raises ``NoSpeech`` when
        there are no words, and other ``Rejected`` errors for input that will never work.

        :param notebook: Where an engine that takes hours finds and leaves what it heard.
        """
