"""X: a video is uploaded in parts, prepared, and then posted by one request that has no key.

The media's id and key are stored as soon as they are known, and ``ARMED`` before the request that
posts. Whether that was done is read from the account's own list of posts, by the media's key. Only
a post that is not there is sent again, with the same words and the same media, so that X's own
search for duplicates is a second net; its "duplicate" is never more than a reason to look.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from clipping.errors import AccountBlocked, ClippingError, Rejected, StartAgain
from clipping.models import Account, AccountLimits, PlatformName, PostJob, Receipt, Stage
from clipping.platforms.base import Access, Clock, Gone, Platform, Shown
from clipping.platforms.beginnings import anew, bounded, lost, untaken
from clipping.platforms.failures import FailureKind, failure
from clipping.platforms.shown import shown_since
from clipping.platforms.wording import refused_words
from clipping.platforms.x_absent import absent
from clipping.platforms.x_check import longest_ms, refused_disclosure, refused_file
from clipping.platforms.x_errors import DUPLICATE, server_failed
from clipping.platforms.x_receipts import address, lapses, posted, prepared
from clipping.platforms.x_words import HIDDEN, find_ours, gone_because, words_of

if TYPE_CHECKING:
    from clipping.platforms.x_api import Api

URL: Final = "https://api.x.com"
CHUNK_BYTES: Final = 3 * 1024 * 1024
"""X takes 5 MB; in base64 this is 4 MiB, which is less by every reading."""
_SHOWS_UP: Final = timedelta(seconds=30)
"""How long a new post may be missing from the list; not documented."""
_CLOCKS_DIFFER: Final = timedelta(minutes=5)
_LEAST_LIFE: Final = timedelta(minutes=10)
"""Media that is about to lapse is not posted any more."""
_LOST: Final = "X no longer has the uploaded video."
_NOT_FOUND: Final = ("404", "410", "resource-not-found")
_LISTED: Final = 100
_BATCH: Final = 100


class X(Platform):
    """Publishes on an X account.

    :param url: Address of the API, when it is not X's own.
    :param chunk_bytes: How much is sent in one step; the same from an upload's first to its last.
    """

    name = PlatformName.X

    def __init__(self, url: str = URL, chunk_bytes: int = CHUNK_BYTES) -> None:
        self._url = url.rstrip("/")
        self._chunk_bytes = chunk_bytes

    def check(self, job: PostJob, account: Account, limits: AccountLimits) -> list[str]:
        """What X would refuse; ``x_check.takes`` says which file it wants instead."""
        found = [
            *refused_words(job, self.name),
            *refused_disclosure(job.disclosure),
            *refused_file(job.file, account.premium, limits.longest_ms),
        ]
        if job.consent.privacy != "PUBLIC_TO_EVERYONE":
            found.append("A post on X is public, and the owner has not agreed to that.")
        if not account.platform_user_id:
            found.append("The account's id on X is not known: connect it again.")
        if job.inbox:
            found.append("X has no drafts for their owner to post.")
        if limits.blocked:
            found.append(limits.blocked)
        return found

    def limits(self, access: Access, clock: Clock) -> AccountLimits:
        """Whether the login opens the account; X does not tell how many posts are left."""
        found = self._api(access, clock).call(
            "GET", "/2/users/me", params={"user.fields": "protected"}
        )
        me = found.get("data") or {}
        account = access.account
        blocked = ""
        if account.platform_user_id not in ("", me.get("id")):
            blocked = "The login opens another account than this one."
        elif me.get("protected"):
            blocked = "The account is protected: only its followers would see the post."
        return AccountLimits(longest_ms=longest_ms(account.premium), blocked=blocked)

    def submit(self, job: PostJob, receipt: Receipt, access: Access, clock: Clock) -> Receipt:
        """The upload's beginning, its parts, its end, its state until ready, then the post."""
        api = self._api(access, clock)
        if receipt.stage is Stage.NEW:
            return self._begin(job, receipt, api)
        if receipt.stage is Stage.ARMED:
            return self._post(job, receipt, access, api)
        if lapses(receipt, clock.now + _LEAST_LIFE):
            raise lost(receipt, _LOST)
        try:
            return self._upload(job, receipt, api)
        except StartAgain as error:
            raise bounded(error, receipt) from None
        except Rejected as error:
            # Nothing has been posted yet, so a new upload does no harm.
            if getattr(error, "code", "") in _NOT_FOUND:
                raise lost(receipt, _LOST) from None
            raise

    def _upload(self, job: PostJob, receipt: Receipt, api: Api) -> Receipt:
        if receipt.stage is Stage.SENT:
            return prepared(receipt, self._state(receipt, api), api.now)
        if receipt.sent_bytes < job.file.size_bytes:
            return self._append(job, receipt, api)
        return prepared(receipt, self._finalize(receipt, api), api.now)

    def _begin(self, job: PostJob, receipt: Receipt, api: Api) -> Receipt:
        asked = {
            "media_type": "video/mp4",
            "total_bytes": job.file.size_bytes,
            "media_category": "tweet_video",
        }
        made = api.call("POST", "/2/media/upload/initialize", body=asked).get("data") or {}
        if not made.get("id"):
            raise failure(FailureKind.RETRY_BACKOFF, "X answered in a form nobody knows.")
        lapses_at = api.now + timedelta(seconds=int(made.get("expires_after_secs") or 86_400))
        handle = {
            "media_id": str(made["id"]),
            "media_key": str(made.get("media_key", "")),
            "lapses_at": lapses_at.isoformat(),
        }
        return Receipt(stage=Stage.SENDING, handle=handle, tries=receipt.tries)

    def _append(self, job: PostJob, receipt: Receipt, api: Api) -> Receipt:
        first = receipt.sent_bytes
        part = _part(job, first, self._chunk_bytes)
        body = {
            "segment_index": first // self._chunk_bytes,
            "media": base64.b64encode(part).decode(),
        }
        api.call("POST", f"{_media_route(receipt)}/append", body=body)
        return receipt.replace(sent_bytes=first + len(part))

    def _finalize(self, receipt: Receipt, api: Api) -> dict[str, Any]:
        try:
            return api.call("POST", f"{_media_route(receipt)}/finalize").get("data") or {}
        except Rejected:
            # It may have been done before; whether that can be done twice is not documented.
            state = self._state(receipt, api)
            if not state.get("processing_info"):
                raise
            return state

    def _state(self, receipt: Receipt, api: Api) -> dict[str, Any]:
        asked = {"command": "STATUS", "media_id": receipt.handle["media_id"]}
        return api.call("GET", "/2/media/upload", params=asked).get("data") or {}

    def _post(self, job: PostJob, receipt: Receipt, access: Access, api: Api) -> Receipt:
        """The request that makes it public."""
        body: dict[str, Any] = {
            "text": job.words.text,
            "media": {"media_ids": [receipt.handle["media_id"]]},
        }
        if job.disclosure.ai_generated:
            body["made_with_ai"] = True
        if job.disclosure.paid_partnership:
            body["paid_partnership"] = True
        try:
            made = api.call("POST", "/2/tweets", body=body, armed=True).get("data") or {}
        except ClippingError as error:
            post = ""
            if getattr(error, "code", "") == DUPLICATE:
                post = self._find(job, receipt, access, api)
            if not post:
                raise untaken(error, receipt.replace(stage=Stage.SENT)) from None
            return posted(receipt, access.account, post)
        if not made.get("id"):
            raise failure(
                FailureKind.UNKNOWN_OUTCOME,
                "X took the post and did not name it; whether it is public is not known.",
            )
        return posted(receipt, access.account, str(made["id"]))

    def poll(self, job: PostJob, receipt: Receipt, access: Access, clock: Clock) -> Receipt:
        """A post that X has named is public; there is nothing to wait for."""
        return posted(receipt, access.account, receipt.public_id)

    def reconcile(self, job: PostJob, receipt: Receipt, access: Access, clock: Clock) -> Receipt:
        """Look through the account's own posts since it was first armed."""
        armed_at = receipt.armed_at or clock.now
        if clock.now < armed_at + _SHOWS_UP:
            return receipt.replace(not_before=armed_at + _SHOWS_UP)
        post = self._find(job, receipt, access, self._api(access, clock))
        if post:
            return posted(receipt, access.account, post)
        after = absent(receipt, armed_at, clock.now)
        if after.stage is Stage.SENT and lapses(receipt, clock.now + _LEAST_LIFE):
            return anew(receipt, clock.now, "The upload lapsed before X had the post.")
        return after

    def _find(self, job: PostJob, receipt: Receipt, access: Access, api: Api) -> str:
        """The id of our post on the account; empty when it is not there."""
        since = datetime.fromisoformat(receipt.handle["armed_first_at"]) - _CLOCKS_DIFFER
        listed = self._listed(access, since, api)
        return find_ours(listed, receipt.handle["media_key"], job.words.text)

    def shown(self, access: Access, since: datetime, clock: Clock) -> list[Shown]:
        """The account's own posts since then."""
        listed = self._listed(access, since, self._api(access, clock))
        found = [
            Shown(
                public_id=str(post["id"]),
                url=address(access.account, str(post["id"])),
                at=datetime.fromisoformat(str(post.get("created_at") or clock.now.isoformat())),
                words=words_of(post),
            )
            for post in listed
        ]
        return shown_since(found, since, len(listed) >= _LISTED)

    def _listed(self, access: Access, since: datetime, api: Api) -> list[dict[str, Any]]:
        asked = {
            # Billed by what is returned, which the time bounds: so all of it, not the newest five.
            "max_results": _LISTED,
            "start_time": since.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "expansions": "attachments.media_keys",
            "tweet.fields": "attachments,created_at",
        }
        route = f"/2/users/{access.account.platform_user_id}/tweets"
        found = api.call("GET", route, params=asked)
        listed = found.get("data") or []
        if not listed and (found.get("meta") or {}).get("result_count") != 0:
            # Only a list that says it is empty is one.
            raise server_failed(armed=False, code="malformed")
        return list(listed)

    def still_public(
        self, receipts: Mapping[str, Receipt], access: Access, clock: Clock
    ) -> dict[str, Gone]:
        """Those that were deleted, hidden or withheld; none is hidden by its account alone."""
        api = self._api(access, clock)
        posts = {post: one.public_id for post, one in receipts.items() if one.public_id}
        ids = sorted(set(posts.values()))
        reasons: dict[str, Gone] = {}
        for first in range(0, len(ids), _BATCH):
            asked = ids[first : first + _BATCH]
            found = api.call(
                "GET",
                "/2/tweets",
                params={"ids": ",".join(asked), "tweet.fields": "withheld"},
                in_part=True,
            )
            seen = {one: gone_because(one, found) for one in asked}
            reasons |= {one: why for one, why in seen.items() if why is not None}
        if HIDDEN in reasons.values() and self._is_closed(access, clock):
            reasons = {one: why for one, why in reasons.items() if why != HIDDEN}
        return {post: reasons[one] for post, one in posts.items() if one in reasons}

    def _is_closed(self, access: Access, clock: Clock) -> bool:
        """Whether the account itself is protected or suspended."""
        try:
            return bool(self.limits(access, clock).blocked)
        except AccountBlocked:
            return True

    def _api(self, access: Access, clock: Clock) -> Api:
        # tweepy and requests take a while to import, which only those who ask should wait for.
        from clipping.platforms.x_api import Api

        return Api(access.token, clock.now, self._url, access.proxy)


def _media_route(receipt: Receipt) -> str:
    return f"/2/media/upload/{receipt.handle['media_id']}"


def _part(job: PostJob, first: int, most_bytes: int) -> bytes:
    wanted = min(most_bytes, job.file.size_bytes - first)
    try:
        with Path(job.file.path).open("rb") as opened:
            opened.seek(first)
            part = opened.read(wanted)
    except OSError:
        part = b""
    if len(part) != wanted:
        raise failure(FailureKind.PERMANENT_MEDIA, "The file of the post cannot be read.")
    return part
