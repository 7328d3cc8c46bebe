"""The best choice of clips for a day, found by CP-SAT."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from clipping.errors import NotInstalled
from clipping.scheduling.problem import FRESH, Choice, Problem, greedy
from clipping.scheduling.worth import MOST, TIE

WORK_LIMIT: Final = 20.0
"""The solver's own measure of work, the same on any machine: some ten times what a day takes."""


@dataclass(frozen=True)
class Solution:
    """The clip of each slot that has one."""

    chosen: Mapping[int, int]
    proven: bool
    """Whether nothing better exists; else the solver stopped at its limit of work."""


def solve(problem: Problem, seed: int) -> Solution:
    """Fill as many slots as can be, keep what was planned, then make the most of the clips.

    The three in that order, each without giving up any of those before it. The same problem and
    seed give the same answer, on one core and without looking at the clock.

    :raises NotInstalled: OR-tools is missing.
    """
    if not problem.choices:
        return Solution({}, proven=True)
    model = _Model(problem, seed)
    start, proven = greedy(problem), True
    if problem.kept:
        if problem.value(start)[:2] != (model.fillable, len(problem.kept)):
            start, proven = model.best(model.filled_and_kept(), start, apart=0)
        model.hold(start)
    # To prove which of two equals has the better digit of chance would take most of the time.
    chosen, settled = model.best(model.worth(), start, apart=TIE * problem.slots)
    return Solution(chosen, proven and settled)


class _Model:
    """The problem in the solver's terms."""

    def __init__(self, problem: Problem, seed: int) -> None:
        self._cp, self._problem, self._seed = _cp_model(), problem, seed
        self._model = self._cp.CpModel()
        self._taken = {choice: self._model.new_bool_var("") for choice in sorted(problem.choices)}
        self._by_slot: dict[int, list[Any]] = defaultdict(list)
        self._by_clip: dict[int, list[Any]] = defaultdict(list)
        for (slot, clip), taken in self._taken.items():
            self._by_slot[slot].append(taken)
            self._by_clip[clip].append(taken)
        for choices in self._by_slot.values():
            self._model.add_at_most_one(choices)
        for rivals in problem.rivals:
            self._model.add_at_most_one(self._taken[choice] for choice in rivals)
        self._add_caps()

    @property
    def fillable(self) -> int:
        """How many slots there is any clip for."""
        return len(self._by_slot)

    def _add_caps(self) -> None:
        for cap in self._problem.caps:
            self._model.add(sum(self._in(cap.slots)) <= cap.most)
        for bound in self._problem.account_caps:
            posting = [self._model.new_bool_var("") for _ in bound.slots_by_account]
            for posts, slots in zip(posting, bound.slots_by_account, strict=True):
                for taken in self._in(slots):
                    self._model.add_implication(taken, posts)
            self._model.add(sum(posting) <= bound.most)

    def _in(self, slots: tuple[int, ...]) -> list[Any]:
        return [taken for slot in slots for taken in self._by_slot.get(slot, [])]

    def filled_and_kept(self) -> Any:
        """As many slots as can be; among such, the fewest changes."""
        weight = len(self._problem.kept) + 1
        kept = set(self._problem.kept.items())
        return self._sum({choice: weight + (choice in kept) for choice in self._taken})

    def worth(self) -> Any:
        """As many slots as can be; among such, fresh clips; among those, the best ones."""
        # More than all that the clips of a day can be worth together.
        filled = self._problem.slots * (MOST + FRESH)
        total = self._sum(
            {choice: filled + worth for choice, worth in self._problem.choices.items()}
        )
        firsts = []
        for clip in sorted(self._problem.fresh & self._by_clip.keys()):
            posted = self._model.new_bool_var("")
            self._model.add_bool_or([posted.negated(), *self._by_clip[clip]])
            firsts.append(posted)
        return total + FRESH * sum(firsts)

    def _sum(self, weights: Mapping[Choice, int]) -> Any:
        choices = list(weights)
        return self._cp.LinearExpr.weighted_sum(
            [self._taken[choice] for choice in choices], [weights[choice] for choice in choices]
        )

    def hold(self, chosen: Mapping[int, int]) -> None:
        """From here on, as many slots are filled and as much is kept as in this choice."""
        kept = self._problem.kept
        held = [choice for choice in kept.items() if chosen.get(choice[0]) == choice[1]]
        self._model.add(sum(self._taken.values()) >= len(chosen))
        self._model.add(sum(self._taken[choice] for choice in kept.items()) >= len(held))

    def best(
        self, aim: Any, start: Mapping[int, int], *, apart: int
    ) -> tuple[dict[int, int], bool]:
        """The choice that makes most of the aim, to less than ``apart``; whether that is proven."""
        self._model.maximize(aim)
        self._model.clear_hints()
        for choice, taken in self._taken.items():
            self._model.add_hint(taken, start.get(choice[0]) == choice[1])
        solver = self._cp.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.random_seed = self._seed % 2**31
        solver.parameters.max_deterministic_time = WORK_LIMIT
        # Choosing among clips is an assignment, which linear programs settle nearly alone: without
        # them a day takes minutes, and what presolving finds in it is not worth its time.
        solver.parameters.linearization_level = 2
        solver.parameters.cp_model_presolve = False
        solver.parameters.cp_model_probing_level = 0
        solver.parameters.symmetry_level = 0
        solver.parameters.absolute_gap_limit = float(apart)
        status = solver.solve(self._model)
        if status not in (self._cp.OPTIMAL, self._cp.FEASIBLE):
            return dict(start), False
        chosen = {slot: clip for (slot, clip), taken in self._taken.items() if solver.value(taken)}
        return chosen, status == self._cp.OPTIMAL


def _cp_model() -> Any:
    try:
        from ortools.sat.python import cp_model
    except ImportError as error:
        raise NotInstalled(
            "Plans are made with OR-tools, which is not installed: add the extra 'publish'."
        ) from error
    return cp_model
