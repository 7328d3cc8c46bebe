"""Films and covers: for who may see the clip, whole or in parts, and nothing else of the disk."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import text
from starlette.testclient import TestClient

from clipping.db.session import open_session
from clipping.models import RenderedClip, Role
from dashboard.addresses import cover_url, video_url
from dashboard.door.files import part_of
from tests.dashboard.conftest import Workplace, forget
from tests.dashboard.door_place import a_user, browser, come_in
from tests.support.s3 import S3, child_environment


@pytest.fixture
def client(workplace: Workplace) -> Iterator[TestClient]:
    with browser() as opened:
        yield opened


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.CLIENT])
def test_every_file_is_there_for_who_may_see_its_clip_and_for_nobody_else(
    clips: list[RenderedClip], workplace: Workplace, client: TestClient, role: Role
) -> None:
    come_in(client, a_user(workplace.database_url, "bo", role, "acme"))
    theirs, other = clips
    for address, key in (
        (video_url(theirs.clip_id), theirs.video_key),
        (cover_url(theirs.clip_id), theirs.cover_key),
    ):
        answer = client.get(address)
        assert answer.status_code == 200
        assert answer.content == (workplace.store / key).read_bytes()
    for address in (video_url(other.clip_id), cover_url(other.clip_id)):
        forbidden, missing = client.get(address), client.get(address.replace("bad", "none"))
        assert forbidden.status_code == missing.status_code == 404
        assert forbidden.content == missing.content


def test_a_film_comes_in_parts(
    clips: list[RenderedClip], workplace: Workplace, client: TestClient
) -> None:
    come_in(client, a_user(workplace.database_url, "bo", Role.ADMIN))
    address = video_url(clips[0].clip_id)
    whole = client.get(address)
    size = len(whole.content)
    assert whole.headers["content-type"] == "video/mp4"
    assert whole.headers["accept-ranges"] == "bytes"
    part = client.get(address, headers={"range": "bytes=100-199"})
    assert (part.status_code, part.content) == (206, whole.content[100:200])
    assert part.headers["content-range"] == f"bytes 100-199/{size}"
    assert part.headers["content-length"] == "100"
    beyond = client.get(address, headers={"range": f"bytes={size}-"})
    assert (beyond.status_code, beyond.headers["content-range"]) == (416, f"bytes */{size}")
    tag = whole.headers["etag"]
    assert client.get(address, headers={"if-none-match": tag}).status_code == 304
    other = {"range": "bytes=0-9", "if-range": '"another"'}
    assert len(client.get(address, headers=other).content) == size
    head = client.head(address, headers={"range": "bytes=0-9"})
    assert (head.status_code, head.content, head.headers["content-length"]) == (206, b"", "10")
    assert whole.headers["cache-control"] == "private, no-cache"


@pytest.mark.parametrize(
    ("asked", "part"),
    [
        pytest.param("", (0, 1000), id="nothing"),
        pytest.param("bytes=0-", (0, 1000), id="all"),
        pytest.param("bytes=0-0", (0, 1), id="one byte"),
        pytest.param("bytes=900-5000", (900, 1000), id="past the end"),
        pytest.param("bytes=-100", (900, 1000), id="the last ones"),
        pytest.param("bytes=-5000", (0, 1000), id="more than there are"),
        pytest.param("bytes=1000-", None, id="behind the end"),
        pytest.param("bytes=-0", None, id="the last none"),
        pytest.param("bytes=5-2", (0, 1000), id="backwards"),
        pytest.param("bytes=0-1,5-6", (0, 1000), id="several"),
        pytest.param("bytes=-", (0, 1000), id="no number"),
        pytest.param("items=0-1", (0, 1000), id="another unit"),
        pytest.param("bytes=" + "9" * 40 + "-", (0, 1000), id="an endless number"),
    ],
)
def test_what_a_range_asks_for(asked: str, part: tuple[int, int] | None) -> None:
    assert part_of(asked, 1000) == part


def test_of_an_empty_file_there_is_no_part() -> None:
    assert part_of("", 0) == (0, 0)
    assert part_of("bytes=0-", 0) is None
    assert part_of("bytes=-1", 0) is None


NO_IDS = [
    "../../../etc/passwd",
    "..%2f..%2f..%2fetc%2fpasswd",
    "%2e%2e%2f%2e%2e%2fetc%2fpasswd",
    "..%5c..%5cetc%5cpasswd",
    "/etc/passwd",
    "clip_good%00",
    "clip_good' OR '1'='1",
    "%",
    "*",
    "é" * 300,
]


def test_no_address_leads_out_of_the_store(
    clips: list[RenderedClip], workplace: Workplace, client: TestClient
) -> None:
    (workplace.store / "passwd").write_text("root:x")
    come_in(client, a_user(workplace.database_url, "bo", Role.ADMIN))
    for clip_id in NO_IDS:
        for address in (f"/media/clips/{clip_id}.mp4", f"/media/covers/{clip_id}.jpg"):
            answer = client.get(f"http://127.0.0.1:8501{address}")
            # What is no address of ours, with the dots resolved, is the small app's.
            elsewhere = answer.headers["content-type"] == "application/json"
            assert answer.status_code == 404 or elsewhere, clip_id
            assert b"root:" not in answer.content


def test_a_key_that_leads_out_of_the_store_is_not_followed(
    clips: list[RenderedClip], workplace: Workplace, client: TestClient
) -> None:
    come_in(client, a_user(workplace.database_url, "bo", Role.ADMIN))
    (workplace.store.parent / "secret.mp4").write_text("hidden")
    with open_session(workplace.database_url) as session:
        session.execute(text("UPDATE clipping.clips SET video_key = '../secret.mp4'"))
    answer = client.get(video_url(clips[0].clip_id))
    assert answer.status_code >= 400
    assert b"hidden" not in answer.content


def test_a_file_that_was_lost_is_said_to_be_lost(
    clips: list[RenderedClip], workplace: Workplace, client: TestClient
) -> None:
    come_in(client, a_user(workplace.database_url, "bo", Role.ADMIN))
    (workplace.store / clips[0].video_key).unlink()
    answer = client.get(video_url(clips[0].clip_id))
    assert answer.status_code == 404
    assert "The file is missing from the media store" in answer.text


def test_files_in_a_bucket_are_shown_from_copies_of_them(
    clips: list[RenderedClip],
    workplace: Workplace,
    client: TestClient,
    s3: S3,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    come_in(client, a_user(workplace.database_url, "bo", Role.ADMIN))
    for clip in clips:
        s3.store("elsewhere").put(workplace.store / clip.cover_key, clip.cover_key)
    monkeypatch.setenv("CLIPPER_STORE", s3.place.name)
    monkeypatch.setenv("CLIPPER_STORE_ENDPOINT", s3.front.url)
    monkeypatch.setenv("CLIPPER_CACHE", str(s3.folder / "pages"))
    for name, value in child_environment(s3.front.url).items():
        if name.startswith("AWS_") or name == "NO_PROXY":
            monkeypatch.setenv(name, value)
    forget()
    for clip in clips:
        answer = client.get(cover_url(clip.clip_id))
        assert answer.content == (workplace.store / clip.cover_key).read_bytes()
    assert len(list((s3.folder / "pages").rglob("clip_*"))) == 2
    s3.store("elsewhere").delete(clips[0].cover_key)
    assert client.get(cover_url(clips[0].clip_id)).status_code == 404
