"""What accounts show is read back, on every platform that lists it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from clipping.errors import NeedsPerson
from clipping.platforms.base import Clock, Shown
from clipping.platforms.shown import is_of, shown_since, strangers
from tests.tasks.post_place import BY_NAME, Place, a_post, place_at

# Instagram's own login takes no file from this machine.
LISTING = sorted(set(BY_NAME) - {"tiktok", "instagram-login"})


@pytest.fixture
def place(
    request: pytest.FixtureRequest, database_url: str, tmp_path: Any, monkeypatch: Any
) -> Any:
    with place_at(request.param, database_url, tmp_path / "home", monkeypatch) as made:
        yield made


@pytest.mark.parametrize("place", LISTING, indirect=True)
def test_a_post_is_among_what_its_account_shows(place: Place) -> None:
    account = place.account("1")
    before = place.now
    post = place.post(account)
    place.run()
    place.world.clock.advance_to(place.now + timedelta(hours=1))
    platform, access = place.fake.client(), place.access(account.account_id, place.now)
    [found] = platform.shown(access, before, Clock(place.now))
    stored = place.stored(post)
    assert (found.public_id, is_of(found, stored)) == (stored.receipt.public_id, True)
    assert found.url.startswith("https://")
    assert before <= found.at <= place.now
    assert platform.shown(access, place.now, Clock(place.now)) == []


@pytest.mark.parametrize("place", ["tiktok"], indirect=True)
def test_where_nothing_is_listed_a_person_has_to_look(place: Place) -> None:
    account = place.account("1")
    access = place.access(account.account_id, place.now)
    with pytest.raises(NeedsPerson, match="look at the account"):
        place.fake.client().shown(access, place.now, Clock(place.now))


@pytest.mark.parametrize("place", ["youtube"], indirect=True)
def test_a_full_list_that_does_not_reach_back_far_enough_says_so(place: Place) -> None:
    post = a_post(place.account("1"), "clip_1", place.now)
    found = [Shown(f"{n}", "", place.now + timedelta(hours=n), "") for n in range(3)]
    assert len(shown_since(found, place.now + timedelta(hours=1), is_full=True)) == 2
    with pytest.raises(NeedsPerson, match="more posts"):
        shown_since(found, place.now, is_full=True)
    assert strangers(found, {"0", "2"}) == [found[1]]
    assert not is_of(found[0], post)
    marked = Shown("9", "", place.now, "other words", (post.marker,))
    assert is_of(marked, post)
