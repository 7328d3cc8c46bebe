"""The source that clips are cut from: made here, as hard to encode as filmed talk.

The demo talk in 1920x1080 and 30 frames a second, with a texture that moves over it and a little
noise, so that nothing stands still and every block has something to keep: about 4 Mb/s at CRF 18,
key frames up to eight seconds apart. A minute is encoded; longer sources repeat it by stream copy.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from clipping.demo import make_demo
from clipping.media.ffmpeg import run_ffmpeg
from clipping.media.probe import probe
from clipping.models import MediaInfo, Word
from clipping.models.base import Value
from clipping.timing import TimeSpan

WIDTH_PX, HEIGHT_PX, FPS = 1920, 1080, 30
MINUTE_MS = 60_000
START_MS = 20_370
"""Of the clip within a minute: between two key frames and between two frames."""
THREADS = os.cpu_count() or 1

_SOUND_S = 59.9
"""Shorter than the picture, so that repeated minutes begin on whole minutes."""
_PROFANE_EVERY = 27
"""Words from one muted word to the next: three in half a minute."""
_TEXTURE = (
    f"perlin=size=2080x1240:rate={FPS}:octaves=6:persistence=0.6:xscale=0.012:yscale=0.012"
    f":random_mode=seed:seed=7,trim=end_frame=1,loop=-1:1:0,setpts=N/{FPS}/TB,format=gray"
)
_PICTURE = (
    "[0]crop=1920:1080:x='80+70*sin(n/67)':y='80+50*sin(n/41)',format=gbrp[texture]"
    # Nobody sits still.
    ";[1:v]scale=2000:1126,crop=1920:1080:x='40+38*sin(n/23)':y='23+20*sin(n/31)',format=gbrp[talk]"
    ";[talk][texture]blend=all_mode=softlight:all_opacity=0.8:shortest=1"
    ",scale=out_color_matrix=bt709:out_range=tv,format=yuv420p"
    ",noise=c0s=2:c0f=t:c0_seed=3[picture]"
)


class Material(Value):
    """A source of whole minutes that are all alike; ``words`` are those of the first one."""

    path: Path
    media: MediaInfo
    words: tuple[Word, ...]

    def spoken(self, span: TimeSpan) -> list[Word]:
        """The words of the minutes that the span touches."""
        return list(self._spoken(span))

    def _spoken(self, span: TimeSpan) -> Iterator[Word]:
        for minute in range(span.start_ms // MINUTE_MS, span.end_ms // MINUTE_MS + 1):
            for word in self.words:
                yield word.model_copy(update={"span": word.span.shifted(minute * MINUTE_MS)})


def make_material(folder: Path, minutes: int) -> Path:
    """Make a source that long, and return where its description (:class:`Material`) lies."""
    print(f"  making a source of {minutes} minutes", flush=True)
    talk = make_demo(folder / "talk")
    minute = folder / "minute.mp4"
    if not minute.exists():
        _film(talk.video, minute)
    video = folder / f"{minutes}-minutes.mp4"
    listing = folder / "list.txt"
    listing.write_text(f"file '{minute.absolute()}'\n" * minutes, encoding="utf-8")
    copy = ["-f", "concat", "-safe", "0", "-i", str(listing), "-c", "copy", str(video)]
    run_ffmpeg(copy, timeout_s=600)
    material = Material(path=video, media=probe(video), words=tuple(_words(talk.truth)))
    described = video.with_suffix(".json")
    described.write_text(material.model_dump_json(), encoding="utf-8")
    return described


def read_material(described: str) -> Material:
    """What :func:`make_material` wrote."""
    return Material.model_validate_json(Path(described).read_text(encoding="utf-8"))


def _film(talk: Path, minute: Path) -> None:
    encoder = ["-c:v", "libx264", "-preset", "fast", "-crf", "18", "-g", str(8 * FPS)]
    tags = ["-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709"]
    run_ffmpeg(
        [
            *("-f", "lavfi", "-i", _TEXTURE, "-i", str(talk), "-filter_complex", _PICTURE),
            *("-map", "[picture]", "-map", "1:a", "-frames:v", str(MINUTE_MS // 1000 * FPS)),
            *("-filter:a", f"atrim=end={_SOUND_S}", *encoder, *tags),
            *("-c:a", "aac", "-b:a", "160k", str(minute)),
        ],
        timeout_s=1_800,
    )


def _words(truth: tuple[Word, ...]) -> Iterator[Word]:
    """The words of the first minute; now and then one that has to be muted."""
    for number, word in enumerate(truth):
        if word.span.end_ms <= MINUTE_MS:
            profane = number % _PROFANE_EVERY == _PROFANE_EVERY - 1
            yield word.model_copy(update={"text": "shit"}) if profane else word
