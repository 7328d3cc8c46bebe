"""YouTube Shorts: a resumable upload whose last part makes the video exist.

The session's address is stored before the first byte, and everything but the last part can be sent
without anything becoming public. Before each part the session is asked how far it is; the last one
goes out from a stored ``ARMED`` only. After that the session itself tells what became of it, and
where it is forgotten, the channel's own list of uploads.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from clipping.errors import ClippingError, StartAgain
from clipping.models import (
    Account,
    AccountLimits,
    PlatformName,
    PostJob,
    Receipt,
    Stage,
)
from clipping.platforms.base import Access, Clock, Gone, Platform, Shown
from clipping.platforms.beginnings import anew, bounded, lost, taken_up, untaken
from clipping.platforms.failures import FailureKind, failure
from clipping.platforms.shown import shown_since
from clipping.platforms.wording import refused_words
from clipping.platforms.youtube_api import BATCH, CHUNK_BYTES, URL, Api, Progress, readable
from clipping.platforms.youtube_video import (
    gone_because,
    is_of_this_try,
    is_ours,
    privacy_of,
    refused_disclosure,
    resource,
    stands,
    verdict,
)

LONGEST_MS: Final = 180_000
"""A Short, since 2024-10-15."""
_SETTLES: Final = timedelta(minutes=10)
"""How long the list of uploads may lag behind; not documented."""
_LOOK_AGAIN: Final = timedelta(minutes=1)
_MISSED_FOR: Final = timedelta(minutes=5)
"""How far apart two looks lie that find no video, before a person has to look."""


class YouTube(Platform):
    """Publishes Shorts on a channel.

    :param url: Address of the API, when it is not Google's own.
    :param category: YouTube's number for it; 22 is "People & Blogs".
    :param chunk_bytes: How much is sent in one step; a multiple of 256 KiB.
    """

    name = PlatformName.YOUTUBE

    def __init__(
        self, url: str = URL, category: str = "22", chunk_bytes: int = CHUNK_BYTES
    ) -> None:
        self._url = url.rstrip("/")
        self._category = category
        self._chunk_bytes = chunk_bytes

    def check(self, job: PostJob, account: Account, limits: AccountLimits) -> list[str]:
        """What YouTube would refuse, or not show as a Short."""
        file = job.file
        found = [*refused_words(job, self.name), *refused_disclosure(job.disclosure)]
        if file.duration_ms > LONGEST_MS:
            found.append(f"A Short has {LONGEST_MS // 1000} s at most.")
        if file.width_px > file.height_px:
            found.append("A Short is square or upright.")
        if not file.size_bytes:
            found.append("The file is empty.")
        if job.inbox:
            found.append("YouTube has no drafts for its owner to post.")
        if limits.blocked:
            found.append(limits.blocked)
        return found

    def limits(self, access: Access, clock: Clock) -> AccountLimits:
        """Whether the login opens the channel; YouTube does not tell how many posts are left."""
        channels = self._api(access, clock).items("channels", part="id", mine=True)
        blocked = ""
        if not channels:
            blocked = "This Google account has no YouTube channel."
        elif access.account.platform_user_id not in ("", channels[0].get("id")):
            blocked = "The login opens another channel than this account's."
        return AccountLimits(longest_ms=LONGEST_MS, blocked=blocked)

    def submit(self, job: PostJob, receipt: Receipt, access: Access, clock: Clock) -> Receipt:
        """A session, then part after part of 8 MiB, then ``ARMED``, then the last part."""
        try:
            return self._submit(job, receipt, self._api(access, clock))
        except StartAgain as error:
            raise bounded(error, receipt) from None

    def _submit(self, job: PostJob, receipt: Receipt, api: Api) -> Receipt:
        if receipt.stage is Stage.NEW:
            part, body = resource(job, self._category)
            session = api.begin(part, body, job.file.path, job.file.size_bytes)
            return Receipt(stage=Stage.SENDING, handle={"session": session}, tries=receipt.tries)
        if receipt.stage is Stage.ARMED:
            return self._finish(job, receipt, api)
        return self._send(job, receipt, api)

    def _send(self, job: PostJob, receipt: Receipt, api: Api) -> Receipt:
        """One part, from where the session is; never the last."""
        size = job.file.size_bytes
        at = api.probe(receipt.handle["session"], size)
        if not at.gone and not at.video and size - at.stored_bytes > self._chunk_bytes:
            at = api.send(at.session, job.file.path, size, at.stored_bytes, last=False)
        if at.gone:
            raise lost(receipt, "YouTube no longer knows the upload, and it was not complete.")
        after = _after(receipt, at)
        if after.stage is Stage.SENDING and size - at.stored_bytes <= self._chunk_bytes:
            return after.replace(stage=Stage.ARMED, armed_at=api.now)
        return after

    def _finish(self, job: PostJob, receipt: Receipt, api: Api) -> Receipt:
        """The last part: with its last byte the video exists."""
        file, session = job.file, receipt.handle["session"]
        try:
            at = api.send(session, file.path, file.size_bytes, receipt.sent_bytes, last=True)
        except ClippingError as error:
            raise untaken(error, receipt.replace(stage=Stage.SENDING)) from None
        if at.gone:
            raise failure(
                FailureKind.UNKNOWN_OUTCOME,
                "YouTube no longer knows the upload; whether it has the video is not known.",
            )
        return _after(receipt, at)

    def poll(self, job: PostJob, receipt: Receipt, access: Access, clock: Clock) -> Receipt:
        """Whether YouTube has processed the video, and left it as public as it was asked to."""
        api = self._api(access, clock)
        found = api.items(
            "videos", part="status,processingDetails,contentDetails", id=receipt.public_id
        )
        age = clock.now - (receipt.armed_at or clock.now)
        if not found:
            return _missing(receipt, clock.now, age)
        receipt = _there(receipt)
        try:
            done = verdict(found[0], privacy_of(job.consent))
        except ClippingError as error:
            if getattr(error, "code", "") != "duplicate":
                raise
            # What it is a duplicate of may be this post, if an upload of it was taken for lost.
            earlier = self._find(job, receipt, api)
            if earlier is None:
                raise
            return receipt.replace(public_id=earlier, not_before=clock.now)
        if not done:
            return receipt.replace(not_before=clock.now + _wait(age))
        return receipt.replace(
            stage=Stage.POSTED,
            not_before=None,
            url=f"https://www.youtube.com/shorts/{receipt.public_id}",
        )

    def reconcile(self, job: PostJob, receipt: Receipt, access: Access, clock: Clock) -> Receipt:
        """Ask the session; where it is forgotten, look through the channel's newest uploads."""
        api = self._api(access, clock)
        at = api.probe(receipt.handle["session"], job.file.size_bytes)
        if not at.gone:
            sentence = "YouTube does not take the last part of the upload."
            return taken_up(_after(receipt, at), sentence, clock.now)
        # One that was rejected since was made all the same; what it means, the poll tells.
        found = self._find(job, receipt, api, fallen=True)
        if found is not None:
            return receipt.replace(stage=Stage.PROCESSING, public_id=found, not_before=None)
        if clock.now - (receipt.armed_at or clock.now) < _SETTLES:
            return receipt.replace(not_before=clock.now + _LOOK_AGAIN)
        return anew(receipt, clock.now, "The upload was lost before YouTube had all of it.")

    def _find(
        self, job: PostJob, receipt: Receipt, api: Api, *, fallen: bool = False
    ) -> str | None:
        """The id of a video of this post that stands among the channel's newest uploads.

        :param fallen: Where none does, also one of this try that YouTube has not kept.
        """
        uploads = api.uploads()
        with readable():
            ours = [video for video in uploads if is_ours(video, job, receipt)]
            found = [video for video in ours if stands(video)]
            if fallen and not found:
                found = [video for video in ours if is_of_this_try(video, receipt)]
            return next((str(video["id"]) for video in found), None)

    def shown(self, access: Access, since: datetime, clock: Clock) -> list[Shown]:
        """The channel's newest uploads, back to that time."""
        uploads = self._api(access, clock).uploads()
        with readable():
            found = [
                Shown(
                    public_id=str(video["id"]),
                    url=f"https://www.youtube.com/shorts/{video['id']}",
                    at=datetime.fromisoformat(video["snippet"]["publishedAt"]),
                    words=str(video["snippet"].get("description", "")),
                    marks=tuple(video["snippet"].get("tags", ())),
                )
                for video in uploads
                if stands(video)
            ]
        return shown_since(found, since, len(uploads) >= BATCH)

    def still_public(
        self, receipts: Mapping[str, Receipt], access: Access, clock: Clock
    ) -> dict[str, Gone]:
        """Those that were removed, deleted, made private or blocked everywhere."""
        api = self._api(access, clock)
        ids = sorted({one.public_id for one in receipts.values() if one.public_id})
        videos = {}
        for first in range(0, len(ids), BATCH):
            asked = ",".join(ids[first : first + BATCH])
            for video in api.items("videos", part="status,contentDetails", id=asked):
                videos[str(video.get("id"))] = video
        found = {
            post: gone_because(videos.get(one.public_id))
            for post, one in receipts.items()
            if one.public_id
        }
        return {post: reason for post, reason in found.items() if reason is not None}

    def _api(self, access: Access, clock: Clock) -> Api:
        return Api(access.token, clock.now, access.proxy, self._url, self._chunk_bytes)


def _after(receipt: Receipt, at: Progress) -> Receipt:
    """The receipt once the session has told how far it is."""
    if at.video:
        return receipt.replace(
            stage=Stage.PROCESSING, public_id=at.video, sent_bytes=at.stored_bytes, not_before=None
        )
    return receipt.replace(
        stage=Stage.SENDING,
        handle={**receipt.handle, "session": at.session},
        sent_bytes=at.stored_bytes,
        not_before=None,
    )


def _missing(receipt: Receipt, now: datetime, age: timedelta) -> Receipt:
    """The receipt of a video that a look did not find; it may be public all the same."""
    missed_at = receipt.handle.get("missed_at") or now.isoformat()
    if age >= _SETTLES and now - datetime.fromisoformat(missed_at) >= _MISSED_FOR:
        raise failure(
            FailureKind.PERMANENT_METADATA,
            "YouTube does not show the video that was uploaded: look at the channel.",
            code="videoMissing",
        )
    wait = _wait(age) if age < _SETTLES else _MISSED_FOR
    handle = {**receipt.handle, "missed_at": missed_at}
    return receipt.replace(handle=handle, not_before=now + wait)


def _there(receipt: Receipt) -> Receipt:
    """The receipt of a video that a look has found."""
    kept = {name: text for name, text in receipt.handle.items() if name != "missed_at"}
    return receipt.replace(handle=kept)


def _wait(age: timedelta) -> timedelta:
    """How long until a video is looked at again; the documentation names no pace."""
    if age < timedelta(minutes=10):
        return timedelta(seconds=20)
    return timedelta(minutes=3) if age < timedelta(hours=1) else timedelta(minutes=15)
