"""Figures of a case: all of its processes, nothing but the case, and each held to its limit."""

from __future__ import annotations

import pytest

from benchmarks.measure import MB, Case, Row, Run, at_most, interleaved, ratios, run_case, table

HERE = "tests.benchmarks.cases"


def test_the_cpu_time_of_grandchildren_counts_and_the_start_of_python_does_not() -> None:
    idle = run_case(Case("idle", f"{HERE}:idle"))
    busy = run_case(Case("busy", f"{HERE}:grandchildren", {"burn_s": 1.0, "count": 0}))
    assert idle.cpu_s < 0.05
    assert 0.45 <= idle.wall_s < 2
    assert 0.95 <= busy.cpu_s < 2
    assert busy.value == "done"


def test_memory_is_the_sum_over_all_processes() -> None:
    # Against the same processes that hold nothing: an interpreter's own size differs by machine.
    empty, full = (
        run_case(Case("held", f"{HERE}:grandchildren", {"hold_bytes": size, "count": 2}))
        for size in (0, 60 * MB)
    )
    assert 2 * 50 * MB < full.memory_bytes - empty.memory_bytes < 2 * 75 * MB


def test_a_case_that_fails_ends_the_run() -> None:
    with pytest.raises(SystemExit, match="'broken' failed"):
        run_case(Case("broken", f"{HERE}:broken"))


def test_cases_take_turns(capsys: pytest.CaptureFixture[str]) -> None:
    runs = interleaved([Case(name, f"{HERE}:idle", {"seconds": 0}) for name in "ab"], rounds=2)
    said = [line.split(":")[0].strip() for line in capsys.readouterr().out.splitlines()]
    assert said == ["round 1, a", "round 1, b", "round 2, a", "round 2, b"]
    assert {name: len(each) for name, each in runs.items()} == {"a": 2, "b": 2}


def test_ratios_are_within_a_round() -> None:
    slow_day = [Run(1, cpu_s, 0, None) for cpu_s in (10.0, 20.0)]
    dearer = [Run(1, cpu_s, 0, None) for cpu_s in (11.0, 22.0)]
    assert ratios(dearer, slow_day) == pytest.approx([1.1, 1.1])


@pytest.mark.parametrize(
    ("values", "within"),
    [((1.0, 1.12, 1.3), True), ((1.0, 1.124, 1.3), True), ((1.0, 1.13, 1.13), False)],
)
def test_the_median_is_held_to_the_limit(values: tuple[float, ...], within: bool) -> None:
    row = at_most("a clip", "1 s", values, 1.12)
    assert row.within is within
    assert row.limit == "≤ 1.12"


def test_a_table_says_what_is_over_its_limit() -> None:
    rows = [Row("a", "1 s", "1.00", "≤ 1.12", True), Row("b", "2 s", "2.00", "≤ 1.12", False)]
    assert table([*rows, Row("c", "3 s")]).splitlines()[2:] == [
        "| a | 1 s | 1.00 | ≤ 1.12 | yes |",
        "| b | 2 s | 2.00 | ≤ 1.12 | NO |",
        "| c | 3 s |  |  |  |",
    ]
