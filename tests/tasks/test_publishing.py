"""Posts go out exactly once, whoever is killed wherever."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import pytest
from sqlalchemy import text

from clipping.db import queries
from clipping.db.tables import Row
from clipping.models import Stage
from clipping.rehearsal.serving import Fault
from clipping.settings import CHECKOUT
from tasks.leases import LEASE
from tasks.posting import Publisher
from tests.tasks.post_place import (
    BY_NAME,
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
            states = [event.after for event in queries.posts.post_events(session, post.post_id)]
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
        asked = place.fake.asked[:]
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
            # The one that makes it public always is among them.
            if (number + mine) % _SHARE == 0 or asked[number - 1] == place.case.armed
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
            [claimed] = queries.claims.claim_posts(
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


@pytest.mark.parametrize("name", ["tiktok", "youtube"])
def test_no_token_or_upload_address_is_written_anywhere_in_plain(
    at: At, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    with at(name) as place:
        account = place.account("1784")
        post = place.post(account)
        place.fake.fail(Fault(status=500), at=2)
        place.dies_at_stage = Stage.SENDING
        with suppress(Killed):
            place.run()
        place.dies_at_stage = None
        addresses = [
            one for one in place.stored(post).receipt.handle.values() if one.startswith("http")
        ]
        assert addresses
        place.world.clock.advance(_LEASE_S)
        place.run()
        assert place.wrongs(account, post) == []
        secrets = [*addresses, *place.tokens]
        with place.session() as session:
            written = [
                str(session.execute(text(f"SELECT * FROM {table}")).all())
                for table in Row.metadata.sorted_tables
            ]
        said = caplog.text + "".join(written) + repr(place.posts())
        assert [secret for secret in secrets if secret in said] == []
