"""The key of the Claude API; its address is in the settings."""

from __future__ import annotations

from prefect.blocks.core import Block
from pydantic import Field, SecretStr

from blocks.loading import load_block
from clipping.claude.api import Api
from clipping.settings import settings


class Claude(Block):
    """Who we are at the Claude API."""

    _block_type_name = "Claude"
    _block_type_slug = "claude"

    api_key: SecretStr = Field(description="API key.")

    def get_client(self) -> Api:
        """The API as this key sees it."""
        return Api(self.api_key, url=settings().claude_url)


def api_of(name: str) -> Api:
    """The API as the key in the block of that name sees it.

    :raises NeedsPerson: There is no such block, or the server does not give it to us.
    :raises ServiceUnavailable: The Prefect server that keeps it is not to be reached.
    """
    return load_block(Claude, name, "CLIPPER_CLAUDE_BLOCK").get_client()
