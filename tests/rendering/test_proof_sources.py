"""Proof finds the clip's place in sources of every kind: rates, turns, containers, colours."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from clipping.errors import UnreadableMedia
from clipping.media.ffmpeg import run_ffmpeg
from clipping.models import Proof
from clipping.rendering.compose import render
from clipping.rendering.proof import prove
from tests.rendering.clips import failed, speech, value
from tests.rendering.recipes import plan_of, spoken
from tests.support.media import make_video

UNTOUCHED = {"loudness_lufs", "true_peak_dbtp"}
"""These clips are not brought to level."""

# A rate, a turn and a start, a shape and a sound have nothing to do with one another.
SOURCES: dict[str, dict[str, Any]] = {
    "matroska_of_twenty_four_frames_and_surround": {
        "name": "talk.mkv",
        "fps": Fraction(24_000, 1001),
        "channels": 6,
    },
    "sixty_frames_turned_clockwise": {"fps": 60, "rotation": 90},
    "a_hundred_and_twenty_frames_and_stereo_at_44100": {
        "fps": 120,
        "sample_rate": 44_100,
        "channels": 2,
    },
    "fifteen_frames_upside_down_that_begin_late": {
        "fps": 15,
        "rotation": 180,
        "start_video_ms": 210,
    },
    "variable_rate_turned_anticlockwise": {"variable_rate": True, "rotation": 270},
    "anamorphic_with_one_key_frame_and_late_sound": {
        "sample_aspect": Fraction(4, 3),
        "keyframe_every": 1_000,
        "start_audio_ms": 340,
    },
    "webm": {"name": "talk.webm"},
}


@pytest.mark.parametrize("kind", SOURCES)
def test_a_clip_of_such_a_source_is_proven_exact(tmp_path: Path, kind: str) -> None:
    options = dict(SOURCES[kind])
    name = options.pop("name", "talk.mp4")
    rate = options.get("sample_rate", 48_000)
    source = make_video(tmp_path / name, seconds=2.2, audio=speech(2.2, rate), **options)
    proof = _proven(source)
    assert failed(proof) <= UNTOUCHED
    assert value(proof, "cut_start_error_frames") == 0
    assert value(proof, "cut_end_error_frames") == 0
    assert abs(float(value(proof, "av_offset_ms") or 0)) < 10


# Ten bits of 4:2:0 are those of "hlg" and "pq".
COLOURS = {
    "untagged_four_two_two": (
        *("-pix_fmt", "yuv422p10le", "-vf"),
        "setparams=colorspace=unknown:color_primaries=unknown:color_trc=unknown",
    ),
    "bt601_four_four_four": (
        *("-pix_fmt", "yuv444p", "-vf"),
        "scale=out_color_matrix=smpte170m,setparams=colorspace=smpte170m",
    ),
    "full_range": ("-vf", "scale=out_range=pc", "-pix_fmt", "yuvj420p"),
    "interlaced": ("-vf", "tinterlace=interleave_top", "-flags", "+ilme+ildct", "-r", "30"),
    "hlg": (
        *("-pix_fmt", "yuv420p10le", "-vf"),
        "setparams=colorspace=bt2020nc:color_primaries=bt2020:color_trc=arib-std-b67",
    ),
    "pq": (
        *("-pix_fmt", "yuv420p10le", "-vf"),
        "setparams=colorspace=bt2020nc:color_primaries=bt2020:color_trc=smpte2084",
    ),
}


@pytest.fixture(scope="module")
def heard(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with the sound of all sources of other colours."""
    path = tmp_path_factory.mktemp("heard") / "talk.mp4"
    return make_video(path, seconds=2.2, audio=speech(2.2), picture=None)


@pytest.mark.parametrize("name", COLOURS)
def test_a_source_of_other_colours_hides_no_caption_and_shows_none(
    heard: Path, tmp_path: Path, name: str
) -> None:
    source = tmp_path / "coloured.mp4"
    # Interlaced pictures have at least the lines of standard definition.
    size, rate = ("720x576", 60) if name == "interlaced" else ("320x180", 30)
    picture = f"testsrc2=s={size}:r={rate}:d=2.2"
    run_ffmpeg(
        [
            *("-f", "lavfi", "-i", picture, "-i", str(heard), "-map", "0:v", "-map", "1:a"),
            *COLOURS[name],
            *("-c:v", "libx264", "-preset", "ultrafast", "-crf", "12", "-c:a", "copy"),
            str(source),
        ],
        timeout_s=60,
    )
    assert failed(_proven(source)) <= UNTOUCHED


def test_a_clip_of_the_whole_source_is_proven_exact(tmp_path: Path) -> None:
    source = make_video(tmp_path / "talk.mp4", seconds=1.2, audio=speech(1.2))
    proof = _proven(source, 0, 1_200)
    assert failed(proof) <= UNTOUCHED
    assert value(proof, "cut_end_error_frames") == 0


def test_a_source_that_is_gone_is_said_to_be_unreadable(tmp_path: Path) -> None:
    source = make_video(tmp_path / "talk.mp4", seconds=1.2, audio=speech(1.2))
    plan, media = plan_of(source, 500, 900)
    render(plan, source, media, tmp_path / "clip.mp4")
    source.unlink()
    with pytest.raises(UnreadableMedia, match=r"talk\.mp4"):
        prove(tmp_path / "clip.mp4", plan, source, media)


def _proven(source: Path, start_ms: int = 1_070, end_ms: int = 1_870) -> Proof:
    words = spoken("one", "two", start_ms=start_ms + 280, every_ms=200, length_ms=180)
    plan, media = plan_of(source, start_ms, end_ms, words=words, hook="Look")
    assert plan.hook is not None
    hook = plan.hook.model_copy(update={"end_ms": 600})
    plan = plan.model_copy(update={"hook": hook})
    clip = source.with_name("clip.mp4")
    render(plan, source, media, clip)
    return prove(clip, plan, source, media)
