"""The one speech model that a process holds: loaded once, kept between sources, freed on demand."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from threading import Lock
from typing import Protocol, TypeVar


class Model(Protocol):
    """What can be held."""

    def free(self) -> None:
        """Give the memory back; the model is of no use afterwards."""


M = TypeVar("M", bound=Model)

_lock = Lock()
_held: list[tuple[Hashable, Model]] = []


def held(key: Hashable, load: Callable[[], M]) -> M:
    """The model of this key; loaded when another one is held, which is freed before."""
    with _lock:
        if not (_held and _held[0][0] == key):
            _free()
            _held.append((key, load()))
        return _held[0][1]  # type: ignore[return-value]  # of one key there is one type


def free() -> None:
    """Give back the memory of the model that is held, if any."""
    with _lock:
        _free()


def _free() -> None:
    while _held:
        _held.pop()[1].free()
