"""What is taken in: how large, from where, and how watches look for it."""

from __future__ import annotations

from pydantic import BaseModel, Field, SecretStr


class Intake(BaseModel):
    """Fields of :class:`~clipping.settings.Settings`."""

    max_source_bytes: int = 10 * 1024**3
    """Larger sources are refused."""

    max_source_minutes: int = Field(default=12 * 60, gt=0)
    """Longer videos behind links are refused."""

    link_hosts: str = ""
    """Further domains whose links may be fetched, with commas: ``example.org,example.net``.

    YouTube, TikTok, Instagram, X, Twitch and Vimeo are always allowed."""

    link_proxy: SecretStr | None = None
    """An egress proxy for links (``http://``, ``https://`` or ``socks5h://``); else none is used.

    With one, names are looked up by the proxy, so it is the proxy that must refuse to connect to
    internal addresses."""

    watch_settle_seconds: float = Field(default=30, gt=0)
    """A file in a watched folder is taken for whole when it did not change for so long."""

    watch_first: int = Field(default=10, ge=0)
    """How many of a channel's videos are taken in when its watch begins, the newest ones."""
