"""What is damaged or taken away under a store is noticed, and what is not ours is left alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clipping.errors import ServiceUnavailable
from clipping.storage import LocalStore, clip_key
from clipping.storage.keys import captions_key, is_own_key, source_key
from tests.storage.conftest import CONTENT, files_below, key_of
from tests.support.s3 import S3


@pytest.mark.parametrize("size", [1_000, len(CONTENT)], ids=["in one request", "in parts"])
def test_a_copy_that_was_damaged_on_this_machine_is_not_stored_as_the_file(
    s3: S3, tmp_path: Path, size: int
) -> None:
    original = tmp_path / "talk.mp4"
    original.write_bytes(CONTENT[:size])
    store = s3.store()
    stored = store.import_file(original, key_of)
    [copy] = files_below(s3.folder / "cache")
    copy.write_bytes(CONTENT[:size][::-1])
    s3.client.delete_object(Bucket=s3.place.bucket, Key=f"of/us/{stored.key}")
    with pytest.raises(ServiceUnavailable, match=r"copy of acme.*is damaged; run again"):
        store.import_file(original, key_of)
    assert not store.exists(stored.key)
    assert store.import_file(original, key_of) == stored
    assert s3.store("elsewhere").local_path(stored.key).read_bytes() == CONTENT[:size]


def test_uploads_of_other_programs_in_the_bucket_are_not_swept(s3: S3) -> None:
    """moto says of every upload that it was begun in 2010."""
    theirs = {"of/us/backup.tar", "of/us/.hidden/a", "of/us/a//b", "of/us/a/b/c/d"}
    ours = {"of/us/acme/clips/old.mp4", "of/us/doctor/probe"}
    for name in sorted(theirs | ours):
        s3.client.create_multipart_upload(Bucket=s3.place.bucket, Key=name)
    assert s3.store().sweep() == len(ours)
    found = s3.client.list_multipart_uploads(Bucket=s3.place.bucket)
    assert {upload["Key"] for upload in found["Uploads"]} == theirs


@given(st.text(max_size=70), st.from_regex(r"[a-zA-Z0-9]{1,10}|", fullmatch=True))
def test_every_key_of_ours_is_known_again(client: str, suffix: str) -> None:
    assert is_own_key(source_key(client, "a" * 64, suffix))
    assert is_own_key(captions_key(client, "0" * 64, suffix))
    assert is_own_key(clip_key(client, "clip_1", suffix))


def test_a_file_that_vanishes_while_the_store_is_looked_through_is_passed_over(
    tmp_path: Path,
) -> None:
    original = tmp_path / "talk.mp4"
    original.write_bytes(CONTENT)
    store = LocalStore(tmp_path / "store")
    clips = tmp_path / "store/acme/clips"
    clips.mkdir(parents=True)
    # Found in its folder and not there when it is looked at.
    (clips / "gone.mp4").symlink_to(tmp_path / "nothing")
    assert store.import_file(original, key_of).size_bytes == len(CONTENT)
