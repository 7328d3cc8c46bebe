"""Media that comes in pieces (HLS, DASH), so that it can be killed between any two bytes.

yt-dlp appends each piece to the file and then notes its number beside it. Killed in between, it
would append the piece once more, and after a failed write it would go on behind the hole. Here the
note also says how long the file was, is replaced whole, and is written only after the piece: what
lies beyond the noted length is cut off before the download goes on.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from yt_dlp.downloader.dash import DashSegmentsFD
from yt_dlp.downloader.fragment import FragmentFD
from yt_dlp.downloader.hls import HlsFD

from clipping.sources.whole_file import ResumableHttpFD


class _Resumable(FragmentFD):  # type: ignore[misc]
    def _prepare_frag_download(self, ctx: dict[str, Any]) -> None:
        super()._prepare_frag_download(ctx)
        stream = ctx["dest_stream"]
        length = ctx.get("extra_state", {}).get("length", 0)
        if ctx["fragment_index"] == 0 or os.fstat(stream.fileno()).st_size < length:
            ctx["fragment_index"], ctx["extra_state"], length = 0, {}, 0
        stream.truncate(length)
        ctx["complete_frags_downloaded_bytes"] = length

    def _append_fragment(self, ctx: dict[str, Any], frag_content: bytes) -> None:
        stream = ctx["dest_stream"]
        stream.write(frag_content)
        stream.flush()
        ctx["extra_state"]["length"] = os.fstat(stream.fileno()).st_size
        self._write_ytdl_file(ctx)
        self.try_remove(ctx.pop("fragment_filename_sanitized"))

    def _write_ytdl_file(self, ctx: dict[str, Any]) -> None:
        note = {
            "downloader": {
                "current_fragment": {"index": ctx["fragment_index"]},
                "extra_state": ctx.setdefault("extra_state", {}),
            }
        }
        path = Path(self.ytdl_filename(ctx["filename"]))
        fresh = path.with_name(path.name + ".new")
        fresh.write_text(json.dumps(note), encoding="utf-8")
        fresh.replace(path)


class ResumableHlsFD(_Resumable, HlsFD):  # type: ignore[misc]
    """HLS by yt-dlp's own downloader."""


class ResumableDashFD(_Resumable, DashSegmentsFD):  # type: ignore[misc]
    """DASH by yt-dlp's own downloader."""


DOWNLOADERS: dict[str, Any] = {
    "https": ResumableHttpFD,
    "m3u8": ResumableHlsFD,
    "m3u8_native": ResumableHlsFD,
    "http_dash_segments": ResumableDashFD,
}
"""By yt-dlp's name of the protocol; what is not here is not fetched, such as what needs ffmpeg."""
