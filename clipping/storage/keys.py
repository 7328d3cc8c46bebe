"""The key scheme of the media store: ``<client>/<kind>/<name>``.

Every key begins with the client's own folder, so one client's files can be listed, moved and
removed without a look at anybody else's.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import PurePosixPath

from clipping.errors import Broken

_PLAIN_CLIENT = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")
_UNSAFE = re.compile(r"[^a-z0-9_-]+")
_RESERVED = {"con", "prn", "aux", "nul"} | {
    f"{name}{n}" for name in ("com", "lpt") for n in "123456789"
}
_SHA256 = re.compile(r"[0-9a-f]{64}")
_IDENT = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,127}")
_LONGEST_SUFFIX = 10
_OWN = re.compile(r"[a-z0-9_~-]+/(sources|captions|clips)/[A-Za-z0-9][A-Za-z0-9_-]*(\.[a-z0-9]+)?")


def client_folder(client: str) -> str:
    """The client's folder: its name where that is plain, else a readable stem and a digest.

    Different clients never share a folder: a plain name holds no ``~``, and every other name,
    capitals included (some file systems ignore them), carries a digest of the exact name.
    """
    if _PLAIN_CLIENT.fullmatch(client) and client not in _RESERVED:
        return client
    digest = hashlib.sha256(client.encode("utf-8", "surrogatepass")).hexdigest()[:10]
    stem = _UNSAFE.sub("-", client.lower()).strip("-")[:40] or "client"
    return f"{stem}~{digest}"


def source_key(client: str, sha256: str, suffix: str) -> str:
    """Key of an original by its content; ``suffix`` with its dot, or empty."""
    return f"{client_folder(client)}/sources/{_digest(sha256)}{_suffix(suffix)}"


def captions_key(client: str, sha256: str, suffix: str) -> str:
    """Key of a captions file by its content."""
    return f"{client_folder(client)}/captions/{_digest(sha256)}{_suffix(suffix)}"


def clip_key(client: str, clip_id: str, suffix: str) -> str:
    """Key of a file that belongs to a clip: ``.mp4`` the video, ``.jpg`` the cover.

    :raises Broken: The id could not be a file name.
    """
    if not _IDENT.fullmatch(clip_id):
        raise Broken(f"{clip_id!r} is not the id of a clip.")
    return f"{client_folder(client)}/clips/{clip_id}{_suffix(suffix)}"


def key_parts(key: str) -> tuple[str, ...]:
    """The folders and the name that a key consists of; none of them leads elsewhere.

    :raises Broken: It is not a key.
    """
    pure = PurePosixPath(key)
    odd = pure.is_absolute() or "\\" in key or "\0" in key or str(pure) != key
    if odd or not pure.parts or any(part.startswith(".") for part in pure.parts):
        raise Broken(f"{key!r} is not a key of the media store.")
    return pure.parts


def is_own_key(key: str) -> bool:
    """Whether a name found in a store is one that this scheme gives."""
    return _OWN.fullmatch(key) is not None


def digest_in(key: str) -> str | None:
    """The SHA-256 that the content of a source or of captions has by its key, else None."""
    stem = PurePosixPath(key).stem
    return stem if _SHA256.fullmatch(stem) else None


def _digest(sha256: str) -> str:
    if not _SHA256.fullmatch(sha256):
        raise Broken(f"{sha256!r} is not a SHA-256.")
    return sha256


def _suffix(suffix: str) -> str:
    """Lower case letters and digits behind one dot: users' files end in anything."""
    kept = re.sub(r"[^a-z0-9]", "", suffix.lower())[:_LONGEST_SUFFIX]
    return f".{kept}" if kept else ""
