"""The fake of TikTok keeps the protocol that its documentation describes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from clipping.rehearsal.serving import FakeService, Fault, Reply, Request, route
from clipping.rehearsal.tiktok import FakeTikTok
from clipping.rehearsal.tiktok_state import signature

INFO = {"title": "Words", "privacy_level": "PUBLIC_TO_EVERYONE"}
SIZES = {"source": "FILE_UPLOAD", "video_size": 100, "chunk_size": 100, "total_chunk_count": 1}


@pytest.fixture
def fake() -> Iterator[FakeTikTok]:
    with FakeTikTok().serving() as serving:
        yield serving


class _Caller:
    def __init__(self, fake: FakeTikTok, **kinds: Any) -> None:
        self.fake = fake
        self.grant = fake.join("me", **kinds)

    def post(self, path: str, value: Any = None) -> tuple[int, str, dict[str, Any]]:
        """Status, code and data of an answer."""
        headers = {"Authorization": f"Bearer {self.grant.access}"}
        with httpx.Client(trust_env=False) as client:
            answer = client.post(f"{self.fake.url}/v2/{path}", json=value, headers=headers)
        said = answer.json()
        return answer.status_code, said["error"]["code"], said["data"]

    def init(self, info: dict[str, Any] = INFO, **sizes: Any) -> tuple[int, str, Any]:
        """As for a post of 100 bytes."""
        asked = {"post_info": info, "source_info": {**SIZES, **sizes}}
        return self.post("post/publish/video/init/", asked)

    def ask_creator(self) -> tuple[int, str, dict[str, Any]]:
        return self.post("post/publish/creator_info/query/")


def _put(url: str, first: int, size: int, of: int = 100, **headers: str) -> httpx.Response:
    with httpx.Client(trust_env=False) as client:
        return client.put(
            url,
            content=bytes(size),
            headers={"Content-Range": f"bytes {first}-{first + size - 1}/{of}", **headers},
        )


def _token(fake: FakeTikTok, **form: str) -> dict[str, Any]:
    with httpx.Client(trust_env=False) as client:
        answer = client.post(f"{fake.url}/v2/oauth/token/", data={**fake.app, **form})
    assert answer.status_code == 200
    said: dict[str, Any] = answer.json()
    return said


def test_tokens_come_flat_rotate_and_their_errors_have_status_200(fake: FakeTikTok) -> None:
    fake.join("me")
    challenge = "2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b"
    code = fake.tokens.code("me", ("video.publish",), challenge)
    first = _token(fake, grant_type="authorization_code", code=code, code_verifier="secret")
    assert (first["open_id"], first["scope"], first["expires_in"]) == ("me", "video.publish", 7_200)
    second = _token(fake, grant_type="refresh_token", refresh_token=first["refresh_token"])
    assert second["refresh_token"] != first["refresh_token"]
    lost = _token(fake, grant_type="refresh_token", refresh_token=first["refresh_token"])
    assert lost["error"] == "invalid_grant"
    assert _token(fake, client_secret="wrong")["error"] == "invalid_client"
    assert _token(fake, grant_type="none")["error"] == "unsupported_grant_type"


def test_a_banned_account_is_told_so_with_status_200_first_and_403_then(fake: FakeTikTok) -> None:
    me = _Caller(fake, banned=True)
    assert me.ask_creator()[:2] == (200, "spam_risk_user_banned_from_posting")
    assert me.init()[:2] == (403, "spam_risk_user_banned_from_posting")


def test_calls_over_their_rate_are_refused_and_noted(fake: FakeTikTok) -> None:
    me = _Caller(fake)
    codes = [me.ask_creator()[1] for _ in range(21)]
    assert codes == ["ok"] * 20 + ["rate_limit_exceeded"]
    assert [(one.rule, one.detail) for one in fake.world.violations] == [("rate", "creator")]
    fake.world.clock.advance(60)
    assert me.ask_creator()[1] == "ok"


def test_a_post_without_asking_for_the_creator_first_is_noted(fake: FakeTikTok) -> None:
    me = _Caller(fake)
    me.ask_creator()
    me.init()
    assert fake.world.violations == []
    me.init()
    assert [one.rule for one in fake.world.violations] == ["creator_info"]


@pytest.mark.parametrize(
    ("info", "sizes", "status", "code"),
    [
        ({**INFO, "privacy_level": "FRIENDS"}, {}, 403, "privacy_level_option_mismatch"),
        ({**INFO, "title": "\U0001f600" * 1_101}, {}, 400, "invalid_param"),
        (
            {"privacy_level": "SELF_ONLY", "brand_content_toggle": True},
            {},
            400,
            "invalid_param",
        ),
        (INFO, {"total_chunk_count": 2}, 400, "invalid_param"),
        (INFO, {"source": "PULL_FROM_URL"}, 400, "invalid_param"),
    ],
)
def test_what_is_wrong_with_a_post_is_refused(
    fake: FakeTikTok, info: dict[str, Any], sizes: dict[str, Any], status: int, code: str
) -> None:
    me = _Caller(fake)
    me.ask_creator()
    assert me.init(info, **sizes)[:2] == (status, code)


def test_without_an_audit_only_private_accounts_are_posted_to(fake: FakeTikTok) -> None:
    fake.audited = False
    private = {**INFO, "privacy_level": "SELF_ONLY"}
    code = "unaudited_client_can_only_post_to_private_accounts"
    assert _Caller(fake).init()[1] == code
    assert _Caller(fake).init(private)[1] == code
    assert _Caller(fake, private=True).init(private)[1] == "ok"


def test_bytes_are_taken_in_order_once_and_for_an_hour(fake: FakeTikTok) -> None:
    fake.megabyte = 10
    me = _Caller(fake)
    _, _, data = me.init(video_size=1_000, chunk_size=300, total_chunk_count=3)
    url = data["upload_url"]
    assert _put(url, 0, 300, 1_000, Authorization="Bearer x").status_code == 400
    assert _put(url.replace("token=", "token=0"), 0, 300, 1_000).status_code == 404
    assert _put(url, 300, 300, 1_000).status_code == 416
    assert _put(url, 0, 300, 999).status_code == 400
    assert _put(url, 0, 299, 1_000).status_code == 400
    assert [one.rule for one in fake.world.violations if one.rule == "chunk"] == ["chunk"]
    stored = _put(url, 0, 300, 1_000)
    assert (stored.status_code, stored.headers["content-range"]) == (206, "bytes 0-300/1000")
    assert _put(url, 300, 300, 1_000).status_code == 206
    assert _put(url, 600, 400, 1_000).status_code == 201
    _, _, data = me.init()
    fake.world.clock.advance(3_600)
    assert _put(data["upload_url"], 0, 100).status_code == 403


def test_a_post_becomes_public_whether_or_not_anybody_asks(fake: FakeTikTok) -> None:
    me = _Caller(fake)
    _put(me.init()[2]["upload_url"], 0, 100)
    fake.world.clock.advance(19)
    fake.settle()
    assert fake.world.ledger == []
    fake.world.clock.advance(3_600)
    fake.settle()
    [post] = fake.world.ledger
    assert (fake.world.clock.now - post.at).total_seconds() == 3_599


def test_other_apps_use_up_the_days_posts(fake: FakeTikTok) -> None:
    me = _Caller(fake)
    _, _, data = me.init()
    _put(data["upload_url"], 0, 100)
    fake.post_by_others("me", 15)
    fake.world.clock.advance(60)
    asked = {"publish_id": data["publish_id"]}
    _, _, said = me.post("post/publish/status/fetch/", asked)
    assert (said["status"], said["fail_reason"]) == ("FAILED", "spam_risk_too_many_posts")
    assert me.ask_creator()[:2] == (200, "spam_risk_too_many_posts")


def test_another_accounts_publication_and_one_that_never_was_are_told_apart(
    fake: FakeTikTok,
) -> None:
    asked = {"publish_id": _Caller(fake).init()[2]["publish_id"]}
    other = _Caller(fake)
    other.grant = fake.join("other")
    path = "post/publish/status/fetch/"
    assert other.post(path, asked)[1] == "token_not_authorized_for_specified_publish_id"
    assert other.post(path, {"publish_id": "none"})[1] == "invalid_publish_id"


def test_a_publication_is_cancelled_until_its_bytes_are_there(fake: FakeTikTok) -> None:
    me = _Caller(fake)
    first, second = (me.init()[2] for _ in range(2))
    _put(second["upload_url"], 0, 100)
    codes = [
        me.post("post/publish/cancel/", {"publish_id": data["publish_id"]})[1]
        for data in (first, second)
    ]
    assert codes == ["ok", "publish_not_cancellable"]


def test_whose_account_it_is_is_told(fake: FakeTikTok) -> None:
    me = _Caller(fake, username="ada")
    headers = {"Authorization": f"Bearer {me.grant.access}"}
    with httpx.Client(trust_env=False) as client:
        url = f"{fake.url}/v2/user/info/?fields=open_id,username"
        said = client.get(url, headers=headers).json()
    assert said["data"] == {"user": {"open_id": "me", "username": "ada"}}


def test_the_list_shows_what_is_public_the_newest_first(fake: FakeTikTok) -> None:
    me = _Caller(fake)
    for title in ("first", "second"):
        _put(me.init({**INFO, "title": title})[2]["upload_url"], 0, 100)
    fake.world.clock.advance(60)
    _, _, said = me.post("video/list/", {"max_count": 1})
    assert [video["video_description"] for video in said["videos"]] == ["second"]
    assert said["has_more"]


class FakeHook(FakeService):
    """Somebody who is told of events."""

    platform = FakeTikTok.platform

    def __init__(self) -> None:
        super().__init__()
        self.told: list[Request] = []

    @route("POST", "/hook")
    def hook(self, request: Request) -> Reply:
        self.told.append(request)
        return Reply()


def test_events_are_signed_over_their_raw_body(fake: FakeTikTok) -> None:
    me = _Caller(fake)
    _put(me.init()[2]["upload_url"], 0, 100)
    fake.world.clock.advance(60)
    fake.settle()
    fake.take_down(fake.world.ledger[0].public_id)
    with FakeHook().serving() as hook:
        fake.deliver(f"{hook.url}/hook")
    events = [one.json() for one in hook.told]
    assert [one["event"] for one in events] == [
        "post.publish.complete",
        "post.publish.no_longer_publicaly_available",
    ]
    assert json.loads(events[1]["content"])["post_id"] == fake.world.ledger[0].public_id
    at, _, said = hook.told[0].headers["tiktok-signature"].partition(",s=")
    body = hook.told[0].body.decode()
    assert said == signature(body, int(at.removeprefix("t=")), fake.app["client_secret"])


def test_faults_are_in_the_way_of_everything(fake: FakeTikTok) -> None:
    me = _Caller(fake)
    fake.fail(Fault(status=500, body=b'{"data": {}, "error": {"code": "internal_error"}}'))
    assert me.init()[:2] == (500, "internal_error")
    assert fake.uploads == {}
