"""X on loopback: media in parts, posts, look-ups, limits, credits, rotating tokens.

Protocol: API v2, OpenAPI 2.167 (2026-08-22).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import itertools
from datetime import datetime, timedelta
from typing import Any, Final

from clipping.copywriting.counting import x_weight
from clipping.models import PlatformName
from clipping.platforms.x import CHUNK_BYTES, X
from clipping.rehearsal.serving import FakeService, Reply, Request, route
from clipping.rehearsal.tokens import Grant, InvalidGrant, Tokens
from clipping.rehearsal.windows import Window
from clipping.rehearsal.world import World
from clipping.rehearsal.x_things import PROBLEMS, Media, Post, answer, problem

SCOPES: Final = ("tweet.read", "tweet.write", "users.read", "media.write", "offline.access")
_MOST_PART_BYTES: Final = 5_000_000
_QUARTER_S: Final = 900.0
_DAY_S: Final = 86_400.0
_INITIALIZE: Final = {"media_type", "total_bytes", "media_category", "shared", "additional_owners"}
_POST: Final = {"text", "media", "made_with_ai", "paid_partnership", "reply_settings"}


class FakeX(FakeService):
    """Accounts, their media and posts, and one app that posts for them.

    :ivar chunk_bytes: How much its client sends in one step.
    :ivar preparing_s: How long X prepares a video.
    :ivar shows_up_s: After so long a new post stands in its author's list.
    :ivar same_words_s: For so long the same words are a duplicate.
    :ivar credits: How many posts the app's credits are good for; None for enough.
    :ivar failing: What the next video fails with (the error's name), if anything.
    """

    platform = PlatformName.X

    def __init__(
        self, world: World | None = None, *, posts_a_day: int = 50, posts_a_quarter: int = 100
    ) -> None:
        super().__init__(world)
        self.tokens = Tokens(self.world.clock, access_s=7200, refresh_s=None, rotates=True)
        self.app = {"client_id": "x-app", "client_secret": "x-app-secret"}
        self.chunk_bytes = CHUNK_BYTES
        self.preparing_s = 5.0
        self.shows_up_s = 10.0
        self.same_words_s = _DAY_S
        self.media_s = _DAY_S
        self.credits: int | None = None
        self.failing = ""
        self.posts: dict[str, Post] = {}
        self.suspended: set[str] = set()
        self.protected: set[str] = set()
        self._media: dict[str, Media] = {}
        self._of_day = Window(posts_a_day, _DAY_S)
        self._windows = {
            "post": Window(posts_a_quarter, _QUARTER_S),
            "upload": Window(1875, _QUARTER_S),
            "status": Window(1000, _QUARTER_S),
            "read": Window(900, _QUARTER_S),
        }
        self._app_of_day = Window(10_000, _DAY_S)
        self._numbers = itertools.count(1)

    def client(self) -> X:
        """The product's client, set to post here."""
        return X(self.url, chunk_bytes=self.chunk_bytes)

    def join(self, account: str) -> Grant:
        """An account whose owner has authorised the app."""
        return self.tokens.grant(account, SCOPES)

    def take_down(self, public_id: str) -> None:
        """Delete a post."""
        self.posts[public_id].gone = "resource-not-found"

    @route("POST", "/2/oauth2/token")
    def token(self, request: Request) -> Reply:
        """Codes and refresh tokens for pairs; each refresh token is good once."""
        form = request.form()
        if not self._is_app(request):
            return Reply.json({"error": "invalid_client"}, 401)
        try:
            if form.get("grant_type") == "refresh_token":
                made = self.tokens.refresh(form.get("refresh_token", ""))
            else:
                made = self.tokens.exchange(form.get("code", ""), form.get("code_verifier", ""))
        except InvalidGrant as error:
            return Reply.json({"error": "invalid_grant", "error_description": str(error)}, 400)
        return Reply.json(
            {
                "token_type": "bearer",
                "expires_in": 7200,
                "access_token": made.access,
                "scope": " ".join(made.scopes),
                "refresh_token": made.refresh,
            }
        )

    def _is_app(self, request: Request) -> bool:
        """By Basic authorization, as an app with a secret, or by the id alone, as one without."""
        named = f"{self.app['client_id']}:{self.app['client_secret']}"
        basic = base64.b64encode(named.encode()).decode()
        known_id = request.form().get("client_id") == self.app["client_id"]
        return request.bearer("Basic") == basic or known_id

    @route("POST", "/2/oauth2/revoke")
    def revoke(self, request: Request) -> Reply:
        """End the tokens of whoever owns this one."""
        account = self.tokens.holder(request.form().get("token", ""))
        if account is not None:
            self.tokens.revoke(account)
        return Reply.json({"revoked": account is not None})

    @route("GET", "/2/users/me")
    def me(self, request: Request) -> Reply:
        """Whose login it is."""
        account, counts = self._enter(request, "users.read", "read")
        me = {"id": account, "username": f"user{account}", "protected": account in self.protected}
        return answer({"data": me}, counts)

    @route("POST", "/2/media/upload/initialize")
    def initialize(self, request: Request) -> Reply:
        """A new upload."""
        account, counts = self._enter(request, "media.write", "upload")
        body = request.json()
        total = body.get("total_bytes")
        if not set(body) <= _INITIALIZE or not isinstance(total, int) or total <= 0:
            raise problem(400, "invalid-request", "Invalid Request", "The body does not fit.")
        if total > 512_000_000:
            raise problem(400, "invalid-request", "Invalid Request", "The file is too large.")
        number = 1_900_000_000 + next(self._numbers)
        lapses_at = self.world.clock.now + timedelta(seconds=self.media_s)
        made = Media(str(number), f"13_{number}", account, total, lapses_at)
        self._media[made.media_id] = made
        return answer({"data": made.told(self.world.clock.now)}, counts)

    @route("POST", "/2/media/upload/{media}/append")
    def append(self, request: Request) -> Reply:
        """A part of it, in any order; the same part again replaces itself."""
        account, counts = self._enter(request, "media.write", "upload")
        media, body = self._one(request.at["media"], account), request.json()
        try:
            part = base64.b64decode(body.get("media", ""), validate=True)
        except (binascii.Error, ValueError, TypeError):
            part = b""
        index = body.get("segment_index")
        if not part or not isinstance(index, int) or not 0 <= index <= 999 or media.sha256:
            raise problem(400, "invalid-request", "Invalid Request", "The part does not fit.")
        if len(part) > _MOST_PART_BYTES:
            self._violate(account, "chunk", f"a part of {len(part)} bytes")
            raise problem(413, "invalid-request", "Invalid Request", "The part is too large.")
        media.parts[index] = part
        return answer({"data": {"expires_at": int(media.lapses_at.timestamp())}}, counts)

    @route("POST", "/2/media/upload/{media}/finalize")
    def finalize(self, request: Request) -> Reply:
        """All parts are there; X begins to prepare it."""
        account, counts = self._enter(request, "media.write", "upload")
        media = self._one(request.at["media"], account)
        if media.sha256:
            raise problem(400, "invalid-request", "Invalid Request", "It is finalized already.")
        whole = b"".join(media.parts[index] for index in sorted(media.parts))
        gap = sorted(media.parts) != list(range(len(media.parts)))
        if gap or len(whole) != media.total:
            self._violate(account, "chunk", "an upload with a gap was ended")
            raise problem(400, "invalid-request", "Invalid Request", "Segments are missing.")
        media.sha256 = hashlib.sha256(whole).hexdigest()
        media.parts.clear()
        media.ready_at = self.world.clock.now + timedelta(seconds=self.preparing_s)
        media.failure, self.failing = self.failing, ""
        return answer({"data": {**media.told(self.world.clock.now), "size": media.total}}, counts)

    @route("GET", "/2/media/upload")
    def status(self, request: Request) -> Reply:
        """How far its preparation is."""
        account, counts = self._enter(request, "media.write", "status")
        if request.query.get("command") != "STATUS":
            raise problem(400, "invalid-request", "Invalid Request", "No such command.")
        media = self._one(request.query.get("media_id", ""), account)
        return answer({"data": media.told(self.world.clock.now)}, counts)

    @route("POST", "/2/tweets")
    def post(self, request: Request) -> Reply:
        """A post: public at once."""
        account, counts = self._enter(request, "tweet.write", "post")
        body, now = request.json(), self.world.clock.now
        if self.credits == 0:
            raise problem(402, "credits", "CreditsDepleted", "No credits are left.")
        media = self._check_post(account, body)
        if self._of_day.take(account, now) or self._app_of_day.take("app", now):
            self._violate(account, "daily", "a post beyond the day's limit")
            reset = int(self._of_day.resets_at(account, now).timestamp())
            none_left = {
                "x-user-limit-24hour-remaining": "0",
                "x-user-limit-24hour-reset": str(reset),
            }
            raise problem(429, "", "Too Many Requests", "Too Many Requests", none_left)
        number = 2_000_000_000 + next(self._numbers)
        made = Post(str(number), account, body["text"], media, now, body)
        self.posts[made.post_id] = made
        if self.credits is not None:
            self.credits -= 1
        self.world.publish(self.platform, account, made.post_id, media.sha256, made.text)
        told = {"id": made.post_id, "text": made.text, "edit_history_tweet_ids": [made.post_id]}
        return answer({"data": told}, counts, 201)

    def _check_post(self, account: str, body: dict[str, Any]) -> Media:
        text, now = body.get("text", ""), self.world.clock.now
        if not set(body) <= _POST:
            raise problem(400, "invalid-request", "Invalid Request", "Unknown fields.")
        if x_weight(text) > 280:
            raise problem(400, "invalid-request", "Invalid Request", "The text is too long.")
        media = self._media.get(next(iter(body.get("media", {}).get("media_ids", [])), ""))
        ready = media is not None and media.ready_at is not None and media.ready_at <= now
        if media is None or not ready or media.account != account or media.lapses_at <= now:
            raise problem(400, "invalid-request", "Invalid Request", "Your media IDs are invalid.")
        since = now - timedelta(seconds=self.same_words_s)
        same = (one for one in self.posts.values() if (one.account, one.text) == (account, text))
        if any(one.at > since for one in same):
            said = "You are not allowed to create a Tweet with duplicate content."
            raise problem(403, "", "Forbidden", said)
        return media

    @route("GET", "/2/users/{account}/tweets")
    def timeline(self, request: Request) -> Reply:
        """An account's posts, the newest first; new ones take a moment to show up."""
        _, counts = self._enter(request, "tweet.read", "read")
        most = int(request.query.get("max_results", "10"))
        if not 5 <= most <= 100:
            raise problem(400, "invalid-request", "Invalid Request", "max_results: 5 to 100.")
        since = request.query.get("start_time", "1970-01-01T00:00:00Z")
        first = datetime.fromisoformat(since)
        last = self.world.clock.now - timedelta(seconds=self.shows_up_s)
        found = [
            one.shown()
            for one in reversed(self.posts.values())
            if one.account == request.at["account"] and first <= one.at <= last and not one.gone
        ][:most]
        listed: dict[str, Any] = {"meta": {"result_count": len(found)}}
        return answer({"data": found, **listed} if found else listed, counts)

    @route("GET", "/2/tweets")
    def look_up(self, request: Request) -> Reply:
        """Posts by id: 200, with an error for each that is not to be had."""
        _, counts = self._enter(request, "tweet.read", "read")
        found, errors = [], []
        for post_id in request.query.get("ids", "").split(","):
            post = self.posts.get(post_id)
            gone = "resource-not-found" if post is None else post.gone
            if post is not None and not gone:
                found.append(post.shown())
                continue
            errors.append({"type": f"{PROBLEMS}/{gone}", "resource_id": post_id, "value": post_id})
        parts = {"data": found, "errors": errors}
        return answer({name: value for name, value in parts.items() if value}, counts)

    def _one(self, media_id: str, account: str) -> Media:
        media = self._media.get(media_id)
        if media is None or media.account != account or media.lapses_at <= self.world.clock.now:
            raise problem(404, "resource-not-found", "Not Found Error", "No such media.")
        return media

    def _enter(self, request: Request, scope: str, window: str) -> tuple[str, dict[str, str]]:
        """Whose request it is, and the headers that say how many more are allowed."""
        owner, now = self.tokens.owner(request.bearer()), self.world.clock.now
        if owner is None:
            raise problem(401, "", "Unauthorized", "Unauthorized")
        if scope not in owner.scopes:
            raise problem(403, "client-forbidden", "Forbidden", "Not with these scopes.")
        if owner.account in self.suspended:
            said = "The user used for authentication is suspended"
            raise problem(403, "user-suspended", "Forbidden", said)
        used = self._windows[window]
        late = used.take(owner.account, now)
        reset = int(used.resets_at(owner.account, now).timestamp()) + 1
        counts = {
            "x-rate-limit-limit": str(used.most),
            "x-rate-limit-remaining": str(used.left(owner.account, now)),
            "x-rate-limit-reset": str(reset),
        }
        if late:
            self._violate(owner.account, "rate", f"a call of the kind {window!r} too many")
            raise problem(429, "", "Too Many Requests", "Too Many Requests", counts)
        return owner.account, counts

    def _violate(self, account: str, rule: str, detail: str) -> None:
        self.world.violate(self.platform, account, rule, detail)
