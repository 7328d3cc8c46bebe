"""An account's own browser profile: logged in by its owner once, used by one process at a time."""

from __future__ import annotations

import os
import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote, urlsplit

from clipping.errors import AppMisconfigured, NotInstalled, ServiceUnavailable
from clipping.file_lock import exclusive
from clipping.settings import settings

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext

_NAMES: Final = ("chromium", "chromium-browser", "google-chrome")
_ARGUMENTS: Final = (
    # The tables know English names only.
    "--lang=en-US",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
)
_NO_PROXY: Final = "--no-proxy-server"
"""Chromium would take one from the environment."""
_WAIT_S: Final = 2.0


def profile_folder(account_id: str) -> Path:
    """Where the profile of an account lies."""
    return settings().home / "browser" / account_id


def is_logged_in(account_id: str) -> bool:
    """Whether its owner ever opened it; whether the login still holds, only its page tells."""
    return (profile_folder(account_id) / "Default").is_dir()


@contextmanager
def opened(
    account_id: str, proxy: str | None = None, *, headed: bool = False
) -> Iterator[BrowserContext]:
    """Chromium with the account's profile, as it is: nothing of it is disguised.

    :param proxy: The account's one way out; the environment's is never taken.
    :param headed: With a window, for its owner.
    :raises NotInstalled: There is no Playwright, or no Chromium.
    :raises ServiceUnavailable: Another process uses the profile, or Chromium did not start.
    """
    folder = profile_folder(account_id)
    folder.mkdir(parents=True, exist_ok=True)
    for one in (folder.parent, folder):
        one.chmod(0o700)
    busy = f"Another process uses the browser profile of {account_id} just now."
    lock = folder.with_name(f"{account_id}.lock")
    with exclusive(lock, timeout_s=_WAIT_S, busy=busy), _playwright() as playwright:
        _drop_foreign_lock(folder)
        context = _launched(playwright, folder, proxy, headed=headed, busy=busy)
        try:
            yield context
        finally:
            with suppress(_error()):
                context.close()


@contextmanager
def _playwright() -> Iterator[Any]:
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        raise NotInstalled(
            'Posting in a browser needs Playwright: pip install "clipper[browser]"'
        ) from None
    running = sync_playwright().start()
    try:
        yield running
    finally:
        with suppress(Exception):
            running.stop()


def _error() -> type[Exception]:
    from playwright.sync_api import Error

    return Error


def _launched(
    playwright: Any, folder: Path, proxy: str | None, *, headed: bool, busy: str
) -> BrowserContext:
    try:
        context: BrowserContext = playwright.chromium.launch_persistent_context(
            folder,
            executable_path=_executable(),
            headless=not headed,
            # Root's Chromium has none.
            chromium_sandbox=os.geteuid() != 0,
            args=[*_ARGUMENTS, *([] if proxy else [_NO_PROXY])],
            proxy=None if proxy is None else _way(proxy),
            **({"no_viewport": True} if headed else {"viewport": {"width": 1280, "height": 1000}}),
        )
        return context
    except _error() as error:
        # Its text holds the whole command, and with it the proxy.
        said = str(error)
    if "Executable doesn't exist" in said:
        raise NotInstalled(
            "Posting in a browser needs Chromium: `playwright install chromium`, the system's own, "
            "or its path in CLIPPER_BROWSER."
        )
    in_use = any(word in said for word in ("ProcessSingleton", "existing browser session"))
    raise ServiceUnavailable(busy if in_use else "Chromium did not start.")


def _executable() -> str | None:
    chosen = settings().browser
    if chosen is not None:
        if not chosen.is_file():
            raise NotInstalled("There is no Chromium at the path in CLIPPER_BROWSER.")
        return str(chosen)
    return next((path for name in _NAMES if (path := shutil.which(name))), None)


def _way(proxy: str) -> dict[str, str]:
    try:
        parts = urlsplit(proxy)
        server = f"{parts.scheme}://{parts.hostname}:{parts.port}"
    except ValueError:
        raise AppMisconfigured("The account's proxy is not an address that can be used.") from None
    found = {"server": server.removesuffix(":None")}
    if parts.username:
        found["username"] = unquote(parts.username)
        found["password"] = unquote(parts.password or "")
    return found


def _drop_foreign_lock(folder: Path) -> None:
    """Chromium's own lock that a machine left which is gone, such as a container's before.

    Ours is held: of all that share this folder, nobody has it open.
    """
    lock = folder / "SingletonLock"
    with suppress(OSError):
        if lock.readlink().name.rpartition("-")[0] != socket.gethostname():
            lock.unlink()
