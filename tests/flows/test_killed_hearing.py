"""SIGKILL of ``clipper transcribe`` while it fetches, stores, hears and saves: nothing is lost.

One video behind a link, stored in a bucket. Each run is killed later than the one before, and the
last one finishes; what the site sent, the bucket got and the engine heard is counted over all.
"""

from __future__ import annotations

import json
import signal
import struct
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import psycopg
import pytest

from clipping.db import queries
from clipping.db.session import open_session
from clipping.models import Transcript
from clipping.settings import settings
from clipping.sources import fetch_process
from clipping.transcripts import TRANSCRIBERS
from flows.hear import hear_source
from flows.local_run import local_run, prefect_environment
from tests.flows.conftest import Clipper
from tests.flows.hearing_child import noted
from tests.sources.internet import FakeInternet, fake_internet
from tests.sources.pieces import put_up
from tests.sources.places import MEDIA
from tests.support.s3 import KEYS, PART_BYTES, S3
from tests.support.s3_front import Request
from tests.transcripts.hearers import planted
from tests.transcripts.recordings import recorded

SECONDS = 30
WORDS = [(at, number % 100) for number, at in enumerate(range(300, 1_000 * SECONDS - 500, 450))]
PARTS = 5
FILE = "/talk.mp4"
TABLES = ("sources", "heard_chunks", "transcripts")

LOCKED_OUT = """
SELECT count(*) FROM pg_stat_activity
WHERE wait_event_type = 'Lock' AND query ILIKE 'INSERT INTO clipping.transcripts%'
"""


@dataclass
class Place:
    """A site with one video, a bucket, a database, and an engine that leaves notes."""

    net: FakeInternet
    s3: S3
    url: str
    content: bytes
    clipper: Clipper
    folder: Path

    @property
    def scratch(self) -> Path:
        return self.clipper.home / "scratch"

    @property
    def sent(self) -> int:
        """Bytes of the video that the site sent, in all runs together."""
        return self.net.sent.get(f"{MEDIA}{FILE}", 0)

    @property
    def notes(self) -> Counter[str]:
        path = self.folder / "heard"
        return Counter(path.read_text().split() if path.exists() else [])

    def parts(self) -> list[Request]:
        """Parts of the video that the bucket took."""
        return [request for request in self.s3.front.of("UploadPart") if request.status == 200]

    def rows(self) -> dict[str, int]:
        with psycopg.connect(self.clipper.extra["DATABASE_URL"]) as connection:
            counts = [
                connection.execute(f"SELECT count(*) FROM clipping.{table}").fetchone()
                for table in TABLES
            ]
        return dict(zip(TABLES, (row[0] for row in counts if row), strict=True))

    def kill_when(self, reached: Callable[[], bool], *, stands_still_at: int | None = None) -> None:
        """Run the command, and kill it with SIGKILL as soon as that is so."""
        config = self.folder / "child.json"
        given = {
            "fetch": fetch_process.COMMAND,
            "part_bytes": PART_BYTES,
            "heard": str(self.folder / "heard"),
            "stands_still_at": stands_still_at,
        }
        config.write_text(json.dumps(given))
        arguments = (config, "transcribe", self.url, "--transcriber", "planted")
        with self.clipper.start(*arguments, module="tests.flows.hearing_child") as process:
            assert process.stderr is not None
            deadline = time.monotonic() + 90
            while not reached():
                assert process.poll() is None, process.stderr.read()
                assert time.monotonic() < deadline
                time.sleep(0.01)
            children = psutil.Process(process.pid).children(recursive=True)
            process.send_signal(signal.SIGKILL)
        assert process.returncode == -signal.SIGKILL
        _, alive = psutil.wait_procs(children, timeout=10)
        assert alive == [], "its own children end with it"

    def finish(self) -> Transcript:
        """The same again, not killed, in this process."""
        with local_run():
            transcript_id = hear_source(location=self.url, transcriber="planted")
        with open_session(self.clipper.extra["DATABASE_URL"]) as session:
            return queries.lineage.get_transcript(session, transcript_id)[1]


@pytest.fixture
def place(
    s3: S3,
    database_url: str,
    prefect_api: dict[str, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Place]:
    folder, internet = tmp_path / "place", tmp_path / "internet"
    folder.mkdir()
    internet.mkdir()
    content = recorded(folder / "talk.mp4", planted(SECONDS, WORDS)).media_path.read_bytes()
    padding = PARTS * PART_BYTES - 1_000 - len(content)
    content += struct.pack(">I4s", padding, b"free") + bytes(padding - 8)
    with fake_internet(internet) as net:
        environment = {
            **prefect_api,
            "DATABASE_URL": database_url,
            "CLIPPER_STORE": s3.place.name,
            "CLIPPER_STORE_ENDPOINT": s3.front.url,
            "CLIPPER_STORE_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": KEYS.access_key_id.get_secret_value(),
            "AWS_SECRET_ACCESS_KEY": KEYS.secret_access_key.get_secret_value(),
            "NO_PROXY": "127.0.0.1",
            "CLIPPER_LINK_HOSTS": "fakesite.com",
            "SSL_CERT_FILE": str(net.ca),
        }
        clipper = Clipper(tmp_path / "home", environment)
        monkeypatch.setenv("CLIPPER_HOME", str(clipper.home))
        settings.cache_clear()
        # What a command sets for itself is undone behind us.
        own = {**prefect_environment(), "PREFECT_LOGGING_SETTINGS_PATH": ""}
        for name, value in {**own, **environment}.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(fetch_process, "COMMAND", net.command())
        monkeypatch.setitem(TRANSCRIBERS, "planted", noted(folder / "heard"))
        settings.cache_clear()
        yield Place(net, s3, put_up(net, "talk", content), content, clipper, folder)
        settings.cache_clear()


def _kill_in_the_download(place: Place) -> tuple[int, int]:
    """With half of the video sent; gives the bytes on the disk, and those the site sent."""
    place.net.pace[f"{MEDIA}{FILE}"] = 0.05
    place.kill_when(lambda: place.sent > len(place.content) // 2)
    place.net.pace.clear()
    (part,) = place.scratch.rglob("*.mp4.part")
    assert place.rows()["sources"] == 0
    return part.stat().st_size, place.sent


def _kill_in_the_upload(place: Place) -> None:
    """With one part stored and four on their way: those four are sent by the next run."""
    go, front = threading.Event(), place.s3.front
    fault = front.fail("UploadPart", skip=1, times=PARTS - 1, drop=True, wait=go)
    place.kill_when(lambda: len(place.parts()) == 1 and front.count("UploadPart") == PARTS)
    go.set()
    front.faults.remove(fault)
    assert place.s3.keys() == [], "a key never holds half a file"
    assert place.rows()["sources"] == 0


def _kill_in_chunk_two(place: Place) -> None:
    place.kill_when(lambda: place.notes["begun"] == 2, stands_still_at=1)
    assert place.notes == {"begun": 2, "heard": 1}
    assert place.rows() == {"sources": 1, "heard_chunks": 1, "transcripts": 0}


def _kill_in_saving(place: Place) -> None:
    """With every chunk saved, and the words of all of them about to be."""
    url = place.clipper.extra["DATABASE_URL"]
    with psycopg.connect(url) as holder, psycopg.connect(url, autocommit=True) as observer:
        holder.execute("LOCK TABLE clipping.transcripts IN SHARE MODE")

        def locked_out() -> bool:
            row = observer.execute(LOCKED_OUT).fetchone()
            return row is not None and row[0] == 1

        place.kill_when(locked_out)
    rows = place.rows()
    assert rows["heard_chunks"] >= 3
    assert (rows["sources"], rows["transcripts"]) == (1, 0)
    assert place.notes["heard"] == rows["heard_chunks"]


@pytest.mark.timeout(300)
def test_a_hearing_killed_at_each_step_is_finished_and_nothing_is_done_twice(place: Place) -> None:
    kept, sent = _kill_in_the_download(place)
    _kill_in_the_upload(place)
    asked_of_site = len(place.net.asked)
    asked = [one.begin for one in place.net.asked if one.path == FILE]
    assert asked == [0, kept], "nothing that was on the disk is asked for again"
    assert kept > len(place.content) // 8
    assert place.sent == sent + len(place.content) - kept
    _kill_in_chunk_two(place)
    _kill_in_saving(place)
    before = place.notes
    transcript = place.finish()
    assert [word.text for word in transcript.words] == [f"w{number}" for _, number in WORDS]
    assert place.rows() == {"sources": 1, "heard_chunks": before["heard"], "transcripts": 1}

    assert len(place.net.asked) == asked_of_site, "what was fetched whole is not asked for again"
    numbers = sorted(int(part.query["partNumber"]) for part in place.parts())
    assert numbers == list(range(1, PARTS + 1)), "every part is stored once"
    assert sum(part.body_bytes for part in place.parts()) == len(place.content)
    assert place.s3.front.fetched() == 0, "it is in the cache of the machine that stored it"
    assert place.notes == before, "every chunk was saved"
    assert before["begun"] == before["heard"] + 1, "only the chunk of the kill was begun twice"

    _assert_nothing_is_left(place)
    assert place.finish() == transcript
    assert place.notes == before


def _assert_nothing_is_left(place: Place) -> None:
    assert [path for path in place.scratch.rglob("*") if path.is_file()] == []
    assert [path for path in place.clipper.home.rglob("*.part") if path.is_file()] == []
    (key,) = place.s3.keys()
    assert place.s3.store("elsewhere").local_path(key.removeprefix("of/us/")).read_bytes() == (
        place.content
    )
    open_uploads = place.s3.client.list_multipart_uploads(Bucket=place.s3.place.bucket)
    assert open_uploads.get("Uploads", []) == []
