"""A vault without a key: what needs none goes on, and what needs one waits and is told of."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from clipping.db import queries
from clipping.models import PostingMethod, PostState
from clipping.settings import settings
from flows import doctor, supervisor
from tasks import conditions, keyless, post_changes
from tasks.tokens import access_to
from tests.tasks.post_place import KEY, Place, place_at


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
    place.world.clock.advance_to(by_api.due_at)
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
    assert [one.split(" cannot")[0] for one in _of_vault(place)] == [
        "The account that is posted to through an API"
    ]
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


def test_a_post_made_by_hand_begins_the_warm_up_of_its_account(place: Place) -> None:
    account = place.account("1", method=PostingMethod.MANUAL, first_post_on=None)
    post = place.post(account)
    place.publisher().round()
    post_changes.done(post.post_id, "Ann", "https://x.example/1", place.now)
    with place.session() as session:
        begun = queries.accounts.get_account(session, account.account_id).first_post_on
    assert begun is not None
    assert abs(begun - date.fromordinal(post.due_at.toordinal())) <= timedelta(days=1)
