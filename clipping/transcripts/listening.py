"""The first pass over a recording's sound: what it is, where somebody speaks, and other sounds."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clipping.media.decode import speech_chunks
from clipping.models import SoundEvent
from clipping.transcripts.acoustics import RATE_HZ
from clipping.transcripts.base import Recording
from clipping.transcripts.sound_events import SoundMeter
from clipping.transcripts.voice_activity import Activity, ActivityMeter

Tell = Callable[[float], None]
"""Is told how much is done, 0..1."""


@dataclass(frozen=True)
class Listened:
    """What one pass over the sound tells."""

    audio_sha256: str
    """Over all samples at 16 kHz mono, 16 bit, on the source clock: the same in another container
    or beside another picture."""
    activity: Activity
    sounds: tuple[SoundEvent, ...]


def listen(recording: Recording, tell: Tell) -> Listened:
    """Go through the sound once, in bounded memory.

    :raises UnreadableMedia: The file cannot be read any more.
    """
    digest = hashlib.sha256()
    voices, sounds = ActivityMeter(), SoundMeter()
    for samples in _told(recording, tell):
        digest.update(samples.astype("<i2", copy=False).tobytes())
        voices.feed(samples)
        sounds.feed(samples)
    activity = voices.finish()
    return Listened(digest.hexdigest(), activity, sounds.finish(activity))


def _told(recording: Recording, tell: Tell) -> Iterator[NDArray[np.int16]]:
    heard_ms = 0
    for samples in speech_chunks(recording.media_path, recording.media):
        yield samples
        heard_ms += len(samples) * 1000 // RATE_HZ
        tell(min(1.0, heard_ms / max(1, recording.media.duration_ms)))
