"""What a hostile site tries, and by which guards it is to be stopped."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.sources.internet import FakeInternet
from tests.sources.places import INSIDE, MEDIA, OUTSIDE, SITE

GUARDS = ("gate", "lookup", "connection", "program")
INNER = f"inner.{SITE}"
"""A name of the site that leads inside."""
FORMAT = {"format_id": "1", "ext": "mp4", "protocol": "https"}


@dataclass(frozen=True)
class Attack:
    """How a site tries to have the inside asked; ``port`` is that of the machine it means."""

    name: str
    prepare: Callable[[FakeInternet, str, int], None]
    """Puts its pages up; the second argument is the path of the page."""
    stopped_by: tuple[str, ...]
    address: str = INSIDE
    names: tuple[tuple[str, tuple[tuple[str, ...], ...]], ...] = ()


def _redirected(target: str, status: int = 302) -> Callable[[FakeInternet, str, int], None]:
    def prepare(net: FakeInternet, path: str, port: int) -> None:
        net.redirect(path, target.format(port=port), status=status)

    return prepare


def _page(**content: Any) -> Callable[[FakeInternet, str, int], None]:
    def prepare(net: FakeInternet, path: str, port: int) -> None:
        net.page(path, json.loads(json.dumps(content).replace("PORT", str(port))))

    return prepare


def _by_way_of_another_host(net: FakeInternet, path: str, port: int) -> None:
    net.redirect(path, f"https://othersite.net{path}")
    net.redirect(path, f"https://{MEDIA}{path}", host="othersite.net")
    net.redirect(path, f"https://{INNER}:{port}/", host=MEDIA)


def _playlist(text: str) -> Callable[[FakeInternet, str, int], None]:
    def prepare(net: FakeInternet, path: str, port: int) -> None:
        content = text.replace("PORT", str(port)).encode()
        net.page(path, {"m3u8": net.file(f"{path}.m3u8", content)})

    return prepare


def _manifest(net: FakeInternet, path: str, port: int) -> None:
    text = f"""<?xml version="1.0"?>
    <MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" mediaPresentationDuration="PT2S">
     <Period><BaseURL>https://{INNER}:{port}/</BaseURL>
      <AdaptationSet mimeType="video/mp4"><Representation id="a" codecs="avc1.4d401e,mp4a.40.2"
       bandwidth="1000" width="320" height="180"><SegmentList duration="1">
        <SegmentURL media="1.mp4"/><SegmentURL media="2.mp4"/>
       </SegmentList></Representation></AdaptationSet></Period></MPD>"""
    net.page(path, {"mpd": net.file(f"{path}.mpd", text.encode())})


INSIDE_NAME = ((INNER, ((INSIDE,),)),)
MEDIA_LIST = "#EXTM3U\n#EXT-X-TARGETDURATION:1\n{}\n#EXT-X-ENDLIST\n"

ATTACKS = (
    Attack(
        "redirect to http and a number",
        _redirected("http://127.0.0.1:{port}/"),
        ("gate", "lookup", "connection"),
    ),
    Attack(
        "redirect to https and a number",
        _redirected("https://127.0.0.1:{port}/", 307),
        ("gate", "lookup", "connection"),
    ),
    Attack(
        "redirect to an IPv6 number",
        _redirected("https://[::1]:{port}/", 308),
        ("gate", "lookup", "connection"),
        address="::1",
    ),
    Attack(
        "redirect to a name that leads inside",
        _redirected(f"https://{INNER}:{{port}}/"),
        ("lookup", "connection"),
        names=INSIDE_NAME,
    ),
    Attack(
        "redirect by way of other hosts",
        _by_way_of_another_host,
        ("lookup", "connection"),
        names=INSIDE_NAME,
    ),
    Attack(
        "redirect to a name of the machine",
        _redirected("https://localhost:{port}/"),
        ("gate", "lookup", "connection"),
        names=(("localhost", ((INSIDE,),)),),
    ),
    Attack(
        "a name that leads outside first and inside then",
        _page(formats=[{**FORMAT, "url": f"https://{SITE}:PORT/a.mp4"}]),
        ("lookup", "connection"),
        names=((SITE, ((OUTSIDE,), (INSIDE,))),),
    ),
    Attack(
        "a name that leads to both at once",
        _redirected(f"https://{INNER}:{{port}}/"),
        ("lookup", "connection"),
        names=((INNER, ((INSIDE, OUTSIDE),)),),
    ),
    Attack(
        "media inside",
        _page(formats=[{**FORMAT, "url": f"https://{INNER}:PORT/a.mp4"}]),
        ("lookup", "connection"),
        names=INSIDE_NAME,
    ),
    Attack(
        "a playlist with pieces inside",
        _playlist(MEDIA_LIST.format(f"#EXTINF:1,\nhttps://{INNER}:PORT/1.ts")),
        ("lookup", "connection"),
        names=INSIDE_NAME,
    ),
    Attack(
        "a playlist with pieces at a number",
        _playlist(MEDIA_LIST.format("#EXTINF:1,\nhttp://127.0.0.1:PORT/1.ts")),
        ("gate", "lookup", "connection"),
    ),
    Attack(
        "a playlist whose key lies inside",
        _playlist(
            MEDIA_LIST.format(
                f'#EXT-X-KEY:METHOD=AES-128,URI="https://{INNER}:PORT/k"\n#EXTINF:1,\n'
                f"https://{MEDIA}/piece.ts"
            )
        ),
        ("lookup", "connection"),
        names=INSIDE_NAME,
    ),
    Attack(
        "a playlist whose beginning lies inside",
        _playlist(
            MEDIA_LIST.format(
                f'#EXT-X-MAP:URI="https://{INNER}:PORT/i.mp4"\n#EXTINF:1,\nhttps://{MEDIA}/piece.ts'
            )
        ),
        ("lookup", "connection"),
        names=INSIDE_NAME,
    ),
    Attack(
        "a playlist of playlists inside",
        _playlist(
            f"#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1000,RESOLUTION=320x180\n"
            f"https://{INNER}:PORT/list.m3u8\n"
        ),
        ("lookup", "connection"),
        names=INSIDE_NAME,
    ),
    Attack("a manifest with pieces inside", _manifest, ("lookup", "connection"), names=INSIDE_NAME),
    Attack(
        "captions inside",
        _page(
            formats=[{**FORMAT, "url": f"https://{MEDIA}/piece.ts"}],
            subtitles={"en": [{"ext": "vtt", "url": f"https://{INNER}:PORT/en.vtt"}]},
            language="en",
        ),
        ("lookup", "connection"),
        names=INSIDE_NAME,
    ),
    Attack(
        "a lookup past Python's", _page(act="connect_past_the_lookup", port="PORT"), ("connection",)
    ),
    Attack("a connection by name", _page(act="connect_by_name", port="PORT"), ("connection",)),
    Attack("a connection that tells", _page(act="connect_ex", port="PORT"), ("connection",)),
    Attack("a mapped address", _page(act="connect_mapped", port="PORT"), ("connection",)),
)


ADDRESSES = (
    "10.0.0.1",
    "127.0.0.1",
    "169.254.169.254",
    "172.16.0.1",
    "192.168.1.1",
    "100.64.0.1",
    "0.0.0.0",
    "224.0.0.1",
    "168.63.129.16",
    "::1",
    "::",
    "fd00:ec2::254",
    "fe80::1",
    "::ffff:169.254.169.254",
    "64:ff9b::a9fe:a9fe",
    "2002:7f00:1::",
    "ff02::1",
)

REDIRECTS = (
    ("http://cdn.fakemedia.net/a.mp4", "not http:"),
    ("ftp://cdn.fakemedia.net/a.mp4", "not ftp:"),
    ("file:///etc/passwd", "not file:"),
    ("data:application/json,{}", "not data:"),
    ("https://user:secret@cdn.fakemedia.net/", "user name"),
    ("https://2130706433/", "by its number"),
    ("https://0x7f000001/", "by its number"),
    ("https://intranet/", "no name of the internet"),
    ("https://metadata.google.internal/", "no name of the internet"),
)
