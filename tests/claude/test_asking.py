"""The door that asks now: what is asked, kept, booked and paid."""

from __future__ import annotations

import threading
from decimal import Decimal

import pytest

from clipping.claude import Entry, Question, Reply
from clipping.claude.api import Api
from clipping.claude.asking import DirectDoor
from clipping.errors import Broken, NeedsPerson, RateLimited, ServiceUnavailable
from tests.claude.asked import FakeClock, a_question, with_rules
from tests.support.books import FakeBooks
from tests.support.claude import Asked, FakeClaude, Fault, prompt_of

MESSAGES = ("POST", "/v1/messages")


def _echo(asked: Asked) -> dict[str, str]:
    return {"heard": prompt_of(asked)[-8:]}


def _several(number: int) -> list[Question]:
    return [a_question(f"sentence {place:03d}") for place in range(number)]


def test_replies_come_in_the_order_of_the_questions(door: DirectDoor, claude: FakeClaude) -> None:
    claude.answering = _echo
    replies = door.ask(_several(9))
    assert [reply.text[-5:-2] for reply in replies] == [f"{place:03d}" for place in range(9)]
    assert door.ask([]) == []


def test_the_same_question_is_asked_once_within_thirty_days(
    door: DirectDoor, claude: FakeClaude, books: FakeBooks
) -> None:
    first = door.ask([a_question(), a_question(purpose="check")])
    again = door.ask([a_question("another"), a_question()])
    assert claude.asked.count(MESSAGES) == 2
    assert [reply.from_cache for reply in (*first, *again)] == [False, False, False, True]
    assert again[1] == first[0].replace(from_cache=True)
    assert len(books.ledger) == 2


def test_who_asks_once_more_on_purpose_gets_another_answer(
    door: DirectDoor, claude: FakeClaude
) -> None:
    answers = iter(["not what was asked for", '{"sentence": 1}'])
    claude.answering = lambda _asked: next(answers)
    (useless,) = door.ask([a_question()])
    (better,) = door.ask([a_question(attempt=2)])
    assert (useless.text, better.text) == ("not what was asked for", '{"sentence": 1}')
    assert door.ask([a_question()])[0].text == useless.text, "it is kept all the same"


def test_each_reply_is_a_line_of_the_ledger_with_its_price(
    door: DirectDoor, claude: FakeClaude, books: FakeBooks, clock: FakeClock
) -> None:
    (reply,) = door.ask([with_rules(purpose="judge", model="claude-sonnet-5-5")])
    (entry,) = books.ledger.values()
    used, million = reply.usage, Decimal(1_000_000)
    written, entered = used.cache_write_1h_tokens * 4, used.input_tokens * 2
    assert entry == Entry(
        client="acme",
        purpose="judge",
        model="claude-sonnet-5-5",
        usage=used,
        cost_usd=(written + entered + used.output_tokens * 10) / million,
        request_id=reply.request_id,
        message_id=reply.message_id,
        batch=False,
        at=clock.time,
    )


def test_a_reply_is_booked_before_anybody_has_it(
    api: Api, claude: FakeClaude, clock: FakeClock
) -> None:
    class FullBooks(FakeBooks):
        def book(
            self, entry: Entry, fingerprint: str, reply: Reply, *, custom_id: str = ""
        ) -> None:
            raise ServiceUnavailable("The database closed the connection.")

    books = FullBooks()
    with pytest.raises(ServiceUnavailable, match="database"):
        DirectDoor(api, books, clock=clock.clock).ask([a_question()])
    assert claude.asked.count(MESSAGES) == 1, "nor is it the API that failed"
    assert books.health.failures == 0


def test_the_first_of_those_that_share_a_beginning_goes_ahead(
    door: DirectDoor, claude: FakeClaude
) -> None:
    door.ask([with_rules(f"sentence {place}") for place in range(6)])
    written = [one["cache_creation_input_tokens"] for one in claude.billed]
    assert written[0] > 1024
    assert sum(written[1:]) == 0


def test_four_questions_are_asked_side_by_side(api: Api, claude: FakeClaude) -> None:
    together = threading.Barrier(4, timeout=5)
    claude.fail(*(Fault(wait=_Meeting(together)) for _ in range(4)))
    assert len(DirectDoor(api, FakeBooks()).ask(_several(4))) == 4
    assert not together.broken


class _Meeting(threading.Event):
    def __init__(self, barrier: threading.Barrier) -> None:
        super().__init__()
        self._barrier = barrier

    def wait(self, timeout: float | None = None) -> bool:
        self._barrier.wait()
        return True


def test_when_one_question_fails_the_others_are_kept_and_not_paid_again(
    door: DirectDoor, claude: FakeClaude, books: FakeBooks
) -> None:
    claude.fail(Fault(400))
    with pytest.raises(Broken):
        door.ask(_several(3))
    paid = len(claude.billed)
    assert len(books.ledger) == len(books.replies) == paid
    door.ask(_several(3))
    assert len(claude.billed) == len(books.ledger) == 3


def test_a_pause_that_the_api_asks_for_is_kept(
    door: DirectDoor, claude: FakeClaude, clock: FakeClock
) -> None:
    claude.fail(Fault(429, headers={"retry-after": "20"}), Fault(529))
    door.ask([a_question()])
    assert 20 <= clock.slept[0] <= 22
    assert 1.5 <= clock.slept[1] <= 2.5
    assert claude.asked.count(MESSAGES) == 3


def test_a_pause_longer_than_the_patience_is_told_to_who_asked(
    door: DirectDoor, claude: FakeClaude, clock: FakeClock
) -> None:
    claude.fail(Fault(429, headers={"retry-after": "3600"}))
    with pytest.raises(RateLimited) as caught:
        door.ask([a_question()])
    assert caught.value.retry_after_s is not None
    assert caught.value.retry_after_s >= 3600
    assert clock.slept == []


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 413])
def test_what_no_waiting_mends_is_asked_once(
    door: DirectDoor, claude: FakeClaude, status: int
) -> None:
    claude.fail(*[Fault(status)] * 5)
    with pytest.raises((Broken, NeedsPerson)):
        door.ask([a_question()])
    assert claude.asked.count(MESSAGES) == 1


def test_a_model_without_a_price_is_not_asked(door: DirectDoor, claude: FakeClaude) -> None:
    with pytest.raises(NeedsPerson, match="no price"):
        door.ask([a_question(model="claude-new-9")])
    assert claude.asked == []
