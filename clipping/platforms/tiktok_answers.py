"""What TikTok's answers say of a publication."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from clipping.errors import ClippingError
from clipping.models import Account, AccountLimits, Receipt, Stage
from clipping.platforms import tiktok_errors as errors
from clipping.platforms.base import Clock
from clipping.platforms.beginnings import over
from clipping.platforms.exchange import Answer
from clipping.platforms.failures import UNANSWERED, FailureKind, failure
from clipping.platforms.tiktok_chunks import ChunkPlan

UNREACHABLE: Final = "TikTok cannot be reached just now."
UNREADABLE: Final = "TikTok answered in a form nobody knows."
_POLLS: Final = (
    (timedelta(minutes=1), timedelta(seconds=5)),
    (timedelta(minutes=10), timedelta(seconds=15)),
    (timedelta(hours=1), timedelta(seconds=60)),
)
"""Up to which age of a publication it is asked for how often; after the last one slowly."""
_SLOWLY: Final = timedelta(minutes=10)


def data_of(answer: Answer) -> dict[str, Any]:
    """The ``data`` of an answer to a call that can make nothing public. Raises when it refuses."""
    said = answer.json()
    error = said.get("error")
    # Refusals come with status 200, too: the code is what counts.
    code = str(error.get("code", "")) if isinstance(error, dict) else ""
    data = said.get("data")
    if code == "ok" and answer.status < 400 and isinstance(data, dict):
        return data
    if answer.status < 400 and code in ("", "ok"):
        raise failure(FailureKind.RETRY_BACKOFF, UNREADABLE)
    code = "" if code == "ok" else code
    raise errors.of_answer(answer.status, code, answer.headers.get("retry-after", ""))


def limits_of(info: Mapping[str, Any]) -> AccountLimits:
    """What an account's ``creator_info`` allows."""
    longest_s = info.get("max_video_post_duration_sec")
    return AccountLimits(
        longest_ms=longest_s * 1000 if isinstance(longest_s, int) else None,
        privacy_levels=tuple(map(str, info.get("privacy_level_options") or ())),
        comments_off=bool(info.get("comment_disabled")),
        duet_off=bool(info.get("duet_disabled")),
        stitch_off=bool(info.get("stitch_disabled")),
    )


def all_there(receipt: Receipt, size_bytes: int, clock: Clock) -> Receipt:
    """The receipt of a publication whose bytes have all arrived."""
    return receipt.replace(
        stage=Stage.PROCESSING,
        sent_bytes=size_bytes,
        armed_at=receipt.armed_at or clock.now,
        not_before=clock.now + _POLLS[0][1],
    )


def waiting(receipt: Receipt, clock: Clock) -> Receipt:
    """The receipt of one that TikTok still works on; asked for ever more rarely."""
    age = clock.now - (receipt.armed_at or clock.now)
    pause = next((pause for until, pause in _POLLS if age < until), _SLOWLY)
    late = "" if age < _POLLS[-1][0] else "TikTok has not said for over an hour how it ended."
    return receipt.replace(not_before=clock.now + pause, note=late)


def after_chunk(
    receipt: Receipt, answer: Answer, first: int, plan: ChunkPlan, clock: Clock
) -> Receipt | None:
    """The receipt after the chunk that begins at ``first``; None when it was not taken."""
    if answer.status == 201:
        return all_there(receipt, plan.size_bytes, clock)
    stored = _stored_bytes(answer, plan)
    if answer.status == 206 and stored is None:
        stored = plan.end_of_chunk_at(first)
    if answer.status not in (206, 416) or stored is None or stored == first:
        return None
    if stored >= plan.size_bytes:
        return all_there(receipt, plan.size_bytes, clock)
    # Also when we hold it for the last chunk: what TikTok says it has is what counts.
    return receipt.replace(stage=Stage.SENDING, sent_bytes=stored)


def ended(receipt: Receipt, account: Account, data: Mapping[str, Any]) -> Receipt | None:
    """The receipt of a publication that is over; None while it is not. Raises when it failed."""
    status = data.get("status")
    if status == "FAILED":
        raise over(errors.of_reason(str(data.get("fail_reason") or "")), receipt)
    if status == "SEND_TO_USER_INBOX":
        note = "The draft is in the owner's TikTok inbox; its caption has to be pasted there."
        return receipt.replace(stage=Stage.INBOX, not_before=None, note=note)
    if status != "PUBLISH_COMPLETE":
        return None
    # The name is misspelt by TikTok; the list is empty until moderation is through, or for ever.
    ids = data.get("publicaly_available_post_id") or data.get("publicly_available_post_id") or ()
    if not ids:
        note = "Published; TikTok has not told the post's id."
        return receipt.replace(stage=Stage.POSTED, not_before=None, note=note)
    return receipt.replace(
        stage=Stage.POSTED,
        not_before=None,
        note="",
        public_id=str(ids[0]),
        url=f"https://www.tiktok.com/@{account.handle}/video/{ids[0]}",
    )


def refused(answer: Answer, *, armed: bool) -> ClippingError:
    """The error of a chunk that was not taken, or may have been."""
    code = str(answer.status)
    if answer.status == 429:
        return errors.of_answer(429, "", answer.headers.get("retry-after", ""))
    if answer.status == 416:
        return failure(FailureKind.RETRY_NEW_CONTAINER, "TikTok lost the upload.", code=code)
    if 400 <= answer.status < 500 and not (armed and answer.status in UNANSWERED):
        sentence = f"TikTok does not take the upload (status {code})."
        return failure(FailureKind.PERMANENT_MEDIA, sentence, code=code)
    if armed:
        sentence = "TikTok did not say whether the last part of the file arrived."
        return failure(FailureKind.UNKNOWN_OUTCOME, sentence, code=code)
    return failure(FailureKind.RETRY_BACKOFF, UNREACHABLE, code=code)


def _stored_bytes(answer: Answer, plan: ChunkPlan) -> int | None:
    """How many bytes TikTok has, by ``Content-Range: bytes 0-<uploaded>/<total>``.

    The page does not say whether that is a count or the place of the last byte; whole chunks are
    stored, so where one of the two ends a chunk it is that one.
    """
    found = re.fullmatch(r"bytes 0-(\d+)/\d+", answer.headers.get("content-range", ""))
    if found is None:
        return None
    said = int(found[1])
    ends = said + 1 == plan.size_bytes or (said + 1) % plan.chunk_bytes == 0
    return said + 1 if ends else said


def lapses_at(receipt: Receipt) -> datetime:
    """When the upload's address stops taking bytes."""
    return datetime.fromisoformat(receipt.handle["url_until"])
