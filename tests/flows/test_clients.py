"""Every client's data is theirs alone, also when two clients bring the same video."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from clipping.demo import DemoTalk
from tests.flows.conftest import OPTIONS, Clipper
from tests.support.media import make_video


def test_clients_with_the_same_video_and_folder_get_folders_of_their_own(
    clipper: Clipper, talk: DemoTalk, out: Path, document: dict[str, Any]
) -> None:
    options = (*OPTIONS, "--count", 1, "--client", "another", "--out", out, "--json")
    done = clipper.run("clip", talk.video, *options)
    assert done.returncode == 0, done.stderr
    folders = {
        "default": Path(document["folder"]),
        "another": Path(json.loads(done.stdout)["folder"]),
    }
    assert len(set(folders.values())) == 2
    for client, folder in folders.items():
        reports = [json.loads(path.read_text()) for path in folder.glob("0*.json")]
        assert {report["client"] for report in reports} == {client}


def test_a_refusal_leaves_the_captions_that_another_video_uses(
    clipper: Clipper, talk: DemoTalk, document: dict[str, Any], tmp_path: Path
) -> None:
    def kept() -> set[str]:
        files = clipper.stored_files()
        return {name for name in files if "/captions/" in name and "/default/" in name}

    before = kept()
    assert before
    refused = clipper.run(
        "clip", make_video(tmp_path / "hum.mp4", seconds=20, audio="tone"),
        "--captions", talk.captions, "--transcriber", "captions",
    )  # fmt: skip
    assert refused.returncode == 3, refused.stderr
    assert kept() == before
