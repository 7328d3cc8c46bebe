"""What a file is by its bytes: readable at all, and which container it holds.

The name of a file proves nothing: phones write QuickTime as ``.mp4``, browsers MKV as ``.webm``,
and people rename. Sources: ISO/IEC 14496-12 (boxes and brands), Apple's QuickTime File Format
(files without ``ftyp``), RFC 8794 and RFC 9559 (EBML and Matroska).
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from clipping.errors import UnreadableMedia
from clipping.media import boxes, matroska

ISO_CONTAINERS = ("mp4", "mov")

_HEAD_BYTES = 4096
_OTHER_KINDS: tuple[tuple[int, bytes, str], ...] = (
    (8, b"AVI ", "an AVI file"),
    (8, b"WAVE", "a WAV sound file"),
    (0, b"FLV", "a Flash video"),
    (0, b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "a Windows Media file"),
    (0, b"\x00\x00\x01\xba", "an MPEG programme stream"),
    (0, b"OggS", "an Ogg file"),
    (0, b"ID3", "an MP3 sound file"),
    (0, b"fLaC", "a FLAC sound file"),
    (0, b"\x89PNG", "a PNG picture"),
    (0, b"\xff\xd8\xff", "a JPEG picture"),
    (0, b"GIF8", "a GIF picture"),
    (0, b"%PDF", "a PDF document"),
    (0, b"PK\x03\x04", "a ZIP archive"),
)


def display_name(path: Path | str) -> str:
    """The name of a file, or a whole path given as text, as it can be shown anywhere.

    One line, and valid Unicode: names on Linux are any bytes.
    """
    name = path if isinstance(path, str) else path.name or str(path)
    return " ".join(os.fsencode(name).decode("utf-8", "replace").split())


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Turn what the file system says about a file into one sentence.

    :raises UnreadableMedia: Whatever the block could not read.
    """
    name = display_name(path)
    try:
        yield
    except (FileNotFoundError, NotADirectoryError):
        raise UnreadableMedia(f"There is no file {display_name(str(path))}.") from None
    except PermissionError:
        raise UnreadableMedia(f"{name} may not be read; check its permissions.") from None
    except OSError as error:
        raise UnreadableMedia(f"{name} cannot be read: {error.strerror or error}.") from error


def check_file(path: Path) -> int:
    """Size in bytes of a readable, regular file that is not empty.

    :raises UnreadableMedia: It is missing, a folder, empty, not a regular file, or may not be
        read.
    """
    if "\0" in str(path):
        raise UnreadableMedia("The path of a file holds no null character.")
    name = display_name(path)
    with reading(path):
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            raise UnreadableMedia(f"{name} is a folder, not a video file.")
        if not stat.S_ISREG(status.st_mode):
            raise UnreadableMedia(f"{name} is not a regular file.")
        if status.st_size == 0:
            raise UnreadableMedia(f"{name} is empty.")
        with path.open("rb") as file:
            file.read(1)
    return status.st_size


def container_of(path: Path) -> str:
    """``mp4``, ``mov``, ``webm`` or ``mkv``, told by the first bytes.

    :raises UnreadableMedia: It is something else; the sentence says what where that is known.
    """
    with reading(path):
        with path.open("rb") as file:
            head = file.read(_HEAD_BYTES)
        found = matroska.doc_type(head) or boxes.brand(path)
    if found is not None:
        return found
    name = display_name(path)
    for offset, signature, kind in _OTHER_KINDS:
        if head[offset : offset + len(signature)] == signature:
            raise UnreadableMedia(f"{name} is {kind}; give an MP4, MOV, WebM or MKV video.")
    if len(head) > 188 and head[0] == head[188] == 0x47:
        raise UnreadableMedia(
            f"{name} is an MPEG transport stream; give an MP4, MOV, WebM or MKV video."
        )
    if _is_text(head):
        raise UnreadableMedia(f"{name} is not a video: its content is text.")
    raise UnreadableMedia(f"{name} is not an MP4, MOV, WebM or MKV video.")


def only_itself(path: Path) -> list[str]:
    """ffmpeg's options for an input of ours, so that it opens that file and nothing else.

    ffmpeg takes a file for what its text looks like, and an MP4 can hold the text of a playlist:
    then other files would be opened, of other clients or on other machines.
    """
    return ["-protocol_whitelist", "file", "-f", only_demuxer(path)]


def only_demuxer(path: Path) -> str:
    """As :func:`demuxer_of`; for a file that is no video, one that will say what is wrong."""
    with suppress(UnreadableMedia):
        return demuxer_of(path)
    return "mov"


def demuxer_of(path: Path) -> str:
    """Name of the one ffmpeg demuxer that may read the file.

    :raises UnreadableMedia: It is no MP4, MOV, WebM or MKV video.
    """
    return "mov" if container_of(path) in ISO_CONTAINERS else "matroska"


def _is_text(head: bytes) -> bool:
    # The last character may be cut in the middle.
    text = head.decode("utf-8", "ignore")
    return len(text.encode()) >= len(head) - 3 and all(
        character.isprintable() or character in "\t\r\n\f\ufeff" for character in text
    )
