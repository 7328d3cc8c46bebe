"""The secrets of our app at TikTok; accounts name the block that they were connected through."""

from __future__ import annotations

from prefect.blocks.core import Block
from pydantic import Field, SecretStr

from clipping.platforms.oauth.tiktok import TikTokOAuth


class TikTok(Block):
    """Who our app is at TikTok."""

    _block_type_name = "TikTok app"
    _block_type_slug = "tiktok-app"

    client_key: SecretStr = Field(description="client key, as the console shows it.")
    client_secret: SecretStr = Field(description="client secret, as the console shows it.")

    def get_client(self) -> TikTokOAuth:
        """Its authorisation server, as this app sees it."""
        return TikTokOAuth({"client_key": self.client_key, "client_secret": self.client_secret})
