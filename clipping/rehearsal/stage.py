"""The four fakes of a rehearsal together, and what can befall an account or a post on any of them.

Chunks are as much smaller than the platforms' as a rehearsal's files are smaller than videos.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from typing import Any, Final

from pydantic import SecretStr

from clipping.models import Account, PlatformName, Tokens
from clipping.platforms.base import Platform
from clipping.platforms.oauth import OAUTH, OAuth
from clipping.rehearsal.instagram import FakeInstagram
from clipping.rehearsal.serving import FakeService
from clipping.rehearsal.tiktok import FakeTikTok
from clipping.rehearsal.tiktok_state import SCOPES as TIKTOK_SCOPES
from clipping.rehearsal.tokens import Grant
from clipping.rehearsal.world import World
from clipping.rehearsal.x import SCOPES as X_SCOPES
from clipping.rehearsal.x import FakeX
from clipping.rehearsal.youtube import READ, UPLOAD, FakeYouTube

TOKENS: Final = {
    PlatformName.TIKTOK: "POST /v2/oauth/token/",
    PlatformName.YOUTUBE: "POST /token",
    PlatformName.X: "POST /2/oauth2/token",
}
"""Where tokens are renewed; Instagram's, as connected here, have no end."""
PUBLISHING: Final = (
    "PUT /video/{publish_id}",
    "POST /{host}/{version}/{user}/media_publish",
    "PUT /upload/youtube/v3/videos",
    "POST /2/tweets",
)
"""Requests that can make a post public."""
_P = PlatformName
_SCOPES: Final[dict[PlatformName, tuple[str, ...]]] = {
    _P.TIKTOK: TIKTOK_SCOPES,
    _P.INSTAGRAM: ("instagram_content_publish",),
    _P.YOUTUBE: (UPLOAD, READ),
    _P.X: X_SCOPES,
}
_HOSTS: Final = {_P.TIKTOK: "api", _P.YOUTUBE: "tokens", _P.X: "api"}
_YOUTUBE_CHUNK: Final = 256 * 1024
_X_CHUNK: Final = 200_000
_MEGABYTE: Final = 10_000


class Stage:
    """The platforms as a rehearsal has them.

    :param full_size: Chunks are as large as the platforms', for the product's own clients.
    :ivar fakes: By platform.
    """

    def __init__(self, world: World, *, full_size: bool = False) -> None:
        self.world = world
        self.tiktok = FakeTikTok(world) if full_size else FakeTikTok(world, megabyte=_MEGABYTE)
        self.instagram = FakeInstagram(world)
        self.youtube = FakeYouTube(world)
        self.x = FakeX(world)
        # Nothing but our own look may keep a post from being out twice.
        self.x.same_words_s = 0
        if not full_size:
            self.youtube.chunk_bytes, self.x.chunk_bytes = _YOUTUBE_CHUNK, _X_CHUNK
        self.fakes: Mapping[PlatformName, FakeService] = {
            one.platform: one for one in (self.tiktok, self.instagram, self.youtube, self.x)
        }

    @contextmanager
    def serving(self) -> Iterator[dict[str, str]]:
        """Their addresses by name, while the block runs."""
        with ExitStack() as open_servers:
            for fake in self.fakes.values():
                open_servers.enter_context(fake.serving())
            yield {name.value: fake.url for name, fake in self.fakes.items()}

    def at(self, urls: Mapping[str, str]) -> None:
        """Only stand for fakes that are served by another process."""
        for name, fake in self.fakes.items():
            fake.url = urls[name.value]

    def clients(self) -> dict[PlatformName, Platform]:
        """The product's clients, set to post here."""
        return {
            _P.TIKTOK: self.tiktok.client(),
            _P.INSTAGRAM: self.instagram.client(),
            _P.YOUTUBE: self.youtube.client(),
            _P.X: self.x.client(),
        }

    def apps(self) -> dict[str, str]:
        """Our apps at these platforms, as settings of a process."""
        return {
            f"CLIPPER_{name.value.upper()}_{field.upper()}": secret
            for name, fake in self.fakes.items()
            for field, secret in _app(fake).items()
        }

    def oauth(self, account: Account) -> OAuth:
        """The authorisation server of an account."""
        fake = self.fakes[account.platform]
        hosts = {_HOSTS[account.platform]: fake.url} if account.platform in _HOSTS else {}
        app = {name: SecretStr(text) for name, text in _app(fake).items()}
        return OAUTH[account.platform, account.login_path](app, hosts=hosts)

    def join(self, account: Account) -> None:
        """An account that is there, and has not let us in yet."""
        user = account.platform_user_id
        if account.platform is _P.TIKTOK:
            self.tiktok.join(user, username=account.handle)
        elif account.platform is _P.INSTAGRAM:
            self.instagram.join(user, username=account.handle)

    def grant(self, account: Account) -> dict[str, Any]:
        """What an owner's consent gives, as the values of a :class:`~clipping.models.Tokens`."""
        fake: Any = self.fakes[account.platform]
        made: Grant = fake.tokens.grant(account.platform_user_id, _SCOPES[account.platform])
        endless = account.platform is _P.INSTAGRAM
        return {
            "access": made.access,
            "refresh": None if endless else made.refresh,
            "expires_at": None if endless else _text(made.access_until),
            "refresh_expires_at": None if endless else _text(made.refresh_until),
            "obtained_at": _text(made.issued_at),
        }

    def revoke(self, account: Account) -> None:
        """The owner shuts us out."""
        fake: Any = self.fakes[account.platform]
        fake.tokens.revoke(account.platform_user_id)

    def suspend(self, account: Account, *, lifted: bool = False) -> None:
        """The platform turns against the account, or relents."""
        user = account.platform_user_id
        if account.platform is _P.TIKTOK:
            self.tiktok.creators[user].banned = not lifted
        elif account.platform is _P.INSTAGRAM:
            self.instagram.profiles[user].restricted = not lifted
        else:
            held = self.youtube.suspended if account.platform is _P.YOUTUBE else self.x.suspended
            (held.discard if lifted else held.add)(user)

    def is_suspended(self, account: Account) -> bool:
        """Whether the platform lets it do nothing."""
        user = account.platform_user_id
        if account.platform is _P.TIKTOK:
            return self.tiktok.creators[user].banned
        if account.platform is _P.INSTAGRAM:
            return self.instagram.profiles[user].restricted
        held = self.youtube.suspended if account.platform is _P.YOUTUBE else self.x.suspended
        return user in held

    def take_down(self, platform: PlatformName, public_id: str) -> None:
        """The platform removes a post."""
        fake: Any = self.fakes[platform]
        fake.take_down(public_id)

    def doom(self, platform: PlatformName, how: str) -> None:
        """The platform ends the next publication in this way, one of :data:`DOOMS`."""
        if platform is _P.TIKTOK:
            self.tiktok.doom.append(how)
        elif platform is _P.YOUTUBE:
            what = "rejecting" if how in _REJECTIONS else "failing"
            setattr(self.youtube, what, how)
        elif platform is _P.X:
            self.x.failing = how
        elif how == "copyright":
            self.instagram.matches += 1
        else:
            self.instagram.doom.append(how)

    def use_up(self, account: Account) -> None:
        """Another app uses up what TikTok lets the account post in a day."""
        self.tiktok.post_by_others(account.platform_user_id, 15)

    def work_at(self, platform: PlatformName, processing_s: float, telling_s: float) -> None:
        """From now on a platform takes so long to process, and to tell a post's id."""
        if platform is _P.TIKTOK:
            self.tiktok.processing_s, self.tiktok.moderation_s = processing_s, telling_s
        elif platform is _P.INSTAGRAM:
            self.instagram.processing_s = processing_s
            self.instagram.checking_s = processing_s + 10
        elif platform is _P.YOUTUBE:
            self.youtube.processing_s = processing_s
        else:
            self.x.preparing_s = processing_s

    def is_up(self, platform: PlatformName, public_id: str) -> bool:
        """Whether everybody can still see a post that was public once."""
        now = self.world.clock.now
        if platform is _P.TIKTOK:
            found = (one for one in self.tiktok.uploads.values() if one.public_id == public_id)
            return any(not one.removed for one in found)
        if platform is _P.INSTAGRAM:
            return not self.instagram.media[public_id].removed
        if platform is _P.X:
            return not self.x.posts[public_id].gone
        video = self.youtube.videos[public_id]
        done = now >= video.at + timedelta(seconds=video.processing_s)
        return not (done and (video.rejection or video.failure))


DOOMS: Final[dict[PlatformName, tuple[str, ...]]] = {
    _P.TIKTOK: ("internal", "spam_risk", "file_format_check_failed"),
    _P.INSTAGRAM: (
        "Error: Media upload has failed with error code 2207077",
        "Error: Media upload has failed with error code 2207026",
        "copyright",
    ),
    _P.YOUTUBE: ("uploadFailed", "copyright", "duplicate"),
    _P.X: ("InternalError", "InvalidMedia"),
}
"""How publications end that platforms do not take: for a while, for good, for a claim."""
PASSING: Final[dict[PlatformName, str]] = {
    _P.TIKTOK: DOOMS[_P.TIKTOK][0],
    _P.INSTAGRAM: DOOMS[_P.INSTAGRAM][0],
    _P.X: DOOMS[_P.X][0],
}
"""Those after which a new upload goes through."""
_REJECTIONS: Final = ("copyright", "duplicate")


def tokens_of(granted: Mapping[str, Any]) -> Tokens:
    """What :meth:`Stage.grant` gave."""
    return Tokens.model_validate(dict(granted))


def environment(home: str, database_url: str, vault_key: str, stage: Stage) -> dict[str, str]:
    """Of a process of a rehearsal: nothing of the operator's own settings."""
    kept = {
        name: text
        for name, text in os.environ.items()
        if not name.startswith(("CLIPPER_", "PREFECT_", "ANTHROPIC_")) and name != "DATABASE_URL"
    }
    return {
        **kept,
        **stage.apps(),
        "CLIPPER_HOME": home,
        "DATABASE_URL": database_url,
        "CLIPPER_VAULT_KEYS": vault_key,
        # One core each is enough, and threads would not survive a fork.
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
    }


def _app(fake: FakeService) -> dict[str, str]:
    app: dict[str, str] = getattr(fake, "app", {})
    return app


def _text(at: Any) -> str | None:
    return None if at is None else at.isoformat()
