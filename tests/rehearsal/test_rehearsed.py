"""What a rehearsal is made of, and what it comes to, without a database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from clipping.models import PlatformName, PostState, RehearsalReport
from clipping.rehearsal import stock, tally
from clipping.rehearsal.cast import FIRST_DAY, Cast
from clipping.rehearsal.clock import SharedClock
from clipping.rehearsal.mishaps import Mishaps
from clipping.rehearsal.stage import PUBLISHING, Stage
from clipping.rehearsal.weather import Faults, Weather
from clipping.rehearsal.world import PublicPost, World

NOW = datetime(2027, 3, 1, 8, tzinfo=UTC)
CAST = Cast(accounts=4, days=2, seed=7, spare=0.5)
ACCOUNTS = {one.account_id: one for one in CAST.members()}
POSTED = {"state": PostState.POSTED, "waits": False}


def row(number: int = 0, **changes: Any) -> tally.Row:
    """A post of the account with this number."""
    account = ACCOUNTS[f"account_{number:03d}"]
    values: dict[str, Any] = {
        "post_id": f"post_{number}",
        "account_id": account.account_id,
        "platform": account.platform,
        "clip_id": "clip_1",
        "slot_id": f"slot_{number}",
        "due_at": NOW,
        "state": PostState.POSTED,
        "posted_at": NOW,
        "public_id": "1",
        "sha256": "a",
        "waits": False,
        "sentence": "",
        "gone": "",
    }
    return tally.Row(**values | changes)


def public(number: int = 0, **changes: Any) -> PublicPost:
    """The same as its platform shows it."""
    account = ACCOUNTS[f"account_{number:03d}"]
    values: dict[str, Any] = {
        "platform": account.platform,
        "account": account.platform_user_id,
        "public_id": "1",
        "sha256": "a",
        "text": "",
        "at": NOW,
    }
    return PublicPost(**values | changes)


def lost(rows: list[tally.Row], ledger: list[PublicPost], *, up: bool = True) -> list[str]:
    return tally.lost(rows, ledger, ACCOUNTS, lambda _platform, _id: up)


def test_a_post_that_both_sides_know_is_accounted_for() -> None:
    assert lost([row()], [public()]) == []


@pytest.mark.parametrize(
    ("rows", "ledger", "said"),
    [
        ([row()], [], "never showed it"),
        ([row(public_id="2")], [public()], "is said to be 2"),
        ([], [public()], "No post knows of 1"),
        ([row(state=PostState.FAILED)], [public()], "is failed, and public"),
        ([row(state=PostState.UNKNOWN, sha256="")], [], "is unknown in the end"),
        ([row(state=PostState.SUBMITTING, sha256="")], [], "is submitting in the end"),
        ([row(state=PostState.HELD, sha256="", waits=True)], [], "is held in the end"),
    ],
)
def test_a_post_that_one_side_does_not_know_is_lost(
    rows: list[tally.Row], ledger: list[PublicPost], said: str
) -> None:
    found = lost(rows, ledger)
    assert len(found) == 1
    assert said in found[0]


def test_a_post_that_its_platform_took_back_is_not_public_any_more() -> None:
    assert lost([row(state=PostState.FAILED)], [public()], up=False) == []


def test_a_clip_that_failed_and_was_posted_there_later_is_one_post() -> None:
    assert lost([row(post_id="post_9", state=PostState.FAILED), row()], [public()]) == []


def test_a_clip_on_two_accounts_of_a_platform_is_a_duplicate() -> None:
    first = public()
    other = public(public_id="2", account="999", sha256="b")
    elsewhere = public(1, public_id="3", sha256="b")
    clips = {"a": "clip_1", "b": "clip_1"}
    found = tally.duplicates([first, other, elsewhere], clips)
    assert [one.partition(" ")[0] for one in found] == ["clip_1"]
    assert "2 times on tiktok" in found[0]


def test_lateness_counts_from_the_planned_time_to_the_public_one() -> None:
    late = public(at=NOW + timedelta(minutes=16))
    found = tally.seconds_late([row()], [late], ACCOUNTS)
    assert found == {"post_0": 960.0}
    assert tally.parts([row()], found, lambda one: one.platform.value)[0].late == 1
    assert tally.minutes(found.values()) == {"median": 16.0, "p95": 16.0, "most": 16.0}


def test_reasons_are_counted_without_names_and_times() -> None:
    rows = [
        row(state=PostState.HELD, sentence="the publisher stopped tiktok of @ann and @bob: why."),
        row(state=PostState.HELD, sentence="the publisher stopped tiktok of @eve: why."),
    ]
    assert [(one.state, one.count) for one in tally.reasons(rows)] == [("held", 2)]


def report(**changes: Any) -> RehearsalReport:
    values: dict[str, Any] = {
        "accounts": 4,
        "days": 2,
        "first_day": FIRST_DAY,
        "seed": 7,
        "faults": "brutal",
        "planned": 16,
        "wanted": 16,
        "posts": 16,
        "states": {"posted": 15, "failed": 1},
        "late": 0,
        "minutes_late": {"median": 0.2, "p95": 0.5, "most": 0.5},
        "reasons": (),
        "removed": 0,
        "duplicates": (),
        "lost": (),
        "violations": (),
        "kills": 1,
        "renewals": 9,
        "exchanges": 140,
        "met": {"kill": 1},
        "person": {},
        "platforms": (),
        "by_account": (),
        "by_day": (),
    }
    return RehearsalReport(**values | changes)


def test_with_faults_a_post_may_fail_and_the_rehearsal_pass() -> None:
    assert report().passed


@pytest.mark.parametrize(
    "changes",
    [
        {"duplicates": ("Twice.",)},
        {"lost": ("Gone.",)},
        {"violations": ("Too often.",)},
        {"faults": "none"},
        {"faults": "none", "states": {"posted": 16}, "late": 1},
    ],
)
def test_what_must_not_be_is_said(changes: dict[str, Any]) -> None:
    assert len(report(**changes).wrongs) == 1


def test_each_process_reads_the_same_time(tmp_path: Path) -> None:
    ours = SharedClock(tmp_path / "clock", NOW)
    theirs = SharedClock(tmp_path / "clock")
    ours.advance(1.5)
    assert theirs.now == NOW + timedelta(seconds=1.5)
    ours.advance_to(NOW)
    assert theirs.now == NOW + timedelta(seconds=1.5)


def test_the_same_seed_gives_the_same_weather_and_another_one_does_not() -> None:
    def drawn(seed: int) -> list[Any]:
        dice = Weather(World(), Faults.BRUTAL, seed).over(PlatformName.X)
        return [dice("GET /2/tweets", number) for number in range(300)]

    assert drawn(7) == drawn(7) != drawn(8)
    assert any(drawn(7))


def test_without_faults_nothing_happens() -> None:
    world = World()
    stage, weather = Stage(world), Weather(world, Faults.NONE, 7)
    assert Mishaps(CAST, Faults.NONE, stage, weather).all == []
    dice = weather.over(PlatformName.X)
    assert not any(dice("GET /2/tweets", number) for number in range(300))


def test_a_kill_can_wait_for_a_request_that_makes_something_public() -> None:
    weather = Weather(World(), Faults.NONE, 7)
    weather.kill(0, after=True, publishing=True)
    dice = weather.over(PlatformName.X)
    assert dice("GET /2/tweets", 1) is None
    fault = dice(PUBLISHING[-1], 1)
    assert fault is not None
    assert (fault.kills, fault.cut) == (True, "after")
    assert dice(PUBLISHING[-1], 2) is None


def test_who_asks_for_a_used_up_quota_again_breaks_a_rule_and_who_asked_once_does_not() -> None:
    world = World()
    weather = Weather(world, Faults.NONE, 7)
    weather.use_up_inserts()
    dice = weather.over(PlatformName.YOUTUBE)
    insert = "POST /upload/youtube/v3/videos"
    assert dice(insert, 1) is not None
    assert world.violations == []
    assert dice(insert, 2) is not None
    assert len(world.violations) == 1
    world.clock.advance(86_400)
    assert dice(insert, 3) is None


def test_every_clip_has_a_file_of_its_own_and_words_of_its_own() -> None:
    pieces = CAST.pieces
    assert len(pieces) >= CAST.slots
    assert len({piece.sha256() for piece in pieces}) == len(pieces)
    assert pieces[0].sha256() != pieces[0].sha256("-720x1280")
    assert len({stock.words(CAST, piece).caption for piece in pieces}) == len(pieces)
    assert all(len(piece.content()) == piece.size_bytes for piece in pieces[:3])
