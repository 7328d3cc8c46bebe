"""Column types that keep what Postgres cannot hold out of it."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from pydantic_core import PydanticSerializationError, from_json, to_json
from sqlalchemy import DateTime, Dialect
from sqlalchemy import Text as PlainText
from sqlalchemy.types import TypeDecorator

# An escaped NUL, unless its backslash is itself escaped.
_ESCAPED_NUL = re.compile(r"(?<!\\)((?:\\\\)*)\\u0000")


def storable(text: str) -> str:
    """The text without what Postgres refuses: NUL goes, lone surrogates become ``\\udcff``.

    Lone surrogates come from file names that are not UTF-8.
    """
    if text.isascii() and "\0" not in text:
        return text
    return text.replace("\0", "").encode("utf-8", "backslashreplace").decode()


def dump_json(value: Any) -> str:
    """Compact JSON that ``jsonb`` accepts; an infinite or undefined number becomes its name."""
    try:
        text = to_json(value, inf_nan_mode="strings").decode()
    except (PydanticSerializationError, UnicodeEncodeError):
        text = to_json(_storable_parts(value), inf_nan_mode="strings").decode()
    if "\\u0000" not in text:
        return text
    # Twice, because the escapes of two NULs in a row overlap in what the pattern looks back at.
    return _ESCAPED_NUL.sub(r"\1", _ESCAPED_NUL.sub(r"\1", text))


def load_json(text: str | bytes) -> Any:
    """The value that :func:`dump_json` wrote."""
    return from_json(text)


def _storable_parts(value: Any) -> Any:
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, dict):
        return {_storable_parts(key): _storable_parts(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_storable_parts(part) for part in value]
    return value


class Text(TypeDecorator[str]):
    """A string of any length; stored, and compared, as :func:`storable` has it."""

    impl = PlainText
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """On the way in."""
        return None if value is None else storable(value)


class Sealed(Text):
    """A secret that :class:`clipping.vault.Vault` has sealed; anything else is not stored.

    ``clipper vault rotate`` goes through all columns of this type.
    """

    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """On the way in."""
        # Every Fernet token begins with its version, 0x80, and a time before the year 2106.
        if value is not None and not value.startswith("gAAAAA"):
            raise ValueError("what is to be stored here was not sealed")
        return value


class UtcTime(TypeDecorator[datetime]):
    """``timestamptz``; always UTC on the way out, and a naive time counts as UTC on the way in."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """On the way in."""
        if value is not None and value.tzinfo is None:
            return value.replace(tzinfo=UTC)
        return value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """On the way out, whatever the server's own time zone."""
        return None if value is None else value.astimezone(UTC)
