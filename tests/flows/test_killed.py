"""SIGKILL or Ctrl-C at any moment: the same command again finishes, and makes nothing twice."""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from clipping.db.embedded import database_url
from clipping.demo import DemoTalk
from clipping.settings import Settings
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
def test_a_run_that_was_killed_at_each_stage_and_stopped_is_finished_by_the_same_command(
    fresh: Clipper, short: DemoTalk, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    moments = [("ingest:", 0.0), ("transcribe:", 0.5), ("detect:", 0.1), ("render:", 1.5)]
    for said, after_s in moments:
        _kill_when(fresh, out, short, said, after_s)
        assert not list(out.rglob("*.mp4")), "nothing is shown before it is finished"
    _stop_while_it_renders(fresh, out, short)
    assert not list(out.rglob("*.mp4"))
    done = fresh.run("clip", short.video, *OPTIONS, "--out", out)
    assert done.returncode == 0, done.stderr
    clip = json.loads(done.stdout)["clips"][0]
    assert clip["proof"]["passed"]
    counts = _counts(fresh)
    assert (
        counts["sources"] == counts["transcripts"] == counts["detections"] == counts["clips"] == 1
    )
    leftovers = [name for name in fresh.stored_files() if "scratch" in name or ".part" in name]
    assert leftovers == []
    again = fresh.run("clip", short.video, *OPTIONS, "--out", out)
    assert json.loads(again.stdout)["clips"][0]["clip_id"] == clip["clip_id"]
    assert _counts(fresh) == counts
