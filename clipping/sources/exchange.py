"""What the parent asks of the child process that talks to a site, and what it hears back.

The job goes in as one JSON document on standard input, because it may hold secrets and the
arguments of a process are seen by all users of a machine. Answers come back as JSON, one to a
line: ``{"kind": "alive"}``, ``progress``, ``note`` and ``entry`` any number of times, then one
``done`` or ``failed``.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Message = dict[str, Any]


@dataclass(frozen=True)
class Job:
    """One thing to do: fetch a video, or list a channel."""

    task: Literal["fetch", "list"]
    url: str
    extractors: tuple[str, ...]
    """Names of yt-dlp's extractors, as regular expressions."""
    folder: str
    """Where tracks are kept between runs; for ``list`` a place for temporary files."""
    max_bytes: int = 0
    max_duration_s: int = 0
    most: int = 0
    """How many entries to list, of each tab where a channel has several."""
    deno: str | None = None
    """The one program that may be started: a JavaScript runtime without access to the network."""
    system_certificates: bool = False
    """Trust what the environment or the system names instead of the bundle of certifi."""
    proxy: str | None = field(default=None, repr=False)
    cookies: str | None = field(default=None, repr=False)
    """Netscape format, of the site alone."""

    def to_json(self) -> str:
        """One line; it holds the secrets."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Job:
        """The job that :meth:`to_json` wrote."""
        values = json.loads(text)
        return cls(**{**values, "extractors": tuple(values["extractors"])})


@dataclass(frozen=True)
class Failure:
    """What went wrong in the child, in words that need no yt-dlp to be read."""

    refused: str = ""
    """The sentence of a guard that refused; nothing else matters then."""
    declined: str = ""
    """A decision of our own not to fetch: ``live``, ``too_long`` and so on."""
    value: float | None = None
    """The number that the decision was made by."""
    types: tuple[str, ...] = ()
    """Names of the exception's classes and of those behind it, outermost first."""
    message: str = ""
    status: int | None = None
    """HTTP status of the answer that caused it."""
    errno: int | None = None
    retry_after_s: float | None = None
    expected: bool = False
    """Whether yt-dlp knows the case, as opposed to not understanding the page."""
    where: str = ""
    """Module and line of the innermost frames, without values."""

    def to_message(self) -> Message:
        """The last line that the child says."""
        return {"kind": "failed", "failure": asdict(self)}

    @classmethod
    def from_message(cls, message: Message) -> Failure:
        """The failure that :meth:`to_message` wrote."""
        values = message["failure"]
        return cls(**{**values, "types": tuple(values["types"])})


class Declined(Exception):
    """The child decided not to go on; ``code`` says why, ``value`` by which number."""

    def __init__(self, code: str, value: float | None = None) -> None:
        super().__init__(code)
        self.code, self.value = code, value
