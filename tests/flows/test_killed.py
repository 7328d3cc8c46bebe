"""SIGKILL or Ctrl-C at any moment, and what breaks underneath a run.

It is said what it was, and the same command again finishes, and makes nothing twice. Each test goes
on where the one before left off.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from clipping.db.embedded import database_url
from clipping.demo import DemoTalk
from clipping.settings import CHECKOUT, Settings
from tests.flows.conftest import Clipper, make_clipper, processes, wait_for_process

OPTIONS = ("--count", 1, "--min-seconds", 5, "--max-seconds", 7, "--json")


@pytest.fixture(scope="module")
def fresh(
    tmp_path_factory: pytest.TempPathFactory,
    prefect_api: dict[str, str],
    give_tables: Callable[[Path], None],
) -> Iterator[Clipper]:
    home = tmp_path_factory.mktemp("killed")
    give_tables(home)
    yield from make_clipper(home, prefect_api)


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("results") / "out"


def _kill_when(clipper: Clipper, out: Path, short: DemoTalk, said: str, after_s: float) -> None:
    with clipper.start("clip", short.video, *OPTIONS, "--out", out) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if line.startswith(said):
                break
        time.sleep(after_s)
        process.send_signal(signal.SIGKILL)
        process.wait(timeout=30)
        process.stderr.close()
        assert process.stdout is not None
        process.stdout.close()


def _stop_while_it_renders(clipper: Clipper, out: Path, short: DemoTalk) -> None:
    # With a Prefect server of the command's own, as users have it.
    options = (*OPTIONS[:-1], "--out", out)
    with Clipper(clipper.home).start("clip", short.video, *options) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if line.startswith("render:"):
                break
        wait_for_process(["ffmpeg", str(clipper.home), "clip.mp4"])
        asked = time.monotonic()
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
    assert time.monotonic() - asked < 15
    assert process.returncode == 130, err
    assert "Run the same command again" in err
    assert processes(str(clipper.home)) == []
    assert list((clipper.home / "scratch").iterdir()) == []


def _counts(clipper: Clipper) -> dict[str, int]:
    tables = ("sources", "transcripts", "detections", "moments", "clips")
    with (
        database_url(Settings(home=clipper.home, DATABASE_URL=None)) as url,
        psycopg.connect(url) as connection,
    ):
        return {
            table: connection.execute(f"SELECT count(*) FROM clipping.{table}").fetchone()[0]  # type: ignore[index]
            for table in tables
        }


@pytest.mark.timeout(600)
def test_a_run_that_was_killed_at_each_stage_or_stopped_shows_nothing(
    fresh: Clipper, short: DemoTalk, out: Path
) -> None:
    moments = [("ingest:", 0.0), ("transcribe:", 0.5), ("detect:", 0.1), ("render:", 1.5)]
    for said, after_s in moments:
        _kill_when(fresh, out, short, said, after_s)
        assert not list(out.rglob("*.mp4")), "nothing is shown before it is finished"
    _stop_while_it_renders(fresh, out, short)
    assert not list(out.rglob("*.mp4"))


@pytest.mark.timeout(420)
def test_the_same_command_finishes_it_though_its_ffmpeg_and_its_database_are_killed(
    fresh: Clipper, short: DemoTalk, out: Path
) -> None:
    with fresh.start("clip", short.video, *OPTIONS, "--out", out) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if line.startswith("render:"):
                break
        os.kill(wait_for_process(["ffmpeg", str(fresh.home), "clip.mp4"]), signal.SIGKILL)
        postmaster = (fresh.home / "postgres" / "data" / "postmaster.pid").read_text().split()[0]
        os.kill(int(postmaster), signal.SIGKILL)
        said, err = process.communicate(timeout=240)
    assert process.returncode == 0, err
    clip = json.loads(said)["clips"][0]
    assert clip["proof"]["passed"]
    assert len(list(out.rglob("*.mp4"))) == 1
    leftovers = [name for name in fresh.stored_files() if "scratch" in name or ".part" in name]
    assert leftovers == []


def test_nothing_was_made_twice_and_the_same_command_again_makes_nothing(
    fresh: Clipper, short: DemoTalk, out: Path
) -> None:
    counts = _counts(fresh)
    assert (
        counts["sources"] == counts["transcripts"] == counts["detections"] == counts["clips"] == 1
    )
    files = fresh.stored_files()
    again = fresh.run("clip", short.video, *OPTIONS, "--out", out)
    assert again.returncode == 0, again.stderr
    (clip,) = json.loads(again.stdout)["clips"]
    assert [Path(clip["path"])] == list(out.rglob("*.mp4"))
    assert (_counts(fresh), fresh.stored_files()) == (counts, files)


def test_an_output_folder_that_cannot_be_written_is_named_and_the_next_run_carries_on(
    fresh: Clipper, short: DemoTalk, tmp_path: Path
) -> None:
    taken = tmp_path / "out"
    taken.write_text("a file where the folder should be")
    done = fresh.run("clip", short.video, *OPTIONS, "--out", taken)
    assert done.returncode == 1
    assert str(taken) in done.stderr
    assert "Traceback" not in done.stderr
    taken.unlink()
    again = fresh.run("clip", short.video, *OPTIONS, "--out", taken)
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
    fresh: Clipper, short: DemoTalk, small_disk: Path, tmp_path: Path
) -> None:
    full = fresh.having(CLIPPER_STORE=str(small_disk / "store"))
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
    fresh: Clipper, short: DemoTalk, tmp_path: Path
) -> None:
    address = "http://127.0.0.1:9/api"
    lost = Clipper(fresh.home, {"PREFECT_API_URL": address})
    done = lost.run("clip", short.video, *OPTIONS, "--out", tmp_path / "out")
    assert done.returncode == 1
    assert address in done.stderr.strip().splitlines()[-1]
    assert "Traceback" not in done.stderr
