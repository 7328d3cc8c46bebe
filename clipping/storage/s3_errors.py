"""What an object store says, or the way to it, as the engine's errors.

Messages of botocore may name addresses, accounts and policies, so none is passed on. The store's
code is kept as ``error.code``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from botocore import exceptions as boto
from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError
from urllib3.exceptions import HTTPError

from clipping.errors import (
    AuthorizationExpired,
    Broken,
    ClippingError,
    DiskFull,
    NeedsPerson,
    RateLimited,
    ServiceUnavailable,
)

BROKEN_OFF = "BrokenOff"
CHANGED = "PreconditionFailed"
NO_KEY = "NoSuchKey"
NO_UPLOAD = "NoSuchUpload"

_Meaning = tuple[type[ClippingError], str]

_NO_BUCKET = NeedsPerson, "There is no bucket for the media store {}: correct CLIPPER_STORE."
_NOT_ALLOWED = (
    NeedsPerson,
    "The object store does not let us use {}: our keys need leave to list, get, put and delete.",
)
_UNKNOWN_KEYS = (
    AuthorizationExpired,
    "The object store does not accept our keys for {}: renew them in the block or the environment.",
)
_NO_KEYS = (
    NeedsPerson,
    "There are no keys for the object store {}: name a block in CLIPPER_STORE_BLOCK, or set "
    "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.",
)
_WRONG_CLOCK = NeedsPerson, "The clock of this machine differs from that of the object store {}."
_WRONG_REGION = NeedsPerson, "The bucket of {} is in another region: correct CLIPPER_STORE_REGION."
_ARCHIVED = NeedsPerson, "The object store {} has archived the file: restore it there first."
_FULL = DiskFull, "The object store {} has no room left for us; make room there and run again."
_NOT_S3 = (
    NeedsPerson,
    "What answers for {} is no S3-compatible store: correct CLIPPER_STORE_ENDPOINT.",
)
_BAD_SETTINGS = (
    NeedsPerson,
    "The settings of the object store {} cannot be used: correct CLIPPER_STORE and those after it, "
    "or AWS's own.",
)
_DAMAGED = ServiceUnavailable, "A file was damaged on its way to the object store {}; run again."
_BUSY = RateLimited, "The object store {} asks us to send fewer requests."
_DOWN = ServiceUnavailable, "The object store {} does not work just now."
_UNREACHED = ServiceUnavailable, "The object store {} cannot be reached just now."
_CHANGED = ServiceUnavailable, "A file in the object store {} changed under us; run again."
_LOST = NeedsPerson, "A file is missing from the object store {}."

_CODES: dict[str, _Meaning] = {
    "NoSuchBucket": _NO_BUCKET,
    "InvalidBucketName": _NO_BUCKET,
    "AccessDenied": _NOT_ALLOWED,
    "AllAccessDisabled": _NOT_ALLOWED,
    "AccountProblem": _NOT_ALLOWED,
    "MethodNotAllowed": _NOT_ALLOWED,
    "InvalidAccessKeyId": _UNKNOWN_KEYS,
    "SignatureDoesNotMatch": _UNKNOWN_KEYS,
    "ExpiredToken": _UNKNOWN_KEYS,
    "InvalidToken": _UNKNOWN_KEYS,
    "TokenRefreshRequired": _UNKNOWN_KEYS,
    "Unauthorized": _UNKNOWN_KEYS,
    "RequestTimeTooSkewed": _WRONG_CLOCK,
    "PermanentRedirect": _WRONG_REGION,
    "TemporaryRedirect": _WRONG_REGION,
    "AuthorizationHeaderMalformed": _WRONG_REGION,
    "IllegalLocationConstraintException": _WRONG_REGION,
    "InvalidObjectState": _ARCHIVED,
    "QuotaExceeded": _FULL,
    "InsufficientStorage": _FULL,
    "XMinioStorageFull": _FULL,
    "XMinioAdminBucketQuotaExceeded": _FULL,
    "NotImplemented": _NOT_S3,
    "BadDigest": _DAMAGED,
    "InvalidDigest": _DAMAGED,
    "XAmzContentSHA256Mismatch": _DAMAGED,
    "XAmzContentChecksumMismatch": _DAMAGED,
    "IncompleteBody": _DAMAGED,
    "SlowDown": _BUSY,
    "Throttling": _BUSY,
    "ThrottlingException": _BUSY,
    "RequestThrottled": _BUSY,
    "RequestLimitExceeded": _BUSY,
    "TooManyRequests": _BUSY,
    "RequestTimeout": _UNREACHED,
    "OperationAborted": _CHANGED,
    "InvalidPart": _CHANGED,
    CHANGED: _CHANGED,
    NO_UPLOAD: _CHANGED,
    NO_KEY: _LOST,
}

_STATUSES: dict[int, _Meaning] = {
    301: _WRONG_REGION,
    307: _WRONG_REGION,
    401: _UNKNOWN_KEYS,
    403: _NOT_ALLOWED,
    404: _LOST,
    408: _UNREACHED,
    412: _CHANGED,
    429: _BUSY,
    501: _NOT_S3,
    507: _FULL,
}

_KINDS: tuple[tuple[tuple[type[Exception], ...], _Meaning], ...] = (
    (
        (
            boto.NoCredentialsError,
            boto.PartialCredentialsError,
            boto.CredentialRetrievalError,
            boto.NoAuthTokenError,
            boto.ProfileNotFound,
        ),
        _NO_KEYS,
    ),
    ((boto.SSOError, boto.LoginError, boto.TokenRetrievalError), _UNKNOWN_KEYS),
    ((boto.HTTPClientError, boto.IncompleteReadError, boto.ConnectionError, HTTPError), _UNREACHED),
    ((boto.MetadataRetrievalError, boto.CapacityNotAvailableError), _UNREACHED),
    ((boto.ChecksumError, boto.FlexibleChecksumError), _DAMAGED),
    ((ResponseParserError,), _NOT_S3),
    ((BotoCoreError,), _BAD_SETTINGS),
)

_FOREIGN = (BotoCoreError, ClientError, ResponseParserError, HTTPError)


@contextmanager
def store_errors(place: str) -> Iterator[None]:
    """Turn what botocore raises into the engine's errors; ``place`` is said in each sentence."""
    try:
        yield
    except _FOREIGN as error:
        raise translate(error, place) from error
    except KeyError as error:
        # An answer without what every answer of S3 says.
        raise _NOT_S3[0](_NOT_S3[1].format(place)) from error


def translate(error: Exception, place: str) -> ClippingError:
    """One of botocore's exceptions as ours."""
    if isinstance(error, ClientError):
        return _answered(error, place)
    meaning = next(meaning for kinds, meaning in _KINDS if isinstance(error, kinds))
    return meaning[0](meaning[1].format(place))


def code_of(error: ClippingError) -> str:
    """The store's own word for what went wrong; empty when it said nothing."""
    return str(getattr(error, "code", ""))


def _answered(error: ClientError, place: str) -> ClippingError:
    code = error.response.get("Error", {}).get("Code", "")
    about = error.response.get("ResponseMetadata", {})
    status = about.get("HTTPStatusCode", 0)
    unknown = (_DOWN if status >= 500 else None) or (
        Broken,
        f"The object store {{}} refuses what we ask: {re.sub('[^A-Za-z0-9]', '', code)[:60]}.",
    )
    kind, sentence = _CODES.get(code) or _STATUSES.get(status) or unknown
    details: dict[str, Any] = {"code": code}
    if kind is RateLimited:
        wait = about.get("HTTPHeaders", {}).get("retry-after", "")
        details |= {"retry_after_s": float(wait)} if wait.isdecimal() else {}
    return kind(sentence.format(place), **details)
