"""Prefect's server is asked for runs, by pages soon and for a start until it takes it."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from clipping.errors import ClippingError, NeedsPerson, ServiceUnavailable
from dashboard import prefect_server
from dashboard.adding.runs import RunState, start_run, states_of
from dashboard.runs import start_again
from tests.support.prefect_api import FakePrefect


def start(prefect: FakePrefect) -> Any:
    return prefect.runs[start_run("clip-source", {}, "a key", "acme")]


def start_anew(prefect: FakePrefect) -> Any:
    made = start_again(prefect.listed[0]["id"], None, "otto")
    assert made.run_id == "new"
    return prefect.started


@pytest.fixture
def waited(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long somebody waited instead of sleeping."""
    found: list[float] = []
    # The fake's own, of no seconds, is none of ours.
    monkeypatch.setattr(time, "sleep", lambda seconds: found.extend([seconds] * bool(seconds)))
    return found


@pytest.mark.parametrize("act", [start, start_anew])
def test_a_server_that_is_busy_for_a_moment_is_asked_again_for_a_start(
    prefect: FakePrefect, waited: list[float], act: Callable[[FakePrefect], Any]
) -> None:
    prefect.add("clip ours.mp4", "FAILED", "acme")
    prefect.busy = 2
    assert act(prefect)
    assert waited == [0.5, 1]
    assert len({**prefect.runs, **prefect.started}) == 1


def test_a_page_does_not_wait_for_a_server_that_is_busy(
    prefect: FakePrefect, waited: list[float]
) -> None:
    prefect.status = 503
    with pytest.raises(ServiceUnavailable):
        states_of(["a run"])
    assert (prefect.asked, waited) == (1, [])


def test_what_prefect_says_is_told_in_words(
    prefect: FakePrefect, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = start_run("clip-source", {}, "a key", "acme")
    assert start_run("clip-source", {}, "a key", "acme") == first
    prefect.states[first] = ("FAILED", "it broke")
    assert states_of([first, "unknown"]) == {first: RunState("FAILED", "it broke")}
    assert states_of([]) == {}
    prefect.deployed = False
    with pytest.raises(NeedsPerson, match="apply prefect"):
        start_run("clip-source", {}, "another", "acme")
    monkeypatch.setattr(prefect_server, "AGAIN_S", (0, 0))
    for status in (401, 409, 500, 503):
        prefect.status = status
        with pytest.raises(ClippingError) as raised:
            start_run("clip-source", {}, "another", "acme")
        assert "CANARY" not in str(raised.value)
    prefect.status, prefect.answers_nonsense = 200, True
    with pytest.raises(ServiceUnavailable):
        states_of(["a run"])


def test_prefect_is_asked_as_itself_and_through_no_proxy(
    prefect: FakePrefect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    assert start_run("clip-source", {"a": 1}, "key", "acme")
    assert json.dumps(prefect.runs).count('"a": 1') == 1
    assert httpx.get(prefect.url, trust_env=False).status_code == 401
