from __future__ import annotations

import json
import math
from typing import Any

import pytest

from clipping.db.columns import dump_json, load_json, storable


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        pytest.param("plain", "plain", id="ascii"),
        pytest.param("Grüße 👋 שלום 你好", "Grüße 👋 שלום 你好", id="unicode"),
        pytest.param("a\0b\0\0", "ab", id="nul"),
        pytest.param("talk\udcff.mp4", "talk\\udcff.mp4", id="file-name-not-utf-8"),
        pytest.param("ü\0\udc80", "ü\\udc80", id="both"),
        pytest.param("", "", id="empty"),
    ],
)
def test_text_loses_only_what_postgres_refuses(text: str, stored: str) -> None:
    assert storable(text) == stored


@pytest.mark.parametrize(
    ("value", "stored"),
    [
        pytest.param({"a": "x\0y"}, {"a": "xy"}, id="nul"),
        pytest.param(["\0\0\0", "\0"], ["", ""], id="nuls-in-a-row"),
        pytest.param("\\u0000", "\\u0000", id="a-backslash-and-u0000-are-text"),
        pytest.param("\\\0", "\\", id="a-backslash-before-a-nul"),
        pytest.param("\\\\\0\\u0000", "\\\\\\u0000", id="many-backslashes"),
        pytest.param({"k\0": [1, 2.5, None, True]}, {"k": [1, 2.5, None, True]}, id="key"),
        pytest.param(["\udcff\0", {"\udc80": 1}], ["\\udcff", {"\\udc80": 1}], id="surrogates"),
        pytest.param([-math.inf, math.inf], ["-Infinity", "Infinity"], id="infinite"),
    ],
)
def test_json_loses_only_what_postgres_refuses(value: Any, stored: Any) -> None:
    assert load_json(dump_json(value)) == stored
    assert json.loads(dump_json(value)) == stored
