from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests

from clipping.rehearsal.youtube import FakeYouTube

_GRAIN = 256 * 1024
_ALL = 2 * _GRAIN + 10


@pytest.fixture
def fake() -> Iterator[FakeYouTube]:
    with FakeYouTube().serving() as serving:
        yield serving


def _asked(fake: FakeYouTube, method: str, path: str, **named: Any) -> requests.Response:
    token = {"Authorization": f"Bearer {fake.join('UC1').access}"}
    headers = {**token, **named.pop("headers", {})}
    return requests.request(method, fake.url + path, headers=headers, timeout=10, **named)


def _session(fake: FakeYouTube, title: str = "A title", part: str = "snippet") -> requests.Response:
    return _asked(
        fake,
        "POST",
        f"/upload/youtube/v3/videos?uploadType=resumable&part={part}",
        json={"snippet": {"title": title}},
        headers={"X-Upload-Content-Length": str(_ALL)},
    )


def _put(fake: FakeYouTube, session: str, first: int, body: bytes) -> requests.Response:
    last = first + len(body) - 1
    said = f"bytes {first}-{last}/{_ALL}" if body else f"bytes */{_ALL}"
    path = session.removeprefix(fake.url)
    return _asked(fake, "PUT", path, data=body, headers={"Content-Range": said})


def _reason(answer: requests.Response) -> str:
    return str(answer.json()["error"]["errors"][0]["reason"])


def test_a_session_tells_how_much_of_the_file_is_there(fake: FakeYouTube) -> None:
    session = _session(fake).headers["Location"]
    nothing = _put(fake, session, 0, b"")
    assert (nothing.status_code, nothing.headers.get("Range")) == (308, None)
    some = _put(fake, session, 0, bytes(_GRAIN))
    assert (some.status_code, some.headers["Range"]) == (308, f"bytes=0-{_GRAIN - 1}")
    last = _put(fake, session, _GRAIN, bytes(_GRAIN + 10))
    assert last.status_code == 200
    assert _put(fake, session, 0, b"").json()["id"] == last.json()["id"]
    assert [one.public_id for one in fake.world.ledger] == [last.json()["id"]]


@pytest.mark.parametrize(("first", "size"), [(0, 1000), (_GRAIN, _GRAIN)], ids=["odd", "gap"])
def test_a_part_of_an_odd_size_or_behind_a_gap_is_refused_and_noted(
    first: int, size: int, fake: FakeYouTube
) -> None:
    session = _session(fake).headers["Location"]
    assert _put(fake, session, first, bytes(size)).status_code == 400
    assert [one.rule for one in fake.world.violations] == ["chunk"]


def test_what_is_wrong_with_the_description_comes_out_with_the_session(fake: FakeYouTube) -> None:
    assert _reason(_session(fake, title="<b>")) == "invalidTitle"
    assert _reason(_session(fake, part="snippet,brandPartner")) == "unknownPart"


def test_a_lapsed_session_is_not_found(fake: FakeYouTube) -> None:
    session = _session(fake).headers["Location"]
    fake.world.clock.advance(fake.session_s)
    assert _put(fake, session, 0, b"").status_code == 404


def test_the_apps_bucket_and_the_channels_limit_are_two_things(fake: FakeYouTube) -> None:
    fake.uploads_a_day = 0
    fake._most["insert"] = 1
    assert _reason(_session(fake)) == "uploadLimitExceeded"
    assert _reason(_session(fake)) == "quotaExceeded"
    # Midnight Pacific time is in 23 hours.
    fake.world.clock.advance(23 * 3600)
    assert _reason(_session(fake)) == "uploadLimitExceeded"


def test_a_login_ends_after_an_hour_and_its_refresh_token_stays(fake: FakeYouTube) -> None:
    grant = fake.join("UC1")
    asked = {**fake.app, "grant_type": "refresh_token", "refresh_token": grant.refresh}
    fake.world.clock.advance(3600)
    path = "/youtube/v3/channels?part=id&mine=true"
    headers = {"Authorization": f"Bearer {grant.access}"}
    late = _asked(fake, "GET", path, headers=headers)
    assert (late.status_code, _reason(late)) == (401, "authError")
    for _ in range(2):
        answer = requests.post(f"{fake.url}/token", data=asked, timeout=10).json()
        assert "refresh_token" not in answer
    headers = {"Authorization": f"Bearer {answer['access_token']}"}
    assert _asked(fake, "GET", path, headers=headers).json()["items"][0]["id"] == "UC1"


def test_figures_come_as_text(fake: FakeYouTube) -> None:
    session = _session(fake).headers["Location"]
    video = _put(fake, session, 0, bytes(_ALL)).json()["id"]
    found = _asked(fake, "GET", f"/youtube/v3/videos?part=statistics&id={video}").json()
    assert found["items"][0]["statistics"]["viewCount"] == "0"


def test_a_channel_tells_its_handle_and_tokens_are_handed_to_the_app_alone(
    fake: FakeYouTube,
) -> None:
    (channel,) = _asked(fake, "GET", "/youtube/v3/channels?part=snippet&mine=true").json()["items"]
    assert (channel["snippet"]["customUrl"], "contentDetails" in channel) == ("@uc1", False)
    asked = {"grant_type": "refresh_token", "refresh_token": fake.join("UC1").refresh}
    assert requests.post(f"{fake.url}/token", data=asked, timeout=10).status_code == 401
