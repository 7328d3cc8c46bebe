"""The connection to an S3-compatible store, and who we are there."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from boto3.session import Session
from botocore.config import Config
from botocore.exceptions import BotoCoreError
from pydantic import SecretStr

from clipping.errors import NeedsPerson
from clipping.storage.s3_errors import translate
from clipping.storage.s3_place import S3Place

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

CONNECT_S, READ_S = 10, 60
ATTEMPTS = 5
"""Of each request: the one layer of retries, but for bodies that break off while they are read."""


@dataclass(frozen=True)
class S3Keys:
    """Who we are; masked wherever it is printed."""

    access_key_id: SecretStr
    secret_access_key: SecretStr
    session_token: SecretStr | None = None


def s3_client(place: S3Place, keys: S3Keys | None = None, attempts: int = ATTEMPTS) -> S3Client:
    """A client, which threads may share.

    :param keys: Without them AWS's own chain is asked: environment, profile, role of the machine.
    :raises NeedsPerson: The settings, or AWS's own, do not make a connection.
    """
    # At DEBUG botocore writes whole requests, and with them the token of a session.
    logging.getLogger("botocore").setLevel(logging.INFO)
    token = keys.session_token.get_secret_value() if keys and keys.session_token else None
    try:
        return Session().client(
            "s3",
            endpoint_url=place.endpoint,
            region_name=place.region,
            aws_access_key_id=keys.access_key_id.get_secret_value() if keys else None,
            aws_secret_access_key=keys.secret_access_key.get_secret_value() if keys else None,
            aws_session_token=token,
            config=_config(place, attempts),
        )
    except BotoCoreError as error:
        raise translate(error, place.name) from error
    except ValueError as error:
        raise NeedsPerson(
            f"The settings of the object store {place.name} make no address: correct "
            "CLIPPER_STORE_ENDPOINT and CLIPPER_STORE_REGION."
        ) from error


def _config(place: S3Place, attempts: int) -> Config:
    return Config(
        connect_timeout=CONNECT_S,
        read_timeout=READ_S,
        retries={"mode": "standard", "total_max_attempts": attempts},
        tcp_keepalive=True,
        signature_version="s3v4",
        s3={
            "addressing_style": _addressing_style(place),
            # Also a store that knows no checksums refuses a body that is not the one we signed.
            "payload_signing_enabled": True,
        },
        # We send SHA-256 and compare it ourselves; what botocore adds many other stores refuse.
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    )


def _addressing_style(place: S3Place) -> Literal["auto", "virtual", "path"]:
    if place.path_style:
        return "path"
    # Left to itself botocore takes the path wherever an endpoint is named.
    return "virtual" if place.endpoint else "auto"
