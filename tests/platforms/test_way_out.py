"""A way out that is shut leaves a post as it was; one that breaks off on the way does not."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from clipping.errors import AppMisconfigured, ClippingError, OutcomeUnknown, ServiceUnavailable
from clipping.models import PostJob, Receipt, Stage
from clipping.platforms.base import Clock
from clipping.platforms.exchange import SHUT, NoAnswer, NotSent, ask
from clipping.rehearsal.world import World
from tests.platforms.cases import CASES, Case
from tests.platforms.desk import Desk

_REFUSAL = b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n"


@dataclass
class FakeProxy:
    """Reads what comes, and says this of it; without words it hangs up."""

    says: bytes = b""
    url: str = ""
    heard: list[bytes] = field(default_factory=list)

    @contextmanager
    def serving(self) -> Iterator[FakeProxy]:
        """Listen while the block runs."""
        with socket.create_server(("127.0.0.1", 0)) as server:
            self.url = f"http://127.0.0.1:{server.getsockname()[1]}"
            thread = Thread(target=self._serve, args=[server], daemon=True)
            thread.start()
            yield self
            # Wakes who waits for the next one.
            server.shutdown(socket.SHUT_RDWR)
            thread.join()

    def _serve(self, server: socket.socket) -> None:
        with suppress(OSError):
            while True:
                asked, _ = server.accept()
                with asked, suppress(OSError):
                    self.heard.append(asked.recv(65_536))
                    asked.sendall(self.says)


def _nobody() -> str:
    """An address at which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return f"http://127.0.0.1:{server.getsockname()[1]}"


@dataclass
class Armed:
    """A post before its last request."""

    case: Case
    fake: Any
    job: PostJob
    receipt: Receipt

    def submit(self, proxy: str) -> Receipt:
        """Send that by a proxy."""
        platform, access = self.case.enter(self.fake)
        by_it, now = replace(access, proxy=proxy), self.fake.world.clock.now
        return platform.submit(self.job, self.receipt, by_it, Clock(now))

    def encrypted(self) -> Armed:
        """The same, where its platform is asked by https: so that a proxy is asked to connect."""
        self.fake.url = self.fake.url.replace("http://", "https://")
        handle = {
            name: text.replace("http://", "https://") for name, text in self.receipt.handle.items()
        }
        return replace(self, receipt=self.receipt.replace(handle=handle))


@pytest.fixture(params=CASES, ids=[case.name for case in CASES])
def armed(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Armed]:
    case: Case = request.param
    job, world = case.job(tmp_path), World()
    with case.fake(world).serving() as fake:
        desk = Desk(world, job)
        desk.run(*case.enter(fake), until=Stage.ARMED)
        yield Armed(case, fake, job, desk.stored)


def _as_before(error: ClippingError) -> bool:
    found = error.__dict__.get("unarmed")
    return found is not None and found.stage in (Stage.SENDING, Stage.SENT)


def test_a_proxy_that_nobody_can_reach_leaves_the_post_as_it_was(armed: Armed) -> None:
    before = armed.fake.count()
    with pytest.raises(ServiceUnavailable, match=SHUT) as told:
        armed.submit(_nobody())
    assert _as_before(told.value)
    assert armed.fake.count() == before


def test_a_proxy_that_does_not_connect_leaves_the_post_as_it_was(armed: Armed) -> None:
    with FakeProxy(_REFUSAL).serving() as proxy:
        with pytest.raises(ServiceUnavailable, match=SHUT) as told:
            armed.encrypted().submit(proxy.url)
        assert _as_before(told.value)
        assert [heard.split()[0] for heard in proxy.heard] == [b"CONNECT"]


def test_a_proxy_that_cannot_be_one_leaves_the_post_as_it_was(armed: Armed) -> None:
    with pytest.raises(AppMisconfigured, match="proxy") as told:
        armed.submit("ftp://somewhere")
    assert _as_before(told.value)


def test_a_proxy_that_takes_the_request_and_hangs_up_leaves_an_unknown_outcome(
    armed: Armed,
) -> None:
    with FakeProxy().serving() as proxy:
        with pytest.raises(OutcomeUnknown) as told:
            armed.submit(proxy.url)
        assert "unarmed" not in told.value.__dict__
        assert proxy.heard[0].startswith((b"PUT http://", b"POST http://"))


def test_nothing_is_sent_where_no_connection_comes_about() -> None:
    with pytest.raises(NotSent) as alone:
        ask("GET", _nobody(), headers={})
    assert not alone.value.by_proxy
    # Its answer to CONNECT breaks off, or is nonsense: of the request it has heard nothing.
    for said in (b"", b"HTTP/1.1 200 OK\r\n\r\nnonsense", b"nonsense\r\n\r\n"):
        with FakeProxy(said).serving() as proxy:
            with pytest.raises(NotSent) as told:
                ask("GET", "https://127.0.0.1:1/", headers={}, proxy=proxy.url)
            assert told.value.by_proxy
    with FakeProxy(b"nonsense\r\n\r\n").serving() as server:
        with pytest.raises(NoAnswer) as lost:
            ask("GET", server.url, headers={})
        assert not isinstance(lost.value, NotSent)
