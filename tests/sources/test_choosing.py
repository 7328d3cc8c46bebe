"""The best that a site offers for clips is chosen, and its own captions with it."""

from __future__ import annotations

from typing import Any

import pytest
import yt_dlp

from clipping.sources.choosing import (
    FORMAT_ORDER,
    choose_captions,
    choose_tracks,
    shares,
    spoken_language,
)
from clipping.sources.exchange import Declined


def _offer(format_id: str, **more: Any) -> dict[str, Any]:
    return {
        "format_id": format_id,
        "ext": "mp4",
        "protocol": "https",
        "url": f"https://cdn.fakemedia.net/{format_id}",
        "vcodec": "none",
        "acodec": "none",
        **more,
    }


def _picture(format_id: str, height: int, codec: str, **more: Any) -> dict[str, Any]:
    return _offer(format_id, vcodec=codec, height=height, width=height * 16 // 9, **more)


def _sound(format_id: str, codec: str, **more: Any) -> dict[str, Any]:
    return _offer(format_id, acodec=codec, ext="m4a", **more)


def _both(format_id: str, height: int, **more: Any) -> dict[str, Any]:
    return _picture(format_id, height, "avc1.4d401e", acodec="mp4a.40.2", **more)


YOUTUBE = [
    _sound("139", "mp4a.40.5", abr=48),
    _sound("140", "mp4a.40.2", abr=128, language_preference=10),
    _sound("140-dub", "mp4a.40.2", abr=128, language_preference=-1),
    _sound("251", "opus", abr=160, language_preference=10),
    _both("18", 360),
    _picture("137", 1080, "avc1.640028"),
    _picture("136", 720, "avc1.4d401f"),
    _picture("248", 1080, "vp9"),
    _picture("399", 1080, "av01.0.08M.08"),
    _picture("400", 1440, "av01.0.12M.08"),
    _picture("313", 2160, "vp9"),
]


def _sorted(formats: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """By yt-dlp itself, as in a real run."""
    found = [dict(offered) for offered in formats]
    options = {"format_sort": list(FORMAT_ORDER), "quiet": True, "cachedir": False}
    with yt_dlp.YoutubeDL(options, auto_init=False) as ydl:
        ydl.sort_formats({"formats": found})
    return found


def _chosen(formats: list[dict[str, Any]]) -> list[str]:
    return [track.offered["format_id"] for track in choose_tracks(_sorted(formats))]


@pytest.mark.parametrize(
    ("formats", "chosen"),
    [
        pytest.param(YOUTUBE, ["137", "140"], id="H.264 at 1080 and AAC, the original language"),
        pytest.param(
            [f for f in YOUTUBE if f["format_id"] != "137"],
            ["248", "140"],
            id="VP9 rather than AV1, and rather than a smaller H.264",
        ),
        pytest.param(
            [_sound("a", "aac"), _picture("4k", 2160, "vp9"), _picture("2k", 1440, "av01")],
            ["2k", "a"],
            id="the smallest of those that are all larger than 1080",
        ),
        pytest.param(
            [_offer("tall", vcodec="h264", acodec="aac", width=1080, height=1920), _both("s", 720)],
            ["tall"],
            id="1080 is the shorter side of a tall video",
        ),
        pytest.param([_both("a", 360), _both("b", 720)], ["b"], id="one file of both"),
        pytest.param([_picture("v", 1080, "h264"), _both("b", 360)], ["b"], id="sound counts more"),
        pytest.param(
            [_offer("x", vcodec=None, acodec=None)], ["x"], id="what is not known may be both"
        ),
        pytest.param(
            [_both("ok", 360), _both("flash", 1080, protocol="rtmp")],
            ["ok"],
            id="no other protocol",
        ),
        pytest.param(
            [_both("ok", 360), _both("plain", 1080, url="http://a.example.com/")],
            ["ok"],
            id="nothing without encryption on the way",
        ),
        pytest.param([_both("ok", 360), _both("drm", 1080, has_drm=True)], ["ok"], id="no DRM"),
    ],
)
def test_the_best_picture_up_to_1080_is_chosen(
    formats: list[dict[str, Any]], chosen: list[str]
) -> None:
    assert _chosen(formats) == chosen


@pytest.mark.parametrize(
    ("formats", "code"),
    [
        ([], "no_format"),
        ([_offer("story", protocol="mhtml")], "no_format"),
        ([_sound("a", "aac")], "no_picture"),
        ([_picture("v", 720, "h264")], "no_sound"),
    ],
)
def test_a_video_without_what_clips_need_is_declined(
    formats: list[dict[str, Any]], code: str
) -> None:
    with pytest.raises(Declined) as caught:
        choose_tracks(formats)
    assert caught.value.code == code


def test_another_encoding_has_another_name_and_the_same_one_the_same() -> None:
    first = choose_tracks([_both("a", 720, filesize=100)])[0]
    assert (
        choose_tracks([_both("a", 720, filesize=100, url="https://b.example/x")])[0].name
        == first.name
    )
    for other in (_both("a", 720, filesize=101), _both("a", 480, filesize=100), _both("b", 720)):
        assert choose_tracks([other])[0].name != first.name
    odd = choose_tracks([_both("a", 720, ext="../../x")])[0].name
    assert odd.endswith(".bin")
    assert "/" not in odd


def test_the_shares_of_tracks_are_their_sizes_where_all_are_known() -> None:
    video, audio = _picture("v", 720, "h264", filesize=300), _sound("a", "aac", filesize_approx=100)
    assert shares(choose_tracks([audio, video])) == (0.75, 0.25)
    assert shares(choose_tracks([_sound("a", "aac"), video])) == (0.5, 0.5)


def _track(*kinds: str, url: str = "https://a.example.com/c") -> list[dict[str, Any]]:
    return [{"ext": kind, "url": f"{url}?fmt={kind}"} for kind in kinds]


YOUTUBE_KINDS = ("json3", "srv1", "srv2", "srv3", "ttml", "srt", "vtt")


@pytest.mark.parametrize(
    ("info", "expected"),
    [
        pytest.param({}, None, id="none"),
        pytest.param(
            {"language": "en", "subtitles": {"de": _track("vtt"), "en": _track(*YOUTUBE_KINDS)}},
            ("human", "en", ".vtt"),
            id="people's, in the language that is spoken",
        ),
        pytest.param(
            {
                "language": "en",
                "subtitles": {"en-GB": _track("vtt")},
                "automatic_captions": {"en-orig": _track("json3"), "en": _track("json3")},
            },
            ("human", "en-GB", ".vtt"),
            id="people's of another region before automatic ones",
        ),
        pytest.param(
            {
                "language": "en",
                "subtitles": {"de": _track("vtt")},
                "automatic_captions": {
                    "de": _track(*YOUTUBE_KINDS, url="https://a.example.com/c?tlang=de"),
                    "en": _track(*YOUTUBE_KINDS),
                    "en-orig": _track(*YOUTUBE_KINDS),
                },
            },
            ("automatic", "en", ".json3"),
            id="automatic ones with times of words before another language",
        ),
        pytest.param(
            {
                "automatic_captions": {
                    "ab": _track("json3", url="https://a.example.com/c?tlang=ab"),
                    "de-orig": _track("json3"),
                }
            },
            ("automatic", "de", ".json3"),
            id="the site's own captions tell the language",
        ),
        pytest.param(
            {"language": "de", "automatic_captions": {"en": _track("json3")}},
            None,
            id="none in the language that is spoken",
        ),
        pytest.param(
            {"subtitles": {"fr": _track("srt"), "live_chat": _track("json3")}},
            ("human", "fr", ".srt"),
            id="the only ones of an unknown language; a chat is none",
        ),
        pytest.param(
            {"subtitles": {"fr": _track("srt"), "de": _track("srt")}},
            None,
            id="several of an unknown language",
        ),
        pytest.param(
            {"language": "en", "subtitles": {"en-x-autogen": _track("vtt")}},
            ("automatic", "en", ".vtt"),
            id="made by a machine though listed as written",
        ),
        pytest.param(
            {"language": "en", "subtitles": {"en": _track("ttml", "srv1")}},
            None,
            id="no kind that is read",
        ),
        pytest.param(
            {"language": "../e", "subtitles": {"../e": _track("vtt")}},
            ("human", "und", ".vtt"),
            id="a name that is no language is not made a file's name",
        ),
    ],
)
def test_captions_are_chosen(info: dict[str, Any], expected: tuple[str, str, str] | None) -> None:
    chosen = choose_captions(info, ())
    assert (chosen and (chosen.kind, chosen.language, chosen.suffix)) == expected


def test_the_sound_that_was_chosen_tells_the_language_first() -> None:
    tracks = choose_tracks([_picture("v", 720, "h264"), _sound("a", "aac", language="de")])
    assert spoken_language({"language": "en"}, tracks) == "de"
