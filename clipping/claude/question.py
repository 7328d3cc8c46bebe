"""What is asked of Claude, and what it answers: frozen values."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from pydantic import Field

from clipping.models.base import Value


class Block(Value):
    """A piece of a prompt."""

    text: str
    cached: bool = False
    """Ends a beginning that many questions share: the API keeps it for an hour, at a fraction of
    the price. What is shorter than the model's least (512 to 4096 tokens) it does not keep."""


class Question(Value):
    """One call of the API."""

    purpose: str
    """What it is for, in the ledger: ``scout``, ``judge``, ``write`` or ``check``."""
    model: str
    """Full id, such as ``claude-haiku-5-5``."""
    system: tuple[Block, ...]
    user: tuple[Block, ...]
    schema_: dict[str, Any]
    """JSON schema of the answer, as ``anthropic.transform_schema`` gives it."""
    max_tokens: int = Field(ge=1)
    """Of the answer, and of the thinking before it."""
    effort: str = "low"
    attempt: int = Field(default=1, ge=1)
    """A reply is kept, also a useless one: who asks again what was asked counts up."""

    def fingerprint(self) -> str:
        """64 hex digits that are the same for questions with the same answer.

        Neither the purpose nor where a prefix ends changes what is answered.
        """
        parts = [
            self.model,
            [block.text for block in self.system],
            [block.text for block in self.user],
            self.schema_,
            self.max_tokens,
            self.effort,
            self.attempt,
        ]
        text = json.dumps(parts, ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()


class Usage(Value):
    """Tokens of a reply, by what they cost; the prompt's are the sum of all but the output's."""

    input_tokens: int = Field(default=0, ge=0)
    """Of the prompt, neither read from the API's cache nor written to it."""
    output_tokens: int = Field(default=0, ge=0)
    cache_write_5m_tokens: int = Field(default=0, ge=0)
    cache_write_1h_tokens: int = Field(default=0, ge=0)
    cache_read_tokens: int = Field(default=0, ge=0)

    @property
    def prompt_tokens(self) -> int:
        """The whole prompt; its length decides the price of some models."""
        return (
            self.input_tokens
            + self.cache_write_5m_tokens
            + self.cache_write_1h_tokens
            + self.cache_read_tokens
        )


class Reply(Value):
    """What the API answered; whether it is any use is for the caller to judge."""

    text: str
    """Its text blocks joined; empty when there are none."""
    stop_reason: str
    """As the API says: ``end_turn``, ``max_tokens``, ``refusal`` or another."""
    usage: Usage
    model: str
    request_id: str
    from_cache: bool = False
    """Whether it was answered before, and cost nothing now."""
    message_id: str = ""
    refusal: str = ""
    """The category of a refusal, when the API names one."""
