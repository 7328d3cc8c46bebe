"""The limits on transcriptions and on runs that ask platforms, on a real Prefect server."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from prefect.client.orchestration import get_client
from prefect.concurrency.asyncio import ConcurrencySlotAcquisitionError
from prefect.settings import PREFECT_API_AUTH_STRING, PREFECT_API_URL, temporary_settings

from clipping.errors import NeedsPerson, ServiceUnavailable
from clipping.models import PlatformName
from clipping.settings import settings
from flows import publish
from flows.limits import (
    TRANSCRIPTIONS,
    PlatformSlots,
    one_of_few,
    publishing,
    set_limits,
    wanted_limits,
)


@pytest.fixture
def server(
    prefect_api: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[dict[str, str]]:
    """A server that knows no limit, and we are a deployment of it."""
    monkeypatch.setenv("PREFECT__RUNTIME__DEPLOYMENT__ID", "a-deployment")
    changes = {
        PREFECT_API_URL: prefect_api["PREFECT_API_URL"],
        PREFECT_API_AUTH_STRING: prefect_api["PREFECT_API_AUTH_STRING"],
    }
    with temporary_settings(changes):
        yield prefect_api
        with get_client(sync_client=True) as client:
            for name in wanted_limits():
                client.delete_global_concurrency_limit_by_name(name)
    settings.cache_clear()


def test_the_limit_is_strict_and_lets_so_many_in_as_the_setting_says(
    server: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(NeedsPerson, match=r"run python -m flows\.deploying"), one_of_few():
        pass
    set_limits()
    inside = most = 0
    counting = threading.Lock()

    def work() -> None:
        nonlocal inside, most
        with (
            temporary_settings(
                {
                    PREFECT_API_URL: server["PREFECT_API_URL"],
                    PREFECT_API_AUTH_STRING: server["PREFECT_API_AUTH_STRING"],
                }
            ),
            one_of_few(),
        ):
            with counting:
                inside += 1
                most = max(most, inside)
            time.sleep(0.3)
            with counting:
                inside -= 1

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert (most, inside) == (1, 0)
    monkeypatch.setenv("CLIPPER_MAX_CONCURRENT_TRANSCRIPTIONS", "3")
    settings.cache_clear()
    set_limits()
    with get_client(sync_client=True) as client:
        assert client.read_global_concurrency_limit_by_name(TRANSCRIPTIONS).limit == 3


def test_so_many_runs_ask_a_platform_and_others_leave_it_to_them(
    server: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with PlatformSlots() as slots, pytest.raises(NeedsPerson, match="no limit publishing-tiktok"):
        slots.take()
    monkeypatch.setenv("CLIPPER_MAX_PUBLISHERS", "1")
    settings.cache_clear()
    set_limits()
    with get_client(sync_client=True) as client:
        # An operator leaves one platform alone.
        client.upsert_global_concurrency_limit_by_name(publishing(PlatformName.X), 0)
    others = [platform for platform in PlatformName if platform is not PlatformName.X]
    with PlatformSlots() as first, PlatformSlots() as second:
        assert first.take() == others
        assert second.take() == []
        assert not first.complete
        first.__exit__()
        assert second.take() == others


def test_a_run_asks_again_for_slots_that_it_was_not_given(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[tuple[float, object]] = []
    given = iter([[PlatformName.X], list(PlatformName)])
    clock = iter(range(0, 1_000, 20))
    monkeypatch.setenv("PREFECT__RUNTIME__DEPLOYMENT__ID", "a-deployment")
    monkeypatch.setattr(PlatformSlots, "take", lambda _: next(given))
    monkeypatch.setattr(PlatformSlots, "complete", property(lambda _: len(asked) > 0))

    def publish_for(seconds: float, platforms: object) -> dict[str, int]:
        asked.append((seconds, platforms))
        return {}

    monkeypatch.setattr(publish, "publish_for", publish_for)
    monkeypatch.setattr(publish, "time", SimpleNamespace(monotonic=lambda: next(clock)))
    monkeypatch.setattr(publish, "show_counts", lambda *_: None)
    publish.publish_due.fn(seconds=60)
    assert asked == [(30.0, [PlatformName.X]), (0.0, list(PlatformName))]


def test_a_command_asks_all_platforms_and_holds_no_slot(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PREFECT__RUNTIME__DEPLOYMENT__ID", raising=False)
    with PlatformSlots() as slots:
        assert slots.take() is None
        assert slots.complete


def test_a_command_holds_no_slot_of_a_server_that_ends_with_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("PREFECT__RUNTIME__DEPLOYMENT__ID", raising=False)
    with one_of_few():
        pass


class FakeSlot:
    """A slot of a server that refuses so many times, and does not take the slot back."""

    def __init__(self, refusals: list[str]) -> None:
        self.refusals = refusals

    def __call__(self, *_names: object, **_options: object) -> FakeSlot:
        return self

    def __enter__(self) -> None:
        if self.refusals:
            raise ConcurrencySlotAcquisitionError(self.refusals.pop())

    def __exit__(self, *_error: object) -> None:
        raise RuntimeError("503 Service Unavailable")


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    monkeypatch.setenv("PREFECT__RUNTIME__DEPLOYMENT__ID", "a-deployment")
    waited: list[float] = []
    monkeypatch.setattr("flows.limits.time.sleep", waited.append)
    return waited


def test_a_server_that_does_not_answer_for_a_moment_costs_no_transcription(
    waits: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flows.limits.concurrency", FakeSlot(["Unable to acquire"] * 2))
    done = []
    with one_of_few():
        done.append(True)
    assert done == [True]
    assert waits == [1, 2]


def test_a_server_that_never_answers_is_unavailable(
    waits: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flows.limits.concurrency", FakeSlot(["Unable to acquire"] * 9))
    with pytest.raises(ServiceUnavailable, match="just now"), one_of_few():
        pass


def test_a_limit_that_was_set_to_nothing_is_told_at_once(
    waits: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    says = "Unable to acquire concurrency slots: 422: Slots requested is greater than the limit"
    monkeypatch.setattr("flows.limits.concurrency", FakeSlot([says]))
    with pytest.raises(NeedsPerson, match="is 0"), one_of_few():
        pass
    assert waits == []


def test_an_error_in_the_block_is_the_one_that_is_seen(
    waits: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flows.limits.concurrency", FakeSlot([]))
    with pytest.raises(KeyError, match="words"), one_of_few():
        raise KeyError("words")
