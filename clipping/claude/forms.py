"""The schema of a form in which Claude is to answer."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel


def schema_of(answer: type[BaseModel]) -> dict[str, Any]:
    """The JSON schema of an answer, in the form that ``anthropic.transform_schema`` gives."""
    schema: dict[str, Any] = _strict(answer.model_json_schema())
    return schema


def _strict(part: Any) -> Any:
    if isinstance(part, list):
        return [_strict(item) for item in part]
    if not isinstance(part, dict):
        return part
    kept = {key: _strict(value) for key, value in part.items() if not _is_title(key, value)}
    if "enum" in kept:
        # The values tell their type, and the docstring of a list of them tells nothing.
        return {"enum": kept["enum"]}
    if kept.get("type") == "object":
        kept["additionalProperties"] = False
    return kept


def _is_title(key: str, value: Any) -> bool:
    return key == "title" and isinstance(value, str)
