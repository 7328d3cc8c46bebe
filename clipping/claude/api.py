"""The Claude API through its SDK: one try per call, our values in and out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import takewhile
from threading import Lock
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, SecretStr

from clipping.claude.failures import of_kind, translated
from clipping.claude.question import Block, Question, Reply, Usage
from clipping.errors import ClippingError, ServiceUnavailable

if TYPE_CHECKING:
    from anthropic import Anthropic
    from anthropic.types import Message
    from anthropic.types.messages import MessageBatch, MessageBatchIndividualResponse

TIMEOUT_S = 600.0
_CONNECT_TIMEOUT_S = 10.0
_PAGE = 100


@dataclass(frozen=True)
class BatchStatus:
    """Where a batch stands."""

    batch_id: str
    created_at: datetime
    size: int
    """How many questions it has."""
    ended: bool
    readable: bool
    """Whether its results can be had: from its end until the API forgets them, weeks later."""


@dataclass(frozen=True)
class BatchResult:
    """What became of a question of a batch: a reply, an error, or neither when nobody asked it."""

    custom_id: str
    reply: Reply | None = None
    error: ClippingError | None = None
    cancelled: bool = False


class Api:
    """The API as one key sees it.

    Every call raises AuthorizationExpired, QuotaExhausted, RateLimited, ServiceUnavailable,
    NeedsPerson (no such model, no such batch) or Broken; those that the server answered have its
    ``status``.

    :param url: Address of the API, when it is not the vendor's own.
    """

    def __init__(
        self, key: SecretStr, *, url: str | None = None, timeout_s: float = TIMEOUT_S
    ) -> None:
        self._key = key
        self._url = url
        self._timeout_s = timeout_s
        self._made: Anthropic | None = None
        self._turn = Lock()

    @property
    def _client(self) -> Anthropic:
        with self._turn:
            if self._made is None:
                self._made = self._connected()
            return self._made

    def _connected(self) -> Anthropic:
        # Takes seconds to import, which only those who ask should wait for.
        import httpx2
        from anthropic import Anthropic

        return Anthropic(
            api_key=self._key.get_secret_value(),
            base_url=self._url or "https://api.anthropic.com",
            timeout=httpx2.Timeout(self._timeout_s, connect=_CONNECT_TIMEOUT_S),
            # The door tries again itself, and knows how often and how long.
            max_retries=0,
        )

    def close(self) -> None:
        """Close the connections that are kept open for further calls."""
        if self._made is not None:
            self._made.close()

    def ask(self, question: Question) -> Reply:
        """The answer; it is billed."""
        with translated(self._key):
            message = self._client.messages.create(**request_of(question))
            return _reply(message, message._request_id or message.id)

    def count_tokens(self, question: Question) -> int:
        """How many tokens the question's prompt has; this is free."""
        wanted = request_of(question)
        del wanted["max_tokens"]
        with translated(self._key):
            return self._client.messages.count_tokens(**wanted).input_tokens

    def send(self, questions: Sequence[tuple[str, Question]]) -> BatchStatus:
        """Make a batch of questions by their custom ids. There is no telling whether it was made
        when the error has no ``status``, or one of 500 or more."""
        requests: list[Any] = [
            {"custom_id": custom_id, "params": request_of(question)}
            for custom_id, question in questions
        ]
        with translated(self._key):
            return _status(self._client.messages.batches.create(requests=requests))

    def batch(self, batch_id: str) -> BatchStatus:
        """Where the batch stands."""
        with translated(self._key):
            return _status(self._client.messages.batches.retrieve(batch_id))

    def batches_since(self, at: datetime) -> list[BatchStatus]:
        """All batches of the key's workspace that were made at that time or later."""
        with translated(self._key):
            listed = (_status(one) for one in self._client.messages.batches.list(limit=_PAGE))
            # The newest come first.
            return list(takewhile(lambda one: one.created_at >= at, listed))

    def results(self, batch_id: str) -> Iterator[BatchResult]:
        """What became of each question of a batch that has ended, in no order."""
        with translated(self._key):
            lines = self._client.messages.batches.results(batch_id)
            try:
                for line in lines:
                    yield self._result(line, batch_id)
            finally:
                lines.close()

    def _result(self, line: MessageBatchIndividualResponse, batch_id: str) -> BatchResult:
        result = line.result
        if result.type == "succeeded":
            return BatchResult(line.custom_id, reply=_reply(result.message, batch_id))
        if result.type == "errored":
            said = result.error.error
            return BatchResult(
                line.custom_id, error=of_kind(said.type, "", said.message, self._key)
            )
        if result.type == "canceled":
            return BatchResult(line.custom_id, cancelled=True)
        late = ServiceUnavailable("The Claude API did not come to a batch within 24 hours.")
        return BatchResult(line.custom_id, error=late)


def schema_of(answer: type[BaseModel]) -> dict[str, Any]:
    """The JSON schema of an answer as the API takes it: :attr:`Question.schema_`.

    Ranges and lengths become hints in it, so what comes back has to be validated all the same.
    """
    from anthropic import transform_schema

    return transform_schema(answer)


def request_of(question: Question) -> dict[str, Any]:
    """The question as the API has it."""
    asked: dict[str, Any] = {
        "model": question.model,
        "max_tokens": question.max_tokens,
        "messages": [{"role": "user", "content": [_block(block) for block in question.user]}],
        "output_config": {
            "format": {"type": "json_schema", "schema": question.schema_},
            "effort": question.effort,
        },
    }
    if question.system:
        asked["system"] = [_block(block) for block in question.system]
    return asked


def _block(block: Block) -> dict[str, Any]:
    made: dict[str, Any] = {"type": "text", "text": block.text}
    if block.cached:
        made["cache_control"] = {"type": "ephemeral", "ttl": "1h"}
    return made


def _reply(message: Message, request_id: str) -> Reply:
    used = message.usage
    written = used.cache_creation_input_tokens or 0
    hour = used.cache_creation.ephemeral_1h_input_tokens if used.cache_creation else 0
    details = message.stop_details
    return Reply(
        text="".join(block.text for block in message.content if block.type == "text"),
        stop_reason=message.stop_reason or "",
        usage=Usage(
            input_tokens=used.input_tokens,
            output_tokens=used.output_tokens,
            cache_write_5m_tokens=max(0, written - hour),
            cache_write_1h_tokens=hour,
            cache_read_tokens=used.cache_read_input_tokens or 0,
        ),
        model=message.model,
        request_id=request_id,
        message_id=message.id,
        refusal=(details.category or "") if details else "",
    )


def _status(batch: MessageBatch) -> BatchStatus:
    counts = batch.request_counts
    return BatchStatus(
        batch_id=batch.id,
        created_at=batch.created_at,
        size=counts.processing
        + counts.succeeded
        + counts.errored
        + counts.canceled
        + counts.expired,
        ended=batch.processing_status == "ended",
        readable=batch.processing_status == "ended" and bool(batch.results_url),
    )
