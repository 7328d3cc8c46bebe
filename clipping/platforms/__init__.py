"""The platforms that clips are posted to, one file each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from clipping.models import PlatformName
from clipping.platforms.base import Platform
from clipping.platforms.instagram import FACEBOOK_URL, INSTAGRAM_URL, UPLOAD_URL, Instagram
from clipping.platforms.oauth.base import below
from clipping.platforms.tiktok import TikTok
from clipping.platforms.x import X
from clipping.platforms.youtube import YouTube

PLATFORMS: Final[dict[PlatformName, type[Platform]]] = {
    TikTok.name: TikTok,
    Instagram.name: Instagram,
    YouTube.name: YouTube,
    X.name: X,
}
"""To publish for real, call the class without arguments; a rehearsal gives it other addresses."""


def client_at(name: PlatformName, url: str | None) -> Platform:
    """A client of the platform at its own address, or at another one if given.

    :param url: Such as a gateway's. Instagram's hosts are asked below it, each by its name.
    """
    return _AT[name](url) if url else PLATFORMS[name]()


def _instagram_at(url: str) -> Instagram:
    hosts = (FACEBOOK_URL, INSTAGRAM_URL, UPLOAD_URL)
    return Instagram(*(below(url, host) for host in hosts))


_AT: Final[dict[PlatformName, Callable[[str], Platform]]] = {
    TikTok.name: TikTok,
    Instagram.name: _instagram_at,
    YouTube.name: YouTube,
    X.name: X,
}
