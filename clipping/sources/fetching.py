"""The child process: reads one job, does it behind its walls, and says how it went.

``python -m clipping.sources.fetching``. It is a process of its own so that the walls hold for all
that yt-dlp does and for nothing else, so that a site which makes it eat memory or hang takes
nobody along, and so that it sees no secret but the cookies it is given.
"""

from __future__ import annotations

import io
import json
import os
import shutil
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from yt_dlp.networking import Request
from yt_dlp.networking.exceptions import RequestError
from yt_dlp.utils import YoutubeDLError
from yt_dlp.webvtt import ParseError

from clipping.sources import ytdlp
from clipping.sources.choosing import (
    ChosenCaptions,
    Track,
    choose_captions,
    choose_tracks,
    shares,
    spoken_language,
)
from clipping.sources.confine import Refused, Walls, raise_walls
from clipping.sources.describing import describe
from clipping.sources.exchange import Declined, Failure, Job, Message
from clipping.sources.fragments import DOWNLOADERS
from clipping.sources.ytdlp import GuardedYoutubeDL

_BETWEEN_REPORTS_S = 0.2
_SPARE_BYTES = 256 * 1024**2
"""What stays free on the disk beside the download."""

_NOT_LISTED = ("is_live", "is_upcoming", "post_live")


@dataclass
class Speaker:
    """Says how far it is, one JSON document a line, and not too often."""

    stream: io.TextIOBase | Any
    _quiet_until: float = field(default=0.0, init=False)

    def say(self, message: Message) -> None:
        """A line that must not be lost. Ends the process when nobody listens any more."""
        try:
            self.stream.write(json.dumps(message) + "\n")
            self.stream.flush()
        except BrokenPipeError:
            os._exit(1)

    def mention(self, message: Message) -> None:
        """A line of which it does no harm to lose some."""
        now = time.monotonic()
        if now >= self._quiet_until:
            self._quiet_until = now + _BETWEEN_REPORTS_S
            self.say(message)


def main(walls: Walls | None = None) -> None:
    """Do the job that stands on standard input; ``walls`` are given by tests alone."""
    # What a library prints must not end up among the answers.
    speaker = Speaker(os.fdopen(os.dup(1), "w", encoding="utf-8"))
    os.dup2(2, 1)
    job = Job.from_json(sys.stdin.read())
    try:
        raise_walls(replace(walls or Walls(), program=job.deno, proxy=_proxy(job)))
    except OSError as error:
        speaker.say(describe(error).to_message())
    else:
        speaker.say(attempt(job, speaker))


def attempt(job: Job, speaker: Speaker) -> Message:
    """The last line, whether the job went well or not."""
    try:
        return answer(job, speaker)
    except Refused as error:
        return Failure(refused=str(error)).to_message()
    except Declined as error:
        return Failure(declined=error.code, value=error.value).to_message()
    except Exception as error:  # noqa: BLE001 - any fault of any extractor must reach the parent
        return describe(error).to_message()


def answer(job: Job, speaker: Speaker) -> Message:
    """The last line of a job that went well; raises what went wrong."""
    with GuardedYoutubeDL(job, lambda _: speaker.mention({"kind": "alive"})) as ydl:
        if job.task == "list":
            for entry in _entries(ydl.extract_info(job.url, download=False)):
                speaker.say({"kind": "entry", "entry": entry})
            return {"kind": "done"}
        info = ydl.extract_info(job.url, download=False)
        if not info or not info.get("formats"):
            raise Declined("no_format")
        tracks = choose_tracks(info["formats"])
        _Fetching(job, ydl, speaker, info, tracks).run()
        captions = _captions(job, ydl, speaker, info, tracks)
        return {"kind": "done", "video": _described(info, tracks, captions)}


def _proxy(job: Job) -> tuple[str, int] | None:
    if job.proxy is None:
        return None
    parts = urlsplit(job.proxy)
    usual = {"http": 80, "https": 443}.get(parts.scheme, 1080)
    return (parts.hostname or "", parts.port or usual)


class _Fetching:
    """The download of one video's tracks, within its limits."""

    def __init__(
        self,
        job: Job,
        ydl: GuardedYoutubeDL,
        speaker: Speaker,
        info: dict[str, Any],
        tracks: tuple[Track, ...],
    ) -> None:
        self._job, self._ydl, self._speaker = job, ydl, speaker
        self._info, self._tracks = info, tracks
        self._shares = shares(tracks)
        self._done_bytes, self._done = 0, 0.0
        self._at = 0

    def run(self) -> None:
        """Fetch what is not there yet."""
        folder = Path(self._job.folder)
        self._check_sizes(folder)
        for number, track in enumerate(self._tracks):
            self._at, path = number, folder / track.name
            self._fetch(track, path)
            self._done_bytes += path.stat().st_size
            self._done += self._shares[number]

    def _check_sizes(self, folder: Path) -> None:
        total = sum(track.size_bytes or 0 for track in self._tracks)
        if all(track.exact for track in self._tracks) and total > self._job.max_bytes:
            raise Declined("too_large", total)
        there = sum(path.stat().st_size for path in folder.iterdir() if path.is_file())
        # Two tracks are joined into a third file before they go.
        wanted = total * len(self._tracks) - there
        if shutil.disk_usage(folder).free < max(0, wanted) + _SPARE_BYTES:
            raise Declined("no_space")

    def _fetch(self, track: Track, path: Path) -> None:
        bulky = ("formats", "requested_formats", "subtitles", "automatic_captions")
        info = {key: value for key, value in self._info.items() if key not in bulky}
        info |= track.offered
        downloader = DOWNLOADERS[info["protocol"]](self._ydl, self._ydl.params)
        downloader.add_progress_hook(self._hook)
        fetched, _ = downloader.download(str(path), info)
        if not fetched or not path.is_file():
            raise Declined("incomplete")

    def _hook(self, status: dict[str, Any]) -> None:
        here = int(status.get("downloaded_bytes") or 0)
        total = status.get("total_bytes") or status.get("total_bytes_estimate")
        exact = int(status.get("total_bytes") or 0)
        if self._done_bytes + max(here, exact) > self._job.max_bytes:
            raise Declined("too_large", self._done_bytes + max(here, exact))
        part = min(1.0, here / total) if total else 0.0
        fraction = self._done + part * self._shares[self._at]
        self._speaker.mention({"kind": "progress", "fraction": fraction})


def _captions(
    job: Job,
    ydl: GuardedYoutubeDL,
    speaker: Speaker,
    info: dict[str, Any],
    tracks: tuple[Track, ...],
) -> dict[str, str] | None:
    """The captions that the site has; a video without them is still a video."""
    chosen = choose_captions(info, tracks)
    if chosen is None:
        return None
    name = f"captions.{chosen.language}{chosen.suffix}"
    try:
        _fetch_captions(ydl, info, chosen, Path(job.folder) / name)
    except (YoutubeDLError, RequestError, Declined, UnicodeError, ParseError):
        text = f"{info.get('extractor_key')} offers captions, but did not hand them out."
        speaker.say({"kind": "note", "text": text})
        return None
    return {"name": name, "kind": chosen.kind, "language": chosen.language}


def _fetch_captions(
    ydl: GuardedYoutubeDL, info: dict[str, Any], chosen: ChosenCaptions, path: Path
) -> None:
    offered = dict(chosen.offered)
    path.unlink(missing_ok=True)
    if offered.get("data") is not None:
        path.write_text(str(offered["data"]), encoding="utf-8")
    elif str(offered.get("protocol", "")).startswith("m3u8"):
        piecewise = DOWNLOADERS["m3u8"](ydl, ydl.params)
        piecewise.add_progress_hook(_decline_endless)
        offered |= {"ext": "vtt", "id": info.get("id")}
        piecewise.download(str(path), offered)
        if not path.is_file():  # what yt-dlp returns here says nothing
            raise Declined("incomplete")
    else:
        headers = offered.get("http_headers") or info.get("http_headers") or {}
        with ydl.urlopen(Request(str(offered["url"]), headers=dict(headers))) as response:
            path.write_bytes(response.read())


def _decline_endless(status: dict[str, Any]) -> None:
    """Captions in pieces may be as large as those in one, and no larger."""
    if int(status.get("downloaded_bytes") or 0) > ytdlp.LARGEST_PAGE_BYTES:
        raise Declined("page_too_large")


def _described(
    info: dict[str, Any], tracks: tuple[Track, ...], captions: dict[str, str] | None
) -> Message:
    """What the parent is told of the video, as far as the site says."""
    return {
        "title": info.get("title"),
        "video_id": info.get("id"),
        "webpage_url": info.get("webpage_url"),
        "uploader": info.get("uploader") or info.get("channel") or info.get("uploader_id"),
        "duration_s": info.get("duration"),
        "published_s": info.get("timestamp"),
        "published_on": info.get("upload_date"),
        "language": spoken_language(info, tracks),
        "tracks": [{"name": track.name, "kind": track.kind} for track in tracks],
        "plain": all(track.offered.get("protocol") == "https" for track in tracks),
        "captions": captions,
    }


def _entries(found: dict[str, Any] | None) -> Iterator[Message]:
    """The videos of a channel, as its page lists them; tabs of a channel one after another.

    What is live or announced is left out: it is listed once more when it is a recording.
    """
    if not found or found.get("_type", "video") not in ("playlist", "multi_video"):
        raise Declined("no_list")
    seen: set[str] = set()
    for entry in _flat(found):
        video_id, url = str(entry.get("id") or ""), entry.get("url") or entry.get("webpage_url")
        if not video_id or not url or video_id in seen or entry.get("live_status") in _NOT_LISTED:
            continue
        seen.add(video_id)
        yield {
            "id": video_id,
            "url": url,
            "title": entry.get("title"),
            "duration_s": entry.get("duration"),
            "published_s": entry.get("timestamp") or entry.get("release_timestamp"),
            "published_on": entry.get("upload_date"),
        }


def _flat(found: dict[str, Any], depth: int = 3) -> Iterator[dict[str, Any]]:
    for entry in found.get("entries") or ():
        if not entry:
            continue
        if entry.get("_type") in ("playlist", "multi_video"):
            if depth:
                yield from _flat(entry, depth - 1)
        elif not entry.get("_type") or entry["_type"] in ("url", "url_transparent", "video"):
            yield entry


if __name__ == "__main__":
    main()
