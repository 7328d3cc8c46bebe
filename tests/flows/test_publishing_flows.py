"""The scheduled runs that plan, publish and look after posts, on a real Prefect server."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from clipping.db import queries
from clipping.models import PlatformName, PostState
from flows import publish
from flows.check_accounts import check_accounts
from flows.limits import PlatformSlots
from flows.plan import plan_day
from flows.publish import publish_due, reconcile_posts
from tests.flows.runs import told_of
from tests.tasks.plan_place import CLIENT, PlanPlace, plan_place

TOMORROW = datetime.now(UTC).date() + timedelta(days=2)


@pytest.fixture
def place(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[PlanPlace]:
    with plan_place(database_url, tmp_path / "home", monkeypatch) as made:
        made.account(PlatformName.TIKTOK)
        made.more_clips(3)
        yield made


def test_a_day_is_planned_published_and_looked_after(place: PlanPlace, in_process: None) -> None:
    found = plan_day(client=CLIENT, day=TOMORROW)
    assert found == {f"{CLIENT} {TOMORROW}": {"posts": 2, "missing": 0, "changed": 0}}
    posts = place.posts()
    assert [post.state for post in posts] == [PostState.RESERVED] * 2
    # Nothing is due yet.
    assert publish_due(seconds=0) == {}
    assert reconcile_posts() == {}
    assert place.posts() == posts


def test_what_became_of_posts_is_returned_and_shown(
    in_process: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    counts = {"posted": 2, "failed": 1}
    monkeypatch.setenv("PREFECT__RUNTIME__DEPLOYMENT__ID", "a-deployment")
    monkeypatch.setattr(PlatformSlots, "take", lambda _: list(PlatformName))
    monkeypatch.setattr(PlatformSlots, "complete", property(lambda _: True))
    monkeypatch.setattr(publish, "publish_for", lambda *_: counts)
    said, run, shown = told_of(publish_due(seconds=0, return_state=True))
    assert (said, run["state_type"]) == (counts, "COMPLETED")
    assert json.loads(shown["posts"]["data"]) == [
        {"what": "failed", "how many": 1},
        {"what": "posted", "how many": 2},
    ]


def test_accounts_are_looked_at_and_those_that_cannot_post_are_told_of(
    place: PlanPlace, in_process: None
) -> None:
    (account,) = place.accounts
    with place.session() as session:
        queries.tokens.forget_tokens(session, account.account_id)
    assert check_accounts() == {"cannot post": 1}
    with place.session() as session:
        check = queries.account_checks.account_check(session, account.account_id)
        (alert,) = queries.alerts.alerts(session, client=CLIENT)
    assert check is not None
    assert check.why_not == ("it is not connected",)
    assert alert.account_id == account.account_id
    assert json.loads(alert.model_dump_json())["sentence"] == (
        f"tiktok @{account.handle} cannot be posted to: it is not connected."
    )
