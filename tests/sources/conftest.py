"""The internet on loopback, and a machine that asks it."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from clipping.settings import settings
from clipping.sources import fetch_process
from tests.sources.children import children
from tests.sources.internet import FakeInternet, fake_internet
from tests.sources.pieces import talk

Plugged = Callable[..., None]


@pytest.fixture(scope="module")
def net(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FakeInternet]:
    with fake_internet(tmp_path_factory.mktemp("internet")) as net:
        yield net


@pytest.fixture(scope="module")
def content(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A small video."""
    return talk(tmp_path_factory.mktemp("talk"))


@pytest.fixture
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The scratch folder of this test; the fake site is allowed."""
    monkeypatch.setenv("CLIPPER_SCRATCH", str(tmp_path / "scratch"))
    monkeypatch.setenv("CLIPPER_LINK_HOSTS", "fakesite.com")
    settings.cache_clear()
    yield tmp_path / "scratch"
    settings.cache_clear()


@pytest.fixture
def plugged(net: FakeInternet, scratch: Path, monkeypatch: pytest.MonkeyPatch) -> Plugged:
    """Puts the real parent on the internet of loopback; keywords are site_child's.

    Its children are forked, unless a test asks for ``from_nothing``.
    """
    net.forget()
    net.pace.clear()
    monkeypatch.setenv("SSL_CERT_FILE", str(net.ca))

    monkeypatch.setattr(fetch_process, "subprocess", children())

    def plug(**config: object) -> None:
        monkeypatch.setattr(fetch_process, "COMMAND", net.command(**config))

    plug()
    return plug


@pytest.fixture
def from_nothing(plugged: Plugged, monkeypatch: pytest.MonkeyPatch) -> None:
    """The children of ``plugged`` are started as those of a real run are."""
    monkeypatch.setattr(fetch_process, "subprocess", subprocess)
