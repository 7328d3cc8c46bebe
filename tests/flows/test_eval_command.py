"""``clipper eval``: figures in a table, or as JSON and nothing else."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from clipping.errors import Rejected
from flows.cli import app
from flows.evaluating import evaluate_detector


def test_the_figures_are_printed_beside_those_of_chance(capsys: pytest.CaptureFixture[str]) -> None:
    figures = evaluate_detector("local", 1, 1)
    shown = capsys.readouterr().out
    assert f"{figures.found} of {figures.strong}" in shown
    assert "chance" in shown
    for one in figures.talks[0].missed:
        assert one.text in shown


def test_the_command_prints_one_document() -> None:
    result = CliRunner().invoke(app, ["eval", "--talks", "1", "--seed", "2", "--json"])
    assert result.exit_code == 0
    document = json.loads(result.stdout)
    assert document["evaluation"]["detector"] == "local"
    assert document["chance"]["strong"] == document["evaluation"]["strong"] == 7


def test_an_unknown_detector_is_answered_with_the_known_ones() -> None:
    with pytest.raises(Rejected, match="auto, local"):
        evaluate_detector("clever", 1, 1)
