"""What is sent to the bucket: once, checked, and what is missing only."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clipping.errors import ServiceUnavailable
from clipping.storage.s3_bucket import Part
from clipping.storage.s3_upload import Piece, is_sent, pieces_of
from tests.storage.conftest import CONTENT, key_of
from tests.support.s3 import PART_BYTES, S3

SHA256 = hashlib.sha256(CONTENT).hexdigest()
KEY = key_of(SHA256)
NAME = f"of/us/{KEY}"
CLIP = "acme/clips/clip_1.mp4"


def open_uploads(s3: S3) -> dict[str, str]:
    """Ids of uploads that are no file yet, by full name."""
    found = s3.client.list_multipart_uploads(Bucket=s3.place.bucket)
    return {upload["Key"]: upload["UploadId"] for upload in found.get("Uploads", [])}


def sent_parts(s3: S3, name: str = NAME) -> set[int]:
    found = s3.client.list_parts(Bucket=s3.place.bucket, Key=name, UploadId=open_uploads(s3)[name])
    return {part["PartNumber"] for part in found.get("Parts", [])}


def bytes_of(numbers: Iterable[int]) -> int:
    pieces = {piece.number: piece for piece in pieces_of(len(CONTENT), PART_BYTES)}
    return sum(pieces[number].size_bytes for number in numbers)


def test_the_same_content_is_sent_once(s3: S3, original: Path) -> None:
    store = s3.store()
    store.import_file(original, key_of)
    assert s3.front.sent("UploadPart") == len(CONTENT)
    s3.front.forget()
    store.import_file(original, key_of)
    s3.store("elsewhere").import_file(original, key_of)
    assert {request.operation for request in s3.front.requests} == {"HeadObject"}


def test_what_was_imported_here_is_not_fetched_again(s3: S3, original: Path) -> None:
    store = s3.store()
    stored = store.import_file(original, key_of)
    store.put(original, CLIP)
    assert store.local_path(stored.key).read_bytes() == CONTENT
    assert store.local_path(CLIP).read_bytes() == CONTENT
    assert s3.front.count("GetObject") == 0


@pytest.mark.parametrize("size", [1_000, len(CONTENT)], ids=["in one request", "in parts"])
def test_the_store_is_told_the_hash_of_the_file(s3: S3, tmp_path: Path, size: int) -> None:
    file = tmp_path / "a"
    file.write_bytes(CONTENT[:size])
    s3.store().put(file, CLIP)
    told = s3.client.head_object(
        Bucket=s3.place.bucket, Key=f"of/us/{CLIP}", ChecksumMode="ENABLED"
    )
    assert told["Metadata"]["sha256"] == hashlib.sha256(CONTENT[:size]).hexdigest()
    digests = [
        hashlib.sha256(CONTENT[piece.start :][: piece.size_bytes]).digest()
        for piece in pieces_of(size, PART_BYTES)
    ]
    whole = digests[0] if len(digests) == 1 else hashlib.sha256(b"".join(digests)).digest()
    assert told["ChecksumSHA256"] == base64.b64encode(whole).decode()


@pytest.mark.parametrize(
    ("operation", "size"), [("PutObject", 1_000), ("UploadPart", len(CONTENT))]
)
def test_a_body_damaged_on_its_way_is_not_stored(
    s3: S3, tmp_path: Path, operation: str, size: int
) -> None:
    file = tmp_path / "a"
    file.write_bytes(CONTENT[:size])
    s3.front.fail(operation, flip_request_byte=500)
    with pytest.raises(ServiceUnavailable, match="damaged on its way"):
        s3.store().import_file(file, key_of)
    assert s3.keys() == []
    stored = s3.store().import_file(file, key_of)
    assert s3.store("elsewhere").local_path(stored.key).read_bytes() == CONTENT[:size]


def test_a_copy_damaged_since_it_was_hashed_is_not_stored(s3: S3, tmp_path: Path) -> None:
    file = tmp_path / "a"
    file.write_bytes(b"content")

    def damage() -> None:
        (copy,) = s3.folder.glob("cache/acme/sources/*")
        copy.write_bytes(b"c0ntent")

    s3.front.fail("HeadObject", status=404, meanwhile=damage)
    with pytest.raises(ServiceUnavailable, match="damaged on its way"):
        s3.store().import_file(file, key_of)
    assert s3.keys() == []


def test_damage_that_the_store_does_not_refuse_is_seen_by_its_checksum(
    s3: S3, original: Path
) -> None:
    s3.front.checks = False
    s3.front.fail("UploadPart", flip_request_byte=500)
    with pytest.raises(ServiceUnavailable, match="damaged on its way"):
        s3.store().import_file(original, key_of)
    assert s3.keys() == []


def test_an_upload_that_failed_is_continued(s3: S3, original: Path) -> None:
    s3.front.fail("UploadPart", skip=1, status=503, code="ServiceUnavailable")
    with pytest.raises(ServiceUnavailable):
        s3.store().import_file(original, key_of)
    assert s3.keys() == []
    before = sent_parts(s3)
    assert 1 <= len(before) < 3
    s3.front.forget()
    told: list[float] = []
    s3.store("elsewhere").import_file(original, key_of, told.append)
    assert s3.front.sent("UploadPart") == len(CONTENT) - bytes_of(before)
    assert s3.front.count("CreateMultipartUpload") == 0
    assert told == sorted(told)
    assert s3.store("third").local_path(KEY).read_bytes() == CONTENT


def test_parts_that_are_not_of_this_file_are_sent_again(s3: S3, original: Path) -> None:
    at: dict[str, Any] = {"Bucket": s3.place.bucket, "Key": NAME}
    upload = s3.client.create_multipart_upload(**at, Metadata={"sha256": SHA256})["UploadId"]
    second = CONTENT[PART_BYTES:][:PART_BYTES]
    for number, content in ((1, bytes(PART_BYTES)), (2, second), (3, b"")):
        s3.client.upload_part(**at, UploadId=upload, PartNumber=number, Body=content)
    s3.front.forget()
    s3.store().import_file(original, key_of)
    again = {int(request.query["partNumber"]) for request in s3.front.of("UploadPart")}
    assert again == {1, 3}
    assert s3.store("elsewhere").local_path(KEY).read_bytes() == CONTENT


def test_an_upload_of_a_key_that_only_begins_alike_is_left_alone(s3: S3, original: Path) -> None:
    at: dict[str, Any] = {"Bucket": s3.place.bucket, "Key": f"{NAME}.bak"}
    upload = s3.client.create_multipart_upload(**at)["UploadId"]
    s3.client.upload_part(**at, UploadId=upload, PartNumber=1, Body=CONTENT[:PART_BYTES])
    s3.store().import_file(original, key_of)
    assert s3.keys() == [NAME]
    assert open_uploads(s3) == {f"{NAME}.bak": upload}


def test_parts_under_a_key_that_says_no_hash_are_thrown_away(s3: S3, original: Path) -> None:
    s3.front.fail("UploadPart", skip=1, status=503, code="ServiceUnavailable")
    with pytest.raises(ServiceUnavailable):
        s3.store().put(original, CLIP)
    assert open_uploads(s3) == {}
    assert s3.keys() == []


def test_an_upload_that_another_run_completed_meanwhile_is_done(s3: S3, original: Path) -> None:
    def another() -> None:
        s3.store("elsewhere").import_file(original, key_of)

    s3.front.fail("CompleteMultipartUpload", status=404, code="NoSuchUpload", meanwhile=another)
    s3.store().import_file(original, key_of)
    assert s3.front.sent("UploadPart") == len(CONTENT), "the other run had nothing left to send"
    assert s3.front.count("CreateMultipartUpload") == 1
    assert s3.keys() == [NAME]


def test_an_upload_that_was_ended_by_somebody_is_begun_again(s3: S3, original: Path) -> None:
    def ended() -> None:
        s3.bucket.abort(KEY, open_uploads(s3)[NAME])

    s3.front.fail("CompleteMultipartUpload", status=404, code="NoSuchUpload", meanwhile=ended)
    s3.store().import_file(original, key_of)
    assert s3.front.count("CreateMultipartUpload") == 2
    assert s3.store("elsewhere").local_path(KEY).read_bytes() == CONTENT


def test_uploads_that_are_always_ended_come_to_an_end(s3: S3, original: Path) -> None:
    s3.front.fail("CompleteMultipartUpload", times=9, status=404, code="NoSuchUpload")
    with pytest.raises(ServiceUnavailable, match="Somebody ends our uploads"):
        s3.store().import_file(original, key_of)
    assert s3.front.count("CompleteMultipartUpload") == 3


def test_a_file_of_another_hash_under_the_key_is_replaced(
    s3: S3, original: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    other.write_bytes(CONTENT[::-1])
    s3.store().put(other, CLIP)
    s3.store().import_file(original, lambda _: CLIP)
    assert s3.store("elsewhere").local_path(CLIP).read_bytes() == CONTENT


def test_only_abandoned_uploads_below_the_prefix_are_swept(
    s3: S3, monkeypatch: pytest.MonkeyPatch
) -> None:
    """moto says of every upload that it was begun in 2010."""
    names = {"of/us/acme/clips/old.mp4", "of/us/acme/clips/sent-to.mp4", "of/usual/a", "other"}
    for name in names:
        s3.client.create_multipart_upload(Bucket=s3.place.bucket, Key=name)
    sent_to = "of/us/acme/clips/sent-to.mp4"
    s3.client.upload_part(
        Bucket=s3.place.bucket,
        Key=sent_to,
        UploadId=open_uploads(s3)[sent_to],
        PartNumber=1,
        Body=b"x",
    )
    assert s3.store().sweep() == 1
    assert set(open_uploads(s3)) == names - {"of/us/acme/clips/old.mp4"}
    monkeypatch.setattr("clipping.storage.s3._ABANDONED_AFTER", timedelta(seconds=-60))
    assert s3.store().sweep() == 1
    assert set(open_uploads(s3)) == {"of/usual/a", "other"}


def test_a_store_sweeps_when_it_first_stores_something(s3: S3, original: Path) -> None:
    s3.client.create_multipart_upload(Bucket=s3.place.bucket, Key="of/us/acme/clips/old.mp4")
    store = s3.store()
    store.put(original, CLIP)
    assert open_uploads(s3) == {}
    s3.front.forget()
    store.put(original, CLIP)
    assert s3.front.count("ListMultipartUploads") == 0


def test_a_store_that_may_not_sweep_stores_all_the_same(
    s3: S3, original: Path, caplog: pytest.LogCaptureFixture
) -> None:
    s3.front.fail("ListMultipartUploads", status=403, code="AccessDenied")
    s3.store().put(original, CLIP)
    assert s3.keys() == [f"of/us/{CLIP}"]
    assert "Abandoned uploads were not swept" in caplog.text


@given(st.integers(1, 10**8), st.integers(1, 10**6))
@settings(deadline=None)
def test_pieces_are_one_after_another_and_not_too_many(size: int, part_bytes: int) -> None:
    pieces = pieces_of(size, part_bytes)
    assert len(pieces) <= 10_000
    assert [piece.number for piece in pieces] == list(range(1, len(pieces) + 1))
    assert sum(piece.size_bytes for piece in pieces) == size
    assert all(piece.size_bytes == pieces[0].size_bytes for piece in pieces[:-1])
    assert pieces[0].size_bytes >= min(part_bytes, size)
    assert pieces[-1].start + pieces[-1].size_bytes == size


@pytest.mark.parametrize(
    ("size", "etag", "sha256", "same"),
    [
        pytest.param(7, '"no md5"', b"right", True, id="the checksum"),
        pytest.param(7, '"61"', b"wrong", False, id="another checksum, whatever the ETag"),
        pytest.param(7, '"61"', None, True, id="no checksum, and the ETag is the MD5"),
        pytest.param(7, '"62"', None, False, id="no checksum, and another ETag"),
        pytest.param(8, '"61"', b"right", False, id="another length"),
    ],
)
def test_a_part_is_known_again_by_what_the_store_tells_of_it(
    size: int, etag: str, sha256: bytes | None, same: bool
) -> None:
    piece = Piece(1, 0, 7)
    assert is_sent(piece, Part(1, size, etag, sha256), b"right", lambda: b"a") is same
