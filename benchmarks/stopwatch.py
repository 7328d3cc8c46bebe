"""How much of a case's CPU time is spent in which functions."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from inspect import isgeneratorfunction
from typing import Any

from benchmarks.child import cpu_seconds


class Stopwatch:
    """Sums the CPU-seconds of parts; ``cpu_s`` holds them by name."""

    def __init__(self) -> None:
        self.cpu_s: dict[str, float] = {}

    @contextmanager
    def on(self, parts: Iterable[tuple[str, object, tuple[str, ...]]]) -> Iterator[Stopwatch]:
        """Time these functions while the block runs: (part, module or class, their names)."""
        kept = [
            (owner, name, part, getattr(owner, name))
            for part, owner, names in parts
            for name in names
        ]
        for owner, name, part, function in kept:
            self.cpu_s[part] = 0.0
            setattr(owner, name, self._timed(part, function))
        try:
            yield self
        finally:
            for owner, name, _, function in kept:
                setattr(owner, name, function)

    def _timed(self, part: str, function: Callable[..., Any]) -> Callable[..., Any]:
        if isgeneratorfunction(function):

            @functools.wraps(function)
            def steps(*given: Any, **named: Any) -> Iterator[Any]:
                found = function(*given, **named)
                end = object()
                while (value := self._spent(part, lambda: next(found, end))) is not end:
                    yield value

            return steps

        @functools.wraps(function)
        def call(*given: Any, **named: Any) -> Any:
            return self._spent(part, lambda: function(*given, **named))

        return call

    def _spent(self, part: str, act: Callable[[], Any]) -> Any:
        before = cpu_seconds()
        try:
            return act()
        finally:
            self.cpu_s[part] += cpu_seconds() - before
