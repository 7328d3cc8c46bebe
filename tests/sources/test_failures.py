"""Each way in which a download fails is one error of ours, with what to do about it."""

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
from tests.sources.messages import MESSAGES


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
