"""What every block promises: its secrets stay masked, and its name on the server never changes."""

from __future__ import annotations

import importlib
import pkgutil
from typing import Any

import httpx
import pytest
from prefect.blocks.core import Block
from pydantic import SecretStr

import blocks
from blocks import BLOCKS
from blocks.object_store import ObjectStore, client_of
from clipping.errors import NeedsPerson, ServiceUnavailable
from clipping.settings import settings

SAMPLES: dict[str, dict[str, Any]] = {
    "claude": {"api_key": "claude-key-secret"},
    "tiktok-app": {"client_key": "key-secret", "client_secret": "app-secret"},
    "instagram-app": {"client_id": "id-secret", "client_secret": "app-secret"},
    "youtube-app": {"client_id": "id-secret", "client_secret": "app-secret"},
    "x-app": {"client_id": "id-secret", "client_secret": "app-secret"},
    "object-store": {
        "access_key_id": "AKIASECRET",
        "secret_access_key": "key-secret",
        "session_token": "token-secret",
    },
}


@pytest.mark.parametrize("slug", BLOCKS)
def test_a_block_masks_its_secrets(slug: str) -> None:
    block = BLOCKS[slug](**SAMPLES[slug])
    printed = f"{block!r} {block} {block.model_dump()} {block.model_dump_json()}"
    assert [secret for secret in SAMPLES[slug].values() if secret in printed] == []
    hidden = block.model_json_schema()["secret_fields"]
    assert set(hidden) == set(SAMPLES[slug])


@pytest.mark.parametrize("slug", BLOCKS)
def test_a_block_makes_a_client_and_says_what_it_is_for(slug: str) -> None:
    cls = BLOCKS[slug]
    assert callable(getattr(cls, "get_client", None))
    assert cls.__doc__
    assert all(field.description for field in cls.model_fields.values())


def test_every_block_is_registered_under_its_own_name() -> None:
    found = {
        value
        for module in pkgutil.iter_modules(blocks.__path__)
        for value in vars(importlib.import_module(f"blocks.{module.name}")).values()
        if isinstance(value, type) and issubclass(value, Block) and value is not Block
    }
    assert set(BLOCKS.values()) == found
    # A block that was saved is found by this name only.
    assert set(BLOCKS) == set(SAMPLES)


def test_the_client_of_the_object_store_has_the_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLIPPER_STORE", "s3://media")
    monkeypatch.setenv("CLIPPER_STORE_ENDPOINT", "https://minio.example:9000")
    settings.cache_clear()
    try:
        client = ObjectStore(**SAMPLES["object-store"]).get_client()
        url = client.generate_presigned_url("get_object", Params={"Bucket": "media", "Key": "k"})
    finally:
        settings.cache_clear()
    assert url.startswith("https://minio.example:9000/media/k?")
    assert "AKIASECRET" in url
    assert "token-secret" in url
    assert "key-secret" not in url


def test_a_block_for_no_bucket_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CLIPPER_STORE", raising=False)
    settings.cache_clear()
    with pytest.raises(NeedsPerson, match="CLIPPER_STORE names no bucket"):
        ObjectStore(access_key_id=SecretStr("a"), secret_access_key=SecretStr("b")).get_client()


def _answer(status: int) -> httpx.HTTPStatusError:
    request = httpx.Request("GET", "http://127.0.0.1:4200/api")
    return httpx.HTTPStatusError("", request=request, response=httpx.Response(status))


@pytest.mark.parametrize(
    ("raised", "kind", "words"),
    [
        (ValueError("not found: key-secret"), NeedsPerson, "There is no block main"),
        (httpx.ConnectError("refused"), ServiceUnavailable, "cannot be reached just now"),
        (_answer(503), ServiceUnavailable, "cannot be reached just now"),
        (_answer(401), NeedsPerson, "does not let us read the block main"),
        (_answer(500), NeedsPerson, "main, perhaps because .* another encryption key: save it"),
    ],
)
def test_a_block_that_cannot_be_loaded_is_told(
    monkeypatch: pytest.MonkeyPatch, raised: Exception, kind: type[Exception], words: str
) -> None:
    def load(name: str) -> None:
        raise raised

    monkeypatch.setattr(ObjectStore, "load", load)
    with pytest.raises(kind, match=words) as caught:
        client_of("main")
    assert type(caught.value.__cause__) is not ValueError
    assert "secret" not in str(caught.value)
