"""The camera in rendered clips: it is where the plan puts it, in every frame."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from clipping.media.ffmpeg import run_ffmpeg
from clipping.models import Crop, Framing, Layout, MediaInfo, Move, RenderPlan
from clipping.rendering.compose import render
from clipping.rendering.framing import place
from clipping.rendering.grid import snap
from clipping.rendering.loudness import measure
from clipping.rendering.proof import prove
from tests.rendering.clips import failed
from tests.rendering.recipes import pictures, plan_of
from tests.support.media import make_video, read_frame_number

CROP = Crop(left_px=200, top_px=0, width_px=304, height_px=540)
EDGE_PX = 480
"""Left edge of the white half of the picture, in source pixels."""


@pytest.fixture(scope="module")
def edge(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A still picture of 960x540, black on its left and white on its right, with a tone."""
    path = tmp_path_factory.mktemp("edge") / "edge.mp4"
    half = f"color=black:s=960x540:r=30:d=3,drawbox=x={EDGE_PX}:w=480:h=540:c=white:t=fill"
    run_ffmpeg(
        [
            *("-f", "lavfi", "-i", f"{half},format=yuv420p"),
            *("-f", "lavfi", "-i", "sine=d=3", "-c:v", "libx264", "-crf", "10"),
            *("-preset", "ultrafast", "-colorspace", "bt709", str(path)),
        ],
        timeout_s=60,
    )
    return path


def _edge_px(grey: NDArray[np.uint8]) -> float:
    """Where the picture turns from black to white, in output pixels."""
    columns = grey[::16].astype(np.float64).mean(axis=0)
    return float(1080 - np.clip((columns - 16) / (235 - 16), 0, 1).sum())


def _with(plan: RenderPlan, *framings: Framing) -> RenderPlan:
    return plan.model_copy(update={"framings": framings})


@pytest.mark.parametrize(
    "join_frame",
    [
        pytest.param(None, id="in_one_piece"),
        pytest.param(28, id="joined_within_a_move"),
        pytest.param(18, id="joined_between_moves"),
    ],
)
def test_a_moving_crop_is_in_its_place_in_every_frame(
    edge: Path, tmp_path: Path, join_frame: int | None
) -> None:
    plan, media = plan_of(edge, 500, 1_833)
    plan = plan.replace(join_frame=join_frame)
    pan = Framing(
        start_frame=0,
        end_frame=plan.frames,
        crops=(CROP,),
        moves=(
            Move(start_frame=3, end_frame=17, left_px=354, top_px=0),
            Move(start_frame=19, end_frame=38, left_px=254, top_px=0),
        ),
    )
    render(_with(plan, pan), edge, media, tmp_path / "clip.mp4")
    shown = pictures(tmp_path / "clip.mp4", "gray")
    assert len(shown) == 40
    wanted = [float((EDGE_PX - place(pan, frame)[0]) * Fraction(1080, 304)) for frame in range(40)]
    # A frame late would be 30 px off at full speed; one output pixel is what a crop can do.
    late = [abs(_edge_px(grey) - x) for grey, x in zip(shown, wanted, strict=True)]
    assert max(late) <= 1.5


@pytest.mark.parametrize("fps", [25, Fraction(60_000, 1001)])
def test_framings_change_on_their_frame_and_no_frame_is_lost(
    tmp_path: Path, fps: Fraction | int
) -> None:
    source = make_video(
        tmp_path / "source.mp4", seconds=1.4, fps=fps, picture="frame_number", size=(640, 360)
    )
    plan, media = plan_of(source, 400, 1_000)
    middle = plan.framings[0].crops[0]
    one, two = plan.frames // 3, plan.frames * 2 // 3
    # Head and body of the faster one meet within the middle framing.
    plan = plan.replace(join_frame=None if fps == 25 else plan.frames // 2)
    aside = middle.model_copy(update={"left_px": 0})
    parts = _with(
        plan,
        Framing(start_frame=0, end_frame=one, crops=(middle,)),
        Framing(start_frame=one, end_frame=two, crops=(aside,)),
        Framing(start_frame=two, end_frame=plan.frames, crops=(middle,)),
    )
    render(plan, source, media, tmp_path / "still.mp4")
    render(parts, source, media, tmp_path / "parts.mp4")
    still, cut = pictures(tmp_path / "still.mp4"), pictures(tmp_path / "parts.mp4")
    assert len(still) == len(cut) == plan.frames
    for frame in [*range(one), *range(two, plan.frames)]:
        assert read_frame_number(cut[frame]) == read_frame_number(still[frame])
    for frame in range(one, two):
        with pytest.raises(ValueError, match="frame number"):
            read_frame_number(cut[frame])


@pytest.fixture(scope="module")
def camera(tmp_path_factory: pytest.TempPathFactory) -> tuple[RenderPlan, Path, MediaInfo, Path]:
    """A clip with every layout, and what it was made from."""
    folder = tmp_path_factory.mktemp("camera")
    source = make_video(folder / "source.mp4", seconds=3, picture="moving", size=(960, 540))
    plan, media = plan_of(source, 500, 2_500, hook="Look here")
    assert plan.hook is not None
    loudness = measure(source, media, snap(plan.span, media), [])
    hook = plan.hook.replace(end_ms=1_500)
    plan = plan.replace(loudness=loudness, join_frame=27, hook=hook)
    halves = tuple(Crop(left_px=left, top_px=20, width_px=450, height_px=400) for left in (0, 500))
    whole = Crop(left_px=0, top_px=0, width_px=960, height_px=540)
    framings = (
        Framing(
            start_frame=0,
            end_frame=20,
            crops=(CROP,),
            moves=(Move(start_frame=3, end_frame=17, left_px=354, top_px=0),),
        ),
        Framing(start_frame=20, end_frame=34, layout=Layout.SPLIT, crops=halves),
        Framing(start_frame=34, end_frame=48, layout=Layout.FIT, crops=(whole,)),
        Framing(start_frame=48, end_frame=60, crops=(CROP,)),
    )
    plan = _with(plan, *framings)
    render(plan, source, media, folder / "clip.mp4")
    return plan, source, media, folder / "clip.mp4"


def test_a_clip_of_every_layout_passes_its_proof(
    camera: tuple[RenderPlan, Path, MediaInfo, Path],
) -> None:
    plan, source, media, clip = camera
    assert failed(prove(clip, plan, source, media)) == set()


@pytest.mark.parametrize(
    ("framing", "change"),
    [
        pytest.param(0, {"moves": ()}, id="a_move_that_was_not_made"),
        pytest.param(1, {"layout": Layout.FOLLOW, "crops": (CROP,)}, id="no_split"),
        pytest.param(2, {"layout": Layout.FOLLOW, "crops": (CROP,)}, id="not_fitted"),
    ],
)
def test_a_camera_that_is_elsewhere_than_planned_fails_the_proof(
    camera: tuple[RenderPlan, Path, MediaInfo, Path], framing: int, change: dict[str, object]
) -> None:
    plan, source, media, clip = camera
    framings = list(plan.framings)
    framings[framing] = framings[framing].model_copy(update=change)
    assert "camera_as_planned" in failed(prove(clip, _with(plan, *framings), source, media))
