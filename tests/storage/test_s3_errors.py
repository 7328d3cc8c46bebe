"""Whatever the object store says: one sentence of ours, of the right class, without a secret."""

from __future__ import annotations

import logging
import pickle
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from botocore import exceptions as boto
from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError
from pydantic import SecretStr
from urllib3.exceptions import HTTPError

from clipping import errors
from clipping.errors import ClippingError, NeedsPerson, RateLimited, ServiceUnavailable
from clipping.storage.s3 import S3Store
from clipping.storage.s3_client import ATTEMPTS, S3Keys, s3_client
from clipping.storage.s3_errors import translate
from clipping.storage.s3_place import S3Place
from tests.storage.conftest import key_of
from tests.support.s3 import KEYS, S3

CLIP = "acme/clips/clip_1.mp4"
PLACE = "s3://media/of/us"

Act = Callable[[S3Store, Path], object]
ACTS: dict[str, Act] = {
    "import_file": lambda store, file: store.import_file(file, key_of),
    "put": lambda store, file: store.put(file, CLIP),
    "local_path": lambda store, file: store.local_path(CLIP),
    "exists": lambda store, file: store.exists(CLIP),
    "delete": lambda store, file: store.delete(CLIP),
    "sweep": lambda store, file: store.sweep(),
}


def foreign(cls: type[BotoCoreError] = BotoCoreError) -> list[type[BotoCoreError]]:
    return [cls, *(one for child in cls.__subclasses__() for one in foreign(child))]


def check_sentence(error: ClippingError) -> None:
    """One sentence, of a class that other processes know, that names neither keys nor addresses."""
    text = str(error)
    assert getattr(errors, type(error).__name__) is type(error)
    assert text[0].isupper()
    assert text.endswith(".")
    assert not re.search(r"\. [A-Z]", text), "more than one sentence"
    for secret in (KEYS.access_key_id, KEYS.secret_access_key):
        assert secret.get_secret_value() not in text + repr(error) + str(vars(error))
    assert not re.search(r"https?:|Signature|botocore|\{", text)
    copy = pickle.loads(pickle.dumps(error))
    assert str(copy) == text


@pytest.mark.parametrize("cls", foreign(), ids=lambda cls: cls.__name__)
def test_every_exception_of_botocore_has_a_meaning(cls: type[BotoCoreError]) -> None:
    check_sentence(translate(cls.__new__(cls), PLACE))


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (boto.EndpointConnectionError(endpoint_url="https://x"), ServiceUnavailable),
        (boto.ConnectTimeoutError(endpoint_url="https://x"), ServiceUnavailable),
        (boto.ReadTimeoutError(endpoint_url="https://x"), ServiceUnavailable),
        (boto.ConnectionClosedError(endpoint_url="https://x"), ServiceUnavailable),
        (boto.SSLError(endpoint_url="https://x", error=OSError("e")), ServiceUnavailable),
        (boto.IncompleteReadError(actual_bytes=1, expected_bytes=2), ServiceUnavailable),
        (HTTPError("odd"), ServiceUnavailable),
        (boto.NoCredentialsError(), NeedsPerson),
        (boto.ProfileNotFound(profile="x"), NeedsPerson),
        (boto.UnauthorizedSSOTokenError(), errors.AuthorizationExpired),
        (boto.ParamValidationError(report="x"), NeedsPerson),
        (ResponseParserError("<html>"), NeedsPerson),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else value.__name__,
)
def test_an_exception_means_what_is_to_be_done(error: Exception, kind: type[ClippingError]) -> None:
    meant = translate(error, PLACE)
    assert type(meant) is kind
    check_sentence(meant)


ANSWERS = [
    (404, "NoSuchBucket", NeedsPerson, "no bucket"),
    (403, "AccessDenied", NeedsPerson, "does not let us"),
    (403, "InvalidAccessKeyId", errors.AuthorizationExpired, "does not accept our keys"),
    (403, "SignatureDoesNotMatch", errors.AuthorizationExpired, "does not accept our keys"),
    (400, "ExpiredToken", errors.AuthorizationExpired, "does not accept our keys"),
    (403, "RequestTimeTooSkewed", NeedsPerson, "clock"),
    (400, "AuthorizationHeaderMalformed", NeedsPerson, "another region"),
    (403, "InvalidObjectState", NeedsPerson, "archived"),
    (503, "SlowDown", RateLimited, "fewer requests"),
    (429, "TooManyRequests", RateLimited, "fewer requests"),
    (503, "ServiceUnavailable", ServiceUnavailable, "does not work"),
    (500, "InternalError", ServiceUnavailable, "does not work"),
    (502, "", ServiceUnavailable, "does not work"),
    (507, "XMinioStorageFull", errors.DiskFull, "no room"),
    (400, "BadDigest", ServiceUnavailable, "damaged"),
    (501, "NotImplemented", NeedsPerson, "no S3-compatible store"),
    (400, "Invalid {}Argument", errors.Broken, "refuses what we ask: InvalidArgument"),
]


@pytest.mark.parametrize(("status", "code", "kind", "words"), ANSWERS)
def test_an_answer_means_what_is_to_be_done(
    s3: S3, tmp_path: Path, status: int, code: str, kind: type[ClippingError], words: str
) -> None:
    small = tmp_path / "small"
    small.write_bytes(b"small")
    s3.front.fail("PutObject", status=status, code=code)
    with pytest.raises(ClippingError, match=words) as caught:
        s3.store().put(small, CLIP)
    assert type(caught.value) is kind
    check_sentence(caught.value)


@pytest.mark.parametrize(
    ("status", "code", "kind", "words"),
    [answer for answer in ANSWERS if answer[0] in {400, 403}],
)
def test_the_reason_of_a_refusal_is_asked_for_where_the_answer_has_no_body(
    s3: S3, status: int, code: str, kind: type[ClippingError], words: str
) -> None:
    # botocore looks for the bucket's region and asks again.
    s3.front.fail("HeadObject", status=status, times=2)
    s3.front.fail("ListObjectsV2", status=status, code=code)
    with pytest.raises(ClippingError, match=words) as caught:
        s3.store().exists(CLIP)
    assert type(caught.value) is kind


def test_a_refusal_without_a_reason_is_one(s3: S3) -> None:
    s3.front.fail("HeadObject", status=403)
    with pytest.raises(NeedsPerson, match="does not let us"):
        s3.store().exists(CLIP)


def test_a_store_that_says_when_to_come_back_is_quoted(s3: S3) -> None:
    s3.front.fail("HeadObject", status=429, headers={"Retry-After": "7"})
    with pytest.raises(RateLimited) as caught:
        s3.store().exists(CLIP)
    assert caught.value.retry_after_s == 7


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize(
    "raised",
    [
        BotoCoreError(),
        ClientError({"Error": {"Code": "Odd"}}, "Any"),
        ResponseParserError("<html>"),
        HTTPError("odd"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_nothing_foreign_leaves_the_store(
    s3: S3, original: Path, act: str, raised: Exception
) -> None:
    def fails(**_: Any) -> None:
        raise raised

    s3.client.meta.events.register_first("before-send.s3", fails, unique_id="fails")
    try:
        with pytest.raises(ClippingError) as caught:
            ACTS[act](s3.store(), original)
    finally:
        s3.client.meta.events.unregister("before-send.s3", unique_id="fails")
    check_sentence(caught.value)


@pytest.mark.parametrize("act", ACTS)
def test_a_store_that_hangs_up_is_not_available(s3: S3, original: Path, act: str) -> None:
    s3.front.fail("*", drop=True, times=99)
    with pytest.raises(ServiceUnavailable, match="cannot be reached just now") as caught:
        ACTS[act](s3.store(), original)
    check_sentence(caught.value)


def test_what_is_no_store_is_told(s3: S3) -> None:
    s3.front.fail("HeadObject", status=200, headers={"Content-Length": "9"})
    with pytest.raises(NeedsPerson, match="no S3-compatible store") as caught:
        s3.store().exists(CLIP)
    check_sentence(caught.value)


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Seconds that botocore would have waited."""
    waited: list[float] = []
    monkeypatch.setattr("botocore.endpoint.time.sleep", waited.append)
    return waited


def test_a_request_is_tried_again_in_one_place_only(s3: S3, waits: list[float]) -> None:
    patient = s3_client(s3.place, KEYS)
    store = S3(s3.front, patient, s3.place, s3.folder).store()
    s3.front.fail("HeadObject", times=2, status=503, code="SlowDown")
    assert not store.exists(CLIP)
    assert s3.front.count("HeadObject") == 3
    s3.front.forget()
    s3.front.fail("HeadObject", times=99, status=503, code="SlowDown")
    with pytest.raises(ServiceUnavailable):
        store.exists(CLIP)
    assert s3.front.count("HeadObject") == ATTEMPTS
    assert len(waits) == 2 + ATTEMPTS - 1


def test_no_wait_is_endless(s3: S3) -> None:
    config: Any = s3_client(s3.place, KEYS).meta.config
    assert 0 < config.connect_timeout <= 30
    assert 0 < config.read_timeout <= 120


def test_no_secret_is_logged_or_printed(
    s3: S3, original: Path, caplog: pytest.LogCaptureFixture
) -> None:
    keys = S3Keys(KEYS.access_key_id, KEYS.secret_access_key, SecretStr("the-session-token"))
    with caplog.at_level(logging.DEBUG):
        client = s3_client(s3.place, keys)
        store = S3(s3.front, client, s3.place, s3.folder).store()
        store.put(original, CLIP)
        store.delete(CLIP)
        with pytest.raises(NeedsPerson):
            store.local_path(CLIP)
    sent = s3.front.of("DeleteObject")[0].headers
    assert sent["X-Amz-Security-Token"] == "the-session-token"
    printed = caplog.text + repr((store, store._bucket, client, s3.place)) + repr(keys) + str(keys)
    for key in (keys.access_key_id, keys.secret_access_key, SecretStr("the-session-token")):
        assert key.get_secret_value() not in printed
    signature = sent["Authorization"].rpartition("=")[2]
    assert len(signature) == 64
    assert signature not in printed


def test_the_keys_of_a_place_come_from_the_usual_chain_or_are_asked_for(
    s3: S3, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    with pytest.raises(NeedsPerson, match="There are no keys for the object store") as caught:
        S3(s3.front, s3_client(s3.place), s3.place, s3.folder).store().exists(CLIP)
    check_sentence(caught.value)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIACHAIN")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    S3(s3.front, s3_client(s3.place), s3.place, s3.folder).store().exists(CLIP)
    assert "AKIACHAIN" in s3.front.of("HeadObject")[-1].headers["Authorization"]


def test_settings_that_make_no_connection_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    with pytest.raises(NeedsPerson):
        s3_client(S3Place("media"))
    monkeypatch.delenv("AWS_PROFILE")
    with pytest.raises(NeedsPerson, match="CLIPPER_STORE_ENDPOINT"):
        s3_client(S3Place("media", endpoint="http://not a host", region="us-east-1"), KEYS)
