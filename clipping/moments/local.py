"""The detector that needs no key and no network: sentences, a rubric, and the sound."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from clipping.media.decode import speech_chunks
from clipping.models import Detection
from clipping.moments.base import Detector, Footage
from clipping.moments.guard import guarded
from clipping.moments.selection import select
from clipping.moments.sound import RATE_HZ, measure
from clipping.moments.talk import Talk, study
from clipping.progress import report

_LISTENING_SHARE = 0.85
"""Share of the work that decoding the sound is; only the progress bar depends on it."""


class LocalDetector(Detector):
    """Scores every run of sentences by the rubric of ``docs/rubric.md``."""

    name = "local"
    version = "4"

    @classmethod
    def available(cls, *, claude: bool = False) -> str | None:
        """Always None: it needs nothing beyond the base install."""
        return None

    def detect(self, footage: Footage) -> Detection:
        """The moments of the footage; its sound is streamed once and never held whole."""
        talk = listen(footage, _LISTENING_SHARE)
        report("detect", (1 + _LISTENING_SHARE) / 2, "choosing")
        found = select(talk, footage.options, footage.transcript_id, self.name, self.version)
        detection = guarded(found, footage.policy)
        many = len(detection.moments)
        report("detect", 1.0, "1 moment" if many == 1 else f"{many} moments")
        return detection


def listen(footage: Footage, share: float) -> Talk:
    """The footage's talk as its words and its sound have it; ``share`` of all work is done then.

    Raises UnreadableMedia when the sound cannot be decoded.
    """
    report("detect", 0.0, "listening")
    track = measure(_heard(footage, share))
    report("detect", share, "reading")
    return study(footage.transcript, track, footage.media.duration_ms)


def _heard(footage: Footage, share: float) -> Iterator[NDArray[np.int16]]:
    """The sound in chunks, with progress."""
    heard = 0
    total = max(1, footage.media.duration_ms * RATE_HZ // 1000)
    for chunk in speech_chunks(footage.media_path, footage.media, rate_hz=RATE_HZ):
        yield chunk
        heard += len(chunk)
        report("detect", share * heard / total, "listening")
