"""The main job from the command line, on the demo talk, with everything real."""

from __future__ import annotations

import itertools
import json
import subprocess
from operator import itemgetter
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from clipping.copywriting import problems
from clipping.db import queries
from clipping.db.embedded import database_url
from clipping.db.session import open_session
from clipping.demo import DemoTalk
from clipping.media.probe import probe
from clipping.models import PlatformName, PostCopy, RenderPlan
from clipping.rendering.measure.highlight import highlight_onsets
from clipping.settings import Settings
from tests.flows.conftest import COUNT, MAX_SECONDS, MIN_SECONDS, OPTIONS, Clipper


def test_clips_covers_and_reports_lie_in_the_folder(document: dict[str, Any]) -> None:
    assert len(document["clips"]) == COUNT
    folder = Path(document["folder"])
    assert (folder / "report.html").is_file()
    for number, clip in enumerate(document["clips"], 1):
        video = Path(clip["path"])
        assert video.parent == folder
        assert video.name.startswith(f"{number:02d}-")
        assert video.with_suffix(".jpg").is_file()
        beside = json.loads(video.with_suffix(".json").read_text())
        assert beside == {key: value for key, value in clip.items() if key != "path"}
        media = probe(video)
        assert (media.video.width_px, media.video.height_px) == (1080, 1920)
    assert not list(folder.glob("*.part"))


def test_every_clip_passes_its_proof(document: dict[str, Any]) -> None:
    for clip in document["clips"]:
        failed = [check for check in clip["proof"]["checks"] if not check["passed"]]
        assert clip["proof"]["passed"], failed


def test_spans_keep_the_lengths_asked_for_and_do_not_overlap(document: dict[str, Any]) -> None:
    spans = sorted((c["span"]["start_ms"], c["span"]["end_ms"]) for c in document["clips"])
    for start_ms, end_ms in spans:
        assert 1000 * MIN_SECONDS - 40 <= end_ms - start_ms <= 1000 * MAX_SECONDS + 40
    for (_, end_ms), (start_ms, _) in itertools.pairwise(spans):
        assert end_ms <= start_ms


def test_the_choice_of_engine_is_said_and_every_rejection_has_a_reason(
    document: dict[str, Any],
) -> None:
    assert document["rejections"]
    assert all(item["reason"] and item["code"] for item in document["rejections"])
    assert {clip["transcriber"] for clip in document["clips"]} == {"captions"}
    page = (Path(document["folder"]) / "report.html").read_text()
    assert "captions" in page


def test_every_clip_has_a_post_for_each_platform(document: dict[str, Any]) -> None:
    for clip in document["clips"]:
        posts = [PostCopy.model_validate(post) for post in clip["posts"]]
        assert [post.platform for post in posts] == list(PlatformName)
        assert [problems(post) for post in posts] == [[]] * len(posts)
        assert (clip["writer"], clip["writing_notes"]) == ("local", [])
    assert "Words to post" in (Path(document["folder"]) / "report.html").read_text()


def test_progress_of_every_stage_is_shown(first: subprocess.CompletedProcess[str]) -> None:
    for stage in ("ingest", "transcribe", "detect", "render"):
        assert f"{stage}: 100%" in first.stderr


def test_a_second_run_finds_everything_and_makes_nothing_again(
    clipper: Clipper, talk: DemoTalk, out: Path, document: dict[str, Any]
) -> None:
    before = {
        path: (clipper.home / path).stat().st_mtime_ns for path in sorted(clipper.stored_files())
    }
    again = clipper.run("clip", talk.video, *OPTIONS, "--out", out)
    assert again.returncode == 0, again.stderr
    after = {
        path: (clipper.home / path).stat().st_mtime_ns for path in sorted(clipper.stored_files())
    }
    assert after == before
    for clip in document["clips"]:
        assert Path(clip["path"]).is_file()
        assert Path(clip["path"]).name[:2] in again.stdout


def test_show_prints_the_stored_report(clipper: Clipper, document: dict[str, Any]) -> None:
    clip = document["clips"][0]
    shown = clipper.run("show", clip["clip_id"], "--json")
    assert shown.returncode == 0, shown.stderr
    assert json.loads(shown.stdout) == {k: v for k, v in clip.items() if k != "path"}
    readable = clipper.run("show", clip["clip_id"])
    assert clip["hook"].split()[0] in readable.stdout


def test_render_gives_the_same_file_again(clipper: Clipper, document: dict[str, Any]) -> None:
    done = clipper.run("render", document["clips"][-1]["clip_id"], "--json")
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert result["same_frames"]
    assert result["same_file"]


@pytest.mark.parametrize("command", ["show", "render"])
def test_an_unknown_clip_is_refused(command: str, clipper: Clipper, first: object) -> None:
    done = clipper.run(command, "clip_0000000000000000")
    assert done.returncode == 3
    assert "clip_0000000000000000" in done.stderr


def test_doctor_finds_this_machine_fit(clipper: Clipper) -> None:
    done = clipper.run("doctor", "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    findings = {item["part"]: item["found"] for item in json.loads(done.stdout)["findings"]}
    assert "auto takes" in findings["transcribe"]
    assert str(clipper.home / "store") in findings["store"]
    assert "deno" in findings["links"]
    assert "local" in findings["detect"]
    assert "centerface" in findings["faces"]
    assert "PostgreSQL" in findings["database"]


def test_nothing_worth_clipping_exits_with_4_and_says_why(
    clipper: Clipper, short: DemoTalk, tmp_path: Path
) -> None:
    length = ("--min-seconds", 24, "--max-seconds", 24)
    done = clipper.run("clip", short.video, *length, "--out", tmp_path / "out", "--json")
    assert done.returncode == 4, done.stderr
    answer = json.loads(done.stdout)
    assert answer["rejections"]
    assert answer["rejections"][0]["reason"]
    assert answer["rejections"][0]["reason"] in " ".join(done.stderr.split())
    best = max(answer["rejections"], key=itemgetter("score"))
    assert f"{len(answer['rejections'])} candidates were dropped. The best, at " in answer["error"]
    assert f"clipper rescue {answer['detection']} --take NUMBER\n" in done.stderr
    assert answer["error"].endswith(f", scored {best['score']}: {best['reason']}")
    assert not (tmp_path / "out").exists()


@pytest.fixture(scope="module")
def plans(clipper: Clipper, document: dict[str, Any]) -> list[RenderPlan]:
    with (
        database_url(Settings(home=clipper.home, DATABASE_URL=None)) as url,
        open_session(url) as session,
    ):
        return [queries.clips.get_clip(session, clip["clip_id"]).plan for clip in document["clips"]]


@pytest.mark.parametrize("number", range(COUNT))
def test_every_word_is_lit_within_200_ms_of_being_spoken_and_half_within_60(
    number: int, document: dict[str, Any], plans: list[RenderPlan], talk: DemoTalk
) -> None:
    plan = plans[number]
    spoken = [word for word in talk.truth if word.span.overlap_ms(plan.span) > 0]
    assert [word.text for word in spoken if "*" not in word.text]
    assert len(spoken) == len(plan.words)
    onsets = {
        index: onset_ms
        for index, onset_ms, _ in highlight_onsets(Path(document["clips"][number]["path"]), plan)
    }
    assert sorted(onsets) == list(range(len(spoken))), "every word is lit at some time"
    errors = [
        abs(plan.span.start_ms + onsets[index] - word.span.start_ms)
        for index, word in enumerate(spoken)
    ]
    assert max(errors) <= 200
    assert median(errors) <= 60
