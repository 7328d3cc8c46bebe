"""What a person calls a file or a link, where names are shown, logged and kept."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from clipping.media.container import display_name
from clipping.sources.files import is_link

_ID = re.compile(
    r"[?&](?:v|list)=([\w-]{6,64})"
    r"|youtu\.be/([\w-]{6,20})"
    r"|vimeo\.com/(\d+)"
    r"|/(?:videos?|shorts|live|reel|p|status)/([\w-]{5,64})"
    r"|/(@[\w.-]+)"
)


def called(location: str) -> str:
    """A path as one line; of a link its host and what the site numbers it by, nothing else.

    The rest of a link may hold secrets: keys of unlisted videos, tokens, passwords.
    """
    if not is_link(location):
        return display_name(location)
    try:
        host = urlsplit(location).hostname or "a link"
    except ValueError:
        return "a link"
    found = _ID.search(location.partition("#")[0])
    return f"{host} {next(filter(None, found.groups()))}" if found else host
