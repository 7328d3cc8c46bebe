"""What a failure of a download means: one error of ours, in one sentence that says what to do.

A pure table. The phrases are those of yt-dlp 2026.10.26 and of the sites, as it passes them on;
the first rule that fits counts, so the more telling ones come first.
"""

from __future__ import annotations

import errno
import re
from collections.abc import Callable
from dataclasses import dataclass

from clipping.errors import (
    AgeRestricted,
    BotCheck,
    ClippingError,
    DiskFull,
    DrmProtected,
    FetchFailed,
    GeoBlocked,
    LinkRefused,
    LiveStream,
    LoginNeeded,
    MembersOnly,
    NetworkDown,
    NotOneVideo,
    NoUsableFormat,
    PrivateVideo,
    RateLimited,
    RemovedVideo,
    ServiceUnavailable,
    SiteChanged,
    TooLarge,
    TooLong,
    UnsafeUrl,
    UnsupportedLink,
    UnusableCookies,
)
from clipping.sources.exchange import Failure
from clipping.timing import timecode

_COOKIES = "give this client a cookies file of an account that may see it"
_UPLOAD = "or upload the file"


@dataclass(frozen=True)
class _Rule:
    pattern: re.Pattern[str]
    error: type[ClippingError]
    sentence: str
    """``{site}`` is filled in."""


def _rule(pattern: str, error: type[ClippingError], sentence: str) -> _Rule:
    return _Rule(re.compile(pattern, re.IGNORECASE), error, sentence)


RULES = (
    _rule(
        r"DRM protected|SAMPLE-AES",
        DrmProtected,
        "{site} encrypts this video against copying; only its owner can give the file.",
    ),
    _rule(
        r"in your country|in your region|from your location|geo.?restrict|geo.?block"
        r"|due to your location",
        GeoBlocked,
        "{site} does not show this video in the country of this machine; ask its owner for the "
        "file.",
    ),
    _rule(
        r"not a bot|captcha|TLS fingerprint|IP may be blocked|IP address is blocked"
        r"|solve JS challenge|extract challenge data|fresh cookies",
        BotCheck,
        f"{{site}} takes this machine for a robot; wait some hours, {_COOKIES}, {_UPLOAD}.",
    ),
    _rule(
        r"rate.?limited|rate limit exceeded|too many requests|HTTP Error 429",
        RateLimited,
        "{site} asks for a pause: too many requests came from this machine.",
    ),
    _rule(
        r"Got error: HTTP Error [45]",
        ServiceUnavailable,
        "{site} does not send the whole video just now; the next try goes on where it was.",
    ),
    _rule(
        r"Got error:",
        NetworkDown,
        "The connection to {site} broke again and again; the next try goes on where it was.",
    ),
    _rule(
        r"confirm your age|age.?restricted|inappropriate for some|NSFW|not be comfortable for some"
        r"|restricted video|18 years old",
        AgeRestricted,
        f"{{site}} shows this video to signed-in adults only; {_COOKIES}, {_UPLOAD}.",
    ),
    _rule(
        r"members-only|members on level|subscriber-only|requires payment|premium members|\bpaid\b"
        r"|channel's members|rent or buy",
        MembersOnly,
        f"{{site}} shows this video only to members or subscribers; {_COOKIES}, {_UPLOAD}.",
    ),
    _rule(
        r"private video|video is private|playlist is private|account is (likely either )?private"
        r"|protected tweet|not authorized|permission to view this post|who follow this account"
        r"|protected by a password|wrong (video )?password",
        PrivateVideo,
        "This video is private; its owner must make it public or unlisted, or the client give "
        "the cookies of an account that was invited.",
    ),
    _rule(
        r"live event will begin|premieres? (in|will)|live event is scheduled|not started yet"
        r"|not yet started|not currently live|live(stream)? (event )?has ended"
        r"|not downloadable yet|is offline|live stream recording is not available",
        LiveStream,
        "This is not a finished recording on {site}; try again when the stream is over and can be "
        "played from its start.",
    ),
    _rule(
        r"app is not available|not available on this app|latest version of youtube",
        SiteChanged,
        "{site} refuses the installed yt-dlp; update it.",
    ),
    _rule(
        r"did not get any data|downloaded file is empty|fragment \d+ not found",
        ServiceUnavailable,
        "{site} does not send the whole video just now; the next try goes on where it was.",
    ),
    _rule(
        r"format is not available|no video formats|ffmpeg could not be found"
        r"|initialization fragment found after",
        NoUsableFormat,
        "{site} offers this video in no form that can be fetched.",
    ),
    _rule(
        r"removed by|has been removed|was deleted|been deleted|no longer (available|exists?)"
        r"|terminated|suspended|does not exist|doesn.t exist|video unavailable|is unavailable"
        r"|(isn.t|is not|not) available|channel .* not found|space not found|replay is disabled"
        r"|HTTP Error (404|410)|copyright (claim|grounds)",
        RemovedVideo,
        "This video is not on {site} any more, or never was; check the link.",
    ),
    _rule(
        r"sign in|log ?in\b|logged.?in|login|registered users|requires authentication|--cookies",
        LoginNeeded,
        f"{{site}} shows this video to signed-in accounts only; {_COOKIES}, {_UPLOAD}.",
    ),
    _rule(
        r"unsupported url|no suitable extractor",
        UnsupportedLink,
        "This page of {site} is of a kind that is not known to hold a video.",
    ),
    _rule(
        r"no video in this post|no video could be found|is not a video|only images",
        UnsupportedLink,
        "There is no video at this link of {site}.",
    ),
    _rule(
        r"no space left|disk quota exceeded",
        DiskFull,
        "The disk is full: the download of the link needs more space.",
    ),
)

_STATUSES: dict[int, tuple[type[ClippingError], str]] = {
    401: (LoginNeeded, f"{{site}} shows this video to signed-in accounts only; {_COOKIES}."),
    403: (ServiceUnavailable, "{site} refused to send the video (HTTP 403); try again later."),
    404: (RemovedVideo, "This video is not on {site} any more, or never was; check the link."),
    407: (NetworkDown, "The proxy of CLIPPER_LINK_PROXY does not accept its user or password."),
    410: (RemovedVideo, "This video is not on {site} any more; check the link."),
    429: (RateLimited, "{site} asks for a pause: too many requests came from this machine."),
    451: (GeoBlocked, "{site} may not show this video in the country of this machine."),
}

_TYPES: tuple[tuple[str, type[ClippingError], str], ...] = (
    ("CookieLoadError", UnusableCookies, "The client's cookies file cannot be used."),
    ("GeoRestrictedError", GeoBlocked, "{site} does not show this video in this country."),
    ("UserNotLive", LiveStream, "Nobody is live there, and there is no recording at this link."),
    ("UnsupportedError", UnsupportedLink, "This page of {site} is not known to hold a video."),
    ("ProxyError", NetworkDown, "The proxy of CLIPPER_LINK_PROXY cannot be reached just now."),
    (
        "CertificateVerifyError",
        UnsafeUrl,
        "A machine that the link leads to cannot prove that it is who it says.",
    ),
    ("gaierror", NetworkDown, "{site} cannot be found: bring this machine online."),
    ("NameResolutionError", NetworkDown, "{site} cannot be found: bring this machine online."),
    ("TransportError", NetworkDown, "The connection to {site} failed; it goes on where it was."),
    ("IncompleteRead", NetworkDown, "The connection to {site} broke; it goes on where it was."),
    ("ContentTooShortError", NetworkDown, "The connection to {site} broke before the end."),
    ("RegexNotFoundError", SiteChanged, "{site} has changed its pages; update yt-dlp."),
)

_DECLINED: dict[str, tuple[type[LinkRefused] | type[DiskFull] | type[ServiceUnavailable], str]] = {
    "is_live": (LiveStream, "This stream on {site} is live; try again when it is over."),
    "is_upcoming": (LiveStream, "This video on {site} is announced for later; try again then."),
    "post_live": (
        LiveStream,
        "This stream on {site} has just ended; try again when its recording is ready.",
    ),
    "playlist": (NotOneVideo, "This link of {site} leads to several videos; give one of them."),
    "no_list": (UnsupportedLink, "This link of {site} is no channel or playlist."),
    "no_format": (NoUsableFormat, "{site} offers this video in no form that can be fetched."),
    "no_picture": (NoUsableFormat, "There is only sound at this link of {site}, no picture."),
    "no_sound": (NoUsableFormat, "This video on {site} has no sound, and clips need speech."),
    "page_too_large": (NoUsableFormat, "{site} sent a page without end."),
    "no_space": (DiskFull, "There is not enough space for this video; free some."),
    "incomplete": (ServiceUnavailable, "{site} did not send the whole video; try again later."),
}


def explained(failure: Failure, site: str) -> ClippingError:
    """The error that a failure of the child stands for.

    :param site: Its name as people write it.
    """
    if failure.refused:
        return UnsafeUrl(failure.refused)
    if failure.declined:
        return _declined(failure, site)
    found = _by_message(failure, site) or _by_facts(failure, site)
    if found is not None:
        return found
    said = _said(failure.message)
    if failure.expected and said:
        return LinkRefused(f"{site} does not give this video: {said}.")
    if "ExtractorError" in failure.types:
        return SiteChanged(f"{site} answers as yt-dlp does not expect; update yt-dlp.")
    name = failure.types[0] if failure.types else "an unknown fault"
    return FetchFailed(
        f"The download from {site} ended with {name}, which nobody planned.",
        log_tail=failure.where,
    )


def _declined(failure: Failure, site: str) -> ClippingError:
    value = failure.value or 0
    if failure.declined == "too_long":
        return TooLong(
            f"This video runs {timecode(round(value * 1000))}, longer than "
            "CLIPPER_MAX_SOURCE_MINUTES allows."
        )
    if failure.declined == "too_large":
        return TooLarge(
            f"This video is larger than CLIPPER_MAX_SOURCE_BYTES allows: {value / 1024**3:.1f} GiB "
            "and more."
        )
    error, sentence = _DECLINED[failure.declined]
    return error(sentence.format(site=site))


def _by_message(failure: Failure, site: str) -> ClippingError | None:
    # Addresses hold words that people chose.
    text = _without_addresses(failure.message)
    for rule in RULES:
        if rule.pattern.search(text):
            return _made(rule.error, rule.sentence, failure, site)
    return None


def _by_facts(failure: Failure, site: str) -> ClippingError | None:
    if failure.errno in (errno.ENOSPC, errno.EDQUOT):
        return DiskFull("The disk is full: the download of the link needs more space.")
    status = failure.status
    if status in _STATUSES:
        return _made(*_STATUSES[status], failure, site)
    if status is not None and status >= 500:
        return ServiceUnavailable(f"{site} has trouble of its own just now (HTTP {status}).")
    for name, error, sentence in _TYPES:
        if name in failure.types:
            return _made(error, sentence, failure, site)
    return None


def _made(
    error: Callable[..., ClippingError], sentence: str, failure: Failure, site: str
) -> ClippingError:
    text = sentence.format(site=site)
    if error is RateLimited:
        return error(text, retry_after_s=failure.retry_after_s)
    return error(text)


def _without_addresses(text: str) -> str:
    return re.sub(r"[a-z][a-z0-9+.-]*://\S*", "", text, flags=re.IGNORECASE)


def _said(message: str) -> str:
    """What the site said, fit to be shown: one short line without addresses."""
    line = " ".join(_without_addresses(message).split())
    return line[:160].rstrip(" .,;:")
