"""A vault without a key: what needs none goes on, and what needs one waits and is told of."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import delete, update
from sqlmodel import select

from clipping.db import queries
from clipping.db.queries.claims import OTHERS_FIRST
from clipping.db.tables import BucketRow, PostRow
from clipping.models import (
    Account,
    PlatformName,
    PostingMethod,
    PostJob,
    PostState,
    Receipt,
    Stage,
    Tokens,
)
from clipping.platforms.base import Access, Clock
from clipping.publishing.failing import SLOWLY
from clipping.settings import settings
from clipping.vault import Vault, new_key
from flows import doctor, supervisor
from flows.healthy import show_health
from tasks import conditions, keyless, post_changes
from tasks.browsing import browser_obstacles
from tasks.leases import LEASE
from tasks.removals import look_for_removed
from tasks.tokens import access_to
from tests.tasks.fake_browser import QuietBrowser
from tests.tasks.post_place import KEY, VAULT, Killed, Place, place_at


@pytest.fixture
def place(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    with place_at("x", database_url, tmp_path / "home", monkeypatch) as found:
        yield found


def _keys(text: str | None, patch: pytest.MonkeyPatch) -> None:
    if text is None:
        patch.delenv("CLIPPER_VAULT_KEYS", raising=False)
    else:
        patch.setenv("CLIPPER_VAULT_KEYS", text)
    settings.cache_clear()


def _of_vault(place: Place) -> list[str]:
    with place.session() as session:
        return [one.sentence for one in queries.alerts.alerts(session) if one.kind == "vault"]


@pytest.mark.parametrize("given", [None, "hunter2"], ids=["no key", "not a key"])
def test_posts_by_hand_go_on_and_the_others_wait_for_a_key(
    place: Place, given: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    by_hand = place.post(place.account("1", method=PostingMethod.MANUAL))
    by_api = place.post(place.account("2"), after_s=1)
    _keys(given, monkeypatch)
    place.world.clock.advance_to(by_api.due_at + OTHERS_FIRST)
    place.publisher(access=access_to).round()
    assert place.stored(by_hand).state is PostState.PROCESSING
    held = place.stored(by_api)
    assert held.state is PostState.HELD
    assert held.failure is not None
    assert "CLIPPER_VAULT_KEYS" in held.failure.sentence
    assert held.next_at is not None
    # Once there is one, it goes on by itself.
    _keys(KEY.get_secret_value(), monkeypatch)
    place.fake.preparing_s = 0
    place.world.clock.advance_to(held.next_at)
    place.publisher().round()
    assert place.stored(by_api).state is PostState.POSTED


def test_a_missing_key_is_an_alarm_while_accounts_need_one(
    place: Place, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    place.account("1", method=PostingMethod.MANUAL)
    _keys(None, monkeypatch)
    assert keyless.missing_key() == ""
    place.account("2")
    conditions.note_vault(place.now)
    assert [one.split(" cannot")[0] for one in _of_vault(place)] == ["The account x @ada2"]
    found = doctor._safely("vault", doctor._vault)
    assert (found.ok, found.found) == (False, keyless.missing_key())
    supervisor._warn_of_vault()
    assert "The vault has no key" in " ".join(capsys.readouterr().err.split())
    _keys(KEY.get_secret_value(), monkeypatch)
    conditions.note_vault(place.now + timedelta(minutes=1))
    assert _of_vault(place) == []
    assert doctor._safely("vault", doctor._vault).ok
    supervisor._warn_of_vault()
    assert capsys.readouterr().err == ""


class FakeBrowser(QuietBrowser):
    """Takes the file, and says what was in the account's list."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []

    def submit(self, job: PostJob, receipt: Receipt, access: Access, clock: Clock) -> Receipt:
        self.asked.append(job.post_id)
        if receipt.stage is Stage.NEW:
            return Receipt(stage=Stage.SENDING, handle={"known": "1"})
        return receipt.replace(stage=Stage.POSTED, public_id="2", url="https://x.example/2")


def test_nothing_is_uploaded_in_a_browser_without_a_key(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = place.account("1", method=PostingMethod.BROWSER)
    post = place.post(account)
    browser = FakeBrowser()
    publisher = place.publisher(browsers=lambda: {PlatformName.X: browser})
    _keys(None, monkeypatch)
    place.world.clock.advance_to(post.due_at + OTHERS_FIRST)
    for _ in range(3):
        publisher.round()
        place.world.clock.advance(120)
    held = place.stored(post)
    assert (held.state, held.begun_at, browser.asked) == (PostState.HELD, None, [])
    assert held.failure is not None
    assert "CLIPPER_VAULT_KEYS" in held.failure.sentence
    assert keyless.missing_key().startswith("The account x @ada1 cannot be posted to. The vault")
    assert "The vault has no key" in browser_obstacles(account)[-1]
    _keys(KEY.get_secret_value(), monkeypatch)
    assert keyless.missing_key() == ""
    assert held.next_at is not None
    place.world.clock.advance_to(held.next_at)
    publisher.round()
    assert place.stored(post).state is PostState.POSTED
    assert browser.asked == [post.post_id] * 2


def _connected(place: Place, user: str) -> Account:
    account = place.account(user)
    with place.session() as session:
        tokens = Tokens(access=SecretStr("an-access-token"), obtained_at=place.now)
        queries.tokens.save_tokens(session, VAULT, account.account_id, tokens)
    return account


def test_another_key_opens_no_account_and_that_is_told(
    place: Place, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    post = place.post(_connected(place, "1"))
    _keys(new_key().get_secret_value(), monkeypatch)
    said = keyless.missing_key()
    assert said.startswith("The account x @ada1 cannot be posted to. No key in CLIPPER_VAULT_KEYS")
    conditions.note_vault(place.now)
    assert _of_vault(place) == [said]
    found = doctor._safely("vault", doctor._vault)
    assert (found.ok, found.found) == (False, said)
    supervisor._warn_of_vault()
    assert "No key in CLIPPER_VAULT_KEYS" in " ".join(capsys.readouterr().err.split())
    place.world.clock.advance_to(post.due_at + OTHERS_FIRST)
    for _ in range(3):
        place.publisher(access=access_to).round()
        place.world.clock.advance(1_920)
    held = place.stored(post)
    assert (held.state, held.begun_at) == (PostState.HELD, None)
    assert held.failure is not None
    with place.session() as session:
        told = [one for one in queries.alerts.alerts(session) if one.kind == "held"]
        # No try was counted against what X lets an account do.
        assert session.exec(select(BucketRow)).all() == []
    assert [one.sentence for one in told] == [f"x @ada1: {held.failure.sentence}"]
    # With the right key behind it, all is open again.
    both = [new_key().get_secret_value(), KEY.get_secret_value()]
    _keys(",".join(both), monkeypatch)
    assert keyless.missing_key() == ""
    assert doctor._safely("vault", doctor._vault).found == "2 keys in CLIPPER_VAULT_KEYS"


@pytest.mark.parametrize("given", [None, new_key().get_secret_value()], ids=["no key", "another"])
def test_a_publisher_that_opens_no_account_leaves_its_posts_to_one_that_does(
    place: Place, given: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    post = place.post(_connected(place, "1"))
    place.fake.preparing_s = 0
    place.world.clock.advance_to(post.due_at)
    _keys(given, monkeypatch)
    assert place.publisher().round() == {}
    assert place.stored(post) == post
    _keys(KEY.get_secret_value(), monkeypatch)
    assert place.publisher().round() == {"posted": 1}


def test_a_post_that_may_be_public_is_looked_for_once_there_is_a_key(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.fake.preparing_s = 0
    post = place.post(_connected(place, "1"))
    place.dies_at_stage = Stage.ARMED
    with pytest.raises(Killed):
        place.publisher().round()
    place.dies_at_stage = None
    with place.session() as session:
        # As one whose handle is no secret.
        session.execute(update(PostRow).values(handle=None))
    with place.session() as session:
        session.execute(delete(BucketRow))
    _keys(new_key().get_secret_value(), monkeypatch)
    place.world.clock.advance(LEASE.total_seconds() + OTHERS_FIRST.total_seconds() + 1)
    place.publisher().round()
    waits = place.stored(post)
    assert waits.state is PostState.UNKNOWN
    assert waits.next_at == place.now + SLOWLY
    with place.session() as session:
        [told] = queries.alerts.alerts(session)
        assert (told.kind, told.post_id) == ("unknown", post.post_id)
        assert session.exec(select(BucketRow)).all() == []


def test_accounts_that_no_key_opens_are_looked_at_for_removed_posts_later(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.fake.preparing_s = 0
    post = place.post(_connected(place, "1"))
    place.publisher().round()
    place.fake.take_down(place.stored(post).receipt.public_id)
    _keys(new_key().get_secret_value(), monkeypatch)
    assert look_for_removed(place.publisher(), 1) == {}
    _keys(KEY.get_secret_value(), monkeypatch)
    assert look_for_removed(place.publisher(), 1) == {"accounts": 1, "gone": 1}


def test_a_post_that_no_key_opens_keeps_no_other_from_being_looked_at(place: Place) -> None:
    place.fake.preparing_s = 0
    account = _connected(place, "1")
    unnamed, post = place.post(account), place.post(account, after_s=43_200)
    for one in (unnamed, post):
        place.world.clock.advance_to(one.due_at)
        place.publisher().round()
    place.fake.take_down(place.stored(post).receipt.public_id)
    with place.session() as session:
        stored = queries.posts.get_post(session, unnamed.post_id)
        receipt = stored.receipt.replace(public_id="", handle={"id": "1"})
        lost = Vault([new_key()])
        queries.posts.save_post(
            session, stored, stored.replace(receipt=receipt), place.now, vault=lost
        )
    assert look_for_removed(place.publisher(), 1) == {"accounts": 1, "gone": 1}


def test_health_fails_while_the_vault_lacks_a_key(
    place: Place, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _connected(place, "1")
    assert show_health(as_json=True)
    assert json.loads(capsys.readouterr().out)["vault"] == ""
    _keys(new_key().get_secret_value(), monkeypatch)
    assert not show_health(as_json=True)
    told = json.loads(capsys.readouterr().out)
    assert (told["well"], told["vault"]) == (False, keyless.missing_key())
    assert not show_health(as_json=False)
    shown = " ".join(capsys.readouterr().out.split())
    assert "vault locked" in shown


def test_a_post_made_by_hand_begins_the_warm_up_of_its_account(place: Place) -> None:
    account = place.account("1", method=PostingMethod.MANUAL, first_post_on=None)
    post = place.post(account)
    place.publisher().round()
    post_changes.done(post.post_id, "Ann", "https://x.example/1", place.now)
    with place.session() as session:
        begun = queries.accounts.get_account(session, account.account_id).first_post_on
    assert begun is not None
    assert abs(begun - date.fromordinal(post.due_at.toordinal())) <= timedelta(days=1)
