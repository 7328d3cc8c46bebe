"""A fake TikTok: the Content Posting API v2 with its rules, limits and oddities."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any, Final

from clipping.platforms.tiktok import TikTok
from clipping.rehearsal.serving import Reply, Request, route
from clipping.rehearsal.tiktok_state import DAY_S, TikTokState, envelope, refuse
from clipping.rehearsal.tiktok_uploads import Creator, Upload, chunk_fault, range_of
from clipping.rehearsal.tokens import InvalidGrant

_UPLOAD_LIVES: Final = timedelta(hours=1)


class FakeTikTok(TikTokState):
    """TikTok on loopback."""

    def client(self) -> TikTok:
        """The product's client, set to post here."""
        return TikTok(self.url, megabyte_bytes=self.megabyte)

    # The token endpoint answers flat, and its errors come with status 200.

    @route("POST", "/v2/oauth/token/")
    def _serve_token(self, request: Request) -> Reply:
        form = request.form()
        if {name: form.get(name) for name in self.app} != self.app:
            return self._no_token("invalid_client")
        try:
            if form.get("grant_type") == "refresh_token":
                grant = self.tokens.refresh(form.get("refresh_token", ""))
            elif form.get("grant_type") == "authorization_code":
                grant = self.tokens.exchange(form.get("code", ""), form.get("code_verifier", ""))
            else:
                return self._no_token("unsupported_grant_type")
        except InvalidGrant:
            return self._no_token("invalid_grant")
        return Reply.json(
            {
                "open_id": grant.account,
                "scope": ",".join(grant.scopes),
                "access_token": grant.access,
                "expires_in": 7_200,
                "refresh_token": grant.refresh,
                "refresh_expires_in": int(180 * DAY_S),
                "token_type": "Bearer",
            }
        )

    @route("POST", "/v2/oauth/revoke/")
    def _serve_revoke(self, request: Request) -> Reply:
        grant = self.tokens.owner(request.form().get("token", ""))
        if grant is not None:
            self.tokens.revoke(grant.account)
        return Reply.json({})

    def _no_token(self, code: str) -> Reply:
        return Reply.json({"error": code, "error_description": code, "log_id": "2026"})

    @route("GET", "/v2/user/info/")
    def _serve_user(self, request: Request) -> Reply:
        creator = self.creator(request, "user", "user.info.basic")
        known = {
            "open_id": creator.open_id,
            "username": creator.username,
            "display_name": creator.username,
            "follower_count": 0,
            "video_count": len(self.public(creator)),
        }
        fields = request.query.get("fields", "").split(",")
        return envelope({"user": {name: known[name] for name in fields if name in known}})

    @route("POST", "/v2/post/publish/creator_info/query/")
    def _serve_creator_info(self, request: Request) -> Reply:
        creator = self.creator(request, "creator", "video.publish")
        creator.asked = True
        code = self.stop(creator)
        if code:
            # Deliberately with status 200.
            return envelope({}, code)
        return envelope(
            {
                "creator_avatar_url": "",
                "creator_username": creator.username,
                "creator_nickname": creator.username,
                "privacy_level_options": list(creator.levels),
                "comment_disabled": creator.comments_off,
                "duet_disabled": creator.duet_off,
                "stitch_disabled": creator.stitch_off,
                "max_video_post_duration_sec": creator.longest_s,
            }
        )

    @route("POST", "/v2/post/publish/video/init/")
    def _serve_init(self, request: Request) -> Reply:
        creator = self.creator(request, "init", "video.publish")
        if not creator.asked:
            self.violated(creator, "creator_info", "a post began without asking for it")
        creator.asked = False
        code = self.stop(creator)
        if code:
            refuse(403, code)
        info = request.json().get("post_info")
        if not isinstance(info, dict):
            refuse(400, "invalid_params")
        self._check_info(info, creator)
        return self._begun(request, creator, info=info)

    @route("POST", "/v2/post/publish/inbox/video/init/")
    def _serve_init_draft(self, request: Request) -> Reply:
        creator = self.creator(request, "init", "video.upload")
        if "post_info" in request.json():
            refuse(400, "invalid_param")
        if self.drafts.take(creator.open_id, self.world.clock.now):
            refuse(403, "spam_risk_too_many_pending_share")
        return self._begun(request, creator, inbox=True)

    @route("PUT", "/video/{publish_id}")
    def _serve_upload(self, request: Request) -> Reply:
        upload = self.uploads.get(request.at["publish_id"])
        if "authorization" in request.headers:
            return Reply(400)
        if upload is None or request.query.get("upload_token") != _token(upload):
            return Reply(404)
        now = self.world.clock.now
        if now >= upload.until:
            return Reply(403)
        said = range_of(request.headers.get("content-range", ""))
        if said is None or said[2] != upload.size or said[1] - said[0] != len(request.body):
            return Reply(400)
        stored = len(upload.stored)
        if said[0] != stored:
            return Reply(416, headers=_stored(upload))
        if said[1] != upload.end_at(stored):
            creator = self.creators[upload.account]
            self.violated(creator, "chunk", f"{said[0]}-{said[1]} of chunks of {upload.chunk}")
            return Reply(400)
        upload.stored += request.body
        if len(upload.stored) < upload.size:
            return Reply(206, headers=_stored(upload))
        upload.whole_at = now
        self.whole.append(upload)
        return Reply(201, headers=_stored(upload))

    @route("POST", "/v2/post/publish/status/fetch/")
    def _serve_status(self, request: Request) -> Reply:
        creator = self.creator(request, "status")
        upload = self.upload(request, creator)
        said: dict[str, Any] = {
            "status": upload.status,
            "uploaded_bytes": len(upload.stored),
            "downloaded_bytes": 0,
            "publicaly_available_post_id": [],
        }
        if upload.reason:
            said["fail_reason"] = upload.reason
        told_at = (upload.over_at or upload.until) + timedelta(seconds=self.moderation_s)
        public = upload.info.get("privacy_level") == "PUBLIC_TO_EVERYONE" and upload.public_id
        if public and not upload.silent and told_at <= self.world.clock.now:
            said["publicaly_available_post_id"] = [int(upload.public_id)]
        return envelope(said)

    @route("POST", "/v2/post/publish/cancel/")
    def _serve_cancel(self, request: Request) -> Reply:
        upload = self.upload(request, self.creator(request, "cancel"))
        if upload.whole_at is not None:
            refuse(400, "publish_not_cancellable")
        upload.status, upload.reason = "FAILED", "publish_cancelled"
        upload.over_at = self.world.clock.now
        return envelope({})

    @route("POST", "/v2/video/query/")
    def _serve_query(self, request: Request) -> Reply:
        creator = self.creator(request, "query", "video.list")
        wanted = request.json().get("filters", {}).get("video_ids", [])
        if len(wanted) > 20:
            refuse(400, "invalid_params")
        shown = [_video(one) for one in self.public(creator) if one.public_id in wanted]
        return envelope({"videos": shown, "cursor": 0, "has_more": False})

    @route("POST", "/v2/video/list/")
    def _serve_list_videos(self, request: Request) -> Reply:
        creator = self.creator(request, "list", "video.list")
        most = min(20, int(request.json().get("max_count", 20)))
        newest = self.public(creator)[::-1]
        shown = [_video(one) for one in newest[:most]]
        return envelope({"videos": shown, "cursor": 0, "has_more": len(newest) > most})

    def no_route(self, request: Request) -> Reply:
        """In the common envelope."""
        return envelope({}, "invalid_params", 404)

    def _check_info(self, info: dict[str, Any], creator: Creator) -> None:
        privacy, title = info.get("privacy_level"), str(info.get("title", ""))
        if privacy not in creator.levels:
            refuse(403, "privacy_level_option_mismatch")
        if not self.audited and not (creator.private and privacy == "SELF_ONLY"):
            refuse(403, "unaudited_client_can_only_post_to_private_accounts")
        if len(title.encode("utf-16-le")) > 4_400:
            refuse(400, "invalid_param")
        if info.get("brand_content_toggle") and privacy == "SELF_ONLY":
            refuse(400, "invalid_param")

    def _begun(
        self,
        request: Request,
        creator: Creator,
        *,
        info: dict[str, Any] | None = None,
        inbox: bool = False,
    ) -> Reply:
        source = request.json().get("source_info", {})
        sizes = [source.get(name) for name in ("video_size", "chunk_size", "total_chunk_count")]
        fault = chunk_fault(sizes[0], sizes[1], sizes[2], self.megabyte)
        if source.get("source") != "FILE_UPLOAD" or fault:
            self.violated(creator, "chunk", fault or "only uploads are known here")
            refuse(400, "invalid_param")
        now, number = self.world.clock.now, next(self.numbers)
        self.users[creator.open_id] = now
        upload = Upload(
            publish_id=f"v_pub_file~v2-1.{7_400_000_000_000_000_000 + number}",
            account=creator.open_id,
            size=sizes[0],
            chunk=sizes[1],
            count=sizes[2],
            until=now + _UPLOAD_LIVES,
            info=info or {},
            inbox=inbox,
            doom=self.doom.pop(0) if self.doom else "",
            silent=self.silent,
        )
        self.uploads[upload.publish_id] = upload
        address = f"{self.url}/video/{upload.publish_id}?upload_token={_token(upload)}"
        return envelope({"publish_id": upload.publish_id, "upload_url": address})


def _stored(upload: Upload) -> dict[str, str]:
    return {"Content-Range": f"bytes 0-{len(upload.stored)}/{upload.size}"}


def _token(upload: Upload) -> str:
    return hashlib.sha256(upload.publish_id.encode()).hexdigest()[:16]


def _video(upload: Upload) -> dict[str, Any]:
    at = upload.over_at or upload.until
    return {
        "id": upload.public_id,
        "create_time": int(at.timestamp()),
        "video_description": str(upload.info.get("title", ""))[:150],
        "view_count": 0,
        "like_count": 0,
        "comment_count": 0,
        "share_count": 0,
    }
