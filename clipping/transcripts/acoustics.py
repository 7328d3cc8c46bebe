"""The acoustic model of pocketsphinx: how badly every sound of English fits every 10 ms of audio.

pocketsphinx can align a text by itself (``set_align_text``), but prunes the right path away on
clean sentences, and with wide beams its lattice ends in words that are not the last one. So only
its scores are taken from it, and :mod:`clipping.transcripts.alignment` searches all paths.
"""

from __future__ import annotations

import shutil
import weakref
from contextlib import ExitStack
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
import pocketsphinx
from numpy.typing import NDArray

from clipping.errors import DiskFull
from clipping.scratch import scratch_folder

RATE_HZ = 16_000
FRAME_MS = 10
SILENCE = "SIL"
STATES_PER_PHONE = 3

Senones = NDArray[np.uint16]
Scores = NDArray[np.int16]
"""Frames x senones; 0 fits best, larger fits worse, in units of 0.1024 nats."""


def model_file(name: str) -> Path:
    """A file of the en-us model that comes with the wheel."""
    return Path(pocketsphinx.get_model_path()) / "en-us" / name


@dataclass(frozen=True)
class Phones:
    """The model's phones, and the senones (tied states) of each in each context.

    File layout: ``bin_mdef.h`` of cmusphinx/pocketsphinx, format version 1, little-endian.
    """

    names: tuple[str, ...]
    fillers: frozenset[int]
    tree: NDArray[Any]
    senones: Senones
    """Phone id (plain ones first, then triphones) x 3 states."""

    def index(self, name: str) -> int:
        """Number of a phone by its name."""
        return self.names.index(name)

    def triphone(self, phone: int, left: int, right: int, position: int) -> Senones:
        """Senones of a phone between two others; the plain phone's when never seen so.

        ``position`` in its word: 0 inside, 1 first, 2 last, 3 alone.
        """
        silence = self.index(SILENCE)
        wanted = (
            position,
            phone,
            silence if left in self.fillers else left,
            silence if right in self.fillers else right,
        )
        first, count = 0, 4
        for context in wanted:
            level = self.tree[first : first + count]
            found = np.flatnonzero(level["context"] == context)
            if not len(found):
                break
            node = level[found[0]]
            if node["count"] == 0:
                return self._states(int(node["down"]))
            first, count = int(node["down"]), int(node["count"])
        return self._states(phone)

    def _states(self, number: int) -> Senones:
        states: Senones = self.senones[number]
        return states


@lru_cache(maxsize=1)
def phones() -> Phones:
    """The phones of the en-us model, read once per process."""
    data = model_file("en-us/mdef").read_bytes()
    _, _, described = np.frombuffer(data, "<i4", 3)
    at = 12 + int(described)
    counts = np.frombuffer(data, "<i4", 10, at)
    plain, total, _, _, _, _, sequences, _, nodes, _ = (int(value) for value in counts)
    at += 40
    names = []
    start = at
    for _ in range(plain):
        end = data.index(b"\0", at)
        names.append(data[at:end].decode())
        at = end + 1
    at = start + (at - start + 3) // 4 * 4
    tree = np.frombuffer(data, [("context", "<i2"), ("count", "<i2"), ("down", "<i4")], nodes, at)
    at += 8 * nodes
    entries = np.frombuffer(
        data, [("sequence", "<i4"), ("tmat", "<i4"), ("info", "u1", 4)], total, at
    )
    at += 12 * total + 4
    table = np.frombuffer(data, "<u2", sequences * STATES_PER_PHONE, at).reshape(-1, 3)
    fillers = frozenset(int(i) for i in np.flatnonzero(entries["info"][:plain, 0]))
    return Phones(tuple(names), fillers, tree, table[entries["sequence"]])


class AcousticModel:
    """A pocketsphinx decoder that is only asked for its scores; used by one thread at a time."""

    def __init__(self) -> None:
        self._lock = Lock()
        scratch = ExitStack()
        # pocketsphinx is told once where to write: the place is held as long as the model is.
        self._folder = scratch.enter_context(scratch_folder("align")) / "scores"
        weakref.finalize(self, scratch.close)
        # The key phrase is never looked for; its search is the cheapest that visits every frame.
        self._decoder = pocketsphinx.Decoder(
            lm=None,
            keyphrase="hello",
            compallsen=True,
            senlogdir=str(self._folder),
            loglevel="FATAL",
        )

    def scores(self, samples: NDArray[np.int16]) -> Scores:
        """Scores of every frame of 16 kHz mono speech; memory is 1 MB a second.

        :raises DiskFull: pocketsphinx hands its scores over in a temporary file of the same size.
        """
        with self._lock:
            try:
                self._folder.mkdir(parents=True, exist_ok=True)
                # What was heard before, of another recording perhaps, changes nothing.
                self._decoder.start_stream()
                self._decoder.start_utt()
                self._decoder.process_raw(samples.astype("<i2").tobytes(), full_utt=True)
                self._decoder.end_utt()
                (written,) = self._folder.iterdir()
                return _read_scores(written)
            except OSError as error:
                raise self._no_space() from error
            finally:
                shutil.rmtree(self._folder, ignore_errors=True)

    def _no_space(self) -> DiskFull:
        root = self._folder.parent.parent
        return DiskFull(f"No space is left in {root} to align words with the sound.")


def _read_scores(path: Path) -> Scores:
    """The file that ``acmod_write_scores`` of pocketsphinx wrote: a header, then for each frame
    the number of its scores and the scores."""
    data = path.read_bytes()
    header, found, _ = data.partition(b"endhdr\n")
    at = len(header) + len(found) + 4
    senones = int(header.split(b"n_sen ")[1].split()[0]) if found else 0
    if not found or (len(data) - at) % (2 * (senones + 1)):
        raise OSError(f"{path.name} was cut short")
    frames = np.frombuffer(data, "<i2", offset=at).reshape(-1, senones + 1)
    return frames[:, 1:]


@lru_cache(maxsize=1)
def acoustic_model() -> AcousticModel:
    """The model, loaded by the first caller (0.1 s)."""
    return AcousticModel()
