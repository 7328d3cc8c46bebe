"""Posts of accounts with their own browser profiles, through the publisher and its database."""

from __future__ import annotations

import json
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from clipping.db import queries
from clipping.models import (
    Account,
    AccountStatus,
    PlatformName,
    Post,
    PostingMethod,
    PostState,
    Stage,
)
from clipping.platforms.browser import TABLES
from clipping.platforms.browser.login import wait_for_owner
from clipping.platforms.browser.posting import TikTokInBrowser
from clipping.platforms.browser.profiles import opened, profile_folder
from clipping.rehearsal.upload_page import FakeUploadPage
from clipping.settings import CHECKOUT, settings
from tasks import post_changes
from tests.support.chromium import CHROMIUM, QUICK, needs_chromium
from tests.tasks.post_place import Place, place_at

pytestmark = needs_chromium

CLICK = "POST /fake/posts"
_ADA = Account(account_id="account_ada", client="acme", platform=PlatformName.TIKTOK, handle="ada")
_OWNER = """
addEventListener("DOMContentLoaded", () => {
  const form = document.querySelector("form");
  if (!form) return;
  form.user.value = "ada";
  form.password.value = "only the page sees it";
  form.submit();
});
"""
"""What an owner does at the login page."""


@dataclass
class Desk:
    """A place whose accounts are posted to in a browser."""

    place: Place
    page: FakeUploadPage

    def round(self) -> None:
        """What one publisher does that is started now."""
        posting = TikTokInBrowser(origin=self.page.url, patience=QUICK)
        self.place.publisher(browsers=lambda: {PlatformName.TIKTOK: posting}).round()

    def wrongs(self, account: Account, post: Post) -> list[str]:
        """Also when it was clicked more than once."""
        clicks = self.page.count(CLICK)
        again = [] if clicks == 1 else [f"{clicks} clicks"]
        return again + self.place.wrongs(account, post)


@pytest.fixture(scope="module")
def logged_in(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A profile in which its owner has logged in once, through the login page."""
    with pytest.MonkeyPatch.context() as patch, FakeUploadPage(PlatformName.TIKTOK).serving() as it:
        patch.setenv("CLIPPER_HOME", str(tmp_path_factory.mktemp("owner")))
        settings.cache_clear()
        with opened("account_ada") as context:
            context.add_init_script(_OWNER)
            assert wait_for_owner(context, TABLES[PlatformName.TIKTOK], _ADA, 20, it.url)
        folder = profile_folder("account_ada")
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert stat.S_IMODE(folder.parent.stat().st_mode) == 0o700
    settings.cache_clear()
    return folder


@pytest.fixture
def desk(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, logged_in: Path
) -> Iterator[Desk]:
    with (
        place_at("tiktok", database_url, tmp_path, monkeypatch) as place,
        FakeUploadPage(PlatformName.TIKTOK, place.world).serving() as page,
    ):
        shutil.copytree(logged_in, profile_folder("account_ada"), symlinks=True)
        yield Desk(place, page)


def an_account(desk: Desk) -> Account:
    return desk.place.account("ada", handle="ada", method=PostingMethod.BROWSER)


def test_a_challenge_holds_a_post_until_its_owner_has_logged_in_again_and_then_it_goes_out_once(
    desk: Desk,
) -> None:
    account = an_account(desk)
    post = desk.place.post(account)
    desk.page.challenge = "opening"
    desk.round()
    stored = desk.place.stored(post)
    assert (stored.state, stored.receipt.stage) == (PostState.HELD, Stage.NEW)
    assert stored.failure is not None
    assert stored.failure.code == "challenge"
    [picture] = (settings().home / "pictures").iterdir()
    assert str(picture) in stored.failure.sentence
    assert picture.name.startswith(post.post_id)
    with desk.place.session() as session:
        known = queries.accounts.get_account(session, account.account_id)
        [alert] = queries.alerts.alerts(session)
    assert known.status is AccountStatus.REAUTHORISE
    assert alert.kind == "account"
    assert "a check that only the owner of @ada can pass" in alert.sentence
    asked = desk.page.count()
    desk.place.world.clock.advance(3_600)
    desk.round()
    assert desk.page.count() == asked
    # The owner passes the check, and it goes on by itself.
    desk.page.challenge = ""
    with desk.place.session() as session:
        queries.accounts.change_status(
            session, account.account_id, AccountStatus.ACTIVE, "logged in again"
        )
    desk.place.world.clock.advance(3_600)
    desk.round()
    assert desk.wrongs(account, post) == []
    stored = desk.place.stored(post)
    assert stored.receipt.url == f"{desk.page.url}/@ada/video/{desk.page.posts[0].public_id}"
    with desk.place.session() as session:
        stages = [event.stage for event in queries.posts.post_events(session, post.post_id)]
    assert stages[-1] == "posted"
    assert stages.count("armed") == 1
    # Neither TikTok's API nor a token has any part in it.
    assert desk.place.fake.count() == 0
    assert desk.place.tokens == []


def test_an_account_that_nobody_logged_in_is_left_to_its_owner(desk: Desk) -> None:
    account = desk.place.account("bob", handle="bob", method=PostingMethod.BROWSER)
    post = desk.place.post(account)
    desk.round()
    stored = desk.place.stored(post)
    assert stored.state is PostState.HELD
    assert stored.failure is not None
    assert "clipper accounts login account_bob" in stored.failure.sentence
    assert not profile_folder("account_bob").exists()


@contextmanager
def _children() -> Iterator[Callable[..., int]]:
    command = [sys.executable, "-m", "tests.tasks.browser_child"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=CHECKOUT
    ) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        stdin, stdout = child.stdin, child.stdout

        def order(**values: Any) -> int:
            stdin.write(json.dumps(values) + "\n")
            stdin.flush()
            return int(stdout.readline())

        yield order
        stdin.close()


def test_publishers_that_are_killed_before_and_after_the_click_leave_one_post(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Started six times; the others have the one that the product finds.
    monkeypatch.setenv("CLIPPER_BROWSER", str(CHROMIUM))
    settings.cache_clear()

    def order(when: str, stage: Stage) -> None:
        now = desk.place.now.isoformat()
        assert run(when=when, stage=stage, origin=desk.page.url, now=now) == -9
        desk.place.world.clock.advance(91)

    account = an_account(desk)
    with _children() as run:
        post = desk.place.post(account)
        order("after", Stage.SENDING)
        assert desk.page.count(CLICK) == 0
        # The page with the upload is gone, and the next one begins anew ...
        desk.round()
        desk.place.world.clock.advance(61)
        order("before what follows", Stage.ARMED)
        # ... and has clicked; whoever comes after it only looks.
        assert desk.place.stored(post).receipt.stage is Stage.ARMED
        desk.round()
        assert desk.wrongs(account, post) == []

        # Armed, and the click was never made: nobody makes it any more, a person looks.
        desk.place.world.clock.advance(timedelta(hours=12).total_seconds())
        between = desk.place.post(account)
        order("after", Stage.ARMED)
        desk.place.world.clock.advance(3_600)
        desk.round()
        stored = desk.place.stored(between)
        assert (stored.state, stored.next_at) == (PostState.UNKNOWN, None)
        assert stored.failure is not None
        assert "a person has to look" in stored.failure.sentence
        with desk.place.session() as session:
            assert [alert.kind for alert in queries.alerts.alerts(session)] == ["unknown"]
        assert desk.page.count(CLICK) == 1
        ended = post_changes.cancel(
            between.post_id, "Ann", "it is not there", desk.place.now, not_public=True
        )
        assert ended.state is PostState.CANCELLED
