"""Every table of selectors is whole, and none of its acts publishes."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from clipping.models import Consent, Disclosure, PlatformName
from clipping.platforms.browser import TABLES
from clipping.platforms.browser.tables import Await, Look, Press, Switch, Table, Write
from clipping.platforms.browser.wanted import refusals, switches, texts
from tests.platforms.cases import AGREED, a_job

EVERY = pytest.mark.parametrize("table", TABLES.values(), ids=list(TABLES))


def test_every_platform_has_its_table() -> None:
    assert set(TABLES) == set(PlatformName)
    assert all(table.platform is name for name, table in TABLES.items())


@EVERY
def test_a_table_has_all_parts_that_are_needed_and_no_act_presses_what_publishes(
    table: Table, tmp_path: Path
) -> None:
    acts = (*table.opening, *table.filling)
    assert {"file", "publish", "success", "owner", "no posts"} <= set(table.parts)
    assert {act.part for act in acts} <= set(table.parts)
    assert set(table.only_after) <= set(table.parts)
    assert not [act for act in acts if isinstance(act, Press | Switch) and act.part == "publish"]
    assert any(isinstance(act, Write) for act in table.filling)
    assert any(isinstance(act, Await) for act in table.filling)
    job = a_job(table.platform, tmp_path)
    for act in acts:
        if isinstance(act, Write):
            assert act.what in texts(job)
        elif isinstance(act, Switch):
            assert act.what in switches(job)
    for looks in table.parts.values():
        for look in looks:
            assert look.pattern


@EVERY
def test_what_a_table_discloses_it_also_switches(table: Table) -> None:
    switched = {act.what for act in table.filling if isinstance(act, Switch)}
    assert table.discloses <= switched


@EVERY
def test_the_handle_is_the_only_thing_that_changes_a_look(table: Table) -> None:
    told = table.looks("owner", "a.d+a")
    assert not [look for look in told if "{handle}" in f"{look.what}{look.name}"]
    assert any("a.d+a" in look.what or re.escape("a.d+a") in f"{look.what}" for look in told)
    assert table.looks("file", "x") == table.parts["file"]


@EVERY
def test_a_post_whose_disclosure_has_no_field_is_refused(table: Table, tmp_path: Path) -> None:
    def told(**changes: Any) -> list[str]:
        return refusals(a_job(table.platform, tmp_path, **changes), table)

    assert told() == []
    for name in ("paid_partnership", "own_brand", "ai_generated"):
        found = told(disclosure=Disclosure(**{name: True}))
        assert bool(found) is (name not in table.discloses), name
    assert "no field that is known for who pays" in told(disclosure=Disclosure(sponsors=("b",)))[0]
    only_friends: Consent = AGREED.replace(privacy="SELF_ONLY")
    assert "agreed to SELF_ONLY" in told(consent=only_friends)[0]
    assert "no drafts" in told(inbox=True)[0]
    nothing = a_job(table.platform, tmp_path).words.replace(title="", caption="", hashtags=())
    assert "known again" in told(words=nothing)[0]


def test_a_look_says_what_it_is() -> None:
    assert str(TABLES[PlatformName.X].parts["publish"][0]) == (
        'css button[data-testid="tweetButton"]'
    )
    assert isinstance(TABLES[PlatformName.X].parts["file"][0], Look)
