"""What the Claude API refuses, counts and keeps, as far as tests can be wrong about it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from math import ceil
from typing import Any

MODELS = {"claude-haiku-5-5", "claude-sonnet-5-5", "claude-opus-5-5"}
_FIELDS = {
    "model",
    "max_tokens",
    "messages",
    "system",
    "output_config",
    "metadata",
    "service_tier",
    "stop_sequences",
    "stream",
    "thinking",
    "tools",
    "tool_choice",
}
_MOST_OUTPUT = 128_000
_MOST_BREAKPOINTS = 4
_TTL_S = {"5m": 300.0, "1h": 3600.0}
# What decoding cannot hold an answer to; the SDK moves it into descriptions.
_NOT_ENFORCED = {
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "minLength",
    "maxLength",
    "pattern",
    "maxItems",
    "uniqueItems",
}


class Refused(Exception):
    """The API answers a request with an error."""

    def __init__(self, status: int, kind: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.kind = kind
        self.message = message


def _invalid(message: str) -> Refused:
    return Refused(400, "invalid_request_error", message)


bytes_per_token = 4.0
"""Of English; what tells dollars wants it less favourable."""


def tokens(text: str) -> int:
    """About as many as the real tokenizer's, and always the same."""
    return ceil(len(text.encode()) / bytes_per_token)


def check_message(asked: dict[str, Any], *, counting: bool = False) -> None:
    """Raise what the API would for the parameters of a message."""
    unknown = asked.keys() - _FIELDS
    if unknown:
        raise _invalid(f"{min(unknown)}: Extra inputs are not permitted")
    if asked.get("model") not in MODELS:
        raise Refused(404, "not_found_error", f"model: {asked.get('model')}")
    most = asked.get("max_tokens")
    if not counting and not (isinstance(most, int) and 1 <= most <= _MOST_OUTPUT):
        raise _invalid("max_tokens: Input should be between 1 and 128000")
    messages = asked.get("messages")
    if not messages:
        raise _invalid("messages: at least one message is required")
    if messages[-1]["role"] != "user":
        raise _invalid("This model does not support assistant message prefill.")
    if asked.get("thinking", {}).get("type") == "disabled":
        raise _invalid("thinking.type: disabled is not supported for this model")
    _check_blocks(asked)
    output = asked.get("output_config", {})
    if output.get("effort", "low") not in {"low", "medium", "high", "xhigh", "max"}:
        raise _invalid("output_config.effort: unknown value")
    if "format" in output:
        if output["format"].get("type") != "json_schema":
            raise _invalid("output_config.format.type: Input should be 'json_schema'")
        _check_schema(output["format"]["schema"])


def _check_blocks(asked: dict[str, Any]) -> None:
    found = list(blocks(asked))
    if any(not block["text"].strip() for block in found):
        raise _invalid("text content blocks must contain non-whitespace text")
    marked = [block["cache_control"] for block in found if "cache_control" in block]
    if len(marked) > _MOST_BREAKPOINTS:
        raise _invalid(
            f"A maximum of 4 blocks with cache_control may be provided. Found {len(marked)}."
        )
    lives = [_TTL_S[mark.get("ttl", "5m")] for mark in marked]
    if lives != sorted(lives, reverse=True):
        raise _invalid("a ttl='1h' cache_control block must not come after a ttl='5m' one")


def _check_schema(schema: Any) -> None:
    if isinstance(schema, list):
        for part in schema:
            _check_schema(part)
        return
    if not isinstance(schema, dict):
        return
    if schema.get("type") == "object" and schema.get("additionalProperties") is not False:
        raise _invalid("output_config.format.schema: additionalProperties must be false")
    if "type" in schema and schema.keys() & _NOT_ENFORCED:
        name = min(schema.keys() & _NOT_ENFORCED)
        raise _invalid(f"output_config.format.schema: property '{name}' is not supported")
    for name, part in schema.items():
        parts = part.values() if name in {"properties", "$defs"} else [part]
        for one in parts:
            _check_schema(one)


def blocks(asked: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """All pieces of the prompt, in the order in which the API reads them."""
    for owner in ({"content": asked.get("system", [])}, *asked["messages"]):
        content = owner["content"]
        if isinstance(content, str):
            content = [{"type": "text", "text": content}] if content else []
        yield from content


def prompt_tokens(asked: dict[str, Any]) -> int:
    """The whole prompt, the schema of its answer included."""
    return _schema_tokens(asked) + sum(tokens(block["text"]) for block in blocks(asked))


def _schema_tokens(asked: dict[str, Any]) -> int:
    form = asked.get("output_config", {}).get("format")
    return tokens(json.dumps(form)) if form else 0


@dataclass
class PromptCache:
    """Beginnings of prompts that the API has read lately."""

    least_tokens: int = 1024
    """Shorter beginnings are not kept, and nothing is said of it."""
    _until: dict[str, tuple[float, float]] = field(default_factory=dict)
    """Time of day and length of life by prefix."""

    def usage(self, asked: dict[str, Any], now: float) -> dict[str, Any]:
        """The counters of the prompt's tokens, and the cache as it is after it."""
        total, read, written = prompt_tokens(asked), 0, {"5m": 0, "1h": 0}
        done = 0
        for name, length, life in self._breakpoints(asked):
            if length < self.least_tokens:
                continue
            until, lived = self._until.get(name, (0.0, 0.0))
            if until > now:
                read, done = length, length
                written = {"5m": 0, "1h": 0}
                self._until[name] = (now + lived, lived)
                continue
            written[life] += length - done
            done = length
            self._until[name] = (now + _TTL_S[life], _TTL_S[life])
        return {
            "input_tokens": total - done,
            "cache_creation_input_tokens": sum(written.values()),
            "cache_read_input_tokens": read,
            "cache_creation": {
                "ephemeral_5m_input_tokens": written["5m"],
                "ephemeral_1h_input_tokens": written["1h"],
            },
        }

    def _breakpoints(self, asked: dict[str, Any]) -> Iterator[tuple[str, int, str]]:
        form = json.dumps(asked.get("output_config", {}).get("format"))
        digest = hashlib.sha256(f"{asked['model']}\0{form}".encode())
        length = _schema_tokens(asked)
        for block in blocks(asked):
            digest.update(f"\0{block['text']}".encode())
            length += tokens(block["text"])
            if "cache_control" in block:
                yield digest.hexdigest(), length, block["cache_control"].get("ttl", "5m")


def least_instance(schema: dict[str, Any], root: dict[str, Any] | None = None) -> Any:
    """The smallest value of which the schema approves."""
    root = schema if root is None else root
    if "$ref" in schema:
        return least_instance(root["$defs"][schema["$ref"].rpartition("/")[2]], root)
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return schema["enum"][0]
    if "anyOf" in schema:
        return least_instance(schema["anyOf"][0], root)
    if schema.get("type") == "object":
        wanted = schema.get("properties", {})
        return {name: least_instance(wanted[name], root) for name in schema.get("required", wanted)}
    if schema.get("type") == "array":
        return [least_instance(schema["items"], root)] * schema.get("minItems", 0)
    return {"integer": 0, "number": 0, "boolean": False, "null": None}.get(schema["type"], "word")
