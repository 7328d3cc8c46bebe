"""YouTube on loopback: resumable uploads, videos and channels, quotas, tokens.

Protocol: Data API v3 as of 2026-11-04.
"""

from __future__ import annotations

import hashlib
import itertools
import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from clipping.models import PlatformName
from clipping.platforms.youtube import YouTube
from clipping.platforms.youtube_api import CHUNK_BYTES
from clipping.rehearsal.serving import FakeService, Reply, Request, route
from clipping.rehearsal.tokens import Grant, InvalidGrant, Tokens
from clipping.rehearsal.world import World
from clipping.rehearsal.youtube_videos import Video, asked_parts, page, refused

UPLOAD: Final = "https://www.googleapis.com/auth/youtube.upload"
READ: Final = "https://www.googleapis.com/auth/youtube.readonly"
_GRAIN: Final = 256 * 1024
_PACIFIC: Final = ZoneInfo("America/Los_Angeles")
_UPLOADS: Final = "/upload/youtube/v3/videos"
_PARTS: Final = {"snippet", "status", "paidProductPlacementDetails", "brandPartner"}
_LIST_PARTS: Final = {*_PARTS, "id", "statistics", "processingDetails", "contentDetails"}


@dataclass
class _Session:
    channel: str
    body: dict[str, Any]
    total: int
    at: datetime
    stored: int = 0
    digest: Any = field(default_factory=hashlib.sha256)
    video: str = ""


class FakeYouTube(FakeService):
    """Channels, their videos, and one app that uploads to them.

    :ivar chunk_bytes: How much its client sends in one step.
    :ivar processing_s: How long a video is processed.
    :ivar session_s: How long an upload session lives.
    :ivar uploads_a_day: How many a channel may upload in 24 hours.
    :ivar store_at_most: Of each part, only so many bytes are kept; None for all.
    :ivar locked_private: Whether uploads are kept private, as those of unverified apps once were.
    :ivar failing: What the next video fails with (``failureReason``), if anything.
    :ivar rejecting: What the next video is rejected for, once it is processed, if anything.
    """

    platform = PlatformName.YOUTUBE

    def __init__(
        self, world: World | None = None, *, inserts_a_day: int = 100, units_a_day: int = 10_000
    ) -> None:
        super().__init__(world)
        self.tokens = Tokens(
            self.world.clock,
            access_s=3600,
            refresh_s=None,
            rotates=False,
            prefixes=("ya29.", "1//"),
        )
        self.app = {"client_id": "app.apps.example", "client_secret": "GOCSPX-app-secret"}
        self.chunk_bytes = CHUNK_BYTES
        self.processing_s = 60.0
        self.session_s = 86_400.0
        self.uploads_a_day = 100
        self.store_at_most: int | None = None
        self.locked_private = False
        self.failing = ""
        self.rejecting = ""
        self.videos: dict[str, Video] = {}
        self.suspended: set[str] = set()
        self._most = {"insert": inserts_a_day, "units": units_a_day}
        self._used: Counter[tuple[str, str]] = Counter()
        self._sessions: dict[str, _Session] = {}
        self._numbers = itertools.count(1)

    def client(self) -> YouTube:
        """The product's client, set to post here."""
        return YouTube(self.url, chunk_bytes=self.chunk_bytes)

    def join(self, channel: str) -> Grant:
        """A channel whose owner has authorised the app."""
        return self.tokens.grant(channel, (UPLOAD, READ))

    def take_down(self, public_id: str, reason: str = "copyright") -> None:
        """Reject a video for this reason."""
        self.videos[public_id].rejection = reason

    @route("POST", "/token")
    def token(self, request: Request) -> Reply:
        """Codes and refresh tokens for access tokens; the refresh token stays as it is."""
        form = request.form()
        if {name: form.get(name) for name in self.app} != self.app:
            return Reply.json({"error": "invalid_client"}, 401)
        try:
            if form.get("grant_type") == "refresh_token":
                made = self.tokens.refresh(form.get("refresh_token", ""))
            else:
                made = self.tokens.exchange(form.get("code", ""), form.get("code_verifier", ""))
        except InvalidGrant as error:
            return Reply.json({"error": "invalid_grant", "error_description": str(error)}, 400)
        answer = {
            "access_token": made.access,
            "expires_in": 3600,
            "scope": " ".join(made.scopes),
            "token_type": "Bearer",
        }
        if form.get("grant_type") != "refresh_token":
            answer["refresh_token"] = made.refresh
        return Reply.json(answer)

    @route("POST", "/revoke")
    def revoke(self, request: Request) -> Reply:
        """End the tokens of whoever owns this one."""
        channel = self.tokens.holder(request.form().get("token", ""))
        if channel is None:
            return Reply.json({"error": "invalid_token"}, 400)
        self.tokens.revoke(channel)
        return Reply.json({})

    @route("POST", _UPLOADS)
    def begin(self, request: Request) -> Reply:
        """A new session; what is wrong with the description comes out here."""
        channel = self._channel(request, UPLOAD)
        self._spend("insert", channel)
        headers = request.headers
        total = headers.get("x-upload-content-length", "")
        if request.query.get("uploadType") != "resumable" or not total.isdecimal():
            raise refused(400, "badRequest", "Not a resumable upload.")
        body = request.json()
        self._check_description(request.query.get("part", ""), body)
        recent = self.world.clock.now - timedelta(hours=24)
        mine = [one for one in self.videos.values() if one.channel == channel and one.at > recent]
        if len(mine) >= self.uploads_a_day:
            self._violate(channel, "daily", "an upload beyond the channel's limit")
            raise refused(400, "uploadLimitExceeded", "Too many videos.", "youtube.video")
        name = f"session{next(self._numbers):06d}"
        self._sessions[name] = _Session(channel, body, int(total), self.world.clock.now)
        address = f"{self.url}{_UPLOADS}?uploadType=resumable&upload_id={name}"
        return Reply(200, b"", {"Location": address})

    def _check_description(self, part: str, body: dict[str, Any]) -> None:
        parts = set(part.split(","))
        if not parts <= _PARTS or parts != set(body):
            raise refused(400, "unknownPart", "The parts are not those of the body.")
        said = body.get("snippet", {})
        title, words = said.get("title", ""), said.get("description", "")
        if not title.strip() or len(title) > 100 or re.search("[<>]", title):
            raise refused(400, "invalidTitle", "The title is not allowed.", "youtube.video")
        if len(words.encode()) > 5000 or re.search("[<>]", words):
            raise refused(400, "invalidDescription", "Not allowed.", "youtube.video")
        if len(",".join(said.get("tags", []))) > 500:
            raise refused(400, "invalidTags", "Too many tags.", "youtube.video")

    @route("PUT", _UPLOADS, in_part=True)
    def part(self, request: Request) -> Reply:
        """A part of a file, or the question how much of it is there."""
        session = self._sessions.get(request.query.get("upload_id", ""))
        now = self.world.clock.now
        if session is None or session.at + timedelta(seconds=self.session_s) <= now:
            raise refused(404, "notFound", "No such upload.")
        if self._channel(request, UPLOAD) != session.channel:
            raise refused(403, "forbidden", "Another channel's upload.")
        said = re.fullmatch(
            r"bytes (?:\*|(\d+)-(\d+))/(\d+)", request.headers.get("content-range", "")
        )
        if said is None or int(said[3]) != session.total:
            raise refused(400, "badRequest", "Content-Range does not fit the upload.")
        if not session.video and said[1] is not None:
            self._store(session, request, int(said[1]), int(said[2]))
        if session.video:
            return Reply.json(self.videos[session.video].shown(_PARTS, now))
        stored = {"Range": f"bytes=0-{session.stored - 1}"} if session.stored else {}
        return Reply(308, b"", stored)

    def _store(self, session: _Session, request: Request, first: int, last: int) -> None:
        body, announced = request.body, request.part_of or len(request.body)
        if announced != last - first + 1 or last >= session.total:
            raise refused(400, "badRequest", "The part has another length than it says.")
        if last + 1 < session.total and announced % _GRAIN:
            self._violate(session.channel, "chunk", f"a part of {announced} bytes")
            raise refused(400, "badRequest", "Parts are multiples of 256 KiB.")
        if first > session.stored:
            self._violate(session.channel, "chunk", f"a gap before byte {first}")
            raise refused(400, "badRequest", "There is a gap before this part.")
        new = body[session.stored - first :]
        if request.part_of is not None or self.store_at_most is not None:
            most = len(new) if self.store_at_most is None else self.store_at_most
            new = new[: min(len(new), most) // _GRAIN * _GRAIN] if most < announced else new
        session.digest.update(new)
        session.stored += len(new)
        if session.stored == session.total:
            self._complete(session)

    def _complete(self, session: _Session) -> None:
        """The last byte is there: from now on the video exists."""
        number = next(self._numbers)
        made = Video(
            f"yt{number:09d}",
            session.channel,
            session.body,
            session.digest.hexdigest(),
            self.world.clock.now,
            self.processing_s,
            failure=self.failing,
            rejection=self.rejecting,
            privacy=session.body.get("status", {}).get("privacyStatus", "public"),
        )
        self.failing = self.rejecting = ""
        if self.locked_private:
            made.privacy = "private"
        session.video = made.video_id
        self.videos[made.video_id] = made
        if made.privacy == "public":
            self.world.publish(
                self.platform,
                made.channel,
                made.video_id,
                made.sha256,
                made.body["snippet"]["title"],
            )

    @route("GET", "/youtube/v3/videos")
    def list_videos(self, request: Request) -> Reply:
        """Videos by id, as the channel's own login sees them."""
        channel = self._channel(request, READ)
        self._spend("units", channel)
        parts, ids = asked_parts(request, _LIST_PARTS), request.query.get("id", "").split(",")
        if len(ids) > 50:
            raise refused(400, "invalidFilters", "At most 50 ids.")
        found = [self.videos[one] for one in ids if one in self.videos]
        shown = [
            one.shown(parts, self.world.clock.now)
            for one in found
            if one.channel == channel or one.privacy != "private"
        ]
        return page(shown)

    @route("GET", "/youtube/v3/channels")
    def list_channels(self, request: Request) -> Reply:
        """The login's own channel."""
        channel = self._channel(request, READ)
        self._spend("units", channel)
        known: dict[str, Any] = {
            "snippet": {"title": f"Channel {channel}", "customUrl": f"@{channel.lower()}"},
            "contentDetails": {"relatedPlaylists": {"uploads": f"UU{channel}"}},
        }
        parts = asked_parts(request, {"id", "snippet", "contentDetails", "status", "statistics"})
        return page([{"id": channel, **{name: known[name] for name in parts & set(known)}}])

    @route("GET", "/youtube/v3/playlistItems")
    def list_uploads(self, request: Request) -> Reply:
        """A channel's uploads, the newest first."""
        channel = self._channel(request, READ)
        self._spend("units", channel)
        if request.query.get("playlistId") != f"UU{channel}":
            raise refused(404, "playlistNotFound", "No such playlist.")
        mine = [one.video_id for one in self.videos.values() if one.channel == channel]
        newest = mine[::-1][: int(request.query.get("maxResults", "5"))]
        return page([{"contentDetails": {"videoId": one}} for one in newest])

    def _channel(self, request: Request, scope: str) -> str:
        owner = self.tokens.owner(request.bearer())
        if owner is None:
            raise refused(401, "authError", "Invalid Credentials")
        if scope not in owner.scopes:
            raise refused(403, "insufficientPermissions", "Not with these scopes.")
        if owner.account in self.suspended:
            raise refused(403, "authenticatedUserAccountSuspended", "Suspended.")
        return owner.account

    def _spend(self, bucket: str, channel: str) -> None:
        """Take one call from a bucket of the app; they are filled at midnight Pacific time."""
        day = self.world.clock.now.astimezone(_PACIFIC).date().isoformat()
        if self._used[bucket, day] >= self._most[bucket]:
            self._violate(channel, "quota", f"a call beyond the day's {bucket}")
            raise refused(403, "quotaExceeded", "Quota exceeded.", "youtube.quota")
        self._used[bucket, day] += 1

    def _violate(self, channel: str, rule: str, detail: str) -> None:
        self.world.violate(self.platform, channel, rule, detail)
