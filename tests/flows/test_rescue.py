"""A dropped candidate becomes a finished clip, from the command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from clipping.db import queries
from clipping.settings import settings
from flows.plan import more_moments
from tasks.workplace import db_session
from tests.flows.conftest import COUNT, MAX_SECONDS, MIN_SECONDS, Clipper


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


def test_a_source_that_is_asked_for_more_has_the_clips_it_had_and_another(
    clipper: Clipper, document: dict[str, Any], in_process: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in clipper.environment.items():
        if name.startswith("CLIPPER_"):
            monkeypatch.setenv(name, value)
    settings.cache_clear()
    before = clipper.stored_files()
    with db_session() as session:
        _, transcript_id, found = queries.get_detection(session, document["detection"])
    more = more_moments(
        transcript_id, found.detector, COUNT + 1, MIN_SECONDS * 1_000, MAX_SECONDS * 1_000
    )
    had = [clip["clip_id"] for clip in document["clips"]]
    assert len(more) == len(set(more)) == COUNT + 1
    assert set(had) < set(more)
    made = clipper.stored_files() - before
    assert len(made) in (0, 2), made
    settings.cache_clear()
