"""Log lines: as JSON for machines or readable for people, with what they are about, and no secret.

``CLIPPER_LOG=json`` chooses. Every line of the process goes through :func:`formatter`, whoever
wrote it, so this is the last place where a secret is taken out.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator, MutableMapping
from contextlib import contextmanager
from typing import Any, Final

import structlog
from pydantic import SecretStr

from clipping.errors import ClippingError
from clipping.settings import settings
from clipping.vault import redact, remember

_FROM_RECORD: Final = ("flow_run_id", "flow_run_name", "task_run_id", "task_run_name")
"""What Prefect's own loggers put into a record."""

context: Final[list[Callable[[], dict[str, str]]]] = []
"""Who knows what runs just now; asked at each line. The engine itself does not know Prefect."""

Event = MutableMapping[str, Any]


@contextmanager
def about(**what: str) -> Iterator[None]:
    """A block whose lines say what they are about: ``client``, ``post_id``, ``run``."""
    with structlog.contextvars.bound_contextvars(
        **{name: one for name, one in what.items() if one}
    ):
        yield


def note(**what: str) -> None:
    """The same until the end of the thread's task, which began with nothing."""
    structlog.contextvars.bind_contextvars(**{name: one for name, one in what.items() if one})


def formatter() -> logging.Formatter:
    """What makes a line of a record; named in ``logging.yml``."""
    as_json = _settle()
    render: Callable[..., Any] = _as_json if as_json else _as_text
    return _Redacting(
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, render],
        foreign_pre_chain=[
            structlog.contextvars.merge_contextvars,
            _add_record,
            _add_context,
            structlog.processors.format_exc_info,
        ],
        keep_exc_info=False,
    )


class _Redacting(structlog.stdlib.ProcessorFormatter):
    """Whatever the line became, and whatever went into it."""

    def format(self, record: logging.LogRecord) -> str:
        return redact(super().format(record))


def _settle() -> bool:
    """Keep every secret of the settings out of all lines; whether lines are to be JSON."""
    try:
        chosen = settings()
    except ClippingError:
        # Whoever needs the settings says what is wrong with them.
        return os.environ.get("CLIPPER_LOG") == "json"
    for name in type(chosen).model_fields:
        value = getattr(chosen, name)
        if isinstance(value, SecretStr):
            remember(value)
    return chosen.log == "json"


def _add_record(_logger: Any, _method: str, event: Event) -> Event:
    record: logging.LogRecord = event["_record"]
    event["at"] = logging.Formatter().formatTime(record, "%Y-%m-%dT%H:%M:%S") + (
        f".{int(record.msecs):03d}"
    )
    event["level"] = record.levelname.lower()
    event["logger"] = record.name
    event["process"] = record.process
    for name in _FROM_RECORD:
        value = getattr(record, name, None)
        if value:
            event.setdefault(name, str(value))
    return event


def _add_context(_logger: Any, _method: str, event: Event) -> Event:
    for ask in context:
        for name, value in ask().items():
            event.setdefault(name, value)
    run = event.pop("flow_run_id", None)
    if run:
        event.setdefault("run", run)
    return event


def _as_json(_logger: Any, _method: str, event: Event) -> str:
    ordered = {"at": event.pop("at"), "level": event.pop("level"), "event": event.pop("event")}
    line = structlog.processors.JSONRenderer(ensure_ascii=False, default=str)(
        None, "", {**ordered, **event}
    )
    return line if isinstance(line, str) else line.decode()


def _as_text(_logger: Any, _method: str, event: Event) -> str:
    at, level, said = (event.pop(name) for name in ("at", "level", "event"))
    head = f"{at} {level.upper():<7} {event.pop('process')} {event.pop('logger')} - {said}"
    trace = event.pop("exception", "")
    known = " ".join(f"{name}={value}" for name, value in sorted(event.items()))
    return head + (f" [{known}]" if known else "") + (f"\n{trace}" if trace else "")
