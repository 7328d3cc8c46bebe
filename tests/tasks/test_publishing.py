"""Posts go out exactly once, whoever is killed wherever, and stop when somebody says so."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from clipping.db import queries
from tests.tasks.post_place import BY_NAME, Place, place_at

NAMES = ("tiktok", "instagram", "youtube", "x")
_LEASE_S = 91.0

At = Callable[[str], AbstractContextManager[Place]]


@pytest.fixture
def at(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[At]:
    yield lambda name: place_at(name, database_url, tmp_path, monkeypatch)


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
