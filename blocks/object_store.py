"""The keys of the S3-compatible store that keeps the media; its address is in the settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prefect.blocks.core import Block
from pydantic import Field, SecretStr

from blocks.loading import load_block
from clipping.errors import NeedsPerson
from clipping.settings import settings
from clipping.storage.s3_client import S3Keys, s3_client
from clipping.storage.s3_place import S3Place, archive_place, s3_place

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


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
        return self.client_at(s3_place(settings()), "CLIPPER_STORE")

    def client_at(self, place: S3Place | None, setting: str) -> S3Client:
        """A client for that place.

        :raises NeedsPerson: There is none: the setting names no bucket.
        """
        if place is None:
            raise NeedsPerson(f"{setting} names no bucket that the block could be used for.")
        keys = S3Keys(self.access_key_id, self.secret_access_key, self.session_token)
        return s3_client(place, keys)


def client_of(name: str) -> S3Client:
    """The client of the block of that name.

    :raises NeedsPerson: There is no such block, or the server does not give it to us.
    :raises ServiceUnavailable: The Prefect server that keeps it is not to be reached.
    """
    return load_block(ObjectStore, name, "CLIPPER_STORE_BLOCK").get_client()


def client_of_archive(name: str) -> S3Client:
    """The client of the block of that name, for the archive; raises what :func:`client_of` does."""
    block = load_block(ObjectStore, name, "CLIPPER_ARCHIVE_BLOCK")
    return block.client_at(archive_place(settings()), "CLIPPER_ARCHIVE")
