"""A link becomes a file: yt-dlp itself, in the real child, against a site on loopback."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from clipping import progress
from clipping.errors import (
    DiskFull,
    LiveStream,
    NeedsPerson,
    NetworkDown,
    NotOneVideo,
    NoUsableFormat,
    Rejected,
    ServiceUnavailable,
    TooLarge,
    TooLong,
    UnreadableMedia,
    UnsafeUrl,
    UnusableCookies,
)
from clipping.media.probe import probe
from clipping.settings import settings
from clipping.sources import links
from clipping.sources.exchange import Job, Message
from clipping.sources.links import fetched_link, list_channel
from tests.sources.conftest import Plugged
from tests.sources.internet import (
    MEDIA,
    PROMISED,
    SITE,
    Answer,
    Asked,
    FakeInternet,
    Page,
    fake_proxy,
)
from tests.sources.pieces import FORMAT, dash, hls, in_pieces, talk
from tests.support.media import make_video


@pytest.fixture(scope="module")
def content(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return talk(tmp_path_factory.mktemp("talk"))


@pytest.fixture
def told() -> Iterator[list[progress.Progress]]:
    events: list[progress.Progress] = []
    with progress.listening(events.append):
        yield events


def _left(scratch: Path) -> list[str]:
    return sorted(path.name for path in scratch.rglob("*") if path.is_file())


def _put_up(net: FakeInternet, name: str, content: bytes, **more: object) -> str:
    """A page whose video is one file; the page's address."""
    url = net.file(f"/{name}.mp4", content)
    return net.page(f"/v/{name}", {"formats": [{**FORMAT, "url": url}], **more})


def test_a_video_comes_with_what_the_site_says_of_it(
    net: FakeInternet,
    plugged: Plugged,
    scratch: Path,
    content: bytes,
    told: list[progress.Progress],
) -> None:
    url = _put_up(
        net,
        "plain",
        content,
        title="A talk:\n über /Größe ",
        uploader="The  channel",
        duration=2,
        timestamp=1_700_000_000,
        language="en",
        webpage_url=f"https://{SITE}/v/plain?v=1",
        subtitles={
            "en": [{"ext": "vtt", "url": net.file("/plain.vtt", b"WEBVTT\n")}],
            "de": [{"ext": "vtt", "url": net.file("/de.vtt", b"WEBVTT\n")}],
        },
    )
    with fetched_link(f"{url}#t=3", client="acme", share=0.5) as fetched:
        assert fetched.path.read_bytes() == content
        assert fetched.path.name == "a-talk-über-größe.mp4"
        assert fetched.title == "A talk: über /Größe"
        assert (fetched.site, fetched.video_id) == (SITE, "plain")
        assert fetched.webpage_url == f"https://{SITE}/v/plain?v=1"
        assert fetched.uploader == "The channel"
        assert fetched.duration_ms == 2_000
        assert fetched.published_at is not None
        assert fetched.published_at.isoformat() == "2023-11-14T22:13:20+00:00"
        assert fetched.captions is not None
        assert fetched.captions.path.read_bytes() == b"WEBVTT\n"
        assert fetched.captions.path.name == "captions.en.vtt"
        assert (fetched.captions.kind, fetched.captions.language) == ("human", "en")
        assert fetched.notes == ()
        kept = [name for name in _left(scratch) if not name.endswith(".lock")]
        assert kept == ["a-talk-über-größe.mp4", "captions.en.vtt", "fetched.json"]
    assert _left(scratch) == []
    assert "/de.vtt" not in net.paths()
    assert {event.stage for event in told} == {"ingest"}
    fractions = [event.fraction for event in told]
    assert fractions == sorted(fractions)
    assert 0 < fractions[-1] <= 0.5


def test_picture_and_sound_that_come_apart_are_joined(
    net: FakeInternet, plugged: Plugged, scratch: Path, tmp_path: Path
) -> None:
    picture = make_video(tmp_path / "v.mp4", seconds=2, audio=None).read_bytes()
    sound = make_video(tmp_path / "a.mp4", seconds=2, picture=None).read_bytes()
    url = net.page(
        "/v/apart",
        {
            "formats": [
                {
                    **FORMAT,
                    "format_id": "v",
                    "vcodec": "avc1.4d401e",
                    "acodec": "none",
                    "height": 180,
                    "url": net.file("/apart-v.mp4", picture),
                },
                {
                    **FORMAT,
                    "format_id": "a",
                    "vcodec": "none",
                    "acodec": "mp4a.40.2",
                    "ext": "m4a",
                    "url": net.file("/apart-a.m4a", sound),
                },
            ]
        },
    )
    with fetched_link(url) as fetched:
        media = probe(fetched.path)
        assert (media.container, media.video.codec, media.audio.codec) == ("mp4", "h264", "aac")
        assert abs(media.duration_ms - 2_000) < 50
        assert len(list(fetched.path.parent.iterdir())) == 2


@pytest.mark.parametrize("kind", ["m3u8", "mpd"])
def test_a_video_that_comes_in_pieces_is_put_together(
    kind: str, net: FakeInternet, plugged: Plugged, scratch: Path, content: bytes
) -> None:
    make = {"m3u8": hls, "mpd": dash}[kind]
    url = net.page(f"/v/{kind}", {kind: make(net, f"in-{kind}", in_pieces(content, 5))})
    with fetched_link(url) as fetched:
        media = probe(fetched.path)
        assert media.container == "mp4"
        assert abs(media.duration_ms - 2_000) < 50
    pieces = [
        path for path in net.paths() if path.startswith(f"/in-{kind}/") and "list" not in path
    ]
    assert pieces == [f"/in-{kind}/{number}.mp4" for number in range(5)]


def test_a_missing_piece_is_an_error_and_no_hole(
    net: FakeInternet, plugged: Plugged, scratch: Path, content: bytes
) -> None:
    url = net.page("/v/hole", {"m3u8": hls(net, "hole", in_pieces(content, 5))})
    del net.pages[f"{MEDIA}/hole/3.mp4"]
    with pytest.raises(ServiceUnavailable), fetched_link(url):
        pass
    assert "/hole/4.mp4" not in net.paths()


def test_what_a_failed_use_leaves_is_there_without_a_request(
    net: FakeInternet, plugged: Plugged, scratch: Path, content: bytes
) -> None:
    url = _put_up(net, "again", content)
    with pytest.raises(KeyError), fetched_link(url):
        raise KeyError("the database is away")
    net.forget()
    with fetched_link(url) as fetched:
        assert fetched.path.read_bytes() == content
    assert net.asked == []
    assert _left(scratch) == []


def test_what_turned_out_to_be_useless_is_not_kept(
    net: FakeInternet, plugged: Plugged, scratch: Path, content: bytes
) -> None:
    url = _put_up(net, "useless", content)
    with pytest.raises(UnreadableMedia), fetched_link(url):
        raise UnreadableMedia("It is too short.")
    assert _left(scratch) == []


def test_a_broken_connection_goes_on_where_it_was(
    net: FakeInternet, plugged: Plugged, scratch: Path, tmp_path: Path
) -> None:
    content = talk(tmp_path, padding=600_000)
    url = _put_up(net, "broken", content)
    whole = net.pages[f"{MEDIA}/broken.mp4"]
    cut = 400_000

    def broken_off(asked: Asked) -> Answer:
        """It promises all and sends a part, every time: the child gives up in the end."""
        reach = f"bytes {asked.begin}-{len(content) - 1}/{len(content)}"
        headers = {PROMISED: str(len(content) - asked.begin), "Content-Range": reach}
        return (206 if asked.begin else 200), headers, content[asked.begin : cut]

    net.pages[f"{MEDIA}/broken.mp4"] = broken_off
    with pytest.raises(NetworkDown), fetched_link(url):
        pass
    assert any(name.endswith(".part") for name in _left(scratch))
    net.pages[f"{MEDIA}/broken.mp4"] = whole
    net.forget()
    with fetched_link(url) as fetched:
        assert fetched.path.read_bytes() == content
    media = [asked for asked in net.asked if asked.host == MEDIA]
    assert [asked.begin for asked in media] == [cut]


@pytest.mark.parametrize(
    ("page", "error"),
    [
        ({"live_status": "is_live"}, LiveStream),
        ({"live_status": "is_upcoming"}, LiveStream),
        ({"is_live": True}, LiveStream),
        ({"duration": 13 * 3600}, TooLong),
        ({"raise": "expected", "message": "Premieres in 4 hours"}, LiveStream),
        (
            {"entries": [{"_type": "url", "url": f"https://{SITE}/v/{n}"} for n in "ab"]},
            NotOneVideo,
            NoUsableFormat,
        ),
    ],
    ids=str,
)
def test_what_is_not_one_finished_video_is_refused_before_its_media_is_asked(
    page: dict[str, object],
    error: type[Rejected],
    net: FakeInternet,
    plugged: Plugged,
    scratch: Path,
    content: bytes,
) -> None:
    url = _put_up(net, "unwanted", content, **page)
    with pytest.raises(error), fetched_link(url):
        pass
    assert net.paths() == ["/v/unwanted"]
    assert _left(scratch) == []


def test_a_video_that_turns_out_too_large_is_broken_off(
    net: FakeInternet,
    plugged: Plugged,
    scratch: Path,
    content: bytes,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("CLIPPER_MAX_SOURCE_BYTES", "20000")
    settings.cache_clear()
    url = net.page("/v/large", {"m3u8": hls(net, "large", in_pieces(content, 5))})
    with pytest.raises(TooLarge), fetched_link(url):
        pass
    assert f"/large/{4}.mp4" not in net.paths()
    assert _left(scratch) == []


def test_a_full_disk_is_told_before_it_is_full(
    net: FakeInternet, plugged: Plugged, scratch: Path, content: bytes
) -> None:
    plugged(patches={"fetching._SPARE_BYTES": 1 << 60})
    url = _put_up(net, "full", content)
    with pytest.raises(DiskFull), fetched_link(url):
        pass
    assert f"{MEDIA}/full.mp4" not in net.sent


def test_captions_that_do_not_come_are_a_note_and_no_error(
    net: FakeInternet, plugged: Plugged, scratch: Path, content: bytes
) -> None:
    captions = {"en-orig": [{"ext": "json3", "url": f"https://{MEDIA}/nothing"}]}
    url = _put_up(net, "mute", content, automatic_captions=captions)
    with fetched_link(url) as fetched:
        assert fetched.captions is None
        assert fetched.language == "en"
        assert fetched.notes == ("FakeSite offers captions, but did not hand them out.",)


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
    url = _put_up(net, "members", content)
    net.pages[f"{SITE}/v/members"] = _only_signed_in(net.pages[f"{SITE}/v/members"])
    with pytest.raises(NeedsPerson), fetched_link(url):
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


def test_cookies_without_any_of_the_site_are_refused_before_it_is_asked(
    net: FakeInternet, plugged: Plugged, scratch: Path, tmp_path: Path
) -> None:
    cookies = tmp_path / "cookies.txt"
    cookies.write_text(".example.org\tTRUE\t/\tTRUE\t1900000000\tSID\thidden\n")
    with pytest.raises(UnusableCookies), fetched_link(f"https://{SITE}/v/a", cookies=cookies):
        pass
    assert net.asked == []
    assert _left(scratch) == []


def test_the_child_sees_nothing_of_our_environment(
    net: FakeInternet, plugged: Plugged, scratch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://hidden")
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    url = net.page("/v/env", {"act": "show_environment"})
    with pytest.raises(Rejected) as caught, fetched_link(url):
        pass
    seen = set(str(caught.value).partition("seen: ")[2].rstrip(".").split())
    known = {"HOME", "TMPDIR", "DENO_DIR", "PYTHONUTF8", "PYTHONDONTWRITEBYTECODE"}
    assert seen <= known | {"YTDLP_NO_PLUGINS", "SSL_CERT_FILE", "LANG", "LC_ALL", "LC_CTYPE", "TZ"}
    assert {"YTDLP_NO_PLUGINS", "HOME"} <= seen


def test_a_link_that_may_not_be_fetched_starts_nothing(
    net: FakeInternet, plugged: Plugged, scratch: Path
) -> None:
    with pytest.raises(UnsafeUrl), fetched_link("https://fakesite.com.evil.org/v/a"):
        pass
    assert not scratch.exists()


def test_a_text_that_calls_itself_a_video_is_not_opened_by_ffmpeg(
    net: FakeInternet, plugged: Plugged, scratch: Path
) -> None:
    port = net.inside("playlist as video")
    for number, text in enumerate(
        (
            f"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nhttp://127.0.0.1:{port}/a.ts\n",
            "ffconcat version 1.0\nfile /etc/passwd\n",
        )
    ):
        url = _put_up(net, f"text{number}", text.encode())
        with pytest.raises(UnreadableMedia, match="neither video nor sound"), fetched_link(url):
            pass
    assert net.hits.get("playlist as video", 0) == 0
    assert _left(scratch) == []


def test_two_runs_of_a_link_take_turns(
    net: FakeInternet, plugged: Plugged, scratch: Path, content: bytes
) -> None:
    url = _put_up(net, "twice", content)
    order: list[str] = []
    waits = threading.Event()

    def waiting(event: progress.Progress) -> None:
        if "another run" in event.detail:
            waits.set()

    def second() -> None:
        with progress.listening(waiting), fetched_link(url):
            order.append("second")

    with ExitStack() as stack:
        stack.enter_context(fetched_link(url))
        thread = threading.Thread(target=second)
        thread.start()
        assert waits.wait(20)
        order.append("first")
        net.forget()
    thread.join(60)
    assert order == ["first", "second"]
    assert _left(scratch) == []


def test_clients_share_no_download(
    net: FakeInternet, plugged: Plugged, scratch: Path, content: bytes
) -> None:
    url = _put_up(net, "shared", content)
    with fetched_link(url, client="a") as one, fetched_link(url, client="b") as other:
        assert one.path != other.path
    assert net.paths().count("/v/shared") == 2


def test_a_channel_is_listed_without_asking_for_its_videos(
    net: FakeInternet, plugged: Plugged, scratch: Path
) -> None:
    def entry(name: str, **more: object) -> dict[str, object]:
        return {"_type": "url", "id": name, "url": f"https://{SITE}/v/{name}", **more}

    net.page(
        "/c/channel",
        {
            "entries": [
                entry("a", title="First\n talk", duration=600, timestamp=1_700_000_000),
                entry("b", title="Short", duration=30.5, upload_date="20260102"),
                entry("live", live_status="is_live"),
                entry("soon", live_status="is_upcoming"),
                entry("was", live_status="was_live"),
                entry("a", title="The same again"),
                {"_type": "url", "id": "evil", "url": "https://127.0.0.1/v/evil"},
                {"_type": "playlist", "entries": [entry("streamed")]},
            ]
        },
    )
    found = list_channel(f"https://{SITE}/c/channel", most=9)
    assert [entry.id for entry in found] == ["a", "b", "was", "streamed"]
    assert found[0].title == "First talk"
    assert found[0].duration_s == 600
    assert found[0].published is not None
    assert found[1].published is not None
    assert found[1].published.date().isoformat() == "2026-01-02"
    assert found[2].url == f"https://{SITE}/v/was"
    assert found[2].title == "Untitled"
    assert net.paths() == ["/c/channel"]
    assert _left(scratch) == []
    assert len(list_channel(f"https://{SITE}/c/channel", most=2)) == 2


def test_the_one_program_that_is_named_may_be_started(
    net: FakeInternet, plugged: Plugged, scratch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(links, "_deno", lambda: sys.executable)
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
        url = _put_up(net, "proxied", content)
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
    monkeypatch.setattr(links, "_deno", lambda: None)

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
        pytest.raises(NoUsableFormat, match=r"fetched, and no JavaScript runtime \(deno\)"),
        fetched_link("https://www.youtube.com/watch?v=abcdefghijk"),
    ):
        pass


def test_a_javascript_runtime_is_found_on_the_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("sysconfig.get_path", lambda _: str(tmp_path / "nothing"))
    assert links._deno() is None
    deno = tmp_path / "deno"
    deno.write_text("#!/bin/sh\n")
    deno.chmod(0o755)
    assert links._deno() == str(deno)
