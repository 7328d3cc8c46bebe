"""Variations, other sizes, and measuring any file, from the command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from clipping.demo import DemoTalk
from clipping.media.probe import probe
from tests.flows.conftest import OPTIONS, Clipper
from tests.support.media import make_video


def _checks(proof: dict[str, Any]) -> dict[str, Any]:
    return {check["name"]: check for check in proof["checks"]}


@pytest.fixture(scope="module")
def varied(
    clipper: Clipper, document: dict[str, Any], tmp_path_factory: pytest.TempPathFactory
) -> Any:
    """Two hooks and a natural start for the best clip."""
    clip_id = document["clips"][0]["clip_id"]
    out = tmp_path_factory.mktemp("varied")
    run = clipper.run(
        "vary",
        clip_id,
        "--hook",
        "What nobody tells you",
        "--hook",
        "What the fuck is this",
        "--no-hook",
        "--out",
        out,
        "--json",
    )
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)


def test_every_variation_is_ready_and_only_its_head_was_encoded(varied: Any) -> None:
    assert len(varied["clips"]) == 3
    for clip in varied["clips"]:
        checks = _checks(clip["proof"])
        assert clip["proof"]["passed"], [c for c in checks.values() if not c["passed"]]
        seconds = (clip["span"]["end_ms"] - clip["span"]["start_ms"]) / 1000
        assert checks["encodes_per_picture"]["value"] == pytest.approx(3 / seconds, abs=0.01)
        path = Path(clip["path"])
        assert path.is_file()
        assert path.with_suffix(".jpg").is_file()
        assert json.loads(path.with_suffix(".json").read_text())["clip_id"] == clip["clip_id"]


def test_hooks_are_what_was_asked_for_masked_and_absent(varied: Any) -> None:
    first, second, third = (clip["hook"] for clip in varied["clips"])
    assert first == "What nobody tells you"
    assert "fuck" not in second
    assert second.startswith("What the f")
    assert third == ""
    assert _checks(varied["clips"][2]["proof"])["hook_present"]["value"] is None


def test_a_variation_has_a_recipe_of_its_own_that_renders_the_same_again(
    clipper: Clipper, varied: Any, document: dict[str, Any]
) -> None:
    ids = {clip["clip_id"] for clip in varied["clips"]} | {document["clips"][0]["clip_id"]}
    assert len(ids) == 4
    run = clipper.run("render", varied["clips"][0]["clip_id"], "--json")
    assert run.returncode == 0, run.stderr
    assert json.loads(run.stdout)["same_file"]


def test_the_same_variations_again_make_nothing_new(
    clipper: Clipper, varied: Any, document: dict[str, Any], tmp_path: Path
) -> None:
    before = clipper.stored_files()
    clip_id = document["clips"][0]["clip_id"]
    run = clipper.run(
        "vary", clip_id, "--hook", "What nobody tells you", "--no-hook", "--out", tmp_path, "--json"
    )
    assert run.returncode == 0, run.stderr
    again = {clip["clip_id"] for clip in json.loads(run.stdout)["clips"]}
    assert again <= {clip["clip_id"] for clip in varied["clips"]}
    assert clipper.stored_files() == before


def test_a_hook_that_would_be_cut_is_refused(
    clipper: Clipper, document: dict[str, Any], tmp_path: Path
) -> None:
    hook = ("--hook", "Far more than three lines of the picture hold " * 6)
    run = clipper.run("vary", document["clips"][0]["clip_id"], *hook, "--out", tmp_path / "out")
    assert run.returncode == 3, run.stderr
    assert "use fewer words" in run.stderr
    assert not (tmp_path / "out").exists()


def test_a_clip_in_another_size_is_made_from_the_same_plan(
    clipper: Clipper, document: dict[str, Any], tmp_path: Path
) -> None:
    clip = document["clips"][-1]
    run = clipper.run("export", clip["clip_id"], "--size", "720x1280", "--out", tmp_path, "--json")
    assert run.returncode == 0, run.stderr
    made = json.loads(run.stdout)
    video = probe(Path(made["path"])).video
    assert (video.width_px, video.height_px) == (720, 1280)
    assert made["proof"]["passed"]


def test_the_camera_can_be_chosen_and_another_choice_is_another_clip(
    clipper: Clipper, talk: DemoTalk, document: dict[str, Any], tmp_path: Path
) -> None:
    run = clipper.run(
        "clip", talk.video, *OPTIONS, "--framing", "fit", "--hook-style", "banner",
        "--style", "boxed", "--denoise", "--count", 1, "--out", tmp_path, "--json",
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    (clip,) = json.loads(run.stdout)["clips"]
    assert {shot["layout"] for shot in clip["camera"]} == {"fit"}
    assert clip["clip_id"] not in {one["clip_id"] for one in document["clips"]}


def test_prove_passes_a_finished_clip_and_fails_a_common_video(
    clipper: Clipper, document: dict[str, Any], tmp_path: Path
) -> None:
    run = clipper.run("prove", document["clips"][0]["path"], "--json")
    assert run.returncode == 0, run.stderr
    checks = _checks(json.loads(run.stdout)["proof"])
    assert checks["colour"]["value"] == "bt709"
    assert checks["pictures_with_a_face"]["value"] > 0.9
    assert checks["longest_key_frame_gap_ms"]["passed"]
    common = make_video(tmp_path / "common.mp4", seconds=2)
    run = clipper.run("prove", common, "--json")
    assert run.returncode == 1, run.stderr
    failed = {n for n, c in _checks(json.loads(run.stdout)["proof"]).items() if not c["passed"]}
    assert {"resolution", "loudness_lufs"} <= failed
    assert "Unexpected" not in run.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        pytest.param(("prove", "missing.mp4"), 3, "There is no file", id="no_file"),
        pytest.param(("prove", "pyproject.toml"), 3, "is not a video", id="no_video"),
        pytest.param(("vary", "clip_none", "--hook", "x"), 3, "no clip clip_none", id="no_clip"),
        pytest.param(("vary", "clip_none"), 3, "no clip clip_none", id="hooks_of_no_clip"),
        pytest.param(("vary", "c", "--hook", " "), 2, "--no-hook", id="empty_hook"),
        pytest.param(("vary", "c", "--hook-style", "none"), 2, "--no-hook", id="no_hook_shown"),
        pytest.param(("vary", "c", "--hook", "x", "--hook-style", "y"), 2, "banner", id="no_style"),
        pytest.param(("export", "clip_none"), 3, "no clip clip_none", id="export_of_no_clip"),
        pytest.param(("export", "c", "--size", "1280x720"), 2, "9:16", id="not_vertical"),
        pytest.param(("clip", "a.mp4", "--framing", "wide"), 2, "fit|split", id="no_framing"),
        pytest.param(("clip", "a.mp4", "--hook-style", "x"), 2, "banner", id="no_hook_style"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(
    clipper: Clipper, tmp_path: Path, arguments: tuple[str, ...], code: int, said: str
) -> None:
    out = () if arguments[0] == "prove" else ("--out", tmp_path / "out")
    run = clipper.run(*arguments, *out)
    assert run.returncode == code, run.stderr
    assert said in " ".join(run.stderr.replace("│", " ").split())
    assert "Traceback" not in run.stderr
