"""Files that have arrived become sources: each in a process of its own, as they are strangers'.

``python -m dashboard.adding.finishing ID`` takes in one and ends. What is left undone because all
was killed, the next dashboard does; a file that kills, or hangs, who reads it is refused.
"""

from __future__ import annotations

import logging
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from threading import Lock, Thread
from typing import Final

from clipping import progress
from clipping.db.queries import additions
from clipping.db.session import open_session
from clipping.errors import ClippingError, Rejected
from clipping.garbage import spare_what_is_loaded
from clipping.models import Addition, AdditionState, SourceRequest, SourceVideo
from clipping.progress import Progress
from clipping.settings import CHECKOUT
from dashboard.adding import parts
from dashboard.adding.records import LASTS
from dashboard.adding.starting import SHORTEST_MS, start
from dashboard.door.admission import database_url
from tasks.taking_in import take_in
from tasks.workplace import db_session, if_free, media_store

_TOLD_EVERY_S: Final = 1.0
_LOOKED_EVERY_S: Final = 60.0
_LONGEST_S: Final = 3600.0
"""For the largest files on the slowest store."""
_SENT: Final = (-signal.SIGTERM, -signal.SIGINT, -signal.SIGHUP)
_log = logging.getLogger(__name__)
_lock = Lock()
_looked_at = -_LOOKED_EVERY_S


def wake() -> None:
    """Have what has arrived taken in, without waiting for it."""
    Thread(target=_run, name="finishing", daemon=True).start()


def wake_if_needed() -> None:
    """The same where something waits for it, as after a restart; once a minute at most."""
    global _looked_at
    if time.monotonic() - _looked_at < _LOOKED_EVERY_S:
        return
    _looked_at = time.monotonic()
    Thread(target=_run, name="finishing", daemon=True).start()


def _run() -> None:
    # One after another: each looks again for what came while the one before was at work.
    with _lock:
        try:
            finish_all()
        except ClippingError as error:
            # Whoever opens the page asks again.
            _log.warning("What was added is not looked at just now: %s", error)


def finish_all() -> None:
    """Take in everything that has arrived, each file in a process of its own."""
    with open_session(database_url()) as session:
        waiting = additions.has_arrived(session)
    for addition_id in waiting:
        _finish_apart(addition_id)


def _finish_apart(addition_id: str) -> None:
    command = [sys.executable, "-m", "dashboard.adding.finishing", addition_id]
    try:
        code = subprocess.run(
            command, cwd=CHECKOUT, stdin=subprocess.DEVNULL, timeout=_LONGEST_S, check=False
        ).returncode
    except subprocess.TimeoutExpired:
        code = -signal.SIGKILL
    # A signal that nobody sent: the file is too much for what reads it, and would be again.
    if code < 0 and code not in _SENT:
        _log.warning("%s ended who read it with %d", addition_id, code)
        with open_session(database_url()) as session:
            said = "It cannot be read: reading it fails in a way that is not known."
            now, state = datetime.now(UTC), AdditionState.REFUSED.value
            additions.change_addition(session, addition_id, now, state=state, said=said)
        parts.remove(addition_id)


def finish_if_free(addition_id: str) -> None:
    """Take in one file unless another process is at it."""
    with if_free(f"addition:{addition_id}") as free:
        if free:
            finish(addition_id)


def finish(addition_id: str) -> None:
    """Take in one file, and start what clips it; what goes wrong is kept as a sentence."""
    with db_session() as session:
        addition = additions.find_addition(session, addition_id)
    if addition is None or addition.state is not AdditionState.RECEIVED:
        return
    path = parts.part_path(addition_id)
    if not path.exists() and datetime.now(UTC) - addition.updated_at < LASTS:
        return  # it lies on another machine, which takes it in
    try:
        source = _taken_in(addition)
    except Rejected as error:
        _log.info("%s was refused: %s", addition_id, error)
        sentence = str(error).replace(path.name, addition.name)
        _change(addition, state=AdditionState.REFUSED.value, said=sentence)
        parts.remove(addition_id)
        return
    except ClippingError as error:
        _log.warning("%s cannot be taken in yet: %s", addition_id, error)
        _change(addition, said=str(error).replace(path.name, addition.name))
        return
    kept = addition.replace(
        state=AdditionState.KEPT, location=source.location, source_id=source.source_id, said=""
    )
    _change(
        addition,
        state=kept.state.value,
        location=kept.location,
        source_id=kept.source_id,
        stored_percent=100,
        said="",
    )
    parts.remove(addition_id)
    start(kept, db_session())


def _taken_in(addition: Addition) -> SourceVideo:
    path = parts.part_path(addition.addition_id)
    if parts.bytes_here(addition.addition_id) != addition.size_bytes:
        raise Rejected(f"{addition.name} was lost on this machine: add it again.")
    captions = None
    if addition.captions_key is not None:
        if not media_store().exists(addition.captions_key):
            raise Rejected("Its captions are gone: add it again with them.")
        captions = str(media_store().local_path(addition.captions_key))
    request = SourceRequest(
        location=str(path), client=addition.client, captions=captions, rights=addition.rights
    )
    with progress.listening(_Telling(addition)):
        return take_in(request, None, SHORTEST_MS, name=addition.name)


class _Telling:
    """Writes down how much of a file is stored, now and then."""

    def __init__(self, addition: Addition) -> None:
        self._addition, self._told_at = addition, 0.0

    def __call__(self, report: Progress) -> None:
        if time.monotonic() - self._told_at > _TOLD_EVERY_S:
            self._told_at = time.monotonic()
            _change(self._addition, stored_percent=round(report.fraction * 100))


def _change(addition: Addition, **changes: object) -> None:
    with db_session() as session:
        additions.change_addition(session, addition.addition_id, datetime.now(UTC), **changes)


def main() -> None:
    """Take in the file that is named."""
    spare_what_is_loaded()
    (addition_id,) = sys.argv[1:]
    try:
        finish_if_free(addition_id)
    except ClippingError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
