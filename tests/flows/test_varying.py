"""Variations in one thing: what may be asked for, and the experiment that comes of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from clipping.db import queries
from clipping.db.session import open_session
from clipping.errors import Rejected
from clipping.models import (
    Experiment,
    Factor,
    FramingChoice,
    Hold,
    HoldKind,
    Layout,
    RenderChoices,
)
from clipping.moments.bounds import Move
from clipping.settings import settings
from flows import cli
from flows.render import vary, vary_one
from flows.varying import one_factor
from tasks.experiments import move_ends, record_experiment
from tests.db.values import a_clip, a_detection, a_moment, a_plan, a_source, a_transcript
from tests.moments.spoken import duration_of, speak, transcript, voice
from tests.support.commands import CliRunner

NONE = (0, 0, 0, 0)
OWN = RenderChoices(style="highlight")


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ((True, [], [], NONE), None),
        ((False, [], [], NONE), None),
        ((False, ["boxed", "minimal"], [], NONE), (Factor.STYLE, ["boxed", "minimal"])),
        ((False, [], ["fit", "0:51=left,auto"], NONE), (Factor.FRAMING, ["fit", "0:51=left,auto"])),
        ((False, [], [], (1, 0, 0, 2)), (Factor.BOUNDS, ["start -1, end +2"])),
        ((False, [], [], (0, 3, 1, 0)), (Factor.BOUNDS, ["start +3, end -1"])),
    ],
)
def test_one_thing_is_varied(asked: Any, found: Any) -> None:
    assert one_factor(*asked) == found


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        pytest.param(("--hook", "x", "--style", "boxed"), "one thing at a time", id="two"),
        pytest.param(("--no-hook", "--end-later", "1"), "hooks and the bounds", id="no hook"),
        pytest.param(("--style", "boxed", "--framing", "fit"), "--style and --framing", id="looks"),
        pytest.param(("--style", "bold"), "is not one of", id="no style"),
        pytest.param(("--framing", "fit,wide"), "fit|split", id="no framing"),
        pytest.param(
            ("--start-earlier", "1", "--start-later", "1"), "both earlier and later", id="both ways"
        ),
        pytest.param(("--end-later", "-1"), "greater than or equal to 0", id="less than nothing"),
    ],
)
def test_what_could_not_be_compared_is_a_wrong_usage(arguments: tuple[str, ...], said: str) -> None:
    done = CliRunner().invoke(cli.app, ["vary", "clip_1", *arguments])
    assert done.exit_code == 2
    assert said in " ".join(done.output.replace("│", " ").split())


@pytest.fixture
def place(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[list[tuple[str, RenderChoices]]]:
    """A stored clip, and the (moment, choices) that were rendered: each as one clip more."""
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("CLIPPER_STORE", str(tmp_path / "store"))
    settings.cache_clear()
    rendered: list[tuple[str, RenderChoices]] = []
    with open_session(database_url) as session:
        source = a_source()
        queries.sources.save_source(session, source)
        made = queries.transcripts.save_transcript(session, source.source_id, None, a_transcript())
        queries.detections.save_detection(session, source.source_id, made, "key", a_detection())
        queries.clips.save_clip(session, a_clip())

    def side_by_side(work: list[tuple[str, str, RenderChoices]]) -> list[str]:
        clips = []
        for moment_id, _, choices in work:
            rendered.append((moment_id, choices))
            plan = a_plan(encoder=a_clip(choices.model_dump_json()).plan.encoder)
            clip = a_clip(
                f"clip_{moment_id}_{len(rendered)}",
                moment_id=moment_id,
                style=choices.style,
                frames_sha256=f"{len(rendered):064}",
                plan=plan.replace(choices=choices, style=choices.style),
            )
            with open_session(database_url) as session:
                queries.clips.save_clip(session, clip)
            clips.append(clip.clip_id)
        return clips

    def find_clip(clip_id: str) -> tuple[str, str, dict[str, Any]]:
        return a_moment().moment_id, made, OWN.model_dump(mode="json")

    monkeypatch.setattr("flows.render.side_by_side", side_by_side)
    monkeypatch.setattr("flows.render.find_clip", find_clip)
    monkeypatch.setattr("flows.render.record_experiment", record_experiment.fn)
    monkeypatch.setattr("flows.render.move_ends", lambda *_: a_moment(2).moment_id)
    yield rendered
    settings.cache_clear()


def _experiment(url: str) -> Experiment:
    with open_session(url) as session:
        (found,) = queries.experiments.experiments_of(session, "acme")
    return found


def test_variations_in_style_differ_in_nothing_else_and_become_an_experiment(
    place: list[tuple[str, RenderChoices]], database_url: str
) -> None:
    vary_one.fn("clip_1", "style", ["boxed", "minimal"])
    assert place == [
        (a_moment().moment_id, OWN.replace(style="boxed")),
        (a_moment().moment_id, OWN.replace(style="minimal")),
    ]
    found = _experiment(database_url)
    assert found.factor is Factor.STYLE
    assert [(arm.value, arm.control) for arm in found.arms] == [
        ("classic", True), ("boxed", False), ("minimal", False),
    ]  # fmt: skip


def test_variations_in_framing_say_what_the_camera_does(
    place: list[tuple[str, RenderChoices]], database_url: str
) -> None:
    vary_one.fn("clip_1", "framing", ["fit,0:51=left"])
    ((_, choices),) = place
    assert choices.framing == (
        FramingChoice(layout=Layout.FIT),
        FramingChoice(at_ms=51_000, centre=1 / 6),
    )
    assert [arm.value for arm in _experiment(database_url).arms] == ["auto", "fit, 0:51.000=left"]


def test_variations_in_bounds_are_another_moment_with_the_same_choices(
    place: list[tuple[str, RenderChoices]], database_url: str
) -> None:
    vary_one.fn("clip_1", "bounds", ["start -1, end +0"])
    assert place == [(a_moment(2).moment_id, OWN)]
    assert _experiment(database_url).factor is Factor.BOUNDS


def test_other_hooks_become_an_experiment_as_well(
    place: list[tuple[str, RenderChoices]], database_url: str
) -> None:
    vary.fn("clip_1", ["Another hook", ""])
    found = _experiment(database_url)
    assert found.factor is Factor.HOOK
    assert len(found.arms) == 3
    assert found.arms[0].value == "Ünexpected (plate)"


@pytest.mark.parametrize(
    ("factor", "value"), [("style", "bold"), ("framing", "wide"), ("hook", "x"), ("colour", "x")]
)
def test_what_cannot_be_varied_is_refused_before_anything_is_rendered(
    place: list[tuple[str, RenderChoices]], factor: str, value: str
) -> None:
    with pytest.raises(Rejected):
        vary_one.fn("clip_1", factor, [value])
    assert place == []


def test_a_variation_that_shows_what_the_clip_shows_is_no_experiment(
    place: object, database_url: str
) -> None:
    with open_session(database_url) as session:
        queries.clips.save_clip(session, a_clip("clip_same"))
    assert record_experiment.fn("clip_1", Factor.FRAMING, ["clip_1", "clip_same"]) is None
    with open_session(database_url) as session:
        assert queries.experiments.experiments_of(session, "acme") == []


def test_moved_ends_are_a_moment_of_their_own_and_found_again(
    place: object, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = (
        "Nobody believed it.",
        "Write to jane@doe.com and we built it all.",
        "It has run for years since.",
    )
    words = speak(lines, start_ms=20_050)
    heard = transcript(words)
    listened: list[object] = []

    def listen(footage: Any, _share: float) -> Any:
        from clipping.moments.talk import study

        listened.append(footage)
        lasts_ms = duration_of(words)
        return study(heard, voice(words, lasts_ms), lasts_ms)

    monkeypatch.setattr("tasks.experiments.listen", listen)
    (folder := tmp_path / "store" / "acme" / "sources").mkdir(parents=True)
    (folder / f"{'a' * 64}.mp4").touch()
    with open_session(database_url) as session:
        source = a_source()
        made = queries.transcripts.save_transcript(session, source.source_id, None, heard)
    span = a_moment().span
    assert span.contains(words[0].span.start_ms)
    shorter = move_ends.fn("clip_1", made, Move(end=-1))
    assert move_ends.fn("clip_1", made, Move(end=-1)) == shorter
    assert len(listened) == 1
    with open_session(database_url) as session:
        source_id, moment = queries.detections.get_moment(session, shorter)
    assert source_id == a_source().source_id
    assert moment.span.start_ms == span.start_ms
    assert words[10].span.end_ms < moment.span.end_ms <= words[11].span.start_ms
    assert moment.text == " ".join(lines[:2])
    # What holds a moment for a person is looked for in what it says now.
    assert [hold.kind for hold in moment.holds] == [HoldKind.PERSONAL_DATA]
    # So is what was found of the moment itself in the meantime.
    crime = Hold(kind=HoldKind.BRAND_SAFETY, reason="It carries a brand risk: crime.")
    with open_session(database_url) as session:
        again = a_detection(moments=0).replace(moments=(a_moment(1, holds=(crime,)),))
        queries.detections.save_detection(session, source_id, made, "det_again", again)
    assert move_ends.fn("clip_1", made, Move(end=-1)) == shorter
    with open_session(database_url) as session:
        assert crime in queries.detections.get_moment(session, shorter)[1].holds
