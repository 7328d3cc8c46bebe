"""A bucket in a real S3 server on loopback, for tests. Take ``s3`` as an argument."""

from __future__ import annotations

import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from pydantic import SecretStr

from clipping.settings import CHECKOUT
from clipping.storage.cache import FileCache
from clipping.storage.s3 import S3Store
from clipping.storage.s3_bucket import Bucket
from clipping.storage.s3_client import S3Keys, s3_client
from clipping.storage.s3_place import S3Place
from tests.support.s3_front import Front, serving

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

KEYS = S3Keys(SecretStr("AKIATESTKEYID"), SecretStr("the-secret-access-key"))
PART_BYTES = 256 * 1024


@dataclass(frozen=True)
class S3:
    """A bucket of a test's own."""

    front: Front
    client: S3Client
    place: S3Place
    folder: Path

    def store(self, cache: str = "cache", max_bytes: int = 10**9) -> S3Store:
        """A store of this bucket; another ``cache`` makes it one of another machine."""
        return S3Store(
            self.bucket, FileCache(self.folder / cache, max_bytes), part_bytes=PART_BYTES
        )

    @property
    def bucket(self) -> Bucket:
        return Bucket(self.client, self.place)

    def keys(self) -> list[str]:
        """What the bucket holds, by its full names."""
        found = self.client.list_objects_v2(Bucket=self.place.bucket)
        return [entry["Key"] for entry in found.get("Contents", [])]


def child_environment(endpoint: str) -> dict[str, str]:
    """Of a process that is to use the same keys."""
    return {
        **os.environ,
        "AWS_ACCESS_KEY_ID": KEYS.access_key_id.get_secret_value(),
        "AWS_SECRET_ACCESS_KEY": KEYS.secret_access_key.get_secret_value(),
        "CLIPPER_STORE_ENDPOINT": endpoint,
        "NO_PROXY": "127.0.0.1",
    }


@pytest.fixture(scope="session")
def s3_front() -> Iterator[Front]:
    """moto, and the front through which it is asked."""
    environment = {
        **os.environ,
        # S3 wants 5 MiB.
        "S3_UPLOAD_PART_MIN_SIZE": str(PART_BYTES),
        "MOTO_S3_DEFAULT_KEY_BUFFER_SIZE": str(16 * 1024**2),
    }
    with subprocess.Popen(
        [sys.executable, "-m", "tests.support.s3_server"],
        cwd=CHECKOUT,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        with serving(int(process.stdout.readline())) as front:
            yield front
        process.stdin.close()


@pytest.fixture(scope="session")
def s3_test_client(s3_front: Front) -> S3Client:
    """Of tests, which are told of the first failure: no request is tried again."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NO_PROXY", "127.0.0.1")
        place = S3Place("any", endpoint=s3_front.url, region="us-east-1", path_style=True)
        return s3_client(place, KEYS, attempts=1)


@pytest.fixture
def s3(s3_front: Front, s3_test_client: S3Client, tmp_path: Path) -> S3:
    """An empty bucket, used below a prefix."""
    s3_front.forget()
    bucket = f"media-{uuid.uuid4().hex[:12]}"
    s3_test_client.create_bucket(Bucket=bucket)
    place = S3Place(bucket, "of/us", endpoint=s3_front.url, region="us-east-1", path_style=True)
    s3_front.forget()
    return S3(s3_front, s3_test_client, place, tmp_path)
