"""Where a bucket is."""

from __future__ import annotations

from dataclasses import dataclass

from clipping.settings import Settings
from clipping.settings.values import BUCKET_URL


@dataclass(frozen=True)
class S3Place:
    """Where a bucket is; nothing of it is secret."""

    bucket: str
    prefix: str = ""
    endpoint: str | None = None
    region: str | None = None
    path_style: bool = False

    @property
    def name(self) -> str:
        """For messages, as the settings call it."""
        return f"s3://{self.bucket}/{self.prefix}".rstrip("/")


def s3_place(chosen: Settings) -> S3Place | None:
    """The bucket that the settings name; None when the media store is a folder."""
    return _place(chosen.store, chosen.store_endpoint, chosen.store_region, chosen.store_path_style)


def archive_place(chosen: Settings) -> S3Place | None:
    """The bucket of the archive; None when that is a folder, or there is none."""
    return _place(
        chosen.archive, chosen.archive_endpoint, chosen.archive_region, chosen.archive_path_style
    )


def _place(
    store: str | None, endpoint: str | None, region: str | None, path_style: bool | None
) -> S3Place | None:
    found = BUCKET_URL.fullmatch(store or "")
    if found is None:
        return None
    return S3Place(
        bucket=found["bucket"],
        prefix=found["prefix"].strip("/"),
        endpoint=endpoint,
        region=region,
        # Nearly all self-hosted stores take the bucket in the path, few in the host.
        path_style=endpoint is not None if path_style is None else path_style,
    )
