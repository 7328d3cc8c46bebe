"""A database and a media store with a few finished clips, as the stages leave them."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import av
import numpy as np
import pytest
import streamlit as st
from sqlmodel import Session
from streamlit.components.v2 import manifest_scanner
from streamlit.runtime.scriptrunner.script_cache import ScriptCache
from streamlit.testing.v1 import app_test

from clipping.db import queries
from clipping.db.session import open_session
from clipping.models import ClipState, Proof, ProofCheck, RenderedClip, Role
from clipping.settings import settings
from dashboard import runs
from dashboard.door import admission, files, passing, person
from tests.dashboard.door_place import HERE, a_user, cheap_passwords
from tests.dashboard.seeded import client
from tests.db.values import a_clip, a_detection, a_source, a_transcript
from tests.support.database import remove_rows
from tests.support.media import make_video
from tests.support.prefect_api import PASSWORD, FakePrefect

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

    @contextmanager
    def seen_by(self, role: Role, *clients: str) -> Iterator[str]:
        """While the block runs somebody looks who was never here; the id of them."""
        with pytest.MonkeyPatch.context() as patch:
            name = f"{role.value} {datetime.now(UTC).timestamp()}"
            yield replace(self, patch=patch).look_as(name, role, *clients)


@contextmanager
def at_work(url: str, store: Path, patch: pytest.MonkeyPatch) -> Iterator[Workplace]:
    """The environment names this database and this store, until ``patch`` is undone."""
    patch.setenv("DATABASE_URL", url)
    patch.setenv("CLIPPER_STORE", str(store))
    cheap_passwords(patch)
    forget()
    yield Workplace(url, store, patch)
    forget()


@pytest.fixture
def workplace(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Workplace]:
    """An empty database and an empty store, named by the environment."""
    with at_work(database_url, tmp_path / "store", monkeypatch) as made:
        made.look_as("ann", Role.ADMIN)
        yield made


@contextmanager
def agency_with(
    url: str, folders: pytest.TempPathFactory, fill: Callable[[Session], None]
) -> Iterator[Workplace]:
    """A database that all tests of a module look at, filled once; nobody looks yet."""
    remove_rows(url)
    with open_session(url) as session:
        fill(session)
    store = folders.mktemp("store")
    with pytest.MonkeyPatch.context() as patch, at_work(url, store, patch) as made:
        yield made


@pytest.fixture(scope="module")
def ids(agency: Workplace) -> Mapping[str, str]:
    """Who there is in the module's ``agency``: two of the second client, and an admin who looks."""
    return {
        "client": agency.look_as("clara", Role.CLIENT, client(1)),
        "operator": agency.look_as("otto", Role.OPERATOR, client(1)),
        "admin": agency.look_as("ann", Role.ADMIN),
    }


@pytest.fixture
def look_as(agency: Workplace, ids: Mapping[str, str]) -> Iterator[Callable[..., str]]:
    """Has somebody else look, by role and clients, until the test is over; gives their id."""
    with ExitStack() as stack:
        yield lambda role, *clients: stack.enter_context(agency.seen_by(role, *clients))


@pytest.fixture(scope="module", autouse=True)
def no_prefect() -> Iterator[None]:
    """The server that whoever runs the tests may have is none of theirs; see ``prefect``."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("PREFECT_API_URL", raising=False)
        yield


@pytest.fixture
def prefect(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakePrefect]:
    """A Prefect server that the pages know of."""
    with FakePrefect().serving() as fake:
        monkeypatch.setenv("PREFECT_API_URL", fake.url)
        monkeypatch.setenv("PREFECT_API_AUTH_STRING", PASSWORD)
        settings.cache_clear()
        runs.forget()
        yield fake
    settings.cache_clear()
    runs.forget()


@pytest.fixture(scope="session", autouse=True)
def one_server_for_all_pages() -> Iterator[None]:
    """What Streamlit's server does once, and its ``AppTest`` again for every page that is opened.

    That looks through all packages for components, and compiles the page: half of a test's time.
    """
    scripts, components = ScriptCache(), manifest_scanner.scan_component_manifests()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(manifest_scanner, "scan_component_manifests", lambda: components)
        patch.setattr(app_test, "ScriptCache", lambda: scripts)
        yield


def forget() -> None:
    """Read the settings, and open the store that they name, anew."""
    settings.cache_clear()
    files.store.cache_clear()
    st.cache_resource.clear()


@pytest.fixture
def clips(workplace: Workplace) -> list[RenderedClip]:
    return two_clips(workplace)


def two_clips(workplace: Workplace) -> list[RenderedClip]:
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
