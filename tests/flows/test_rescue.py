"""A dropped candidate becomes a finished clip, from the command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.flows.conftest import Clipper


def test_a_dropped_candidate_is_listed_taken_and_found_again(
    clipper: Clipper, document: dict[str, Any], tmp_path: Path
) -> None:
    known = {clip["clip_id"] for clip in document["clips"]}
    listed = clipper.run("rescue", document["clips"][0]["clip_id"], "--json")
    assert listed.returncode == 0, listed.stderr
    told = json.loads(listed.stdout)
    assert told["detection"] == document["detection"]
    assert told["rejections"] == document["rejections"]
    codes = {"overlaps_better", "over_count", "low_score"}
    wanted = next(item for item in told["rejections"] if item["code"] in codes)
    before = clipper.stored_files()
    takes = ("rescue", told["detection"], "--take", wanted["number"], "--json", "--out", tmp_path)
    run = clipper.run(*takes)
    assert run.returncode == 0, run.stderr
    taken = json.loads(run.stdout)
    *others, clip = taken["clips"]
    assert {one["clip_id"] for one in others} == known
    assert clip["proof"]["passed"], clip["proof"]
    assert (clip["state"], clip["hook"] != "") == ("ready", True)
    assert clip["reason"].startswith("A person brought it back; it had been dropped: ")
    assert clip["rescued_at"]
    assert abs(clip["span"]["start_ms"] - wanted["span"]["start_ms"]) <= 40
    assert abs(clip["span"]["end_ms"] - wanted["span"]["end_ms"]) <= 40
    assert Path(clip["path"]).is_file()
    assert wanted["number"] not in [item["number"] for item in taken["rejections"]]
    made = clipper.stored_files()
    assert len(made - before) == 2
    again = clipper.run(*takes)
    assert again.returncode == 0, again.stderr
    assert json.loads(again.stdout)["clips"] == taken["clips"]
    assert clipper.stored_files() == made
