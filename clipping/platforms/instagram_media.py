"""What Instagram's answers say of a container and of the post that it becomes."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from clipping.models import Receipt, Stage
from clipping.platforms import instagram_errors as errors
from clipping.platforms.base import Clock
from clipping.platforms.beginnings import lost, over

FINISHED: Final = "FINISHED"
PUBLISHED: Final = "PUBLISHED"
MISSING: Final = "MISSING"
"""Our word: the container cannot be read, which may pass."""
LOOK_AGAIN: Final = timedelta(seconds=30)
LISTED_WITHIN: Final = timedelta(minutes=15)
BEFORE: Final = timedelta(minutes=2)
"""How far their clock may be behind ours."""
_SURE_AFTER: Final = timedelta(seconds=20)
"""A container may be published and not say so yet (10 to 30 s are allowed for)."""
_LOOKS: Final = (
    (timedelta(seconds=30), timedelta(seconds=5)),
    (timedelta(minutes=5), timedelta(seconds=30)),
)
"""Up to which age of an upload it is asked for how often; after the last one once a minute."""
_PREPARED_WITHIN: Final = timedelta(minutes=30)
_MISSING_PAUSE: Final = timedelta(seconds=60)
_MOST_MISSING: Final = 2


def sent(receipt: Receipt, clock: Clock) -> Receipt:
    """The receipt of a container whose bytes are all there."""
    return receipt.replace(
        stage=Stage.SENT,
        handle={**receipt.handle, "sent_at": clock.now.isoformat()},
        not_before=clock.now + _LOOKS[0][1],
    )


def unprepared(receipt: Receipt, clock: Clock, pause_s: float) -> Receipt:
    """The receipt of a container that is not ready; raises when it should have been by now."""
    age = clock.now - datetime.fromisoformat(receipt.handle["sent_at"])
    if age >= _PREPARED_WITHIN:
        raise lost(receipt, "Instagram has not prepared the upload within 30 minutes.")
    pause = next((pause for until, pause in _LOOKS if age < until), timedelta(minutes=1))
    return receipt.replace(not_before=clock.now + max(pause, timedelta(seconds=pause_s)))


def missing(receipt: Receipt, clock: Clock) -> Receipt | None:
    """The receipt of a container to look for again; None when it was looked for twice."""
    looked = int(receipt.handle.get("missing", "0"))
    if looked >= _MOST_MISSING:
        return None
    handle = {**receipt.handle, "missing": str(looked + 1)}
    return receipt.replace(handle=handle, not_before=clock.now + _MISSING_PAUSE)


def sure_of_unpublished(receipt: Receipt, clock: Clock) -> Receipt:
    """What follows from a container that is ready and not published: after two such looks that
    are far enough apart, it goes on from ``SENT``."""
    ready_at = receipt.handle.get("ready_at")
    if ready_at and clock.now - datetime.fromisoformat(ready_at) >= _SURE_AFTER:
        handle = {name: text for name, text in receipt.handle.items() if name != "ready_at"}
        return receipt.replace(stage=Stage.SENT, handle=handle, not_before=None)
    handle = {**receipt.handle, "ready_at": ready_at or clock.now.isoformat()}
    return receipt.replace(handle=handle, not_before=clock.now + _SURE_AFTER)


def published(receipt: Receipt, clock: Clock) -> Receipt:
    """The receipt of a published container, of which the address or even the id is not known."""
    pause = _LOOKS[0][1] if receipt.public_id else LOOK_AGAIN
    return receipt.replace(stage=Stage.PROCESSING, not_before=clock.now + pause)


def unlisted(receipt: Receipt, clock: Clock) -> Receipt:
    """The receipt of a published one that is not listed yet, or never will be."""
    if clock.now - (receipt.armed_at or clock.now) < LISTED_WITHIN:
        return receipt.replace(not_before=clock.now + LOOK_AGAIN)
    note = "Published; Instagram does not show it in the account's list."
    return receipt.replace(stage=Stage.POSTED, not_before=None, note=note)


def check_alive(container: Mapping[str, Any], receipt: Receipt) -> None:
    """Raise what a failed or expired container means: it was never published, and never will be."""
    if container.get("status_code") == "EXPIRED":
        raise lost(receipt, "The upload to Instagram has expired.")
    if container.get("status_code") == "ERROR":
        raise over(errors.of_status_text(str(container.get("status", ""))), receipt)


def stored_bytes(container: Mapping[str, Any], size_bytes: int) -> int:
    """How many bytes of a file of this size have arrived."""
    phases = container.get("video_status")
    phase = phases.get("uploading_phase") if isinstance(phases, dict) else None
    phase = phase if isinstance(phase, dict) else {}
    if container.get("status_code") == FINISHED or phase.get("status") == "complete":
        return size_bytes
    stored = phase.get("bytes_transferred")
    return stored if isinstance(stored, int) else 0


def has_matches(check: object) -> bool:
    """Whether a copyright check found somebody else's material."""
    if not isinstance(check, dict):
        return False
    nested = check.get("status")
    within = isinstance(nested, dict) and nested.get("matches_found") is True
    return within or check.get("matches_found") is True or bool(check.get("copyright_matches"))


def is_cleared(check: object) -> bool:
    """Whether a copyright check is through and found nothing."""
    return (
        isinstance(check, dict)
        and check.get("status") == "completed"
        and check.get("matches_found") is False
    )


def found_in(rows: object, caption: str, since: datetime) -> dict[str, Any] | None:
    """The one post with this caption that was made since then; None for none, or for several."""
    wanted = _plain(caption)
    fitting = [
        row
        for row in (rows if isinstance(rows, list) else [])
        if isinstance(row, dict) and row.get("id") and _plain(str(row.get("caption", ""))) == wanted
        if _made_at(row) >= since
    ]
    return fitting[0] if len(fitting) == 1 else None


def _plain(caption: str) -> str:
    return " ".join(unicodedata.normalize("NFC", caption).split())


def _made_at(row: Mapping[str, Any]) -> datetime:
    # "+0000", which fromisoformat takes since Python 3.11.
    try:
        return datetime.fromisoformat(str(row.get("timestamp", "")))
    except ValueError:
        return datetime.fromisoformat("0001-01-01T00:00:00+00:00")
