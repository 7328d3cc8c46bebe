"""A dropped candidate becomes a finished clip, from the command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.flows.conftest import Clipper


def test_a_dropped_candidate_becomes_a_finished_clip_beside_those_that_are_found_again(
    clipper: Clipper, document: dict[str, Any], tmp_path: Path
) -> None:
    first = document["clips"][0]["clip_id"]
    codes = {"overlaps_better", "over_count", "low_score"}
    wanted = next(item for item in document["rejections"] if item["code"] in codes)
    before = clipper.stored_files()
    run = clipper.run(
        "rescue", first, "--take", wanted["number"], "--out", tmp_path / "out", "--json"
    )
    assert run.returncode == 0, run.stderr
    told = json.loads(run.stdout)
    assert told["detection"] == document["detection"]
    *others, clip = told["clips"]
    assert [one["clip_id"] for one in others] == [one["clip_id"] for one in document["clips"]]
    assert clip["proof"]["passed"], clip["proof"]
    assert clip["state"] == "ready"
    assert clip["hook"]
    assert clip["reason"].startswith("A person brought it back; it had been dropped: ")
    assert clip["rescued_at"]
    for edge in ("start_ms", "end_ms"):
        assert abs(clip["span"][edge] - wanted["span"][edge]) <= 40
    assert Path(clip["path"]).is_file()
    kept = [item["number"] for item in told["rejections"]]
    assert kept == [n for n in range(1, len(document["rejections"]) + 1) if n != wanted["number"]]
    assert len(clipper.stored_files() - before) == 2
