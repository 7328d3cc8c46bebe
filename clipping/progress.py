"""How long work says how far it is, without knowing who listens.

The engine calls :func:`report`; the command line draws a bar, tests record. Listeners are
process-wide because a stage may run in a thread of its own. For the same reason a report is where
work ends when the process is told to stop: a signal reaches the main thread alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Event, Lock


@dataclass(frozen=True)
class Progress:
    """One report: ``fraction`` is 0..1 of the stage; ``detail`` is a few words, or empty.

    A stage that works on several things side by side reports each as a ``part`` of ``parts``;
    the stage as a whole then stands at the sum of its parts' fractions over ``parts``.
    """

    stage: str
    fraction: float
    detail: str = ""
    part: str = ""
    parts: int = 1


Listener = Callable[[Progress], None]
_listeners: list[Listener] = []
_lock = Lock()
_stopping = Event()


def report(
    stage: str, fraction: float, detail: str = "", *, part: str = "", parts: int = 1
) -> None:
    """Tell all listeners; cheap with none. ``fraction`` is clamped to 0..1.

    Raises KeyboardInterrupt once :func:`stop` was called, in whichever thread it is.
    """
    if _stopping.is_set():
        raise KeyboardInterrupt
    event = Progress(stage, min(1.0, max(0.0, fraction)), detail, part, parts)
    for listener in tuple(_listeners):
        listener(event)


@contextmanager
def listening(listener: Listener) -> Iterator[None]:
    """Call ``listener`` with every report made while the block runs."""
    with _lock:
        _listeners.append(listener)
    try:
        yield
    finally:
        with _lock:
            _listeners.remove(listener)


def stop() -> None:
    """End all work of this process at its next report; there is no way back."""
    _stopping.set()
