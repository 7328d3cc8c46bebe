"""``clipper rehearse`` as it is typed; a rehearsal itself is in tests/tasks/test_rehearsing.py."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import Result

from clipping.models import RehearsalReport
from clipping.rehearsal.weather import Faults
from flows import cli
from tasks import rehearsing
from tasks.rehearsing import Wishes
from tests.reports.test_rehearsal_page import a_report
from tests.support.commands import CliRunner


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What was rehearsed, and then what came of it."""
    found: list[Any] = [a_report()]

    def rehearse(wishes: Wishes) -> RehearsalReport:
        found.append(wishes)
        report: RehearsalReport = found[0]
        return report

    monkeypatch.setattr(rehearsing, "rehearse", rehearse)
    return found


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli.app, ["rehearse", *arguments])


def test_json_is_one_document_with_the_verdict(asked: list[Any], tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    done = run("--accounts", "8", "--days", "3", "--faults", "brutal", "--json", "--out", str(page))
    assert done.exit_code == 0
    told = json.loads(done.stdout)
    assert (told["passed"], told["wrongs"], told["planned"]) == (True, [], 1860)
    assert asked[1:] == [Wishes(8, 3, 7, Faults.BRUTAL)]
    assert page.exists()


def test_what_must_not_be_ends_the_command_with_one(asked: list[Any]) -> None:
    asked[0] = a_report(lost=("post_1 is unknown in the end.",))
    done = run()
    assert done.exit_code == 1
    assert "1 post is lost." in done.stdout


def test_what_is_refused_is_not_rehearsed_and_leaves_nothing_behind(
    asked: list[Any], tmp_path: Path
) -> None:
    for out, said in (
        (tmp_path / "no" / "such" / "page.html", "There is no folder"),
        (tmp_path, "is a folder: name a file for the page."),
    ):
        done = run("--out", str(out))
        assert (done.exit_code, said in done.output) == (3, True)
    assert run("--accounts", "0", "--out", str(tmp_path / "no" / "page.html")).exit_code == 2
    assert asked[1:] == []
    assert list(tmp_path.iterdir()) == []
