"""The solver against trying everything, and the greedy choice beside it."""

from __future__ import annotations

import sys
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clipping.errors import NotInstalled
from clipping.scheduling.limits import AccountCap, Cap
from clipping.scheduling.problem import Choice, Problem, greedy
from clipping.scheduling.solving import solve
from clipping.scheduling.worth import TIE


def good(problem: Problem, chosen: dict[int, int]) -> bool:
    """Whether a choice breaks nothing; written apart from the product's own checks."""
    taken = set(chosen.items())
    return (
        taken <= set(problem.choices)
        and all(len(taken & set(rivals)) <= 1 for rivals in problem.rivals)
        and all(len(set(cap.slots) & set(chosen)) <= cap.most for cap in problem.caps)
        and all(
            sum(bool(set(slots) & set(chosen)) for slots in cap.slots_by_account) <= cap.most
            for cap in problem.account_caps
        )
    )


@st.composite
def problems(draw: st.DrawFn) -> Problem:
    slots, clips = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    places = list(product(range(slots), range(clips)))
    some = draw(st.lists(st.sampled_from(places), unique=True, min_size=1))
    choices: dict[Choice, int] = {one: draw(st.integers(0, 12_000)) * TIE for one in some}
    rivals = tuple(
        tuple(draw(st.lists(st.sampled_from(some), unique=True)))
        for _ in range(draw(st.integers(0, 3)))
    )
    caps = [
        Cap(tuple(draw(st.sets(st.integers(0, slots - 1)))), draw(st.integers(0, 2)), "")
        for _ in range(draw(st.integers(0, 2)))
    ]
    bound = AccountCap(((0, slots - 1), *((n,) for n in range(1, slots - 1))), 1, "")
    kept = {slot: clip for slot, clip in some if draw(st.booleans())}
    return Problem(
        slots=slots,
        choices=choices,
        rivals=rivals,
        fresh=draw(st.frozensets(st.integers(0, clips - 1))),
        caps=tuple(caps),
        account_caps=(bound,) if draw(st.booleans()) else (),
        kept=kept,
    )


@settings(max_examples=60)
@given(problem=problems(), seed=st.integers(0, 2**40))
def test_no_choice_is_better_than_the_solvers(problem: Problem, seed: int) -> None:
    offered = [
        [None, *(clip for place, clip in problem.choices if place == slot)]
        for slot in range(problem.slots)
    ]
    every = (
        {slot: clip for slot, clip in enumerate(clips) if clip is not None}
        for clips in product(*offered)
    )
    best = max(problem.value(one) for one in every if good(problem, one))
    solution = solve(problem, seed)
    value = problem.value(dict(solution.chosen))
    assert solution.proven
    assert good(problem, dict(solution.chosen))
    assert value[:2] == best[:2]
    assert best[2] - TIE * problem.slots <= value[2] <= best[2]
    quick = greedy(problem)
    assert good(problem, quick)
    assert problem.value(quick)[0] <= value[0]


def test_the_greedy_choice_gives_the_clip_that_only_one_slot_takes_to_another() -> None:
    problem = Problem(
        slots=2, choices={(0, 0): 900, (0, 1): 800, (1, 0): 850}, rivals=(((0, 0), (1, 0)),),
        fresh=frozenset({0, 1}),
    )  # fmt: skip
    assert greedy(problem) == {0: 0}
    assert solve(problem, 0).chosen == {0: 1, 1: 0}


def test_filling_a_slot_comes_before_keeping_and_keeping_before_a_better_clip() -> None:
    choices = {(0, 0): 100, (0, 1): 9_000, (0, 2): 50, (1, 0): 10}
    problem = Problem(
        slots=2, choices=choices, rivals=(((0, 0), (1, 0)),), fresh=frozenset(), kept={0: 0}
    )
    assert solve(problem, 0).chosen == {0: 1, 1: 0}
    alone = Problem(slots=1, choices={(0, 0): 100, (0, 1): 9_000}, rivals=(), fresh=frozenset({1}),
                    kept={0: 0})  # fmt: skip
    assert solve(alone, 0).chosen == {0: 0}


def test_every_slot_counts_in_a_long_chain_of_changes() -> None:
    """Each slot takes its neighbour's clip, so that the last one gets one at all."""
    most = 30
    choices = {(slot, slot): 500 for slot in range(most)}
    choices |= {(slot, slot + 1): 10 for slot in range(most)}
    choices[most, 0] = 10
    rivals = tuple(
        tuple(choice for choice in choices if choice[1] == clip) for clip in range(most + 1)
    )
    kept = {slot: slot for slot in range(most)}
    problem = Problem(slots=most + 1, choices=choices, rivals=rivals, fresh=frozenset(), kept=kept)
    assert len(greedy(problem)) == most
    assert len(solve(problem, 0).chosen) == most + 1


def test_without_or_tools_the_error_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ortools.sat.python", None)
    problem = Problem(slots=1, choices={(0, 0): 1}, rivals=(), fresh=frozenset())
    with pytest.raises(NotInstalled, match="'publish'"):
        solve(problem, 0)
