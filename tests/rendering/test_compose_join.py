"""Clips that share their body: the head is encoded anew, the rest is copied, and nothing shows."""

from __future__ import annotations

import errno
import shutil
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import av.error
import numpy as np
import pytest

from clipping.captions.hook import lay_out_hook
from clipping.captions.styles.highlight import HIGHLIGHT
from clipping.errors import DiskFull, RenderFailed
from clipping.media.ffmpeg import FfmpegRun, run_ffmpeg
from clipping.models import EncoderSettings, MediaInfo, RenderPlan
from clipping.rendering import compose
from clipping.rendering.compose import render
from clipping.rendering.grid import snap
from clipping.rendering.loudness import measure
from clipping.rendering.proof import prove
from clipping.timing import TimeSpan
from tests.rendering.clips import failed, speech
from tests.rendering.recipes import pictures, plan_of, spoken
from tests.support.media import make_video

Made = tuple[RenderPlan, Path, MediaInfo, Path]
WORDS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
SPAN_MS = (1_500, 3_250)
FPS, FRAMES, HEAD = 24, 42, 18
"""A planned clip parts after 3 s; these part before 1 s, with a hook as brief: that is quicker."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """A clip of 1.75 s whose head is 0.75 s long, by as many threads as one clip alone gets."""
    folder = tmp_path_factory.mktemp("join")
    source = make_video(
        folder / "talk.mp4", seconds=4, fps=FPS, audio=speech(4), keyframe_every=100
    )
    _, media = plan_of(source, *SPAN_MS)
    span = TimeSpan(start_ms=SPAN_MS[0], end_ms=SPAN_MS[1])
    plan, _ = plan_of(
        source,
        *SPAN_MS,
        loudness=measure(source, media, snap(span, media), []),
        words=spoken(*WORDS, start_ms=1_640, every_ms=150, length_ms=130),
        encoder=EncoderSettings(preset="veryfast", quality=22, threads=2),
    )
    plan = _varied(plan.replace(join_frame=HEAD), "First hook")
    render(plan, source, media, folder / "clip.mp4")
    return plan, source, media, folder / "clip.mp4"


def _varied(plan: RenderPlan, text: str) -> RenderPlan:
    return plan.model_copy(update={"hook": lay_out_hook(text, HIGHLIGHT, HEAD * 1000 // FPS)})


def test_the_body_of_a_plan_is_what_all_its_hooks_share(made: Made) -> None:
    plan, *_ = made
    assert (plan.frames, plan.join_frame) == (FRAMES, HEAD)
    assert plan.body_hash() is not None
    assert _varied(plan, "Another one").body_hash() == plan.body_hash()
    assert plan.model_copy(update={"hook": None}).body_hash() == plan.body_hash()
    for change in (
        {"style": "minimal"},
        {"mutes": (plan.span.shifted(0),)},
        {"captions": plan.captions[:-1]},
        {"encoder": plan.encoder.model_copy(update={"quality": 30})},
    ):
        assert plan.model_copy(update=change).body_hash() != plan.body_hash()
    assert plan.model_copy(update={"captions": plan.captions[1:]}).body_hash() == plan.body_hash()


@pytest.mark.parametrize("text", ["A much longer second hook that wraps", ""])
def test_a_variation_equals_a_full_render_and_encodes_only_its_head(
    made: Made, tmp_path: Path, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def often(args: list[str], **options: Any) -> FfmpegRun:
        # However fast the machine is, it says more than that it is done.
        return run_ffmpeg(["-stats_period", "0.02", *args], **options)

    monkeypatch.setattr(compose, "run_ffmpeg", often)
    plan, source, media, clip = made
    varied = _varied(plan, text)
    quick = render(varied, source, media, tmp_path / "quick.mp4", sibling=clip)
    told: list[float] = []
    full = render(varied, source, media, tmp_path / "full.mp4", told.append)
    assert told == sorted(told)
    assert told[-1] == 1.0
    assert any(fraction < 0.5 for fraction in told)
    assert (quick.frames_encoded, full.frames_encoded) == (HEAD, FRAMES)
    assert (tmp_path / "quick.mp4").read_bytes() == (tmp_path / "full.mp4").read_bytes()
    assert failed(prove(tmp_path / "quick.mp4", varied, source, media)) == set()
    assert {path.name for path in tmp_path.iterdir()} == {"quick.mp4", "full.mp4"}


def test_two_commands_make_the_file_that_one_makes(
    made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan, source, media, clip = made
    runs = []

    def run(*args: Any, **options: Any) -> FfmpegRun:
        runs.append(args)
        return run_ffmpeg(*args, **options)

    monkeypatch.setattr(compose, "run_ffmpeg", run)
    monkeypatch.setattr(compose, "_commands", lambda _plan, pieces: [[one] for one in pieces])
    told: list[float] = []
    render(plan, source, media, tmp_path / "two.mp4", told.append, sound=clip)
    assert len(runs) == 2
    assert told == sorted(told)
    assert told[-1] == 1.0
    assert (tmp_path / "two.mp4").read_bytes() == clip.read_bytes()


def test_a_clip_with_one_thread_has_one_encoder_at_a_time(made: Made) -> None:
    plan, *_ = made
    pieces = compose._pieces(plan, head_only=False)
    assert [len(together) for together in compose._commands(plan, pieces)] == [2]
    single = plan.replace(encoder=plan.encoder.replace(threads=1))
    assert [len(together) for together in compose._commands(single, pieces)] == [1, 1]


def test_a_variation_of_a_variation_is_the_same_again(made: Made, tmp_path: Path) -> None:
    plan, source, media, clip = made
    render(_varied(plan, "Second"), source, media, tmp_path / "second.mp4", sibling=clip)
    render(plan, source, media, tmp_path / "first.mp4", sibling=tmp_path / "second.mp4")
    assert (tmp_path / "first.mp4").read_bytes() == clip.read_bytes()


def test_a_joined_file_decodes_without_a_warning(made: Made) -> None:
    *_, clip = made
    strict = ["-v", "warning", "-xerror", "-err_detect", "explode", "-i", str(clip)]
    assert run_ffmpeg([*strict, "-f", "null", "-"], timeout_s=60).log.strip() == ""


def test_decoding_times_rise_and_the_body_opens_with_a_key_frame(made: Made) -> None:
    plan, _, _, clip = made
    with av.open(str(clip)) as container:
        stream = container.streams.video[0]
        packets = [packet for packet in container.demux(stream) if packet.pts is not None]
        assert stream.time_base is not None
        orders = [packet.dts for packet in packets if packet.dts is not None]
        keys = {
            round(packet.pts * stream.time_base * FPS)
            for packet in packets
            if packet.is_keyframe and packet.pts is not None
        }
    assert len(packets) == plan.frames
    assert all(after > before for before, after in pairwise(orders))
    assert {0, HEAD} <= keys


def test_the_picture_is_as_good_as_that_of_one_encode(made: Made, tmp_path: Path) -> None:
    plan, source, media, clip = made
    whole = plan.model_copy(update={"join_frame": None})
    render(whole, source, media, tmp_path / "whole.mp4", sound=clip)
    parted, single = pictures(clip, "gray"), pictures(tmp_path / "whole.mp4", "gray")
    gaps = [
        float(np.mean(np.square(one[::2, ::2].astype(np.float32) - other[::2, ::2])))
        for one, other in zip(parted, single, strict=True)
    ]
    # Two encodes of the same pictures differ by their own noise, around the join as elsewhere.
    elsewhere = max(gaps[: HEAD - 12] + gaps[HEAD + 12 :])
    assert max(gaps[HEAD - 6 : HEAD + 6]) <= max(4.0, 2 * elsewhere)


def test_a_clip_of_other_settings_is_refused_as_a_sibling(made: Made, tmp_path: Path) -> None:
    plan, source, media, clip = made
    other = plan.model_copy(
        update={"encoder": EncoderSettings(preset="ultrafast", quality=22, threads=1)}
    )
    with pytest.raises(RenderFailed, match="other settings"):
        render(other, source, media, tmp_path / "clip.mp4", sibling=clip)
    assert list(tmp_path.iterdir()) == []


def test_a_sibling_that_cannot_be_parted_there_is_refused(made: Made, tmp_path: Path) -> None:
    plan, source, media, clip = made
    late = plan.model_copy(update={"join_frame": HEAD + 7})
    with pytest.raises(RenderFailed, match="cannot be parted at frame 25"):
        render(late, source, media, tmp_path / "clip.mp4", sibling=clip)
    shutil.copy(source, tmp_path / "other.mp4")
    with pytest.raises(RenderFailed):
        render(plan, source, media, tmp_path / "clip.mp4", sibling=tmp_path / "other.mp4")
    assert {path.name for path in tmp_path.iterdir()} == {"other.mp4"}


def _moved(packet: av.Packet[Any], streams: dict[int, Any]) -> av.Packet[Any]:
    packet.stream = streams[packet.stream_index]
    return packet


def test_a_sibling_that_lacks_frames_is_refused(made: Made, tmp_path: Path) -> None:
    plan, source, media, clip = made
    short = tmp_path / "short.mp4"
    with av.open(str(clip)) as whole, av.open(str(short), "w", format="mp4") as output:
        streams = {
            stream.index: output.add_stream_from_template(stream)
            for stream in (*whole.streams.video, *whole.streams.audio)
        }
        pictures_seen = 0
        for packet in whole.demux():
            pictures_seen += packet.stream.type == "video"
            if packet.pts is not None and pictures_seen != 30:
                output.mux(_moved(packet, streams))
    with pytest.raises(RenderFailed, match=r"lacks frames: 23 of 24"):
        render(plan, source, media, tmp_path / "clip.mp4", sibling=short)


def test_a_full_disk_while_joining_is_said_to_be_one(
    made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan, source, media, clip = made

    def full(*_: object) -> None:
        raise av.error.OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("clipping.media.join._parameters", full)
    with pytest.raises(DiskFull):
        render(plan, source, media, tmp_path / "clip.mp4", sibling=clip)
    assert list(tmp_path.iterdir()) == []
