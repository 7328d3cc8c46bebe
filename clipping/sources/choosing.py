"""What to take of what a site offers: which tracks, which captions. Pure."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from clipping.sources.exchange import Declined

FORMAT_ORDER = ("lang", "res:1080", "vcodec:h264", "hdr:sdr", "acodec:aac")
"""For yt-dlp's ``format_sort``: the original sound, then the largest picture whose shorter side has
at most 1080 pixels, in H.264 where there is a choice: AV1 takes several times as long to decode,
for every clip anew."""

PROTOCOLS = ("https", "m3u8", "m3u8_native", "http_dash_segments")

_HUMAN_KINDS = ("vtt", "srt", "json3", "ass")
_AUTOMATIC_KINDS = ("json3", "vtt", "srt")
"""Only json3 times each word."""

_NO_CAPTIONS = {"live_chat", "rechat", "danmaku", "comments"}
_ORIGINAL = "-orig"
_MADE_BY_MACHINE = re.compile(r"(-x)?-(autogen|asr)$")

Kind = Literal["both", "video", "audio"]
Offered = Mapping[str, Any]
"""One of yt-dlp's dictionaries: of a format, of captions, or of the whole video."""


@dataclass(frozen=True)
class Track:
    """One file to fetch."""

    kind: Kind
    offered: Offered
    name: str
    """Of the file. Another encoding of the same video has another name, so what is there of one is
    never taken for the beginning of the other."""
    size_bytes: int | None
    """As far as the site says."""
    exact: bool


@dataclass(frozen=True)
class ChosenCaptions:
    """Captions to fetch; ``kind`` is who wrote them, ``suffix`` the format with its dot."""

    kind: Literal["human", "automatic"]
    language: str
    suffix: str
    offered: Offered


def choose_tracks(formats: Sequence[Offered]) -> tuple[Track, ...]:
    """Picture and sound apart where that gives the better picture, else one file of both.

    :param formats: Sorted by :data:`FORMAT_ORDER`, the best last.
    :raises Declined: Nothing can be fetched, or nothing with picture and sound.
    """
    usable = [offered for offered in formats if _usable(offered)]
    pictures = [offered for offered in usable if _has(offered, "vcodec")]
    if not pictures:
        raise Declined("no_format" if not usable else "no_picture")
    best = pictures[-1]
    if _has(best, "acodec"):
        return (_track("both", best),)
    sounds = [f for f in usable if _has(f, "acodec") and not _has(f, "vcodec")]
    if sounds:
        return (_track("video", best), _track("audio", sounds[-1]))
    both = [offered for offered in pictures if _has(offered, "acodec")]
    if not both:
        raise Declined("no_sound")
    return (_track("both", both[-1]),)


def shares(tracks: Sequence[Track]) -> tuple[float, ...]:
    """What part of the whole work each track is; together 1."""
    sizes = [track.size_bytes for track in tracks]
    known = [size for size in sizes if size]
    if len(known) < len(sizes):
        return (1 / len(tracks),) * len(tracks)
    return tuple(size / sum(known) for size in known)


def choose_captions(info: Offered, tracks: Iterable[Track]) -> ChosenCaptions | None:
    """The captions of what is spoken: people's where there are any, else the site's own.

    None when there are none, or none that are known to be in the video's language.
    """
    automatic = info.get("automatic_captions") or {}
    written = {
        key: found
        for key, found in (info.get("subtitles") or {}).items()
        if key not in _NO_CAPTIONS and _readable(found, _HUMAN_KINDS)
    }
    spoken = spoken_language(info, tracks)
    key = _closest(written, spoken)
    if key is None and spoken is None and len(written) == 1:
        key = next(iter(written))
    if key is not None:
        offered = _readable(written[key], _HUMAN_KINDS)
        machine = _MADE_BY_MACHINE.search(key) or info.get("extractor_key") == "TikTok"
        return _chosen("automatic" if machine else "human", key, offered)
    originals = {
        key: _readable(found, _AUTOMATIC_KINDS)
        for key, found in automatic.items()
        if _readable(found, _AUTOMATIC_KINDS)
    }
    key = _closest(originals, f"{spoken}{_ORIGINAL}" if spoken else None)
    return None if key is None else _chosen("automatic", key, originals[key])


def spoken_language(info: Offered, tracks: Iterable[Track]) -> str | None:
    """BCP 47, as far as the site says or its own captions tell; None when unknown."""
    heard = [track.offered.get("language") for track in tracks if track.kind != "video"]
    for language in (*heard, info.get("language")):
        if isinstance(language, str) and language not in ("", "und"):
            return language
    for key in info.get("automatic_captions") or {}:
        if key.endswith(_ORIGINAL):
            return str(key.removesuffix(_ORIGINAL))
    return None


def _usable(offered: Offered) -> bool:
    return (
        offered.get("protocol") in PROTOCOLS
        and str(offered.get("url", "")).startswith("https://")
        and offered.get("has_drm") in (None, False, "maybe")
        and (_has(offered, "vcodec") or _has(offered, "acodec"))
    )


def _has(offered: Offered, codec: str) -> bool:
    """yt-dlp says ``none`` for what is not there, and nothing where it does not know."""
    return offered.get(codec) != "none"


def _track(kind: Kind, offered: Offered) -> Track:
    exact = offered.get("filesize")
    size = exact or offered.get("filesize_approx")
    parts = [
        offered.get(key)
        for key in ("format_id", "protocol", "vcodec", "acodec", "width", "height", "filesize")
    ]
    digest = hashlib.sha256(json.dumps(parts, default=str).encode()).hexdigest()[:12]
    suffix = str(offered.get("ext") or "")
    plain = suffix if re.fullmatch(r"[a-z0-9]{1,5}", suffix) else "bin"
    return Track(
        kind=kind,
        offered=offered,
        name=f"{kind}-{digest}.{plain}",
        size_bytes=int(size) if isinstance(size, int | float) and size > 0 else None,
        exact=bool(exact),
    )


def _readable(found: Iterable[Offered], kinds: Sequence[str]) -> Offered | None:
    """The best kind that a transcriber reads, without what the site translated by machine."""
    for kind in kinds:
        for offered in found:
            translated = "tlang=" in str(offered.get("url", ""))
            if offered.get("ext") == kind and not translated:
                return offered
    return None


def _closest(keys: Collection[str], language: str | None) -> str | None:
    """The key that names the language: just so, else another region's."""
    if language is None:
        return None
    wanted = _plain(language)
    found = sorted(
        (key != language, _plain(key) != wanted, key)
        for key in keys
        if _plain(key).split("-")[0] == wanted.split("-")[0]
    )
    return found[0][-1] if found else None


def _plain(key: str) -> str:
    return _MADE_BY_MACHINE.sub("", key.removesuffix(_ORIGINAL)).lower().replace("_", "-")


def _chosen(
    kind: Literal["human", "automatic"], key: str, offered: Offered | None
) -> ChosenCaptions:
    assert offered is not None
    language = _MADE_BY_MACHINE.sub("", key.removesuffix(_ORIGINAL))
    # It becomes part of a file's name.
    plain = language if re.fullmatch(r"[A-Za-z0-9]{2,8}(-[A-Za-z0-9]{1,8})*", language) else "und"
    return ChosenCaptions(kind, plain, f".{offered['ext']}", offered)
