"""How long work says how far it is, without knowing who listens.

The engine calls :func:`report`; the command line draws a bar, a worker writes log lines, tests
record. Listeners are process-wide because a stage may run in a thread of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock


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


def report(
    stage: str, fraction: float, detail: str = "", *, part: str = "", parts: int = 1
) -> None:
    """Tell all listeners; cheap with none. ``fraction`` is clamped to 0..1."""
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
