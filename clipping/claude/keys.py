"""Whether this machine has a key of the Claude API."""

from __future__ import annotations

from clipping.settings import settings


def has_key() -> bool:
    """Whether the settings name one; whether it is accepted is known when it is used."""
    return bool(settings().claude_block or settings().anthropic_api_key)
