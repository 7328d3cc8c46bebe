"""The apps that post for accounts, and where they ask."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, Field, SecretStr

from clipping.settings.values import Given, PrivateAddress


class Posting(BaseModel):
    """Fields of :class:`~clipping.settings.Settings`."""

    vault_keys: Given[SecretStr] = None
    """Keys that the secrets of accounts are sealed under, with commas, the newest first; made by
    ``clipper vault new-key``."""

    tiktok_client_key: Given[SecretStr] = None
    """The app at TikTok that asks accounts' owners; see docs/accounts.md for all of these."""

    tiktok_client_secret: Given[SecretStr] = None
    """Its secret."""

    tiktok_accounts: Given[int] = Field(default=None, ge=0)
    """How many accounts an app at TikTok may post for within 24 hours, such as the 5 of one that is
    not audited; any number unless set."""

    instagram_client_id: Given[SecretStr] = None
    """The app at Meta: of Facebook Login, or of Instagram Login where accounts use that."""

    instagram_client_secret: Given[SecretStr] = None
    """Its secret."""

    youtube_client_id: Given[SecretStr] = None
    """The OAuth client at Google."""

    youtube_client_secret: Given[SecretStr] = None
    """Its secret."""

    x_client_id: Given[SecretStr] = None
    """The app at X."""

    x_client_secret: Given[SecretStr] = None
    """Its secret; a public client has none."""

    tiktok_url: PrivateAddress = None
    """Where TikTok's API is asked instead, such as a gateway; its own address unless set."""

    instagram_url: PrivateAddress = None
    """The same for Instagram, whose three hosts are asked below it, each by its name."""

    youtube_url: PrivateAddress = None
    """The same for YouTube."""

    x_url: PrivateAddress = None
    """The same for X."""

    browser: Path | None = None
    """The Chromium that posts are made with where an account's method is ``browser``; the system's
    own, or Playwright's, unless set."""

    max_publishers: int = Field(default=2, ge=1)
    """How many runs of deployments may ask one platform at a time, by all workers of a Prefect
    server together: one that publishes and one that looks what became of posts."""
