"""What a variable may hold, where that is more than a type says."""

from __future__ import annotations

import re
from typing import Annotated, TypeVar

from pydantic import AfterValidator, BeforeValidator

BUCKET_URL = re.compile(
    r"s3://(?P<bucket>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?P<prefix>(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*)/?"
)
_ENDPOINT = re.compile(r"https?://([A-Za-z0-9.-]+|\[[0-9a-fA-F:]+\])(:\d{1,5})?/?")
_PRIVATE = re.compile(
    r"(https://([A-Za-z0-9.-]+|\[[0-9a-fA-F:]+\])|http://(127\.0\.0\.1|localhost|\[::1\]))"
    r"(:\d{1,5})?(/[A-Za-z0-9._/-]*)?"
)
_Value = TypeVar("_Value")


def _given(value: object) -> object:
    # An empty variable, as compose files pass on, is none.
    return None if value == "" else value


def _folder_or_bucket(value: str | None) -> str | None:
    if value and "://" in value and not BUCKET_URL.fullmatch(value):
        raise ValueError("neither a folder nor s3://bucket/prefix")
    return value or None


def _address(value: str | None) -> str | None:
    # No user and password: what is in a URL is logged.
    if value and not _ENDPOINT.fullmatch(value):
        raise ValueError("not the address of a server")
    return value or None


def _origin(value: str | None) -> str | None:
    if value and not (_ENDPOINT.fullmatch(value) and _PRIVATE.fullmatch(value)):
        raise ValueError("not an https address without a path")
    return value.rstrip("/") if value else value


def _private(value: str | None) -> str | None:
    # Keys and tokens go there with every question, and who somebody is comes from there.
    if value and not _PRIVATE.fullmatch(value):
        raise ValueError("neither https nor on this machine")
    return value or None


Given = Annotated[_Value | None, BeforeValidator(_given)]
"""A value, or None where the variable is not there or empty."""
FolderOrBucket = Annotated[str | None, AfterValidator(_folder_or_bucket)]
Address = Annotated[str | None, AfterValidator(_address)]
"""Of a server, without a path."""
Origin = Annotated[str | None, BeforeValidator(_given), AfterValidator(_origin)]
"""Of a site that browsers reach."""
PrivateAddress = Annotated[str | None, AfterValidator(_private)]
"""Where secrets may go: by https, or on this machine."""
