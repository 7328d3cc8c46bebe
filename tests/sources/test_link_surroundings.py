"""What the child gets of this machine: cookies, a proxy, one program, and nothing else."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from yt_dlp.extractor.tiktok import TikTokBaseIE
from yt_dlp.utils import ExtractorError

from clipping.errors import (
    AgeRestricted,
    LoginNeeded,
    NeedsPerson,
    NetworkDown,
    NotInstalled,
    NoUsableFormat,
    Rejected,
    UnsafeUrl,
    UnusableCookies,
)
from clipping.media.probe import probe
from clipping.settings import settings
from clipping.sources import links, ytdlp
from clipping.sources.exchange import Job, Message
from clipping.sources.links import fetched_link, list_channel
from tests.db.processes import finish, python
from tests.sources.conftest import Plugged
from tests.sources.internet import Answer, Asked, FakeInternet, Page, fake_proxy
from tests.sources.pieces import left_in, put_up
from tests.sources.places import MEDIA, SITE


def test_a_clients_cookies_go_to_the_site_and_nowhere_else(
    net: FakeInternet,
    plugged: Plugged,
    scratch: Path,
    content: bytes,
    tmp_path: Path,
) -> None:
    cookies = tmp_path / "cookies.txt"
    line = ".{}\tTRUE\t/\tTRUE\t1900000000\tSID\thidden\n"
    cookies.write_text(line.format(SITE) + line.format("fakemedia.net"))
    cookies.chmod(0o400)
    before = cookies.read_bytes()
    url = put_up(net, "members", content)
    net.pages[f"{SITE}/v/members"] = _only_signed_in(net.pages[f"{SITE}/v/members"])
    with pytest.raises(LoginNeeded, match="give this client a cookies file"), fetched_link(url):
        pass
    with fetched_link(url, cookies=cookies) as fetched:
        assert fetched.path.read_bytes() == content
        assert not any(
            b"hidden" in path.read_bytes() for path in scratch.rglob("*") if path.is_file()
        )
    sent = {asked.host for asked in net.asked if "hidden" in asked.headers.get("cookie", "")}
    assert sent == {SITE}
    assert cookies.read_bytes() == before


def _only_signed_in(page: Page) -> Page:
    assert isinstance(page, tuple)

    def answer(asked: Asked) -> Answer:
        signed_in = "hidden" in asked.headers.get("cookie", "")
        return page if signed_in else (200, {}, json.dumps({"raise": "login"}).encode())

    return answer


def test_cookies_that_open_nothing_any_more_are_named(
    scratch: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> Message:
        raise AgeRestricted("Give this client a cookies file.")

    monkeypatch.setattr(links, "converse", refuse)
    cookies = tmp_path / "stale.txt"
    cookies.write_text(f".{SITE}\tTRUE\t/\tTRUE\t1900000000\tSID\thidden\n")
    with (
        pytest.raises(AgeRestricted, match=r"stale\.txt does not open this video"),
        fetched_link(f"https://{SITE}/v/a", cookies=cookies),
    ):
        pass


def test_cookies_without_any_of_the_site_are_refused_before_it_is_asked(
    net: FakeInternet, plugged: Plugged, scratch: Path, tmp_path: Path
) -> None:
    cookies = tmp_path / "cookies.txt"
    cookies.write_text(".example.org\tTRUE\t/\tTRUE\t1900000000\tSID\thidden\n")
    with pytest.raises(UnusableCookies), fetched_link(f"https://{SITE}/v/a", cookies=cookies):
        pass
    assert net.asked == []
    assert left_in(scratch) == []


@pytest.mark.usefixtures("from_nothing")
def test_the_child_sees_nothing_of_our_environment(
    net: FakeInternet, plugged: Plugged, scratch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://hidden")
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    url = net.page("/v/env", {"act": "show_environment"})
    with pytest.raises(Rejected) as caught, fetched_link(url):
        pass
    seen = set(str(caught.value).partition("seen: ")[2].rstrip(".").split())
    ours = {"HOME", "TMPDIR", "DENO_DIR", "PYTHONUTF8", "PYTHONDONTWRITEBYTECODE"}
    passed_on = {"SSL_CERT_FILE", "SSL_CERT_DIR", "LANG", "LC_ALL", "LC_CTYPE", "TZ"}
    assert seen <= ours | passed_on | {"YTDLP_NO_PLUGINS", "LD_LIBRARY_PATH"}
    assert {"YTDLP_NO_PLUGINS", "HOME"} <= seen


@pytest.mark.usefixtures("from_nothing")
def test_the_one_program_that_is_named_may_be_started(
    net: FakeInternet, plugged: Plugged, scratch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(links, "javascript_runtime", lambda: sys.executable)
    url = net.page("/v/program", {"act": "start_program"})
    with pytest.raises(Rejected, match=": started"), fetched_link(url):
        pass


def test_everything_goes_through_the_proxy_that_the_settings_name(
    net: FakeInternet,
    plugged: Plugged,
    scratch: Path,
    content: bytes,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with fake_proxy(net) as proxy:
        monkeypatch.setenv("CLIPPER_LINK_PROXY", f"http://name:hidden@127.0.0.1:{proxy.port}")
        settings.cache_clear()
        url = put_up(net, "proxied", content)
        with fetched_link(url) as fetched:
            assert fetched.path.read_bytes() == content
        assert set(proxy.targets) == {f"{SITE}:443", f"{MEDIA}:443"}
        # The child talks to the proxy alone, not to the outside itself.
        past = net.page("/v/past", {"act": "connect_outside", "port": net.port})
        with pytest.raises(UnsafeUrl), fetched_link(past):
            pass


def test_a_proxy_that_does_not_answer_is_told_as_such(
    net: FakeInternet, plugged: Plugged, scratch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLIPPER_LINK_PROXY", "http://name:hidden@127.0.0.1:9")
    settings.cache_clear()
    with pytest.raises(NetworkDown, match="proxy") as caught, fetched_link(f"https://{SITE}/v/a"):
        pass
    assert "hidden" not in str(caught.value)


@pytest.mark.parametrize(
    "setting", ["proxy.example:3128", "file:///hidden", "http://", "socks5://a"]
)
def test_a_setting_that_is_no_proxy_is_refused_without_repeating_it(
    setting: str, scratch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLIPPER_LINK_PROXY", setting)
    settings.cache_clear()
    with pytest.raises(NeedsPerson, match="CLIPPER_LINK_PROXY") as caught:
        list_channel(f"https://{SITE}/c/a")
    assert "hidden" not in str(caught.value)


def test_a_missing_javascript_runtime_is_said_where_it_matters(
    scratch: Path, content: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(links, "javascript_runtime", lambda: None)

    def converse(job: Job, *_: object) -> Message:
        (Path(job.folder) / "both.mp4").write_bytes(content)
        track = {"name": "both.mp4", "kind": "both"}
        return {"kind": "done", "video": {"title": "A", "tracks": [track], "plain": True}}

    monkeypatch.setattr(links, "converse", converse)
    with fetched_link("https://www.youtube.com/watch?v=abcdefghijk") as fetched:
        assert "deno" in fetched.notes[0]

    def refuse(*_: object) -> Message:
        raise NoUsableFormat("YouTube offers this video in no form that can be fetched.")

    monkeypatch.setattr(links, "converse", refuse)
    with (
        pytest.raises(NotInstalled, match=r"fetched, and no JavaScript runtime \(deno\)"),
        fetched_link("https://www.youtube.com/watch?v=abcdefghijk"),
    ):
        pass


@pytest.mark.parametrize("plain", [True, False], ids=["kept as it is", "put into a container"])
def test_a_title_that_is_the_name_of_a_track_overwrites_nothing(
    plain: bool, scratch: Path, content: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    def converse(job: Job, *_: object) -> Message:
        (Path(job.folder) / "both-a1.mp4").write_bytes(content)
        track = {"name": "both-a1.mp4", "kind": "both"}
        return {"kind": "done", "video": {"title": "Both a1", "tracks": [track], "plain": plain}}

    monkeypatch.setattr(links, "converse", converse)
    with fetched_link(f"https://{SITE}/v/named") as fetched:
        assert fetched.path.name == "both-a1-1.mp4"
        assert probe(fetched.path).duration_ms == 2_000


def test_a_javascript_runtime_is_found_on_the_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("sysconfig.get_path", lambda _: str(tmp_path / "nothing"))
    assert links.javascript_runtime() is None
    deno = tmp_path / "deno"
    deno.write_text("#!/bin/sh\n")
    deno.chmod(0o755)
    assert links.javascript_runtime() == str(deno)


PLUGGED = """
    import sys
    from pathlib import Path
    import yt_dlp.globals, yt_dlp.plugins
    from clipping.sources.exchange import Job
    from clipping.sources.ytdlp import GuardedYoutubeDL
    GuardedYoutubeDL(Job("fetch", "https://a.example.com/", ("youtube",), "/"), print)
    print("ours", Path(sys.argv[1]).exists())
    yt_dlp.globals.plugin_dirs.value = ["default"]
    yt_dlp.plugins.load_all_plugins()
    print("theirs", Path(sys.argv[1]).exists())
"""


def test_no_plug_in_of_the_home_is_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / ".config/yt-dlp/plugins/mine/yt_dlp_plugins/extractor"
    folder.mkdir(parents=True)
    marker = tmp_path / "loaded"
    (folder / "mine.py").write_text(f"open({str(marker)!r}, 'w').close()\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    monkeypatch.delenv("YTDLP_NO_PLUGINS", raising=False)
    with python(PLUGGED, marker) as process:
        assert finish(process).splitlines() == ["ours False", "theirs True"]


def test_a_question_whether_we_are_a_robot_is_left_unanswered() -> None:
    assert ytdlp  # which sees to it
    with pytest.raises(ExtractorError, match="captcha"):
        TikTokBaseIE._solve_challenge_and_set_cookies(None, "<p>Please wait...</p>")
