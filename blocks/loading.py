"""How a block is loaded by its name, and what is said when it cannot be."""

from __future__ import annotations

from typing import TypeVar

from prefect.blocks.core import Block

from clipping.errors import NeedsPerson, ServiceUnavailable

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

Loaded = TypeVar("Loaded", bound=Block)


def load_block(kind: type[Loaded], name: str, setting: str) -> Loaded:
    """The block of that kind and name, which ``setting`` names.

    :raises NeedsPerson: There is no such block, or the server does not give it to us.
    :raises ServiceUnavailable: The Prefect server that keeps it is not to be reached.
    """
    from httpx import HTTPError, HTTPStatusError

    try:
        block = kind.load(name)
    except ValueError:
        # What pydantic says of a block that it cannot read holds the secrets.
        raise NeedsPerson(
            f"There is no block {name} of the kind {kind.get_block_type_slug()}: save one, or "
            f"correct {setting}."
        ) from None
    except HTTPError as error:
        code = error.response.status_code if isinstance(error, HTTPStatusError) else None
        if code in _REFUSALS:
            raise NeedsPerson(_REFUSALS[code].format(name)) from error
        raise ServiceUnavailable(
            f"The Prefect server that keeps the block {name} cannot be reached just now."
        ) from error
    assert isinstance(block, kind)
    return block
