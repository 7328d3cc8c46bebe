"""A clip as somebody changed it: what is rendered for it, and what becomes of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from clipping.db import queries
from clipping.db.session import open_session
from clipping.errors import Rejected, ServiceUnavailable
from clipping.models import (
    ChangeState,
    ClipEdit,
    ClipState,
    Decision,
    FramingChoice,
    Layout,
    OwnWords,
    PlatformName,
    RenderChoices,
    Verdict,
)
from clipping.moments.bounds import Move
from clipping.publishing import changing
from clipping.settings import settings
from flows import change, cli
from tasks import change as task
from tasks.change import choices_of
from tasks.workplace import if_free, planning_of
from tests.db.values import a_clip, a_detection, a_moment, a_plan, a_source, a_transcript
from tests.support.commands import CliRunner

NOW = datetime.now(UTC)
OWN = RenderChoices(style="highlight", hook="Old words")
Rendered = list[tuple[str, str, RenderChoices]]


@pytest.fixture
def place(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Rendered]:
    """A stored clip that was approved, and the work that was rendered as ``clip_2``."""
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("CLIPPER_STORE", str(tmp_path / "store"))
    settings.cache_clear()
    rendered: Rendered = []
    moves: list[tuple[Any, ...]] = []
    with open_session(database_url) as session:
        source = a_source()
        queries.sources.save_source(session, source)
        made = queries.transcripts.save_transcript(session, source.source_id, None, a_transcript())
        queries.detections.save_detection(session, source.source_id, made, "key", a_detection())
        queries.clips.save_clip(session, a_clip())
        verdict = Verdict(clip_id="clip_1", decision=Decision.APPROVED, person="Jo", at=NOW)
        queries.verdicts.save_verdict(session, verdict)

    def side_by_side(work: Rendered) -> list[str]:
        rendered.extend(work)
        clip = a_clip("clip_2", moment_id=work[0][0], plan=a_plan(fade_ms=44))
        with open_session(database_url) as session:
            queries.clips.save_clip(session, clip)
        return ["clip_2"]

    def move_ends(*asked: Any) -> str:
        moves.append(asked)
        return a_moment(2).moment_id

    found = (a_moment().moment_id, made, OWN.model_dump(mode="json"))
    monkeypatch.setattr(change, "side_by_side", side_by_side)
    monkeypatch.setattr(change, "find_change", task.find_change.fn)
    monkeypatch.setattr(change, "settle_change", task.settle_change.fn)
    monkeypatch.setattr(task, "find_clip", lambda clip_id: found)
    monkeypatch.setattr(task, "move_ends", move_ends)
    yield rendered
    assert all(one[2] == Move(start=-1, end=2) for one in moves)
    settings.cache_clear()


def ask(url: str, edit: ClipEdit) -> str:
    with open_session(url) as session:
        return changing.ask(session, "clip_1", edit, "otto", NOW).change_id


def test_what_was_asked_for_is_rendered_and_takes_the_place_of_the_clip_that_was_approved(
    place: Rendered, database_url: str
) -> None:
    wanted = ClipEdit(hook="New words", style="boxed", start=-1, end=2)
    change_id = ask(database_url, wanted)
    change.change_clip.fn(change_id)
    change.change_clip.fn(change_id)
    ((moment_id, _, choices),) = place
    assert moment_id == a_moment(2).moment_id
    assert choices == OWN.replace(hook="New words", style="boxed")
    with open_session(database_url) as session:
        done = queries.changes.get_change(session, change_id)
        old = queries.verdicts.find_verdict(session, "clip_1")
        assert queries.changes.superseded_by(session, "clip_1") == "clip_2"
        assert queries.verdicts.find_verdict(session, "clip_2") is None
    assert (done.state, done.made_clip_id) == (ChangeState.DONE, "clip_2")
    assert old is not None
    assert old.rejects


def test_what_the_talk_does_not_allow_is_told_and_the_clip_waits_again(
    place: Rendered, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any) -> str:
        raise Rejected("The talk has no sentence before it.")

    monkeypatch.setattr(task, "move_ends", refuse)
    change_id = ask(database_url, ClipEdit(start=-3))
    with pytest.raises(Rejected):
        change.change_clip.fn(change_id)
    with open_session(database_url) as session:
        failed = queries.changes.get_change(session, change_id)
        assert queries.verdicts.find_verdict(session, "clip_1") is None
    assert (failed.state, failed.told) == (
        ChangeState.FAILED, "The talk has no sentence before it.",
    )  # fmt: skip


def test_a_film_that_shows_the_same_waits_as_it_was(
    place: Rendered, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(change, "side_by_side", lambda work: ["clip_1"])
    change_id = ask(database_url, ClipEdit(framing=("auto",)))
    change.change_clip.fn(change_id)
    with open_session(database_url) as session:
        assert queries.changes.get_change(session, change_id).told == "It shows the same as before."
        assert queries.verdicts.find_verdict(session, "clip_1") is None
        assert queries.changes.superseded_by(session, "clip_1") is None


def test_a_film_that_failed_its_proof_takes_no_clips_place(
    place: Rendered, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def side_by_side(work: Rendered) -> list[str]:
        clip = a_clip("clip_2", plan=a_plan(fade_ms=44), state=ClipState.FAILED_PROOF)
        with open_session(database_url) as session:
            queries.clips.save_clip(session, clip)
        return ["clip_2"]

    monkeypatch.setattr(change, "side_by_side", side_by_side)
    change_id = ask(database_url, ClipEdit(style="boxed"))
    with pytest.raises(Rejected, match="The new film failed its proof: "):
        change.change_clip.fn(change_id)
    with open_session(database_url) as session:
        failed = queries.changes.get_change(session, change_id)
        assert queries.changes.superseded_by(session, "clip_1") is None
        assert queries.verdicts.find_verdict(session, "clip_1") is None
    assert failed.state is ChangeState.FAILED
    assert failed.told.startswith("The new film failed its proof: ")


@pytest.mark.parametrize(
    ("edit", "made"),
    [
        (ClipEdit(hook=""), OWN.replace(hook=None, hook_style="none")),
        (ClipEdit(hook_style="bold"), OWN.replace(hook_style="bold")),
        (ClipEdit(style="pop"), OWN.replace(style="pop")),
        (ClipEdit(framing=("fit",)), OWN.replace(framing=(FramingChoice(layout=Layout.FIT),))),
    ],
)
def test_only_what_was_changed_is_other(edit: ClipEdit, made: RenderChoices) -> None:
    assert choices_of(edit, OWN) == made


def test_a_camera_that_cannot_do_that_is_refused() -> None:
    with pytest.raises(Rejected, match="camera"):
        choices_of(ClipEdit(framing=("sideways",)), OWN)


def test_a_change_is_a_run_of_its_deployment_where_a_server_is_named(
    place: Rendered, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[tuple[str, dict[str, Any]]] = []
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:9/api")
    monkeypatch.setattr(
        "prefect.deployments.run_deployment", lambda name, **how: started.append((name, how))
    )
    change.start("change_1")
    assert started == [
        ("change-clip/change-clip", {"parameters": {"change_id": "change_1"}, "timeout": 0})
    ]


def test_a_server_that_does_not_take_it_is_told_where_it_was_asked_for(
    place: Rendered, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(change_id: str) -> None:
        raise ServiceUnavailable("The Prefect server did not take it.")

    change_id = ask(database_url, ClipEdit(style="pop"))
    monkeypatch.setattr(change, "start", refuse)
    monkeypatch.setattr("sys.argv", ["change", change_id])
    with pytest.raises(SystemExit, match="did not take it"):
        change.main()
    with open_session(database_url) as session:
        assert queries.changes.get_change(session, change_id).state is ChangeState.FAILED


def test_words_are_changed_from_the_command_line_without_a_render(
    place: Rendered, database_url: str
) -> None:
    done = CliRunner().invoke(
        cli.app, ["change", "clip_1", "--by", "Jo", "--caption", "x=Said otherwise."]
    )
    assert done.exit_code == 0, done.output
    assert "Its client wants no approval." in " ".join(done.output.split())
    assert place == []
    with open_session(database_url) as session:
        assert (
            queries.changes.own_words(session, "clip_1")[PlatformName.X].caption
            == "Said otherwise."
        )
        assert queries.verdicts.find_verdict(session, "clip_1") is None


def test_nobody_plans_while_a_clip_is_changed_or_put_in_place(
    place: Rendered, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []

    def watched(name: str) -> None:
        act = getattr(changing, name)

        def watch(*given: Any) -> Any:
            with if_free(planning_of("acme")) as free:
                seen.append(f"{name} {'unheld' if free else 'held'}")
            return act(*given)

        monkeypatch.setattr(changing, name, watch)

    change_id = ask(database_url, ClipEdit(style="boxed"))
    for name in ("ask", "settle"):
        watched(name)
    change.change_clip.fn(change_id)
    done = CliRunner().invoke(cli.app, ["change", "clip_2", "--by", "Jo", "--caption", "x=Other."])
    assert done.exit_code == 0, done.output
    assert seen == ["settle held", "ask held"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        pytest.param(("--by", " "), "--by", id="nobody"),
        pytest.param(("--by", "Jo", "--no-hook", "--hook", "x"), "--no-hook", id="both"),
        pytest.param(("--by", "Jo", "--framing", "wide"), "no framing", id="framing"),
        pytest.param(("--by", "Jo", "--caption", "mastodon=x"), "PLATFORM=TEXT", id="platform"),
    ],
)
def test_what_cannot_be_meant_is_a_wrong_usage(arguments: tuple[str, ...], said: str) -> None:
    done = CliRunner().invoke(cli.app, ["change", "clip_1", *arguments])
    assert done.exit_code == 2
    assert said in " ".join(done.output.replace("│", " ").split())


def test_own_words_are_sent_in_place_of_what_was_drafted(
    place: Rendered, database_url: str
) -> None:
    words = {PlatformName.TIKTOK: OwnWords(title="T", caption="Own.", hashtags=("one",))}
    with open_session(database_url) as session:
        queries.changes.save_own_words(session, "clip_1", words)
        facts = queries.posting_facts.posting_facts(session, ["clip_1"])["clip_1"]
    assert facts.own_words == words
