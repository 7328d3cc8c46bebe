"""Runs of Prefect as the pages show them: whose they are, how they stand, and why they failed."""

from __future__ import annotations

import re
import time
from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from threading import Lock
from typing import Any, Final

from clipping.errors import ClippingError, Rejected, ServiceUnavailable
from dashboard import prefect_server
from dashboard.words import Chip, Tone

FRESH_S: Final = 4.0
"""So long what was answered is shown again; a page runs with each click."""
PATIENCE_S: Final = 1.8
LATELY: Final = timedelta(days=3)
"""What failed before is history."""
MOST: Final = 50
_TAG: Final = "client:"
_EXCEPTION: Final = re.compile(r"exception: [\w.]+: (.*)", re.DOTALL)
_LONGEST: Final = 300


class Kind(StrEnum):
    """Which runs are listed."""

    TO_SEE = "to see to"
    RUNNING = "running"
    WAITING = "waiting"
    DONE = "done"
    CANCELLED = "ended early"


STATES: Final[Mapping[Kind, tuple[str, ...]]] = {
    Kind.TO_SEE: ("FAILED", "CRASHED"),
    Kind.RUNNING: ("RUNNING", "CANCELLING", "PAUSED"),
    Kind.WAITING: ("PENDING", "SCHEDULED"),
    Kind.DONE: ("COMPLETED",),
    Kind.CANCELLED: ("CANCELLED",),
}
_CHIPS: Final[Mapping[str, Chip]] = {
    "FAILED": Chip("failed", Tone.BAD),
    "CRASHED": Chip("crashed", Tone.BAD),
    "RUNNING": Chip("running", Tone.BUSY),
    "CANCELLING": Chip("ending", Tone.WARN),
    "PAUSED": Chip("paused", Tone.WARN),
    "PENDING": Chip("starting", Tone.CALM),
    "SCHEDULED": Chip("waiting", Tone.CALM),
    "COMPLETED": Chip("done", Tone.GOOD),
    "CANCELLED": Chip("ended early", Tone.CALM),
}


@dataclass(frozen=True)
class Run:
    """A run of a flow."""

    run_id: str
    name: str
    state: str
    """As Prefect types it, such as ``RUNNING``."""
    state_name: str
    """Finer, such as ``Late`` or ``AwaitingConcurrencySlot``."""
    clients: tuple[str, ...]
    """By its tags; empty for one that works for all."""
    started_at: datetime | None
    ended_at: datetime | None
    expected_at: datetime | None
    why: str
    """What its end said, for one that failed."""
    deployment_id: str
    parent: bool
    """Whether another run waits for it."""
    percent: float | None = None

    @property
    def chip(self) -> Chip:
        """How it stands."""
        if self.state_name == "Late":
            return Chip("late", Tone.WARN)
        if self.state_name == "AwaitingRetry":
            return Chip("tried again soon", Tone.WARN)
        return _CHIPS.get(self.state, Chip(self.state.lower(), Tone.CALM))

    @property
    def can_go_again(self) -> bool:
        """Whether it is over without its result, and can be started anew by itself."""
        over = self.state in ("FAILED", "CRASHED", "CANCELLED")
        return over and bool(self.deployment_id) and not self.parent


@dataclass(frozen=True)
class Seen:
    """What the server said."""

    runs: tuple[Run, ...]
    counts: Mapping[Kind, int]
    more: bool
    """Whether there are runs that are not listed."""


_kept: dict[tuple[Any, ...], tuple[float, Seen]] = {}
_lock = Lock()


def look(kind: Kind, clients: Sequence[str] | None, now: datetime) -> Seen:
    """Runs of a kind, the latest first, and how many there are of each.

    :param clients: Only runs for these; None for all, those that work for everybody included.
    :raises ClippingError: The server does not answer in time, or does not let us in.
    """
    key = (prefect_server.server_url(), kind, None if clients is None else tuple(clients))
    with _lock:
        at, known = _kept.get(key, (-FRESH_S, None))
        if known is not None and time.monotonic() - at < FRESH_S:
            return known
    found = _look(kind, clients, now)
    with _lock:
        if len(_kept) > 200:
            _kept.clear()
        _kept[key] = (time.monotonic(), found)
    return found


def forget() -> None:
    """Ask anew the next time."""
    with _lock:
        _kept.clear()


def _look(kind: Kind, clients: Sequence[str] | None, now: datetime) -> Seen:
    if clients is not None and not clients:
        return Seen((), dict.fromkeys(Kind, 0), more=False)
    listed: dict[str, Any] = {
        "flow_runs": _wanted(kind, clients, now),
        "sort": "START_TIME_DESC" if kind is not Kind.WAITING else "EXPECTED_START_TIME_ASC",
        "limit": MOST + 1,
    }
    asked = [
        ("flow_runs/filter", listed),
        *(("flow_runs/count", {"flow_runs": _wanted(one, clients, now)}) for one in _COUNTED),
    ]
    until = time.monotonic() + PATIENCE_S
    runs, *counts = _side_by_side(asked, until)
    found = [run for run in map(read_run, prefect_server.listed(runs)) if is_theirs(run, clients)]
    shown = tuple(found[:MOST])
    if kind is Kind.RUNNING and shown:
        shown = _with_progress(shown, until)
    return Seen(shown, dict(zip(_COUNTED, map(int, counts), strict=True)), len(found) > MOST)


_COUNTED: Final = (Kind.TO_SEE, Kind.RUNNING, Kind.WAITING, Kind.DONE)


def _side_by_side(asked: Sequence[tuple[str, Mapping[str, Any]]], until: float) -> list[Any]:
    # Not as a block: whoever still waits at its end would be waited for.
    pool = ThreadPoolExecutor(max_workers=len(asked), thread_name_prefix="prefect")
    try:
        futures = [pool.submit(prefect_server.ask, path, wanted) for path, wanted in asked]
        return [future.result(timeout=max(0.0, until - time.monotonic())) for future in futures]
    except TimeoutError as error:
        raise ServiceUnavailable("The Prefect server takes too long to answer just now.") from error
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _wanted(kind: Kind, clients: Sequence[str] | None, now: datetime) -> dict[str, Any]:
    wanted: dict[str, Any] = {"state": {"type": {"any_": list(STATES[kind])}}}
    if kind in (Kind.TO_SEE, Kind.DONE, Kind.CANCELLED):
        wanted["end_time"] = {"after_": (now - LATELY).isoformat()}
    if kind is Kind.WAITING:
        # The schedule of weeks is made ahead.
        wanted["expected_start_time"] = {"before_": (now + timedelta(hours=1)).isoformat()}
    if clients is not None:
        wanted["tags"] = {"any_": [f"{_TAG}{name}" for name in clients]}
    return wanted


def is_theirs(run: Run, clients: Collection[str] | None) -> bool:
    """Whether somebody who works for these clients may see a run: all of whose it is are theirs."""
    return clients is None or (bool(run.clients) and set(run.clients) <= set(clients))


def _with_progress(runs: Sequence[Run], until: float) -> tuple[Run, ...]:
    """The same with how far each is; without, where the server does not say in time."""
    wanted = {
        "artifacts": {
            "flow_run_id": {"any_": [run.run_id for run in runs]},
            "type": {"any_": ["progress"]},
        },
        "sort": "UPDATED_DESC",
        "limit": 200,
    }
    try:
        (found,) = _side_by_side([("artifacts/filter", wanted)], until)
    except ClippingError:
        return tuple(runs)
    percents: dict[str, float] = {}
    for one in prefect_server.listed(found):
        if isinstance(one.get("data"), int | float):
            percents.setdefault(str(one.get("flow_run_id")), float(one["data"]))
    return tuple(replace(run, percent=percents.get(run.run_id)) for run in runs)


def read_run(told: Mapping[str, Any]) -> Run:
    """A run as the server tells it."""
    state = told.get("state") or {}
    tags = [str(tag) for tag in told.get("tags") or ()]
    kind = str(told.get("state_type") or state.get("type") or "")
    failed = kind in ("FAILED", "CRASHED")
    return Run(
        run_id=str(told["id"]),
        name=str(told.get("name") or ""),
        state=kind,
        state_name=str(told.get("state_name") or ""),
        clients=tuple(sorted(tag.removeprefix(_TAG) for tag in tags if tag.startswith(_TAG))),
        started_at=_time(told.get("start_time")),
        ended_at=_time(told.get("end_time")),
        expected_at=_time(told.get("expected_start_time")),
        why=reason(str(state.get("message") or "")) if failed else "",
        deployment_id=str(told.get("deployment_id") or ""),
        parent=bool(told.get("parent_task_run_id")),
    )


def reason(message: str) -> str:
    """What the end of a run said, without Prefect's words around it."""
    found = _EXCEPTION.search(message)
    told = " ".join((found[1] if found else message).split())
    return told if len(told) <= _LONGEST else f"{told[:_LONGEST].rstrip()}…"


def _time(told: Any) -> datetime | None:
    try:
        found = datetime.fromisoformat(str(told))
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def start_again(run_id: str, clients: Sequence[str] | None, by: str) -> Run:
    """Start a run's deployment anew, as it was started; each finds what is there and goes on.

    Asked twice for a run, the second time finds the first.

    :param clients: Of whose runs alone that may be done; None for any.
    :raises Rejected: It is not there for who asks, or not over, or another run waits for it.
    """
    told = prefect_server.ask(f"flow_runs/{run_id}")
    run = read_run(told)
    if not is_theirs(run, clients):
        raise Rejected("There is no such run.")
    if not run.can_go_again:
        raise Rejected("This run cannot be started again by itself.")
    made = prefect_server.insist(
        f"deployments/{run.deployment_id}/create_flow_run",
        {
            "name": run.name,
            "parameters": told.get("parameters") or {},
            "tags": [*(f"{_TAG}{name}" for name in run.clients), f"again:{by}"],
            "idempotency_key": f"again:{run.run_id}",
        },
    )
    forget()
    return read_run(made)
