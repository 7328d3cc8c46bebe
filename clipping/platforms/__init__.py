"""The platforms that clips are posted to, one file each."""

from __future__ import annotations

from typing import Final

from clipping.models import PlatformName
from clipping.platforms.base import Platform
from clipping.platforms.instagram import Instagram
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
