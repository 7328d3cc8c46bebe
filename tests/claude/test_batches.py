"""The door that asks by batches: nothing is sent twice and nothing lost, whatever is killed."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from clipping.claude import Question
from clipping.claude.api import Api
from clipping.claude.batches import SETTLED, BatchDoor
from clipping.claude.prices import cost_usd
from clipping.errors import (
    AuthorizationExpired,
    Broken,
    ClippingError,
    NeedsPerson,
    QuotaExhausted,
    ServiceUnavailable,
)
from tests.claude.asked import FakeClock, a_question
from tests.support.books import FakeBooks
from tests.support.claude import Answer, FakeClaude, Fault, prompt_of

CREATE = ("POST", "/v1/messages/batches")
QUESTIONS = [a_question(f"sentence {place}") for place in range(3)]


@pytest.fixture(autouse=True)
def ends_soon(claude: FakeClaude) -> None:
    claude.answering = lambda asked: {"heard": prompt_of(asked)[-1]}
    claude.batches.ends_after_s = 60


def _heard(door: BatchDoor, questions: list[Question] = QUESTIONS) -> list[str]:
    return [reply.text for reply in door.ask(questions)]


HEARD = ['{"heard": "0"}', '{"heard": "1"}', '{"heard": "2"}']


def _is_sound(claude: FakeClaude, books: FakeBooks) -> bool:
    """Every question was asked once, paid once and booked once, and nothing is left."""
    asked = [prompt_of(one["params"]) for lot in claude.batches.requests.values() for one in lot]
    return (
        sorted(asked) == sorted(set(asked))
        and len(claude.billed) == len(books.ledger) == len(asked)
        and books.open == {}
    )


def test_a_batch_is_answered_in_the_order_of_the_questions_at_half_the_price(
    batch_door: BatchDoor, claude: FakeClaude, books: FakeBooks, clock: FakeClock
) -> None:
    assert _heard(batch_door) == HEARD
    assert claude.asked.count(CREATE) == 1
    assert _is_sound(claude, books)
    for entry in books.ledger.values():
        assert entry.batch
        assert entry.request_id == next(iter(claude.batches.made))
        whole = cost_usd(entry.model, entry.usage, entry.at.date(), batch=False)
        assert entry.cost_usd * 2 == whole > 0
    assert clock.slept == [300]


def test_what_was_answered_before_is_in_no_batch(batch_door: BatchDoor, claude: FakeClaude) -> None:
    batch_door.ask(QUESTIONS[:2])
    replies = batch_door.ask([*QUESTIONS, QUESTIONS[0]])
    assert [reply.from_cache for reply in replies] == [True, True, False, True]
    assert [len(lot) for lot in claude.batches.requests.values()] == [2, 1]


def test_refused_and_truncated_answers_are_replies_and_not_asked_again(
    batch_door: BatchDoor, claude: FakeClaude, books: FakeBooks
) -> None:
    said = {"0": Answer("", "refusal", category="bio"), "1": Answer("x" * 9000), "2": Answer("{}")}
    claude.answering = lambda asked: said[prompt_of(asked)[-1]]
    for _ in range(2):
        replies = batch_door.ask(QUESTIONS)
        assert [one.stop_reason for one in replies] == ["refusal", "max_tokens", "end_turn"]
    assert _is_sound(claude, books)


def test_who_does_not_wait_long_enough_finds_the_replies_next_time(
    api: Api, claude: FakeClaude, books: FakeBooks, clock: FakeClock
) -> None:
    claude.batches.ends_after_s = None
    hasty = BatchDoor(api, books, patience_s=0, clock=clock.clock)
    for _ in range(3):
        with pytest.raises(ServiceUnavailable, match="still at a batch") as caught:
            hasty.ask(QUESTIONS)
        assert caught.value.retry_after_s == 1800
    assert claude.asked.count(CREATE) == 1
    claude.batches.end_all()
    assert _heard(hasty) == HEARD
    assert _is_sound(claude, books)


def test_replies_that_nobody_asks_for_any_more_are_booked_all_the_same(
    api: Api, claude: FakeClaude, books: FakeBooks, clock: FakeClock
) -> None:
    hasty = BatchDoor(api, books, patience_s=0, clock=clock.clock)
    with pytest.raises(ServiceUnavailable):
        hasty.ask(QUESTIONS)
    claude.batches.end_all()
    with pytest.raises(ServiceUnavailable):
        hasty.ask([a_question("of another day 3")])
    assert len(books.ledger) == 3


class _Killed(BaseException):
    """The process is gone: nothing of it runs on."""


class _Killing:
    """Passes calls on, each a step of its own."""

    def __init__(self, real: Any, fuse: _Fuse) -> None:
        self._real = real
        self._fuse = fuse
        self.client = getattr(real, "client", "")

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._real, name)
        if name in ("alone", "results"):
            # Ends with its process, or is read within the same step.
            return found
        return lambda *args, **kwargs: self._fuse.step(lambda: found(*args, **kwargs))


@dataclasses.dataclass
class _Fuse:
    """Kills after a step, which is the same as before the next one."""

    at: int
    steps: int = 0

    def step(self, act: Callable[[], Any]) -> Any:
        self.steps += 1
        done = act()
        if self.steps == self.at:
            raise _Killed
        return done


def test_a_run_killed_between_any_two_steps_is_finished_by_the_next_one(
    api: Api, claude: FakeClaude, clock: FakeClock
) -> None:
    for at in range(1, 200):
        claude.forget()
        claude.now = lambda: clock.time.timestamp()
        claude.answering = lambda asked: {"heard": prompt_of(asked)[-1]}
        claude.batches.ends_after_s = 60
        books, fuse = FakeBooks(), _Fuse(at)
        killed: Any = [_Killing(api, fuse), _Killing(books, fuse)]
        try:
            BatchDoor(*killed, patience_s=3600, poll_s=300, clock=clock.clock).ask(QUESTIONS)
        except _Killed:
            clock.clock.sleep(5)
        assert (
            _heard(BatchDoor(api, books, patience_s=3600, poll_s=300, clock=clock.clock)) == HEARD
        )
        assert _is_sound(claude, books), at
        if fuse.steps < at:
            break
    assert 20 < at < 199, "each step had its turn"


@pytest.mark.parametrize("cut", ["after", "within"])
def test_a_batch_that_was_made_though_the_answer_was_lost_is_found_by_its_questions(
    batch_door: BatchDoor, claude: FakeClaude, books: FakeBooks, cut: Any
) -> None:
    claude.fail(Fault(cut=cut), path=CREATE[1])
    assert _heard(batch_door) == HEARD
    assert claude.asked.count(CREATE) == 1
    assert _is_sound(claude, books)


@pytest.mark.parametrize(
    "fault", [Fault(cut="before"), Fault(500), Fault(529)], ids=lambda fault: fault.name
)
def test_a_batch_that_was_never_made_is_sent_again_once_that_is_sure(
    batch_door: BatchDoor, claude: FakeClaude, books: FakeBooks, clock: FakeClock, fault: Fault
) -> None:
    began = clock.time
    claude.fail(fault, path=CREATE[1])
    assert _heard(batch_door) == HEARD
    assert claude.asked.count(CREATE) == 2
    assert clock.time - began >= SETTLED
    assert _is_sound(claude, books)


def test_a_batch_of_somebody_else_that_looks_alike_is_not_taken_for_ours(
    api: Api, batch_door: BatchDoor, claude: FakeClaude, books: FakeBooks
) -> None:
    theirs = api.send([(f"theirs{place}", one) for place, one in enumerate(QUESTIONS)])
    claude.batches.end_all()
    claude.fail(Fault(cut="before"), path=CREATE[1])
    assert _heard(batch_door) == HEARD
    assert theirs.batch_id not in books.batches
    assert len(books.ledger) == 3


@pytest.mark.parametrize(
    ("status", "kind"), [(400, Broken), (401, AuthorizationExpired), (402, QuotaExhausted)]
)
def test_a_batch_that_the_api_refuses_leaves_nothing_waiting(
    batch_door: BatchDoor,
    claude: FakeClaude,
    books: FakeBooks,
    status: int,
    kind: type[ClippingError],
) -> None:
    claude.fail(Fault(status), path=CREATE[1])
    with pytest.raises(kind):
        batch_door.ask(QUESTIONS)
    assert books.open == {}


def test_a_batch_for_which_the_api_asks_to_wait_is_sent_after_a_pause(
    batch_door: BatchDoor, claude: FakeClaude, books: FakeBooks, clock: FakeClock
) -> None:
    claude.fail(Fault(429, headers={"retry-after": "60"}), path=CREATE[1])
    assert _heard(batch_door) == HEARD
    assert claude.asked.count(CREATE) == 2
    assert clock.slept[0] == 300
    assert _is_sound(claude, books)


@pytest.mark.parametrize("fate", ["expired", "api_error", "overloaded_error"])
def test_questions_that_the_api_did_not_come_to_are_sent_once_more(
    batch_door: BatchDoor, claude: FakeClaude, books: FakeBooks, fate: str
) -> None:
    fates = iter([fate, "succeeded", "succeeded"])
    claude.batches.fate = lambda _custom_id: next(fates, "succeeded")
    assert _heard(batch_door) == HEARD
    assert [len(lot) for lot in claude.batches.requests.values()] == [3, 1]
    assert len(claude.billed) == len(books.ledger) == 3
    ids = claude.batches.custom_ids()
    assert len(set(ids)) == len(ids)


def test_questions_that_the_api_never_comes_to_are_given_up(
    batch_door: BatchDoor, claude: FakeClaude, books: FakeBooks
) -> None:
    claude.batches.fate = lambda _custom_id: "expired"
    with pytest.raises(ServiceUnavailable, match="24 hours") as caught:
        batch_door.ask(QUESTIONS)
    assert caught.value.retry_after_s == 1800
    assert len(claude.batches.made) == 2
    assert books.open == {}


@pytest.mark.parametrize(
    ("fate", "kind", "words"),
    [
        ("invalid_request_error", Broken, "Not now."),
        ("authentication_error", AuthorizationExpired, "the key"),
        ("billing_error", QuotaExhausted, "no credit"),
        ("canceled", NeedsPerson, "Somebody cancelled"),
    ],
)
def test_a_question_that_fails_for_good_is_told_and_the_others_are_kept(
    batch_door: BatchDoor,
    claude: FakeClaude,
    books: FakeBooks,
    fate: str,
    kind: type[ClippingError],
    words: str,
) -> None:
    fates = iter(["succeeded", fate, "succeeded"])
    claude.batches.fate = lambda _custom_id: next(fates, "succeeded")
    with pytest.raises(kind, match=words):
        batch_door.ask(QUESTIONS)
    assert len(books.ledger) == len(books.replies) == 2
    assert _heard(batch_door) == HEARD
    assert len(claude.billed) == 3


def test_a_batch_that_somebody_deleted_is_sent_anew(
    api: Api, claude: FakeClaude, books: FakeBooks, clock: FakeClock
) -> None:
    hasty = BatchDoor(api, books, patience_s=0, clock=clock.clock)
    with pytest.raises(ServiceUnavailable):
        hasty.ask(QUESTIONS)
    claude.batches.made.clear()
    assert _heard(BatchDoor(api, books, patience_s=3600, poll_s=300, clock=clock.clock)) == HEARD


def test_while_the_api_is_down_no_batch_is_begun(
    api: Api, claude: FakeClaude, books: FakeBooks, clock: FakeClock
) -> None:
    books.health = books.health.replace(failures=9, closed_until=clock.time + timedelta(minutes=10))
    with pytest.raises(ServiceUnavailable, match="down for a while"):
        BatchDoor(api, books, patience_s=3600, poll_s=300, clock=clock.clock).ask(QUESTIONS)
    assert claude.asked == []
    assert books.open == {}
