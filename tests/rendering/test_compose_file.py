"""One finished clip, with everything in it, looked at from all sides."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from clipping.media.ffmpeg import run_ffmpeg
from clipping.models import EncoderSettings, MediaInfo, RenderPlan
from clipping.rendering.compose import command, cover, render
from clipping.rendering.grid import snap
from clipping.rendering.loudness import measure
from clipping.rendering.picture import escape
from clipping.rendering.plan import mutes
from clipping.timing import TimeSpan
from tests.rendering.recipes import pictures, plan_of, sound, spoken
from tests.support.media import make_video

FPS = 24
HOSTILE = "it's a [b]: c, d; e\\f %d = ü 'q' "


@dataclass(frozen=True)
class Clip:
    source: Path
    media: MediaInfo
    plan: RenderPlan
    path: Path
    progress: list[float]


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Clip:
    folder = tmp_path_factory.mktemp("clip")
    source = make_video(folder / "talk.mp4", seconds=4, fps=FPS)
    words = spoken("say", "it", "fuck", "once", "again", start_ms=1_000, every_ms=500)
    first, media = plan_of(source, 800, 3_300, words=words)
    loudness = measure(source, media, snap(first.span, media), first.mutes)
    plan, _ = plan_of(
        source,
        800,
        3_300,
        words=words,
        hook="Look at this",
        loudness=loudness,
        encoder=EncoderSettings(preset="veryfast"),
    )
    progress: list[float] = []
    render(plan, source, media, folder / "clip.mp4", progress.append)
    return Clip(source, media, plan, folder / "clip.mp4", progress)


def test_the_streams_are_what_every_platform_takes(clip: Clip) -> None:
    with av.open(str(clip.path)) as container:
        video, audio = container.streams.video[0], container.streams.audio[0]
        context: Any = video.codec_context
        assert (context.name, context.profile, context.pix_fmt) == ("h264", "High", "yuv420p")
        assert (video.width, video.height) == (1080, 1920)
        assert video.average_rate == FPS
        assert video.sample_aspect_ratio in (None, 1)
        assert (context.colorspace, context.color_primaries, context.color_trc) == (1, 1, 1)
        assert context.color_range == 1
        assert (audio.codec_context.name, audio.rate, audio.channels) == ("aac", 48_000, 2)
        assert (video.start_time, audio.start_time, container.start_time) == (0, 0, 0)
        assert video.frames == clip.plan.frames
        assert len(container.streams) == 2
        assert not {"title", "comment", "creation_time", "encoder"} & set(container.metadata)


def test_playback_can_start_before_the_file_is_there(clip: Clip) -> None:
    data = clip.path.read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")


def test_keyframes_stand_every_two_seconds_and_end_their_groups(clip: Clip) -> None:
    with av.open(str(clip.path)) as container:
        base = Fraction(container.streams.video[0].time_base or 0)
        packets = [packet for packet in container.demux(video=0) if packet.pts is not None]
    times = [(packet.pts or 0) * base for packet in packets]
    keys = [time for time, packet in zip(times, packets, strict=True) if packet.is_keyframe]
    assert keys[0] == 0
    assert all(later - earlier <= 2 for earlier, later in pairwise(keys))
    # Closed groups: nothing decoded after a keyframe is shown before it.
    newest = Fraction(-1)
    for time, packet in zip(times, packets, strict=True):
        newest = time if packet.is_keyframe else newest
        assert time >= newest


def test_progress_rises_to_one(clip: Clip) -> None:
    assert clip.progress == sorted(clip.progress)
    assert clip.progress[-1] == 1.0
    assert len(clip.progress) > 2


def test_the_same_plan_gives_the_same_bytes_wherever_its_files_lie(
    clip: Clip, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from clipping.captions import FONTS_DIR
    from clipping.rendering import compose

    folder = tmp_path / HOSTILE / "-out"
    folder.mkdir(parents=True)
    (folder / "fonts").symlink_to(FONTS_DIR)
    monkeypatch.setattr(compose, "FONTS_DIR", folder / "fonts")
    source = folder / "ta:lk 'x'%03d.mp4"
    source.hardlink_to(clip.source)
    out = folder / "01-it's.mp4"
    render(clip.plan, source, clip.media, out)
    assert out.read_bytes() == clip.path.read_bytes()
    assert {path.name for path in folder.iterdir()} == {"fonts", source.name, out.name}


def test_a_graph_too_long_for_an_argument_gives_the_same_clip(
    clip: Clip, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from clipping.rendering import compose

    shots = tuple(
        clip.plan.framings[0].model_copy(update={"start_frame": at, "end_frame": at + 5})
        for at in range(0, 25, 5)
    )
    plan = clip.plan.replace(framings=shots, frames=25)
    short, long = tmp_path / "short.mp4", tmp_path / "long.mp4"
    render(plan, clip.source, clip.media, short)
    monkeypatch.setattr(compose, "_LONGEST_ARGUMENT", 1_000)
    render(plan, clip.source, clip.media, long)
    assert short.read_bytes() == long.read_bytes()
    assert pictures(short, "gray")[0].shape == (1920, 1080)
    assert {path.name for path in tmp_path.iterdir()} == {"short.mp4", "long.mp4"}


def test_a_relative_path_is_a_file_and_never_an_option(
    clip: Clip, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    args = command(clip.plan, Path("-y.mp4"), ["-vf", "null"], [Path("-n.mp4")])
    assert f"file:{tmp_path / '-y.mp4'}" in args
    assert args[-1] == f"file:{tmp_path / '-n.mp4'}"


@pytest.mark.parametrize("value", [" lead", "trail ", "a\\:b", "'", "[x],;", "tab\tin", "=:="])
def test_any_text_survives_the_filter_graphs_two_parsers(value: str) -> None:
    graph = f"anullsrc=d=0.01,ametadata=mode=add:key=k:value={escape(value)},ametadata=mode=print"
    run = run_ffmpeg(
        ["-filter_complex", f"{graph}[a]", "-map", "[a]", "-f", "null", "-"], timeout_s=30
    )
    assert f"k={value}\n" in run.log


def test_the_loudness_is_on_target_after_encoding(clip: Clip) -> None:
    with_meter = ["-af", "ebur128=peak=true:framelog=quiet", "-vn", "-f", "null", "-"]
    log = run_ffmpeg(["-i", str(clip.path), *with_meter], timeout_s=60).log
    summary = log.rpartition("Summary:")[2].split()
    assert float(summary[summary.index("I:") + 1]) == pytest.approx(-14, abs=0.5)
    assert float(summary[summary.index("Peak:") + 1]) <= -1


def test_a_muted_word_is_silent_and_its_neighbours_are_not(clip: Clip) -> None:
    samples = np.abs(sound(clip.path))
    (muted,) = [word for word in clip.plan.words if word.muted]
    others = [word for word in clip.plan.words if not word.muted]

    def heard(start_ms: int, end_ms: int) -> float:
        return float(samples[start_ms * 48 : end_ms * 48].max())

    # AAC smears over a frame's length, 21 ms; the margin is there for it.
    assert heard(muted.start_ms, muted.end_ms) < 0.01
    assert all(heard(word.start_ms, word.end_ms) > 0.1 for word in others)


def test_hook_and_lit_word_are_drawn_where_the_plan_says(clip: Clip) -> None:
    frames = pictures(clip.path)
    hook, plan = clip.plan.hook, clip.plan
    assert hook is not None
    box = frames[15][hook.box.top : hook.box.bottom, hook.box.left : hook.box.right]
    assert (box.min(axis=2) > 200).mean() > 0.5
    for event in (event for event in plan.captions if event.lit is not None):
        lit = event.boxes[event.lit or 0]
        frame = frames[round((event.start_ms + event.end_ms) / 2 * FPS / 1000)]
        red, green, blue = np.moveaxis(
            frame[lit.top : lit.bottom, lit.left : lit.right].astype(int), 2, 0
        )
        assert ((red > 180) & (green > 160) & (blue < 110)).mean() > 0.1


def test_the_cover_is_a_frame_with_the_hook(clip: Clip, tmp_path: Path) -> None:
    for name in ("one.jpg", "two.jpg"):
        cover(clip.path, tmp_path / name, clip.plan)
    data = (tmp_path / "one.jpg").read_bytes()
    assert data[:2] == b"\xff\xd8"
    assert data == (tmp_path / "two.jpg").read_bytes()
    assert {path.name for path in tmp_path.iterdir()} == {"one.jpg", "two.jpg"}
    (picture,) = _jpeg(tmp_path / "one.jpg")
    assert picture.shape == (1920, 1080, 3)
    hook = clip.plan.hook
    assert hook is not None
    box = picture[hook.box.top : hook.box.bottom, hook.box.left : hook.box.right]
    assert (box.min(axis=2) > 200).mean() > 0.5
    # Its colours are the clip's: the two matrices are not confused.
    seen = picture[::3, ::3].astype(np.int16)
    nearest = min(np.abs(seen - frame[::3, ::3]).mean() for frame in pictures(clip.path))
    assert nearest < 3


def _jpeg(path: Path) -> list[Any]:
    with av.open(str(path)) as container:
        return [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]


def test_planned_mutes_are_those_of_the_words(clip: Clip) -> None:
    span = snap(TimeSpan(start_ms=800, end_ms=3_300), clip.media).span
    words = spoken("say", "it", "fuck", "once", "again", start_ms=1_000, every_ms=500)
    assert clip.plan.mutes == mutes(words, span)
