"""A link becomes a file: yt-dlp itself, in the real child, against a site on loopback."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import NoReturn

import pytest

from clipping import progress
from clipping.errors import (
    NetworkDown,
    ServiceUnavailable,
    UnreadableMedia,
)
from clipping.media.probe import probe
from clipping.sources import links
from clipping.sources.links import fetched_link
from tests.sources.conftest import Plugged
from tests.sources.internet import PROMISED, Answer, Asked, FakeInternet
from tests.sources.pieces import FORMAT, dash, hls, in_pieces, left_in, put_up, talk
from tests.sources.places import MEDIA, SITE
from tests.support.media import make_video


@pytest.fixture
def told() -> Iterator[list[progress.Progress]]:
    events: list[progress.Progress] = []
    with progress.listening(events.append):
        yield events


def test_a_video_comes_with_what_the_site_says_of_it(
    net: FakeInternet,
    plugged: Plugged,
    scratch: Path,
    content: bytes,
    told: list[progress.Progress],
) -> None:
    url = put_up(
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
        kept = [name for name in left_in(scratch) if not name.endswith(".lock")]
        assert kept == ["a-talk-über-größe.mp4", "captions.en.vtt", "fetched.json"]
    assert left_in(scratch) == []
    assert "/de.vtt" not in net.paths()
    assert not any("x-forwarded-for" in asked.headers for asked in net.asked), "no made-up country"
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
    lines = [f"WEBVTT\n\n00:0{n}.000 --> 00:0{n}.900\nLine {n}\n".encode() for n in (0, 1)]
    captions = {"ext": "vtt", "protocol": "m3u8_native", "url": hls(net, f"lines-{kind}", lines)}
    url = net.page(
        f"/v/{kind}",
        {
            kind: make(net, f"in-{kind}", in_pieces(content, 5)),
            "language": "en",
            "subtitles": {"en": [captions]},
        },
    )
    with fetched_link(url) as fetched:
        assert fetched.captions is not None
        text = fetched.captions.path.read_text()
        assert text.startswith("WEBVTT")
        assert text.count("Line 0") == text.count("Line 1") == 1
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
    url = put_up(net, "again", content)
    with pytest.raises(KeyError), fetched_link(url):
        raise KeyError("the database is away")
    net.forget()
    with fetched_link(url) as fetched:
        assert fetched.path.read_bytes() == content
    assert net.asked == []
    assert left_in(scratch) == []


def test_what_turned_out_to_be_useless_is_not_kept(
    net: FakeInternet, plugged: Plugged, scratch: Path, content: bytes
) -> None:
    url = put_up(net, "useless", content)
    with pytest.raises(UnreadableMedia), fetched_link(url):
        raise UnreadableMedia("It is too short.")
    assert left_in(scratch) == []


def test_a_broken_connection_goes_on_where_it_was(
    net: FakeInternet, plugged: Plugged, scratch: Path, tmp_path: Path
) -> None:
    content = talk(tmp_path, padding=600_000)
    url = put_up(net, "broken", content)
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
    assert any(name.endswith(".part") for name in left_in(scratch))
    net.pages[f"{MEDIA}/broken.mp4"] = whole
    net.forget()
    with fetched_link(url) as fetched:
        assert fetched.path.read_bytes() == content
    media = [asked for asked in net.asked if asked.host == MEDIA]
    # The last block before the break may not have been written.
    assert [cut // 2 < asked.begin <= cut for asked in media] == [True]


def test_two_runs_of_a_link_take_turns(
    net: FakeInternet, plugged: Plugged, scratch: Path, content: bytes
) -> None:
    url = put_up(net, "twice", content)
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
    assert left_in(scratch) == []


def test_clients_share_no_download(scratch: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keys: list[str] = []

    def refuse(key: str) -> NoReturn:
        keys.append(key)
        raise KeyError(key)

    monkeypatch.setattr(links, "part_folder", refuse)
    for client, page in (("a", "one"), ("b", "one"), ("a", "two"), ("a", "one#t=3")):
        with pytest.raises(KeyError), fetched_link(f"https://{SITE}/v/{page}", client=client):
            pass
    assert len(set(keys)) == 3
    assert keys[0] == keys[3] == links.link_id("https://FakeSite.com/v/one", client="a")
