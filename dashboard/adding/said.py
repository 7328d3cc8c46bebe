"""What an upload says of itself in its headers, read strictly: tus 1.0.0, of https://tus.io."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass
from typing import Any, Final, Protocol

from starlette.datastructures import Headers

from clipping.errors import Rejected
from clipping.media.container import display_name
from clipping.models import Ground, Rights

VERSION: Final = "1.0.0"
EXTENSIONS: Final = "creation,checksum,expiration,termination"
ALGORITHMS: Final = ("sha256", "sha1")
"""The protocol wants SHA-1 to be known; our own page sends SHA-256."""
BODY_TYPE: Final = "application/offset+octet-stream"

_NUMBER: Final = re.compile(r"\d{1,15}")
_KEY: Final = re.compile(r"[\x21-\x2b\x2d-\x7e]+")
_LONGEST_NAME: Final = 200
_MOST_METADATA: Final = 8_000


class Digest(Protocol):
    """What hashlib gives."""

    def update(self, data: bytes, /) -> None:
        """Go on with these bytes."""

    def digest(self) -> bytes:
        """Of all bytes so far."""


@dataclass(frozen=True)
class Checksum:
    """What the bytes of one request have to be."""

    algorithm: str
    expected: bytes

    def begun(self) -> Digest:
        """Nothing hashed yet."""
        return hashlib.new(self.algorithm, usedforsecurity=False)


def number_in(headers: Headers, name: str) -> int | None:
    """A header that is a number of bytes; None where it is missing or is none."""
    given = headers.get(name, "")
    return int(given) if given.isascii() and _NUMBER.fullmatch(given) else None


def checksum_in(headers: Headers) -> Checksum | None:
    """What ``Upload-Checksum`` says.

    :raises Rejected: It cannot be read, or names an algorithm that is not known.
    """
    given = headers.get("upload-checksum")
    if given is None:
        return None
    algorithm, _, encoded = given.partition(" ")
    if algorithm not in ALGORITHMS:
        raise Rejected(f"Checksums here are {' or '.join(ALGORITHMS)}.")
    try:
        return Checksum(algorithm, base64.b64decode(encoded, validate=True))
    except (binascii.Error, ValueError):
        raise Rejected("The checksum cannot be read.") from None


def metadata_in(headers: Headers) -> dict[str, str]:
    """What ``Upload-Metadata`` says, by name.

    :raises Rejected: It cannot be read.
    """
    given = headers.get("upload-metadata", "")
    found: dict[str, str] = {}
    if len(given) > _MOST_METADATA:
        raise Rejected("What is said of the file is too long.")
    for pair in given.split(",") if given else ():
        key, _, encoded = pair.strip().partition(" ")
        try:
            value = base64.b64decode(encoded, validate=True).decode()
        except (binascii.Error, ValueError):
            raise Rejected("What is said of the file cannot be read.") from None
        if not _KEY.fullmatch(key) or key in found:
            raise Rejected("What is said of the file cannot be read.")
        found[key] = value
    return found


def shown_name(given: Any) -> str:
    """What a file is called where people read it: one line, without folders; never a path."""
    text = str(given or "").replace("\\", "/").rstrip("/").rpartition("/")[2]
    name = "".join(char for char in display_name(text) if char.isprintable()) if text else ""
    return name[:_LONGEST_NAME].strip() or "a file without a name"


def rights_in(said: dict[str, str], client: str) -> Rights:
    """On what ground it may be clipped, in full.

    :raises Rejected: Something is missing.
    """
    try:
        ground = Ground(said.get("ground") or Ground.UNSTATED.value)
    except ValueError:
        raise Rejected("The ground on which it may be clipped is none that is known.") from None
    owner, note = " ".join(said.get("owner", "").split()), said.get("note", "").strip()
    if ground is Ground.UNSTATED and (owner or note):
        raise Rejected("Say on what ground it may be clipped, or leave owner and note empty.")
    if ground in (Ground.LICENSED, Ground.PERMISSION) and not owner:
        raise Rejected("Say who owns it: whoever gave the licence or the permission.")
    if ground is Ground.PERMISSION and not note:
        raise Rejected("Note what was agreed on, and when: a permission needs it.")
    if len(owner) > _LONGEST_NAME or len(note) > 2_000:
        raise Rejected("What is said of its owner is too long.")
    if ground is Ground.OWN:
        owner = owner or client
    return Rights(ground=ground, owner=owner, note=note)
