"""Whoever is killed wherever: a post becomes public exactly once, on every platform."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from clipping.errors import ClippingError, NeedsPerson, OutcomeUnknown, Rejected
from clipping.models import PostJob, Receipt, Stage
from clipping.platforms import PLATFORMS
from clipping.platforms.base import Clock
from clipping.rehearsal.serving import Fault
from clipping.rehearsal.world import World
from tests.platforms.cases import CASES, USER, Case
from tests.platforms.desk import Desk, Killed, let_pass

_LEASE_S = 90.0
"""After which another process takes over."""
_DAY_S = 25 * 3_600.0
_FAULTS = {
    "500": Fault(status=500),
    "503 after its effect": Fault(status=503, served=True),
    "429": Fault(status=429, headers={"Retry-After": "60"}),
    "a page of a proxy": Fault(status=200, body=b"<html>"),
}


@dataclass
class Run:
    """One life of a post on a fake of its own."""

    case: Case
    job: PostJob
    fake: Any
    world: World
    stored: Receipt = field(default_factory=Receipt)
    failures: list[Exception] = field(default_factory=list)

    def publish(self, dies_at: tuple[int, str] | None = None, until: Stage | None = None) -> Desk:
        """One process publishes, to its end or its death."""
        desk = Desk(self.world, self.job, self.stored, dies_at)
        try:
            desk.run(*self.case.enter(self.fake), until=until)
        except ClippingError as error:
            self.failures.append(error)
            raise
        finally:
            self.stored = desk.stored
            self.failures += desk.failures
        return desk

    def wrongs(self) -> list[str]:
        """What is wrong in the end."""
        self.world.clock.advance(2 * _DAY_S)
        self.fake.settle()
        posts = self.world.public_posts(self.case.platform, USER)
        if len(posts) != 1:
            return [f"{len(posts)} posts: {self.stored!r}"]
        found = [str(rule) for rule in self.world.violations]
        if posts[0].sha256 != self.job.file.sha256:
            found.append("not the file")
        if not self.stored.settled:
            found.append(f"not settled: {self.stored!r}")
        if self.stored.public_id not in ("", posts[0].public_id):
            found.append("another post's id")
        return found


@contextmanager
def _life(case: Case, job: PostJob) -> Iterator[Run]:
    world = World()
    with case.fake(world).serving() as fake:
        yield Run(case, job, fake, world)


@pytest.fixture(params=CASES, ids=[case.name for case in CASES])
def case(request: pytest.FixtureRequest) -> Case:
    found: Case = request.param
    return found


@pytest.fixture
def job(case: Case, tmp_path: Path) -> PostJob:
    return case.job(tmp_path)


_UNDISTURBED: dict[str, tuple[int, int]] = {}


def _undisturbed(case: Case, job: PostJob) -> tuple[int, int]:
    """How many exchanges and writes a publication takes."""
    if case.name not in _UNDISTURBED:
        with _life(case, job) as run:
            desk = run.publish()
            assert run.wrongs() == []
            _UNDISTURBED[case.name] = run.fake.count(), desk.writes
    return _UNDISTURBED[case.name]


def _all_wrongs(
    case: Case, job: PostJob, disturbances: Mapping[str, Callable[[Run], object]]
) -> dict[str, list[str]]:
    """What each disturbance does to a life of its own, where that is wrong."""
    found = {}
    for name, disturb in disturbances.items():
        with _life(case, job) as run:
            try:
                disturb(run)
                run.publish()
                wrongs = run.wrongs()
            except (ClippingError, AssertionError) as error:
                wrongs = [f"{type(error).__name__}: {error}"]
            if wrongs:
                found[name] = wrongs
    return found


def _kill_at_exchange(number: int, cut: Any, pause_s: float) -> Callable[[Run], None]:
    def disturb(run: Run) -> None:
        run.fake.fail(Fault(cut=cut, kills=True), at=number)
        with pytest.raises(Killed):
            run.publish()
        let_pass(run.world, pause_s)

    return disturb


def _kill_at_write(number: int, when: str, pause_s: float) -> Callable[[Run], None]:
    def disturb(run: Run) -> None:
        with pytest.raises(Killed):
            run.publish(dies_at=(number, when))
        let_pass(run.world, pause_s)

    return disturb


def _in_turn(*disturbances: Callable[[Run], object]) -> Callable[[Run], None]:
    def disturb(run: Run) -> None:
        for one in disturbances:
            one(run)

    return disturb


def test_every_platform_is_held_to_this_contract() -> None:
    assert {case.platform for case in CASES} >= PLATFORMS.keys()


@pytest.mark.parametrize(
    ("cut", "pause_s"),
    [("before", _LEASE_S), ("after", 0.0), ("after", _LEASE_S), ("after", _DAY_S)],
    ids=["before it", "after it, made up at once", "after it, soon", "after it, next day"],
)
def test_a_process_killed_at_any_exchange_leaves_one_post(
    case: Case, job: PostJob, cut: str, pause_s: float
) -> None:
    exchanges, _ = _undisturbed(case, job)
    kills = {
        f"killed {cut} exchange {number}": _kill_at_exchange(number, cut, pause_s)
        for number in range(1, exchanges + 1)
    }
    assert _all_wrongs(case, job, kills) == {}


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_process_killed_at_any_write_leaves_one_post(case: Case, job: PostJob, when: str) -> None:
    _, writes = _undisturbed(case, job)
    kills = {
        f"killed {when} write {number}": _kill_at_write(number, when, _LEASE_S)
        for number in range(1, writes + 1)
    }
    assert _all_wrongs(case, job, kills) == {}


def test_a_process_killed_again_while_it_makes_up_leaves_one_post(case: Case, job: PostJob) -> None:
    exchanges, writes = _undisturbed(case, job)
    first = {
        **{f"exchange {n}": _kill_at_exchange(n, "after", 30) for n in range(2, exchanges, 2)},
        **{f"write {n}": _kill_at_write(n, "before", 30) for n in range(1, writes, 3)},
    }
    then = {
        "its first exchange": _kill_at_exchange(1, "after", _LEASE_S),
        "its first write": _kill_at_write(1, "before", _LEASE_S),
    }
    kills = {
        f"{one}, then {two}": _in_turn(first[one], then[two])
        for one, two in itertools.product(first, then)
    }
    assert _all_wrongs(case, job, kills) == {}


@pytest.mark.parametrize("fault", _FAULTS.values(), ids=_FAULTS)
def test_a_fault_at_any_exchange_leaves_one_post(case: Case, job: PostJob, fault: Fault) -> None:
    exchanges, _ = _undisturbed(case, job)

    def fail_at(number: int) -> Callable[[Run], None]:
        return lambda run: run.fake.fail(fault, at=number)

    faults = {f"at exchange {number}": fail_at(number) for number in range(1, exchanges + 1)}
    assert _all_wrongs(case, job, faults) == {}


@pytest.mark.parametrize(
    "fault",
    [
        Fault(status=500),
        Fault(status=502, served=True),
        Fault(status=503, body=b"<html>"),
        Fault(status=408, served=True),
        Fault(status=499),
        Fault(cut="before"),
        Fault(cut="after"),
        Fault(keep_bytes=1),
    ],
    ids=["500", "502 late", "page", "408 late", "499", "cut before", "cut after", "cut within"],
)
def test_at_the_point_of_no_return_no_answer_means_that_the_outcome_is_unknown(
    case: Case, job: PostJob, fault: Fault
) -> None:
    with _life(case, job) as run:
        run.publish(until=Stage.ARMED)
        platform, access = case.enter(run.fake)
        run.fake.fail(fault)
        with pytest.raises(OutcomeUnknown):
            platform.submit(job, run.stored, access, Clock(run.world.clock.now))
        assert run.fake.asked[-1] == case.armed


def test_at_the_point_of_no_return_a_pause_counts_as_no_try(case: Case, job: PostJob) -> None:
    with _life(case, job) as run:
        run.publish(until=Stage.ARMED)
        platform, access = case.enter(run.fake)
        run.fake.fail(Fault(status=429))
        with pytest.raises(ClippingError) as told:
            platform.submit(job, run.stored, access, Clock(run.world.clock.now))
        left = told.value.__dict__["unarmed"]
        assert left.stage in (Stage.SENDING, Stage.SENT)
        run.stored = left
        assert run.publish().stored.tries == 0
        assert run.wrongs() == []


def test_an_unknown_refusal_stops_the_post_and_never_loops(case: Case, job: PostJob) -> None:
    refusal = Fault(status=418, body=b'{"error": {"code": "unheard_of", "message": "no"}}')
    exchanges, _ = _undisturbed(case, job)
    for number in range(1, exchanges + 1):
        with _life(case, job) as run:
            run.fake.fail(*[refusal] * 50, at=number)
            # Refused after it was published, it is published all the same.
            with suppress(NeedsPerson, Rejected):
                assert run.publish().stored.settled
            assert run.fake.count() <= number + 2
            assert len(run.world.ledger) <= 1


def test_a_platform_that_stays_away_is_given_up(case: Case, job: PostJob) -> None:
    with _life(case, job) as run:
        run.publish(until=Stage.ARMED)
        run.fake.chance = lambda _, __: Fault(status=500)
        with pytest.raises(ClippingError):
            run.publish()
        assert len(run.world.ledger) == 0


def test_secrets_stand_in_no_error_log_or_repr(
    case: Case, job: PostJob, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    with _life(case, job) as run:
        run.fake.fail(Fault(status=500), Fault(cut="before"), Fault(status=401), at=2)
        _, access = case.enter(run.fake)
        for _ in range(2):
            with suppress(ClippingError):
                run.publish()
        assert len(run.failures) >= 3
        said = caplog.text + repr(run.stored) + repr(access)
        said += "".join(f"{error!s}{error!r}{vars(error)}" for error in run.failures)
        secrets = [access.token.get_secret_value(), *run.fake.app.values()]
        secrets += [text for text in run.stored.handle.values() if text.startswith("http")]
        assert [secret for secret in secrets if secret in said] == []
