"""Accounts that their platform lets post again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from clipping.db import queries
from clipping.errors import Rejected
from clipping.models import AccountStatus, PlatformName, PostState
from tasks.reinstating import reinstate
from tests.tasks.plan_place import HOUR, NOW, PlanPlace, plan_place


@pytest.fixture
def place(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[PlanPlace]:
    with plan_place(database_url, tmp_path, monkeypatch) as made:
        made.account(PlatformName.TIKTOK)
        made.more_clips(2)
        yield made


def stand(place: PlanPlace, status: AccountStatus) -> None:
    with place.session() as session:
        queries.accounts.change_status(
            session, place.accounts[0].account_id, status, "Why.", at=NOW
        )


@pytest.mark.parametrize(
    "status", [AccountStatus.WARNED, AccountStatus.SUSPENDED, AccountStatus.BANNED]
)
def test_an_account_that_a_person_has_seen_well_posts_again(
    place: PlanPlace, status: AccountStatus
) -> None:
    place.plan()
    stand(place, status)
    held = place.posts()[0]
    late = {"due_at": NOW, "next_at": NOW + 2 * HOUR}
    place.change(held, state=PostState.HELD, note="It is suspended.", **late)
    later = NOW + HOUR
    account_id = place.accounts[0].account_id
    assert reinstate(account_id, "Ann", later).status is AccountStatus.ACTIVE
    with place.session() as session:
        assert queries.accounts.get_account(session, account_id).status is AccountStatus.ACTIVE
        told = queries.accounts.account_events(session, account_id)[-1]
        assert queries.claims.next_due_at(session) == later
    assert (told.at, told.after) == (later, "active")
    assert told.reason == "Ann says that its platform lets it post again."


@pytest.mark.parametrize("status", [AccountStatus.ACTIVE, AccountStatus.REAUTHORISE])
def test_nobody_reinstates_an_account_that_posts_or_whose_owner_has_to_come(
    place: PlanPlace, status: AccountStatus
) -> None:
    stand(place, status)
    with pytest.raises(Rejected, match=status.value):
        reinstate(place.accounts[0].account_id, "Ann", NOW + timedelta(hours=1))
