"""Without the extra for publishing, one sentence says what to add."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import SecretStr

from clipping.errors import NotInstalled
from clipping.platforms import x_api, youtube_api

NOW = datetime(2026, 11, 27, tzinfo=UTC)
TOKEN = SecretStr("token")


@pytest.mark.parametrize(
    ("module", "asked"),
    [
        ("tweepy", lambda: x_api.Api(TOKEN, NOW, "http://127.0.0.1:9").call("GET", "/2/users/me")),
        ("googleapiclient", lambda: youtube_api.Api(TOKEN, NOW).items("channels", part="id")),
        ("httplib2", lambda: youtube_api.Api(TOKEN, NOW).begin("snippet", {}, "none", 1)),
        (
            "googleapiclient",
            lambda: youtube_api.Api(TOKEN, NOW).send("https://a", "none", 1, 0, last=True),
        ),
    ],
    ids=["X", "YouTube asked", "YouTube begun", "YouTube sent"],
)
def test_a_client_that_is_missing_is_named(
    monkeypatch: pytest.MonkeyPatch, module: str, asked: Any
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(NotInstalled, match="which is not installed: add the extra 'publish'"):
        asked()
