"""Variations of a clip whose stored file cannot be trusted: rendered as a whole, and the same."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import av
import pytest
from sqlalchemy import update
from sqlmodel import col, delete

from clipping.db import queries
from clipping.db.session import open_session
from clipping.db.tables import ClipPrintRow, ClipRow, MomentRow
from clipping.errors import Rejected
from clipping.media.probe import probe
from clipping.models import (
    ClipPrint,
    ClipState,
    Hold,
    HoldKind,
    Moment,
    RenderChoices,
    RenderedClip,
)
from clipping.rendering.plan import PLAN_VERSION
from clipping.rendering.proof import clip_print
from clipping.settings import settings
from clipping.storage.base import hash_file
from clipping.timing import TimeSpan
from tasks.render import _finished, _keep, _work, render_again, render_moment
from tests.db.values import a_detection, a_moment, a_source, a_transcript
from tests.rendering.clips import speech, value
from tests.rendering.recipes import spoken
from tests.support.media import make_video

MOMENT = a_moment(span=TimeSpan(start_ms=515, end_ms=2_615))
"""Its ends lie between two frames."""
HEAD_SHARE = 24 / 51
CRIME = Hold(kind=HoldKind.BRAND_SAFETY, reason="It carries a brand risk: crime.")
Twin = Callable[[str], str]
BRIEF = {
    "clipping.captions.hook._SHORTEST_MS": 700,
    "clipping.captions.hook._LONGEST_MS": 900,
    "clipping.rendering.plan._JOIN_MS": 1_000,
    "clipping.rendering.plan._SHORTEST_BODY_MS": 500,
    "clipping.rendering.measure.speech.OPENING_MS": 1_000,
}
"""Hooks, heads and openings of some three seconds, as brief as these clips."""


@dataclass(frozen=True)
class Workplace:
    """A stored talk, a clip of it, and a variation that took over the clip's body."""

    database_url: str
    store: Path
    talk: Path
    transcript_id: str

    def rendered(self, hook: str, style: str = "highlight") -> RenderedClip:
        """The clip with that hook."""
        choices = RenderChoices(hook=hook, style=style).model_dump(mode="json")
        clip_id = render_moment.fn(MOMENT.moment_id, self.transcript_id, choices)
        with open_session(self.database_url) as session:
            return queries.clips.get_clip(session, clip_id)

    def forget(self, clip: RenderedClip) -> None:
        """As if it had never been rendered."""
        with open_session(self.database_url) as session:
            session.exec(delete(ClipRow).where(col(ClipRow.clip_id) == clip.clip_id))


@pytest.fixture(scope="module")
def workplace(postgres: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workplace]:
    folder = tmp_path_factory.mktemp("render")
    (folder / "store").mkdir()
    talk = make_video(folder / "store" / "talk.mp4", seconds=3.2, fps=24, audio=speech(3.2))
    words = tuple(spoken("this", "is", "how", "shit", "goes", start_ms=600, every_ms=400))
    source = a_source("render", media_key="talk.mp4", media=probe(talk))
    with open_session(postgres) as session:
        queries.sources.save_source(session, source)
        transcript = queries.transcripts.save_transcript(
            session, source.source_id, None, a_transcript(words=words)
        )
        found = a_detection(moments=0, rejections=0).model_copy(update={"moments": (MOMENT,)})
        queries.detections.save_detection(session, source.source_id, transcript, "render", found)
    with pytest.MonkeyPatch.context() as patch:
        for name, value_ms in BRIEF.items():
            patch.setattr(name, value_ms)
        patch.setenv("DATABASE_URL", postgres)
        patch.setenv("CLIPPER_STORE", str(folder / "store"))
        patch.setenv("CLIPPER_SCRATCH", str(folder / "scratch"))
        patch.setenv("CLIPPER_X264_PRESET", "ultrafast")
        settings.cache_clear()
        yield Workplace(postgres, folder / "store", talk, transcript)
    settings.cache_clear()


@pytest.fixture(scope="module")
def first(workplace: Workplace) -> RenderedClip:
    return workplace.rendered("First hook")


def test_only_a_clip_above_what_platforms_take_is_encoded_with_a_ceiling(
    workplace: Workplace, first: RenderedClip, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert first.plan.encoder.max_kbps is None
    rate = value(first.proof, "peak_kbps")
    assert isinstance(rate, float)
    monkeypatch.setattr("tasks.encode.HIGHEST_KBPS", rate * 0.9)
    monkeypatch.setattr("tasks.encode.MAX_KBPS", round(rate * 0.5))
    capped = workplace.rendered("Third hook")
    workplace.forget(capped)
    assert capped.plan.encoder.max_kbps == round(rate * 0.5)
    lower = value(capped.proof, "peak_kbps")
    assert isinstance(lower, float)
    assert lower <= rate * 0.9
    # First its head with the first clip's body, then all of it.
    assert value(capped.proof, "encodes_per_picture") == pytest.approx(1 + HEAD_SHARE, abs=0.001)
    assert capped.proof.passed, capped.proof.failures


def test_a_clip_with_a_mute_between_frames_passes_and_is_the_same_when_rendered_again(
    workplace: Workplace, first: RenderedClip
) -> None:
    assert first.plan.mutes
    assert first.proof.passed, first.proof.failures
    assert first.plan.span != MOMENT.span
    assert render_again.fn(first.clip_id) == (True, True)


def test_another_preset_is_used_from_then_on_and_only_the_sound_of_an_earlier_clip_is(
    workplace: Workplace, first: RenderedClip, monkeypatch: pytest.MonkeyPatch
) -> None:
    def measured(*_: object, **__: object) -> None:
        pytest.fail("it was measured again")

    monkeypatch.setenv("CLIPPER_X264_PRESET", "superfast")
    monkeypatch.setattr("tasks.encode.loudness.measure", measured)
    settings.cache_clear()
    try:
        other = workplace.rendered("Fourth hook")
    finally:
        monkeypatch.undo()
        settings.cache_clear()
    workplace.forget(other)
    assert (first.plan.encoder.preset, other.plan.encoder.preset) == ("ultrafast", "superfast")
    assert other.plan.body_hash() != first.plan.body_hash()
    assert value(other.proof, "encodes_per_picture") == 1
    assert _sound_packets(workplace, other) == _sound_packets(workplace, first)


def test_a_recipe_of_an_earlier_version_is_not_said_to_render_differently(
    workplace: Workplace, first: RenderedClip
) -> None:
    old = first.replace(plan=first.plan.replace(version=PLAN_VERSION - 1))
    try:
        with open_session(workplace.database_url) as session:
            queries.clips.save_clip(session, old)
        with pytest.raises(Rejected, match="earlier rules"):
            render_again.fn(first.clip_id)
    finally:
        with open_session(workplace.database_url) as session:
            queries.clips.save_clip(session, first)


@pytest.fixture(scope="module")
def quick(workplace: Workplace, first: RenderedClip) -> RenderedClip:
    """Made with the body of the first clip, and forgotten again."""
    clip = workplace.rendered("Second hook")
    workplace.forget(clip)
    assert clip.clip_id != first.clip_id
    return clip


@pytest.fixture
def twin(workplace: Workplace, first: RenderedClip) -> Twin:
    """Renders the moment as another detector found it: 3 ms away, and on the same frames."""
    span = TimeSpan(start_ms=MOMENT.span.start_ms + 3, end_ms=MOMENT.span.end_ms + 3)
    moment = MOMENT.replace(moment_id="mom_twin", span=span)
    found = a_detection(moments=0, rejections=0).replace(detector="claude", moments=(moment,))
    with open_session(workplace.database_url) as session:
        queries.detections.save_detection(
            session, first.source_id, workplace.transcript_id, "twin", found
        )

    def rendered(hook: str) -> str:
        wanted = RenderChoices(hook=hook).model_dump(mode="json")
        return render_moment.fn(moment.moment_id, workplace.transcript_id, wanted)

    return rendered


def test_a_moment_that_another_detector_found_as_well_has_the_clip_that_is_there(
    workplace: Workplace, first: RenderedClip, twin: Twin, monkeypatch: pytest.MonkeyPatch
) -> None:
    def encoded(*_: object) -> None:
        pytest.fail("it was encoded again")

    monkeypatch.setattr("tasks.render.encode", encoded)
    assert twin("First hook") == first.clip_id
    # Nor when its choices are not what it is found by: the recipe is.
    monkeypatch.setattr("tasks.render._finished", lambda *_: None)
    assert twin("First hook") == first.clip_id


def test_a_clip_that_another_moment_shows_as_well_waits_for_what_holds_that_one(
    workplace: Workplace, first: RenderedClip, twin: Twin
) -> None:
    def store(key: str, moment: Moment) -> None:
        found = a_detection(moments=0, rejections=0).replace(moments=(moment,))
        queries.detections.save_detection(
            session, first.source_id, workplace.transcript_id, key, found
        )

    with open_session(workplace.database_url) as session:
        store("twin", MOMENT.replace(moment_id="mom_twin", holds=(CRIME,)))
        queries.clips.save_clip(session, first.replace(state=ClipState.READY))
    try:
        assert twin("First hook") == first.clip_id
        with open_session(workplace.database_url) as session:
            assert queries.clips.get_clip(session, first.clip_id).state is ClipState.HELD
            assert queries.detections.get_moment(session, first.moment_id)[1].holds == (CRIME,)
    finally:
        with open_session(workplace.database_url) as session:
            # What holds a moment stays; the other tests want it as it was.
            session.execute(update(MomentRow).values(holds=[]))
            queries.clips.save_clip(session, first)


def test_a_clip_with_the_hook_of_its_moment_is_not_that_of_a_moment_with_another_hook(
    workplace: Workplace, first: RenderedClip, twin: Twin
) -> None:
    work = _work("mom_twin", workplace.transcript_id)
    assert [clip.clip_id for clip in work.known] == [first.clip_id]
    assert _finished(work, RenderChoices(hook="First hook")) == first
    theirs = first.replace(plan=first.plan.replace(choices=RenderChoices()))
    assert _finished(replace(work, known=(theirs,)), RenderChoices()) is None
    own = theirs.replace(moment_id="mom_twin")
    assert _finished(replace(work, known=(theirs, own)), RenderChoices()) == own


def test_a_recipe_that_another_moment_came_to_first_is_not_stored_twice(
    workplace: Workplace, first: RenderedClip, tmp_path: Path
) -> None:
    video, cover = tmp_path / "clip.mp4", tmp_path / "clip.jpg"
    video.write_bytes(b"another encode")
    cover.write_bytes(b"its cover")
    late = first.replace(clip_id="clip_late", video_key="late.mp4", cover_key="late.jpg")
    assert _keep(late, video, cover) == first
    assert not (workplace.store / "late.mp4").exists()
    paths = [workplace.store / key for key in (first.video_key, first.cover_key)]
    before = [path.read_bytes() for path in paths]
    try:
        paths[0].unlink()
        assert _keep(late, video, cover) == first
        assert [path.read_bytes() for path in paths] == [b"another encode", b"its cover"]
    finally:
        for path, content in zip(paths, before, strict=True):
            path.write_bytes(content)


def test_a_clip_is_stored_with_the_print_of_its_file(
    workplace: Workplace, first: RenderedClip
) -> None:
    with open_session(workplace.database_url) as session:
        kept = session.get_one(ClipPrintRow, first.clip_id)
        proven = ClipPrint(version=kept.version, pictures=kept.pictures, sound=kept.sound)
    assert clip_print(workplace.store / first.video_key) == proven
    assert len(proven.pictures) == 8 * 9
    assert 4 * 70 < len(proven.sound) < 4 * 100


def _sound_packets(workplace: Workplace, clip: RenderedClip) -> list[bytes]:
    with av.open(str(workplace.store / clip.video_key)) as container:
        return [bytes(packet) for packet in container.demux(audio=0)]


def _with_other_pictures(clip: Path, talk: Path) -> None:
    shutil.copyfile(talk, clip)


def _with_a_hole(clip: Path, _talk: Path) -> None:
    content = clip.read_bytes()
    hole = len(content) * 8 // 10
    clip.write_bytes(content[:hole] + bytes(2_000) + content[hole + 2_000 :])


@pytest.mark.parametrize(
    ("damage", "noticed"),
    [
        pytest.param(_with_other_pictures, False, id="stored wrongly"),
        pytest.param(_with_a_hole, True, id="damaged since"),
    ],
)
def test_a_clip_that_cannot_lend_its_body_is_rendered_around(
    workplace: Workplace,
    first: RenderedClip,
    quick: RenderedClip,
    damage: Callable[[Path, Path], None],
    noticed: bool,
) -> None:
    path = workplace.store / first.video_key
    before = path.read_bytes()
    try:
        damage(path, workplace.talk)
        recorded = first.video_sha256 if noticed else hash_file(path)
        with open_session(workplace.database_url) as session:
            queries.clips.save_clip(session, first.model_copy(update={"video_sha256": recorded}))
        whole = workplace.rendered("Second hook")
        workplace.forget(whole)
    finally:
        path.write_bytes(before)
    assert value(quick.proof, "encodes_per_picture") == pytest.approx(HEAD_SHARE, abs=0.001)
    assert value(whole.proof, "encodes_per_picture") == 1
    assert whole.video_sha256 == quick.video_sha256
