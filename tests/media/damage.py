"""Ways in which video files arrive broken."""

from __future__ import annotations

import struct
from pathlib import Path

from clipping.media.ffmpeg import run_ffmpeg


def cut(path: Path, share: float) -> Path:
    """Keep only the beginning, as an interrupted copy does."""
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    return path


def blank_tail(path: Path, share: float) -> Path:
    """Full size, but zeros at the end, as a download tool leaves what it only reserved."""
    data = path.read_bytes()
    kept = int(len(data) * share)
    path.write_bytes(data[:kept] + bytes(len(data) - kept))
    return path


def without_ftyp(path: Path) -> Path:
    """QuickTime from before ``ftyp``: the file begins with ``wide``; offsets stay as they are."""
    data = bytearray(path.read_bytes())
    assert data[4:8] == b"ftyp"
    data[4:8] = b"wide"
    path.write_bytes(data)
    return path


def with_cover_only(path: Path, sound: Path, cover: Path) -> Path:
    """A music file: a sound track and an attached cover picture."""
    cover_as = ["-i", str(cover), "-map", "0:a", "-map", "1:v", "-disposition:v:0", "attached_pic"]
    if path.suffix == ".mkv":
        cover_as = ["-attach", str(cover), "-metadata:s:t", "mimetype=image/jpeg"]
    run_ffmpeg(["-i", str(sound), *cover_as, "-c", "copy", str(path)], timeout_s=60)
    return path


def fragmented(path: Path, source: Path, flags: str = "frag_keyframe+empty_moov") -> Path:
    """The same video in fragments, as recorders and streams write it."""
    run_ffmpeg(
        ["-i", str(source), "-c", "copy", "-movflags", flags + "+default_base_moof", str(path)],
        timeout_s=60,
    )
    return path


def live_matroska(path: Path, source: Path) -> Path:
    """Written to a pipe, as browsers record: no length, no index, sizes unknown."""
    run = run_ffmpeg(
        ["-i", str(source), "-c", "copy", "-f", "matroska", "pipe:1"],
        timeout_s=60,
        capture_stdout=True,
    )
    path.write_bytes(run.stdout)
    return path


def box_sizes(path: Path) -> list[tuple[bytes, int]]:
    """Kind and size of each top-level box of a small file."""
    data, found, at = path.read_bytes(), [], 0
    while at + 8 <= len(data):
        size, kind = struct.unpack(">I4s", data[at : at + 8])
        found.append((kind, size))
        at += max(8, size)
    return found
