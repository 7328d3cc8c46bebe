"""The operators' daily pages, on a database as an agency has it after a while."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text as sql

from clipping.db import queries
from clipping.db.queries import account_lines, alert_lines, desk, post_lines
from clipping.db.queries.account_lines import AccountChoice
from clipping.db.queries.post_lines import PostChoice, PostLine
from clipping.db.session import open_session, open_session_as
from clipping.errors import NeedsPerson, Rejected
from clipping.models import Decision, PostState, Role, Stop, Verdict
from clipping.publishing import acting, moving, stopping
from tests.dashboard.conftest import Workplace, agency_with
from tests.dashboard.page_place import (
    MAIN,
    MOST_STATEMENTS,
    labels,
    load,
    open_page,
    press,
    run,
    said,
    statements,
)
from tests.dashboard.seeded import Size, account, client, seed

SIZE = Size()
NOW = datetime.now(UTC)
OURS, THEIRS = client(1), client(0)


@pytest.fixture(scope="module")
def agency(postgres: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workplace]:
    """Two clients, 30 accounts, 200 posts; an admin looks, unless somebody else does."""
    with agency_with(postgres, tmp_path_factory, lambda one: seed(one, SIZE, NOW)) as made:
        yield made


@pytest.fixture
def operator(look_as: Callable[..., str]) -> str:
    """From now on an operator looks; the id of them."""
    return look_as(Role.OPERATOR, OURS)


def first(agency: Workplace, state: PostState, whose: str = OURS, skip: int = 0) -> PostLine:
    with open_session(agency.database_url) as session:
        choice = PostChoice(client=whose, states=(state,))
        return post_lines.post_page(session, choice, skip + 1)[skip]


def left_today(agency: Workplace, tiktok: str) -> str:
    """What an account at TikTok, which takes 15 posts in any 24 hours, may still post."""
    with open_session(agency.database_url) as session:
        posted = session.execute(
            sql(
                "SELECT count(*) FROM clipping.posts WHERE account_id = :it AND platform = 'tiktok'"
                " AND state = 'posted' AND posted_at > :since"
            ),
            {"it": tiktok, "since": datetime.now(UTC) - timedelta(hours=24)},
        ).scalar_one()
    assert posted, "then it shows what any account would"
    return f"{15 - posted} of 15"


PAGES = {
    "today": ("What goes out next", "to settle at once", "unknown"),
    "schedule": ("cl-dot", "Move", "cl-awake"),
    "accounts": ("login needed", "Its platform has suspended or restricted it."),
    "posts": ("planned", "All posts, the latest first."),
    "alarms": ("Instagram could not fetch the video", "Done with it"),
}


@pytest.mark.parametrize("view", PAGES)
def test_an_operator_sees_their_clients_day_and_nobody_elses_in_few_statements(
    agency: Workplace, operator: str, view: str
) -> None:
    with statements(agency.database_url) as asked:
        page = open_page(view)
    text = said(page)
    also = (left_today(agency, account(1)),) if view == "accounts" else ()
    for expected in PAGES[view] + also:
        assert expected in text or expected in labels(page), expected
    assert THEIRS not in text
    assert "gAAAAA" not in text
    assert len(asked) <= MOST_STATEMENTS, asked


def test_the_pages_of_operators_are_not_there_for_clients(
    agency: Workplace, ids: Mapping[str, str]
) -> None:
    with agency.seen_by(Role.CLIENT, OURS):
        page = load(MAIN)
        # There are two pages, and whoever asks for another one is shown the first.
        page.switch_page("views/accounts.py")
        assert [title.value for title in run(page).title] == ["Clips"]
        with pytest.raises(
            ValueError,
            match=r"Known pages: \['[^',]*clips.py', '[^',]*review.py', '[^',]*numbers.py'\]",
        ):
            page.switch_page("views/accounts.py")


def test_a_post_is_cancelled_only_with_a_reason_and_says_so(
    agency: Workplace, ids: Mapping[str, str]
) -> None:
    post = first(agency, PostState.RESERVED)
    page = open_page("posts", post=post.post_id)
    assert "It waits for its time." in said(page)
    assert "Choose another time" in labels(page)
    assert "Let it go on" not in labels(page)
    assert "Say why" in said(press(page, "Cancel it"))
    [one for one in page.text_input if one.label == "Why"][-1].set_value("old news")
    text = said(press(page, "Cancel it"))
    assert "It is cancelled." in text
    assert "ann cancelled it: old news." in text
    assert "Nothing: this post is over." in text


def test_an_account_is_paused_and_resumed_after_seeing_what_goes_out(
    agency: Workplace, ids: Mapping[str, str]
) -> None:
    page = open_page("accounts", account=account(1))
    next(one for one in page.text_input if one.label == "Why").set_value("<b>holidays</b>")
    text = said(press(page, "Pause it"))
    assert "It is paused." in text
    assert "&lt;b&gt;holidays&lt;/b&gt;" in text
    assert "go out at their times" in said(press(page, "Resume it"))
    text = said(press(page, "Yes, resume"))
    assert "Resumed." in text
    assert "It can be posted to." in text


def test_an_account_is_resumed_once_by_who_agrees_twice(
    agency: Workplace, ids: Mapping[str, str]
) -> None:
    with open_session(agency.database_url) as session:
        queries.accounts.pause_account(session, account(1), "ann: holidays")
    page = press(open_page("accounts", account=account(1)), "Resume it")
    # The press before this one has done it, and somebody has paused it anew.
    del page.session_state["asked to resume"]
    assert "Resumed." not in said(press(page, "Yes, resume"))
    with open_session(agency.database_url) as session:
        assert queries.accounts.get_account(session, account(1)).paused == "ann: holidays"
        queries.accounts.resume_account(session, account(1))


def test_an_alarm_is_done_with_a_note_that_stays(agency: Workplace, ids: Mapping[str, str]) -> None:
    page = open_page("alarms")
    count = labels(page).count("Done with it")
    page.text_input[0].set_value("Asked their support.")
    assert "1 alarm done." in said(press(page, "Done with it"))
    assert labels(page).count("Done with it") == count - 1
    page.button_group(key="shown").set_value("Done")
    text = said(run(page))
    assert "Done by ann" in text
    assert "Asked their support." in text


def test_an_alarm_that_says_something_else_by_now_is_done_all_the_same(
    agency: Workplace, ids: Mapping[str, str]
) -> None:
    def has(free: int) -> None:
        with open_session(agency.database_url) as session:
            queries.alerts.raise_alert(session, "disk", "here", f"{free} GB are free.", NOW)

    def open_ones() -> list[alert_lines.AlertGroup]:
        with open_session(agency.database_url) as session:
            return [one for one in alert_lines.open_alerts(session, 50) if one.kind == "disk"]

    has(3)
    page = open_page("alarms")
    has(2)
    assert "2 GB are free." in [one.sentence for one in open_ones()]
    assert "1 alarm done." in said(press(page, "Done with it"))
    assert open_ones() == []


def test_an_alarm_that_is_over_by_the_press_is_said_to_be(
    agency: Workplace, ids: Mapping[str, str]
) -> None:
    with open_session(agency.database_url) as session:
        queries.alerts.raise_alert(session, "queue", "posts", "A post is due.", NOW)
    page = open_page("alarms")
    with open_session(agency.database_url) as session:
        queries.alerts.resolve_alerts(session, "queue", NOW)
    assert "Nothing was done: it is over" in said(press(page, "Done with it"))


def test_an_unknown_post_is_said_to_be_unknown(agency: Workplace, ids: Mapping[str, str]) -> None:
    assert "There is no such post" in said(open_page("posts", post="<b>x</b>"))


def test_what_an_operator_does_is_done_to_their_clients_things_alone(
    agency: Workplace, ids: Mapping[str, str]
) -> None:
    url, operator = agency.database_url, ids["operator"]
    ours = first(agency, PostState.RESERVED, skip=4)
    theirs = first(agency, PostState.RESERVED, THEIRS)
    unknown = first(agency, PostState.UNKNOWN)
    with open_session_as(url, operator, writes=True) as session:
        acting.hold(session, ours.post_id, "otto", "wait", NOW)
        acting.retry(session, ours.post_id, "otto", NOW)
        assert acting.done(session, unknown.post_id, "otto", "", NOW).state is PostState.POSTED
        alarms = alert_lines.open_alerts(session, 50)
        assert unknown.post_id not in {one.post_id for one in alarms}
        settled = alert_lines.settle_group(session, alarms[0], "otto", "seen", NOW)
        assert settled == alarms[0].count
        later = ours.due_at + timedelta(minutes=7)
        assert moving.move(session, ours.post_id, later, "otto", NOW).due_at == later
        acting.hold(session, ours.post_id, "otto", "wait", NOW)
        later += timedelta(minutes=1)
        moved = moving.move(session, ours.post_id, later, "otto", NOW)
        assert (moved.state, moved.due_at) == (PostState.RESERVED, later)
        stopping.stop(session, Stop(client=OURS, by="otto", at=NOW, why="a claim"))
        found = stopping.resumption(session, Stop(client=OURS, by="", at=NOW, why=""), NOW)
        assert {one.post_id for one in found.later} >= {ours.post_id}
        stopping.resume(session, found, "otto", NOW)
        assert [one.account_id for one in queries.stops.stops(session)] == [account(5)]
        with pytest.raises(Rejected, match="There is no post"):
            acting.hold(session, theirs.post_id, "otto", "wait", NOW)
        with pytest.raises(Rejected, match="There is no client"):
            stopping.stop(session, Stop(client=THEIRS, by="otto", at=NOW, why="x"))
    with pytest.raises(NeedsPerson), open_session_as(url, operator, writes=True) as session:
        stopping.stop(session, Stop(by="otto", at=NOW, why="all of it"))


def test_lists_go_on_behind_their_last_line(agency: Workplace, ids: Mapping[str, str]) -> None:
    states = (PostState.RESERVED, PostState.FAILED)
    with open_session_as(agency.database_url, ids["admin"]) as session:
        whole = post_lines.post_page(session, PostChoice(states=states), 500)
        paged: list[PostLine] = []
        while len(paged) < len(whole):
            after = paged[-1].key if paged else None
            paged += post_lines.post_page(session, PostChoice(states=states), 25, after)
        assert paged == whole
        assert [one.key for one in whole] == sorted((one.key for one in whole), reverse=True)
        accounts = account_lines.account_page(session, AccountChoice(), NOW, 100)
        assert len(accounts) == SIZE.accounts
        behind = account_lines.account_page(session, AccountChoice(), NOW, 100, accounts[11].key)
        assert behind == accounts[12:]
        troubled = account_lines.account_page(session, AccountChoice(troubled=True), NOW, 100)
        assert 0 < len(troubled) < 10
        handle = accounts[3].account.handle
        named = account_lines.account_page(session, AccountChoice(named=handle.upper()), NOW, 9)
        assert [one.account.handle for one in named] == [handle]


def test_only_who_works_for_a_client_is_told_until_when_its_accounts_are_open(
    agency: Workplace, ids: Mapping[str, str]
) -> None:
    url = agency.database_url
    with open_session_as(url, ids["operator"]) as session:
        lines = account_lines.account_page(session, AccountChoice(), NOW, 100)
    assert {line.account.client for line in lines} == {OURS}
    assert sum(line.opening is not None for line in lines) > 10
    with open_session_as(url, ids["client"]) as session:
        lines = account_lines.account_page(session, AccountChoice(), NOW, 100)
    assert [line.opening for line in lines] == [None] * len(lines)


def test_a_clip_that_was_decided_about_waits_no_more(
    agency: Workplace, ids: Mapping[str, str]
) -> None:
    since = NOW - timedelta(days=14)
    verdict = Verdict(
        clip_id=f"clip_{SIZE.posts}", decision=Decision.REJECTED, person="ann", at=NOW
    )
    with open_session_as(agency.database_url, ids["admin"], writes=True) as session:
        before = {one.client: one.to_approve for one in desk.waiting_clips_of_all(session, since)}
        queries.verdicts.save_verdict(session, verdict)
        after = {one.client: one.to_approve for one in desk.waiting_clips_of_all(session, since)}
    assert before == {THEIRS: 6, OURS: 0}
    assert after == {THEIRS: 5, OURS: 0}
