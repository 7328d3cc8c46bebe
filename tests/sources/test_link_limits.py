"""What is not wanted is refused early, in a sentence, and leaves nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from clipping.errors import (
    ClippingError,
    DiskFull,
    DrmProtected,
    FetchFailed,
    GeoBlocked,
    LinkRefused,
    LiveStream,
    LoginNeeded,
    NetworkDown,
    NotOneVideo,
    NoUsableFormat,
    RateLimited,
    RemovedVideo,
    ServiceUnavailable,
    SiteChanged,
    TooLarge,
    TooLong,
    UnreadableMedia,
    UnsafeUrl,
)
from clipping.sources.choosing import choose_tracks
from clipping.sources.links import fetched_link
from tests.sources.batch import batch_job, error_of, run_batch
from tests.sources.conftest import Plugged
from tests.sources.internet import FakeInternet
from tests.sources.pieces import FORMAT, hls, left_in, put_up
from tests.sources.places import MEDIA, SITE

MEDIA_URL = f"https://{MEDIA}/a.mp4"
TWO = [{"_type": "url", "url": f"https://{SITE}/v/a"}] * 2
UNWANTED: dict[str, tuple[dict[str, Any], type[LinkRefused]]] = {
    "live": ({"live_status": "is_live"}, LiveStream),
    "live without a word": ({"is_live": True}, LiveStream),
    "announced": ({"live_status": "is_upcoming"}, LiveStream),
    "just over": ({"live_status": "post_live"}, LiveStream),
    "premiere": ({"raise": "expected", "message": "Premieres in 4 hours"}, LiveStream),
    "too long": ({"duration": 3601}, TooLong),
    "several": ({"entries": TWO}, NotOneVideo),
    "none": ({"formats": []}, NoUsableFormat),
    "encrypted": ({"raise": "drm"}, DrmProtected),
    "too large": ({"formats": [{**FORMAT, "filesize": 10**12, "url": MEDIA_URL}]}, TooLarge),
    "insecure": ({"formats": [{**FORMAT, "url": "http://cdn.fakemedia.net/a"}]}, NoUsableFormat),
    "only sound": ({"formats": [{**FORMAT, "vcodec": "none", "url": MEDIA_URL}]}, NoUsableFormat),
}


@pytest.fixture(scope="module")
def refusals(
    net: FakeInternet, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, tuple[ClippingError | None, list[str]]]:
    """What each page came to, and what it left in its folder."""
    folder = tmp_path_factory.mktemp("unwanted")
    cases = []
    for number, (page, _) in enumerate(UNWANTED.values()):
        url = net.page(f"/v/{number}", {"formats": [{**FORMAT, "url": MEDIA_URL}], **page})
        cases.append({"job": batch_job(url, folder / str(number))})
    answers = run_batch(net, cases)
    assert {asked.host for asked in net.asked} == {SITE}, "no media was asked for"
    return {
        name: (error_of(answer), left_in(folder / str(number)))
        for number, (name, answer) in enumerate(zip(UNWANTED, answers, strict=True))
    }


@pytest.mark.parametrize("name", UNWANTED)
def test_what_is_not_one_finished_video_is_refused_before_its_media_is_asked(
    name: str, refusals: dict[str, tuple[ClippingError | None, list[str]]]
) -> None:
    error, left = refusals[name]
    assert type(error) is UNWANTED[name][1], error
    assert left == []


NOWHERE = "https://nowhere.example.org/a.mp4"
TROUBLES: dict[str, tuple[dict[str, Any], type[ClippingError]]] = {
    "another country": ({"raise": "geo"}, GeoBlocked),
    "signed-in only": ({"raise": "login"}, LoginNeeded),
    "nobody there": ({"raise": "not_live"}, LiveStream),
    "other pages": ({"raise": "unexpected", "message": "Unable to extract x"}, SiteChanged),
    "a bug": ({"raise": "bug", "message": "https://a.example.com/?token=hidden"}, FetchFailed),
    "no such name": ({"formats": [{**FORMAT, "url": NOWHERE}]}, NetworkDown),
    "media refused": ({"status": 403}, ServiceUnavailable),
    "media gone": ({"status": 404}, RemovedVideo),
    "media too often": ({"status": 429}, RateLimited),
    "media server broken": ({"status": 503}, ServiceUnavailable),
    "too large as it comes": ({"most": 150_000}, TooLarge),
    "no space": ({"patches": {"fetching._SPARE_BYTES": 1 << 60}}, DiskFull),
    "disk full": ({"full": "https"}, DiskFull),
    "disk full in pieces": ({"full": "m3u8_native"}, DiskFull),
}


@pytest.fixture(scope="module")
def troubles(
    net: FakeInternet, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, ClippingError | None]:
    folder = tmp_path_factory.mktemp("troubles")
    cases = []
    for number, (page, _) in enumerate(TROUBLES.values()):
        path = folder / str(number)
        url = net.page(f"/v/t{number}", {"formats": _formats(net, path, page), **page})
        job = batch_job(url, path, max_bytes=page.get("most", 10**9))
        cases.append({"job": job, "patches": page.get("patches", {})})
    errors = dict(zip(TROUBLES, map(error_of, run_batch(net, cases)), strict=True))
    large, full = (list(TROUBLES).index(name) for name in ("too large as it comes", "no space"))
    asked = [path for path in net.paths() if path.startswith((f"/list{large}/", f"/{full}.mp4"))]
    assert asked == [f"/list{large}/{name}" for name in ("list.m3u8", "0.mp4", "1.mp4")]
    return errors


def _formats(net: FakeInternet, folder: Path, page: dict[str, Any]) -> list[dict[str, Any]]:
    """One format, which the server refuses with a status, or whose file is on a full disk."""
    url = f"https://{MEDIA}/{folder.name}.mp4"
    more = {"Retry-After": "90"}
    net.pages[url.removeprefix("https://")] = (page.get("status", 200), more, b"x" * 100_000)
    protocol = page.get("full", "m3u8_native" if "most" in page else "https")
    if protocol == "m3u8_native":
        url = hls(net, f"list{folder.name}", [b"x" * 100_000] * 4)
    offered = {**FORMAT, "protocol": protocol, "url": url}
    if "full" in page:
        folder.mkdir()
        piece = "" if page["full"] == "https" else ".part-Frag1"
        part = folder / f"{choose_tracks([offered])[0].name}{piece}.part"
        part.symlink_to("/dev/full")
    return [offered]


@pytest.mark.parametrize("name", TROUBLES)
def test_what_goes_wrong_on_the_way_is_told_as_what_it_is(
    name: str, troubles: dict[str, ClippingError | None]
) -> None:
    error = troubles[name]
    assert type(error) is TROUBLES[name][1], error
    assert "hidden" not in str(error)
    if isinstance(error, RateLimited):
        assert error.retry_after_s == 90


def test_a_live_stream_leaves_nothing_behind(
    net: FakeInternet, plugged: Plugged, scratch: Path, content: bytes
) -> None:
    url = put_up(net, "unwanted", content, live_status="is_live")
    with pytest.raises(LiveStream, match="is live; try again when it is over"), fetched_link(url):
        pass
    assert net.paths() == ["/v/unwanted"]
    assert left_in(scratch) == []


def test_captions_that_do_not_come_are_a_note_and_no_error(
    net: FakeInternet, plugged: Plugged, scratch: Path, content: bytes
) -> None:
    captions = {"en-orig": [{"ext": "json3", "url": f"https://{MEDIA}/nothing"}]}
    url = put_up(net, "mute", content, automatic_captions=captions)
    with fetched_link(url) as fetched:
        assert fetched.captions is None
        assert fetched.language == "en"
        assert fetched.notes == ("FakeSite offers captions, but did not hand them out.",)


CUE = "WEBVTT\n\n00:{:02}.000 --> 00:{:02}.900\n" + "word " * 600 + "\n\n"


@pytest.mark.parametrize(
    ("name", "text"), [("endless", CUE), ("senseless", "WEBVTT\n\nno captions {} {}")]
)
def test_captions_in_pieces_without_end_or_sense_are_a_note_and_no_error(
    name: str, text: str, net: FakeInternet, plugged: Plugged, scratch: Path, content: bytes
) -> None:
    pieces = [text.format(number, number).encode() for number in range(9)]
    lines = {"ext": "vtt", "protocol": "m3u8_native", "url": hls(net, name, pieces)}
    url = put_up(net, f"talk-{name}", content, subtitles={"en": [lines]})
    plugged(patches={"ytdlp.LARGEST_PAGE_BYTES": 10_000})
    with fetched_link(url) as fetched:
        assert fetched.captions is None
        assert fetched.notes == ("FakeSite offers captions, but did not hand them out.",)
    assert f"/{name}/8.mp4" not in net.paths()


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
    text = f"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nhttp://127.0.0.1:{port}/a.ts\n"
    url = put_up(net, "text", text.encode())
    with pytest.raises(UnreadableMedia, match="neither video nor sound"), fetched_link(url):
        pass
    assert net.hits.get("playlist as video", 0) == 0
    assert left_in(scratch) == []
