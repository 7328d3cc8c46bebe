"""Decoded sound laid on the source clock: sample k is at k / rate seconds, whatever the file does.

Streams start late, pause, drift against their own timestamps and change their format on the way.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import numpy as np
from av.audio.fifo import AudioFifo
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from numpy.typing import NDArray

JUMP_S = 0.02
"""Timestamps may stray this far from the count of samples before they are believed: Matroska
rounds each to a millisecond, and cutting or padding for that would click through every word."""

_BATCH_S = 0.5
"""Frames, of 20 ms mostly, are resampled together: one by one that costs more than decoding."""

Samples = NDArray[np.int16]
Piece = tuple[int, Samples]
"""Samples and the place of the first one on the source clock, counted in output samples."""


class ClockedResampler:
    """Turns frames of any format into mono 16-bit samples at one rate, and says where they lie."""

    def __init__(self, rate_hz: int, begin_s: Fraction) -> None:
        self._rate = rate_hz
        self._begin = begin_s
        self._begin_s = float(begin_s)
        self._format: tuple[str, str, int] | None = None
        self._resampler = AudioResampler()
        self._waiting = AudioFifo()
        self._start_s = 0.0
        """When the first of the frames began that follow one another without a gap."""
        self._count = 0
        """Their samples so far."""
        self._at = 0

    def feed(self, frame: AudioFrame) -> list[Piece]:
        """What one more frame gives; up to half a second is held back."""
        pieces = []
        form = (frame.format.name, frame.layout.name, frame.sample_rate)
        due_s = self._start_s + self._count / frame.sample_rate
        time_s = due_s if frame.time is None else frame.time - self._begin_s
        if form != self._format or abs(time_s - due_s) > JUMP_S:
            pieces = self.flush()
            self._start(form, time_s, frame)
        self._count += frame.samples
        # Judged above; the queue takes frames only whose times have no gap at all.
        frame.pts = None
        self._waiting.write(frame)
        if self._waiting.samples >= _BATCH_S * frame.sample_rate:
            pieces += self._pieces(self._waiting.read())
        return pieces

    def flush(self) -> list[Piece]:
        """What was held back; the next frame starts anew at its own time."""
        if self._format is None:
            return []
        waiting = self._waiting.read()
        pieces = self._pieces(waiting) if waiting is not None else []
        pieces += self._pieces(None)
        self._format = None
        return pieces

    def _start(self, form: tuple[str, str, int], time_s: float, frame: AudioFrame) -> None:
        self._format = form
        self._resampler = AudioResampler(format="s16", layout="mono", rate=self._rate)
        self._waiting = AudioFifo()
        self._start_s, self._count = time_s, 0
        exact = Fraction(time_s)
        if frame.pts is not None and frame.time_base is not None:
            exact = frame.pts * frame.time_base - self._begin
        self._at = round(exact * self._rate)

    def _pieces(self, frame: AudioFrame | None) -> list[Piece]:
        pieces = []
        for part in self._resampler.resample(frame):
            # At the end a resampler that had nothing to do hands back the None it was given.
            if part is not None:
                plane: Any = part.planes[0]
                pieces.append((self._at, np.frombuffer(plane, np.int16, part.samples)))
                self._at += part.samples
        return pieces


class SampleLine:
    """Collects pieces into chunks of one length, from ``first`` up to, not including, ``last``.

    What is missing between pieces is silence; what overlaps earlier samples is dropped.
    """

    def __init__(self, *, first: int, last: int, chunk: int) -> None:
        self._next = first
        self._last = last
        self._chunk = np.zeros(min(chunk, max(1, last - first)), np.int16)
        self._filled = 0

    @property
    def complete(self) -> bool:
        """Whether the last sample is in place."""
        return self._next >= self._last

    def put(self, at: int, samples: Samples) -> Iterator[Samples]:
        """Lay samples at a place; gives the chunks that are full now."""
        if at > self._next:
            yield from self._silence_until(min(at, self._last))
        samples = samples[max(0, self._next - at) :][: max(0, self._last - self._next)]
        while len(samples):
            room = len(self._chunk) - self._filled
            part, samples = samples[:room], samples[room:]
            self._chunk[self._filled : self._filled + len(part)] = part
            yield from self._advance(len(part))

    def finish(self) -> Iterator[Samples]:
        """Silence up to the end, and the last, shorter chunk."""
        yield from self._silence_until(self._last)
        if self._filled:
            yield self._chunk[: self._filled].copy()
            self._filled = 0

    def _silence_until(self, place: int) -> Iterator[Samples]:
        while self._next < place:
            count = min(place - self._next, len(self._chunk) - self._filled)
            self._chunk[self._filled : self._filled + count] = 0
            yield from self._advance(count)

    def _advance(self, count: int) -> Iterator[Samples]:
        self._filled += count
        self._next += count
        if self._filled == len(self._chunk):
            self._filled = 0
            yield self._chunk.copy()
