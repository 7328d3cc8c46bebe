"""Which store the settings name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from botocore.awsrequest import AWSPreparedRequest

from clipping.errors import NeedsPerson
from clipping.settings import Settings, settings
from clipping.storage import LocalStore, open_store
from clipping.storage.opening import ClientOf
from clipping.storage.s3 import S3Store
from clipping.storage.s3_client import s3_client
from clipping.storage.s3_place import S3Place, s3_place
from tests.storage.conftest import key_of
from tests.support.s3 import KEYS, S3


def no_block(name: str) -> object:
    raise AssertionError("no block was named")


NO_BLOCK: ClientOf = no_block  # type: ignore[assignment]


@pytest.mark.parametrize(
    ("variables", "folder"),
    [
        pytest.param({}, "home/store", id="unset"),
        pytest.param({"store": ""}, "home/store", id="empty"),
        pytest.param({"store": "elsewhere"}, "elsewhere", id="another folder"),
    ],
)
def test_the_store_is_a_folder_unless_a_bucket_is_named(
    variables: dict[str, Any], folder: str
) -> None:
    chosen = Settings(home=Path("home"), **variables)
    assert s3_place(chosen) is None
    store = open_store(chosen, NO_BLOCK)
    assert isinstance(store, LocalStore)
    assert store.root == Path(folder).absolute()


@pytest.mark.parametrize(
    ("variables", "place"),
    [
        ({"store": "s3://media"}, S3Place("media")),
        ({"store": "s3://media/"}, S3Place("media")),
        ({"store": "s3://my.media/of/us/"}, S3Place("my.media", "of/us")),
        (
            {"store": "s3://media", "store_region": "eu-central-1"},
            S3Place("media", region="eu-central-1"),
        ),
        (
            {"store": "s3://media", "store_endpoint": "https://minio.example:9000"},
            S3Place("media", endpoint="https://minio.example:9000", path_style=True),
        ),
        (
            {
                "store": "s3://media",
                "store_endpoint": "https://[::1]:9000",
                "store_path_style": "false",
            },
            S3Place("media", endpoint="https://[::1]:9000"),
        ),
        ({"store": "s3://media", "store_path_style": "true"}, S3Place("media", path_style=True)),
    ],
)
def test_a_bucket_is_named_by_its_url(variables: dict[str, Any], place: S3Place) -> None:
    assert s3_place(Settings(**variables)) == place


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("CLIPPER_STORE", "s3://AKIAKEY:secret@media/of"),
        ("CLIPPER_STORE", "s3://"),
        ("CLIPPER_STORE", "s3://media/../other"),
        ("CLIPPER_STORE", "s3://media/.hidden"),
        ("CLIPPER_STORE", "s3://media?versionId=secret"),
        ("CLIPPER_STORE", "https://media.example/secret"),
        ("CLIPPER_STORE_ENDPOINT", "https://user:secret@minio.example"),
        ("CLIPPER_STORE_ENDPOINT", "minio.example:9000"),
        ("CLIPPER_STORE_ENDPOINT", "https://minio.example/?token=secret"),
        ("CLIPPER_CACHE_BYTES", "-1"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named_and_not_repeated(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    monkeypatch.setenv(variable, value)
    settings.cache_clear()
    try:
        with pytest.raises(NeedsPerson, match=f"The setting {variable} has a value") as caught:
            settings()
        assert "secret" not in str(caught.value)
    finally:
        settings.cache_clear()


@pytest.mark.parametrize(
    ("place", "host", "path"),
    [
        (S3Place("media", region="eu-central-1"), "media.s3.eu-central-1.amazonaws.com", "/k"),
        (S3Place("media", path_style=True, region="eu-central-1"), "s3.eu-central-1.", "/media/k"),
        (S3Place("media", endpoint="https://minio.example:9000"), "media.minio.example:9000", "/k"),
        (
            S3Place("media", endpoint="https://minio.example:9000", path_style=True),
            "minio.example:9000",
            "/media/k",
        ),
    ],
)
def test_the_bucket_is_in_the_host_or_in_the_path(place: S3Place, host: str, path: str) -> None:
    def told(request: AWSPreparedRequest, **_: object) -> None:
        raise InterruptedError(request.url)

    client = s3_client(place, KEYS)
    client.meta.events.register("before-send.s3", told)
    with pytest.raises(InterruptedError) as asked:
        client.head_object(Bucket=place.bucket, Key="k")
    assert str(asked.value).startswith(f"https://{host}")
    assert str(asked.value).endswith(path)


def test_a_bucket_is_opened_with_keys_of_a_block_once(s3: S3, original: Path) -> None:
    asked: list[str] = []

    def client_of(block: str) -> object:
        asked.append(block)
        return s3.client

    chosen = Settings(
        home=s3.folder / "home",
        store=f"s3://{s3.place.bucket}/of/us",
        store_endpoint=s3.front.url,
        store_block="main",
    )
    first, second = (open_store(chosen, client_of) for _ in range(2))  # type: ignore[arg-type]
    assert first is second
    assert asked == ["main"]
    assert isinstance(first, S3Store)
    stored = first.import_file(original, key_of)
    assert s3.keys() == [f"of/us/{stored.key}"]
    assert first.local_path(stored.key).is_relative_to(s3.folder / "home" / "cache")
