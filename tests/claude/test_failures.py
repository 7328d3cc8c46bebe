"""Whatever goes wrong at the API, or on the way there, is one of our errors."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from pydantic import SecretStr

from clipping.claude.api import Api
from clipping.errors import (
    AuthorizationExpired,
    Broken,
    ClippingError,
    NeedsPerson,
    QuotaExhausted,
    RateLimited,
    ServiceUnavailable,
)
from tests.claude.asked import a_question
from tests.support.claude import FakeClaude, Fault


@pytest.mark.parametrize(
    ("fault", "kind", "words"),
    [
        (Fault(400), Broken, "does not take a question: A fault of kind 400."),
        (Fault(401), AuthorizationExpired, "does not accept the key"),
        (Fault(402), QuotaExhausted, "no credit left"),
        (Fault(403), AuthorizationExpired, "may not do this"),
        (Fault(404), NeedsPerson, "does not have this: A fault of kind 404."),
        (Fault(408), ServiceUnavailable, "408"),
        (Fault(409), ServiceUnavailable, "409"),
        (Fault(413), Broken, "does not take a question"),
        (Fault(429), RateLimited, "asks for a pause"),
        (Fault(500), ServiceUnavailable, "500"),
        (Fault(502, body=b"<html>Bad gateway</html>"), ServiceUnavailable, "502"),
        (Fault(504), ServiceUnavailable, "504"),
        (Fault(529), ServiceUnavailable, "529"),
        (Fault(cut="before"), ServiceUnavailable, "cannot be reached"),
        (Fault(cut="after"), ServiceUnavailable, "cannot be reached"),
        (Fault(cut="within"), ServiceUnavailable, "cannot be reached"),
        (Fault(body=b"<html>Log in to the hotel</html>"), ServiceUnavailable, "form nobody knows"),
        (Fault(body=b'{"type": "message"}'), ServiceUnavailable, "form nobody knows"),
        (Fault(body=b"[]"), ServiceUnavailable, "form nobody knows"),
    ],
    ids=lambda value: value.name if isinstance(value, Fault) else None,
)
def test_each_failure_has_its_error(
    api: Api, claude: FakeClaude, fault: Fault, kind: type[ClippingError], words: str
) -> None:
    claude.fail(fault)
    with pytest.raises(kind, match=words) as caught:
        api.ask(a_question())
    assert type(caught.value) is kind
    assert caught.value.__cause__ is None, "what the server said stays out of the logs"
    assert claude.count("POST", "/v1/messages") == 1, "nobody but the door tries again"


def test_an_answer_that_does_not_come_is_given_up(
    claude: FakeClaude, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = threading.Event()
    claude.fail(Fault(wait=done))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    impatient = Api(SecretStr(claude.key), url=claude.url, timeout_s=0.2)
    try:
        with pytest.raises(ServiceUnavailable, match="did not answer in time"):
            impatient.ask(a_question())
    finally:
        done.set()
        impatient.close()


def test_nobody_at_the_address_is_a_service_that_cannot_be_reached(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    nowhere = Api(SecretStr("k" * 20), url="http://127.0.0.1:9", timeout_s=5)
    with pytest.raises(ServiceUnavailable, match="cannot be reached"):
        nowhere.ask(a_question())
    nowhere.close()


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "7"}, 7.0),
        ({"retry-after-ms": "1500", "retry-after": "2"}, 1.5),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-3"}, 0.0),
        ({}, None),
    ],
)
def test_the_api_says_how_long_to_wait(
    api: Api, claude: FakeClaude, headers: dict[str, str], seconds: float | None
) -> None:
    claude.fail(Fault(429, headers=headers), Fault(529, headers=headers))
    for kind in (RateLimited, ServiceUnavailable):
        with pytest.raises(kind) as caught:
            api.ask(a_question())
        assert caught.value.retry_after_s == seconds


def test_the_api_may_name_a_time_to_wait_for(api: Api, claude: FakeClaude) -> None:
    later = format_datetime(datetime.now(UTC) + timedelta(seconds=60))
    claude.fail(Fault(429, headers={"retry-after": later}))
    with pytest.raises(RateLimited) as caught:
        api.ask(a_question())
    assert caught.value.retry_after_s == pytest.approx(60, abs=5)


def test_results_that_are_cut_off_are_a_service_that_fails(api: Api, claude: FakeClaude) -> None:
    batch = api.send([(f"a{number}", a_question(str(number))) for number in range(20)])
    claude.batches.end_all()
    path = f"/v1/messages/batches/{batch.batch_id}/results"
    claude.fail(Fault(cut="within"), Fault(body=b'{"custom_id": "a1", "resu\n'), path=path)
    for _ in range(2):
        with pytest.raises(ServiceUnavailable):
            list(api.results(batch.batch_id))
    assert len(list(api.results(batch.batch_id))) == 20
