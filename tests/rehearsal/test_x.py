from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from clipping.rehearsal.x import FakeX


@pytest.fixture
def fake() -> Iterator[FakeX]:
    with FakeX().serving() as serving:
        yield serving


def _asked(fake: FakeX, method: str, path: str, body: Any = None) -> requests.Response:
    token = {"Authorization": f"Bearer {fake.join('7').access}"}
    return requests.request(method, fake.url + path, headers=token, json=body, timeout=10)


def _upload(fake: FakeX, total: int = 8, parts: tuple[int, ...] = (0, 1)) -> requests.Response:
    begun = {"media_type": "video/mp4", "total_bytes": total, "media_category": "tweet_video"}
    made = _asked(fake, "POST", "/2/media/upload/initialize", begun).json()["data"]
    for index in parts:
        part = {"segment_index": index, "media": base64.b64encode(b"abcd").decode()}
        _asked(fake, "POST", f"/2/media/upload/{made['id']}/append", part)
    return _asked(fake, "POST", f"/2/media/upload/{made['id']}/finalize")


def _post(fake: FakeX, text: str, **more: Any) -> requests.Response:
    media = _upload(fake).json()["data"]["id"]
    fake.world.clock.advance(fake.preparing_s)
    body = {"text": text, "media": {"media_ids": [media]}, **more}
    return _asked(fake, "POST", "/2/tweets", body)


def test_parts_come_in_any_order_and_may_not_be_missing(fake: FakeX) -> None:
    whole = _upload(fake, parts=(1, 0, 1)).json()["data"]
    assert whole["processing_info"] == {"state": "in_progress", "check_after_secs": 5}
    assert _upload(fake, total=12, parts=(0, 2)).status_code == 400
    assert [one.rule for one in fake.world.violations] == ["chunk"]


def test_a_part_of_more_than_five_megabytes_is_refused(fake: FakeX) -> None:
    media = _upload(fake, total=9_000_000, parts=()).status_code
    assert media == 400
    begun = {"media_type": "video/mp4", "total_bytes": 9_000_000}
    made = _asked(fake, "POST", "/2/media/upload/initialize", begun).json()["data"]
    part = {"segment_index": 0, "media": base64.b64encode(bytes(5_000_001)).decode()}
    assert _asked(fake, "POST", f"/2/media/upload/{made['id']}/append", part).status_code == 413


def test_the_same_words_are_a_duplicate_for_a_while(fake: FakeX) -> None:
    assert _post(fake, "Bread & butter").status_code == 201
    again = _post(fake, "Bread & butter")
    assert (again.status_code, "duplicate content" in again.json()["detail"]) == (403, True)
    fake.world.clock.advance(fake.same_words_s)
    assert _post(fake, "Bread & butter").status_code == 201
    assert len(fake.world.ledger) == 2


def test_a_post_with_a_field_that_nobody_knows_is_refused(fake: FakeX) -> None:
    assert _post(fake, "A", is_ai=True).status_code == 400
    assert _post(fake, "A", made_with_ai=True).status_code == 201


def test_credits_run_out(fake: FakeX) -> None:
    fake.credits = 1
    assert _post(fake, "A").status_code == 201
    assert (_post(fake, "B").status_code, len(fake.world.ledger)) == (402, 1)


def test_every_answer_counts_down_and_one_too_many_is_noted(fake: FakeX) -> None:
    fake._windows["read"].most = 2
    first, _, late = (_asked(fake, "GET", "/2/users/me") for _ in range(3))
    assert first.headers["x-rate-limit-remaining"] == "1"
    assert late.status_code == 429
    assert int(late.headers["x-rate-limit-reset"]) > fake.world.clock.now.timestamp()
    assert [one.rule for one in fake.world.violations] == ["rate"]


def test_the_list_escapes_words_and_a_new_post_takes_a_moment_to_show_up(fake: FakeX) -> None:
    made = _post(fake, "Bread & butter").json()["data"]
    path = "/2/users/7/tweets?max_results=5"
    assert _asked(fake, "GET", path).json() == {"meta": {"result_count": 0}}
    fake.world.clock.advance(fake.shows_up_s)
    (shown,) = _asked(fake, "GET", path).json()["data"]
    assert shown["id"] == made["id"]
    assert shown["text"].startswith("Bread &amp; butter https://t.co/")


def test_a_look_up_answers_in_part(fake: FakeX) -> None:
    made = _post(fake, "A").json()["data"]["id"]
    found = _asked(fake, "GET", f"/2/tweets?ids={made},404").json()
    assert [one["id"] for one in found["data"]] == [made]
    assert found["errors"][0]["type"].endswith("/resource-not-found")


def test_a_refresh_token_is_good_once(fake: FakeX) -> None:
    asked = {**fake.app, "grant_type": "refresh_token", "refresh_token": fake.join("7").refresh}
    url = f"{fake.url}/2/oauth2/token"
    first, second = (requests.post(url, data=asked, timeout=10) for _ in range(2))
    assert (first.status_code, second.status_code) == (200, 400)
    assert second.json()["error"] == "invalid_grant"


def test_who_takes_the_refresh_token_away_takes_the_access_token_with_it(fake: FakeX) -> None:
    grant = fake.join("7")
    answer = requests.post(
        f"{fake.url}/2/oauth2/revoke", data={**fake.app, "token": grant.refresh}, timeout=10
    )
    assert answer.json() == {"revoked": True}
    assert fake.tokens.owner(grant.access) is None
