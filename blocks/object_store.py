"""The keys of the S3-compatible store that keeps the media; its address is in the settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prefect.blocks.core import Block
from pydantic import Field, SecretStr

from clipping.errors import NeedsPerson, ServiceUnavailable
from clipping.settings import settings
from clipping.storage.s3_client import S3Keys, s3_client
from clipping.storage.s3_place import s3_place

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_NOT_US = "The Prefect server does not let us read the block {}: correct PREFECT_API_AUTH_STRING."
_REFUSALS: dict[int | None, str] = {
    401: _NOT_US,
    403: _NOT_US,
    # All that Prefect says of secrets that it cannot decrypt.
    500: (
        "The Prefect server cannot read the block {}, perhaps because it was saved under another "
        "encryption key: save it again."
    ),
}


class ObjectStore(Block):
    """Who we are at the object store that ``CLIPPER_STORE`` names."""

    _block_type_name = "Object store"
    _block_type_slug = "object-store"

    access_key_id: SecretStr = Field(description="Access key id.")
    secret_access_key: SecretStr = Field(description="Secret access key.")
    session_token: SecretStr | None = Field(
        default=None, description="Only for keys that are lent for a while."
    )

    def get_client(self) -> S3Client:
        """A client for the store of the settings.

        :raises NeedsPerson: They name none.
        """
        place = s3_place(settings())
        if place is None:
            raise NeedsPerson("CLIPPER_STORE names no bucket that the block could be used for.")
        keys = S3Keys(self.access_key_id, self.secret_access_key, self.session_token)
        return s3_client(place, keys)


def client_of(name: str) -> S3Client:
    """The client of the block of that name.

    :raises NeedsPerson: There is no such block, or the server does not give it to us.
    :raises ServiceUnavailable: The Prefect server that keeps it is not to be reached.
    """
    from httpx import HTTPError, HTTPStatusError

    try:
        block = ObjectStore.load(name)
    except ValueError:
        # What pydantic says of a block that it cannot read holds the keys.
        raise NeedsPerson(
            f"There is no block {name} of the kind object-store: save one, or correct "
            "CLIPPER_STORE_BLOCK."
        ) from None
    except HTTPError as error:
        code = error.response.status_code if isinstance(error, HTTPStatusError) else None
        if code in _REFUSALS:
            raise NeedsPerson(_REFUSALS[code].format(name)) from error
        raise ServiceUnavailable(
            f"The Prefect server that keeps the block {name} cannot be reached just now."
        ) from error
    assert isinstance(block, ObjectStore)
    return block.get_client()
