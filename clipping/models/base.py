"""What all values share, and how ids are made."""

from __future__ import annotations

import hashlib
import json
from typing import Self

from pydantic import BaseModel, ConfigDict

OUTPUT_WIDTH_PX = 1080
OUTPUT_HEIGHT_PX = 1920


class Value(BaseModel):
    """Base of all values: frozen, and closed to unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    def replace(self, **changes: object) -> Self:
        """Another value that differs in these fields; validated, which ``model_copy`` is not."""
        return type(self).model_validate({**dict(self), **changes})


def make_id(prefix: str, *parts: object) -> str:
    """``prefix_`` and 16 hex digits of SHA-256 over the parts as JSON; stable across runs."""
    text = json.dumps([str(part) for part in parts], ensure_ascii=False)
    # A file name need not be UTF-8; what it holds instead must not stop its id.
    digest = hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()
    return f"{prefix}_{digest[:16]}"
