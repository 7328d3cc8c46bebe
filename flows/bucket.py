"""The bucket of an object store of our own: ``python -m flows.bucket``, as often as you like.

Whoever rents a bucket has made it there; our keys need no leave to make one.
"""

from __future__ import annotations

import sys

from clipping.errors import ClippingError, NeedsPerson
from clipping.settings import settings


def make() -> str:
    """Make the bucket that ``CLIPPER_STORE`` names where it is missing; its name.

    Raises NeedsPerson when no bucket is named, and what the store answers.
    """
    from clipping.storage.s3_bucket import Bucket
    from clipping.storage.s3_client import s3_client
    from clipping.storage.s3_place import s3_place

    place = s3_place(settings())
    if place is None:
        raise NeedsPerson("Name the bucket in CLIPPER_STORE, as s3://bucket.")
    Bucket(s3_client(place), place).make()
    return place.name


def main() -> None:
    """One sentence and exit code 1 on failure."""
    try:
        name = make()
    except ClippingError as error:
        sys.exit(str(error))
    sys.stdout.write(f"{name} is there.\n")


if __name__ == "__main__":
    main()
