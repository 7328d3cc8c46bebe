"""Every client's data is theirs alone, also when two clients bring the same video."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from clipping.demo import DemoTalk
from tests.flows.conftest import Clipper, make_clipper
from tests.support.media import make_video

OPTIONS = ("--count", 1, "--min-seconds", 5, "--max-seconds", 7, "--json")


@pytest.fixture(scope="module")
def place(
    tmp_path_factory: pytest.TempPathFactory, prefect_api: dict[str, str]
) -> Iterator[Clipper]:
    yield from make_clipper(tmp_path_factory.mktemp("clients"), prefect_api)


@pytest.fixture(scope="module")
def folders(
    place: Clipper, short: DemoTalk, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Path]:
    """Where two clients who name the same video and the same folder find their clips."""
    out, found = tmp_path_factory.mktemp("clips"), {}
    for client in ("one", "two"):
        done = place.run("clip", short.video, *OPTIONS, "--client", client, "--out", out)
        assert done.returncode == 0, done.stderr
        found[client] = Path(json.loads(done.stdout)["folder"])
    return found


@pytest.mark.timeout(400)
def test_clients_with_the_same_video_and_folder_get_folders_of_their_own(
    folders: dict[str, Path],
) -> None:
    assert len(set(folders.values())) == 2
    for client, folder in folders.items():
        reports = [json.loads(path.read_text()) for path in folder.glob("0*.json")]
        assert [report["client"] for report in reports] == [client]


def test_a_refusal_leaves_the_captions_that_another_video_uses(
    place: Clipper, short: DemoTalk, folders: object, tmp_path: Path
) -> None:
    kept = {name for name in place.stored_files() if "/captions/" in name and "/one/" in name}
    assert kept
    refused = place.run(
        "clip", make_video(tmp_path / "hum.mp4", seconds=20, audio="tone"),
        "--captions", short.captions, "--transcriber", "captions", "--client", "one",
    )  # fmt: skip
    assert refused.returncode == 3, refused.stderr
    after = {name for name in place.stored_files() if "/captions/" in name and "/one/" in name}
    assert after == kept
