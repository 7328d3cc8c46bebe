"""A day's plans: 50 clients with 30 accounts each, beside the greedy choice of the same clips."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

from benchmarks import planned_days
from benchmarks.child import cpu_seconds
from benchmarks.measure import Case, Row, costs, cpu, interleaved, ratios, run_case, spread
from clipping.models import Account, ClipCandidate, Consent, PlanRequest, PlatformName
from clipping.scheduling.choices import Reach, make_day, make_problem
from clipping.scheduling.planning import plan_day, plan_days
from clipping.scheduling.problem import Problem, greedy
from clipping.scheduling.slots import day_slots
from clipping.scheduling.solving import solve
from clipping.timing import TimeSpan

CLIENTS, ACCOUNTS, CLIPS, DAYS = 50, 30, 300, 31
LIMIT_S = 60.0
_WORDS = ("boxing", "money", "family", "training", "travel", "food", "law", "music")
_ZONES = ("Europe/Berlin", "America/New_York", "Asia/Tokyo")


def requests(clients: int, clips: int = CLIPS) -> Iterator[PlanRequest]:
    """One request for each client, with three clips of each moment."""
    for client in range(clients):
        chance = random.Random(client)
        yield PlanRequest(
            client=f"client{client}",
            day=date(2026, 3, 10),
            seed=client,
            accounts=tuple(_account(client, number, chance) for number in range(ACCOUNTS)),
            clips=tuple(_clip(client, number, chance) for number in range(clips)),
        )


def _account(client: int, number: int, chance: random.Random) -> Account:
    return Account(
        account_id=f"account_{client}_{number}",
        client=f"client{client}",
        platform=tuple(PlatformName)[number % 4],
        handle=f"c{client}a{number}",
        timezone=chance.choice(_ZONES),
        angle=" ".join(chance.sample(_WORDS, 2)),
        first_post_on=date(2025, 1, 1),
        consent=Consent(owner="Jo Doe", given_at=datetime(2025, 1, 1, tzinfo=UTC)),
    )


def _clip(client: int, number: int, chance: random.Random) -> ClipCandidate:
    moment = number // 3
    start_ms = moment % 5 * 100_000
    return ClipCandidate(
        clip_id=f"clip_{client}_{number}",
        moment_id=f"moment_{client}_{moment}",
        source_id=f"source_{client}_{moment // 5}",
        span=TimeSpan(start_ms=start_ms, end_ms=start_ms + 30_000),
        score=chance.randint(40, 100),
        keywords=tuple(chance.sample(_WORDS, 3)),
        ready=True,
        proof_passed=True,
        rights_recorded=True,
        disclosure_set=True,
    )


def plans(clients: int) -> dict[str, int]:
    """The plans of all clients; how many posts they hold and how many are proven to be the best."""
    made = [plan_day(request) for request in requests(clients)]
    return {
        "posts": sum(len(plan.assignments) for plan in made),
        "proven": sum(not plan.notes for plan in made),
    }


def month() -> dict[str, int]:
    """31 days of one client with as many clips as posts, three of each moment."""
    request = next(requests(1, clips=2 * ACCOUNTS * DAYS))
    made = [one for plan in plan_days(request, DAYS) for one in plan.assignments]
    return {"posts": len(made), "clips": len({one.clip_id for one in made})}


def floor(clients: int) -> dict[str, int]:
    """The same slots and rules, and the greedy choice in place of the solver's."""
    return {"posts": sum(len(greedy(_problem(request))) for request in requests(clients))}


def quality(clients: int) -> list[float]:
    """By how many points of the score the solver's choice is better, a post, by client."""
    gains = []
    for request in requests(clients):
        problem = _problem(request)
        ours, theirs = solve(problem, request.seed).chosen, greedy(problem)
        gained = problem.value(ours)[2] - problem.value(theirs)[2]
        gains.append(gained / 1_000 / max(1, len(ours)))
    return gains


def _problem(request: PlanRequest) -> Problem:
    return make_problem(make_day(request, day_slots(request).slots), Reach.FAR)


def measure(folder: Path) -> list[Row]:
    """The rows of this section."""
    ours = Case("plans", "benchmarks.planning:plans", {"clients": CLIENTS})
    theirs = Case("greedy", "benchmarks.planning:floor", {"clients": CLIENTS})
    runs = interleaved([ours, theirs])
    made = runs[ours.name][0].value
    whole = run_case(Case("month", "benchmarks.planning:month"))
    wanted = 2 * ACCOUNTS * DAYS
    before = cpu_seconds()
    gains = quality(10)
    print(f"  ten clients solved beside greedy: {cpu_seconds() - before:.1f} CPU-s", flush=True)
    spent = [cpu(run) for run in runs[ours.name]]
    return [
        Row(
            f"a day of {CLIENTS} clients with {ACCOUNTS} accounts, {CLIPS} clips each, on one core",
            costs(runs[ours.name]),
            spread(ratios(runs[ours.name], runs[theirs.name]), ".2f") + " of greedy",
            f"≤ {LIMIT_S:.0f} CPU-s",
            sorted(spent)[len(spent) // 2] <= LIMIT_S,
        ),
        Row("the same with the greedy choice", costs(runs[theirs.name])),
        Row(
            "posts planned",
            str(made["posts"]),
            limit=f"{2 * CLIENTS * ACCOUNTS}",
            within=made["posts"] == 2 * CLIENTS * ACCOUNTS,
        ),
        Row(
            f"a month of one client: {wanted} clips for as many posts, clips posted",
            f"{whole.value['clips']} in {whole.value['posts']} posts, {costs([whole])}",
            limit=f"{wanted}",
            within=whole.value["clips"] == whole.value["posts"] == wanted,
        ),
        Row("plans proven the best among the clips considered", f"{made['proven']} of {CLIENTS}"),
        Row("points of score a post gained over greedy", spread(gains, ".3f")),
        *planned_days.rows(folder),
    ]
