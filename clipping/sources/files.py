"""Local files: is this a video that can be clipped, and which captions belong to it."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from clipping.errors import TooShort, UnreadableCaptions, UnreadableMedia
from clipping.media.container import check_file, display_name
from clipping.media.probe import probe
from clipping.models import MediaInfo, SourceRequest
from clipping.timing import timecode

CAPTION_SUFFIXES = (".srt", ".vtt", ".ass", ".json3")
"""In order of preference where a video has several beside it."""

_LARGEST_CAPTIONS_BYTES = 64 * 1024**2
_ADDRESS = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*://")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8})*")
_RESERVED_NAMES = {"con", "prn", "aux", "nul", "clock$"}
_JOINED = "'’ʼ`´"
"""Marks within a word: "don't" becomes "dont", not "don-t"."""


@dataclass(frozen=True)
class VerifiedSource:
    """A video that can be clipped, with its captions where there are any. Paths are absolute."""

    path: Path
    captions: Path | None
    media: MediaInfo


def verify(request: SourceRequest, *, max_bytes: int, shortest_ms: int) -> VerifiedSource:
    """Check a source before anything is made of it: the file, its content, its length, captions.

    Captions are looked for beside the video when the request names none; what is in them is not
    read here.

    :param shortest_ms: Length of the shortest clip that may be cut.
    :raises UnreadableMedia: The video is missing, a folder, empty, larger than ``max_bytes``, not
        a whole video with picture and sound, or (TooShort) shorter than ``shortest_ms``.
    :raises UnreadableCaptions: The captions that the request names are missing or cannot be read.
    """
    path = _located(request.location)
    try:
        size = check_file(path)
    except UnreadableMedia as error:
        if not _names_a_site(request.location):
            raise
        reason = str(error).removesuffix(".")
        raise UnreadableMedia(f"{reason}; write https:// before it if it is a link.") from error
    name = display_name(path)
    if size > max_bytes:
        raise UnreadableMedia(
            f"{name} is too large: {_amount(size)}, and at most {_amount(max_bytes)} are accepted."
        )
    media = probe(path)
    check_length(name, media, shortest_ms)
    named = request.captions
    captions = sidecar(path) if named is None else named_captions(named)
    return VerifiedSource(path, captions, media)


def check_length(name: str, media: MediaInfo, shortest_ms: int) -> None:
    """Raise TooShort for a video that is shorter than its shortest clip."""
    if media.duration_ms < shortest_ms:
        raise TooShort(
            f"{name} is too short: it runs {timecode(media.duration_ms)}, and the shortest clip "
            f"takes {timecode(shortest_ms)}."
        )


def is_link(location: str) -> bool:
    """Whether an operator means an address, not a path."""
    return _ADDRESS.match(location) is not None


def named_captions(location: str) -> Path:
    """The captions file of that path; what is in it is not read.

    :raises UnreadableCaptions: There is none, or it is too large.
    """
    return _named_captions(_located(location))


def sidecar(video: Path) -> Path | None:
    """The captions file that stands beside a video, None when there is none that holds anything.

    ``talk.srt`` for ``talk.mp4``, else one with a language, ``talk.en.srt``, English first.
    Capitals in the suffix do not matter.
    """
    stem = unicodedata.normalize("NFC", video.stem)
    found: list[tuple[int, int, str, Path]] = []
    try:
        for path in video.parent.iterdir():
            rank = _sidecar_rank(unicodedata.normalize("NFC", path.name), stem)
            if rank is not None and path.is_file() and path.stat().st_size > 0:
                found.append((*rank, path.name, path))
    except OSError:
        # A folder that may not be listed shows no captions; they can still be named.
        return None
    return min(found)[-1] if found else None


def slugify(name: str, max_bytes: int = 60) -> str:
    """A file-name stem from any text: lower case words joined by hyphens, never empty.

    Letters, digits and marks of every script stay; the limit counts bytes of UTF-8, as file
    systems do, and no letter loses its marks at it.
    """
    text = unicodedata.normalize("NFKC", name).lower()
    kept = "".join(_slug_character(character) for character in text)
    words = [word for word in kept.split("-") if word]
    slug = ""
    for word in words:
        longer = f"{slug}-{word}" if slug else word
        if len(longer.encode()) > max_bytes:
            break
        slug = longer
    slug = slug or _cut("-".join(words), max_bytes)
    return f"{slug}-clip" if slug in _RESERVED_NAMES else slug or "clip"


def _located(location: str) -> Path:
    if is_link(location):
        raise UnreadableMedia(f"{location} is an address, not a file; download it first.")
    try:
        return Path(location).expanduser().absolute()
    except (RuntimeError, ValueError, OSError) as error:
        raise UnreadableMedia(f"{location!r} is not the path of a file.") from error


def _names_a_site(location: str) -> bool:
    """Whether a path begins as a link does in a browser's line, such as ``www.youtube.com/a``."""
    # Only here: the list of suffixes takes a while to read, and most files are there.
    from clipping.sources.guard import registrable_domain

    host, slash, _ = location.partition("/")
    return bool(slash and registrable_domain(host.lower()))


def _named_captions(path: Path) -> Path:
    try:
        size = check_file(path)
    except UnreadableMedia as error:
        raise UnreadableCaptions(str(error).replace("a video file", "a captions file")) from None
    if size > _LARGEST_CAPTIONS_BYTES:
        raise UnreadableCaptions(
            f"{display_name(path)} is too large for captions: {size / 1e6:.0f} MB."
        )
    return path


def _sidecar_rank(name: str, stem: str) -> tuple[int, int] | None:
    """Smaller is better; None for a file that is no captions of this video."""
    suffix = next((known for known in CAPTION_SUFFIXES if name.lower().endswith(known)), None)
    if suffix is None:
        return None
    rest = name[: -len(suffix)]
    order = CAPTION_SUFFIXES.index(suffix)
    if rest == stem:
        return (0, order)
    base, _, language = rest.rpartition(".")
    if base != stem or not _LANGUAGE.fullmatch(language.lower()):
        return None
    return (1 if language.lower().split("-")[0] == "en" else 2, order)


def _slug_character(character: str) -> str:
    if character in _JOINED:
        return ""
    return character if unicodedata.category(character)[0] in "LNM" else "-"


def _cut(text: str, max_bytes: int) -> str:
    """The longest beginning that fits and does not part a letter from its marks."""
    cut = text.encode()[:max_bytes].decode(errors="ignore")
    if len(cut) < len(text) and unicodedata.category(text[len(cut)])[0] == "M":
        while cut and unicodedata.category(cut[-1])[0] == "M":
            cut = cut[:-1]
        cut = cut[:-1]
    return cut.strip("-")


def _amount(size: int) -> str:
    return f"{size / 1024**3:.1f} GiB" if size >= 1024**3 // 10 else f"{size / 1024**2:.1f} MiB"
