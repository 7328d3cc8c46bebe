"""How an account's owner lets us in, one file per platform."""

from __future__ import annotations

from typing import Final

from clipping.models import PlatformName
from clipping.platforms.oauth.base import OAuth
from clipping.platforms.oauth.facebook import FacebookOAuth
from clipping.platforms.oauth.instagram import InstagramOAuth
from clipping.platforms.oauth.tiktok import TikTokOAuth
from clipping.platforms.oauth.x import XOAuth
from clipping.platforms.oauth.youtube import YouTubeOAuth

OAUTH: Final[dict[tuple[PlatformName, str], type[OAuth]]] = {
    (kind.platform, kind.login_path): kind
    for kind in (TikTokOAuth, FacebookOAuth, InstagramOAuth, YouTubeOAuth, XOAuth)
}
"""By platform and login path, which only Instagram has two of."""

__all__ = ["OAUTH", "OAuth"]
