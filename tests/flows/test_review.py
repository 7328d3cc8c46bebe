"""``clipper rescue`` and ``clipper release``, and what a run makes of a judge's advice on hooks."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from clipping.db import queries
from clipping.db.session import open_session
from clipping.errors import Rejected, RightsNotStated
from clipping.models import (
    ClientSettings,
    ClipState,
    Detection,
    EditorialPolicy,
    Hold,
    HoldKind,
    Hook,
    HookAngle,
    RenderChoices,
    RenderedClip,
)
from clipping.settings import settings
from clipping.storage.base import hash_file
from flows import cli, render
from flows.jobs import ClipJob
from flows.rescuing import take_dropped
from tasks.render import other_hooks
from tasks.rescue import bring_back, find_looks
from tasks.workplace import if_free
from tests.dashboard.conftest import PASSED
from tests.db.values import a_clip, a_detection, a_moment, a_plan, a_source
from tests.moments.spoken import detect, duration_of, speak, transcript
from tests.moments.talks import TALK
from tests.support.commands import CliRunner
from tests.support.media import make_video

STREET = Hold(kind=HoldKind.PERSONAL_DATA, reason="It names a street.")
WORDS = speak(TALK)


@cache
def found() -> Detection:
    """What is found in the talk when one moment is asked for."""
    return detect(WORDS, count=1)


@pytest.fixture
def place(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A searched talk of acme's with a clip of its best moment."""
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("CLIPPER_HOME", str(tmp_path / "home"))
    settings.cache_clear()
    media = a_source().media.replace(duration_ms=duration_of(WORDS))
    detection = found()
    with open_session(database_url) as session:
        queries.sources.save_source(session, a_source(media=media))
        heard = queries.transcripts.save_transcript(
            session, a_source().source_id, None, transcript(WORDS)
        )
        queries.detections.save_detection(session, a_source().source_id, heard, "det_1", detection)
        plan = a_plan().replace(choices=RenderChoices(style="boxed", hook_style="bold"))
        made = a_clip(moment_id=detection.moments[0].moment_id, plan=plan, proof=PASSED)
        queries.clips.save_clip(session, made)
    yield database_url
    settings.cache_clear()


def _run(*arguments: object) -> tuple[int, str]:
    done = CliRunner().invoke(cli.app, [*map(str, arguments)])
    return done.exit_code, done.output


def _held(url: str, **changes: Any) -> RenderedClip:
    """Another clip, of a moment that waits for a person."""
    moment = a_moment(1, holds=(STREET,))
    values: dict[str, Any] = {"moment_id": moment.moment_id, "proof": PASSED}
    clip = a_clip("clip_2", **values | changes)
    with open_session(url) as session:
        heard, _ = queries.transcripts.latest_transcript(session, a_source().source_id)
        other = a_detection(moments=0).replace(moments=(moment,))
        queries.detections.save_detection(session, a_source().source_id, heard, "det_2", other)
        queries.clips.save_clip(session, clip)
        return queries.clips.get_clip(session, clip.clip_id)


# --- release ------------------------------------------------------------------------------------


def test_a_held_clip_is_released_by_name_and_again_changes_nothing(place: str) -> None:
    assert _held(place).state is ClipState.HELD
    code, said = _run("release", "clip_2", "--by", " Jo  Doe ", "--note", "Asked her.")
    assert (code, said.splitlines()[0]) == (0, "clip_2 is ready.")
    assert said.splitlines()[1].startswith("Released by Jo Doe on 20")
    assert said.splitlines()[1].endswith(" UTC: Asked her.")
    assert said.splitlines()[2] == "  It names a street."
    code, again = _run("release", "clip_2", "--by", "Max", "--json")
    told = json.loads(again)
    assert (code, told["state"]) == (0, "ready")
    assert [(one["person"], one["note"]) for one in told["releases"]] == [("Jo Doe", "Asked her.")]


def test_show_says_what_a_clip_waits_for_and_who_let_it_go(place: str) -> None:
    _held(place)
    told = json.loads(_run("show", "clip_2", "--json")[1])
    assert (told["state"], told["releases"]) == ("held", [])
    assert told["holds"] == [{"kind": "personal_data", "reason": "It names a street."}]
    _run("release", "clip_2", "--by", "Jo")
    told = json.loads(_run("show", "clip_2", "--json")[1])
    assert told["state"] == "ready"
    assert told["releases"][0]["holds"] == told["holds"]


def test_what_cannot_be_released_is_said_in_a_sentence(place: str) -> None:
    _held(place, state=ClipState.FAILED_PROOF, proof=a_clip().proof)
    for arguments, code, says in (
        (("clip_1", "--by", "Jo"), 3, "clip_1 is not held: there is nothing to agree to."),
        (("clip_9", "--by", "Jo"), 3, "There is no clip clip_9"),
        (("clip_2", "--by", "Jo"), 3, "clip_2 failed its proof (hook): it cannot be released."),
        (("clip_2", "--by", " "), 2, "--by"),
        (("clip_2",), 2, "--by"),
    ):
        done, said = _run("release", *arguments)
        assert done == code
        assert says in said
    with open_session(place) as session:
        assert queries.releases.releases_of(session, a_moment(1).moment_id) == ()


# --- rescue -------------------------------------------------------------------------------------


def test_the_dropped_are_listed_with_number_and_reason(place: str) -> None:
    dropped = found().dropped
    code, said = _run("rescue", "det_1")
    assert code == 0, said
    for what in ("clip_1", a_source().source_id, "/videos/talk.mp4"):
        assert _run("rescue", what, "--client", "acme") == (code, said)
    rows = [line.split() for line in said.splitlines()]
    assert {str(number) for number, _ in dropped} <= {row[0] for row in rows if row}
    assert "over count" in said
    assert "Good enough, but the 1 moments that were asked for are better." in said
    assert "“Ten years ago, I fell asleep at the wheel of…”" in said
    assert "clipper rescue det_1 --take NUMBER" in said


def test_what_is_another_clients_is_refused(place: str) -> None:
    for what in ("det_1", "clip_1", a_source().source_id):
        assert _run("rescue", what, "--client", "other") == (3, f"{what} is not other's.\n")


def test_the_dropped_are_told_to_programs(place: str) -> None:
    told = json.loads(_run("rescue", "det_1", "--json")[1])
    assert (told["detection"], told["source"], told["client"]) == ("det_1", "talk.mp4", "acme")
    expected = [
        {"number": number, **item.model_dump(mode="json")} for number, item in found().dropped
    ]
    assert told["rejections"] == expected


def test_a_file_is_known_by_what_it_holds_wherever_it_lies(place: str, tmp_path: Path) -> None:
    path = make_video(tmp_path / "copy.mp4", seconds=1)
    assert _run("rescue", path, "--client", "acme")[0] == 3
    with open_session(place) as session:
        queries.sources.save_source(session, a_source(sha256=hash_file(path)))
    code, said = _run("rescue", path, "--client", "acme")
    assert (code, said) == (3, f"Nothing has been searched in {path} yet: clip it first.\n")


def test_what_was_never_searched_is_said_to_be_so(place: str) -> None:
    for what, says in {
        "clip_9": "There is no clip clip_9",
        "det_9": "There is no detection det_9",
        "src_9": "There is no source src_9",
        "talk.mp4": "talk.mp4 has not been taken in for default yet.",
        "long" * 2_000: "has not been taken in for default yet.",
        "https://www.youtube.com/watch?v=abcdefghijk": "has not been taken in for default yet.",
    }.items():
        code, said = _run("rescue", what)
        assert code == 3
        assert says in said


def test_a_number_that_is_not_there_is_refused_before_anything_starts(
    place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Stopped(Exception):
        """The check has passed."""

    def local_run(check: Any) -> None:
        check()
        raise Stopped

    monkeypatch.setattr("flows.local_run.local_run", local_run)
    with pytest.raises(Rejected, match="no dropped candidate 99: they count from 1"):
        take_dropped("det_1", "acme", [1, 99], tmp_path / "out", as_json=True)
    with pytest.raises(Stopped):
        take_dropped("det_1", "acme", [1, 9], tmp_path / "out", as_json=True)
    assert _run("rescue", "det_1", "--take", "0")[0] == 2


def test_a_candidate_becomes_a_moment_once_and_looks_like_the_others(place: str) -> None:
    dropped = dict(found().dropped)
    number = next(at for at, one in dropped.items() if one.code == "over_count")
    (first,) = bring_back.fn("det_1", [number])
    assert bring_back.fn("det_1", [number, number]) == [first]
    with open_session(place) as session:
        _, heard, now = queries.lineage.get_detection(session, "det_1")
    assert [moment.span for moment in now.moments[1:]] == [dropped[number].span]
    assert now.moments[1].rescued_at is not None
    assert number not in dict(now.dropped)
    boxed = RenderChoices(style="boxed", hook_style="bold").model_dump(mode="json")
    assert find_looks.fn("det_1") == [(moment.moment_id, heard, boxed) for moment in now.moments]


def test_a_detection_is_not_made_again_while_its_numbers_are_looked_up(
    place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    free: list[bool] = []

    def looked_up(*_: object) -> tuple[()]:
        with if_free("detect:det_1") as nobody:
            free.append(nobody)
        return ()

    monkeypatch.setattr("tasks.rescue.rescue", looked_up)
    assert bring_back.fn("det_1", [1]) == []
    assert free == [False]


def test_nothing_is_brought_back_when_one_of_several_cannot_be(place: str) -> None:
    dropped = dict(found().dropped)
    fine = next(at for at, one in dropped.items() if one.code == "over_count")
    brief = next(at for at, one in dropped.items() if one.code == "too_short")
    with pytest.raises(Rejected, match=f"Candidate {brief} lasts .* too short"):
        bring_back.fn("det_1", [fine, brief])
    with open_session(place) as session:
        assert len(queries.lineage.get_detection(session, "det_1")[2].moments) == 1


def test_nothing_is_brought_back_of_a_source_whose_rights_have_to_be_stated(place: str) -> None:
    with open_session(place) as session:
        queries.clients.save_client_settings(session, "acme", ClientSettings(require_rights=True))
    with pytest.raises(RightsNotStated):
        bring_back.fn("det_1", [10])


# --- natural starts and further hooks -----------------------------------------------------------


@pytest.fixture
def rendered(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What flows would have rendered."""
    work: list[Any] = []
    monkeypatch.setattr(render, "side_by_side", work.extend)
    return work


@pytest.mark.parametrize(
    ("wish", "looks"),
    [
        pytest.param({}, ["plate", "none"], id="nobody has said"),
        pytest.param({"hook_style": "plate"}, ["plate", "plate"], id="a look is named"),
        pytest.param({"hook_style": "none"}, ["none", "none"], id="none is wanted"),
    ],
)
def test_a_moment_that_is_better_so_starts_without_a_hook_unless_a_look_is_named(
    wish: dict[str, Any], looks: list[str], rendered: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    advised = a_detection(moments=0).replace(
        moments=(a_moment(1), a_moment(2, natural_start="It opens on a scream."))
    )
    monkeypatch.setattr(render, "load_detection", lambda _: ("transcript_1", advised))
    render.render.fn("det_1", **wish)
    assert [choices.hook_style for _, _, choices in rendered] == looks
    assert ClipJob(location="x", **wish).wrong_option() is None


def _with_hooks(url: str, **changes: Any) -> None:
    texts = ("Shown at first", "A second", "A third")
    angles = (HookAngle.CLAIM, HookAngle.NUMBER, HookAngle.STORY)
    hooks = tuple(Hook(text=t, angle=a) for t, a in zip(texts, angles, strict=True))
    moment = a_moment(1, hook=texts[0], hooks=hooks, **changes)
    with open_session(url) as session:
        heard, _ = queries.transcripts.latest_transcript(session, a_source().source_id)
        other = a_detection(moments=0).replace(moments=(moment,))
        queries.detections.save_detection(session, a_source().source_id, heard, "det_2", other)
        for number, choices in enumerate(
            (RenderChoices(), RenderChoices(hook="A third"), RenderChoices(hook_style="none"))
        ):
            at = a_clip().rendered_at + timedelta(hours=number)
            plan = a_plan().replace(choices=choices)
            queries.clips.save_clip(session, a_clip(f"clip_h{number}", plan=plan, rendered_at=at))


def test_a_clip_is_varied_with_the_hooks_that_it_does_not_show(
    place: str, rendered: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    _with_hooks(place)
    assert other_hooks.fn("clip_h0") == ["A second", "A third"]
    assert other_hooks.fn("clip_h1") == ["A second"]
    monkeypatch.setattr(render, "other_hooks", other_hooks.fn)
    monkeypatch.setattr(render, "find_clip", lambda _: ("mom", "transcript", RenderChoices()))
    monkeypatch.setattr(render, "record_experiment", lambda *_: None)
    render.vary.fn("clip_h0")
    assert [choices.hook for _, _, choices in rendered] == ["A second", "A third"]


def test_a_hook_with_a_word_that_is_banned_by_now_is_neither_offered_nor_taken(
    place: str, rendered: list[Any]
) -> None:
    _with_hooks(place)
    with open_session(place) as session:
        queries.clients.save_editorial_policy(
            session, "acme", EditorialPolicy(banned_words=("third",))
        )
    assert other_hooks.fn("clip_h0") == ["A second"]
    with pytest.raises(Rejected, match="'The thirds' holds 'third', which the client has banned"):
        render.vary.fn("clip_h0", ["One more", "The thirds"])
    assert rendered == []


def test_a_natural_start_is_varied_with_all_hooks(place: str) -> None:
    _with_hooks(place, natural_start="It opens on a scream.")
    assert other_hooks.fn("clip_h2") == ["Shown at first", "A second", "A third"]


def test_a_clip_without_further_hooks_asks_for_one(place: str) -> None:
    with pytest.raises(Rejected, match="No further hook was found for clip_1: give --hook"):
        other_hooks.fn("clip_1")
    with pytest.raises(Rejected, match="no style 'auto'"):
        render.vary.fn("clip_1", ["x"], "auto")
