"""What is fetched from the bucket: once, whole, and unchanged."""

from __future__ import annotations

from pathlib import Path

import pytest

from clipping.errors import DiskFull, NeedsPerson, ServiceUnavailable
from clipping.storage.s3_download import download
from tests.storage.conftest import CONTENT, key_of
from tests.support.s3 import S3

CLIP = "acme/clips/clip_1.mp4"
CUT = 300_000


@pytest.fixture
def stored(s3: S3, original: Path) -> str:
    """Key of a source that another machine has stored."""
    key = s3.store("elsewhere").import_file(original, key_of).key
    s3.front.forget()
    return key


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("clipping.storage.s3_download._FIRST_PAUSE_S", 0)


def ranges(s3: S3) -> list[str | None]:
    return [request.headers.get("Range") for request in s3.front.of("GetObject")]


def test_a_file_is_fetched_once(s3: S3, stored: str) -> None:
    first = s3.store().local_path(stored)
    assert first == s3.store().local_path(stored)
    assert first.read_bytes() == CONTENT
    assert s3.front.fetched() == len(CONTENT)


def test_a_download_that_breaks_off_goes_on_where_it_was(s3: S3, stored: str) -> None:
    s3.front.fail("GetObject", cut_reply_after=CUT)
    assert s3.store().local_path(stored).read_bytes() == CONTENT
    assert ranges(s3) == ["bytes=0-", f"bytes={CUT}-"]
    assert s3.front.fetched() == len(CONTENT)
    assert len({request.headers["If-Match"] for request in s3.front.of("GetObject")}) == 1


def test_a_download_that_brings_nothing_fails_and_the_next_run_goes_on(s3: S3, stored: str) -> None:
    s3.front.fail("GetObject", cut_reply_after=CUT)
    s3.front.fail("GetObject", cut_reply_after=0, times=99)
    with pytest.raises(ServiceUnavailable, match="broke off"):
        s3.store().local_path(stored)
    assert s3.front.count("GetObject") == 1 + 5
    s3.front.forget()
    assert s3.store().local_path(stored).read_bytes() == CONTENT
    assert ranges(s3) == [f"bytes={CUT}-"]


def test_a_download_that_always_brings_something_is_not_given_up(s3: S3, stored: str) -> None:
    s3.front.fail("GetObject", cut_reply_after=80_000, times=8)
    assert s3.store().local_path(stored).read_bytes() == CONTENT
    assert s3.front.count("GetObject") == 9


def test_a_byte_that_changed_on_the_way_is_noticed(s3: S3, stored: str) -> None:
    s3.front.fail("GetObject", flip_reply_byte=12_345)
    assert s3.store().local_path(stored).read_bytes() == CONTENT
    assert s3.front.fetched() == 2 * len(CONTENT)


def test_a_file_that_is_damaged_in_the_store_is_named_and_not_kept(s3: S3, stored: str) -> None:
    s3.front.fail("GetObject", flip_reply_byte=12_345, times=2)
    with pytest.raises(NeedsPerson, match=r"\.mp4 is damaged in the media store s3://"):
        s3.store().local_path(stored)
    assert not list(s3.folder.glob("cache/acme/sources/[!.]*"))
    assert s3.store().local_path(stored).read_bytes() == CONTENT


@pytest.mark.parametrize(
    ("key", "metadata"),
    [
        pytest.param(key_of("ab" * 32), {}, id="key"),
        pytest.param(CLIP, {"sha256": "ab" * 32}, id="metadata"),
    ],
)
def test_content_is_compared_with_what_the_key_or_the_store_says(
    s3: S3, key: str, metadata: dict[str, str]
) -> None:
    s3.client.put_object(
        Bucket=s3.place.bucket, Key=f"of/us/{key}", Body=b"other", Metadata=metadata
    )
    with pytest.raises(NeedsPerson, match="is damaged"):
        s3.store().local_path(key)


def test_a_file_that_somebody_else_put_there_is_read(s3: S3) -> None:
    s3.client.put_object(Bucket=s3.place.bucket, Key=f"of/us/{CLIP}", Body=CONTENT)
    assert s3.store().local_path(CLIP).read_bytes() == CONTENT
    s3.client.put_object(Bucket=s3.place.bucket, Key=f"of/us/{CLIP}", Body=CONTENT[::-1])
    assert s3.store().local_path(CLIP).read_bytes() == CONTENT[::-1]


def test_of_a_file_that_nobody_knows_the_hash_of_the_length_is_known(
    s3: S3, tmp_path: Path
) -> None:
    s3.client.put_object(Bucket=s3.place.bucket, Key=f"of/us/{CLIP}", Body=CONTENT)
    s3.front.fail("GetObject", status=200, body=CONTENT + b"more")
    part = tmp_path / "part"
    part.touch()
    download(s3.bucket, CLIP, s3.bucket.require(CLIP), None, part)
    assert part.read_bytes() == CONTENT
    assert s3.front.count("GetObject") == 2


def test_a_store_that_sends_all_in_place_of_the_rest_is_read_anew(s3: S3, stored: str) -> None:
    s3.front.fail("GetObject", cut_reply_after=CUT)
    s3.front.fail("GetObject", status=200, body=CONTENT)
    assert s3.store().local_path(stored).read_bytes() == CONTENT
    assert ranges(s3) == ["bytes=0-", f"bytes={CUT}-", "bytes=0-"]


def test_a_file_that_is_replaced_while_it_is_read_is_the_new_one(
    s3: S3, original: Path, tmp_path: Path
) -> None:
    s3.store("elsewhere").put(original, CLIP)
    other = tmp_path / "other"
    other.write_bytes(CONTENT[::-1])
    s3.front.fail("GetObject", cut_reply_after=CUT)
    s3.front.fail("GetObject", meanwhile=lambda: s3.store("elsewhere").put(other, CLIP))
    assert s3.store().local_path(CLIP).read_bytes() == CONTENT[::-1]
    assert [request.status for request in s3.front.of("GetObject")] == [206, 412, 206]


def test_a_file_that_is_replaced_again_and_again_is_told(s3: S3, stored: str) -> None:
    s3.front.fail("GetObject", times=9, status=412, code="PreconditionFailed")
    with pytest.raises(ServiceUnavailable, match="changes under us"):
        s3.store().local_path(stored)
    assert s3.front.count("GetObject") == 3


def test_a_copy_that_lost_its_end_is_fetched_again(s3: S3, stored: str) -> None:
    path = s3.store().local_path(stored)
    path.write_bytes(b"half")
    assert s3.store().local_path(stored).read_bytes() == CONTENT


def test_what_is_deleted_leaves_no_copy_here(s3: S3, stored: str) -> None:
    store = s3.store()
    path = store.local_path(stored)
    store.delete(stored)
    assert not path.exists()


def test_a_file_that_does_not_fit_the_disk_is_told(
    s3: S3, stored: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("folder", "cache"):
        monkeypatch.setattr(f"clipping.storage.{module}.free_bytes", lambda _: 1_000)
    with pytest.raises(DiskFull, match=r"media cache .* needs 0\.7 MB and only 0\.0 MB are free"):
        s3.store().local_path(stored)
    assert s3.front.count("GetObject") == 0


def test_a_bucket_that_is_missing_is_told_from_a_file_that_is(s3: S3, stored: str) -> None:
    s3.client.delete_object(Bucket=s3.place.bucket, Key=f"of/us/{stored}")
    s3.client.delete_bucket(Bucket=s3.place.bucket)
    with pytest.raises(NeedsPerson, match="There is no bucket"):
        s3.store().local_path(stored)
