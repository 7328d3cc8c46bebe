"""Two machines with disks of their own share Postgres and a bucket: what one takes in, the other
clips, and neither does again what is there."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any
from uuid import UUID

import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import State

from clipping import transcripts
from clipping.db import queries
from clipping.db.session import open_session
from clipping.demo import DemoTalk
from clipping.settings import settings
from flows.clip import clip_source
from flows.detect import detect
from flows.ingest import ingest
from flows.limits import set_limits
from flows.render import render
from flows.transcribe import transcribe
from tasks import detect as detecting
from tasks import render as rendering
from tests.support.s3 import KEYS, S3, s3, s3_front, s3_test_client

__all__ = ["s3", "s3_front", "s3_test_client"]

LENGTHS: dict[str, Any] = {"count": 2, "min_seconds": 2, "max_seconds": 3}
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
        "CLIPPER_DASHBOARD_URL": "https://clips.example",
        "NO_PROXY": "127.0.0.1",
    }.items():
        monkeypatch.setenv(name, value)

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


def _of(state: State[Any]) -> tuple[Any, dict[str, Any], dict[str, Any]]:
    """What a run returned, the run itself, and its artifacts by their keys."""
    run_id = state.state_details.flow_run_id
    assert isinstance(run_id, UUID)
    wanted = {"flow_runs": {"id": {"any_": [str(run_id)]}}}
    with get_client(sync_client=True) as client:
        run = client.request("GET", "/flow_runs/{id}", path_params={"id": run_id}).json()
        found = client.request("POST", "/artifacts/filter", json=wanted).json()
    return json.loads(state.message or ""), run, {one["key"]: one for one in found}


def test_one_takes_in_another_clips_and_a_second_run_makes_only_what_is_missing(
    machine: Machine, s3: S3, short: DemoTalk, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_limits()
    with machine("first") as home:
        source, run, _ = _of(ingest(str(short.video), "acme", return_state=True))
        assert "client:acme" in run["tags"]
    # With its disk goes all that it kept of it.
    shutil.rmtree(home)
    with machine("second") as home:
        assert not home.exists()
        transcript, run, shown = _of(transcribe(**source, return_state=True))
        assert run["name"] == f"transcribe {short.video.name}"
        assert run["tags"] == ["client:acme"]
        assert shown["transcribe-progress"]["data"] == 100.0
        key, run, _ = _of(detect(transcript, "local", **LENGTHS, return_state=True))
        assert run["name"] == f"detect moments of {short.video.name}"
        clips, run, shown = _of(render(key, return_state=True))
        assert run["name"] == f"render clips of {short.video.name}"
        assert shown["render-progress"]["data"] == 100.0
        assert list((home / "cache").rglob("*.mp4"))
    with open_session(database_url) as session:
        made = {clip_id: queries.get_clip(session, clip_id) for clip_id in clips}
    assert len(made) == 2
    for clip_id in clips:
        assert clip_id in shown["clips"]["data"]
        assert f"https://clips.example/media/covers/{clip_id}.jpg" in shown["covers"]["data"]
    assert not any(secret in str(shown) for secret in SECRETS)

    done = _counted(monkeypatch)
    with machine("third", deployed=False):
        assert clip_source(str(short.video), "acme", **LENGTHS) == (key, clips)
        assert done == {}
        gone = made[clips[1]]
        s3.client.delete_object(Bucket=s3.place.bucket, Key=f"of/us/{gone.video_key}")
        assert clip_source(str(short.video), "acme", **LENGTHS) == (key, clips)
        assert done == {"_render": 1}
    with open_session(database_url) as session:
        assert queries.get_clip(session, gone.clip_id).frames_sha256 == gone.frames_sha256
    assert f"of/us/{gone.video_key}" in set(s3.keys())


def _counted(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """Counts what costs time: hearing, choosing, rendering."""
    done: Counter[str] = Counter()

    def count(module: ModuleType, name: str) -> None:
        real = getattr(module, name)

        def counting(*given: Any, **named: Any) -> Any:
            done[name] += 1
            return real(*given, **named)

        monkeypatch.setattr(module, name, counting)

    count(transcripts, "transcribe")
    count(detecting, "_detect")
    count(rendering, "_render")
    return done
