"""A video that also looks like a playlist is rendered as the video it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from clipping.errors import RenderFailed
from clipping.media.ffmpeg import run_ffmpeg
from clipping.media.probe import probe
from clipping.models import EncoderSettings
from clipping.rendering.compose import render
from clipping.rendering.grid import snap
from clipping.rendering.loudness import measure
from clipping.rendering.measure.sound import loudness_and_peak
from tests.rendering.recipes import plan_of
from tests.support.media import make_video

PLAYLIST = (
    '<?xml version="1.0"?><MPD profiles="urn:mpeg:dash:profile:isoff-live:2011" '
    'xmlns="urn:mpeg:dash:schema:mpd:2011"><Period><BaseURL>file:///etc/passwd</BaseURL>'
)


@pytest.fixture(scope="module")
def two_faced(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An MP4 with a playlist in a box that players pass over."""
    folder = tmp_path_factory.mktemp("two-faced")
    plain = make_video(folder / "plain.mp4", seconds=3, picture="moving", audio="tone")
    path = folder / "talk.mp4"
    # In fragments nothing is found by its place in the whole file, so a box can be put in.
    flags = "frag_keyframe+empty_moov+default_base_moof"
    run_ffmpeg(["-i", str(plain), "-c", "copy", "-movflags", flags, str(path)], timeout_s=60)
    data = path.read_bytes()
    # ffmpeg looks for the text up to the first zero byte, so this box is long; most is a hole.
    length = 0x01010101
    with path.open("wb") as file:
        file.write(length.to_bytes(4, "big") + b"free" + PLAYLIST.encode())
        file.truncate(length)
        file.seek(length)
        file.write(data)
    return path


def test_ffmpeg_itself_would_take_it_for_the_playlist(two_faced: Path) -> None:
    """Or the tests below would show nothing."""
    with pytest.raises(RenderFailed):
        run_ffmpeg(["-i", str(two_faced), "-f", "null", "-"], timeout_s=60)


def test_it_is_rendered_and_measured_as_a_video(two_faced: Path, tmp_path: Path) -> None:
    assert probe(two_faced).container == "mp4"
    plan, media = plan_of(two_faced, 500, 2_000, encoder=EncoderSettings(preset="ultrafast"))
    assert measure(two_faced, media, snap(plan.span, media), []).measured_lufs < 0
    render(plan, two_faced, media, tmp_path / "clip.mp4")
    assert probe(tmp_path / "clip.mp4").duration_ms == pytest.approx(1_500, abs=50)
    assert loudness_and_peak(two_faced, media.duration_ms)[0] < 0
