"""The secrets of our app at X; accounts name the block that they were connected through."""

from __future__ import annotations

from prefect.blocks.core import Block
from pydantic import Field, SecretStr

from clipping.platforms.oauth.x import XOAuth


class X(Block):
    """Who our app is at X."""

    _block_type_name = "X app"
    _block_type_slug = "x-app"

    client_id: SecretStr = Field(description="client id, as the console shows it.")
    client_secret: SecretStr | None = Field(
        default=None, description="client secret; a public client has none."
    )

    def get_client(self) -> XOAuth:
        """Its authorisation server, as this app sees it."""
        app = {"client_id": self.client_id}
        if self.client_secret is not None:
            app["client_secret"] = self.client_secret
        return XOAuth(app)
