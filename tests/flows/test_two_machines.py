"""Two machines with disks of their own share Postgres and a bucket: what one takes in, the other
clips, and neither does again what is there."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest

from clipping.db import queries
from clipping.db.session import open_session
from clipping.models import RenderedClip
from clipping.settings import settings
from clipping.timing import TimeSpan
from flows import clip, showing
from flows.clip import clip_source
from flows.ingest import ingest
from flows.render import render
from tasks import render as rendering
from tasks.encode import Work
from tests.db.values import a_detection, a_moment, a_transcript
from tests.flows.runs import told_of
from tests.rendering.clips import speech
from tests.rendering.recipes import spoken
from tests.support.media import make_video
from tests.support.s3 import KEYS, S3
from tests.tasks.test_render import BRIEF

KEY = "det_two_moments"
MOMENTS = (
    a_moment(1, span=TimeSpan(start_ms=515, end_ms=2_015)),
    a_moment(2, span=TimeSpan(start_ms=1_215, end_ms=2_715)),
)
SECRETS = [KEYS.access_key_id.get_secret_value(), KEYS.secret_access_key.get_secret_value()]
Machine = Callable[..., AbstractContextManager[Path]]


@pytest.fixture
def machine(
    s3: S3, database_url: str, in_process: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Machine:
    """Enters a machine by its name: it has nothing in common with others but two addresses."""
    for name, value in {
        "DATABASE_URL": database_url,
        "CLIPPER_STORE": s3.place.name,
        "CLIPPER_STORE_ENDPOINT": s3.front.url,
        "CLIPPER_STORE_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": KEYS.access_key_id.get_secret_value(),
        "AWS_SECRET_ACCESS_KEY": KEYS.secret_access_key.get_secret_value(),
        "CLIPPER_X264_PRESET": "ultrafast",
        "NO_PROXY": "127.0.0.1",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(showing, "dashboard", lambda: "https://clips.example")

    @contextmanager
    def enter(name: str, *, deployed: bool = True) -> Iterator[Path]:
        home = tmp_path / name
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("CLIPPER_HOME", str(home))
            if deployed:
                patch.setenv("PREFECT__RUNTIME__DEPLOYMENT__ID", "a-deployment")
            settings.cache_clear()
            yield home
        settings.cache_clear()

    return enter


@pytest.fixture
def talk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, value_ms in BRIEF.items():
        monkeypatch.setattr(name, value_ms)
    return make_video(tmp_path / "talk.mp4", seconds=3.2, fps=24, audio=speech(3.2))


def _two_moments(database_url: str, source_id: str) -> str:
    """The transcript of the talk, and its detection, whose key is ``KEY``."""
    words = tuple(spoken("this", "is", "how", "it", "goes", start_ms=600, every_ms=400))
    with open_session(database_url) as session:
        transcript_id = queries.transcripts.save_transcript(
            session, source_id, None, a_transcript(words=words)
        )
        found = a_detection(moments=0, rejections=0).model_copy(update={"moments": MOMENTS})
        queries.detections.save_detection(session, source_id, transcript_id, KEY, found)
    return transcript_id


def test_one_takes_in_another_clips_and_a_second_run_makes_only_what_is_missing(
    machine: Machine, s3: S3, talk: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with machine("first") as home:
        source, run, _ = told_of(ingest(str(talk), "acme", shortest_seconds=1, return_state=True))
        assert "client:acme" in run["tags"]
    transcript_id = _two_moments(database_url, source["source_id"])
    # With its disk goes all that the first machine kept of it.
    shutil.rmtree(home)
    with machine("second") as home:
        assert not home.exists()
        clips, run, shown = told_of(render(KEY, return_state=True))
        assert run["name"] == "render clips of talk.mp4"
        assert run["tags"] == ["client:acme"]
        assert shown["render-progress"]["data"] == 100.0
        assert list((home / "cache").rglob("*.mp4"))
    assert len(clips) == 2
    for clip_id in clips:
        assert clip_id in shown["clips"]["data"]
        assert f"https://clips.example/media/covers/{clip_id}.jpg" in shown["covers"]["data"]
    assert not any(secret in str(shown) for secret in SECRETS)

    rendered = _counted(monkeypatch)
    # What they find when they run again, test_clip_command.py shows.
    monkeypatch.setattr(clip, "heard", lambda *_: transcript_id)
    monkeypatch.setattr(clip, "detect", lambda **_: KEY)
    with machine("third", deployed=False):
        assert clip_source(str(talk), "acme", min_seconds=1) == (KEY, clips)
        assert rendered == []
        with open_session(database_url) as session:
            gone = queries.clips.get_clip(session, clips[1])
        s3.client.delete_object(Bucket=s3.place.bucket, Key=f"of/us/{gone.video_key}")
        assert clip_source(str(talk), "acme", min_seconds=1) == (KEY, clips)
    assert rendered == [gone.moment_id]
    assert f"of/us/{gone.video_key}" in set(s3.keys())


def _counted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The moments that are rendered from now on."""
    rendered: list[str] = []
    real = rendering._render

    def counting(work: Work, *given: Any) -> RenderedClip:
        rendered.append(work.moment.moment_id)
        return real(work, *given)

    monkeypatch.setattr(rendering, "_render", counting)
    return rendered
