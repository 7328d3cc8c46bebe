"""``clipper`` as a test kills it: the real command with a test's own site, part size and engine.

``python -m tests.flows.hearing_child CONFIG.json transcribe ...``
"""

from __future__ import annotations

import json
import sys
import time
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from clipping.models import HeardChunk
from clipping.transcripts.listening import Tell
from tests.transcripts.hearers import FakeHearer

STANDSTILL_S = 600.0


def noted(heard: Path, stands_still_at: int | None = None) -> type[FakeHearer]:
    """An engine that writes a line when it begins a chunk, and one when it has heard it.

    :param stands_still_at: Number of the chunk in which nothing happens any more.
    """

    def note(text: str) -> None:
        with heard.open("a") as file:
            file.write(f"{text}\n")

    class NotedHearer(FakeHearer):
        def __init__(self) -> None:
            super().__init__()

        def hear(self, samples: NDArray[np.int16], language: str | None, tell: Tell) -> HeardChunk:
            note("begun")
            if len(self.heard) == stands_still_at:
                time.sleep(STANDSTILL_S)
            found = super().hear(samples, language, tell)
            note("heard")
            return found

    return NotedHearer


def main(config: Path, arguments: list[str]) -> None:
    from clipping.sources import fetch_process
    from clipping.storage import s3
    from clipping.transcripts import TRANSCRIBERS
    from flows.cli import app

    given = json.loads(config.read_text())
    fetch_process.COMMAND = tuple(given["fetch"])
    s3.S3Store = partial(s3.S3Store, part_bytes=given["part_bytes"])  # type: ignore[misc,assignment]
    TRANSCRIBERS["planted"] = noted(Path(given["heard"]), given["stands_still_at"])
    app(arguments)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
