"""How accounts and days are told in words and pictures."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from clipping.db.queries.account_lines import AccountLine, Opening
from clipping.db.queries.alert_lines import AlertGroup
from clipping.db.queries.desk import ShortDay, WaitingClips
from clipping.db.queries.post_lines import PostCount, PostLine
from clipping.models import AccountStatus, Cause, PlatformName, PostState, Shortage, Stage, Stop
from dashboard.needs import Desk, Urgency, needs
from dashboard.standing import left_today, open_until, troubles, warm_up, way_out
from dashboard.strips import strips
from dashboard.words import apart
from tests.scheduling.made import account

NOW = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def a_line(**changes: Any) -> AccountLine:
    given = {"opening": Opening(None, renewed=True)} | {
        name: changes.pop(name) for name in list(changes) if name in AccountLine.__annotations__
    }
    made = AccountLine(account(0, **changes), None, None, None, 2, (), NOW - HOUR)
    return replace(made, **given)


@pytest.mark.parametrize(
    ("line", "chips"),
    [
        (a_line(), []),
        (a_line(status=AccountStatus.BANNED), ["banned"]),
        (a_line(consent=None, status=AccountStatus.WARNED), ["no consent", "warned"]),
        (a_line(paused="holidays"), ["paused"]),
        (a_line(opening=None), ["login needed"]),
        (a_line(opening=Opening(NOW - HOUR, renewed=False)), ["login needed"]),
        (a_line(opening=Opening(NOW + HOUR, renewed=False)), []),
        (a_line(why_not=("its platform takes no further post",)), ["look"]),
        # Over by now, as what is known since then says.
        (a_line(why_not=("it is paused: holidays",)), []),
    ],
)
def test_an_account_says_what_is_in_its_way_worst_first(
    line: AccountLine, chips: list[str]
) -> None:
    assert [trouble.chip.text for trouble in troubles(line, (), NOW)] == chips


def test_a_stop_is_in_the_way_of_the_accounts_that_it_covers() -> None:
    line = a_line()
    ours = Stop(client=line.account.client, by="Ann", at=NOW, why="a claim")
    theirs = ours.replace(client="another")
    assert [one.sentence for one in troubles(line, (theirs, ours), NOW)] == [
        "Ann stopped everything of acme: a claim."
    ]
    its_own = ours.replace(account_id=line.account.account_id)
    [told] = troubles(line, (its_own,), NOW)
    assert f"@{line.account.handle} of acme: a claim." in told.sentence
    assert line.account.account_id not in told.sentence


@pytest.mark.parametrize(
    ("first", "told"),
    [
        (None, "not begun"),
        (date(2026, 11, 26), "day 1, 1 in 2 days"),
        (date(2026, 11, 18), "day 9, 1 a day"),
        (date(2026, 11, 10), "day 17, 3 in 2 days"),
        (date(2026, 10, 1), "done"),
    ],
)
def test_the_warm_up_is_told_by_its_day_and_pace(first: date | None, told: str) -> None:
    assert warm_up(a_line(first_post_on=first), NOW) == told


def test_what_is_left_of_a_day_and_of_a_token_is_told() -> None:
    line = a_line(platform=PlatformName.TIKTOK)
    assert left_today(line) == "13 of 15"
    assert left_today(a_line(platform=PlatformName.YOUTUBE)) == "no limit told"
    assert open_until(line, NOW) == "renewed"
    ended = replace(line, opening=Opening(NOW - 2 * HOUR, renewed=False))
    assert open_until(ended, NOW) == "ended 2 h ago"


@pytest.mark.parametrize(
    ("gap", "told"),
    [
        (timedelta(0), "now"),
        (timedelta(minutes=5), "in 5 min"),
        (timedelta(hours=-30), "1 d ago"),
    ],
)
def test_times_are_told_from_now_on(gap: timedelta, told: str) -> None:
    assert apart(NOW + gap, NOW) == told


def a_count(state: PostState, count: int = 1, stage: Stage = Stage.NEW) -> PostCount:
    return PostCount("acme", state, stage, "Why.", count, NOW, "post_1", PlatformName.X, "clips")


def a_desk(**given: Any) -> Desk:
    empty: dict[str, Any] = {name: [] for name in Desk.__annotations__} | {"names": {}}
    return Desk(**empty | given)


def test_nothing_is_needed_where_nothing_is_wrong() -> None:
    assert needs(a_desk(), NOW) == []


def test_the_most_urgent_comes_first_and_alike_ones_stand_together() -> None:
    short = Shortage(
        platform=PlatformName.X, account_id="a", missing=2, cause=Cause.CLIPS, sentence="None left."
    )
    found = needs(
        a_desk(
            short=[ShortDay("acme", NOW.date(), (short,), 2)],
            waiting=[WaitingClips("acme", 3, NOW - HOUR, 0, None)],
            posts=[
                a_count(PostState.FAILED, 4),
                a_count(PostState.PROCESSING, stage=Stage.INBOX),
                a_count(PostState.UNKNOWN),
            ],
            accounts=[
                a_line(status=AccountStatus.BANNED),
                replace(a_line(), account=account(4, status=AccountStatus.BANNED)),
                a_line(paused="holidays"),
            ],
            stops=[Stop(client="acme", by="Ann", at=NOW, why="a claim")],
            alerts=[
                AlertGroup("failed", "acme", "It failed.", 4, NOW, NOW, (9, 8), "", "post_1"),
                AlertGroup("app", "", "The app is shut.", 1, NOW, NOW, (7,), "", ""),
            ],
        ),
        NOW,
    )
    assert [need.urgency for need in found] == sorted(need.urgency for need in found)
    assert [(need.urgency.name, need.name) for need in found] == [
        ("UNSURE", "X @clips of acme"),
        ("STOPPED", "Nothing is posted of everything of acme"),
        ("ACCOUNT", "2 accounts of acme"),
        ("FAILED", "4 posts of acme"),
        ("ALARM", "The app is shut."),
        ("BY_HAND", "X @clips of acme"),
        ("PAUSED", "TikTok @acme0 of acme"),
        ("APPROVAL", "3 clips of acme to approve"),
        ("SHORT", "2 posts missing at acme on Thu 26 Nov"),
        ("NOTED", "4 alarms of posts and accounts to tick off"),
    ]
    assert all(need.lead.page for need in found)
    assert found[-1].urgency is Urgency.NOTED


def test_a_day_is_drawn_on_each_accounts_own_clock_and_names_are_no_html() -> None:
    tokyo = account(0, timezone="Asia/Tokyo", handle="<b>x</b>", sleeps_at=time(1))
    post = PostLine(
        post_id='p"1',
        client="acme",
        account_id=tokyo.account_id,
        handle=tokyo.handle,
        platform=tokyo.platform,
        timezone=tokyo.timezone,
        clip_id="clip_1",
        title="<script>",
        state=PostState.POSTED,
        stage=Stage.POSTED,
        due_at=datetime(2026, 11, 26, 3, 0, tzinfo=UTC),
        posted_at=None,
        goes_on=False,
        failure="",
        told="",
    )
    drawn = strips([tokyo], [post], date(2026, 11, 26), 1, NOW)
    assert 'href="/posts?post=p%221"' in drawn
    assert "left:50.0%;--c:#0f8a5f" in drawn  # noon in Tokyo
    assert "<script>" not in drawn
    assert "<b>" not in drawn
    # Awake until one o'clock of the day, and from eight to its end.
    assert "left:0.0%;width:4.17%" in drawn
    assert "left:33.33%;width:66.67%" in drawn
    assert 'class="cl-now" style="left:75.0%"' in drawn


def test_what_has_to_be_done_elsewhere_is_told_with_its_command() -> None:
    assert way_out(a_line()) == ""
    told = way_out(a_line(opening=None))
    assert told.startswith("Its owner lets us in again with: clipper accounts connect tiktok")
    assert "clipper accounts consent account_000" in way_out(a_line(consent=None))
