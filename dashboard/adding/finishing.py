"""Files that have arrived become sources: in a process of its own, which reads strangers' files.

``python -m dashboard.adding.finishing`` takes in whatever has arrived and ends. What it leaves
undone when it is killed, the next one does.
"""

from __future__ import annotations

import logging
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
    Thread(target=_run_if_needed, name="finishing", daemon=True).start()


def _run_if_needed() -> None:
    try:
        with open_session(database_url()) as session:
            waiting = additions.has_arrived(session)
    except ClippingError:
        return  # whoever opens the page asks again
    if waiting:
        _run()


def _run() -> None:
    # One after another: each looks again for what came while the one before was at work.
    with _lock:
        subprocess.run(
            [sys.executable, "-m", "dashboard.adding.finishing"],
            cwd=CHECKOUT,
            stdin=subprocess.DEVNULL,
            check=False,
        )


def finish_all() -> None:
    """Take in everything that has arrived."""
    with db_session() as session:
        waiting = additions.has_arrived(session)
    for addition_id in waiting:
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
    """Take in everything that has arrived."""
    try:
        finish_all()
    except ClippingError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
