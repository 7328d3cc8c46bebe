"""Two exports into one folder at once."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from clipping.db import queries
from clipping.db.session import open_session
from clipping.models import Proof, RenderedClip
from clipping.settings import settings
from flows.export import export, export_variations
from flows.jobs import tell
from flows.render import export_clip
from tests.db.values import a_clip, a_detection, a_moment, a_source, a_transcript

DETECTION = "detection"


@pytest.fixture
def clip(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[RenderedClip]:
    """A stored clip whose files are copied so slowly that two exports meet."""
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("CLIPPER_STORE", str(tmp_path / "store"))
    monkeypatch.setattr("flows.export.shutil.copyfile", _slow_copy)
    settings.cache_clear()
    made = a_clip()
    with open_session(database_url) as session:
        source = a_source()
        queries.sources.save_source(session, source)
        transcript = queries.transcripts.save_transcript(
            session, source.source_id, None, a_transcript()
        )
        queries.detections.save_detection(
            session, source.source_id, transcript, DETECTION, a_detection()
        )
        queries.clips.save_clip(session, made)
    for key in (made.video_key, made.cover_key):
        path = tmp_path / "store" / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(key.encode() * 1000)
    yield made
    settings.cache_clear()


def _slow_copy(source: Path, target: Path) -> None:
    content = source.read_bytes()
    with target.open("wb") as file:
        file.write(content[:1000])
        file.flush()
        time.sleep(0.5)
        file.write(content[1000:])


def _variations(clip: RenderedClip, out: Path) -> list[Path]:
    return [video for _, video in export_variations(clip.clip_id, [clip.clip_id], out)]


def _all(clip: RenderedClip, out: Path) -> list[Path]:
    return [video for _, video in export([clip.clip_id], DETECTION, out).clips]


@pytest.mark.parametrize("write", [_variations, _all], ids=["variations", "clips"])
def test_exports_into_one_folder_take_turns(
    clip: RenderedClip, tmp_path: Path, write: Callable[[RenderedClip, Path], list[Path]]
) -> None:
    out = tmp_path / "out"
    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(lambda _: write(clip, out), range(2))
    assert first == second
    for video in first:
        assert video.read_bytes() == clip.video_key.encode() * 1000
        assert video.with_suffix(".jpg").read_bytes() == clip.cover_key.encode() * 1000
    assert not list(out.rglob("*.part"))


def test_an_export_removes_its_own_leftovers_and_no_file_that_another_is_writing(
    clip: RenderedClip, tmp_path: Path
) -> None:
    (video,) = _all(clip, tmp_path / "out")
    leftover = video.with_name(video.name + ".part")
    foreign = video.with_name("a-title-0123abcd.mp4.part")
    for path in (leftover, foreign):
        path.write_bytes(b"half")
    _all(clip, tmp_path / "out")
    assert not leftover.exists()
    assert foreign.exists()


def test_a_clip_that_an_earlier_detection_led_to_is_exported_with_its_own_moment(
    clip: RenderedClip, database_url: str, tmp_path: Path
) -> None:
    with open_session(database_url) as session:
        transcript = queries.transcripts.transcript_id(clip.source_id, "captions", "1", None)
        alike = a_detection(moments=0).replace(moments=(a_moment(moment_id="mom_twin"),))
        queries.detections.save_detection(session, clip.source_id, transcript, "later", alike)
    ((report, video),) = export([clip.clip_id], "later", tmp_path / "out").clips
    assert video.name == "01-nobody-expected-this.mp4"
    assert report.clip_id == clip.clip_id


def test_exports_of_one_clip_in_one_size_take_turns(
    clip: RenderedClip, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "out" / "talk-720x1280.mp4"

    def render(_clip_id: str, _size: tuple[int, int], out: Path) -> Proof:
        # As the renderer does: the file in the making has always the same name.
        part = out.with_name(out.name + ".part")
        part.parent.mkdir(exist_ok=True)
        _slow_copy(tmp_path / "store" / clip.video_key, part)
        part.replace(out)
        return clip.proof

    monkeypatch.setattr("flows.render.render_in_size", render)
    with ThreadPoolExecutor(2) as pool:
        made = pool.map(lambda _: export_clip.fn(clip.clip_id, 720, 1280, str(path)), range(2))
        assert list(made) == [clip.proof, clip.proof]
    assert path.read_bytes() == clip.video_key.encode() * 1000


def test_a_run_tells_how_far_words_and_moments_are_to_be_trusted(
    clip: RenderedClip, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = export([clip.clip_id], DETECTION, tmp_path / "out")
    doubts = (*a_transcript().notes, *a_detection().notes)
    assert len(doubts) == 2
    tell(found, {}, as_json=False)
    said = capsys.readouterr().out
    assert all(f"\n{doubt}\n" in said for doubt in doubts)
    tell(found, {}, as_json=True)
    assert tuple(json.loads(capsys.readouterr().out)["notes"]) == doubts
