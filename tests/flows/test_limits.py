"""The limit on transcriptions, on a real Prefect server."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest
from prefect.client.orchestration import get_client
from prefect.settings import PREFECT_API_AUTH_STRING, PREFECT_API_URL, temporary_settings

from clipping.errors import NeedsPerson
from clipping.settings import settings
from flows.limits import TRANSCRIPTIONS, one_of_few, set_limits


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
            client.delete_global_concurrency_limit_by_name(TRANSCRIPTIONS)
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


def test_a_command_holds_no_slot_of_a_server_that_ends_with_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("PREFECT__RUNTIME__DEPLOYMENT__ID", raising=False)
    with one_of_few():
        pass
