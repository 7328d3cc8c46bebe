"""A download that goes on is of the file that it began with, and within the same limits."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from clipping.errors import NetworkDown, TooLarge, TooLong
from clipping.settings import settings
from clipping.sources.links import fetched_link
from clipping.sources.whole_file import _marks, is_same
from tests.sources.batch import batch_job, error_of, run_batch
from tests.sources.conftest import Plugged
from tests.sources.internet import PROMISED, Answer, Asked, FakeInternet
from tests.sources.pieces import FORMAT, hls, left_in, put_up
from tests.sources.places import MEDIA, SITE


def _serve(net: FakeInternet, content: bytes, marks: dict[str, str], *, whole: bool) -> None:
    """Put the file up; unless ``whole`` each answer breaks off half-way of what it promises."""

    def answer(asked: Asked) -> Answer:
        rest = content[asked.begin :]
        more = dict(marks)
        if asked.begin:
            more["Content-Range"] = f"bytes {asked.begin}-{len(content) - 1}/{len(content)}"
        if not whole:
            more[PROMISED] = str(len(rest))
            rest = rest[: len(rest) // 2]
        # With a status that is not 200 the server leaves the range to this page.
        return (206 if asked.begin else 203), more, rest

    net.pages[f"{MEDIA}/changed.mp4"] = answer


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param({"ETag": '"a"'}, {"ETag": '"b"'}, id="another ETag"),
        pytest.param(
            {"Last-Modified": "Thu, 01 Oct 2026 00:00:00 GMT"},
            {"Last-Modified": "Fri, 02 Oct 2026 00:00:00 GMT"},
            id="another date",
        ),
        pytest.param({}, {}, id="another length"),
    ],
)
def test_a_file_that_changed_at_the_site_is_begun_anew(
    before: dict[str, str],
    after: dict[str, str],
    net: FakeInternet,
    plugged: Plugged,
    scratch: Path,
    content: bytes,
) -> None:
    url = put_up(net, "changed", content)
    other = b"\x55" * (len(content) + (0 if before else 1))
    _serve(net, other, before, whole=False)
    with pytest.raises(NetworkDown), fetched_link(url):
        pass
    assert any(name.endswith(".mp4.part") for name in left_in(scratch))
    _serve(net, content, after, whole=True)
    with fetched_link(url) as fetched:
        assert fetched.path.read_bytes() == content
        assert not any("origin" in name for name in left_in(scratch))


@pytest.mark.parametrize(
    ("noted", "offered", "same"),
    [
        ({"etag": "a", "modified": "x", "length": "1"}, {"etag": "a", "modified": "y"}, True),
        ({"etag": "a"}, {"etag": "b"}, False),
        ({"etag": "a", "length": "1"}, {"etag": "a", "length": "2"}, False),
        ({"modified": "x"}, {"modified": "y"}, False),
        ({"modified": "x"}, {"etag": "a"}, True),
        ({}, {}, True),
        (None, {"etag": "a"}, False),
    ],
)
def test_a_file_is_known_again_by_what_the_site_tells_of_it(
    noted: dict[str, str] | None, offered: dict[str, str], same: bool
) -> None:
    assert is_same(noted, offered) is same


@pytest.mark.parametrize(
    ("headers", "length"),
    [
        ({"Content-Length": "10"}, "10"),
        ({"Content-Length": "5", "Content-Range": "bytes 5-9/10"}, "10"),
        ({"Content-Length": "5", "Content-Range": "bytes 5-9/*"}, None),
        ({"Content-Length": "5", "Content-Encoding": "gzip"}, None),
        ({}, None),
    ],
)
def test_the_length_of_a_file_is_that_of_the_whole(
    headers: dict[str, str], length: str | None
) -> None:
    assert _marks(SimpleNamespace(get_header=headers.get)).get("length") == length


def test_a_video_whose_length_the_site_does_not_tell_may_still_be_too_long(
    net: FakeInternet,
    plugged: Plugged,
    scratch: Path,
    content: bytes,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    url = put_up(net, "untold", content)
    plain = settings().model_copy(update={"max_source_minutes": 1 / 60})
    monkeypatch.setattr("clipping.sources.links.settings", lambda: plain)
    with pytest.raises(TooLong, match="CLIPPER_MAX_SOURCE_MINUTES"), fetched_link(url):
        pass
    assert left_in(scratch) == []


def test_captions_in_pieces_are_whole_and_not_without_end(
    net: FakeInternet, tmp_path: Path, content: bytes
) -> None:
    pieces = [b"WEBVTT\n\n00:00.000 --> 00:01.000\n" + b"a" * 3_000 + b"\n"] * 8
    playlist = hls(net, "captions", pieces)
    del net.pages[f"{MEDIA}/captions/7.mp4"]
    cut = hls(net, "cut", pieces)
    del net.pages[f"{MEDIA}/cut/2.mp4"]
    media = net.file("/with-captions.mp4", content)
    cases = []
    for name, listed in (("endless", playlist), ("cut", cut)):
        captions = {"en": [{"ext": "vtt", "url": listed, "protocol": "m3u8_native"}]}
        page = {
            "formats": [{**FORMAT, "url": media}],
            "subtitles": captions,
            "language": "en",
        }
        net.page(f"/v/{name}", page)
        job = batch_job(f"https://{SITE}/v/{name}", tmp_path / name)
        patches = {"ytdlp.LARGEST_PAGE_BYTES": 10_000} if name == "endless" else {}
        cases.append({"job": job, "patches": patches})
    for answer in run_batch(net, cases):
        assert answer["kind"] == "done"
        assert answer["video"]["captions"] is None
    asked = [path for path in net.paths() if path.startswith("/captions/")]
    assert len(asked) < len(pieces), "it stops at the limit"


def test_a_file_that_says_it_is_too_large_is_not_fetched_up_to_the_limit(
    net: FakeInternet, tmp_path: Path
) -> None:
    url = put_up(net, "huge", b"x" * 40_000_000)
    [answer] = run_batch(net, [{"job": batch_job(url, tmp_path / "huge", max_bytes=39_000_000)}])
    assert isinstance(error_of(answer), TooLarge)
    assert net.sent[f"{MEDIA}/huge.mp4"] < 20_000_000, "what the sockets hold, and no more"
