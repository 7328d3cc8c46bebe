"""Every client's data is theirs alone, also when two clients bring the same video."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from clipping.demo import DemoTalk
from tests.flows.conftest import Clipper, make_clipper

OPTIONS = ("--count", 1, "--min-seconds", 5, "--max-seconds", 7, "--json")


@pytest.fixture(scope="module")
def place(
    tmp_path_factory: pytest.TempPathFactory, prefect_api: dict[str, str]
) -> Iterator[Clipper]:
    yield from make_clipper(tmp_path_factory.mktemp("clients"), prefect_api)


@pytest.mark.timeout(400)
def test_clients_with_the_same_video_and_folder_get_folders_of_their_own(
    place: Clipper, short: DemoTalk, tmp_path: Path
) -> None:
    folders = []
    for client in ("one", "two"):
        done = place.run("clip", short.video, *OPTIONS, "--client", client, "--out", tmp_path)
        assert done.returncode == 0, done.stderr
        folders.append(Path(json.loads(done.stdout)["folder"]))
    assert len(set(folders)) == 2
    for client, folder in zip(("one", "two"), folders, strict=True):
        reports = [json.loads(path.read_text()) for path in folder.glob("0*.json")]
        assert [report["client"] for report in reports] == [client]


def test_a_refusal_leaves_the_captions_that_another_video_uses(
    place: Clipper, short: DemoTalk, talk: DemoTalk, tmp_path: Path
) -> None:
    client = ("--client", "shared")
    done = place.run("clip", short.video, *OPTIONS, *client, "--out", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    kept = {name for name in place.stored_files() if "/captions/" in name and "shared" in name}
    assert kept
    refused = place.run(
        "clip", talk.video, "--captions", short.captions, "--transcriber", "captions", *client
    )
    after = {name for name in place.stored_files() if "/captions/" in name and "shared" in name}
    assert kept <= after, refused.stderr
