"""Small videos, cut up in the ways in which sites hand them out."""

from __future__ import annotations

import struct
from pathlib import Path

from tests.sources.internet import FakeInternet
from tests.sources.places import MEDIA
from tests.support.media import make_video

FORMAT = {"format_id": "whole", "ext": "mp4", "protocol": "https"}


def put_up(net: FakeInternet, name: str, content: bytes, **more: object) -> str:
    """A page whose video is one file; the page's address."""
    url = net.file(f"/{name}.mp4", content)
    return net.page(f"/v/{name}", {"formats": [{**FORMAT, "url": url}], **more})


def left_in(folder: Path) -> list[str]:
    """Names of all files below a folder."""
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def talk(folder: Path, *, padding: int = 0) -> bytes:
    """An MP4 with picture and sound, made larger by an empty box."""
    content = make_video(folder / "talk.mp4", seconds=2, faststart=True).read_bytes()
    if padding:
        content += struct.pack(">I4s", padding, b"free") + bytes(padding - 8)
    return content


def in_pieces(content: bytes, count: int) -> list[bytes]:
    """Pieces which, one after another, are the file."""
    size = -(-len(content) // count)
    return [content[first : first + size] for first in range(0, len(content), size)]


def hls(net: FakeInternet, name: str, pieces: list[bytes]) -> str:
    """The address of a playlist of the pieces."""
    lines = ["#EXTM3U", "#EXT-X-TARGETDURATION:1", "#EXT-X-PLAYLIST-TYPE:VOD"]
    for number, piece in enumerate(pieces):
        net.file(f"/{name}/{number}.mp4", piece)
        lines += ["#EXTINF:1,", f"https://{MEDIA}/{name}/{number}.mp4"]
    return net.file(f"/{name}/list.m3u8", "\n".join([*lines, "#EXT-X-ENDLIST"]).encode())


def dash(net: FakeInternet, name: str, pieces: list[bytes]) -> str:
    """The address of a manifest of the pieces."""
    for number, piece in enumerate(pieces):
        net.file(f"/{name}/{number}.mp4", piece)
    urls = "".join(f'<SegmentURL media="{number}.mp4"/>' for number in range(len(pieces)))
    text = f"""<?xml version="1.0"?>
    <MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" mediaPresentationDuration="PT2S">
     <Period><BaseURL>https://{MEDIA}/{name}/</BaseURL>
      <AdaptationSet mimeType="video/mp4"><Representation id="a" codecs="avc1.4d401e,mp4a.40.2"
       bandwidth="1000" width="320" height="180">
        <SegmentList duration="1">{urls}</SegmentList></Representation></AdaptationSet></Period>
    </MPD>"""
    return net.file(f"/{name}/list.mpd", text.encode())
