"""A client's wish for fewer posts, from its policy to the posts that are reserved."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from clipping.db import queries
from clipping.models import EditorialPolicy, PlatformName, PostState
from tests.tasks.plan_place import CLIENT, PlanPlace, plan_place

TIKTOK = PlatformName.TIKTOK


@pytest.fixture
def place(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[PlanPlace]:
    """Two accounts at full pace, and clips enough for both."""
    with plan_place(database_url, tmp_path / "home", monkeypatch) as made:
        for _ in range(2):
            made.account(TIKTOK)
        made.more_clips(8)
        yield made


def want(place: PlanPlace, posts_in_two_days: int) -> None:
    with place.session() as session:
        policy = EditorialPolicy(posts_in_two_days=posts_in_two_days)
        queries.clients.save_editorial_policy(session, CLIENT, policy)


def test_as_many_posts_are_reserved_as_the_policy_wants(place: PlanPlace) -> None:
    want(place, 2)
    plan = place.plan()
    assert (len(plan.assignments), plan.missing) == (2, 0)
    posts = place.posts(PostState.RESERVED)
    assert {post.account_id for post in posts} == {one.account_id for one in place.accounts}
    # More are wanted from now on.
    want(place, 4)
    assert len(place.plan().assignments) == 4
    kept = {post.post_id for post in place.posts(PostState.RESERVED)}
    assert {post.post_id for post in posts} <= kept


def test_posts_that_are_reserved_stay_when_fewer_are_wanted(place: PlanPlace) -> None:
    assert len(place.plan().assignments) == 4
    before = {(post.post_id, post.due_at) for post in place.posts(PostState.RESERVED)}
    want(place, 1)
    assert place.plan().changes == ()
    after = {(post.post_id, post.due_at) for post in place.posts(PostState.RESERVED)}
    assert after == before
