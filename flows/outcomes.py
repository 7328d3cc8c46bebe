"""How a command ends: one sentence and an exit code, whatever happens."""

from __future__ import annotations

import json
import logging
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

import typer

from clipping import progress
from clipping.errors import ClippingError, NothingToClip, Rejected

if TYPE_CHECKING:
    from clipping.models import Rejection

FAILED, REJECTED, NOTHING, STOPPED = 1, 3, 4, 130

_CARRIES_ON = "Stopped. Run the same command again to carry on."
_STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def _on_stop(_number: int, _frame: FrameType | None) -> None:
    """Ctrl-C, a supervisor's SIGTERM and a closed terminal all end a command the same way."""
    for number in _STOP_SIGNALS:
        signal.signal(number, signal.SIG_IGN)  # one is enough: ending must not be interrupted
    progress.stop()
    raise KeyboardInterrupt


def _say(message: str) -> None:
    sys.stderr.write(message + "\n")


@contextmanager
def outcomes(as_json: bool, stopped: str = _CARRIES_ON) -> Iterator[None]:
    """Turn every error into one sentence, an exit code, and never a traceback.

    :param stopped: What is said when somebody stops it.
    """
    for number in _STOP_SIGNALS:
        signal.signal(number, _on_stop)
    try:
        yield
    except KeyboardInterrupt:
        _end(STOPPED, stopped, as_json)
    except NothingToClip as error:
        _end(NOTHING, str(error), as_json, _reasons(error))
    except Rejected as error:
        _end(REJECTED, str(error), as_json)
    except ClippingError as error:
        _keep(error)
        _end(FAILED, str(error), as_json)
    except typer.Exit:
        raise
    except BrokenPipeError:
        raise typer.Exit(FAILED) from None
    except Exception as error:  # noqa: BLE001 - the last line before the user
        kept = _keep(error)
        where = f" (log: {kept})" if kept else ""
        _end(FAILED, f"Unexpected {type(error).__name__}: {error}{where}", as_json)


def _keep(error: Exception) -> Path | None:
    """Write the error with its traceback to the log file and name it; None when that fails."""
    from flows.local_run import log_file_handler, log_path

    details = (type(error), error, error.__traceback__)
    # Through the factory, which takes secrets out.
    make = logging.getLogRecordFactory()
    record = make(__name__, logging.WARNING, __file__, 0, "%s", (str(error),), details)
    try:
        handler = log_file_handler()
        handler.emit(record)
        handler.close()
        return log_path()
    except (OSError, ClippingError):
        return None


def _end(code: int, message: str, as_json: bool, extra: dict[str, Any] | None = None) -> None:
    from clipping.vault import redact

    message = redact(message)
    _say(message)
    if as_json:
        document = {"error": message, "exit_code": code, **(extra or {})}
        sys.stdout.write(json.dumps(document, ensure_ascii=False) + "\n")
    raise typer.Exit(code)


def _reasons(error: NothingToClip) -> dict[str, Any]:
    """What was dropped behind "nothing worth clipping", printed and returned for JSON."""
    from flows import console

    dropped, key = getattr(error, "dropped", ()), getattr(error, "detection_key", "")
    if dropped:
        console.errors.print(console.rejection_table(dropped))
        # In one piece, to be copied.
        again = f"To make a clip of one after all: clipper rescue {key} --take NUMBER"
        console.errors.print(again, soft_wrap=True)
    return {"detection": key, "rejections": numbered(dropped)}


def numbered(dropped: Sequence[tuple[int, Rejection]]) -> list[dict[str, Any]]:
    """Dropped candidates for JSON, each with the number by which it is brought back."""
    return [{"number": number, **item.model_dump(mode="json")} for number, item in dropped]
