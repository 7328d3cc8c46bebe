"""Instagram Reels by the Graph API's content publishing.

Two ways in, by how the account was connected. By Facebook: the file is uploaded, a paid partnership
can be declared, and a copyright check comes before publishing. By Instagram: the platform fetches
the file from a public https address, and has neither.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar, Final

from clipping.errors import ClippingError, StartAgain
from clipping.models import Account, AccountLimits, PlatformName, PostJob, Receipt, Stage
from clipping.platforms import instagram_errors as errors
from clipping.platforms import instagram_media as media
from clipping.platforms.base import Access, Clock, Gone, Platform, Shown
from clipping.platforms.beginnings import anew, bounded, lost, taken_up, untaken
from clipping.platforms.exchange import TIMEOUT_S, is_whole
from clipping.platforms.failures import FailureKind, failure, is_unsent, kind_of
from clipping.platforms.instagram_checks import container_fields, refusals
from clipping.platforms.instagram_graph import Graph, Refused, is_by_instagram
from clipping.platforms.shown import shown_since

VERSION: Final = "v26.0"
FACEBOOK_URL: Final = "https://graph.facebook.com"
INSTAGRAM_URL: Final = "https://graph.instagram.com"
UPLOAD_URL: Final = "https://rupload.facebook.com/"
_LISTED: Final = "50"
_LONGEST_MS: Final = 900_000
_NOT_SURE: Final = {FailureKind.RETRY_BACKOFF, FailureKind.RETRY_NEW_CONTAINER}
"""Refusals to publish after which only the container knows whether it was published."""
_PASSING: Final = {FailureKind.RETRY_BACKOFF, FailureKind.RETRY_AFTER}


class Instagram(Platform):
    """Posts Reels.

    The handle holds ``container``, ``uri`` (where its bytes go), ``sent_at`` and, while the
    container is asked, ``missing`` and ``ready_at``.

    :param upload_url: How the addresses begin that bytes, with the account's token, may go to.
    """

    name: ClassVar[PlatformName] = PlatformName.INSTAGRAM

    def __init__(
        self,
        facebook_url: str = FACEBOOK_URL,
        instagram_url: str = INSTAGRAM_URL,
        upload_url: str = UPLOAD_URL,
        *,
        version: str = VERSION,
        timeout_s: float = TIMEOUT_S,
    ) -> None:
        self._graph = Graph(facebook_url, instagram_url, upload_url, version, timeout_s)

    def check(self, job: PostJob, account: Account, limits: AccountLimits) -> list[str]:
        """What Instagram would refuse after the upload."""
        return refusals(job, account)

    def limits(self, access: Access, clock: Clock) -> AccountLimits:
        """How many posts are left of the rolling 24 hours."""
        path = f"{_me(access)}/content_publishing_limit"
        said = self._graph.read(path, access, fields="config,quota_usage")
        rows = said.get("data")
        row = rows[0] if isinstance(rows, list) and rows and isinstance(rows[0], dict) else {}
        config = row.get("config")
        total = config.get("quota_total") if isinstance(config, dict) else None
        used = row.get("quota_usage")
        left = max(0, total - used) if isinstance(total, int) and isinstance(used, int) else None
        return AccountLimits(posts_left=left, longest_ms=_LONGEST_MS)

    def submit(self, job: PostJob, receipt: Receipt, access: Access, clock: Clock) -> Receipt:
        """Make a container, fill it, wait for it, and publish it from a stored ``ARMED``."""
        if receipt.stage is Stage.NEW:
            return self._begin(job, receipt, access, clock)
        if receipt.stage is Stage.SENDING:
            return self._send(job, receipt, access, clock)
        if receipt.stage is Stage.SENT:
            return self._prepare(receipt, access, clock)
        return self._publish(receipt, access, clock)

    def poll(self, job: PostJob, receipt: Receipt, access: Access, clock: Clock) -> Receipt:
        """Find the address of what is published, and its id where that is not known."""
        if receipt.public_id:
            return self._address(receipt, access, clock)
        found = self._listed(job, receipt, access, clock)
        return found or media.unlisted(receipt, clock)

    def reconcile(self, job: PostJob, receipt: Receipt, access: Access, clock: Clock) -> Receipt:
        """Ask the container whether it was published, twice before saying that it was not."""
        try:
            found = self._look(job, receipt, access, clock)
        except StartAgain as why:
            return anew(receipt, clock.now, str(why))
        return taken_up(found, "Instagram does not publish the upload.", clock.now)

    def shown(self, access: Access, since: datetime, clock: Clock) -> list[Shown]:
        """What the account lists since then; stories are not among it."""
        listed = self._list(access, since)
        found = [
            Shown(
                public_id=str(medium.get("id", "")),
                url=str(medium.get("permalink", "")),
                at=datetime.fromisoformat(str(medium.get("timestamp") or clock.now.isoformat())),
                words=str(medium.get("caption", "")),
            )
            for medium in listed
        ]
        return shown_since(found, since, len(listed) >= int(_LISTED))

    def still_public(
        self, receipts: Mapping[str, Receipt], access: Access, clock: Clock
    ) -> dict[str, Gone]:
        """Posts that are gone, or that Instagram has found somebody else's material in."""
        fields = "id" if is_by_instagram(access.account) else "id,copyright_check_information"
        gone: dict[str, Gone] = {}
        for post, receipt in receipts.items():
            if not receipt.public_id:
                continue
            try:
                said = self._graph.call("GET", receipt.public_id, access, query={"fields": fields})
            except Refused as refused:
                if refused.codes != errors.GONE:
                    raise refused.error from None
                # The same is said when a permission is lost: then the account is not readable.
                self._graph.read(_me(access), access, fields="id")
                gone[post] = Gone("Instagram no longer has the post.")
                continue
            if media.has_matches(said.get("copyright_check_information")):
                why = "Instagram has found somebody else's material in the post."
                gone[post] = Gone(why, of_post=True)
        return gone

    def _begin(self, job: PostJob, receipt: Receipt, access: Access, clock: Clock) -> Receipt:
        for sentence in refusals(job, access.account):
            raise failure(FailureKind.PERMANENT_METADATA, sentence)
        fetched = is_by_instagram(access.account)
        if not fetched:
            _check_file(job)
        form = container_fields(job, access.account)
        said = self._try(receipt, "POST", f"{_me(access)}/media", access, form=form)
        handle = {"container": str(said.get("id", "")), "uri": str(said.get("uri", ""))}
        ours = fetched or handle["uri"].startswith(self._graph.upload_url)
        if not handle["container"] or not ours:
            raise failure(FailureKind.RETRY_BACKOFF, "Instagram answered in a form nobody knows.")
        begun = Receipt(stage=Stage.SENDING, handle=handle, tries=receipt.tries)
        return media.sent(begun, clock) if fetched else begun

    def _send(self, job: PostJob, receipt: Receipt, access: Access, clock: Clock) -> Receipt:
        _check_file(job)
        # What an earlier process sent counts, whether or not it lived to write that down.
        container = self._graph.container(receipt.handle["container"], access)
        if container.get("status_code") == media.MISSING:
            return _looked_for(receipt, clock)
        media.check_alive(container, receipt)
        size_bytes = job.file.size_bytes
        first = media.stored_bytes(container, size_bytes)
        if first < size_bytes:
            self._graph.send_file(receipt.handle["uri"], job.file, first, access)
        return media.sent(receipt.replace(sent_bytes=size_bytes), clock)

    def _prepare(self, receipt: Receipt, access: Access, clock: Clock) -> Receipt:
        container = self._graph.container(receipt.handle["container"], access)
        status, checked = container.get("status_code"), container.get("copyright_check_status")
        if status == media.MISSING:
            return _looked_for(receipt, clock)
        if status == media.PUBLISHED:
            return media.published(receipt, clock)
        media.check_alive(container, receipt)
        if media.has_matches(checked):
            sentence = "Instagram has found somebody else's material in the clip."
            raise failure(FailureKind.PERMANENT_MEDIA, sentence, code="copyright")
        if status == media.FINISHED and (
            is_by_instagram(access.account) or media.is_cleared(checked)
        ):
            # Others post there, too, and the quota may have been lowered since it was begun.
            if self.limits(access, clock).posts_left == 0:
                raise failure(*errors.FULL)
            return receipt.replace(stage=Stage.ARMED, armed_at=clock.now, not_before=None)
        return media.unprepared(receipt, clock, container["pause_s"])

    def _publish(self, receipt: Receipt, access: Access, clock: Clock) -> Receipt:
        form, before = (
            {"creation_id": receipt.handle["container"]},
            receipt.replace(stage=Stage.SENT),
        )
        try:
            said = self._graph.call("POST", f"{_me(access)}/media_publish", access, form=form)
        except Refused as refused:
            if refused.codes[1] == errors.NOT_READY and not refused.lost:
                early = before.replace(not_before=clock.now + media.LOOK_AGAIN)
                return taken_up(early, str(refused.error), clock.now)
            raise untaken(_of_publishing(refused), before) from None
        except ClippingError as error:
            # Of the proxy's address, most likely: before anything was asked.
            raise untaken(error, before) from None
        if not said.get("id"):
            # Stays ARMED, and the container is asked.
            return receipt.replace(not_before=clock.now + media.LOOK_AGAIN)
        return media.published(receipt.replace(public_id=str(said["id"])), clock)

    def _look(self, job: PostJob, receipt: Receipt, access: Access, clock: Clock) -> Receipt:
        container = self._graph.container(receipt.handle["container"], access)
        status = container.get("status_code")
        if status == media.PUBLISHED:
            found = self._listed(job, receipt, access, clock)
            return found or media.published(receipt, clock)
        if status == media.MISSING:
            found = media.missing(receipt, clock) or self._listed(job, receipt, access, clock)
            if found is not None:
                return found
            # Neither listed nor to be asked: nobody can tell, and nothing may be sent again.
            sentence = "Instagram does not say what became of the post: look at the account."
            raise failure(FailureKind.PERMANENT_METADATA, sentence)
        media.check_alive(container, receipt)
        if status == media.FINISHED:
            return media.sure_of_unpublished(receipt, clock)
        return receipt.replace(not_before=clock.now + media.LOOK_AGAIN)

    def _listed(
        self, job: PostJob, receipt: Receipt, access: Access, clock: Clock
    ) -> Receipt | None:
        """The receipt of the post as the account lists it; never simply the newest."""
        since = (receipt.armed_at or clock.now) - media.BEFORE
        found = media.found_in(self._list(access, since), job.words.text, since)
        if found is None:
            return None
        known = {"public_id": str(found["id"]), "url": str(found.get("permalink", ""))}
        return receipt.replace(stage=Stage.POSTED, not_before=None, note="", **known)

    def _list(self, access: Access, since: datetime) -> list[Any]:
        said = self._graph.read(
            f"{_me(access)}/media",
            access,
            fields="id,caption,timestamp,media_product_type,permalink",
            since=str(int(since.timestamp())),
            limit=_LISTED,
        )
        listed = said.get("data")
        return listed if isinstance(listed, list) else []

    def _address(self, receipt: Receipt, access: Access, clock: Clock) -> Receipt:
        fields = {"fields": "id,permalink,shortcode,media_product_type,timestamp"}
        try:
            said = self._graph.call("GET", receipt.public_id, access, query=fields)
        except Refused as refused:
            if kind_of(refused.error) in _PASSING:
                raise refused.error from None
            if refused.codes == errors.GONE:
                return media.unlisted(receipt, clock)
            # It is published all the same; whether it still stands, still_public tells.
            return receipt.replace(stage=Stage.POSTED, not_before=None, note=str(refused.error))
        url = str(said.get("permalink", ""))
        return receipt.replace(stage=Stage.POSTED, not_before=None, note="", url=url)

    def _try(
        self, receipt: Receipt, method: str, path: str, access: Access, *, form: Mapping[str, str]
    ) -> dict[str, Any]:
        try:
            return self._graph.call(method, path, access, form=form)
        except Refused as refused:
            raise bounded(refused.error, receipt) from None


def _me(access: Access) -> str:
    return access.account.platform_user_id


def _check_file(job: PostJob) -> None:
    if not is_whole(job.file):
        sentence = "The file of the post is missing, or is not the one that was checked."
        raise failure(FailureKind.PERMANENT_MEDIA, sentence)


def _looked_for(receipt: Receipt, clock: Clock) -> Receipt:
    """The receipt of an unpublished container to look for again. Raises when it is given up."""
    again = media.missing(receipt, clock)
    if again is None:
        raise lost(receipt, "The upload to Instagram is missing.")
    return again


def _of_publishing(refused: Refused) -> ClippingError:
    sure = is_unsent(refused.error) or kind_of(refused.error) not in _NOT_SURE
    if sure and not refused.lost:
        return refused.error
    code = getattr(refused.error, "code", "")
    sentence = "Instagram did not say whether it has published the post."
    return failure(FailureKind.UNKNOWN_OUTCOME, sentence, code=code)
