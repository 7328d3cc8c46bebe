"""The key is nowhere but in the header of a request."""

from __future__ import annotations

import logging
import pickle
import traceback
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from pydantic import SecretStr

from clipping.claude import Door
from clipping.claude.api import Api
from clipping.claude.asking import DirectDoor
from clipping.claude.batches import BatchDoor
from clipping.errors import ClippingError
from clipping.settings import Settings, settings
from tests.claude.asked import FakeClock, a_question
from tests.support.books import FakeBooks
from tests.support.claude import FakeClaude, Fault
from tests.support.claude_protocol import Refused

CANARY = "sk-ant-canary-0123456789"


@contextmanager
def _canary(claude: FakeClaude) -> Iterator[Api]:
    claude.key = CANARY
    made = Api(SecretStr(CANARY), url=claude.url, timeout_s=5)
    try:
        yield made
    finally:
        made.close()
        del claude.key


def _tells_the_key(_asked: object) -> str:
    raise Refused(400, "invalid_request_error", f"the key {CANARY} may not ask this")


@pytest.mark.parametrize(
    "fault",
    [
        *(Fault(status) for status in (400, 401, 402, 403, 404, 429, 500, 529)),
        *(Fault(cut=cut) for cut in ("before", "after", "within")),
        Fault(body=f"<p>{CANARY}</p>".encode()),
        Fault(401, body=f'{{"error": {{"message": "{CANARY}"}}}}'.encode()),
        Fault(404, body=f'{{"error": {{"type": "x", "message": "{CANARY}"}}}}'.encode()),
        None,
    ],
    ids=lambda fault: fault.name if fault else "told by the API",
)
def test_no_error_tells_the_key(
    claude: FakeClaude,
    clock: FakeClock,
    fault: Fault | None,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    if fault is None:
        claude.answering = _tells_the_key
    else:
        claude.fail(fault)
    # What ANTHROPIC_LOG=debug switches on.
    with _canary(claude) as api, caplog.at_level(logging.DEBUG):
        door = DirectDoor(api, FakeBooks(), patience_s=0, clock=clock.clock)
        with pytest.raises(ClippingError) as caught:
            door.ask([a_question()])
        told = "".join(traceback.format_exception(caught.value))
        told += repr(caught.value) + repr(vars(caught.value)) + caplog.text
    assert CANARY not in told
    assert CANARY.encode() not in pickle.dumps(caught.value)


def test_neither_books_nor_logs_nor_what_is_printed_hold_the_key(
    claude: FakeClaude,
    clock: FakeClock,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    claude.batches.ends_after_s = 0
    books = FakeBooks()
    with _canary(claude) as api, caplog.at_level(logging.DEBUG):
        doors: list[Door] = [
            DirectDoor(api, books),
            BatchDoor(api, books, patience_s=9, clock=clock.clock),
        ]
        replies = [door.ask([a_question(str(number))]) for number, door in enumerate(doors)]
        told = repr([vars(books), replies, api, doors, [vars(door) for door in doors]])
    assert CANARY not in told + caplog.text
    assert len(books.ledger) == 2


def test_the_settings_hold_the_key_and_do_not_show_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", CANARY)
    settings.cache_clear()
    try:
        read = settings()
        assert read.anthropic_api_key is not None
        assert read.anthropic_api_key.get_secret_value() == CANARY
        assert CANARY not in f"{read!r} {read} {read.model_dump()} {read.model_dump_json()}"
    finally:
        settings.cache_clear()


@pytest.mark.parametrize(
    "url",
    [
        "http://api.example.com",
        "http://127.0.0.1.example.com",
        "https://key@gateway.example",
        "ftp://127.0.0.1",
        "https://gateway.example?key=1",
    ],
)
def test_the_key_goes_nowhere_in_plain_text(url: str) -> None:
    with pytest.raises(ValueError, match="neither https nor on this machine"):
        Settings(claude_url=url)


@pytest.mark.parametrize(
    "url", ["https://gateway.example/claude", "http://127.0.0.1:8080", "http://[::1]:80/", None]
)
def test_a_gateway_may_be_named(url: str | None) -> None:
    assert Settings(claude_url=url).claude_url == url
