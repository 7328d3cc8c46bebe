"""The file of results, and the way sections are chosen."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from benchmarks import __main__ as command
from benchmarks import results
from benchmarks.measure import Row


def test_a_section_replaces_its_own_part_only(tmp_path: Path) -> None:
    path = tmp_path / "results.md"
    for name, row in (("render", "old"), ("sync", "kept"), ("render", "new")):
        results.kept(name, results.part(name, "What it is.\n\nMore.", [Row(row, "1 s")]), path)
    text = path.read_text(encoding="utf-8")
    assert text.startswith("# Results of `make bench`")
    assert text.count("## render") == text.count("## sync") == text.count("What it is.") - 1 == 1
    assert ("| new |" in text, "| kept |" in text, "| old |" in text) == (True, True, False)
    assert text.index("## render") < text.index("## sync")


def test_every_section_has_a_heading_and_measures() -> None:
    for section in command.SECTIONS.values():
        assert (section.__doc__ or "").splitlines()[0].endswith(".")
        assert callable(section.measure)


@pytest.mark.parametrize(("within", "status"), [(True, 0), (None, 0), (False, 1)])
def test_the_status_says_whether_all_is_within_its_limits(
    within: bool | None, status: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def measure(folder: Path) -> list[Row]:
        assert folder.is_dir()
        return [Row("good", "1", within=True), Row("other", "2", within=within)]

    section: Any = SimpleNamespace(__doc__="A section.", measure=measure)
    monkeypatch.setattr(command, "SECTIONS", {"one": section})
    monkeypatch.setattr(results, "is_full", lambda: False)
    monkeypatch.setenv("CLIPPER_BENCH_FOLDER", str(tmp_path / "kept"))
    assert command.main([]) == status


def test_an_unknown_section_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["renders"]) == 2
    assert "render, variations" in capsys.readouterr().err
