"""The secrets of our app at Meta; accounts name the block that they were connected through."""

from __future__ import annotations

from typing import Literal

from prefect.blocks.core import Block
from pydantic import Field, SecretStr

from clipping.models import PlatformName
from clipping.platforms.oauth import OAUTH, OAuth


class Instagram(Block):
    """Who our app is at Meta."""

    _block_type_name = "Instagram app"
    _block_type_slug = "instagram-app"

    client_id: SecretStr = Field(description="client id, as the console shows it.")
    client_secret: SecretStr = Field(description="client secret, as the console shows it.")
    login_path: Literal["facebook", "instagram"] = Field(
        default="facebook", description="Facebook Login, or Instagram's own."
    )

    def get_client(self) -> OAuth:
        """Its authorisation server, as this app sees it."""
        app = {"client_id": self.client_id, "client_secret": self.client_secret}
        return OAUTH[PlatformName.INSTAGRAM, self.login_path](app)
