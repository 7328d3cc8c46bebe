"""TikTok's Content Posting API v2: direct posts and drafts, by upload of the file.

Addresses are not given to TikTok to fetch from: an init that is not answered would then be an
unknown outcome, while with an upload nothing can be public before the last byte has arrived.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import PurePath
from typing import Any, ClassVar, Final

from clipping.errors import AccountBlocked, ClippingError, QuotaExhausted, StartAgain
from clipping.models import (
    Account,
    AccountLimits,
    PlatformName,
    PostingMethod,
    PostJob,
    Receipt,
    Stage,
)
from clipping.platforms.base import Access, Clock, Gone, Platform
from clipping.platforms.beginnings import MOST_TRIES, anew, bounded, lost, taken_up, untaken
from clipping.platforms.exchange import (
    TIMEOUT_S,
    Answer,
    NoAnswer,
    NotSent,
    Piece,
    ask,
    is_whole,
    unanswered,
)
from clipping.platforms.failures import FailureKind, failure
from clipping.platforms.tiktok_answers import (
    UNREACHABLE,
    UNREADABLE,
    after_chunk,
    all_there,
    data_of,
    ended,
    lapses_at,
    limits_of,
    refused,
    waiting,
)
from clipping.platforms.tiktok_checks import post_info, refusals
from clipping.platforms.tiktok_chunks import MEGABYTE_BYTES, ChunkPlan, chunk_plan

URL: Final = "https://open.tiktokapis.com"
_UPLOAD_LIVES: Final = timedelta(hours=1)
_MARGIN: Final = timedelta(minutes=1)
_LOOK_AGAIN: Final = timedelta(seconds=30)
_TYPES: Final = {".mov": "video/quicktime", ".webm": "video/webm"}
_LAST: Final = "last"
_SPENT: Final = MOST_TRIES + 1
"""Tries of one that was begun anew although it had been taken up as often as it may be."""
_QUERY_SIZE: Final = 20
_PUBLIC: Final = "PUBLIC_TO_EVERYONE"


class TikTok(Platform):
    """Posts to TikTok.

    The handle holds ``publish_id``, ``upload_url`` (a secret, good for an hour), ``url_until`` and,
    while it waits to be begun anew for the last time, ``last``.

    :param megabyte_bytes: See :func:`~clipping.platforms.tiktok_chunks.chunk_plan`.
    """

    name: ClassVar[PlatformName] = PlatformName.TIKTOK

    def __init__(
        self,
        url: str = URL,
        *,
        megabyte_bytes: int = MEGABYTE_BYTES,
        timeout_s: float = TIMEOUT_S,
    ) -> None:
        self._url = url
        self._megabyte_bytes = megabyte_bytes
        self._timeout_s = timeout_s

    def check(self, job: PostJob, account: Account, limits: AccountLimits) -> list[str]:
        """What TikTok would refuse after the upload."""
        return refusals(job, limits)

    def limits(self, access: Access, clock: Clock) -> AccountLimits:
        """What the account's creator_info says; TikTok does not tell how many posts are left.

        That call needs the scope of direct posts, so accounts with drafts only have no limits here.
        """
        if access.account.method is PostingMethod.INBOX:
            return AccountLimits()
        try:
            return self._creator(access)
        except QuotaExhausted as full:
            if getattr(full, "whole_app", False):
                # Not of this account: nobody else has to ask, either.
                raise
            return AccountLimits(posts_left=0, blocked=str(full))

    def submit(self, job: PostJob, receipt: Receipt, access: Access, clock: Clock) -> Receipt:
        """Begin, or send a chunk; the last chunk goes out from a stored ``ARMED`` only."""
        if not is_whole(job.file):
            sentence = "The file of the post is missing, or is not the one that was checked."
            raise failure(FailureKind.PERMANENT_MEDIA, sentence)
        if receipt.stage is Stage.NEW:
            return self._begin(job, receipt, access, clock)
        plan = self._plan(job)
        if receipt.stage is Stage.SENDING and plan.is_last(receipt.sent_bytes):
            return receipt.replace(stage=Stage.ARMED, armed_at=clock.now)
        return self._send(job, receipt, access, clock, plan)

    def poll(self, job: PostJob, receipt: Receipt, access: Access, clock: Clock) -> Receipt:
        """Ask for the status; also of a post whose id, or of a draft whose fate, is not known."""
        data = self._status(receipt, access)
        found = ended(receipt, access.account, data)
        if found is not None or receipt.settled:
            return found or receipt
        return waiting(receipt, clock)

    def reconcile(self, job: PostJob, receipt: Receipt, access: Access, clock: Clock) -> Receipt:
        """Ask for the status: without all bytes nothing is public, and they may still be sent.

        Begins anew only when the upload failed, or can no longer be completed.
        """
        try:
            found = self._look(job, receipt, access, clock)
        except StartAgain as why:
            again = anew(receipt, clock.now, str(why))
            return again.replace(tries=_SPENT) if _LAST in receipt.handle else again
        if found.stage is not Stage.SENDING:
            return found
        # The bytes of the try that was not answered may still arrive, until the address is dead.
        lives = clock.now < lapses_at(receipt) + _MARGIN
        if lives and receipt.tries >= MOST_TRIES:
            dead_at = lapses_at(receipt) + _MARGIN
            if receipt.tries >= _SPENT:
                return receipt.replace(not_before=dead_at)
            # Then it may be begun anew, once.
            handle = {**receipt.handle, _LAST: "yes"}
            return receipt.replace(not_before=dead_at, tries=MOST_TRIES - 1, handle=handle)
        sentence = "The last part of the upload to TikTok was not taken."
        return taken_up(found.replace(unsettled=True), sentence, clock.now)

    def still_public(
        self, receipts: Mapping[str, Receipt], access: Access, clock: Clock
    ) -> dict[str, Gone]:
        """Posts whose id TikTok no longer shows; one whose id it never told is taken to be up.

        An account that is private or banned shows none, which says nothing of its posts.
        """
        ids = {post: one.public_id for post, one in receipts.items() if one.public_id}
        wanted, shown = sorted(set(ids.values())), set[str]()
        for first in range(0, len(wanted), _QUERY_SIZE):
            asked = {"filters": {"video_ids": wanted[first : first + _QUERY_SIZE]}}
            data = self._call("/v2/video/query/", asked, access, {"fields": "id"})
            shown |= {str(video.get("id", "")) for video in data.get("videos") or ()}
        why = Gone("TikTok no longer shows the post: removed, or no longer public.")
        gone = {post: why for post, public_id in ids.items() if public_id not in shown}
        return {} if gone and not shown and self._is_closed(access) else gone

    def _begin(self, job: PostJob, receipt: Receipt, access: Access, clock: Clock) -> Receipt:
        plan = self._plan(job)
        asked: dict[str, Any] = {
            "source_info": {
                "source": "FILE_UPLOAD",
                "video_size": plan.size_bytes,
                "chunk_size": plan.chunk_bytes,
                "total_chunk_count": plan.count,
            }
        }
        kind = "inbox/video"
        if not job.inbox:
            # Mandatory before every post; and what it allows may have changed since the plan.
            limits = self._creator(access)
            for sentence in self.check(job, access.account, limits):
                raise failure(FailureKind.PERMANENT_METADATA, sentence)
            kind, asked["post_info"] = "video", post_info(job, limits)
        data = self._call(f"/v2/post/publish/{kind}/init/", asked, access)
        publish_id, upload_url = data.get("publish_id"), data.get("upload_url")
        if not publish_id or not self._is_ours(upload_url):
            raise failure(FailureKind.RETRY_BACKOFF, UNREADABLE)
        handle = {
            "publish_id": str(publish_id),
            "upload_url": str(upload_url),
            "url_until": (clock.now + _UPLOAD_LIVES).isoformat(),
        }
        return Receipt(stage=Stage.SENDING, handle=handle, tries=receipt.tries)

    def _send(
        self, job: PostJob, receipt: Receipt, access: Access, clock: Clock, plan: ChunkPlan
    ) -> Receipt:
        first = receipt.sent_bytes
        end = plan.end_of_chunk_at(first)
        before = receipt.replace(stage=Stage.SENDING)
        try:
            answer = ask(
                "PUT",
                receipt.handle["upload_url"],
                headers={
                    "Content-Type": _TYPES.get(PurePath(job.file.path).suffix, "video/mp4"),
                    "Content-Range": f"bytes {first}-{end - 1}/{plan.size_bytes}",
                },
                piece=Piece(job.file, first, end),
                proxy=access.proxy,
                timeout_s=self._timeout_s,
            )
        except NotSent as unsent:
            raise untaken(unanswered(unsent, UNREACHABLE), before) from None
        except ClippingError as unusable:
            raise untaken(unusable, before) from None
        except NoAnswer:
            answer = Answer(0, {}, b"")
        after = after_chunk(receipt, answer, first, plan, clock)
        if after is not None:
            return after
        if answer.status in (403, 404):
            return self._look(job, receipt, access, clock, closed=True)
        error = bounded(refused(answer, armed=receipt.stage is Stage.ARMED), receipt)
        raise untaken(error, before)

    def _look(
        self,
        job: PostJob,
        receipt: Receipt,
        access: Access,
        clock: Clock,
        *,
        closed: bool = False,
    ) -> Receipt:
        """What the platform has of it; ``closed`` when its address takes no bytes any more."""
        data = self._status(receipt, access)
        found = ended(receipt, access.account, data)
        if found is not None:
            return found
        stored, until = data.get("uploaded_bytes"), lapses_at(receipt)
        if isinstance(stored, int) and stored >= job.file.size_bytes:
            return all_there(receipt, job.file.size_bytes, clock)
        if not isinstance(stored, int):
            return receipt.replace(not_before=clock.now + _LOOK_AGAIN)
        never_armed = receipt.armed_at is None
        # The last bytes of a process that was killed may still arrive, until the address is dead.
        if clock.now >= until + _MARGIN or (closed and never_armed):
            raise lost(receipt, "The upload to TikTok was not completed within its hour.")
        if closed or clock.now >= until - _MARGIN:
            return receipt.replace(not_before=until + _MARGIN)
        return receipt.replace(stage=Stage.SENDING, sent_bytes=stored, not_before=None)

    def _is_closed(self, access: Access) -> bool:
        """Whether the account itself is private or banned; of drafts' accounts that is not told."""
        if access.account.method is PostingMethod.INBOX:
            return False
        try:
            levels = self._creator(access).privacy_levels
        except AccountBlocked:
            return True
        except QuotaExhausted:
            return False
        return bool(levels) and _PUBLIC not in levels

    def _creator(self, access: Access) -> AccountLimits:
        return limits_of(self._call("/v2/post/publish/creator_info/query/", None, access))

    def _status(self, receipt: Receipt, access: Access) -> dict[str, Any]:
        asked = {"publish_id": receipt.handle["publish_id"]}
        return self._call("/v2/post/publish/status/fetch/", asked, access)

    def _call(
        self, path: str, asked: Any, access: Access, query: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        """The ``data`` of an answer. None of these calls can make anything public."""
        try:
            answer = ask(
                "POST",
                self._url + path,
                headers={
                    "Authorization": f"Bearer {access.token.get_secret_value()}",
                    "Content-Type": "application/json; charset=UTF-8",
                },
                query=query,
                value=asked,
                proxy=access.proxy,
                timeout_s=self._timeout_s,
            )
        except NoAnswer as silence:
            raise unanswered(silence, UNREACHABLE) from None
        return data_of(answer)

    def _plan(self, job: PostJob) -> ChunkPlan:
        return chunk_plan(job.file.size_bytes, self._megabyte_bytes)

    def _is_ours(self, upload_url: object) -> bool:
        """Whether it may be sent to: what is encrypted stays so."""
        safe = ("https://",) if self._url.startswith("https://") else ("https://", "http://")
        return isinstance(upload_url, str) and upload_url.startswith(safe)
