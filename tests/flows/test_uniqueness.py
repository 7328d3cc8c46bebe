"""``clipper uniqueness`` and ``clipper experiments``, on rows that no render made."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlalchemy import insert
from sqlmodel import Session, col, select

from clipping.db import queries
from clipping.db.session import open_session
from clipping.db.tables import ClipPrintRow, ClipRow, MomentRow, Row, SourceRow
from clipping.models import ClipPrint, ClipState, Factor
from clipping.settings import settings
from flows import cli
from tests.db.values import a_clip, a_detection, a_plan, a_source, a_transcript
from tests.support.commands import CliRunner
from tests.support.media import make_video

SOURCES, CLIPS_EACH = 372, 5
NOVEMBER = datetime(2026, 11, 1, 12, tzinfo=UTC)
RANDOM = np.random.default_rng(4)


@pytest.fixture
def place(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """An empty database, with one source and its moments."""
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("CLIPPER_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("CLIPPER_STORE", str(tmp_path / "store"))
    settings.cache_clear()
    with open_session(database_url) as session:
        source = a_source()
        queries.sources.save_source(session, source)
        transcript = queries.transcripts.save_transcript(
            session, source.source_id, None, a_transcript()
        )
        queries.detections.save_detection(
            session, source.source_id, transcript, "key", a_detection(5)
        )
    yield database_url
    settings.cache_clear()


def _run(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(cli.app, [*arguments])
    return done.exit_code, done.output


def _proof(*arguments: str) -> dict[str, Any]:
    done = CliRunner().invoke(
        cli.app, ["uniqueness", "--client", "acme", "--month", "2026-11", "--json", *arguments]
    )
    assert done.exit_code == 0, done.output
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def a_print() -> ClipPrint:
    """Of a second that is like no other."""
    return ClipPrint(version=1, pictures=RANDOM.bytes(32), sound=RANDOM.bytes(200))


def _save(session: Session, name: str, moment: int, print_: ClipPrint | None, **more: Any) -> None:
    """A ready clip of a moment."""
    clip = a_clip(
        name,
        moment_id=a_detection(5).moments[moment].moment_id,
        **{"rendered_at": NOVEMBER, "state": ClipState.READY, **more},
    )
    queries.clips.save_clip(session, clip)
    if print_ is not None:
        queries.likeness.save_print(session, name, print_)


def _copies(session: Session, table: type[Row], changes: list[dict[str, Any]]) -> None:
    """Rows like the one that there is, with these changes."""
    row = session.exec(select(table)).first()
    assert row is not None
    session.execute(insert(table), [{**row.model_dump(), **change} for change in changes])


def test_a_month_of_1860_clips_is_compared_pair_by_pair(place: str) -> None:
    with open_session(place) as session:
        _save(session, "clip_first", 0, a_print(), rendered_at=NOVEMBER - timedelta(days=60))
        _copies(
            session,
            SourceRow,
            [{"source_id": f"src_{n}", "sha256": f"{n:064}"} for n in range(SOURCES)],
        )
        numbers = [(n, k) for n in range(SOURCES) for k in range(CLIPS_EACH)]
        _copies(
            session,
            MomentRow,
            [
                {
                    "moment_id": f"mom_{n}_{k}",
                    "source_id": f"src_{n}",
                    "start_ms": 30_000 * k,
                    "end_ms": 30_000 * k + 20_000,
                }
                for n, k in numbers
            ],
        )
        _copies(
            session,
            ClipRow,
            [
                {
                    "clip_id": f"clip_{n}_{k}",
                    "moment_id": f"mom_{n}_{k}",
                    "source_id": f"src_{n}",
                    "recipe_hash": f"recipe {n} {k}",
                    "rendered_at": NOVEMBER + timedelta(hours=n),
                }
                for n, k in numbers
            ],
        )
        prints = [{"clip_id": f"clip_{n}_{k}", **a_print().model_dump()} for n, k in numbers]
        # One clip of the last source shows and says what another one does.
        prints[-1] |= {name: prints[-2][name] for name in ("pictures", "sound")}
        session.execute(insert(ClipPrintRow), prints)
    found = _proof("--closest", "2")
    assert found["clips"] == found["distinct_recipes"] == SOURCES * CLIPS_EACH == 1860
    assert (found["sources"], found["earlier_clips"], found["without_print"]) == (SOURCES, 0, 0)
    assert found["pairs"] == SOURCES * 10
    closest, second = found["closest"]
    assert closest["clips"] == ["clip_371_3", "clip_371_4"]
    # The same in picture, sound and hook, from another place of the source.
    assert (closest["span"], closest["picture"], closest["sound"]) == (1, 0, 0)
    assert closest["combined"] == 0.2 < second["combined"]
    assert (found["near_pairs"], found["near_duplicates"]) == (1, 1)
    assert closest["near_duplicate"]
    assert not second["near_duplicate"]


def test_variations_by_design_are_told_from_near_duplicates(place: str) -> None:
    shared = a_print()
    with open_session(place) as session:
        _save(session, "clip_a", 0, shared)
        _save(session, "clip_b", 0, shared)
        _save(session, "clip_c", 1, shared)
        _save(session, "clip_d", 2, a_print())
        _save(session, "clip_e", 3, shared)
        queries.experiments.save_arms(session, Factor.BOUNDS, ("clip_a", ""), [("clip_c", "")])
    found = _proof()
    assert (found["clips"], found["pairs"], found["near_pairs"]) == (5, 10, 6)
    assert found["near_duplicates"] == 3
    bonds = {tuple(sorted(pair["clips"])): pair["bond"] for pair in found["closest"]}
    assert bonds["clip_a", "clip_b"] == "same moment"
    assert bonds["clip_b", "clip_c"] == "experiment"
    assert bonds["clip_c", "clip_e"] == ""
    assert found["least_unplanned"]["combined"] == 0.2
    code, said = _run("uniqueness", "--client", "acme", "--month", "2026-11", "--closest", "1")
    assert code == 0
    assert said.splitlines()[:2] == [
        "acme has 5 clips of 1 source in 2026-11; 5 distinct recipes.",
        "10 pairs of one source each, 6 nearer than 0.35: 3 variations by design, "
        "3 near-duplicates.",
    ]
    assert "same moment" in said
    assert "0:20-0:35" in said


def test_an_earlier_clip_of_the_same_source_counts_and_a_failed_one_does_not(place: str) -> None:
    with open_session(place) as session:
        _save(session, "clip_a", 0, a_print())
        _save(session, "clip_b", 1, a_print(), rendered_at=NOVEMBER - timedelta(days=9))
        _save(session, "clip_c", 2, a_print(), rendered_at=NOVEMBER - timedelta(days=9))
        _save(session, "clip_d", 3, a_print(), state=ClipState.FAILED_PROOF)
    found = _proof()
    assert (found["clips"], found["earlier_clips"], found["pairs"]) == (1, 2, 2)


def test_a_print_that_is_missing_is_made_from_the_file_and_kept(place: str, tmp_path: Path) -> None:
    with open_session(place) as session:
        _save(session, "clip_a", 0, None, plan=a_plan(hook=None))
        _save(session, "clip_b", 1, None)
        _save(session, "clip_c", 2, a_print())
    folder = tmp_path / "store" / "acme" / "clips"
    folder.mkdir(parents=True)
    make_video(folder / "clip_a.mp4", seconds=1)
    (folder / "clip_b.mp4").write_bytes(b"no video")
    found = _proof()
    assert found["without_print"] == 1
    measured = {tuple(pair["clips"]): pair["sound"] is not None for pair in found["closest"]}
    assert measured == {
        ("clip_a", "clip_b"): False, ("clip_b", "clip_c"): False, ("clip_a", "clip_c"): True,
    }  # fmt: skip
    with open_session(place) as session:
        kept = session.exec(select(ClipPrintRow).order_by(col(ClipPrintRow.clip_id))).all()
        assert [row.clip_id for row in kept] == ["clip_a", "clip_c"]
        assert len(kept[0].pictures) == 8 * 4
    _, said = _run("uniqueness", "--client", "acme", "--month", "2026-11")
    assert "1 file cannot be read" in said


def test_a_month_without_clips_is_said_to_have_none(place: str) -> None:
    assert _proof("--closest", "3")["closest"] == []
    code, said = _run("uniqueness", "--client", "acme")
    assert code == 0
    assert "acme has 0 clips" in said


@pytest.mark.parametrize("month", ["2026-13", "2026-1", "9999-12", "0000-01", "november"])
def test_what_is_no_month_is_a_wrong_usage(month: str) -> None:
    assert _run("uniqueness", "--month", month)[0] == 2


@pytest.mark.parametrize("command", ["uniqueness", "experiments"])
def test_a_client_nobody_has_heard_of_is_named(place: str, command: str) -> None:
    code, said = _run(command, "--client", "acmee")
    assert (code, said) == (3, "There is no client acmee yet. Known are acme.\n")


def test_experiments_are_listed_with_their_control(place: str) -> None:
    assert "acme has no experiments yet" in _run("experiments", "--client", "acme")[1]
    with open_session(place) as session:
        _save(session, "clip_a", 0, None)
        _save(session, "clip_b", 0, None)
        queries.experiments.save_arms(
            session, Factor.STYLE, ("clip_a", "highlight"), [("clip_b", "boxed [bold]")]
        )
    code, said = _run("experiments", "--client", "acme")
    assert code == 0
    _, control, variation = said.splitlines()
    assert "Which look of the captions holds viewers?  control" in control
    assert variation.split() == ["variation", "1", "clip_b", "boxed", "[bold]"]
    listed = json.loads(_run("experiments", "--client", "acme", "--json")[1])
    assert [arm["clip_id"] for arm in listed[0]["arms"]] == ["clip_a", "clip_b"]
