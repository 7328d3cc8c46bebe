"""What a fake TikTok keeps, decides and tells of by itself; its routes are beside."""

from __future__ import annotations

import hashlib
import hmac
import itertools
import json
from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any, ClassVar, Final, NoReturn

from clipping.models import PlatformName
from clipping.platforms.exchange import Answer, ask
from clipping.rehearsal.serving import Answered, FakeService, Reply, Request
from clipping.rehearsal.tiktok_uploads import Creator, Upload
from clipping.rehearsal.tokens import Grant, Tokens
from clipping.rehearsal.windows import Window
from clipping.rehearsal.world import World

SCOPES: Final = ("user.info.basic", "video.publish", "video.upload", "video.list")
DAY_S: Final = 86_400.0
_MOST_DRAFTS: Final = 5
_UNAUDITED_USERS: Final = 5


class TikTokState(FakeService):
    """Accounts, publications and limits.

    :param megabyte: How many bytes its chunk rules call a megabyte.
    :ivar audited: Without an audit only private accounts may be posted to, for their owners alone.
    :ivar doom: The next publications end with these ``fail_reason``; empty for none.
    :ivar processing_s: From the last byte to the post.
    :ivar moderation_s: From the post to its id.
    :ivar silent: Post ids are never told.
    :ivar events: Webhook events that have not been delivered.
    """

    platform: ClassVar[PlatformName] = PlatformName.TIKTOK
    app: ClassVar = {"client_key": "tiktok-key", "client_secret": "tiktok-secret"}

    def __init__(self, world: World | None = None, *, megabyte: int = 1_000_000) -> None:
        super().__init__(world)
        self.megabyte = megabyte
        self.audited = True
        self.doom: list[str] = []
        self.processing_s = 20.0
        self.moderation_s = 60.0
        self.silent = False
        self.events: list[dict[str, Any]] = []
        self.creators: dict[str, Creator] = {}
        self.uploads: dict[str, Upload] = {}
        self.whole: list[Upload] = []
        self.daily = Window(15, DAY_S)
        self.users: dict[str, datetime] = {}
        self.drafts = Window(_MOST_DRAFTS, DAY_S)
        self.rates: dict[str, Window] = defaultdict(lambda: Window(600, 60))
        self.rates |= {"creator": Window(20, 60), "init": Window(6, 60), "status": Window(30, 60)}
        self.numbers = itertools.count(1)
        self.tokens = Tokens(
            self.world.clock,
            access_s=7_200,
            refresh_s=180 * DAY_S,
            rotates=True,
            prefixes=("act.", "rft."),
            # Hexadecimal here, not base64url as everywhere else.
            challenge=lambda verifier: hashlib.sha256(verifier.encode()).hexdigest(),
        )

    def join(self, open_id: str, *, scopes: tuple[str, ...] = SCOPES, **kinds: Any) -> Grant:
        """An account whose owner has authorised the app; ``kinds`` are fields of Creator."""
        self.creators[open_id] = Creator(open_id, kinds.pop("username", open_id), **kinds)
        return self.tokens.grant(open_id, scopes)

    def post_by_others(self, open_id: str, posts: int) -> None:
        """Other apps post to the account, and use up its daily posts."""
        for _ in range(posts):
            self.daily.take(open_id, self.world.clock.now)

    def post_drafts(self, open_id: str) -> None:
        """The account's owner posts what lies in its inbox."""
        for upload in self.uploads.values():
            if upload.account == open_id and upload.status == "SEND_TO_USER_INBOX":
                upload.inbox = False
                self._end(upload, self.world.clock.now)

    def take_down(self, public_id: str) -> None:
        """Remove a post."""
        for upload in self.uploads.values():
            if upload.public_id == public_id:
                upload.removed = True
                self._tell("post.publish.no_longer_publicaly_available", upload, post_id=public_id)

    def settle(self) -> None:
        """Publish, or fail, what has been processed by now."""
        pause = timedelta(seconds=self.processing_s)
        due = [
            one
            for one in self.whole
            if one.whole_at and one.whole_at + pause <= self.world.clock.now
        ]
        for upload in due:
            self.whole.remove(upload)
            self._end(upload, (upload.whole_at or self.world.clock.now) + pause)

    def _end(self, upload: Upload, at: datetime) -> None:
        upload.over_at = at
        failed = upload.doom
        if upload.inbox and not failed:
            upload.status = "SEND_TO_USER_INBOX"
            self._tell("post.publish.inbox_delivered", upload, publish_type="INBOX_SHARE")
            return
        if not failed and self.daily.take(upload.account, at):
            failed = "spam_risk_too_many_posts"
        if failed:
            upload.status, upload.reason = "FAILED", failed
            self._tell("post.publish.failed", upload, reason=failed, publish_type="DIRECT_POST")
            return
        upload.status = "PUBLISH_COMPLETE"
        upload.public_id = str(7_300_000_000_000_000_000 + next(self.numbers))
        digest = hashlib.sha256(upload.stored).hexdigest()
        text = str(upload.info.get("title", ""))
        self.world.publish(
            self.platform, upload.account, upload.public_id, digest, text, upload.over_at
        )
        self._tell("post.publish.complete", upload, publish_type="DIRECT_POST")

    def deliver(self, url: str) -> list[Answer]:
        """Send the events that are due to a webhook, signed as TikTok does."""
        answers = []
        while self.events:
            body = json.dumps(self.events.pop(0))
            at = int(self.world.clock.now.timestamp())
            headers = {
                "Content-Type": "application/json",
                "TikTok-Signature": f"t={at},s={signature(body, at, self.app['client_secret'])}",
            }
            answers.append(ask("POST", url, headers=headers, value=json.loads(body)))
        return answers

    def _tell(self, event: str, upload: Upload, **content: str) -> None:
        self.events.append(
            {
                "client_key": self.app["client_key"],
                "event": event,
                "create_time": int(self.world.clock.now.timestamp()),
                "user_openid": upload.account,
                "content": json.dumps({"publish_id": upload.publish_id, **content}),
            }
        )

    def creator(self, request: Request, call: str, scope: str = "") -> Creator:
        """Whose token asks, within the rate of this call; answers a refusal otherwise."""
        grant = self.tokens.owner(request.bearer())
        if grant is None:
            refuse(401, "access_token_invalid")
        if scope and scope not in grant.scopes:
            refuse(401, "scope_not_authorized")
        creator = self.creators[grant.account]
        if self.rates[call].take(creator.open_id, self.world.clock.now):
            self.violated(creator, "rate", call)
            refuse(429, "rate_limit_exceeded")
        return creator

    def stop(self, creator: Creator) -> str:
        """The code by which the account may not post just now; empty when it may."""
        now = self.world.clock.now
        if creator.banned:
            return "spam_risk_user_banned_from_posting"
        if not self.daily.left(creator.open_id, now):
            return "spam_risk_too_many_posts"
        day = timedelta(seconds=DAY_S)
        users = {user for user, at in self.users.items() if now - at < day}
        if not self.audited and len(users - {creator.open_id}) >= _UNAUDITED_USERS:
            return "reached_active_user_cap"
        return ""

    def upload(self, request: Request, creator: Creator) -> Upload:
        """The publication that is asked for."""
        upload = self.uploads.get(str(request.json().get("publish_id", "")))
        if upload is None:
            refuse(400, "invalid_publish_id")
        if upload.account != creator.open_id:
            refuse(401, "token_not_authorized_for_specified_publish_id")
        return upload

    def public(self, creator: Creator) -> list[Upload]:
        """What everybody can see of the account, the oldest first."""
        return [
            one
            for one in self.uploads.values()
            if one.account == creator.open_id
            if one.public_id and not one.removed
            if one.info.get("privacy_level") == "PUBLIC_TO_EVERYONE" and not creator.private
        ]

    def violated(self, creator: Creator, rule: str, detail: str) -> None:
        """Enter a rule that the client broke."""
        self.world.violate(self.platform, creator.open_id, rule, detail)


def signature(body: str, at: int, secret: str) -> str:
    """TikTok's signature of a webhook's body."""
    return hmac.new(secret.encode(), f"{at}.{body}".encode(), hashlib.sha256).hexdigest()


def envelope(data: dict[str, Any], code: str = "ok", status: int = 200) -> Reply:
    """An answer as all but the token endpoint give it."""
    error = {"code": code, "message": "" if code == "ok" else code, "log_id": "2026"}
    return Reply.json({"data": data, "error": error}, status)


def refuse(status: int, code: str) -> NoReturn:
    """Answer with an error at once."""
    raise Answered(envelope({}, code, status))
