"""A profile is its account's alone, and one process at a time has it open."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Error

from clipping.errors import AppMisconfigured, NotInstalled, ServiceUnavailable
from clipping.file_lock import exclusive
from clipping.platforms.browser import profiles
from clipping.platforms.browser.profiles import is_logged_in, opened, profile_folder
from clipping.settings import settings
from tasks.browsing import all_browsers


class FakeChromium:
    """Starts nothing; remembers how it was asked to, or fails as it is told."""

    def __init__(self, error: str = "") -> None:
        self.error = error
        self.asked: dict[str, Any] = {}
        self.chromium = self
        self.closed = False

    def launch_persistent_context(self, folder: Path, **options: Any) -> FakeChromium:
        self.asked = {"folder": folder, **options}
        if self.error:
            raise Error(self.error)
        return self

    def close(self) -> None:
        self.closed = True

    def start(self) -> FakeChromium:
        return self

    def stop(self) -> None:
        """Nothing runs."""


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("CLIPPER_HOME", str(tmp_path))
    settings.cache_clear()
    yield tmp_path
    settings.cache_clear()


def starting(monkeypatch: pytest.MonkeyPatch, error: str = "") -> FakeChromium:
    fake = FakeChromium(error)
    monkeypatch.setattr("playwright.sync_api.sync_playwright", lambda: fake)
    return fake


def test_nothing_of_the_browser_is_disguised_and_its_only_way_out_is_the_accounts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fake = starting(monkeypatch)
    with opened("acc", "http://us%40er:s3cret@proxy.example:3128"):
        assert fake.asked["folder"] == profile_folder("acc")
        assert fake.asked["proxy"] == {
            "server": "http://proxy.example:3128",
            "username": "us@er",
            "password": "s3cret",
        }
        assert "--no-proxy-server" not in fake.asked["args"]
        assert not {"user_agent", "locale", "timezone_id", "geolocation"} & set(fake.asked)
        assert fake.asked["headless"]
    assert fake.closed
    with opened("acc", headed=True):
        assert not fake.asked["headless"]
        assert "--no-proxy-server" in fake.asked["args"]
        assert fake.asked["proxy"] is None
    assert not is_logged_in("acc")


def test_one_process_at_a_time_uses_a_profile(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    starting(monkeypatch)
    monkeypatch.setattr(profiles, "_WAIT_S", 0.0)
    (home / "browser").mkdir()
    lock = home / "browser" / "acc.lock"
    with (
        exclusive(lock, timeout_s=1, busy="busy"),
        pytest.raises(ServiceUnavailable, match="Another process uses the browser profile of acc"),
        opened("acc"),
    ):
        pass


@pytest.mark.parametrize(
    ("said", "error", "sentence"),
    [
        ("Executable doesn't exist at /x", NotInstalled, "playwright install chromium"),
        ("Failed to create a ProcessSingleton", ServiceUnavailable, "Another process uses"),
        ("Target page closed --proxy-server=s3cret", ServiceUnavailable, "did not start"),
    ],
)
def test_a_browser_that_does_not_start_says_why_and_nothing_of_its_command(
    monkeypatch: pytest.MonkeyPatch, said: str, error: type[Exception], sentence: str
) -> None:
    starting(monkeypatch, said)
    with pytest.raises(error, match=sentence) as caught, opened("acc"):
        pass
    assert "s3cret" not in str(caught.value)
    assert caught.value.__context__ is None


def test_what_is_chosen_has_to_be_there(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    starting(monkeypatch)
    monkeypatch.setenv("CLIPPER_BROWSER", str(home / "nowhere"))
    settings.cache_clear()
    with pytest.raises(NotInstalled, match="CLIPPER_BROWSER"), opened("acc"):
        pass
    monkeypatch.delenv("CLIPPER_BROWSER")
    settings.cache_clear()
    with pytest.raises(AppMisconfigured, match="proxy"), opened("acc", "http://host:port"):
        pass


def test_without_playwright_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "playwright.sync_api", None)
    monkeypatch.delitem(sys.modules, "clipping.platforms.browser.posting", raising=False)
    with pytest.raises(NotInstalled, match=r"clipper\[browser\]"), opened("acc"):
        pass
    for name in [one for one in sys.modules if one.startswith("clipping.platforms.browser.")]:
        monkeypatch.delitem(sys.modules, name)
    with pytest.raises(NotInstalled, match=r"clipper\[browser\]"):
        all_browsers()


def test_the_lock_of_a_machine_that_is_gone_is_dropped_and_no_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    starting(monkeypatch)
    folder = profile_folder("acc")
    folder.mkdir(parents=True)
    lock = folder / "SingletonLock"
    monkeypatch.setattr("socket.gethostname", lambda: "here-1")
    for host, stays in (("here-1", True), ("elsewhere-2", False)):
        lock.unlink(missing_ok=True)
        lock.symlink_to(f"{host}-4711")
        with opened("acc"):
            assert lock.is_symlink() is stays
