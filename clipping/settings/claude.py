"""Which models of Claude are asked, where, and how patiently."""

from __future__ import annotations

from pydantic import BaseModel, Field, SecretStr

from clipping.settings.values import Given, PrivateAddress


class Claude(BaseModel):
    """Fields of :class:`~clipping.settings.Settings`."""

    claude_scout_model: str = "claude-haiku-5-5"
    """The model that reads whole talks and proposes moments: a cheap one."""

    claude_judge_model: str = "claude-sonnet-5-5"
    """The model that compares the proposals, ranks them, writes hooks and checks them."""

    claude_complex_model: str = "claude-opus-5-5"
    """The judge of sources that are marked as complex."""

    claude_writer_model: str = "claude-haiku-5-5"
    """The model that writes titles, captions and hashtags, and checks them: a cheap one."""

    anthropic_api_key: Given[SecretStr] = Field(default=None, validation_alias="ANTHROPIC_API_KEY")
    """The key of the Claude API; without one moments are chosen on this machine alone."""

    claude_block: Given[str] = None
    """Name of the Prefect block that holds the key instead."""

    claude_url: PrivateAddress = None
    """Address of the Claude API, such as a gateway's; the vendor's own unless set."""

    claude_patience_seconds: float = Field(default=120, ge=0)
    """How long a question waits for an API that is down before the run goes on without it."""

    claude_batch_patience_seconds: float = Field(default=300, ge=0)
    """How long a scheduled run waits for a batch before it goes on with what else there is to do;
    a later one finds what came meanwhile."""
