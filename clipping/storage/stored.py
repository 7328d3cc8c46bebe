"""Names of what lies in the media store already, where a run is given a path or a link else.

Whoever adds a file on the dashboard has it on one machine, and the worker is another: the file is
stored first, and the run is told what it is called there.
"""

from __future__ import annotations

import re
from typing import Final

from clipping.errors import UnreadableCaptions
from clipping.storage.keys import client_folder, is_own_key

_MARK: Final = "stored:"
_SOURCE: Final = re.compile(r"src_[0-9a-f]{16}")


def stored_source(source_id: str) -> str:
    """What a run is given in place of a path."""
    return f"{_MARK}{source_id}"


def stored_captions(key: str) -> str:
    """The same for captions."""
    return f"{_MARK}{key}"


def source_in(location: str) -> str | None:
    """The id of the source that is meant; None for paths and links."""
    source_id = location.removeprefix(_MARK)
    return source_id if source_id != location and _SOURCE.fullmatch(source_id) else None


def captions_in(location: str, client: str) -> str | None:
    """The key of the captions that are meant; None for a path.

    :raises UnreadableCaptions: They are none of this client's.
    """
    key = location.removeprefix(_MARK)
    if key == location:
        return None
    if not is_own_key(key) or not key.startswith(f"{client_folder(client)}/captions/"):
        raise UnreadableCaptions(f"{key} names no captions of {client}.")
    return key
