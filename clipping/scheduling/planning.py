"""A client's plan for a day, or for several in a row."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from clipping.models import Assignment, DayPlan, PlanRequest, Shortage
from clipping.scheduling.choices import Day, Reach, falls_short, make_day, make_problem
from clipping.scheduling.explaining import better_ones, changes, shortages, wanted, why_here
from clipping.scheduling.problem import Problem
from clipping.scheduling.slots import day_slots
from clipping.scheduling.solving import Solution, solve

_UNPROVEN: Final = "The solver stopped at its limit of work: a better plan may exist."


def plan_day(request: PlanRequest) -> DayPlan:
    """Who posts which clip when; the same request gives the same plan, whenever and wherever.

    Given an earlier plan, as many slots as before are filled, and among such plans one with the
    fewest changes is taken.

    :raises NotInstalled: OR-tools is missing.
    """
    slots = day_slots(request)
    day = make_day(request, slots.slots)
    problem, solution = _choose(day)
    made = [*day.fixed, *_assignments(day, problem, solution.chosen)]
    made.sort(key=lambda one: (one.slot.at, one.slot.account_id))
    missing = [*slots.shortages, *shortages(day, problem, solution.chosen)]
    moments, clips = wanted(day, missing)
    return DayPlan(
        client=request.client,
        day=request.day,
        assignments=tuple(made),
        empty=tuple(s for place, s in enumerate(day.slots) if place not in solution.chosen),
        shortages=tuple(sorted(missing, key=_place)),
        changes=tuple(changes(request.earlier, made, day)),
        notes=() if solution.proven else (_UNPROVEN,),
        moments_wanted=moments,
        clips_wanted=clips,
    )


def plan_days(request: PlanRequest, days: int) -> list[DayPlan]:
    """The plans of so many days from the request's on; each one knows those before it."""
    plans: list[DayPlan] = []
    for _ in range(days):
        plan = plan_day(request)
        plans.append(plan)
        request = request.replace(
            day=request.day + timedelta(days=1),
            past=(*request.past, *(one.past for one in plan.assignments)),
            earlier=None,
        )
    return plans


def _choose(day: Day) -> tuple[Problem, Solution]:
    """Among the best clips first, and among more of them as long as more can help."""
    for reach in Reach:
        problem = make_problem(day, reach)
        clips = {clip for _, clip in problem.choices}
        if reach is Reach.NEAR and len(clips & problem.fresh) < problem.slots:
            continue
        solution = solve(problem, day.request.seed)
        if reach is Reach.ALL or not falls_short(day, problem, solution.chosen):
            break
    return problem, solution


def _place(shortage: Shortage) -> tuple[str, str, str]:
    return shortage.platform.value, shortage.account_id, shortage.cause.value


def _assignments(day: Day, problem: Problem, chosen: Mapping[int, int]) -> list[Assignment]:
    made, better = [], better_ones(problem, chosen)
    for place, clip in chosen.items():
        one = day.clips[clip]
        made.append(
            Assignment(
                slot=day.slots[place],
                clip_id=one.clip_id,
                moment_id=one.moment_id,
                source_id=one.source_id,
                span=one.span,
                score=one.score,
                reason=why_here(day, place, clip, chosen, better[place]),
            )
        )
    return made
