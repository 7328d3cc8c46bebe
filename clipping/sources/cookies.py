"""Cookies that a client provides, as browsers' extensions export them (Netscape's cookies.txt).

Only the lines of the one site go to the child, and only whole ones: yt-dlp prints those that it
does not understand, which would put a secret into a log.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from pathlib import Path

from clipping.errors import UnusableCookies
from clipping.sources.guard import registrable_domain

LARGEST_FILE_BYTES = 4 * 1024**2

_HEADER = "# Netscape HTTP Cookie File\n"
_HTTP_ONLY = "#HttpOnly_"
_EXPIRY = re.compile(r"[0-9]*(\.[0-9]+)?")


def read_cookies(path: Path, domains: Collection[str], site_name: str) -> str:
    """The cookies of a site out of a client's file.

    :param domains: The site's registrable domains.
    :raises UnusableCookies: The file cannot be read, is not of Netscape's format, or holds no
        cookie of the site. Nothing of what is in it is repeated.
    """
    try:
        if path.stat().st_size > LARGEST_FILE_BYTES:
            raise UnusableCookies(f"The cookies file {path.name} is too large to be one.")
        text = path.read_text(encoding="utf-8")
    except (OSError, ValueError):
        raise UnusableCookies(
            f"The cookies file {path.name} cannot be read; export it again as cookies.txt."
        ) from None
    return cookies_of(text, domains, path.name, site_name)


def cookies_of(text: str, domains: Collection[str], file_name: str, site_name: str) -> str:
    """The pure part of :func:`read_cookies`."""
    lines = [line for line in text.splitlines() if _is_cookie(line)]
    if not lines:
        raise UnusableCookies(
            f"The cookies file {file_name} holds no cookies in Netscape's format; export it again "
            "as cookies.txt."
        )
    own = [line for line in lines if registrable_domain(_host(line)) in domains]
    if not own:
        raise UnusableCookies(
            f"The cookies file {file_name} holds no cookies of {site_name}; export it while "
            f"signed in to {site_name}."
        )
    return _HEADER + "".join(f"{line}\n" for line in own)


def _is_cookie(line: str) -> bool:
    fields = line.removeprefix(_HTTP_ONLY).split("\t")
    return (
        len(fields) == 7
        and not fields[0].startswith("#")
        and fields[1] in ("TRUE", "FALSE")
        and fields[1] == str(fields[0].startswith(".")).upper()
        and fields[3] in ("TRUE", "FALSE")
        and bool(_EXPIRY.fullmatch(fields[4]))
    )


def _host(line: str) -> str:
    return line.removeprefix(_HTTP_ONLY).split("\t")[0].removeprefix(".").lower()
