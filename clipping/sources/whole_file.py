"""Media that comes as one file, so that a file which changed at its site is not a mixture of both.

yt-dlp asks for the rest of what is there and appends whatever comes. Here it is noted beside the
file which one it is, by its length, ETag and date; the rest of another one is not taken, and the
whole is asked for instead.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from yt_dlp.downloader.http import HttpFD
from yt_dlp.utils import parse_http_range

Marks = dict[str, str]
"""What tells one file of a site from another at the same address, as far as the site says."""


class ResumableHttpFD(HttpFD):  # type: ignore[misc]
    """One file by yt-dlp's own downloader."""

    ydl: Any

    def real_download(self, filename: str, info_dict: dict[str, Any]) -> bool:
        """Fetch what is missing; whether all is there then."""
        note = Path(f"{filename}.origin.part")
        self.ydl = _Asking(self.ydl, note)
        whole = bool(super().real_download(filename, info_dict))
        if whole:
            note.unlink(missing_ok=True)
        return whole


class _Asking:
    """yt-dlp, as the downloader of one file knows it."""

    def __init__(self, ydl: Any, note: Path) -> None:
        self._ydl = ydl
        self._note = note

    def __getattr__(self, name: str) -> Any:
        return getattr(self._ydl, name)

    def urlopen(self, request: Any) -> Any:
        """The answer; a whole file where the rest of another one was offered."""
        response = self._ydl.urlopen(request)
        begin, _, _ = parse_http_range(response.get_header("Content-Range"))
        if begin and is_same(self._noted(), _marks(response)):
            return response
        if begin:
            response.close()
            again = request.copy()
            again.headers.pop("Range", None)
            response = self._ydl.urlopen(again)
        fresh = self._note.with_name(f"{self._note.name}.new")
        fresh.write_text(json.dumps(_marks(response)), encoding="utf-8")
        fresh.replace(self._note)
        return response

    def _noted(self) -> Marks | None:
        try:
            marks: Marks = json.loads(self._note.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        return marks


def is_same(noted: Marks | None, offered: Marks) -> bool:
    """Whether two answers are of the same file; None for what was never noted."""
    if noted is None:
        return False
    told = [name for name in noted if name in offered]
    if "etag" in told:
        # Machines of a site may tell different dates of the same file.
        told = [name for name in told if name != "modified"]
    return all(noted[name] == offered[name] for name in told)


def _marks(response: Any) -> Marks:
    span = response.get_header("Content-Range")
    length = parse_http_range(span)[2] if span else response.get_header("Content-Length")
    known = length and not response.get_header("Content-Encoding")
    found = {
        "length": str(length) if known else None,
        "etag": response.get_header("ETag"),
        "modified": response.get_header("Last-Modified"),
    }
    return {name: value for name, value in found.items() if value}
