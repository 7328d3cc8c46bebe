"""A short rehearsal: the real planner, publisher and clients, and a publisher that is killed."""

from __future__ import annotations

from pathlib import Path

import pytest

from clipping.models import PlatformName
from clipping.rehearsal.weather import Faults
from clipping.settings import settings
from tasks.rehearsing import Wishes, rehearse


def test_a_brutal_rehearsal_accounts_for_every_post_and_publishes_none_twice(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLIPPER_HOME", str(tmp_path))
    settings.cache_clear()
    # By this seed the publisher is killed after Instagram has published, before it says so.
    report = rehearse(Wishes(accounts=4, days=1, seed=29, faults=Faults.BRUTAL), database_url)
    settings.cache_clear()
    assert report.wrongs == ()
    assert report.kills >= 1
    assert (report.planned, report.wanted) == (8, 8)
    assert sum(report.states.values()) == report.posts
    # A killed publisher takes nothing with it.
    assert report.posted >= 6
    assert {part.name for part in report.platforms} == {name.value for name in PlatformName}
