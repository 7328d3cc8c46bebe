"""A database and a media store with a few finished clips, as the stages leave them."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path

import av
import numpy as np
import pytest
import streamlit as st

from clipping.db import queries
from clipping.db.session import open_session
from clipping.models import ClipState, Proof, ProofCheck, RenderedClip, Role
from clipping.settings import settings
from dashboard.door import admission, files, passing, person
from tests.dashboard.door_place import HERE, a_user, cheap_passwords
from tests.db.values import a_clip, a_detection, a_source, a_transcript
from tests.support.database import database_url, postgres
from tests.support.media import make_video
from tests.support.s3 import s3, s3_front, s3_test_client

__all__ = ["database_url", "postgres", "s3", "s3_front", "s3_test_client"]

PASSED = Proof(
    passed=True,
    checks=(ProofCheck(name="loudness", value=-14.0, limit="-14 ±1", unit="LUFS", passed=True),),
)


@dataclass(frozen=True)
class Workplace:
    """Where the pages find what they show, and who looks at them: an admin, unless changed."""

    database_url: str
    store: Path
    patch: pytest.MonkeyPatch

    def look_as(self, name: str, role: Role, *clients: str) -> str:
        """From now on somebody else looks; the id of them."""
        user_id = a_user(self.database_url, name, role, *clients)
        token_sha256 = passing.hashed(admission.let_in(user_id, "", ""))
        told = {passing.SIGN_IN: passing.written(token_sha256), passing.ORIGIN: HERE}
        self.patch.setattr(person, "_headers", lambda: told)
        return user_id


@pytest.fixture
def workplace(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Workplace]:
    """An empty database and an empty store, named by the environment."""
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("CLIPPER_STORE", str(tmp_path / "store"))
    cheap_passwords(monkeypatch)
    forget()
    made = Workplace(database_url, tmp_path / "store", monkeypatch)
    made.look_as("ann", Role.ADMIN)
    yield made
    forget()


def forget() -> None:
    """Read the settings, and open the store that they name, anew."""
    settings.cache_clear()
    files.store.cache_clear()
    st.cache_resource.clear()


@pytest.fixture
def clips(workplace: Workplace) -> list[RenderedClip]:
    """A ready clip and one that failed its proof, newest first, of two clients."""
    first = a_clip("clip_good", "acme", state=ClipState.READY, proof=PASSED)
    second = a_clip(
        "clip_bad",
        "bravo",
        state=ClipState.FAILED_PROOF,
        rendered_at=first.rendered_at - timedelta(hours=1),
    )
    with open_session(workplace.database_url) as session:
        for client, clip in (("acme", first), ("bravo", second)):
            source = a_source(client, file_name=f"{client} talk.mp4")
            queries.sources.save_source(session, source)
            transcript = queries.transcripts.save_transcript(
                session, source.source_id, None, a_transcript(12)
            )
            queries.detections.save_detection(
                session, source.source_id, transcript, f"detection {client}", a_detection()
            )
            queries.clips.save_clip(session, clip)
    for clip in (first, second):
        put_files(workplace.store, clip)
    return [first, second]


def put_files(store: Path, clip: RenderedClip) -> None:
    """A small video and a cover under the clip's keys."""
    (store / clip.video_key).parent.mkdir(parents=True, exist_ok=True)
    for key, content in zip((clip.video_key, clip.cover_key), _files(), strict=True):
        (store / key).write_bytes(content)


@cache
def _files() -> tuple[bytes, bytes]:
    with tempfile.TemporaryDirectory() as folder:
        video = make_video(Path(folder, "clip.mp4"), seconds=1, size=(180, 320))
        path = Path(folder, "cover.jpg")
        cover = av.VideoFrame.from_ndarray(np.full((320, 180, 3), (91, 61, 245), np.uint8))
        with av.open(str(path), "w", format="image2") as container:
            stream = container.add_stream("mjpeg", rate=1, options={"strict": "unofficial"})
            stream.width, stream.height, stream.pix_fmt = 180, 320, "yuvj420p"
            container.mux(stream.encode(cover.reformat(format="yuvj420p")))
            container.mux(stream.encode(None))
        return video.read_bytes(), path.read_bytes()
