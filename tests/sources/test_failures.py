"""Each way in which a download fails is one error of ours, with what to do about it.

The messages are those of yt-dlp 2026.10.26 (the extractor's file is named) and those that sites
hand through it.
"""

from __future__ import annotations

import errno
import socket
import ssl

import pytest
from yt_dlp.networking.common import Response
from yt_dlp.networking.exceptions import (
    CertificateVerifyError,
    HTTPError,
    IncompleteRead,
    ProxyError,
    TransportError,
)
from yt_dlp.utils import (
    ContentTooShortError,
    DownloadError,
    ExtractorError,
    GeoRestrictedError,
    RegexNotFoundError,
    UnsupportedError,
    UserNotLive,
)

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
    NeedsPerson,
    NetworkDown,
    NotOneVideo,
    NoUsableFormat,
    PrivateVideo,
    RateLimited,
    Rejected,
    RemovedVideo,
    ServiceUnavailable,
    SiteChanged,
    TooLarge,
    TooLong,
    Transient,
    UnsafeUrl,
    UnsupportedLink,
)
from clipping.sources.describing import describe
from clipping.sources.exchange import Failure
from clipping.sources.failures import explained

HINT = (
    ". Use --cookies-from-browser or --cookies for the authentication. See  "
    "https://github.com/yt-dlp/yt-dlp/wiki/FAQ#how-do-i-pass-cookies-to-yt-dlp  for how to "
    "manually pass cookies"
)

MESSAGES: tuple[tuple[str, type[ClippingError]], ...] = (
    # youtube/_video.py, and what YouTube's player says
    (f"Private video. Sign in if you've been granted access to this video{HINT}", PrivateVideo),
    ("Video unavailable. This video is private", PrivateVideo),
    ("Video unavailable. This video has been removed by the uploader", RemovedVideo),
    ("Video unavailable", RemovedVideo),
    ("This video is not available", RemovedVideo),
    ("This video isn't available anymore", RemovedVideo),
    (
        "Video unavailable. This video is no longer available because the YouTube account "
        "associated with this video has been terminated.",
        RemovedVideo,
    ),
    ("This video has been removed for violating YouTube's policy on hate speech.", RemovedVideo),
    (
        "Video unavailable. The uploader has not made this video available in your country",
        GeoBlocked,
    ),
    (
        "Video unavailable. This video contains content from ZDF, who has blocked it in your "
        "country on copyright grounds",
        GeoBlocked,
    ),
    (f"Sign in to confirm your age. This video may be inappropriate{HINT}", AgeRestricted),
    (f"Sign in to confirm you’re not a bot{HINT}", BotCheck),
    ("Playback error. YouTube is requiring a captcha challenge before playback", BotCheck),
    (
        "This content isn't available, try again later. The current session has been rate-limited "
        "by YouTube for up to an hour.",
        RateLimited,
    ),
    (
        "Join this channel to get access to members-only content like this video, and other "
        "exclusive perks.",
        MembersOnly,
    ),
    ("This video is available to this channel's members on level: Silver", MembersOnly),
    ("This video requires payment to watch", MembersOnly),
    ("This video is only available to Music Premium members", MembersOnly),
    ("This live event will begin in 3 days.", LiveStream),
    ("Premieres in 4 hours", LiveStream),
    ("Premiere will begin shortly", LiveStream),
    ("This live event has ended.", LiveStream),
    ("This live stream recording is not available.", LiveStream),
    ("This video is DRM protected", DrmProtected),
    (
        "The following content is not available on this app. Watch on the latest version of "
        "YouTube.",
        SiteChanged,
    ),
    ("Requested format is not available. Use --list-formats for a list", NoUsableFormat),
    ("No video formats found!", NoUsableFormat),
    ("YouTube said: The playlist does not exist.", RemovedVideo),
    ("This playlist is private", PrivateVideo),
    # tiktok.py
    (
        "You do not have permission to view this post. Log into an account that has access" + HINT,
        PrivateVideo,
    ),
    (f"This user's account is private. Log into an account that has access{HINT}", PrivateVideo),
    (
        "This user's account is likely either private or all of their videos are private. "
        "Log into an account that has access",
        PrivateVideo,
    ),
    ("Your IP address is blocked from accessing this post", BotCheck),
    ("TikTok asks for a captcha challenge before playback", BotCheck),
    ("Unable to extract challenge data", BotCheck),
    (f"TikTok is requiring login for access to this content{HINT}", LoginNeeded),
    (
        f"This post may not be comfortable for some audiences. Log in for access{HINT}",
        AgeRestricted,
    ),
    ("Video not available, status code 10204", RemovedVideo),
    ("This livestream has ended", LiveStream),
    # instagram.py
    (
        "The webpage request was redirected to the login page. You have exceeded the rate-limit "
        f"for accessing posts anonymously{HINT}",
        LoginNeeded,
    ),
    (
        "This content is only available for registered users who follow this account" + HINT,
        PrivateVideo,
    ),
    ("Restricted Video: You must be 18 years old or over to see this video", AgeRestricted),
    ("There is no video in this post", UnsupportedLink),
    (
        "Instagram sent an empty media response. Check if this post is accessible in your browser "
        "without being logged-in.",
        LoginNeeded,
    ),
    # twitter.py
    (f"NSFW tweet requires authentication{HINT}", AgeRestricted),
    (f"You are not authorized to view this protected tweet{HINT}", PrivateVideo),
    ("Requested tweet is unavailable", RemovedVideo),
    ("Twitter API says: This Post is from a suspended account.", RemovedVideo),
    ("Twitter API says: This Post was deleted by the Post author.", RemovedVideo),
    ("No video could be found in this tweet", UnsupportedLink),
    ("Media #2 is not a video", UnsupportedLink),
    ("Broadcast no longer exists", RemovedVideo),
    ("This live broadcast has not yet started", LiveStream),
    ("Twitter Space not started yet", LiveStream),
    ("Twitter Space ended but not downloadable yet", LiveStream),
    ("Error(s) while querying API: Rate limit exceeded.", RateLimited),
    # twitch.py
    ("Video 123 does not exist", RemovedVideo),
    ("This clip is no longer available", RemovedVideo),
    (
        "You must be logged into an account that has access to this subscriber-only content",
        MembersOnly,
    ),
    ("The channel is not currently live", LiveStream),
    # vimeo.py
    ("This video is protected by a password, use the --video-password option", PrivateVideo),
    ("Wrong video password", PrivateVideo),
    (
        "This request has been blocked due to its TLS fingerprint. If you are using a data center "
        "IP or VPN/proxy, your IP may be blocked.",
        BotCheck,
    ),
    ("Authentication may be needed due to your location.", GeoBlocked),
    ("This event has not been made available to anyone", LinkRefused),
    ("This live event is scheduled for 2026-12-01", LiveStream),
    # extractor/common.py, YoutubeDL.py, downloader/
    (f"This video is only available for registered users{HINT}", LoginNeeded),
    ("This video is not available from your location due to geo restriction", GeoBlocked),
    ("No suitable extractor found for URL https://a.example.com/private-video", UnsupportedLink),
    ("Unsupported URL: https://a.example.com/sign-in", UnsupportedLink),
    ("unable to write data: [Errno 28] No space left on device", DiskFull),
    ("m3u8 download detected but ffmpeg could not be found. Please install", NoUsableFormat),
    ("Unable to download JSON metadata: HTTP Error 429: Too Many Requests", RateLimited),
    ("[download] Got error: HTTP Error 429: Too Many Requests", RateLimited),
    ("[download] Got error: HTTP Error 404: Not Found", ServiceUnavailable),
    ("[download] Got error: HTTP Error 503: Busy. Giving up after 5 retries", ServiceUnavailable),
    ("[download] Got error: 10 bytes read, 20 more expected. Giving up", NetworkDown),
)


@pytest.mark.parametrize(("message", "error"), MESSAGES, ids=[text[:60] for text, _ in MESSAGES])
def test_a_message_of_a_site_is_told_as_what_it_is(
    message: str, error: type[ClippingError]
) -> None:
    raised = DownloadError(f"ERROR: [site] abc: {message}", (None, None, None))
    raised.__context__ = ExtractorError(message, expected=True, video_id="abc")
    found = explained(describe(raised), "Some Site")
    assert type(found) is error, found
    _check_sentence(str(found))


def _check_sentence(sentence: str) -> None:
    assert sentence.endswith(".")
    assert "--cookies" not in sentence
    assert "://" not in sentence
    assert "\n" not in sentence
    assert "{" not in sentence


def _answered(status: int, **headers: str) -> HTTPError:
    import io

    return HTTPError(Response(io.BytesIO(), "https://a.example.com/?token=hidden", headers, status))


def _caused(error: Exception, cause: BaseException) -> Exception:
    error.__cause__ = cause
    return error


FACTS: tuple[tuple[str, Exception, type[ClippingError]], ...] = (
    ("private page", _answered(401), LoginNeeded),
    ("media refused", _answered(403), ServiceUnavailable),
    ("gone", _answered(404), RemovedVideo),
    ("gone for good", _answered(410), RemovedVideo),
    ("too often", _answered(429), RateLimited),
    ("law", _answered(451), GeoBlocked),
    ("trouble", _answered(503), ServiceUnavailable),
    (
        "page gone",
        ExtractorError("Unable to download webpage", cause=_answered(404), expected=True),
        RemovedVideo,
    ),
    ("country", GeoRestrictedError("Nope", countries=["DE"]), GeoBlocked),
    ("not live", UserNotLive("Nope"), LiveStream),
    ("kind of page", UnsupportedError("https://a.example.com/"), UnsupportedLink),
    ("changed", RegexNotFoundError("Unable to extract title"), SiteChanged),
    ("unknown page", ExtractorError("Unable to extract data"), SiteChanged),
    (
        "no names",
        TransportError(cause=_caused(OSError("x"), socket.gaierror(-2, "Name not known"))),
        NetworkDown,
    ),
    ("no route", TransportError(cause=ConnectionRefusedError(111, "refused")), NetworkDown),
    ("too slow", TransportError(cause=TimeoutError("timed out")), NetworkDown),
    ("broken off", IncompleteRead(10, 20), NetworkDown),
    ("too short", ContentTooShortError(10, 20), NetworkDown),
    ("proxy", ProxyError(cause=OSError("tunnel")), NetworkDown),
    (
        "certificate",
        CertificateVerifyError(cause=ssl.SSLCertVerificationError("self-signed")),
        UnsafeUrl,
    ),
    ("full disk", OSError(errno.ENOSPC, "No space left on device"), DiskFull),
    ("quota", OSError(errno.EDQUOT, "Disk quota exceeded"), DiskFull),
    ("a fault", ZeroDivisionError("https://a.example.com/?token=hidden"), FetchFailed),
)


@pytest.mark.parametrize(
    ("raised", "error"), [fact[1:] for fact in FACTS], ids=[fact[0] for fact in FACTS]
)
def test_an_exception_without_words_is_told_by_what_it_is(
    raised: Exception, error: type[ClippingError]
) -> None:
    found = explained(describe(raised), "Some Site")
    assert type(found) is error, found
    _check_sentence(str(found))
    assert "hidden" not in str(found)


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("is_live", LiveStream),
        ("is_upcoming", LiveStream),
        ("post_live", LiveStream),
        ("playlist", NotOneVideo),
        ("no_list", UnsupportedLink),
        ("no_format", NoUsableFormat),
        ("no_picture", NoUsableFormat),
        ("no_sound", NoUsableFormat),
        ("page_too_large", NoUsableFormat),
        ("no_space", DiskFull),
        ("incomplete", ServiceUnavailable),
        ("too_long", TooLong),
        ("too_large", TooLarge),
    ],
)
def test_a_decision_of_ours_is_told_as_what_it_is(code: str, error: type[ClippingError]) -> None:
    found = explained(Failure(declined=code, value=90_000.0), "Some Site")
    assert type(found) is error
    _check_sentence(str(found))


def test_only_what_a_second_try_can_mend_is_tried_again() -> None:
    again = (NetworkDown, RateLimited, ServiceUnavailable)
    assert all(issubclass(error, Transient) for error in again)
    person = (LoginNeeded, AgeRestricted, MembersOnly, BotCheck, SiteChanged, DiskFull)
    assert all(issubclass(error, NeedsPerson) for error in person)
    never = (PrivateVideo, RemovedVideo, GeoBlocked, LiveStream, TooLong, TooLarge, DrmProtected)
    assert all(issubclass(error, LinkRefused) for error in never)
    assert issubclass(LinkRefused, Rejected)


def test_a_pause_that_the_site_asks_for_is_kept() -> None:
    error = explained(describe(_answered(429, **{"Retry-After": "90"})), "Some Site")
    assert isinstance(error, RateLimited)
    assert error.retry_after_s == 90.0


def test_a_reason_that_no_rule_knows_is_repeated_without_addresses() -> None:
    raised = ExtractorError(
        "The moon is wrong;\n see https://a.example.com/?token=hidden for more.", expected=True
    )
    error = explained(describe(raised), "Some Site")
    assert type(error) is LinkRefused
    assert str(error) == "Some Site does not give this video: The moon is wrong; see for more."


def test_a_fault_of_ours_says_where_and_nothing_that_it_saw() -> None:
    def fail(secret: str) -> None:
        raise KeyError(secret)

    try:
        fail("hidden")
    except KeyError as raised:
        error = explained(describe(raised), "Some Site")
    assert isinstance(error, FetchFailed)
    assert "in fail" not in str(error)
    assert "test_failures.py" in error.log_tail
    assert "hidden" not in str(error) + error.log_tail


def test_a_failure_crosses_the_pipe_whole() -> None:
    failure = describe(_answered(429, **{"Retry-After": "90"}))
    assert Failure.from_message(failure.to_message()) == failure
