"""What a fake Instagram keeps and decides by itself; its routes are beside."""

from __future__ import annotations

import hashlib
import itertools
import json
from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, ClassVar, Final, NoReturn

from clipping.models import PlatformName
from clipping.rehearsal.serving import Answered, FakeService, Reply, Request
from clipping.rehearsal.tokens import Grant, Tokens
from clipping.rehearsal.windows import Window
from clipping.rehearsal.world import World

DAY_S: Final = 86_400.0
FACEBOOK: Final = "graph.facebook.com"
INSTAGRAM: Final = "graph.instagram.com"
_CONTAINER_LIVES: Final = timedelta(hours=24)
_MOST_CONTAINERS: Final = 400
_CALLS_AN_HOUR: Final = 4_800


@dataclass
class Profile:
    """An account and what it has published."""

    user_id: str
    username: str
    restricted: bool = False
    spam: bool = False
    """Takes part in nothing any more: 4/2207051."""


@dataclass
class Container:
    """An upload that is invisible until it is published."""

    container_id: str
    account: str
    made_at: datetime
    fields: dict[str, str]
    size: int = 0
    stored: bytearray = field(default_factory=bytearray)
    whole_at: datetime | None = None
    doom: str = ""
    """The text of its status when it fails; empty for none."""
    matches: bool = False
    """Whether the copyright check finds something."""
    published_at: datetime | None = None


@dataclass
class Medium:
    """A published Reel."""

    media_id: str
    account: str
    caption: str
    at: datetime
    removed: bool = False
    matches: bool = False


class InstagramState(FakeService):
    """Accounts, containers and limits.

    :ivar doom: The next containers fail with these status texts; empty for none.
    :ivar matches: In how many of the next containers the copyright check finds something.
    :ivar processing_s: From the last byte to ``FINISHED``.
    :ivar checking_s: From the last byte to the end of the copyright check.
    :ivar lag_s: How long a publication does not show in its container, nor in the list.
    :ivar publishing: How many posts in 24 hours are allowed per account.
    :ivar web: What Instagram finds at public addresses.
    """

    platform: ClassVar[PlatformName] = PlatformName.INSTAGRAM
    app: ClassVar = {"client_id": "instagram-id", "client_secret": "instagram-secret"}

    def __init__(self, world: World | None = None) -> None:
        super().__init__(world)
        self.doom: list[str] = []
        self.matches = 0
        self.processing_s = 20.0
        self.checking_s = 30.0
        self.lag_s = 10.0
        self.publishing = Window(50, DAY_S)
        self.creating = Window(_MOST_CONTAINERS, DAY_S)
        self.calls = defaultdict[str, Window](lambda: Window(_CALLS_AN_HOUR, 3_600))
        self.web: dict[str, bytes] = {}
        self.profiles: dict[str, Profile] = {}
        self.containers: dict[str, Container] = {}
        self.media: dict[str, Medium] = {}
        self.numbers = itertools.count(1)
        self.tokens = Tokens(
            self.world.clock,
            access_s=60 * DAY_S,
            refresh_s=None,
            rotates=False,
            prefixes=("IGQ.", "none."),
        )

    def join(self, user_id: str, *, username: str = "", **kinds: Any) -> Grant:
        """An account whose owner has authorised the app; ``kinds`` are fields of Profile."""
        self.profiles[user_id] = Profile(user_id, username or user_id, **kinds)
        return self.tokens.grant(user_id, ("instagram_content_publish",))

    def take_down(self, media_id: str) -> None:
        """Remove a post."""
        self.media[media_id].removed = True

    def profile(self, request: Request) -> Profile:
        """Whose token asks, within its calls; answers a refusal otherwise."""
        grant = self.tokens.owner(request.bearer() or request.query.get("access_token", ""))
        if grant is None:
            refuse(400, 190, 463, "Error validating access token: Session has expired")
        profile = self.profiles[grant.account]
        if self.calls[profile.user_id].take(profile.user_id, self.world.clock.now):
            self.violated(profile, "rate", "calls in an hour")
            refuse(400, 80002, 0, "There have been too many calls to this account")
        return profile

    def usage(self, profile: Profile) -> dict[str, str]:
        """The headers in which all answers say how much of the calls is used up."""
        used = self.calls[profile.user_id].used(profile.user_id, self.world.clock.now)
        percent = 100 * used // self.calls[profile.user_id].most
        wait = 60 if percent >= 100 else 0
        counts = {"call_count": percent, "total_cputime": 1, "total_time": 1}
        business = {"type": "instagram", **counts, "estimated_time_to_regain_access": wait}
        return {
            "X-App-Usage": json.dumps({**counts, "call_count": percent // 10}),
            "X-Business-Use-Case-Usage": json.dumps({profile.user_id: [business]}),
        }

    def say(self, profile: Profile, value: dict[str, Any]) -> Reply:
        """An answer with the usage headers."""
        return replace(Reply.json(value), headers=self.usage(profile))

    def container(self, container_id: str, profile: Profile) -> Container | None:
        """A container of the account; answers a refusal when it is another's."""
        found = self.containers.get(container_id)
        if found is not None and found.account != profile.user_id:
            refuse(400, 24, 2207006, "The media is not found or there is no permission")
        return found

    def status_of(self, container: Container) -> tuple[str, str]:
        """``status_code`` and ``status``."""
        now = self.world.clock.now
        shown = container.published_at
        if shown is not None and now >= shown + timedelta(seconds=self.lag_s):
            return "PUBLISHED", "Published: Media has been successfully published."
        if now >= container.made_at + _CONTAINER_LIVES and shown is None:
            return "EXPIRED", "Expired: Media expired."
        if not self._since(container, self.processing_s):
            return "IN_PROGRESS", "In Progress: Media is still being processed."
        if container.doom:
            return "ERROR", container.doom
        return "FINISHED", "Finished: Media has been uploaded and it is ready to be published."

    def copyright_of(self, container: Container) -> dict[str, Any]:
        """What the copyright check says."""
        if container.whole_at is None:
            return {"status": "not_started", "matches_found": False}
        if not self._since(container, self.checking_s):
            return {"status": "in_progress", "matches_found": False}
        return {"status": "completed", "matches_found": container.matches}

    def _since(self, container: Container, seconds: float) -> bool:
        whole_at = container.whole_at
        passed = timedelta(seconds=seconds)
        return whole_at is not None and self.world.clock.now >= whole_at + passed

    def publish(self, container: Container) -> Medium:
        """Make a container public, again when it is asked again: no client should."""
        now = self.world.clock.now
        media_id = str(17_900_000_000_000_000 + next(self.numbers))
        caption = container.fields.get("caption", "")
        medium = Medium(media_id, container.account, caption, now)
        container.published_at = now
        self.media[media_id] = medium
        digest = hashlib.sha256(container.stored).hexdigest()
        self.world.publish(self.platform, container.account, media_id, digest, caption)
        return medium

    def listed(self, profile: Profile) -> list[Medium]:
        """What the account's list shows, the newest first."""
        until = self.world.clock.now - timedelta(seconds=self.lag_s)
        shown = [
            one
            for one in self.media.values()
            if one.account == profile.user_id and not one.removed and one.at <= until
        ]
        return shown[::-1]

    def violated(self, profile: Profile, rule: str, detail: str) -> None:
        """Enter a rule that the client broke."""
        self.world.violate(self.platform, profile.user_id, rule, detail)


def refuse(
    status: int, code: int, subcode: int = 0, message: str = "", *, passing: bool = False
) -> NoReturn:
    """Answer with an error at once."""
    error: dict[str, Any] = {
        "message": message or "Invalid parameter",
        "type": "OAuthException",
        "code": code,
        "is_transient": passing,
        "fbtrace_id": "A2026",
    }
    if subcode:
        error["error_subcode"] = subcode
    raise Answered(Reply.json({"error": error}, status))
