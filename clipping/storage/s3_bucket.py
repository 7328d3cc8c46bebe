"""The requests that we make of one bucket; what goes wrong is said in the engine's errors."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, cast

from botocore.exceptions import BotoCoreError
from s3transfer.utils import ReadFileChunk
from urllib3.exceptions import HTTPError

from clipping.errors import ClippingError, NeedsPerson, ServiceUnavailable
from clipping.storage.keys import key_parts
from clipping.storage.s3_errors import BROKEN_OFF, code_of, store_errors
from clipping.storage.s3_place import S3Place

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import BlobTypeDef, CompletedPartTypeDef

READ_BYTES = 64 * 1024
"""What is read at once, and lost when a connection breaks off."""

_SHA256 = "sha256"
"""Name of the metadata that holds the SHA-256 of the whole file, as hex digits."""


@dataclass(frozen=True)
class Remote:
    """A whole file in the bucket."""

    size_bytes: int
    etag: str
    sha256: str | None
    """Of the whole file; None when something else than this program put it there."""

    checksum: str | None = None
    """What the store has computed: SHA-256 of the file, or of the digests of its parts."""


@dataclass(frozen=True)
class Entry:
    """A file as the bucket lists it."""

    key: str
    size_bytes: int
    stored_at: datetime


@dataclass(frozen=True)
class Part:
    """A piece of a file that the store has: numbered from 1."""

    number: int
    size_bytes: int
    etag: str
    sha256: bytes | None
    """None when the store does not say."""

    sent_at: datetime | None = None


@dataclass(frozen=True)
class OpenUpload:
    """Parts that have not become a file."""

    key: str
    upload_id: str
    begun_at: datetime


class Bucket:
    """A bucket, or what lies below a prefix in it; keys are those of the media store."""

    def __init__(self, client: S3Client, place: S3Place) -> None:
        self.name = place.name
        self._client = client
        self._bucket = place.bucket
        self._prefix = f"{place.prefix}/" if place.prefix else ""

    def make(self) -> None:
        """Make the bucket where it is missing; only for a store of our own."""
        try:
            self.look()
        except NeedsPerson as error:
            if code_of(error) != "NoSuchBucket":
                raise
            with store_errors(self.name):
                self._client.create_bucket(Bucket=self._bucket)

    def look(self, name: str | None = None) -> None:
        """List one file at most: the answer says in words why we may not, or that all is well.

        :param name: Only of files whose full name begins so.
        """
        with store_errors(self.name):
            self._client.list_objects_v2(
                Bucket=self._bucket, Prefix=self._prefix if name is None else name, MaxKeys=1
            )

    def head(self, key: str, *, checksum: bool = False) -> Remote | None:
        """What the key holds; None for nothing.

        :param checksum: Also ask for the store's own checksum.
        """
        name = self._name(key)
        try:
            with store_errors(self.name):
                if checksum:
                    found = self._client.head_object(
                        Bucket=self._bucket, Key=name, ChecksumMode="ENABLED"
                    )
                else:
                    found = self._client.head_object(Bucket=self._bucket, Key=name)
                return Remote(
                    size_bytes=found["ContentLength"],
                    etag=found["ETag"],
                    sha256=found["Metadata"].get(_SHA256),
                    checksum=found.get("ChecksumSHA256"),
                )
        except ClippingError as error:
            if code_of(error) == "404":
                return None
            self._explain(error, name)
            raise

    def require(self, key: str) -> Remote:
        """What the key holds.

        :raises NeedsPerson: Nothing, or there is no such bucket.
        """
        found = self.head(key)
        if found is None:
            # An answer to HEAD has no body: "404" may also be that of a missing bucket.
            self.look(self._name(key))
            raise NeedsPerson(
                f"{key_parts(key)[-1]} is missing from the media store {self.name}; clip the "
                "original again."
            )
        return found

    def read(self, key: str, etag: str, start: int) -> Iterator[bytes]:
        """The bytes from ``start`` of the file that had this ``etag``.

        :raises ServiceUnavailable: With the code ``BROKEN_OFF`` when the connection ended on the
            way, ``CHANGED`` when the key holds another file by now.
        """
        name, span = self._name(key), f"bytes={start}-"
        with store_errors(self.name):
            reply = self._client.get_object(Bucket=self._bucket, Key=name, IfMatch=etag, Range=span)
        with closing(reply["Body"]) as body:
            try:
                while chunk := body.read(READ_BYTES):
                    yield chunk
            except (BotoCoreError, HTTPError) as error:
                raise ServiceUnavailable(
                    f"The connection to the object store {self.name} broke off; run again.",
                    code=BROKEN_OFF,
                ) from error

    def files(self) -> Iterator[Entry]:
        """All files below the prefix."""
        pages = self._client.get_paginator("list_objects_v2").paginate(
            Bucket=self._bucket, Prefix=self._prefix
        )
        with store_errors(self.name):
            for page in pages:
                for found in page.get("Contents", []):
                    key = found["Key"].removeprefix(self._prefix)
                    yield Entry(key, found["Size"], found["LastModified"])

    def put(self, key: str, path: Path, sha256: str) -> None:
        """Store a small file in one request."""
        with store_errors(self.name), path.open("rb") as body:
            self._client.put_object(
                Bucket=self._bucket,
                Key=self._name(key),
                Body=body,
                ChecksumAlgorithm="SHA256",
                ChecksumSHA256=_base64(bytes.fromhex(sha256)),
                Metadata={_SHA256: sha256},
            )

    def begin(self, key: str, sha256: str) -> str:
        """Id of a new upload in parts."""
        with store_errors(self.name):
            begun = self._client.create_multipart_upload(
                Bucket=self._bucket,
                Key=self._name(key),
                ChecksumAlgorithm="SHA256",
                Metadata={_SHA256: sha256},
            )
            return begun["UploadId"]

    def send_part(
        self,
        key: str,
        upload_id: str,
        number: int,
        path: Path,
        start: int,
        size: int,
        sha256: bytes,
    ) -> Part:
        """Send a piece of a file, read on the way; the store refuses one of another SHA-256."""
        with (
            store_errors(self.name),
            ReadFileChunk.from_filename(str(path), start, size) as piece,
        ):
            sent = self._client.upload_part(
                Bucket=self._bucket,
                Key=self._name(key),
                UploadId=upload_id,
                PartNumber=number,
                Body=cast("BlobTypeDef", piece),
                ChecksumAlgorithm="SHA256",
                ChecksumSHA256=_base64(sha256),
            )
            return Part(number, size, sent["ETag"], sha256)

    def parts(self, key: str, upload_id: str) -> list[Part]:
        """What an upload has so far."""
        pages = self._client.get_paginator("list_parts").paginate(
            Bucket=self._bucket, Key=self._name(key), UploadId=upload_id
        )
        with store_errors(self.name):
            return [
                Part(
                    number=part["PartNumber"],
                    size_bytes=part["Size"],
                    etag=part["ETag"],
                    sha256=_digest(part.get("ChecksumSHA256")),
                    sent_at=part["LastModified"],
                )
                for page in pages
                for part in page.get("Parts", [])
            ]

    def finish(self, key: str, upload_id: str, parts: list[Part]) -> None:
        """Make one file of the parts; from then on the key holds it."""
        chosen: list[CompletedPartTypeDef] = [
            {"PartNumber": part.number, "ETag": part.etag, "ChecksumSHA256": _base64(part.sha256)}
            if part.sha256
            else {"PartNumber": part.number, "ETag": part.etag}
            for part in sorted(parts, key=lambda part: part.number)
        ]
        with store_errors(self.name):
            self._client.complete_multipart_upload(
                Bucket=self._bucket,
                Key=self._name(key),
                UploadId=upload_id,
                MultipartUpload={"Parts": chosen},
            )

    def abort(self, key: str, upload_id: str) -> None:
        """Throw the parts away."""
        with store_errors(self.name):
            self._client.abort_multipart_upload(
                Bucket=self._bucket, Key=self._name(key), UploadId=upload_id
            )

    def uploads(self, key: str | None = None) -> list[OpenUpload]:
        """Open uploads of exactly this key, or of all keys."""
        prefix = self._prefix if key is None else self._name(key)
        pages = self._client.get_paginator("list_multipart_uploads").paginate(
            Bucket=self._bucket, Prefix=prefix
        )
        with store_errors(self.name):
            found = [
                OpenUpload(
                    key=upload["Key"].removeprefix(self._prefix),
                    upload_id=upload["UploadId"],
                    begun_at=upload["Initiated"],
                )
                for page in pages
                for upload in page.get("Uploads", [])
            ]
        return [upload for upload in found if key in (None, upload.key)]

    def delete(self, key: str) -> None:
        """Remove the file; a key that holds none is no error."""
        with store_errors(self.name):
            self._client.delete_object(Bucket=self._bucket, Key=self._name(key))

    def _name(self, key: str) -> str:
        return self._prefix + "/".join(key_parts(key))

    def _explain(self, error: ClippingError, name: str) -> None:
        """Raise the reason of a refusal, which an answer to HEAD cannot say."""
        if code_of(error) in {"301", "400", "401", "403"}:
            self.look(name)


def _base64(digest: bytes) -> str:
    return base64.b64encode(digest).decode("ascii")


def _digest(text: str | None) -> bytes | None:
    return base64.b64decode(text) if text else None
