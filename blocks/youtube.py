"""The secrets of our app at YouTube; accounts name the block that they were connected through."""

from __future__ import annotations

from prefect.blocks.core import Block
from pydantic import Field, SecretStr

from clipping.platforms.oauth.youtube import YouTubeOAuth


class YouTube(Block):
    """Who our app is at YouTube."""

    _block_type_name = "YouTube app"
    _block_type_slug = "youtube-app"

    client_id: SecretStr = Field(description="client id, as the console shows it.")
    client_secret: SecretStr = Field(description="client secret, as the console shows it.")

    def get_client(self) -> YouTubeOAuth:
        """Its authorisation server, as this app sees it."""
        return YouTubeOAuth({"client_id": self.client_id, "client_secret": self.client_secret})
