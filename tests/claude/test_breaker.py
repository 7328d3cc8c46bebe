"""An API that is down is left alone, until one question finds out whether it is back."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from clipping.claude import breaker
from clipping.claude.api import Api
from clipping.claude.asking import DirectDoor
from clipping.claude.breaker import OPENS_AFTER, PROBE_TAKES
from clipping.claude.door import Outage
from clipping.errors import AuthorizationExpired, ServiceUnavailable
from tests.claude.asked import FakeClock, a_question
from tests.support.books import FakeBooks
from tests.support.claude import FakeClaude, Fault

MESSAGES = ("POST", "/v1/messages")


def _down(clock: FakeClock, failures: int = OPENS_AFTER) -> Outage:
    outage = Outage()
    for _ in range(failures):
        outage = breaker.after_failure(outage, clock.time, probe=True)
    return outage


def test_a_few_failures_stop_nobody_and_five_do(clock: FakeClock) -> None:
    assert breaker.wait_s(_down(clock, OPENS_AFTER - 1), clock.time) == 0
    assert breaker.wait_s(_down(clock), clock.time) == 30


def test_each_probe_that_fails_doubles_the_pause_up_to_ten_minutes(clock: FakeClock) -> None:
    pauses = [breaker.wait_s(_down(clock, OPENS_AFTER + more), clock.time) for more in range(99)]
    assert pauses[:6] == [30, 60, 120, 240, 480, 600]
    assert set(pauses[6:]) == {600}


def test_calls_that_were_under_way_make_the_pause_no_longer(clock: FakeClock) -> None:
    down = _down(clock)
    assert breaker.after_failure(down, clock.time, probe=False) == down


def test_any_answer_ends_the_outage(clock: FakeClock) -> None:
    assert breaker.after_answer(_down(clock)) == Outage()


def test_an_api_that_is_down_is_given_up_on_after_five_tries(
    door: DirectDoor, claude: FakeClaude, books: FakeBooks, clock: FakeClock
) -> None:
    claude.fail(*[Fault(529)] * 9)
    with pytest.raises(ServiceUnavailable, match="529") as caught:
        door.ask([a_question()])
    assert claude.asked.count(MESSAGES) == 5
    assert sum(clock.slept) < 20
    assert breaker.is_known(books.health)
    assert caught.value.retry_after_s == 120, "no task tries that again"


def test_while_it_is_down_nobody_asks_and_who_is_impatient_is_told_at_once(
    api: Api, claude: FakeClaude, books: FakeBooks, clock: FakeClock
) -> None:
    books.health = _down(clock)
    impatient = DirectDoor(api, books, patience_s=0, clock=clock.clock)
    with pytest.raises(ServiceUnavailable, match="asked again in 30 seconds") as caught:
        impatient.ask([a_question()])
    assert caught.value.retry_after_s == 120
    assert (claude.asked, clock.slept) == ([], [])


def test_who_is_patient_waits_and_goes_on_when_it_is_back(
    door: DirectDoor, claude: FakeClaude, books: FakeBooks, clock: FakeClock
) -> None:
    books.health = _down(clock)
    assert door.ask([a_question()])[0].stop_reason == "end_turn"
    assert clock.slept == [30]
    assert books.health == Outage()


def test_one_probe_finds_out_while_the_others_wait(
    api: Api, claude: FakeClaude, books: FakeBooks, clock: FakeClock
) -> None:
    books.health = _down(clock)
    clock.time += timedelta(seconds=31)
    go = threading.Event()
    claude.fail(Fault(wait=go))
    prober = DirectDoor(api, books, patience_s=0, clock=clock.clock)
    thread = threading.Thread(target=prober.ask, args=[[a_question()]])
    thread.start()
    while claude.asked.count(MESSAGES) < 1:
        pass
    other = DirectDoor(api, books, patience_s=0, clock=clock.clock)
    with pytest.raises(ServiceUnavailable, match="asked again in 120 seconds"):
        other.ask([a_question("another")])
    go.set()
    thread.join()
    assert other.ask([a_question("another")])
    assert claude.asked.count(MESSAGES) == 2


def test_a_probe_that_was_killed_is_followed_by_another(
    door: DirectDoor, books: FakeBooks, clock: FakeClock
) -> None:
    books.health = breaker.probing(_down(clock), clock.time)
    assert breaker.wait_s(books.health, clock.time) == PROBE_TAKES.total_seconds()
    clock.time += PROBE_TAKES
    door.ask([a_question()])
    assert books.health == Outage()


def test_a_probe_that_fails_closes_the_api_for_longer(
    api: Api, claude: FakeClaude, books: FakeBooks, clock: FakeClock
) -> None:
    books.health = _down(clock)
    clock.time += timedelta(seconds=31)
    claude.fail(Fault(cut="before"))
    with pytest.raises(ServiceUnavailable):
        DirectDoor(api, books, patience_s=0, clock=clock.clock).ask([a_question()])
    assert breaker.wait_s(books.health, clock.time) == 60


def test_an_answer_that_is_a_refusal_shows_that_the_api_is_up(
    door: DirectDoor, claude: FakeClaude, books: FakeBooks, clock: FakeClock
) -> None:
    books.health = _down(clock)
    clock.time += timedelta(seconds=31)
    claude.fail(Fault(401))
    with pytest.raises(AuthorizationExpired):
        door.ask([a_question()])
    assert books.health == Outage()


def test_failures_with_answers_between_them_are_no_outage(
    door: DirectDoor, claude: FakeClaude, books: FakeBooks
) -> None:
    for number in range(OPENS_AFTER):
        claude.fail(Fault(500))
        door.ask([a_question(str(number))])
    assert books.health == Outage()
