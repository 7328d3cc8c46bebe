"""Which of the rights that a store needs the bucket gives us, found out by asking for each."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from clipping.errors import ClippingError
from clipping.storage.s3_bucket import Bucket
from clipping.storage.s3_errors import code_of

LIST = "s3:ListBucket"
LIST_UPLOADS = "s3:ListBucketMultipartUploads"
GET = "s3:GetObject"
PUT = "s3:PutObject"
LIST_PARTS = "s3:ListMultipartUploadParts"
ABORT = "s3:AbortMultipartUpload"
DELETE = "s3:DeleteObject"
RIGHTS = (LIST, LIST_UPLOADS, GET, PUT, LIST_PARTS, ABORT, DELETE)
"""By their names in AWS's policies; ``docs/storage.md`` has the policy."""

PROBE_KEY = "doctor/probe"
_PROBE = b"Written, read and deleted by clipper doctor.\n"
_REFUSALS = {"AccessDenied", "AllAccessDisabled", "MethodNotAllowed", "403"}

T = TypeVar("T")


def missing_rights(bucket: Bucket) -> tuple[str, ...]:
    """The rights that we lack, in the order of ``RIGHTS``.

    A small file is written under ``PROBE_KEY``, read and deleted; what could not be tried because
    another right is missing is not named. Whatever else is wrong is raised.

    :raises NeedsPerson: There is no such bucket, or our keys are not accepted.
    :raises ServiceUnavailable: The store is not to be reached.
    """
    asked = _Asked()
    asked.may(LIST, bucket.look)
    _try_upload(bucket, asked)
    if asked.may(PUT, lambda: _write(bucket)):
        asked.may(GET, lambda: _read(bucket))
    asked.may(DELETE, lambda: bucket.delete(PROBE_KEY))
    return tuple(right for right in RIGHTS if right in asked.refused)


class _Asked:
    """What was refused so far."""

    def __init__(self) -> None:
        self.refused: set[str] = set()

    def may(self, right: str, act: Callable[[], object]) -> bool:
        return self.given(right, lambda: (act(),)) is not None

    def given(self, right: str, act: Callable[[], T]) -> T | None:
        """What ``act`` gives; None when it was refused."""
        try:
            return act()
        except ClippingError as error:
            if code_of(error) not in _REFUSALS:
                raise
            self.refused.add(right)
            return None


def _try_upload(bucket: Bucket, asked: _Asked) -> None:
    """Begin an upload in parts and end it; one that an earlier try could not end is taken up."""
    left = asked.given(LIST_UPLOADS, lambda: bucket.uploads(PROBE_KEY))
    sha256 = hashlib.sha256(_PROBE).hexdigest()
    upload_id = left[0].upload_id if left else None
    upload_id = upload_id or asked.given(PUT, lambda: bucket.begin(PROBE_KEY, sha256))
    if upload_id is not None:
        asked.may(LIST_PARTS, lambda: bucket.parts(PROBE_KEY, upload_id))
        asked.may(ABORT, lambda: bucket.abort(PROBE_KEY, upload_id))


def _write(bucket: Bucket) -> None:
    with tempfile.NamedTemporaryFile() as file:
        file.write(_PROBE)
        file.flush()
        bucket.put(PROBE_KEY, Path(file.name), hashlib.sha256(_PROBE).hexdigest())


def _read(bucket: Bucket) -> None:
    found = bucket.head(PROBE_KEY)
    # Another doctor may have deleted it by now, and then could read it, too.
    if found is not None:
        list(bucket.read(PROBE_KEY, found.etag, 0))
