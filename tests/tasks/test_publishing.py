"""Posts go out exactly once, whoever is killed wherever, and stop when somebody says so."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import pytest
from sqlmodel import Session

from clipping.db import queries
from clipping.models import (
    AccountStatus,
    Disclosure,
    PlatformName,
    Post,
    PostingMethod,
    PostState,
    Stage,
    Stop,
)
from clipping.publishing.steps import Step
from clipping.rehearsal.serving import Fault
from clipping.settings import CHECKOUT
from tasks import post_changes, post_files
from tasks.packages import package_folder
from tasks.posting import LEASE, Publisher
from tasks.removals import look_for_removed
from tests.tasks.post_place import (
    BY_NAME,
    CLIENT,
    PASSED,
    VAULT,
    Killed,
    Place,
    place_at,
)

NAMES = ("tiktok", "instagram", "youtube", "x")
_LEASE_S = 91.0
_SHARE = int(os.environ.get("CLIPPER_TEST_SHARE", "17"))
"""One in so many places to die at is tried; all with 1, which takes minutes."""

At = Callable[[str], AbstractContextManager[Place]]


@pytest.fixture
def at(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> At:
    return lambda name: place_at(name, database_url, tmp_path, monkeypatch)


def test_there_is_a_case_for_every_platform() -> None:
    assert {case.platform for name, case in BY_NAME.items() if name in NAMES} == {
        case.platform for case in BY_NAME.values()
    }


@pytest.mark.parametrize("name", NAMES)
def test_a_post_goes_out_and_every_change_is_written_down(at: At, name: str) -> None:
    with at(name) as place:
        account = place.account("1784")
        post = place.post(account)
        place.run()
        assert place.wrongs(account, post) == []
        assert place.world.violations == []
        with place.session() as session:
            states = [event.after for event in queries.post_events(session, post.post_id)]
        assert states[0] == "reserved"
        assert states[1] == "submitting"
        assert states[-1] == "posted"
        stored = place.stored(post)
        assert stored.posted_at is not None
        assert stored.next_at is None


# --- deaths -------------------------------------------------------------------------------------


def _one_life(place: Place, die: Callable[[Place], object]) -> list[str]:
    """A post whose publisher dies, and what is wrong after another one has taken it up."""
    account = place.account(str(1000 + place.clips))
    post = place.post(account)
    place.commits, place.dies_at = 0, None
    die(place)
    with suppress(Killed):
        place.run()
    place.dies_at = None
    place.world.revive()
    place.world.clock.advance(_LEASE_S)
    place.run()
    place.world.clock.advance(3_600)
    place.fake.settle()
    return place.wrongs(account, post)


def _at_commit(number: int, when: str) -> Callable[[Place], None]:
    def die(place: Place) -> None:
        place.dies_at = (number, when)

    return die


def _at_exchange(number: int, cut: Any) -> Callable[[Place], None]:
    return lambda place: place.fake.fail(Fault(cut=cut, kills=True), at=number)


def _nothing(_place: Place) -> None:
    """Nobody dies."""


@pytest.mark.parametrize("name", NAMES)
def test_a_publisher_killed_at_any_commit_or_exchange_leaves_one_post(at: At, name: str) -> None:
    with at(name) as place:
        assert _one_life(place, _nothing) == []
        commits, exchanges = place.commits, place.fake.count()
        # Each platform its share: the publisher knows of none.
        mine = NAMES.index(name)
        deaths: dict[str, Callable[[Place], None]] = {
            f"{when} commit {number}": _at_commit(number, when)
            for number in range(1, commits + 1)
            for when in ("before", "after")
            if (2 * number + (when == "after") + mine) % _SHARE == 0
        }
        deaths |= {
            f"after exchange {number}": _at_exchange(number, "after")
            for number in range(1, exchanges + 1)
            if (number + mine) % _SHARE == 0
        }
        wrongs = {told: found for told, die in deaths.items() if (found := _one_life(place, die))}
        assert wrongs == {}
        assert len(place.world.ledger) == len(deaths) + 1
        assert place.world.doubles() == []


def test_two_publishers_at_once_post_each_once(at: At) -> None:
    with at("x") as place:
        made = [(one := place.account(str(n)), place.post(one)) for n in range(6)]
        both = [place.publisher(threads=3) for _ in range(2)]
        begin = Barrier(2)

        def work(publisher: Publisher) -> None:
            begin.wait()
            for _ in range(3):
                publisher.round()

        threads = [Thread(target=work, args=[one]) for one in both]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        place.run()
        assert [place.wrongs(*one) for one in made] == [[]] * 6
        assert len(place.world.ledger) == 6


def test_what_another_process_has_taken_over_is_not_stored_over(at: At) -> None:
    with at("x") as place:
        account = place.account("1")
        post = place.post(account)
        slow = place.publisher()
        with place.session() as session:
            [claimed] = queries.claim_posts(
                session, lambda: VAULT, slow.who, place.now, LEASE, most=1
            )
        place.world.clock.advance(_LEASE_S)
        place.run()
        assert slow.drive(claimed, VAULT) == claimed
        assert place.wrongs(account, post) == []


@contextmanager
def _processes() -> Iterator[Callable[..., list[str]]]:
    """Orders to a process that forks publishers."""
    command = [sys.executable, "-m", "tests.tasks.post_child"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=CHECKOUT
    ) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        stdin, stdout = child.stdin, child.stdout

        def order(act: str, count: int = 1, **values: Any) -> list[str]:
            stdin.write(json.dumps({"act": act, "count": count, **values}) + "\n")
            stdin.flush()
            said: list[str] = json.loads(stdout.readline())
            return said

        yield order
        stdin.close()


def test_processes_that_are_really_killed_leave_one_post_each_and_share_their_buckets(
    at: At,
) -> None:
    with at("x") as place, _processes() as order:
        place.fake.preparing_s = 0
        # The claim first, then two for each step: these lie around the one that makes it public.
        for number, when in [
            (1, "after"),
            (3, "before"),
            (7, "after"),
            (9, "before"),
            (9, "after"),
        ]:
            account = place.account(str(number * 10 + len(when)))
            post = place.post(account)
            said = order(
                "publish",
                url=place.fake.url,
                token=place.fake.join(account.platform_user_id).access,
                now=place.now.isoformat(),
                # A look for what is to be reconciled comes first.
                dies_at=(number + 1, when),
            )
            assert said == ["ended with -9"]
            place.world.clock.advance(_LEASE_S)
            place.run()
            assert (number, when, place.wrongs(account, post)) == (number, when, [])
        taken = order("take", count=2, most=30, now=place.now.isoformat())
        assert sum(map(int, taken)) == 30


# --- stops --------------------------------------------------------------------------------------


def test_a_stop_takes_hold_within_seconds_in_the_middle_of_a_queue(at: At) -> None:
    with at("x") as place:
        place.fake.preparing_s = 0
        made = [(one := place.account(str(n)), place.post(one)) for n in range(6)]
        place.fake.chance = lambda _route, _number: Fault(delay_s=0.05)
        working = Thread(target=place.publisher(threads=2).work, args=[Step.SUBMIT])
        working.start()
        while not place.world.ledger and working.is_alive():
            time.sleep(0.01)
        post_changes.stop(Stop(platform=PlatformName.X, by="Ann", at=place.now, why="a mistake"))
        stopped_at, were_public = time.monotonic(), len(place.world.ledger)
        working.join()
        assert time.monotonic() - stopped_at < 5
        states = Counter(one.state for one in place.posts())
        # Those whose last exchange was under way are followed to their end.
        assert were_public <= states[PostState.POSTED] <= were_public + 2
        assert states[PostState.HELD] == 6 - states[PostState.POSTED] > 0
        held = next(one for one in place.posts() if one.state is PostState.HELD)
        assert held.note == "Ann stopped x: a mistake."

        place.fake.chance = None
        same = Stop(platform=PlatformName.X, by="Ann", at=place.now, why="")
        found = post_changes.resumption(same, place.now)
        assert len(found.now) == states[PostState.HELD]
        post_changes.resume(found, "Ann", place.now)
        place.run()
        assert [place.wrongs(*one) for one in made] == [[]] * 6


@pytest.mark.parametrize("stage", [Stage.SENT, Stage.ARMED, Stage.PROCESSING])
def test_only_what_may_be_public_goes_on_under_a_stop(at: At, stage: Stage) -> None:
    with at("instagram") as place:
        account = place.account("1")
        post = place.post(account)
        _until(place, post, stage)
        wanted = Stop(client=CLIENT, by="Ann", at=place.now, why="no more")
        post_changes.stop(wanted)
        place.world.clock.advance(_LEASE_S)
        for _ in range(8):
            place.publisher().round()
            place.world.clock.advance(60)
        stored = place.stored(post)
        if stage is Stage.PROCESSING:
            assert stored.state is PostState.POSTED
        else:
            # One that was armed and not sent is found not to be public, and is held then.
            assert stored.state is PostState.HELD
            assert place.public(account) == []


def _until(place: Place, post: Post, stage: Stage) -> Post:
    """The post when it has come so far: its publisher is killed right there."""
    if stage is not Stage.NEW:
        place.dies_at_stage = stage
        with suppress(Killed):
            place.run()
        place.dies_at_stage = None
    stored = place.stored(post)
    assert stored.receipt.stage is stage
    return stored


def test_a_stop_between_arming_and_the_last_exchange_still_holds_it(
    at: At, monkeypatch: pytest.MonkeyPatch
) -> None:
    with at("x") as place:
        place.fake.preparing_s = 0
        account = place.account("1")
        post = place.post(account)
        real = queries.save_post

        def save(session: Session, before: Post, after: Post, *rest: Any, **more: Any) -> bool:
            done = real(session, before, after, *rest, **more)
            if after.receipt.stage is Stage.ARMED and before.receipt.stage is Stage.SENDING:
                queries.add_stop(session, Stop(by="Ann", at=place.now, why="no more"))
            return done

        monkeypatch.setattr(queries, "save_post", save)
        place.publisher().work(Step.SUBMIT)
        stored = place.stored(post)
        assert (stored.state, stored.receipt.stage) == (PostState.HELD, Stage.SENDING)
        assert place.public(account) == []


# --- failures -----------------------------------------------------------------------------------


def test_a_transient_failure_is_tried_again_three_times_and_then_told(at: At) -> None:
    with at("x") as place:
        account = place.account("1")
        post = place.post(account)
        place.fake.chance = lambda route, _: Fault(status=500) if route.startswith("POST") else None
        asked = []
        for _ in range(8):
            place.publisher().work(Step.SUBMIT)
            asked.append(place.fake.count("POST /2/media/upload/initialize"))
            if (ahead := place.stored(post).next_at) is not None:
                place.world.clock.advance_to(ahead)
        stored = place.stored(post)
        assert asked[-1] == 4
        assert stored.state is PostState.FAILED
        with place.session() as session:
            assert [one.kind for one in queries.alerts(session)] == ["failed"]
        place.fake.chance = None
        post_changes.retry(post.post_id, "Ann", place.now)
        place.run()
        assert place.wrongs(account, post) == []


def test_a_platform_that_is_down_is_left_alone_and_then_probed_by_one(at: At) -> None:
    with at("x") as place:
        made = [(one := place.account(str(n)), place.post(one)) for n in range(6)]
        place.fake.chance = lambda _route, _number: Fault(status=503)
        place.publisher().work(Step.SUBMIT)
        assert place.fake.count() == 5
        with place.session() as session:
            closed_until = queries.outage(session, "x").closed_until
        assert closed_until is not None
        place.world.clock.advance_to(closed_until)
        place.publisher().work(Step.SUBMIT)
        assert place.fake.count() == 6
        place.fake.chance = None
        place.run()
        assert [place.wrongs(*one) for one in made] == [[]] * 6


def test_two_accounts_in_trouble_within_an_hour_pause_their_platform_for_the_client(
    at: At,
) -> None:
    with at("x") as place:
        made = [(one := place.account(str(n)), place.post(one)) for n in range(4)]
        body = (
            b'{"title": "Forbidden", "status": 403, "detail": "The user used for authentication is '
            b'suspended", "type": "https://api.twitter.com/2/problems/user-suspended"}'
        )
        place.fake.fail(Fault(status=403, body=body), Fault(status=403, body=body))
        place.publisher().work(Step.SUBMIT)
        with place.session() as session:
            statuses = [one.status for one in queries.accounts(session)]
            [stop] = queries.stops(session)
            kinds = Counter(one.kind for one in queries.alerts(session))
        assert statuses.count(AccountStatus.SUSPENDED) == 2
        assert (stop.client, stop.platform, stop.by) == (CLIENT, PlatformName.X, "the publisher")
        assert kinds["account"] == 2
        assert kinds["paused"] == 1
        assert {place.stored(post).state for _, post in made} == {PostState.HELD}
        assert len(place.world.ledger) == 0


def test_a_token_that_is_refused_is_renewed_once(at: At) -> None:
    with at("x") as place:
        account = place.account("1")
        post = place.post(account)
        place.fake.fail(Fault(status=401))
        place.run()
        assert place.wrongs(account, post) == []

        other = place.account("2")
        held = place.post(other)
        place.fake.fail(Fault(status=401), Fault(status=401))
        place.publisher().work(Step.SUBMIT)
        assert place.stored(held).state is PostState.HELD
        with place.session() as session:
            status = queries.get_account(session, other.account_id).status
        assert status is AccountStatus.REAUTHORISE


def test_a_quota_that_is_used_up_is_waited_for_by_all_posts_of_the_account(at: At) -> None:
    with at("tiktok") as place:
        account = place.account("1")
        post = place.post(account)
        full = (
            b'{"data": {}, "error": {"code": "spam_risk_too_many_posts", "message": "", '
            b'"log_id": ""}}'
        )
        place.fake.fail(Fault(status=200, body=full))
        place.publisher().work(Step.SUBMIT)
        stored = place.stored(post)
        assert (stored.state, stored.attempts) == (PostState.SUBMITTING, 0)
        assert stored.next_at is not None
        assert stored.next_at - place.now >= timedelta(minutes=59)
        place.run()
        assert place.wrongs(account, post) == []


def test_a_removed_post_holds_its_source_and_frees_the_slots(at: At) -> None:
    with at("x") as place:
        place.fake.preparing_s = 0
        account, other = place.account("1"), place.account("2")
        post = place.post(account)
        queued = place.post(other, after_s=86_400)
        place.publisher().work(Step.SUBMIT)
        assert place.wrongs(account, post) == []
        place.fake.take_down(place.stored(post).receipt.public_id)
        found = look_for_removed(place.publisher(), 10)
        assert found == {"accounts": 1, "gone": 1}
        stored = place.stored(queued)
        assert (stored.state, stored.slot_id) == (PostState.HELD, None)
        assert place.stored(post).gone
        with place.session() as session:
            [stop] = queries.stops(session)
            assert stop.source_id == post.source_id
            # Once a day, and one that is known to be gone is not asked for again.
            assert look_for_removed(place.publisher(), 10) == {}


# --- files and hands ----------------------------------------------------------------------------


def test_x_without_premium_gets_its_own_size_once(at: At, monkeypatch: pytest.MonkeyPatch) -> None:
    rendered: list[tuple[int, int]] = []

    def render(_clip_id: str, size: tuple[int, int], out: Path) -> Any:
        rendered.append(size)
        out.write_bytes(b"smaller" * 100)
        return PASSED

    monkeypatch.setattr(post_files, "_rendered", render)
    with at("x") as place:
        account = place.account("1", premium=False)
        post = place.post(account)
        place.fake.fail(Fault(status=503))
        place.run()
        stored = place.stored(post)
        assert rendered == [(720, 1280)]
        assert stored.state is PostState.POSTED
        assert stored.file is not None
        assert (stored.file.width_px, stored.file.height_px) == (720, 1280)
        assert place.public(account)[0].sha256 == hashlib.sha256(b"smaller" * 100).hexdigest()


def test_a_post_by_hand_is_a_package_and_a_reminder(at: At) -> None:
    with at("instagram") as place:
        account = place.account("1", method=PostingMethod.MANUAL, timezone="Europe/Berlin")
        post = place.post(account, disclosure=Disclosure(paid_partnership=True))
        place.run()
        stored = place.stored(post)
        assert (stored.state, stored.next_at) == (PostState.PROCESSING, None)
        folder = package_folder(post, account)
        assert {one.name for one in folder.iterdir()} == {
            "clip.mp4",
            "caption.txt",
            "hashtags.txt",
            "reminder.txt",
            "title.txt",
        }
        assert hashlib.sha256((folder / "clip.mp4").read_bytes()).hexdigest() == place.sha256
        reminder = (folder / "reminder.txt").read_text()
        assert "at 10:00 (Europe/Berlin)" in reminder
        assert "Mark it as: paid partnership." in reminder
        assert post_changes.done(post.post_id, "Ann", "https://x.example/1", place.now).state is (
            PostState.POSTED
        )
        assert place.fake.count() == 0
