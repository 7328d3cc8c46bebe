"""The fake of Instagram keeps the protocol that its documentation describes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from clipping.rehearsal.instagram import FakeInstagram
from clipping.rehearsal.instagram_state import FACEBOOK, INSTAGRAM
from clipping.rehearsal.serving import Fault
from clipping.rehearsal.windows import Window

REEL = {"media_type": "REELS", "caption": "Words", "upload_type": "resumable"}


@pytest.fixture
def fake() -> Iterator[FakeInstagram]:
    with FakeInstagram().serving() as serving:
        yield serving


class _Caller:
    def __init__(self, fake: FakeInstagram, host: str = FACEBOOK, **kinds: Any) -> None:
        self.fake = fake
        self.host = host
        self.grant = fake.join("17", **kinds)
        self.headers: dict[str, str] = {}

    def call(self, method: str, path: str, **kinds: Any) -> dict[str, Any]:
        """The object of an answer, its error's codes when it is one."""
        headers = {"Authorization": f"Bearer {self.grant.access}"}
        url = f"{self.fake.url}/{self.host}/v26.0/{path}"
        with httpx.Client(trust_env=False) as client:
            answer = client.request(method, url, headers=headers, **kinds)
        self.headers = dict(answer.headers)
        said: dict[str, Any] = answer.json()
        error = said.get("error")
        return {"codes": (error["code"], error.get("error_subcode", 0))} if error else said

    def send(self, uri: str, content: bytes, **headers: str) -> dict[str, Any]:
        """Bytes for a container."""
        sent = {"Authorization": f"OAuth {self.grant.access}", "offset": "0", **headers}
        sent.setdefault("file_size", str(len(content)))
        with httpx.Client(trust_env=False) as client:
            said: dict[str, Any] = client.post(uri, content=content, headers=sent).json()
        return said

    def container(self, **fields: str) -> dict[str, Any]:
        """A new container, or why there is none."""
        return self.call("POST", "17/media", data={**REEL, **fields})

    def ready(self) -> str:
        """A container that can be published."""
        made = self.container()
        assert self.send(made["uri"], b"film") == {
            "success": True,
            "message": "Upload successful.",
        }
        self.fake.world.clock.advance(60)
        return str(made["id"])

    def status(self, container: str) -> dict[str, Any]:
        """What a container says."""
        fields = "status_code,status,copyright_check_status,video_status"
        return self.call("GET", container, params={"fields": fields})

    def publish(self, container: str) -> dict[str, Any]:
        """The point of no return."""
        return self.call("POST", "17/media_publish", data={"creation_id": container})


def test_a_container_is_invisible_until_it_is_published_and_does_not_tell_the_id(
    fake: FakeInstagram,
) -> None:
    me = _Caller(fake)
    container = me.ready()
    assert me.status(container)["status_code"] == "FINISHED"
    assert (fake.world.ledger, me.call("GET", "17/media")["data"]) == ([], [])
    media_id = me.publish(container)["id"]
    assert me.status(container)["status_code"] == "FINISHED"
    fake.world.clock.advance(10)
    said = me.status(container)
    assert said["status_code"] == "PUBLISHED"
    assert media_id not in json.dumps(said)
    assert [row["id"] for row in me.call("GET", "17/media")["data"]] == [media_id]


def test_too_early_a_publication_is_refused(fake: FakeInstagram) -> None:
    me = _Caller(fake)
    made = me.container()
    assert me.publish(made["id"])["codes"] == (9007, 2207027)
    me.send(made["uri"], b"film")
    assert me.publish(made["id"])["codes"] == (9007, 2207027)


def test_a_container_lives_a_day(fake: FakeInstagram) -> None:
    me = _Caller(fake)
    container = me.ready()
    fake.world.clock.advance(86_400)
    assert me.status(container)["status_code"] == "EXPIRED"
    assert me.publish(container)["codes"] == (24, 2207008)
    assert me.publish("none")["codes"] == (24, 2207008)


def test_what_the_upload_host_refuses_says_whether_to_try_again(fake: FakeInstagram) -> None:
    me = _Caller(fake)
    uri = me.container()["uri"]
    bearer = me.send(uri, b"film", Authorization=f"Bearer {me.grant.access}")
    assert bearer["debug_info"]["retriable"] is False
    assert me.send(uri, b"film", offset="1", file_size="5")["debug_info"]["retriable"] is True
    assert me.send(uri, b"film", file_size="9")["debug_info"]["retriable"] is False


def test_a_cut_upload_is_kept_in_part(fake: FakeInstagram) -> None:
    me = _Caller(fake)
    made = me.container()
    fake.fail(Fault(keep_bytes=3))
    with pytest.raises(httpx.TransportError):
        me.send(made["uri"], b"film")
    phase = me.status(made["id"])["video_status"]["uploading_phase"]
    assert (phase["bytes_transferred"], phase["status"]) == (3, "in_progress")
    assert me.send(made["uri"], b"m", offset="3", file_size="4")["success"]


def test_the_weaker_login_has_no_upload_no_label_and_no_copyright_check(
    fake: FakeInstagram,
) -> None:
    me = _Caller(fake, INSTAGRAM)
    assert me.container()["codes"] == (100, 0)
    address = {"media_type": "REELS", "video_url": "https://media.example/a.mp4"}
    paid = {**address, "is_paid_partnership": "true"}
    assert me.call("POST", "17/media", data=paid)["codes"] == (100, 0)
    container = me.call("POST", "17/media", data=address)["id"]
    assert me.status(container)["codes"] == (100, 0)
    fake.world.clock.advance(60)
    found = me.call("GET", container, params={"fields": "status_code,status"})
    assert (found["status_code"], "2207052" in found["status"]) == ("ERROR", True)


@pytest.mark.parametrize(
    ("fields", "codes"),
    [
        ({"caption": "x" * 2_201}, (36004, 2207010)),
        ({"media_type": "FILM"}, (100, 2207023)),
        ({"branded_content_sponsor_ids": '["1", "2", "3"]'}, (100, 0)),
        ({"made_up": "1"}, (100, 0)),
        ({"video_url": "https://media.example/a.mp4"}, (100, 0)),
    ],
)
def test_what_is_wrong_with_a_container_is_refused(
    fake: FakeInstagram, fields: dict[str, str], codes: tuple[int, int]
) -> None:
    assert _Caller(fake).container(**fields)["codes"] == codes


def test_the_days_posts_are_counted_and_told(fake: FakeInstagram) -> None:
    fake.publishing = Window(1, 86_400)
    me = _Caller(fake)
    me.publish(me.ready())
    said = me.call("GET", "17/content_publishing_limit", params={"fields": "config,quota_usage"})
    assert said["data"] == [
        {"config": {"quota_total": 1, "quota_duration": 86_400}, "quota_usage": 1}
    ]
    assert me.publish(me.ready())["codes"] == (9, 2207042)
    assert [one.rule for one in fake.world.violations] == ["daily"]


def test_every_answer_says_how_much_of_the_calls_is_used_up(fake: FakeInstagram) -> None:
    fake.calls["17"] = Window(4, 3_600)
    me = _Caller(fake)
    for _ in range(3):
        me.call("GET", "me", params={"fields": "id,username"})
    [usage] = json.loads(me.headers["x-business-use-case-usage"])["17"]
    assert (usage["call_count"], usage["estimated_time_to_regain_access"]) == (75, 0)
    me.call("GET", "me")
    assert me.call("GET", "me")["codes"] == (80002, 0)
    assert [one.rule for one in fake.world.violations] == ["rate"]


def test_publishing_before_the_copyright_check_is_through_is_noted(fake: FakeInstagram) -> None:
    fake.checking_s = 1_000
    me = _Caller(fake)
    me.publish(me.ready())
    assert [one.rule for one in fake.world.violations] == ["copyright"]


def test_a_token_is_refreshed_when_it_is_a_day_old_and_not_expired(fake: FakeInstagram) -> None:
    me = _Caller(fake, INSTAGRAM)
    query = {"grant_type": "ig_refresh_token", "access_token": me.grant.access}

    def refresh() -> dict[str, Any]:
        with httpx.Client(trust_env=False) as client:
            url = f"{fake.url}/{INSTAGRAM}/refresh_access_token"
            said: dict[str, Any] = client.get(url, params=query).json()
        return said

    assert refresh()["error"]["code"] == 100
    fake.world.clock.advance(86_400)
    assert refresh()["expires_in"] == 60 * 86_400
    fake.world.clock.advance(60 * 86_400)
    assert refresh()["error"]["code"] == 190


def test_a_page_gives_a_token_of_its_own_for_the_account_behind_it(fake: FakeInstagram) -> None:
    me = _Caller(fake, username="ada")
    [page] = me.call("GET", "me/accounts")["data"]
    assert page["instagram_business_account"] == {"id": "17", "username": "ada"}
    assert fake.tokens.owner(page["access_token"])
    assert [row["permission"] for row in me.call("GET", "me/permissions")["data"]] == [
        "instagram_content_publish"
    ]


def test_codes_become_tokens_of_either_login(fake: FakeInstagram) -> None:
    fake.join("17")
    form = {**fake.app, "code": fake.tokens.code("17", ("post",)) + "#_"}
    with httpx.Client(trust_env=False) as client:
        url = f"{fake.url}/api.instagram.com/oauth/access_token"
        [short] = client.post(url, data=form).json()["data"]
        assert client.post(url, data=form).status_code == 400
        query = {"grant_type": "ig_exchange_token", "access_token": short["access_token"]}
        long = client.get(f"{fake.url}/{INSTAGRAM}/access_token", params=query).json()
        query = {"access_token": long["access_token"], "fields": "user_id,username"}
        me = client.get(f"{fake.url}/{INSTAGRAM}/me", params=query).json()
        url = f"{fake.url}/{FACEBOOK}/v26.0/oauth/access_token"
        code = {**fake.app, "code": fake.tokens.code("17", ("post",))}
        first = client.get(url, params=code).json()
        swap = {
            **fake.app,
            "grant_type": "fb_exchange_token",
            "fb_exchange_token": first["access_token"],
        }
        second = client.get(url, params=swap).json()
        wrong = client.get(url, params={**swap, "client_secret": "wrong"})
    assert short["user_id"] == me["user_id"] == "17"
    assert fake.tokens.owner(long["access_token"])
    assert fake.tokens.owner(second["access_token"])
    assert wrong.status_code == 400
