"""What breaks underneath a run is reported as what it is, and the next run carries on."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from clipping.demo import DemoTalk
from clipping.settings import CHECKOUT
from tests.flows.conftest import Clipper, make_clipper, wait_for_process

OPTIONS = ("--count", 1, "--min-seconds", 5, "--max-seconds", 7, "--json")


@pytest.fixture(scope="module")
def place(
    tmp_path_factory: pytest.TempPathFactory, prefect_api: dict[str, str]
) -> Iterator[Clipper]:
    yield from make_clipper(tmp_path_factory.mktemp("faults"), prefect_api)


@pytest.mark.timeout(420)
def test_a_killed_ffmpeg_and_a_killed_database_are_tried_again(
    place: Clipper, short: DemoTalk, tmp_path: Path
) -> None:
    with place.start("clip", short.video, *OPTIONS, "--out", tmp_path / "out") as process:
        assert process.stderr is not None
        for line in process.stderr:
            if line.startswith("render:"):
                break
        os.kill(wait_for_process(["ffmpeg", str(place.home), "clip.mp4"]), signal.SIGKILL)
        postmaster = int(
            (place.home / "postgres" / "data" / "postmaster.pid").read_text().split()[0]
        )
        os.kill(postmaster, signal.SIGKILL)
        out, err = process.communicate(timeout=240)
    assert process.returncode == 0, err
    clip = json.loads(out)["clips"][0]
    assert clip["proof"]["passed"]


def test_an_output_folder_that_cannot_be_written_is_named_and_the_next_run_carries_on(
    place: Clipper, short: DemoTalk, tmp_path: Path
) -> None:
    taken = tmp_path / "out"
    taken.write_text("a file where the folder should be")
    done = place.run("clip", short.video, *OPTIONS, "--out", taken)
    assert done.returncode == 1
    assert str(taken) in done.stderr
    assert "Traceback" not in done.stderr
    taken.unlink()
    again = place.run("clip", short.video, *OPTIONS, "--out", taken)
    assert again.returncode == 0, again.stderr


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "small"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)]
    if subprocess.run(command, capture_output=True, check=False).returncode != 0:
        pytest.skip("only root can mount a small disk here")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk_is_named_and_leaves_no_half_file(
    place: Clipper, short: DemoTalk, small_disk: Path, tmp_path: Path
) -> None:
    full = place.having(CLIPPER_STORE=str(small_disk / "store"))
    done = full.run("clip", short.video, *OPTIONS, "--client", "full", "--out", tmp_path / "out")
    assert done.returncode == 1, done.stderr
    assert "has 1.0 MB" in done.stderr.strip().splitlines()[-1]
    assert "Traceback" not in done.stderr
    assert [path for path in small_disk.rglob("*") if path.is_file()] == []


WORK = """
import time
import typer
from clipping.scratch import scratch_folder
from flows.outcomes import outcomes
def work() -> None:
    with outcomes(as_json=False), scratch_folder("work"):
        print("ready", flush=True)
        time.sleep(60)
typer.run(work)
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_every_signal_that_asks_for_an_end_is_a_stop(
    number: signal.Signals, tmp_path: Path
) -> None:
    environment = Clipper(tmp_path / "home").environment
    with subprocess.Popen(
        [sys.executable, "-c", WORK],
        env=environment,
        cwd=CHECKOUT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        process.send_signal(number)
        _, err = process.communicate(timeout=30)
    assert process.returncode == 130, err
    assert "Run the same command again" in err
    assert list((tmp_path / "home" / "scratch").iterdir()) == []


def test_a_prefect_server_that_does_not_answer_is_named(
    place: Clipper, short: DemoTalk, tmp_path: Path
) -> None:
    address = "http://127.0.0.1:9/api"
    lost = Clipper(place.home, {"PREFECT_API_URL": address})
    done = lost.run("clip", short.video, *OPTIONS, "--out", tmp_path / "out")
    assert done.returncode == 1
    assert address in done.stderr.strip().splitlines()[-1]
    assert "Traceback" not in done.stderr
