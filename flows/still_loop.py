"""The log says when an event loop stands still, and what all threads are at meanwhile.

Whoever asks a server whose loop stands still gets no answer, and nothing else tells why.
"""

from __future__ import annotations

import asyncio
import sys
import threading
import time
from collections.abc import Iterator
from itertools import islice
from types import FrameType
from typing import Final

STILL_S: Final = 5.0
"""A loop that does nothing for so long stands still. It is said again after twice as long."""

_EACH_S: Final = 1.0
_MOST_FRAMES: Final = 12


def watch(loop: asyncio.AbstractEventLoop) -> None:
    """Look after this thread's loop from another thread, as long as it is there."""
    arguments = (loop, threading.get_ident())
    threading.Thread(target=_look_after, args=arguments, name="still-loop", daemon=True).start()


def _look_after(loop: asyncio.AbstractEventLoop, thread: int) -> None:
    while not loop.is_closed():
        answered, asked = threading.Event(), time.monotonic()
        try:
            loop.call_soon_threadsafe(answered.set)
        except RuntimeError:
            # It was closed just now.
            return
        patience = STILL_S
        while not _comes(answered, patience) and not loop.is_closed():
            _say(
                "The event loop has stood still for %.1f s, at: %s. Other threads: %s.",
                time.monotonic() - asked,
                _at(sys._current_frames().get(thread)),
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
        # Then it was not for the loop that nobody got an answer, and what is asked gets its time.
        _say("The whole process, or this machine, has stood still for %.1f s.", late)
        if came:
            return True


def _say(message: str, *arguments: object) -> None:
    from prefect.logging import get_logger

    get_logger("server.loop").warning(message, *arguments)


def _others(thread: int) -> Iterator[str]:
    names = {one.ident: one.name for one in threading.enumerate()}
    for ident, frame in sys._current_frames().items():
        if ident not in (thread, threading.get_ident()):
            yield f"{names.get(ident, ident)} at {_at(frame)}"


def _at(frame: FrameType | None) -> str:
    return " < ".join(islice(map(place, _outwards(frame)), _MOST_FRAMES)) or "nothing"


def _outwards(frame: FrameType | None) -> Iterator[FrameType]:
    while frame:
        yield frame
        frame = frame.f_back


def place(frame: FrameType) -> str:
    """Function, file and line that it is at."""
    return f"{frame.f_code.co_name} ({frame.f_code.co_filename}:{frame.f_lineno})"
