"""A fake Instagram: the Graph API's content publishing at both of its hosts, and its upload host.

All three are one server; which host is meant is the first part of the path.
"""

from __future__ import annotations

import json
from typing import Any, Final

from clipping.platforms.instagram import Instagram
from clipping.rehearsal.instagram_login import InstagramLogin
from clipping.rehearsal.instagram_state import (
    DAY_S,
    FACEBOOK,
    INSTAGRAM,
    Container,
    Medium,
    Profile,
    refuse,
)
from clipping.rehearsal.serving import Reply, Request, route

_UPLOADS: Final = "rupload.facebook.com"
_FIELDS: Final = {
    "media_type",
    "caption",
    "share_to_feed",
    "thumb_offset",
    "is_ai_generated",
    "video_url",
}
_FACEBOOK_FIELDS: Final = {
    *(_FIELDS),
    "upload_type",
    "is_paid_partnership",
    "branded_content_sponsor_ids",
}


class FakeInstagram(InstagramLogin):
    """Instagram on loopback."""

    def client(self) -> Instagram:
        """The product's client, set to post here."""
        return Instagram(
            f"{self.url}/{FACEBOOK}", f"{self.url}/{INSTAGRAM}", f"{self.url}/{_UPLOADS}/"
        )

    @route("GET", "/{host}/{version}/{user}/content_publishing_limit")
    def _serve_limit(self, request: Request) -> Reply:
        profile = self._owner(request)
        now = self.world.clock.now
        config = {"quota_total": self.publishing.most, "quota_duration": int(DAY_S)}
        used = self.publishing.used(profile.user_id, now)
        return self.say(profile, {"data": [{"config": config, "quota_usage": used}]})

    @route("POST", "/{host}/{version}/{user}/media")
    def _serve_container(self, request: Request) -> Reply:
        profile = self._owner(request)
        self._check_standing(profile)
        form, now = request.form(), self.world.clock.now
        self._check_fields(form, request.at["host"])
        if self.creating.take(profile.user_id, now):
            self.violated(profile, "containers", "400 in 24 hours")
            refuse(403, 9, 2207042, "Application request limit reached")
        made = Container(
            container_id=str(17_800_000_000_000_000 + next(self.numbers)),
            account=profile.user_id,
            made_at=now,
            fields=form,
            doom=self.doom.pop(0) if self.doom else "",
            matches=self.matches > 0,
        )
        self.matches = max(0, self.matches - 1)
        self.containers[made.container_id] = made
        said = {"id": made.container_id}
        if "video_url" in form:
            self._fetch(made)
        else:
            place = f"ig-api-upload/{request.at['version']}/{made.container_id}"
            said["uri"] = f"{self.url}/{_UPLOADS}/{place}"
        return self.say(profile, said)

    @route("POST", "/rupload.facebook.com/ig-api-upload/{version}/{container}", in_part=True)
    def _serve_bytes(self, request: Request) -> Reply:
        # This host knows no "Bearer".
        grant = self.tokens.owner(request.bearer("OAuth"))
        container = self.containers.get(request.at["container"])
        if grant is None or container is None or container.account != grant.account:
            return _not_taken("AuthenticationError", retriable=False, status=401)
        offset, size = request.headers.get("offset", ""), request.headers.get("file_size", "")
        announced = len(request.body) if request.part_of is None else request.part_of
        if not offset.isdigit() or not size.isdigit() or int(offset) + announced != int(size):
            return _not_taken("PartialRequestError", retriable=False)
        if int(offset) != len(container.stored):
            return _not_taken("OffsetMismatchError", retriable=True)
        container.size = int(size)
        container.stored += request.body
        if len(container.stored) == container.size:
            container.whole_at = self.world.clock.now
        return Reply.json({"success": True, "message": "Upload successful."})

    @route("POST", "/{host}/{version}/{user}/media_publish")
    def _serve_publish(self, request: Request) -> Reply:
        profile = self._owner(request)
        self._check_standing(profile)
        container = self.container(request.form().get("creation_id", ""), profile)
        if container is None:
            refuse(400, 24, 2207008, "The container is missing or has expired")
        status, _ = self.status_of(container)
        if status == "EXPIRED":
            refuse(400, 24, 2207008, "The container is missing or has expired")
        if status not in ("FINISHED", "PUBLISHED"):
            refuse(400, 9007, 2207027, "Media ID is not available")
        if request.at["host"] == FACEBOOK and self.copyright_of(container) != {
            "status": "completed",
            "matches_found": False,
        }:
            self.violated(profile, "copyright", "published before the check was through")
        if self.publishing.take(profile.user_id, self.world.clock.now):
            self.violated(profile, "daily", "posts in 24 hours")
            refuse(403, 9, 2207042, "Application request limit reached")
        return self.say(profile, {"id": self.publish(container).media_id})

    @route("GET", "/{host}/{version}/{user}/media")
    def _serve_list(self, request: Request) -> Reply:
        profile = self._owner(request)
        since = float(request.query.get("since", "0"))
        rows = [self._medium(one) for one in self.listed(profile) if one.at.timestamp() >= since]
        most = int(request.query.get("limit", "25"))
        return self.say(profile, {"data": rows[:most], "paging": {}})

    @route("GET", "/{host}/{version}/{node}")
    def _serve_node(self, request: Request) -> Reply:
        profile, node = self.profile(request), request.at["node"]
        fields = request.query.get("fields", "id").split(",")
        if node in (profile.user_id, "me"):
            known = {
                "id": profile.user_id,
                "user_id": profile.user_id,
                "username": profile.username,
            }
            return self.say(profile, {name: known[name] for name in fields if name in known})
        medium = self.media.get(node)
        if medium is not None and medium.account == profile.user_id and not medium.removed:
            return self.say(profile, self._medium(medium, fields))
        container = self.container(node, profile)
        if container is None:
            refuse(400, 100, 33, "Object does not exist, or lacks permissions")
        if request.at["host"] == INSTAGRAM and {"copyright_check_status", "video_status"} & set(
            fields
        ):
            refuse(400, 100, 0, "Tried accessing nonexisting field")
        return self.say(profile, self._said_of(container, fields))

    def no_route(self, request: Request) -> Reply:
        """As for a path that is not there."""
        refuse(400, 2500, 0, "Unknown path components")

    def _said_of(self, container: Container, fields: list[str]) -> dict[str, Any]:
        code, text = self.status_of(container)
        uploading = {
            "status": "complete" if container.whole_at else "in_progress",
            "bytes_transferred": len(container.stored),
            "source_file_size": container.size,
        }
        known = {
            "status_code": code,
            "status": text,
            "copyright_check_status": self.copyright_of(container),
            "video_status": {"uploading_phase": uploading, "processing_phase": {}},
        }
        found = {name: known[name] for name in fields if name in known}
        return {**found, "id": container.container_id}

    def _medium(self, medium: Medium, fields: list[str] | None = None) -> dict[str, Any]:
        check = {"status": "completed", "matches_found": medium.matches}
        known: dict[str, Any] = {
            "id": medium.media_id,
            "caption": medium.caption,
            "timestamp": medium.at.strftime("%Y-%m-%dT%H:%M:%S+0000"),
            "media_product_type": "REELS",
            "permalink": f"https://www.instagram.com/reel/{medium.media_id}/",
            "shortcode": medium.media_id,
            "copyright_check_information": {"status": check, "copyright_matches": []},
        }
        wanted = fields or [name for name in known if name != "copyright_check_information"]
        return {name: known[name] for name in wanted if name in known}

    def _owner(self, request: Request) -> Profile:
        profile = self.profile(request)
        if request.at["user"] not in (profile.user_id, "me"):
            refuse(400, 100, 33, "Object does not exist, or lacks permissions")
        return profile

    def _check_standing(self, profile: Profile) -> None:
        if profile.restricted:
            refuse(403, 25, 2207050, "The account is restricted")
        if profile.spam:
            refuse(403, 4, 2207051, "We restrict certain activity to protect our community")

    def _check_fields(self, form: dict[str, str], host: str) -> None:
        known = _FACEBOOK_FIELDS if host == FACEBOOK else _FIELDS
        unknown = form.keys() - known
        if unknown:
            refuse(400, 100, 0, f"Invalid parameter: {min(unknown)}")
        if form.get("media_type") != "REELS":
            refuse(400, 100, 2207023, "The media type is unknown")
        if ("video_url" in form) == (form.get("upload_type") == "resumable"):
            refuse(400, 100, 0, "One of video_url and upload_type is required")
        if len(form.get("caption", "")) > 2_200:
            refuse(400, 36004, 2207010, "The caption is too long")
        if len(json.loads(form.get("branded_content_sponsor_ids", "[]"))) > 2:
            refuse(400, 100, 0, "At most two sponsors")

    def _fetch(self, container: Container) -> None:
        found = self.web.get(container.fields["video_url"])
        container.whole_at = self.world.clock.now
        if found is None:
            container.doom = "Error: Media upload has failed with error code 2207052"
        else:
            container.stored += found


def _not_taken(kind: str, *, retriable: bool, status: int = 400) -> Reply:
    info = {"retriable": retriable, "type": kind, "message": kind}
    return Reply.json({"debug_info": info}, status)
