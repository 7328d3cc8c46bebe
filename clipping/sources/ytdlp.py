"""yt-dlp, held to our rules: one way out to the network, nothing read from or left on the machine.

Runs only in the child process, behind the walls of :mod:`clipping.sources.confine`. What is used of
yt-dlp beyond its documented interface was read in 2026.10.26, which is why that release is pinned.
"""

from __future__ import annotations

import io
import math
from collections.abc import Callable
from functools import partial
from typing import Any

import yt_dlp
import yt_dlp.globals
import yt_dlp.version
from requests.adapters import BaseAdapter
from yt_dlp.extractor.common import InfoExtractor
from yt_dlp.extractor.tiktok import TikTokBaseIE
from yt_dlp.networking._requests import RequestsRH
from yt_dlp.networking.exceptions import HTTPError
from yt_dlp.utils import ExtractorError

from clipping.errors import UnsafeUrl
from clipping.sources.choosing import FORMAT_ORDER
from clipping.sources.confine import Refused
from clipping.sources.exchange import Declined, Job
from clipping.sources.guard import check_request

SOCKET_TIMEOUT_S = 20
RETRIES = 5
LARGEST_PAGE_BYTES = 64 * 1024**2
"""Of a page, playlist or captions file, which are held in memory."""

USER_AGENT = f"clipper yt-dlp/{yt_dlp.version.__version__}"
"""Who asks: see ``docs/decisions/0010-who-we-say-we-are.md``."""

_NAMES_OF_OTHERS = ("googlebot", "facebookexternalhit", "whatsapp", "curl")
"""Under which some extractors ask; those of a site's own apps stay, the answer depends on them."""

_READ_BYTES = 1 << 20

# No code from elsewhere, whatever lies in a home or beside Python; YTDLP_NO_PLUGINS says it too.
yt_dlp.globals.plugin_dirs.value = []
yt_dlp.globals.all_plugins_loaded.value = True


class _Gate(BaseAdapter):
    """Looks at the address of every single request, redirects included, before it is sent."""

    def __init__(self, inner: BaseAdapter) -> None:
        super().__init__()
        self._inner = inner

    def send(self, request: Any, *arguments: Any, **options: Any) -> Any:
        gate(str(request.url))
        answer = self._inner.send(request, *arguments, **options)
        if answer.is_redirect:
            # Nobody looks at its body, and requests would read it to an end that may not come. What
            # is left of it would be taken for the next answer, were its connection used again.
            answer._content = b""
            answer.raw.close()
        return answer

    def close(self) -> None:
        self._inner.close()


def gate(url: str) -> None:
    """:raises Refused: The address may not be asked."""
    try:
        check_request(url)
    except UnsafeUrl as error:
        raise Refused(str(error)) from None


class GuardedRH(RequestsRH):  # type: ignore[misc]
    """The only way out: the handler built on requests, behind the gate.

    There is none for ``file:``, ``ftp:``, ``data:`` and ``ws:``, and none that impersonates a
    browser.
    """

    _SUPPORTED_URL_SCHEMES = None  # the gate sees them all, and says what is wrong with one

    def _create_instance(self, **options: Any) -> Any:
        session = super()._create_instance(**options)
        inner = session.adapters["https://"]
        session.adapters.clear()
        session.mount("", _Gate(inner))  # every scheme, also one that a redirect comes up with
        return session

    def _prepare_headers(self, request: Any, headers: Any) -> None:
        """Say who we are, whatever an extractor would rather be."""
        super()._prepare_headers(request, headers)
        headers.pop("Sec-Fetch-Mode", None)  # what only browsers send
        said = str(headers.get("User-Agent") or "").lower()
        if not said or any(name in said for name in _NAMES_OF_OTHERS):
            headers["User-Agent"] = USER_AGENT

    def _send(self, request: Any) -> Any:
        try:
            return _bounded(super()._send(request))
        except HTTPError as error:
            _bounded(error.response)
            raise


def _bounded(response: Any) -> Any:
    """The response, which cannot be read whole when it does not end."""
    response._real_read = partial(_read, response.fp)
    return response


def _read(stream: Any, amount: int | None = None) -> bytes:
    if amount is not None:
        return bytes(stream.read(amount, decode_content=True))
    whole = bytearray()
    while chunk := stream.read(_READ_BYTES, decode_content=True):
        whole += chunk
        if len(whole) > LARGEST_PAGE_BYTES:
            raise Declined("page_too_large")
    return bytes(whole)


class GuardedYoutubeDL(yt_dlp.YoutubeDL):  # type: ignore[misc]
    """YoutubeDL with one request handler, the extractors of one site, and one video at a time."""

    def __init__(self, job: Job, said: Callable[[str], None]) -> None:
        self.single = job.task == "fetch"
        self.longest_s = job.max_duration_s
        super().__init__(_options(job, said))
        self._allowed = frozenset(self._ies)

    def build_request_director(self, handlers: Any, preferences: Any = None) -> Any:
        """Whatever handlers are registered, ours alone is used."""
        return super().build_request_director([GuardedRH])

    def get_info_extractor(self, ie_key: str) -> Any:
        """Never one that the site's list does not name, the generic one least of all."""
        if ie_key not in self._allowed:
            raise KeyError(ie_key)
        return super().get_info_extractor(ie_key)

    def process_ie_result(
        self, ie_result: Any, download: bool = True, extra_info: Any = None
    ) -> Any:
        """Where one video was asked for, a list of one is that video, and any other is refused."""
        if self.single and ie_result.get("_type") in ("playlist", "multi_video", "compat_list"):
            entries = ie_result.get("entries")
            if not isinstance(entries, list) or len(entries) != 1:
                raise Declined("playlist")
            return self.process_ie_result(entries[0], download, extra_info)
        return super().process_ie_result(ie_result, download, extra_info)

    def process_video_result(self, info_dict: Any, download: bool = True) -> Any:
        """Judge a video by what its page says before its formats are looked at."""
        if self.single:
            decline_unwanted(info_dict, self.longest_s)
        return super().process_video_result(info_dict, download)


def decline_unwanted(info: dict[str, Any], longest_s: int) -> None:
    """:raises Declined: It is no finished recording, or too long."""
    status = info.get("live_status") or ("is_live" if info.get("is_live") else None)
    if status in ("is_live", "is_upcoming", "post_live"):
        raise Declined(status)
    duration_s = info.get("duration")
    if isinstance(duration_s, int | float) and longest_s < duration_s < math.inf:
        raise Declined("too_long", float(duration_s))


class _Log:
    """Takes what yt-dlp says; none of it is shown, because addresses and cookies may be in it."""

    def __init__(self, said: Callable[[str], None]) -> None:
        self._said = said

    def debug(self, message: str) -> None:
        self._said(message)

    info = warning = error = debug


def _options(job: Job, said: Callable[[str], None]) -> dict[str, Any]:
    options: dict[str, Any] = {
        "allowed_extractors": list(job.extractors),
        "logger": _Log(said),
        "quiet": True,
        "no_warnings": True,
        "noprogress": True,
        "color": "never",
        # Nothing of this machine: no cache, no other program, no proxy of the environment.
        "cachedir": False,
        "enable_file_urls": False,
        "fixup": "never",
        "js_runtimes": {"deno": {"path": job.deno}} if job.deno else {},
        "remote_components": [],
        "proxy": job.proxy or "",
        "compat_opts": ["no-certifi"] if job.system_certificates else [],
        "cookiefile": io.StringIO(job.cookies) if job.cookies else None,
        # No pretended country, and no browser's name.
        "geo_bypass": False,
        "http_headers": {"User-Agent": USER_AGENT},
        "socket_timeout": SOCKET_TIMEOUT_S,
        "retries": RETRIES,
        "fragment_retries": RETRIES,
        "extractor_retries": 3,
        "retry_sleep_functions": dict.fromkeys(("http", "fragment", "extractor"), pause_s),
        "continuedl": True,
        "updatetime": False,
        # A missing piece is an error, not a silent hole in the talk.
        "skip_unavailable_fragments": False,
        "concurrent_fragment_downloads": 1,
    }
    if job.task == "list":
        return {**options, "extract_flat": "in_playlist", "playlistend": job.most}
    return {
        **options,
        "noplaylist": True,
        "format": lambda context: context["formats"][-1:],
        "format_sort": list(FORMAT_ORDER),
        "writesubtitles": True,
        "writeautomaticsub": True,
        "extractor_args": {"youtube": {"skip": ["translated_subs"]}},
    }


def pause_s(n: int) -> float:
    """How long to wait before trying again: 1, 2, 4 ... at most 20 s."""
    return float(min(2**n, 20))


def _leave_unsolved(_self: Any, _page: str) -> Any:
    raise ExtractorError("TikTok asks for a captcha challenge before playback", expected=True)


# A site that asks whether we are a robot gets no answer made up by one.
TikTokBaseIE._solve_challenge_and_set_cookies = _leave_unsolved

# Made-up headers, which no site asks for, to be taken for somebody else each time.
InfoExtractor._generate_blockbuster_headers = staticmethod(lambda **_: {})
