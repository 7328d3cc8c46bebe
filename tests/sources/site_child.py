"""The child process of tests: the real one, on the internet that a test plays on loopback.

``python -m tests.sources.site_child CONFIG.json``. The configuration names the ports, what names
lead to, and which guard is taken away to show that it mattered. With ``cases`` it is asked many
things at once by :mod:`tests.sources.test_hostile` and prints a JSON list of the answers.
"""

from __future__ import annotations

import _socket
import io
import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import yt_dlp.globals
from yt_dlp.downloader.hls import HlsFD
from yt_dlp.extractor.common import InfoExtractor
from yt_dlp.utils import ExtractorError, UserNotLive

from clipping.sources import confine, fetching, fragments, ytdlp
from clipping.sources.addresses import is_public
from clipping.sources.confine import Walls
from clipping.sources.exchange import Job
from tests.sources.places import INSIDE, OUTSIDE

CONFIG: dict[str, Any] = json.loads(Path(sys.argv[1]).read_text())


class FakeSiteIE(InfoExtractor):  # type: ignore[misc]
    """Reads pages of JSON that say what yt-dlp is to find in them."""

    IE_NAME = "fakesite"
    # With yt-dlp's own settings this alone would send made-up addresses of that country.
    _GEO_COUNTRIES = ("DE",)
    _VALID_URL = r"https://(?:\w+\.)?fakesite\.com/(?:v|c)/(?P<id>[\w-]+)"

    def _real_extract(self, url: str) -> Any:
        video_id = self._match_id(url)
        page = self._download_json(url, video_id)
        if "act" in page:
            ACTS[page["act"]](self, page)
        _raise(page, self)
        if "url_result" in page:
            return self.url_result(page["url_result"], ie=page.get("ie"))
        if "entries" in page:
            return self.playlist_result(page["entries"], video_id, page.get("title"))
        info: dict[str, Any] = {"id": video_id, "title": "A talk", "formats": [], **page}
        if "m3u8" in page:
            info["formats"] += self._extract_m3u8_formats(page["m3u8"], video_id, "mp4")
        if "mpd" in page:
            info["formats"] += self._extract_mpd_formats(page["mpd"], video_id)
        return info


def _raise(page: dict[str, Any], extractor: InfoExtractor) -> None:
    kind, message = page.get("raise"), page.get("message", "")
    if kind == "expected":
        raise ExtractorError(message, expected=True)
    if kind == "unexpected":
        raise ExtractorError(message)
    if kind == "geo":
        extractor.raise_geo_restricted(countries=["DE"])
    if kind == "login":
        extractor.raise_login_required()
    if kind == "drm":
        extractor.report_drm(page.get("id"))
    if kind == "not_live":
        raise UserNotLive(video_id="someone")
    if kind == "bug":
        raise ZeroDivisionError(message)


def _connect_by_name(_: Any, page: dict[str, Any]) -> None:
    socket.socket().connect(("localhost", int(page["port"])))


def _connect_past_the_lookup(_: Any, page: dict[str, Any]) -> None:
    answer = _socket.getaddrinfo(INSIDE, int(page["port"]), 0, socket.SOCK_STREAM)[0]
    _socket.socket(answer[0], answer[1]).connect(answer[4])


def _connect_outside(_: Any, page: dict[str, Any]) -> None:
    socket.socket().connect((OUTSIDE, page["port"]))


def _connect_ex(_: Any, page: dict[str, Any]) -> None:
    socket.socket().connect_ex((INSIDE, int(page["port"])))


def _connect_mapped(_: Any, page: dict[str, Any]) -> None:
    socket.socket(socket.AF_INET6).connect((f"::ffff:{INSIDE}", int(page["port"])))


def _send_datagram(_: Any, page: dict[str, Any]) -> None:
    socket.socket(type=socket.SOCK_DGRAM).sendto(b"x", (INSIDE, int(page["port"])))


def _connect_unix(_: Any, page: dict[str, Any]) -> None:
    socket.socket(socket.AF_UNIX).connect(page["path"])


def _old_lookup(_: Any, _page: dict[str, Any]) -> None:
    socket.gethostbyname("localhost")


def _start_program(_: Any, _page: dict[str, Any]) -> None:
    _told(lambda: subprocess.run([sys.executable, "-c", "pass"], check=True))


def _start_shell(_: Any, _page: dict[str, Any]) -> None:
    _told(lambda: os.system("true"))


def _told(start: Callable[[], object]) -> None:
    try:
        start()
    except PermissionError:
        raise ExtractorError("refused to start", expected=True) from None
    raise ExtractorError("started", expected=True)


def _show_environment(_: Any, _page: dict[str, Any]) -> None:
    raise ExtractorError("seen: " + " ".join(sorted(os.environ)), expected=True)


def _show_handlers(extractor: Any, _page: dict[str, Any]) -> None:
    handlers = extractor._downloader._request_director.handlers
    raise ExtractorError("seen: " + " ".join(sorted(handlers)), expected=True)


def _show_generic(extractor: Any, _page: dict[str, Any]) -> None:
    found = extractor._downloader.get_info_extractor("Generic")
    raise ExtractorError(f"seen: {found.IE_NAME}", expected=True)


def _ask_as_others(extractor: Any, page: dict[str, Any]) -> None:
    """What extractors do that would rather be somebody else."""
    url = page["ask"]
    for name in page["names"]:
        extractor._request_webpage(url, "x", headers={"User-Agent": name}, impersonate=True)
    extractor._request_webpage(url, "x", headers=extractor._generate_blockbuster_headers())
    try:
        extractor._request_webpage(url, "x", impersonate="chrome", require_impersonation=True)
    except ExtractorError:
        return
    raise ZeroDivisionError("a browser was impersonated")


ACTS: dict[str, Callable[[Any, dict[str, Any]], None]] = {
    name.removeprefix("_"): act
    for name, act in list(globals().items())
    if name.startswith(("_ask", "_connect", "_send", "_old", "_start", "_show"))
}


class Names:
    """What names lead to: ``{name: [[address, ...], ...]}``, one answer after the other."""

    def __init__(self, table: dict[str, list[list[str]]]) -> None:
        self._table = {name: list(answers) for name, answers in table.items()}

    def lookup(self, host: Any, port: Any, *_rest: Any, **_options: Any) -> list[Any]:
        name = host.decode() if isinstance(host, bytes) else str(host)
        try:
            socket.inet_pton(socket.AF_INET6 if ":" in name else socket.AF_INET, name)
            addresses = [name]
        except OSError:
            addresses = self._next(name)
        return [_answer(address, int(port)) for address in addresses]

    def _next(self, name: str) -> list[str]:
        if name in self._table:
            answers = self._table[name]
            return answers.pop(0) if len(answers) > 1 else answers[0]
        if name.endswith((".fakesite.com", ".fakemedia.net")) or name in (
            "fakesite.com",
            "fakemedia.net",
            "othersite.net",
        ):
            return [OUTSIDE]
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")


def _answer(address: str, port: int) -> Any:
    if ":" in address:
        return (socket.AF_INET6, socket.SOCK_STREAM, 6, "", (address, port, 0, 0))
    place = (address, CONFIG["port"] if address == OUTSIDE else port)
    return (socket.AF_INET, socket.SOCK_STREAM, 6, "", place)


def _nothing(*_arguments: Any) -> None:
    """In the place of a guard."""


GUARDS = {
    "gate": (ytdlp, "gate"),
    "lookup": (confine, "check_answers"),
    "connection": (confine, "check_connection"),
    "program": (confine, "check_program"),
}


def _changed(without: list[str], patches: dict[str, Any]) -> Callable[[], None]:
    """Take guards away and put values in the place of others; returns what undoes it."""
    modules = {"ytdlp": ytdlp, "fetching": fetching}
    changes: list[tuple[ModuleType, str, Any]]
    changes = [(*GUARDS[name], _nothing) for name in without]
    for name, value in patches.items():
        place, _, attribute = name.partition(".")
        changes.append((modules[place], attribute, value))
    kept = [(module, attribute, getattr(module, attribute)) for module, attribute, _ in changes]
    for module, attribute, value in changes:
        setattr(module, attribute, value)

    def back() -> None:
        for module, attribute, value in kept:
            setattr(module, attribute, value)

    return back


def _prepare() -> None:
    yt_dlp.globals.extractors.value["FakeSiteIE"] = FakeSiteIE
    ytdlp.pause_s = lambda n: 0.01
    ytdlp.RETRIES = 2
    if CONFIG.get("plain_fragments"):
        fragments.DOWNLOADERS["m3u8_native"] = HlsFD


def _batch(cases: list[dict[str, Any]]) -> None:
    names = Names({})
    walls = Walls(
        lookup=lambda *a, **o: names.lookup(*a, **o),
        is_public=lambda address: address == OUTSIDE or is_public(address),
    )
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    confine.raise_walls(walls)
    answers = []
    for case in cases:
        names = Names(case.get("names", {}))
        back = _changed(case.get("without", []), case.get("patches", {}))
        said = io.StringIO()
        last = fetching.attempt(Job.from_json(json.dumps(case["job"])), fetching.Speaker(said))
        back()
        answers.append(last)
    out.write(json.dumps(answers))
    out.flush()


if __name__ == "__main__":
    _prepare()
    if "cases" in CONFIG:
        _batch(CONFIG["cases"])
    else:
        _changed([], CONFIG.get("patches", {}))
        fetching.main(
            Walls(
                lookup=Names(CONFIG.get("names", {})).lookup,
                is_public=lambda address: address == OUTSIDE or is_public(address),
            )
        )
