"""Claude on loopback, books in memory, and a clock that runs only when somebody sleeps."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pydantic import SecretStr

from clipping.claude.api import Api
from clipping.claude.asking import DirectDoor
from clipping.claude.batches import BatchDoor
from tests.claude.asked import FakeClock
from tests.support.books import FakeBooks
from tests.support.claude import FakeClaude


@pytest.fixture(scope="session")
def server() -> Iterator[FakeClaude]:
    """One server, and one client of it, for all tests: making them takes a tenth of a second."""
    with FakeClaude().serving() as claude:
        yield claude


@pytest.fixture(scope="session")
def api(server: FakeClaude) -> Iterator[Api]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NO_PROXY", "127.0.0.1")
        made = Api(SecretStr(server.key), url=server.url, timeout_s=5)
        yield made
        made.close()


@pytest.fixture
def claude(server: FakeClaude, clock: FakeClock) -> FakeClaude:
    server.forget()
    server.now = lambda: clock.time.timestamp()
    return server


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def books() -> FakeBooks:
    return FakeBooks()


@pytest.fixture
def door(api: Api, claude: FakeClaude, books: FakeBooks, clock: FakeClock) -> DirectDoor:
    return DirectDoor(api, books, clock=clock.clock)


@pytest.fixture
def batch_door(api: Api, claude: FakeClaude, books: FakeBooks, clock: FakeClock) -> BatchDoor:
    return BatchDoor(api, books, patience_s=3600, poll_s=300, clock=clock.clock)
