"""Transcribing through the database: what a kill costs, and what is never heard twice."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from clipping import progress
from clipping.db import queries
from clipping.db.session import open_session
from clipping.errors import CaptionsMismatch
from clipping.media.probe import probe
from clipping.models import GlossaryTerm, SourceVideo, Transcript, make_id
from clipping.settings import settings
from clipping.storage.base import hash_file
from clipping.transcripts import TRANSCRIBERS
from clipping.transcripts.base import Recording
from clipping.transcripts.captions import CaptionsTranscriber
from clipping.transcripts.notebook import Notebook
from tasks.transcribe import transcribe_source
from tests.db.processes import line, python
from tests.db.values import a_source
from tests.transcripts.hearers import FakeHearer, only_engines, planted
from tests.transcripts.recordings import recorded

SECONDS = 30
WORDS = [(at, number % 100) for number, at in enumerate(range(300, 1_000 * SECONDS - 500, 450))]
FREE_BOX = b"\x00\x00\x00\x08free"
"""At the end of an MP4 it makes another file of the same sound."""

DYING = """
    import os, sys, time
    os.environ["DATABASE_URL"], os.environ["CLIPPER_STORE"] = sys.argv[2:]
    from clipping.transcripts import TRANSCRIBERS
    from tasks.transcribe import transcribe_source
    from tests.transcripts.hearers import FakeHearer

    def before(place):
        print(f"chunk {place}", flush=True)
        if place == 1:
            time.sleep(600)

    class Dying(FakeHearer):
        def __init__(self):
            super().__init__(before)

    TRANSCRIBERS["planted"] = Dying
    transcribe_source.fn(sys.argv[1], "planted")
"""


@dataclass
class Place:
    """A store with talks in it, and the engines that heard them."""

    database_url: str
    store: Path
    engines: list[FakeHearer]

    def source(self, client: str, extra: bytes = b"") -> SourceVideo:
        """The talk as a source of that client; with ``extra`` bytes it is another file."""
        data = (self.store / "talk.mp4").read_bytes() + extra
        key = f"{client}-{len(extra)}.mp4"
        path = self.store / key
        path.write_bytes(data)
        sha256 = hash_file(path)
        source = a_source(
            client,
            sha256,
            source_id=make_id("src", client, sha256),
            media_key=key,
            media=probe(path),
        )
        with open_session(self.database_url) as session:
            queries.sources.save_source(session, source)
        return source

    def hear(self, source: SourceVideo) -> tuple[Transcript, int]:
        """The transcript of a source, and how many chunks were heard for it just now."""
        before = sum(len(engine.heard) for engine in self.engines)
        transcript_id = transcribe_source.fn(source.source_id, "planted")
        with open_session(self.database_url) as session:
            _, transcript = queries.lineage.get_transcript(session, transcript_id)
        return transcript, sum(len(engine.heard) for engine in self.engines) - before

    def rows(self, table: str) -> int:
        with psycopg.connect(self.database_url) as connection:
            row = connection.execute(f"SELECT count(*) FROM clipping.{table}").fetchone()
        assert row is not None
        return int(row[0])


@pytest.fixture(scope="module")
def talk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return recorded(
        tmp_path_factory.mktemp("talk") / "talk.mp4", planted(SECONDS, WORDS)
    ).media_path


@pytest.fixture
def place(
    talk: Path, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Place]:
    (tmp_path / "talk.mp4").write_bytes(talk.read_bytes())
    engines: list[FakeHearer] = []

    class Counted(FakeHearer):
        def __init__(self) -> None:
            super().__init__()
            engines.append(self)

    monkeypatch.setitem(TRANSCRIBERS, "planted", Counted)
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("CLIPPER_STORE", str(tmp_path))
    settings.cache_clear()
    yield Place(database_url, tmp_path, engines)
    settings.cache_clear()


def texts(transcript: Transcript) -> list[str]:
    return [word.text for word in transcript.words]


def test_a_source_is_heard_once(place: Place) -> None:
    source = place.source("acme")
    transcript, heard = place.hear(source)
    assert texts(transcript) == [f"w{number}" for _, number in WORDS]
    assert heard >= 3
    assert place.hear(source) == (transcript, 0)
    assert place.rows("heard_chunks") == heard


def test_a_kill_in_chunk_two_costs_that_chunk(place: Place) -> None:
    source = place.source("acme")
    with python(DYING, source.source_id, place.database_url, place.store) as process:
        assert line(process) == "chunk 0"
        assert line(process) == "chunk 1"
        process.send_signal(signal.SIGKILL)
        process.wait(30)
    assert (place.rows("heard_chunks"), place.rows("transcripts")) == (1, 0)
    transcript, heard = place.hear(source)
    assert texts(transcript) == [f"w{number}" for _, number in WORDS]
    assert heard == place.rows("heard_chunks") - 1


def test_the_same_sound_of_another_source_is_not_heard_again(place: Place) -> None:
    transcript, heard = place.hear(place.source("acme"))
    other = place.source("acme", FREE_BOX)
    assert place.hear(other) == (transcript, 0)
    assert place.rows("transcripts") == 2
    assert place.rows("heard_chunks") == heard


def test_what_one_client_had_heard_is_not_shown_to_another(place: Place) -> None:
    _, first = place.hear(place.source("acme"))
    _, second = place.hear(place.source("umbrella"))
    assert second == first >= 3
    assert place.rows("heard_chunks") == 2 * first


def test_a_client_s_glossary_is_used_and_a_change_of_it_hears_nothing_anew(place: Place) -> None:
    source = place.source("acme")
    plain, _ = place.hear(source)
    with open_session(place.database_url) as session:
        queries.heard.save_glossary(
            session, "acme", [GlossaryTerm(text="Wendy", sounds_like=("w7",))]
        )
    corrected, heard = place.hear(source)
    assert heard == 0
    assert "Wendy" in texts(corrected)
    assert "Wendy" not in texts(plain)
    assert place.rows("transcripts") == 2


def test_only_so_many_heavy_engines_run_at_a_time(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    inside, most, counting = 0, 0, threading.Lock()

    def before(_place: int) -> None:
        nonlocal inside, most
        with counting:
            inside += 1
            most = max(most, inside)
        time.sleep(0.15)
        with counting:
            inside -= 1

    class Slow(FakeHearer):
        def __init__(self) -> None:
            super().__init__(before)

    monkeypatch.setitem(TRANSCRIBERS, "planted", Slow)
    sources = [place.source(client) for client in ("a", "b", "c")]
    reports: list[progress.Progress] = []
    with progress.listening(reports.append):
        threads = [
            threading.Thread(target=transcribe_source.fn, args=(source.source_id, "planted"))
            for source in sources
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert place.rows("transcripts") == 3
    assert most == 1
    assert any("waiting for another transcription" in report.detail for report in reports)


class Mismatching(CaptionsTranscriber):
    """Whose captions never belong to the video."""

    def transcribe(self, recording: Recording, notebook: Notebook) -> Transcript:
        raise CaptionsMismatch(f"The captions in {recording.captions_name} do not belong to it.")


@pytest.fixture
def mismatching(place: Place) -> Iterator[None]:
    (place.store / "site.vtt").write_text("WEBVTT\n")
    with only_engines({"captions": Mismatching, "planted": TRANSCRIBERS["planted"]}):
        yield


def test_captions_of_a_site_that_do_not_fit_are_left_out_with_a_note(
    place: Place, mismatching: None
) -> None:
    source = place.source("acme")
    transcript_id = transcribe_source.fn(
        source.source_id, "auto", "site.vtt", "talk.vtt", captions_given=False
    )
    with open_session(place.database_url) as session:
        _, transcript = queries.lineage.get_transcript(session, transcript_id)
    assert texts(transcript) == [f"w{number}" for _, number in WORDS]
    assert "talk.vtt do not belong to it. They came with the link" in transcript.notes[-1]


@pytest.mark.parametrize(("transcriber", "given"), [("auto", True), ("captions", False)])
def test_captions_that_were_asked_for_and_do_not_fit_are_refused(
    transcriber: str, given: bool, place: Place, mismatching: None
) -> None:
    source = place.source("acme")
    with pytest.raises(CaptionsMismatch):
        transcribe_source.fn(
            source.source_id, transcriber, "site.vtt", "talk.vtt", captions_given=given
        )
