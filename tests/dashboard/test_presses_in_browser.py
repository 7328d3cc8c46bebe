"""What is pressed on a page that is slow is done, also where something else is pressed at once."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import text

from clipping.db import queries
from clipping.db.session import open_session
from clipping.models import ChangeState, ClipChange, ClipEdit, Decision, Role
from clipping.publishing import changing
from tests.dashboard.browser_place import (
    browsing,
    ended,
    more_clips_to_approve,
    press,
    served,
    sign_in_again,
    until,
)
from tests.dashboard.conftest import Workplace, agency_with, two_clips
from tests.dashboard.door_place import a_user
from tests.support.chromium import needs_chromium
from tests.support.prefect_api import PASSWORD, FakePrefect

pytestmark = needs_chromium
QUEUE = ("clip_good", *(f"clip_h{place}" for place in range(9)))
"""As they wait."""


@pytest.fixture(scope="module")
def workplace(postgres: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workplace]:
    """An agency with ten clips to approve."""
    with agency_with(postgres, tmp_path_factory, lambda _: None) as made:
        more_clips_to_approve(made, two_clips(made)[0], *QUEUE[1:])
        yield made


@pytest.fixture(scope="module")
def window(workplace: Workplace, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """Where somebody is signed in who may do everything; to come there takes as long as a test."""
    a_user(workplace.database_url, "bo", Role.OPERATOR, "acme", "bravo")
    folder = tmp_path_factory.mktemp("server")
    with FakePrefect().serving() as fake, pytest.MonkeyPatch.context() as patch:
        patch.setenv("PREFECT_API_URL", fake.url)
        patch.setenv("PREFECT_API_AUTH_STRING", PASSWORD)
        with (
            served(workplace.database_url, workplace.store, folder) as address,
            browsing() as browser,
        ):
            page = browser.new_context(viewport={"width": 1280, "height": 1000}).new_page()
            sign_in_again(page, address, "bo")
            yield page


@pytest.fixture
def tab(window: Page, workplace: Workplace) -> Page:
    """The review, with all clips undecided."""
    window.get_by_role("link", name="Today", exact=True).first.click()
    expect(window.get_by_role("heading", name="Today", level=1)).to_be_visible()
    ended(window)
    with open_session(workplace.database_url) as session:
        for table in ("verdicts", "clip_changes"):
            session.execute(text(f"DELETE FROM clipping.{table}"))
    window.get_by_role("link", name="Review", exact=True).first.click()
    in_front(window, QUEUE[0])
    return window


def in_front(tab: Page, clip_id: str) -> None:
    """The page has run to its end, and shows that."""
    until(tab, f"document.querySelector('video')?.src.includes('{clip_id}')")
    ended(tab)


@contextmanager
def locked(url: str, table: str) -> Iterator[None]:
    """Whatever asks that of Postgres waits until the block ends."""
    with open_session(url) as session:
        session.execute(text(f"LOCK TABLE clipping.{table} IN ACCESS EXCLUSIVE MODE"))
        yield


def decided(url: str, clip_id: str, wait_s: float = 0) -> Decision | None:
    """What was decided of a clip, or is meanwhile."""
    deadline = time.monotonic() + wait_s
    while True:
        with open_session(url) as session:
            found = queries.verdicts.find_verdict(session, clip_id)
        if found is not None or time.monotonic() > deadline:
            return found.decision if found else None
        time.sleep(0.1)


def test_whatever_is_pressed_in_a_row_is_done_in_a_row(tab: Page, workplace: Workplace) -> None:
    url, at = workplace.database_url, 0
    for table, keys, pause_ms, approved, on in (
        # The page does not come to its end, at which there are others' posts.
        ("posts", "aj", 400, 1, 2),
        ("posts", "aj", 0, 1, 2),
        ("posts", "jj", 100, 0, 2),
        # What the first press does is not done yet.
        ("verdicts", "aj", 400, 1, 2),
    ):
        with locked(url, table):
            press(tab, keys[0])
            tab.wait_for_timeout(pause_ms)
            tab.keyboard.press(keys[1])
            tab.wait_for_timeout(400)
        if at == 0:
            # A notice stays for four seconds, and the same words are not shown again meanwhile.
            expect(tab.get_by_text("Approved.").last).to_be_visible()
        if approved:
            assert decided(url, QUEUE[at], wait_s=10) is Decision.APPROVED, (table, keys)
        in_front(tab, QUEUE[at + on])
        others = (*QUEUE[at + approved : at + on], QUEUE[at + on])
        assert [decided(url, one) for one in others] == [None] * len(others), (table, keys)
        assert f"clip={QUEUE[at + on]}" in tab.url
        at += on


def test_a_film_that_was_asked_for_is_made_whatever_is_pressed_next(
    tab: Page, workplace: Workplace
) -> None:
    url = workplace.database_url
    tab.get_by_role("radio", name="Change", exact=True).click()
    expect(tab.get_by_text("The film", exact=True)).to_be_visible()
    ended(tab)
    with locked(url, "posts"):
        tab.get_by_label("Hook (empty: none)").fill("Other words")
        tab.get_by_role("button", name="Render again").click()
        tab.wait_for_timeout(400)
        tab.get_by_role("radio", name="Words", exact=True).click()
        tab.wait_for_timeout(400)
    in_front(tab, QUEUE[1])
    change = change_of(url, QUEUE[0])
    assert change.wanted == ClipEdit(hook="Other words")
    # It is begun, too; the Prefect server that is named knows no such deployment.
    deadline = time.monotonic() + 60
    while (change := change_of(url, QUEUE[0])).open and time.monotonic() < deadline:
        time.sleep(0.2)
    assert "The Prefect server did not take it" in change.told


def test_what_was_pressed_in_a_list_that_moves_by_itself_is_done(
    tab: Page, workplace: Workplace
) -> None:
    url, then = workplace.database_url, datetime.now(UTC) - timedelta(hours=1)
    with open_session(url) as session:
        changing.ask(session, QUEUE[0], ClipEdit(style="boxed"), "ann", then)
    tab.get_by_role("radio", name="Changed").click()
    give_up = tab.get_by_role("button", name="Give it up")
    expect(give_up).to_be_visible()
    ended(tab)
    with locked(url, "clip_changes"):
        # The list is asked for once more, and what is pressed in it waits for that.
        ended(tab, "running")
        give_up.click()
        tab.wait_for_timeout(400)
        tab.get_by_role("link", name="Accounts").click()
        tab.wait_for_timeout(400)
    expect(tab.get_by_text("It is given up: the clip waits as it was.")).to_be_visible()
    change = change_of(url, QUEUE[0])
    assert (change.state, change.told) == (ChangeState.FAILED, "bo gave it up.")


def change_of(url: str, clip_id: str) -> ClipChange:
    with open_session(url) as session:
        (found,) = queries.changes.changes_of(session, clip_id, 2)
    return found
