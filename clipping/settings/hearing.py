"""Which speech models hear, and how they come to this machine."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field, SecretStr


class Hearing(BaseModel):
    """Fields of :class:`~clipping.settings.Settings`."""

    whisper_model: str | None = None
    """Which Whisper the engines load: its name (``small``, ``large-v3``), ``owner/name`` on the
    hub, or a folder; each engine has its own choice unless set."""

    model_downloads: Literal["on", "asked", "off"] = "asked"
    """Whether weights may be fetched from the hub: always, only for an engine that was asked for
    by name, or never."""

    align_model: str | None = None
    """The wav2vec 2.0 model by which WhisperX times words: ``owner/name`` on the hub or a folder;
    its own choice for each language unless set."""

    speaker_model: str | None = None
    """The pyannote pipeline that tells speakers apart: a name on the hub or a folder; pyannote's
    community one unless set."""

    hub_token: SecretStr | None = None
    """Access token of the Hugging Face hub: pyannote's models are given to people by name, so
    speakers are told apart only with one, or with a folder as ``speaker_model``."""

    max_concurrent_transcriptions: int = Field(default=1, ge=1)
    """How many sources are transcribed at a time, by all workers of a Prefect server together."""
