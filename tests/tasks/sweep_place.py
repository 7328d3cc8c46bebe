"""What tests of the sweep share: a store and an archive in folders, and rows that need files."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import Session

from clipping.db import queries
from clipping.db.session import open_session
from clipping.models import Account, ClipState, PlatformName, Post, PostState
from clipping.settings import settings
from tests.db.values import a_clip, a_detection, a_source, a_transcript
from tests.tasks.post_place import CLIENT, PASSED, a_post

TALK = b"the whole talk " * 1000
NOW = datetime.fromisoformat("2026-11-26T03:00:00+00:00")
DAY = timedelta(days=1)


@dataclass
class SweepPlace:
    """A machine whose archive is another folder."""

    url: str
    home: Path
    source_id: str = ""
    talk_key: str = ""

    @property
    def store(self) -> Path:
        return self.home / "store"

    @property
    def archive(self) -> Path:
        return self.home.parent / "archive"

    @contextmanager
    def session(self) -> Iterator[Session]:
        with open_session(self.url) as session:
            yield session

    def file(self, key: str, content: bytes) -> str:
        """Put a file into the store; its SHA-256."""
        path = self.store / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return hashlib.sha256(content).hexdigest()

    def original(self) -> None:
        """A talk that was heard."""
        sha256 = hashlib.sha256(TALK).hexdigest()
        source = a_source(CLIENT, sha256, media_key=f"{CLIENT}/sources/{sha256}.mp4")
        self.file(source.media_key, TALK)
        self.source_id, self.talk_key = source.source_id, source.media_key
        with self.session() as session:
            queries.sources.save_source(session, source.replace(ingested_at=NOW - 8 * DAY))
            heard = queries.transcripts.save_transcript(
                session, source.source_id, None, a_transcript()
            )
            queries.detections.save_detection(
                session, source.source_id, heard, "key", a_detection()
            )

    def clip(self, clip_id: str = "clip_1") -> tuple[str, bytes]:
        """A clip that may be posted: its key, and its content."""
        content = clip_id.encode() * 500
        key = f"{CLIENT}/clips/{clip_id}.mp4"
        sha256 = self.file(key, content)
        self.file(f"{CLIENT}/clips/{clip_id}.jpg", b"cover")
        clip = a_clip(
            clip_id,
            CLIENT,
            source_id=self.source_id,
            state=ClipState.READY,
            proof=PASSED,
            video_sha256=sha256,
            size_bytes=len(content),
        )
        with self.session() as session:
            queries.clips.save_clip(session, clip)
        return key, content

    def post(self, clip_id: str, days_ago: float | None, **changes: object) -> Post:
        """A post of the clip: public since so many days, or queued."""
        account = Account(
            account_id=f"account_{clip_id}",
            client=CLIENT,
            platform=PlatformName.TIKTOK,
            handle=f"of_{clip_id}",
        )
        post = a_post(account, clip_id, NOW, source_id=self.source_id, **changes)
        if days_ago is not None:
            post = post.replace(
                state=PostState.POSTED, posted_at=NOW - days_ago * DAY, next_at=None
            )
        with self.session() as session:
            queries.accounts.save_account(session, account)
            assert queries.posts.reserve_post(session, post, NOW)
        return post

    def set_age(self, days: float) -> None:
        """All files of the store are as old as that."""
        at = (NOW - days * DAY).timestamp()
        for path in self.store.rglob("*"):
            if path.is_file():
                os.utime(path, (at, at))

    def keys(self, folder: Path) -> set[str]:
        """What lies in a store, without covers."""
        found = (path.relative_to(folder).as_posix() for path in folder.rglob("*.mp4"))
        return {key for key in found if not key.startswith(".")}


@contextmanager
def sweep_place(url: str, tmp_path: Path, patch: pytest.MonkeyPatch) -> Iterator[SweepPlace]:
    """A talk of eight days; the settings of a machine with an archive."""
    place = SweepPlace(url, tmp_path / "home")
    patch.setenv("DATABASE_URL", url)
    patch.setenv("CLIPPER_HOME", str(place.home))
    patch.setenv("CLIPPER_ARCHIVE", str(place.archive))
    settings.cache_clear()
    place.original()
    place.set_age(8)
    yield place
    settings.cache_clear()
