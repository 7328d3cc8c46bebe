"""The disks of this machine: what they still take, and when nothing is taken in any more."""

from __future__ import annotations

import logging
import shutil
import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from clipping.db import queries
from clipping.errors import ClippingError, DiskFull
from clipping.keeping.room import Disk, Marks, filling, too_full
from clipping.settings import settings
from tasks.workplace import db_session, media_store

_log = logging.getLogger(__name__)

KIND: Final = "disk"
_UNSEEN_FOR: Final = timedelta(days=1)


def disks() -> list[Disk]:
    """The disks that fill when something is taken in."""
    return [
        _disk("media store", media_store().room_folder()),
        _disk("scratch folder", settings().scratch_dir),
        _disk("program's folder", settings().home),
    ]


def marks() -> Marks:
    """Those of the settings."""
    return Marks(warn_bytes=settings().disk_warn_bytes, stop_bytes=settings().disk_stop_bytes)


def check_room(size: int = 0) -> None:
    """Go on only while there is room for a file of this size, and for what must stay free.

    :raises DiskFull: There is not; an alert says so until there is.
    """
    for disk in disks():
        sentence = too_full(disk, marks(), size)
        if sentence:
            _tell(disk, sentence)
            raise DiskFull(sentence)


def note_disks(now: datetime) -> list[str]:
    """Raise an alert for each disk of this machine that fills, and end those that do not.

    Those of other machines end when they were not seen for a day: a machine may be gone.
    """
    with db_session() as session:
        full = {
            _subject(disk): sentence for disk in disks() if (sentence := filling(disk, marks()))
        }
        for subject, sentence in full.items():
            queries.alerts.raise_alert(session, KIND, subject, sentence, now)
        here = f"{_machine()}:"
        lately = queries.alerts.subjects_of(session, KIND, now - _UNSEEN_FOR)
        others = [one for one in lately if not one.startswith(here)]
        queries.alerts.resolve_alerts(session, KIND, now, but=[*full, *others])
    return sorted(full.values())


def size_of(location: str) -> int:
    """Bytes of a file that is to come; 0 where that is not known yet."""
    try:
        return Path(location).stat().st_size
    except (OSError, ValueError):
        return 0


def _tell(disk: Disk, sentence: str) -> None:
    try:
        with db_session() as session:
            queries.alerts.raise_alert(session, KIND, _subject(disk), sentence, datetime.now(UTC))
    except ClippingError as error:
        _log.warning("That a disk is full was not kept: %s", error)


def _subject(disk: Disk) -> str:
    return f"{_machine()}:{disk.name}"


def _machine() -> str:
    return settings().machine or socket.gethostname()


def _disk(name: str, folder: Path) -> Disk:
    place = folder.absolute()
    while not place.exists():
        place = place.parent
    found = shutil.disk_usage(place)
    return Disk(name=name, folder=str(folder), free_bytes=found.free, total_bytes=found.total)
