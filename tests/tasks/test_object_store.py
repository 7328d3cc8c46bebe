"""The stages on a store in a bucket: what ingest stores, and what is forgotten of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from clipping.claude import breaker
from clipping.db import queries
from clipping.db.session import open_session
from clipping.errors import NeedsPerson, Rejected, ServiceUnavailable, TooShort, UnreadableCaptions
from clipping.models import Ground, Rights, SourceRequest
from clipping.settings import settings
from clipping.storage.stored import stored_captions, stored_source
from flows.bucket import make
from tasks.ingest import discard_source, ingest_source
from tasks.rights import check_rights_at
from tasks.sweep import sweep
from tasks.workplace import files_held, media_store
from tests.support.media import make_video
from tests.support.s3 import KEYS, S3
from tests.tasks.sweep_place import NOW, TALK, sweep_place

CAPTIONS = "1\n00:00:00,100 --> 00:00:00,900\nHello there\n"


@pytest.fixture
def bucket(
    s3: S3, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[S3]:
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("CLIPPER_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("CLIPPER_STORE", s3.place.name)
    monkeypatch.setenv("CLIPPER_STORE_ENDPOINT", s3.front.url)
    monkeypatch.setenv("CLIPPER_STORE_REGION", "us-east-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", KEYS.access_key_id.get_secret_value())
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", KEYS.secret_access_key.get_secret_value())
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    settings.cache_clear()
    yield s3
    settings.cache_clear()


def test_a_bucket_of_our_own_is_made_once(bucket: S3, monkeypatch: pytest.MonkeyPatch) -> None:
    name = f"own-{bucket.place.bucket}"
    monkeypatch.setenv("CLIPPER_STORE", f"s3://{name}/below")
    settings.cache_clear()
    for _ in range(2):
        assert make() == f"s3://{name}/below"
    assert name in {one["Name"] for one in bucket.client.list_buckets()["Buckets"]}
    monkeypatch.delenv("CLIPPER_STORE")
    settings.cache_clear()
    with pytest.raises(NeedsPerson, match="Name the bucket in CLIPPER_STORE"):
        make()


def test_a_source_in_a_bucket_is_stored_once_and_forgotten_whole(
    bucket: S3, tmp_path: Path, database_url: str
) -> None:
    talk = make_video(tmp_path / "talk.mp4", seconds=2)
    captions = tmp_path / "talk.srt"
    captions.write_text(CAPTIONS)
    request = SourceRequest(location=str(talk), captions=str(captions), client="acme")
    source = ingest_source.fn(request, 1_000)
    assert source.captions_key is not None
    assert set(bucket.keys()) == {f"of/us/{key}" for key in (source.media_key, source.captions_key)}
    bucket.front.forget()
    assert ingest_source.fn(request, 1_000).source_id == source.source_id
    assert bucket.front.sent("PutObject") == 0
    with files_held():
        assert media_store().local_path(source.media_key).read_bytes() == talk.read_bytes()
    assert bucket.store("elsewhere").local_path(source.media_key).exists()
    discard_source.fn(source.source_id, source.captions_key)
    assert bucket.keys() == []
    for store in (media_store(), bucket.store("elsewhere")):
        with pytest.raises(NeedsPerson, match="is missing from the media store s3://"):
            store.local_path(source.media_key)
    home = settings().home
    assert not [path for path in home.rglob("*~*") if path.is_file()], "nor is there a copy"
    with open_session(database_url) as session:
        assert queries.overview.recent_sources(session, "acme", 9) == []


def test_a_bucket_that_is_away_is_asked_by_nobody_until_one_finds_it_back(
    bucket: S3, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = "acme/clips/clip_1.mp4"
    store = media_store()
    assert not store.exists(key)

    def away(*_: object) -> None:
        raise ServiceUnavailable("The object store is not to be reached.")

    with monkeypatch.context() as patch:
        patch.setattr("clipping.storage.s3_bucket.Bucket.head", away)
        for _ in range(5):
            with pytest.raises(ServiceUnavailable, match="not to be reached"):
                store.exists(key)
    bucket.front.forget()
    with pytest.raises(ServiceUnavailable, match="store is away; it is asked again in"):
        store.exists(key)
    assert bucket.front.count("HeadObject") == 0
    with open_session(database_url) as session:
        [look] = queries.health.looks(session)
        assert (look.service, look.failures) == ("store", 5)
        queries.health.outage(
            session, "store", lambda one: breaker.after_no_probe(one, look.since or NOW)
        )
    assert not store.exists(key)
    with open_session(database_url) as session:
        assert queries.health.looks(session)[0].failures == 0


def test_an_archive_in_a_bucket_takes_what_is_old_and_gives_it_back(
    s3: S3, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, secret in (
        ("ACCESS_KEY_ID", KEYS.access_key_id),
        ("SECRET_ACCESS_KEY", KEYS.secret_access_key),
    ):
        monkeypatch.setenv(f"AWS_{name}", secret.get_secret_value())
    monkeypatch.setenv("CLIPPER_ARCHIVE_ENDPOINT", s3.front.url)
    monkeypatch.setenv("CLIPPER_ARCHIVE_REGION", "us-east-1")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with sweep_place(database_url, tmp_path, monkeypatch) as place:
        monkeypatch.setenv("CLIPPER_ARCHIVE", s3.place.name)
        settings.cache_clear()
        done = sweep(apply=True, now=NOW).document()["done"]
        assert {deed: counts["files"] for deed, counts in done.items()} == {
            "archive": 1,
            "remove": 1,
        }
        assert s3.keys() == [f"of/us/{place.talk_key}"]
        assert s3.front.fetched() >= len(TALK), "it was read back"
        assert place.keys(place.store) == set()
        with files_held():
            assert media_store().local_path(place.talk_key).read_bytes() == TALK


def test_what_one_machine_has_stored_another_takes_in_by_its_name_there(
    bucket: S3, tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    talk = make_video(tmp_path / "talk.mp4", seconds=2)
    captions = tmp_path / "talk.srt"
    captions.write_text(CAPTIONS)
    request = SourceRequest(location=str(talk), captions=str(captions), client="acme")
    kept = ingest_source.fn(request, 1_000)
    assert kept.captions_key is not None
    talk.unlink()
    captions.unlink()
    monkeypatch.setenv("CLIPPER_HOME", str(tmp_path / "another machine"))
    settings.cache_clear()

    named = SourceRequest(location=stored_source(kept.source_id), client="acme")
    assert ingest_source.fn(named, 1_000) == kept
    own = named.replace(
        captions=stored_captions(kept.captions_key), rights=Rights(ground=Ground.OWN)
    )
    again = ingest_source.fn(own, 1_000)
    assert (again.captions_key, again.rights.owner) == (kept.captions_key, "acme")
    check_rights_at.fn(named.location, "acme", Rights())
    with pytest.raises(TooShort):
        ingest_source.fn(named, 60_000)
    with pytest.raises(Rejected, match="no source"):
        ingest_source.fn(named.replace(client="bravo"), 1_000)
    theirs = named.replace(captions=stored_captions("bravo/captions/" + "0" * 64 + ".srt"))
    with pytest.raises(UnreadableCaptions, match="no captions of acme"):
        ingest_source.fn(theirs, 1_000)
    bucket.client.delete_object(Bucket=bucket.place.bucket, Key=f"of/us/{kept.media_key}")
    with pytest.raises(NeedsPerson, match="add it again"):
        ingest_source.fn(named, 1_000)
