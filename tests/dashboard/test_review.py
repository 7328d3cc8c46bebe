"""The review page: who goes through which clips, decides about them, and has them changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlmodel import Session
from streamlit.testing.v1 import AppTest

from clipping.db import queries
from clipping.db.queries import review_lines
from clipping.db.queries.review_lines import ReviewChoice, ReviewLine, WaitsFor
from clipping.db.session import open_session, open_session_as
from clipping.errors import NeedsPerson, Rejected
from clipping.models import (
    ChangeState,
    ClipEdit,
    ClipWord,
    Decision,
    OwnWords,
    PlatformName,
    PostState,
    Role,
    Word,
)
from clipping.publishing import changing, deciding
from clipping.timing import TimeSpan
from dashboard import reviewed, starting
from dashboard.reviewed import REASONS
from tasks.workplace import if_free, planning_of
from tests.dashboard.conftest import Workplace, agency_with, forget
from tests.dashboard.page_place import labels, open_page, press, run, said, statements
from tests.dashboard.seeded import Size, client, seed
from tests.db.values import a_clip, a_plan, a_transcript

SIZE = Size(clients=2, accounts=8, posts=64, waiting=30)
NOW = datetime.now(UTC)
OURS, THEIRS = client(0), client(1)
MOST_STATEMENTS = 24
SCRIPT = "<script>alert(1)</script>**x**"


@pytest.fixture(scope="module")
def agency(postgres: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workplace]:
    """Two clients, of which the first wants its clips approved: 24 wait, and 6 are held."""

    def fill(session: Session) -> None:
        seed(session, SIZE, NOW)
        hold = '[{"kind": "personal_data", "reason": "It names a street."}]'
        session.execute(
            text(
                "UPDATE clipping.moments SET holds = CAST(:hold AS jsonb) WHERE moment_id IN "
                "(SELECT moment_id FROM clipping.clips WHERE state = 'held')"
            ),
            {"hold": hold},
        )

    with agency_with(postgres, tmp_path_factory, fill) as made:
        yield made


@pytest.fixture(scope="module")
def ids(agency: Workplace) -> Mapping[str, str]:
    """Who there is; the operator of the first client looks."""
    return {
        "client": agency.look_as("clara", Role.CLIENT, OURS),
        "stranger": agency.look_as("sam", Role.OPERATOR, THEIRS),
        "operator": agency.look_as("otto", Role.OPERATOR, OURS),
    }


@pytest.fixture
def begun(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The changes that were begun, in no process."""
    found: list[str] = []
    monkeypatch.setattr("dashboard.verdicts.start_change", found.append)
    return found


def open_review(**query: str) -> AppTest:
    return open_page("review", **query)


def waiting(agency: Workplace, choice: ReviewChoice | None = None) -> list[ReviewLine]:
    with open_session(agency.database_url) as session:
        return review_lines.waiting_page(session, choice or ReviewChoice(OURS), 100)


def decision(agency: Workplace, clip_id: str) -> Decision | None:
    with open_session(agency.database_url) as session:
        found = queries.verdicts.find_verdict(session, clip_id)
    return found.decision if found else None


def front(page: AppTest) -> str:
    (video,) = page.get("video")
    return str(video.proto.url).rsplit("/", 1)[1].removesuffix(".mp4")


def give_a_post(agency: Workplace, clip_id: str) -> str:
    """A reserved post of the clip, instead of another one; its id."""
    with open_session(agency.database_url) as session:
        found = session.execute(
            text(
                "UPDATE clipping.posts SET clip_id = c.clip_id, moment_id = c.moment_id, "
                "source_id = c.source_id, note = '', next_at = due_at FROM clipping.clips AS c "
                "WHERE c.clip_id = :clip AND post_id = (SELECT post_id FROM clipping.posts AS p "
                "WHERE p.state = 'reserved' AND p.client_id = c.client_id "
                "AND p.clip_id <> c.clip_id ORDER BY p.post_id LIMIT 1) RETURNING post_id"
            ),
            {"clip": clip_id},
        ).scalar_one()
    return str(found)


def test_the_best_clip_that_waits_is_in_front_and_few_statements_bring_it(
    agency: Workplace, ids: Mapping[str, str]
) -> None:
    with statements(agency.database_url) as asked:
        page = open_review()
    lines = waiting(agency)
    assert front(page) == lines[0].clip_id
    assert [line.score for line in lines] == sorted((one.score for one in lines), reverse=True)
    shown = said(page)
    assert f"score {lines[0].score}" in shown
    assert "1 of 20 on this page, 24 waiting." in shown
    assert THEIRS not in shown
    assert len(asked) <= MOST_STATEMENTS, asked
    keys = {one.label: one.proto.shortcut for one in page.button}
    assert keys["Approve"] == "a"
    assert (keys["Reject"], keys["Next"], keys["Previous"]) == ("x", "j", "k")


def test_what_is_approved_is_over_and_the_next_one_is_in_front(
    agency: Workplace, ids: Mapping[str, str]
) -> None:
    first, second, third, *_ = waiting(agency)
    page = press(open_review(), "Approve")
    assert decision(agency, first.clip_id) is Decision.APPROVED
    assert front(page) == second.clip_id
    assert front(press(page, "Next")) == third.clip_id
    assert front(press(page, "Previous")) == second.clip_id


def test_a_rejection_has_a_reason_and_cancels_what_was_planned(
    agency: Workplace, ids: Mapping[str, str]
) -> None:
    first, second, *_ = waiting(agency)
    post_id = give_a_post(agency, first.clip_id)
    page = press(open_review(), "Reject")
    assert REASONS[1] in labels(page)
    page = press(page, REASONS[1])
    assert front(page) == second.clip_id
    assert "1 planned post cancelled." in page.toast[0].value.replace("\\", "")
    with open_session(agency.database_url) as session:
        verdict = queries.verdicts.find_verdict(session, first.clip_id)
        post = queries.posts.get_post(session, post_id)
    assert verdict is not None
    assert verdict.sentence == f"otto rejected it: {REASONS[1]}."
    assert post.state is PostState.CANCELLED
    # Nothing is rejected without a word.
    page = press(press(page, "Reject"), "Reject with this")
    assert "Say why" in said(page)
    next(one for one in page.text_input if "own words" in one.label).set_value(SCRIPT)
    press(page, "Reject with this")
    assert decision(agency, second.clip_id) is Decision.REJECTED


def test_what_was_pressed_of_one_clip_is_not_said_of_another(
    agency: Workplace, ids: Mapping[str, str]
) -> None:
    first, second, *_ = waiting(agency)
    page = open_review()
    assert front(page) == first.clip_id
    with open_session(agency.database_url) as session:
        deciding.reject(session, first.clip_id, "somebody else", "no", NOW)
    # It is the other one that is in front when the press arrives.
    page = press(page, "Approve")
    assert front(page) == second.clip_id
    assert decision(agency, second.clip_id) is None
    page = press(page, "Reject")
    with open_session(agency.database_url) as session:
        deciding.reject(session, second.clip_id, "somebody else", "no", NOW)
        third = waiting(agency)[1].clip_id
    page = press(page, REASONS[0])
    assert REASONS[0] not in labels(page)
    assert decision(agency, third) is None
    # Nor is anything said of words that nobody has seen.
    page = open_review(clip=third)
    with open_session(agency.database_url) as session:
        words = dict.fromkeys(PlatformName, OwnWords(caption="Written meanwhile."))
        queries.changes.save_own_words(session, third, words)
    press(page, "Approve")
    assert decision(agency, third) is None
    press(page, "Approve")
    assert decision(agency, third) is Decision.APPROVED


def test_several_are_decided_about_at_once(agency: Workplace, ids: Mapping[str, str]) -> None:
    page = open_review()
    page.button_group(key="review shown").set_value("List")
    page = run(page)
    lines = waiting(agency)
    for line in lines[:2]:
        page.checkbox(key=f"tick {line.clip_id}").check()
    page = press(run(page), "Approve 2")
    assert [decision(agency, one.clip_id) for one in lines[:3]] == [Decision.APPROVED] * 2 + [None]
    page.checkbox(key=f"tick {lines[2].clip_id}").check()
    page = press(run(page), "Reject them")
    assert decision(agency, lines[2].clip_id) is Decision.REJECTED


def test_the_queue_goes_on_behind_its_last_clip(agency: Workplace, ids: Mapping[str, str]) -> None:
    with open_session(agency.database_url) as session:
        session.execute(
            text('UPDATE clipping.clients SET editorial_policy = \'{"approval": "required"}\'')
        )
        for waits_for in WaitsFor:
            choice = ReviewChoice(None, waits_for)
            whole = review_lines.waiting_page(session, choice, 100)
            paged: list[ReviewLine] = []
            while len(paged) < len(whole):
                after = paged[-1].key if paged else None
                paged += review_lines.waiting_page(session, choice, 7, after)
            assert paged == whole
            assert {one.client for one in whole} == {OURS, THEIRS}
            assert review_lines.count_waiting(session, choice, 500) == len(whole)
        session.execute(
            text("UPDATE clipping.clients SET editorial_policy = '{}' WHERE name = :name"),
            {"name": THEIRS},
        )


def test_a_moments_score_is_its_clips(agency: Workplace) -> None:
    line = waiting(agency)[-1]
    with open_session(agency.database_url) as session:
        session.execute(
            text(
                "UPDATE clipping.moments SET score = 100 WHERE moment_id = "
                "(SELECT moment_id FROM clipping.clips WHERE clip_id = :clip)"
            ),
            {"clip": line.clip_id},
        )
    assert waiting(agency)[0].clip_id == line.clip_id


def test_what_is_held_is_released_before_it_is_approved(
    agency: Workplace, ids: Mapping[str, str]
) -> None:
    line = waiting(agency, ReviewChoice(OURS, WaitsFor.RELEASE))[0]
    page = open_review(**{"for": "release"})
    assert "It names a street." in said(page)
    assert "Approve" not in labels(page)
    press(page, "Release")
    assert line.clip_id in {one.clip_id for one in waiting(agency)}


def test_a_clients_own_people_decide_about_their_clips_and_change_nothing(
    agency: Workplace, ids: Mapping[str, str], begun: list[str]
) -> None:
    first, second, *_ = waiting(agency)
    post_id = give_a_post(agency, second.clip_id)
    with agency.seen_by(Role.CLIENT, OURS):
        page = open_review()
        panels = page.button_group(key="review panel").options
        assert panels == ["Words", "Posts"]
        assert page.button_group(key="review for").options == ["To approve"]
        # A key that was made by hand opens nothing.
        page.session_state["review panel"] = "Change"
        assert "Render again" not in labels(run(page))
        page = press(page, "Approve")
        assert decision(agency, first.clip_id) is Decision.APPROVED
        page = press(press(page, "Reject"), REASONS[0])
        assert decision(agency, second.clip_id) is Decision.REJECTED
    with open_session(agency.database_url) as session:
        post = queries.posts.get_post(session, post_id)
        standing = queries.stops.standing_of(session, post, NOW)
    # The planner takes its slot, and until then the publisher sends nothing of it.
    assert post.state is PostState.RESERVED
    assert standing is not None
    assert "rejected it" in standing.rejected


def test_a_client_approves_nothing_that_is_being_changed(
    agency: Workplace, ids: Mapping[str, str]
) -> None:
    clip_id = waiting(agency)[-1].clip_id
    with open_session(agency.database_url) as session:
        change = changing.ask(session, clip_id, ClipEdit(style="boxed"), "otto", NOW)
    with (
        pytest.raises(Rejected, match="is being changed: what comes of it"),
        open_session_as(agency.database_url, ids["client"], writes=True) as session,
    ):
        deciding.approve(session, [clip_id], "clara", "", NOW)
    with agency.seen_by(Role.CLIENT, OURS):
        page = open_review(clip=clip_id)
        assert [one.disabled for one in page.button if one.label == "Approve"] == [True]
    with open_session(agency.database_url) as session:
        changing.fail(session, change.change_id, "It was a trial.", NOW)


def test_nobody_sees_or_touches_another_clients_clips(
    agency: Workplace, ids: Mapping[str, str]
) -> None:
    url = agency.database_url
    ours = waiting(agency)[0].clip_id
    edit = ClipEdit(words={PlatformName.X: OwnWords(caption="mine")})
    with open_session(url) as session:
        theirs = session.execute(
            text("SELECT clip_id FROM clipping.clips AS c JOIN clipping.clients AS k USING "
                 "(client_id) WHERE k.name = :name LIMIT 1"), {"name": THEIRS},
        ).scalar_one()  # fmt: skip
    assert "There is no such clip" in said(open_review(clip=str(theirs)))
    assert "There is no such clip" in said(open_review(clip="<b>x</b>"))
    for act in (
        lambda session: deciding.approve(session, [ours], "sam", "", NOW),
        lambda session: deciding.reject(session, ours, "sam", "no", NOW),
        lambda session: changing.ask(session, ours, edit, "sam", NOW),
    ):
        with (
            pytest.raises(Rejected, match="There is no clip"),
            open_session_as(url, ids["stranger"], writes=True) as session,
        ):
            act(session)
    # Their own people decide, and that is all that they write.
    with pytest.raises(NeedsPerson), open_session_as(url, ids["client"], writes=True) as session:
        changing.ask(session, ours, ClipEdit(style="boxed"), "clara", NOW)
    with open_session_as(url, ids["client"], writes=True) as session:
        with pytest.raises(Rejected):
            changing.ask(session, ours, ClipEdit(), "clara", NOW)
        assert queries.changes.recent_changes(session, None, NOW - timedelta(days=9), 9) == []
    assert decision(agency, ours) is None


def test_a_script_in_what_a_stranger_said_is_text(
    agency: Workplace, ids: Mapping[str, str]
) -> None:
    line = waiting(agency)[0]
    with open_session(agency.database_url) as session:
        session.execute(
            text(
                "UPDATE clipping.moments SET hook = :t, title = :t, reason = :t WHERE moment_id = "
                "(SELECT moment_id FROM clipping.clips WHERE clip_id = :clip)"
            ),
            {"t": SCRIPT, "clip": line.clip_id},
        )
        words = {PlatformName.YOUTUBE: OwnWords(title=SCRIPT, caption=SCRIPT, hashtags=("a",))}
        queries.changes.save_own_words(session, line.clip_id, words)
    page = open_review()
    page.button_group(key="review panel").set_value("Posts")
    page = run(page)
    for one in page.get("html"):
        body = str(one.proto.body)
        assert "<script>alert" not in body
        # The one script is a file of ours.
        assert ("<script" in body) == (body == '<script src="/auth/player.js"></script>')
    assert any("&lt;script&gt;" in str(one.proto.body) for one in page.get("html")) or (
        "‹script›" in said(page)
    )
    assert all("**x**" not in str(one.value).replace("\\*", "") for one in page.header)


def caption_of(page: AppTest, platform: PlatformName) -> Any:
    return next(one for one in page.text_area if str(one.key).endswith(f" {platform.value}"))


def test_nobody_writes_over_words_that_they_have_not_read(
    agency: Workplace, ids: Mapping[str, str], begun: list[str]
) -> None:
    clip_id = waiting(agency)[0].clip_id
    page = open_review(clip=clip_id)
    page.button_group(key="review panel").set_value("Change")
    page = run(page)
    platform = PlatformName(str(page.text_area[0].key).rsplit(" ", 1)[1])
    caption_of(page, platform).set_value("Mine.")
    theirs = {platform: OwnWords(caption="Theirs.")}
    with open_session(agency.database_url) as session:
        changing.ask(session, clip_id, ClipEdit(words=theirs), "somebody else", NOW)
    page = press(page, "Save the words")
    assert "Somebody else has changed these words meanwhile" in said(page)
    assert caption_of(page, platform).value == "Theirs."
    caption_of(page, platform).set_value("Both.")
    press(page, "Save the words")
    with open_session(agency.database_url) as session:
        assert queries.changes.own_words(session, clip_id)[platform].caption == "Both."
        # Whoever looks at this clip next finds nothing of it changed.
        queries.changes.save_own_words(session, clip_id, {})
        session.execute(text("DELETE FROM clipping.clip_changes"))


def watch_planning(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Whether anybody could plan meanwhile, each time that a clip is changed."""
    seen: list[bool] = []
    ask = changing.ask

    def watch(*given: Any, **named: Any) -> Any:
        with if_free(planning_of(OURS)) as free:
            seen.append(free)
        return ask(*given, **named)

    monkeypatch.setattr(changing, "ask", watch)
    return seen


def test_other_words_hold_at_once_and_want_approval_again(
    agency: Workplace,
    ids: Mapping[str, str],
    begun: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    line = waiting(agency)[0]
    post_id = give_a_post(agency, line.clip_id)
    with open_session(agency.database_url) as session:
        deciding.approve(session, [line.clip_id], "otto", "", NOW)
        platform = queries.posts.get_post(session, post_id).platform
    page = open_review(clip=line.clip_id)
    page.button_group(key="review panel").set_value("Change")
    page = run(page)
    caption_of(page, platform).set_value("Typed by hand.")
    planned = watch_planning(monkeypatch)
    page = press(page, "Save the words")
    assert planned == [False]
    assert "waits for approval" in page.toast[0].value
    assert begun == []
    with open_session(agency.database_url) as session:
        post = queries.posts.get_post(session, post_id)
        standing = queries.stops.standing_of(session, post, NOW)
        (change,) = queries.changes.changes_of(session, line.clip_id, 9)
        facts = queries.posting_facts.posting_facts(session, [line.clip_id])[line.clip_id]
    assert post.words.caption == "Typed by hand."
    assert post.state is PostState.RESERVED
    assert standing is not None
    assert not standing.approved
    assert (change.by, change.state) == ("otto", ChangeState.DONE)
    assert facts.own_words[platform].caption == "Typed by hand."


def test_another_film_takes_the_place_of_the_one_that_was_approved(
    agency: Workplace, ids: Mapping[str, str], begun: list[str]
) -> None:
    line = waiting(agency)[0]
    post_id = give_a_post(agency, line.clip_id)
    with open_session(agency.database_url) as session:
        deciding.approve(session, [line.clip_id], "otto", "", NOW)
        before = queries.clips.get_clip(session, line.clip_id)
        words = {PlatformName.X: OwnWords(caption="kept")}
        queries.changes.save_own_words(session, line.clip_id, words)
    page = open_review(clip=line.clip_id)
    page.button_group(key="review panel").set_value("Change")
    page = run(page)
    next(one for one in page.text_input if one.label.startswith("Hook")).set_value("Other words")
    next(one for one in page.number_input if one.label.startswith("Start")).set_value(-1)
    page = press(page, "Render again")
    assert front(page) != line.clip_id
    (change_id,) = begun
    with open_session(agency.database_url) as session:
        change = queries.changes.get_change(session, change_id)
        assert change.wanted == ClipEdit(hook="Other words", start=-1)
        assert queries.posts.get_post(session, post_id).state is PostState.CANCELLED
        with pytest.raises(Rejected, match="is being changed by otto"):
            deciding.approve(session, [line.clip_id], "otto", "", NOW)
        made = a_clip(
            "clip_made", OURS, moment_id=before.moment_id, source_id=before.source_id,
            plan=a_plan(fade_ms=99), proof=before.proof,
        )  # fmt: skip
        queries.clips.save_clip(session, made)
        changing.settle(session, change_id, "clip_made", NOW)
        with pytest.raises(Rejected, match="clip_made is there in its place"):
            deciding.approve(session, [line.clip_id], "otto", "", NOW)
        assert queries.changes.own_words(session, "clip_made") == words
    assert decision(agency, line.clip_id) is Decision.REJECTED
    assert decision(agency, "clip_made") is None
    waits = {one.clip_id for one in waiting(agency)}
    assert "clip_made" in waits
    assert line.clip_id not in waits
    page = open_review(clip=line.clip_id)
    assert "another one is there in its place" in page.info[0].value
    assert front(press(page, "Show that one")) == "clip_made"


def test_a_change_of_which_nothing_comes_leaves_the_clip_waiting(
    agency: Workplace, ids: Mapping[str, str], begun: list[str]
) -> None:
    line = waiting(agency)[0]
    url, later = agency.database_url, NOW + timedelta(minutes=5)
    with open_session(url) as session:
        change = changing.ask(session, line.clip_id, ClipEdit(style="boxed"), "otto", NOW)
        changing.note_progress(session, change.change_id, 0.4, NOW)
        with pytest.raises(Rejected, match="is being changed"):
            changing.ask(session, line.clip_id, ClipEdit(style="pop"), "otto", NOW)
        with pytest.raises(Rejected, match="just now"):
            changing.give_up(session, change.change_id, "otto", NOW)
        again = changing.start_anew(session, change.change_id, "otto", later)
        assert again.state is ChangeState.ASKED
    page = open_review()
    page.button_group(key="review for").set_value("changes")
    assert "captions as boxed" in said(run(page))
    with open_session(url) as session:
        changing.fail(session, change.change_id, "The talk has no sentence before it.", later)
    assert line.clip_id in {one.clip_id for one in waiting(agency)}
    assert "The talk has no sentence before it." in said(run(page))
    # A line of what was changed leads to its clip, and from there back.
    page.query_params["clip"] = line.clip_id
    run(page)
    assert page.button_group(key="review for").value == "approval"
    assert "captions as boxed" not in said(page)
    page.button_group(key="review for").set_value("changes")
    assert "captions as boxed" in said(run(page))
    # What is rendered for it all the same may not be posted.
    with open_session(url) as session:
        before = queries.clips.get_clip(session, line.clip_id)
        late = a_clip(
            "clip_late", OURS, moment_id=before.moment_id, source_id=before.source_id,
            plan=a_plan(fade_ms=77), proof=before.proof,
        )  # fmt: skip
        queries.clips.save_clip(session, late)
        changing.settle(session, change.change_id, "clip_late", later)
    assert decision(agency, "clip_late") is Decision.REJECTED


@pytest.mark.parametrize(
    ("edit", "why"),
    [
        pytest.param(ClipEdit(), "Nothing would be other", id="nothing"),
        pytest.param(ClipEdit(style="bold"), "no style 'bold'", id="style"),
        pytest.param(ClipEdit(hook="x", hook_style="y"), "no style 'y'", id="hook's look"),
        pytest.param(ClipEdit(hook="word " * 60, style="boxed"), "too long", id="long hook"),
    ],
)
def test_what_cannot_be_shown_is_refused(agency: Workplace, edit: ClipEdit, why: str) -> None:
    line = waiting(agency)[-1]
    with (
        pytest.raises(Rejected, match=why),
        open_session(agency.database_url) as session,
    ):
        changing.ask(session, line.clip_id, edit, "otto", NOW)


def test_a_change_is_rendered_in_a_process_of_its_own(
    agency: Workplace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[list[str]] = []

    class FakeProcess:
        def __init__(self, command: list[str], **how: object) -> None:
            started.append(command)
            assert how["start_new_session"] is True

        def wait(self) -> int:
            return 0

    monkeypatch.setenv("CLIPPER_HOME", str(tmp_path))
    forget()
    monkeypatch.setattr("dashboard.starting.subprocess.Popen", FakeProcess)
    starting.start_change("change_1")
    forget()
    assert [command[1:] for command in started] == [["-m", "flows.change", "change_1"]]


def test_lines_of_what_is_said_end_with_sentences_and_pauses() -> None:
    words = [
        ClipWord(text=text_, start_ms=at, end_ms=at + 200)
        for at, text_ in ((0, "Yes."), (200, "It"), (400, "was"), (1500, "late"))
    ]
    assert [(at, [one.text for one in line]) for at, line in reviewed.lines_of(words)] == [
        (0, ["Yes."]), (200, ["It", "was"]), (1500, ["late"]),
    ]  # fmt: skip


def test_the_sentences_around_a_clip_are_those_by_which_its_ends_move() -> None:
    said_ = "One begins here. Two goes on here. Three is the clip. Four comes after it."
    words = [
        Word(text=word, span=TimeSpan(start_ms=300 * at, end_ms=300 * at + 250))
        for at, word in enumerate(said_.split())
    ]
    span = TimeSpan(start_ms=2100, end_ms=3300)
    before, inside, after = reviewed.around(words, span)
    assert [one.text for one in inside] == ["Three is the clip."]
    assert [one.text for one in before] == ["One begins here.", "Two goes on here."]
    assert [one.text for one in after] == ["Four comes after it."]
    assert reviewed.around(a_transcript(0).words, span) == ([], [], [])


def test_only_what_is_other_is_changed() -> None:
    clip = a_clip()
    usual = {
        "hook": "Ünexpected", "hook_style": "plate", "style": "classic", "camera": "as it is",
        "start": 0, "end": 0,
    }  # fmt: skip

    def edit(**changes: object) -> ClipEdit:
        return reviewed.film_edit(clip, "Ünexpected", **{**usual, **changes})  # type: ignore[arg-type]

    assert not edit().renders
    assert edit(hook="  ") == ClipEdit(hook="")
    assert edit(hook_style="none") == ClipEdit(hook="")
    assert edit(hook="Other", style="boxed") == ClipEdit(hook="Other", style="boxed")
    assert edit(camera="whole picture", end=2) == ClipEdit(framing=("fit",), end=2)
    assert edit(hook_style="bold") == ClipEdit(hook_style="bold")
    assert reviewed.tags_of("#one, two  #one") == ("one", "two")
