"""The policy in ``docs/storage.md`` is enough, none of it is too much, and doctor tells what lacks.

moto is asked to hold its keys to their policies, as AWS does.
"""

from __future__ import annotations

import json
import re
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import boto3
import pytest
from pydantic import SecretStr

from clipping.errors import AuthorizationExpired, NeedsPerson, ServiceUnavailable
from clipping.settings import CHECKOUT
from clipping.storage.cache import FileCache
from clipping.storage.keys import source_key
from clipping.storage.s3 import S3Store
from clipping.storage.s3_bucket import Bucket
from clipping.storage.s3_client import S3Keys, s3_client
from clipping.storage.s3_rights import RIGHTS, missing_rights
from tests.support.s3 import KEYS, PART_BYTES, S3
from tests.support.s3_front import Front

PAGE = (CHECKOUT / "docs" / "storage.md").read_text(encoding="utf-8")
_NEVER = 10**9


def policy_of_the_page(bucket: str, prefix: str) -> dict[str, Any]:
    found = re.search(r"```json\n(.*?)```", PAGE, re.DOTALL)
    assert found is not None
    text = found[1].replace("BUCKET", bucket).replace("PREFIX", prefix)
    document: dict[str, Any] = json.loads(text)
    return document


def actions(policy: dict[str, Any]) -> list[str]:
    return [action for statement in policy["Statement"] for action in statement["Action"]]


def without(policy: dict[str, Any], right: str) -> dict[str, Any]:
    kept = [
        {**statement, "Action": [action for action in statement["Action"] if action != right]}
        for statement in policy["Statement"]
    ]
    return {**policy, "Statement": [statement for statement in kept if statement["Action"]]}


@pytest.fixture(scope="module")
def iam(s3_front: Front) -> Any:
    """Of somebody who may do everything."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NO_PROXY", "127.0.0.1")
        return boto3.client(
            "iam",
            endpoint_url=f"http://127.0.0.1:{s3_front.upstream}",
            region_name="us-east-1",
            aws_access_key_id="any",
            aws_secret_access_key="any",
        )


@pytest.fixture
def keys_with(iam: Any, monkeypatch: pytest.MonkeyPatch) -> Callable[[dict[str, Any]], S3Keys]:
    """Gives keys that have a policy and no other."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")

    def make(policy: dict[str, Any]) -> S3Keys:
        name = f"user-{uuid.uuid4().hex[:12]}"
        iam.create_user(UserName=name)
        iam.put_user_policy(UserName=name, PolicyName="media", PolicyDocument=json.dumps(policy))
        key = iam.create_access_key(UserName=name)["AccessKey"]
        return S3Keys(SecretStr(key["AccessKeyId"]), SecretStr(key["SecretAccessKey"]))

    return make


@contextmanager
def enforced(s3: S3) -> Iterator[None]:
    """Inside, moto looks at who asks and what he may."""
    try:
        _let_pass(s3, 0)
        yield
    finally:
        _let_pass(s3, _NEVER)


def _let_pass(s3: S3, requests: int) -> None:
    request = urllib.request.Request(
        f"http://127.0.0.1:{s3.front.upstream}/moto-api/reset-auth",
        data=str(requests).encode(),
        headers={"Content-Type": "text/plain"},
    )
    urllib.request.urlopen(request, timeout=20).close()


def bucket_for(s3: S3, keys: S3Keys) -> Bucket:
    place = replace(s3.place, endpoint=f"http://127.0.0.1:{s3.front.upstream}")
    return Bucket(s3_client(place, keys, attempts=1), place)


def test_with_the_policy_of_the_page_a_store_can_do_all_it_does(
    s3: S3, keys_with: Callable[[dict[str, Any]], S3Keys], tmp_path: Path
) -> None:
    bucket = bucket_for(s3, keys_with(policy_of_the_page(s3.place.bucket, "of/us")))
    cache = FileCache(tmp_path / "cache", 10**9)
    store = S3Store(bucket, cache, part_bytes=PART_BYTES)
    large, small = tmp_path / "large.mp4", tmp_path / "small.jpg"
    large.write_bytes(bytes(range(256)) * (PART_BYTES // 100))
    small.write_bytes(b"cover")
    with enforced(s3):
        stored = store.import_file(large, lambda sha256: source_key("acme", sha256, ".mp4"))
        upload = bucket.begin(stored.key.replace("sources", "clips"), stored.sha256)
        assert bucket.parts(stored.key.replace("sources", "clips"), upload) == []
        store.put(small, "acme/clips/cover.jpg")
        store.put(large, "acme/clips/clip.mp4")
        # moto tells no upload's age: an empty one is years old.
        assert store.sweep() == 1
        cache.forget(stored.key)
        assert store.local_path(stored.key).read_bytes() == large.read_bytes()
        assert not store.exists("acme/clips/other.jpg")
        store.delete(stored.key)
        assert store.missing_rights() == ()
    assert s3.keys() == ["of/us/acme/clips/clip.mp4", "of/us/acme/clips/cover.jpg"]


def test_the_policy_of_the_page_names_what_doctor_asks_for_and_nothing_else(s3: S3) -> None:
    policy = policy_of_the_page(s3.place.bucket, "of/us")
    assert sorted(actions(policy)) == sorted(RIGHTS)
    assert {statement["Effect"] for statement in policy["Statement"]} == {"Allow"}
    assert "*" not in {resource for one in policy["Statement"] for resource in one["Resource"]}


@pytest.mark.parametrize("right", RIGHTS)
def test_a_right_that_lacks_is_named(
    right: str, s3: S3, keys_with: Callable[[dict[str, Any]], S3Keys]
) -> None:
    policy = policy_of_the_page(s3.place.bucket, "of/us")
    bucket = bucket_for(s3, keys_with(without(policy, right)))
    with enforced(s3):
        assert missing_rights(bucket) == (right,)
        # Nor is it another answer the second time, when something may have been left.
        assert missing_rights(bucket) == (right,)
    assert len(s3.keys()) == (right == "s3:DeleteObject")
    assert len(bucket_for(s3, KEYS).uploads()) == (right == "s3:AbortMultipartUpload")


@pytest.mark.parametrize(
    ("code", "status", "kind"),
    [
        pytest.param("NoSuchBucket", 404, NeedsPerson, id="no bucket"),
        pytest.param("InvalidAccessKeyId", 403, AuthorizationExpired, id="unknown keys"),
        pytest.param("InternalError", 500, ServiceUnavailable, id="out of order"),
    ],
)
def test_what_is_no_missing_right_is_not_taken_for_one(
    code: str, status: int, kind: type[Exception], s3: S3
) -> None:
    s3.front.fail("ListObjectsV2", status=status, code=code)
    with pytest.raises(kind):
        missing_rights(s3.bucket)
