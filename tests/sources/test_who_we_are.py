"""No site is told that we are a browser, somebody else's robot, or somebody new each time."""

from __future__ import annotations

import re

from clipping.sources.links import fetched_link
from clipping.sources.ytdlp import USER_AGENT
from tests.sources.conftest import Plugged
from tests.sources.internet import FakeInternet
from tests.sources.pieces import put_up

USUAL = {"host", "user-agent", "accept", "accept-language", "accept-encoding", "connection"}
APP = "com.fakesite.android/21 (Linux; U; Android 11)"
NAMES = (
    "Googlebot",
    "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
    "WhatsApp/2.0",
    "curl",
)


def test_every_request_says_who_asks(net: FakeInternet, plugged: Plugged, content: bytes) -> None:
    captions = {"en": [{"ext": "vtt", "url": net.file("/who.vtt", b"WEBVTT\n")}]}
    with fetched_link(put_up(net, "who", content, subtitles=captions)) as fetched:
        assert fetched.captions is not None
    assert {asked.path for asked in net.asked} >= {"/v/who", "/who.mp4", "/who.vtt"}
    assert {asked.headers["user-agent"] for asked in net.asked} == {USER_AGENT}
    assert {name for asked in net.asked for name in asked.headers} <= USUAL | {"range"}
    assert re.fullmatch(r"clipper yt-dlp/[0-9.]+", USER_AGENT)


def test_an_extractor_cannot_ask_under_the_name_of_somebody_else(
    net: FakeInternet, plugged: Plugged, content: bytes
) -> None:
    ask = net.page("/api", {})
    wanted = {"act": "ask_as_others", "ask": ask, "names": [*NAMES, APP]}
    with fetched_link(put_up(net, "others", content, **wanted)) as fetched:
        assert fetched.path.read_bytes() == content
    asked = [one for one in net.asked if one.path == "/api"]
    # A site's own app is named for what it asks: another name would get another answer.
    assert [one.headers["user-agent"] for one in asked] == [USER_AGENT] * len(NAMES) + [
        APP,
        USER_AGENT,
    ]
    assert {name for one in asked for name in one.headers} <= USUAL
