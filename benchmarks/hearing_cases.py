"""What the children of the section on hearing run; every argument is what JSON can hold."""

from __future__ import annotations

import os
import uuid
from collections.abc import Sequence
from pathlib import Path

from benchmarks.null_engine import NullTranscriber
from benchmarks.stopwatch import Stopwatch
from clipping import transcripts
from clipping.db import queries
from clipping.db.session import open_session
from clipping.media.decode import speech_chunks
from clipping.media.ffmpeg import run_ffmpeg
from clipping.media.probe import probe
from clipping.models import SourceVideo, make_id
from clipping.settings import settings
from clipping.transcripts import chunked, chunks, listening, postprocess
from clipping.transcripts.sound_events import SoundMeter
from clipping.transcripts.voice_activity import ActivityMeter
from tasks import notebook
from tasks.transcribe import transcribe_source
from tests.db.values import a_source

TIMEOUT_S = 1_800.0

PARTS: tuple[tuple[str, object, tuple[str, ...]], ...] = (
    ("reading the sound", listening, ("speech_chunks",)),
    ("reading the sound", chunked, ("read_speech",)),
    ("where somebody speaks", ActivityMeter, ("feed", "finish")),
    ("sound events", SoundMeter, ("feed", "finish")),
    ("cutting into chunks", chunks, ("plan",)),
    ("saving", notebook.PostgresNotebook, ("load", "save")),
    ("saving", queries.transcripts, ("save_transcript",)),
    ("post-processing", postprocess, ("finish",)),
    ("making up the words", NullTranscriber, ("hear",)),
)
"""Parts of transcribing, by the functions that do them; none calls another."""


def our_sound(video: str, out: str) -> None:
    """The sound at 16 kHz mono as every engine reads it."""
    path = Path(video)
    with Path(out).open("wb") as file:
        for samples in speech_chunks(path, probe(path)):
            file.write(samples.tobytes())


def plain_sound(video: str, out: str) -> None:
    """The same by one ffmpeg command."""
    run_ffmpeg(
        ["-i", video, "-vn", "-ac", "1", "-ar", "16000", "-f", "s16le", out], timeout_s=TIMEOUT_S
    )


def around(video: str, words: Sequence[str], period_ms: int, database: str) -> dict[str, float]:
    """Transcribe a source with an engine that takes no time; CPU-seconds of each part."""
    path = Path(video)
    os.environ |= {"DATABASE_URL": database, "CLIPPER_STORE": str(path.parent)}
    settings.cache_clear()
    source = _source(path, database)
    NullTranscriber.learn(words, period_ms)
    transcripts.TRANSCRIBERS[NullTranscriber.name] = NullTranscriber
    with Stopwatch().on(PARTS) as watch:
        transcript_id = transcribe_source.fn(source.source_id, NullTranscriber.name)
    with open_session(database) as session:
        _, transcript = queries.lineage.get_transcript(session, transcript_id)
    said = len(words) * source.media.duration_ms / period_ms
    if not 0.95 < len(transcript.words) / said < 1.05:
        raise SystemExit(f"{len(transcript.words)} words of about {said:.0f} were kept")
    return watch.cpu_s


def _source(path: Path, database: str) -> SourceVideo:
    """The file as a source of a client who has had nothing heard before."""
    client, sha256 = f"bench-{uuid.uuid4().hex[:12]}", uuid.uuid4().hex * 2
    source = a_source(
        client,
        sha256,
        source_id=make_id("src", client, sha256),
        file_name=path.name,
        media_key=path.name,
        media=probe(path),
    )
    with open_session(database) as session:
        queries.sources.save_source(session, source)
    return source
