"""The log says when an event loop stands still, and what all threads are at meanwhile.

Whoever asks a server whose loop stands still gets no answer, and nothing else tells why.
"""

from __future__ import annotations

import asyncio
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from types import FrameType
from typing import Final

STILL_S: Final = 5.0
"""A loop that answers nothing for so long stands still. It is said again after twice as long."""

_EACH_S: Final = 1.0
_FRAMES: Final = 12
_FRAMES_OF_OTHERS: Final = 3


def watch(loop: asyncio.AbstractEventLoop) -> None:
    """Look after this thread's loop from another thread, as long as it is there."""
    arguments = (loop, threading.get_ident())
    watcher = threading.Thread(target=_look_after, args=arguments, name="still-loop", daemon=True)
    try:
        watcher.start()
    except RuntimeError as error:
        # What the loop is there for goes on.
        _say("If the event loop stands still, nobody will say so: %s", error)


def _look_after(loop: asyncio.AbstractEventLoop, thread: int) -> None:
    while not loop.is_closed():
        answered, asked = threading.Event(), time.monotonic()
        try:
            loop.call_soon_threadsafe(answered.set)
        except RuntimeError:
            # It was closed just now.
            return
        patience = STILL_S
        # One that has been stopped does not answer either.
        while not _comes(answered, patience) and loop.is_running():
            _say(
                "The event loop has stood still for %.1f s, at: %s. Other threads: %s.",
                time.monotonic() - asked,
                _at(sys._current_frames().get(thread), _FRAMES),
                "; ".join(_others(thread)) or "none",
            )
            patience *= 2
        # Nothing sets this one.
        _comes(threading.Event(), _EACH_S)


def _comes(event: threading.Event, within_s: float) -> bool:
    while True:
        began = time.monotonic()
        came = event.wait(within_s)
        late = time.monotonic() - began - within_s
        if late < STILL_S:
            return came
        # Nobody got an answer, and the loop is not to blame: it gets its time again.
        _say(
            "This process has stood still for %.1f s: so did the machine, or some code lets no "
            "other thread run.",
            late,
        )


def _say(message: str, *arguments: object) -> None:
    from prefect.logging import get_logger

    get_logger("server.loop").warning(message, *arguments)


def _others(thread: int) -> Iterator[str]:
    left_out = (thread, threading.get_ident())
    frames = [frame for ident, frame in sys._current_frames().items() if ident not in left_out]
    for where, count in Counter(_at(frame, _FRAMES_OF_OTHERS) for frame in frames).items():
        yield f"{count} at {where}"


def _at(frame: FrameType | None, most: int) -> str:
    return " < ".join(islice(map(place, _outwards(frame)), most)) or "nothing"


def _outwards(frame: FrameType | None) -> Iterator[FrameType]:
    while frame:
        yield frame
        frame = frame.f_back


def place(frame: FrameType) -> str:
    """Function, file and line that it is at."""
    return f"{frame.f_code.co_name} ({frame.f_code.co_filename}:{frame.f_lineno})"
