"""The whole way of a video, by somebody at a browser, through a running ``clipper up``."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect

from clipping.db import embedded, queries
from clipping.db.session import open_session
from clipping.demo import DemoTalk
from clipping.models import (
    Account,
    ClipState,
    Consent,
    EditorialPolicy,
    PlatformName,
    PostState,
    Role,
)
from clipping.rehearsal.clock import WallClock
from clipping.rehearsal.stage import Stage, tokens_of
from clipping.rehearsal.world import World
from clipping.settings import Settings
from clipping.vault import Vault, new_key
from tests.dashboard.door_place import PASSWORD, a_user
from tests.support.chromium import chromium

CLIENT, HOOK = "acme", "Who pays for later?"
_NOW = datetime.now(UTC)
_DAY = (_NOW + timedelta(days=1)).date()
# One post a day, for which the one clip is enough.
_POLICY = EditorialPolicy(
    approval="required",
    shortest_seconds=5,
    longest_seconds=7,
    clips_a_source=1,
    posts_in_two_days=2,
)
_ACCOUNT = Account(
    account_id="account_whole",
    client=CLIENT,
    platform=PlatformName.TIKTOK,
    handle="ada",
    platform_user_id="1784",
    first_post_on=datetime(2026, 1, 1, tzinfo=UTC).date(),
    consent=Consent(owner="Ada", given_at=_NOW),
)


@dataclass
class Fakes:
    """The platforms, and what the product has to know of them."""

    stage: Stage = field(default_factory=lambda: Stage(World(WallClock()), full_size=True))
    key: Any = field(default_factory=new_key)
    urls: dict[str, str] = field(default_factory=dict)

    @contextmanager
    def serving(self) -> Iterator[dict[str, str]]:
        """Settings of the product, while the block runs."""
        self.stage.work_at(PlatformName.TIKTOK, 1.0, 1.0)
        with self.stage.serving() as urls:
            yield {
                **self.stage.apps(),
                **{f"CLIPPER_{name.upper()}_URL": url for name, url in urls.items()},
                "CLIPPER_VAULT_KEYS": self.key.get_secret_value(),
            }


def go(
    home: Path,
    pages: str,
    fakes: Fakes,
    talk: DemoTalk,
    run: Callable[..., dict[str, Any]],
    start: Callable[[str], object],
) -> None:
    """Sign in, upload, watch, edit, approve, see it planned, and posted.

    :param pages: Address of the dashboard.
    :param run: Runs a deployment to its end, and gives the state that it ended in.
    :param start: Starts a run of a deployment.
    """
    with embedded.database_url(Settings(home=home, DATABASE_URL=None)) as found:
        url = found
    _prepare(url, fakes)
    with chromium() as browser:
        tab = browser.new_context(viewport={"width": 1280, "height": 1000}).new_page()
        tab.set_default_timeout(30_000)
        expect.set_options(timeout=60_000)
        _sign_in(tab, pages)
        _upload(tab, talk)
        first = _clip(url)
        _change_the_hook(tab)
        _approve(tab)
        changed = _clip(url)
        assert changed != first
        assert run("plan-day", client=CLIENT, day=str(_DAY))["type"] == "COMPLETED"
        _see_it_planned(tab, pages)
        _let_the_time_come(url)
        start("publish-due")
        _wait_until_posted(url)
        _see_it_posted(tab, pages)
    (public,) = fakes.stage.world.ledger
    with open_session(url) as session:
        clip = queries.clips.get_clip(session, changed)
        (post,) = queries.posts.posts(session, CLIENT)
    file = home / "store" / clip.video_key
    assert public.sha256 == clip.video_sha256 == hashlib.sha256(file.read_bytes()).hexdigest()
    assert clip.plan.hook is not None
    assert clip.plan.hook.text == HOOK
    assert (post.clip_id, post.state) == (changed, PostState.POSTED)
    assert fakes.stage.world.violations == []


def _prepare(url: str, fakes: Fakes) -> None:
    """What an agency has before its first video: a client, somebody of theirs, an account."""
    with open_session(url) as session:
        queries.clients.save_editorial_policy(session, CLIENT, _POLICY)
        queries.accounts.save_account(session, _ACCOUNT)
        fakes.stage.join(_ACCOUNT)
        tokens = tokens_of(fakes.stage.grant(_ACCOUNT))
        queries.tokens.save_tokens(session, Vault([fakes.key]), _ACCOUNT.account_id, tokens)
    a_user(url, "otto", Role.OPERATOR, CLIENT)


def _sign_in(tab: Page, pages: str) -> None:
    tab.goto(pages)
    tab.get_by_label("Name").fill("otto")
    tab.get_by_label("Password").fill(PASSWORD)
    tab.get_by_role("button", name="Sign in").click()
    expect(tab.get_by_role("heading", name="Today")).to_be_visible()


def _upload(tab: Page, talk: DemoTalk) -> None:
    tab.get_by_role("link", name="Add", exact=True).click()
    form = tab.frame_locator("iframe[title='Add a video']")
    form.get_by_label("May be clipped").select_option("own")
    form.get_by_label("Choose files").set_input_files([talk.video, talk.captions])
    expect(form.get_by_text("Everything has arrived.")).to_be_visible()
    # It moves by itself from here on: nobody touches the page.
    lead = tab.get_by_test_id("stMain").get_by_role("link", name="Review")
    expect(lead).to_be_visible(timeout=240_000)


def _change_the_hook(tab: Page) -> None:
    tab.get_by_role("link", name="Review", exact=True).first.click()
    expect(tab.get_by_text("1 waiting")).to_be_visible()
    tab.get_by_role("radio", name="Change", exact=True).click()
    tab.get_by_label("Hook (empty: none)").fill(HOOK)
    tab.get_by_role("button", name="Render again").click()
    tab.get_by_role("radio", name="Changed").click()
    look = tab.get_by_role("link", name="Look")
    expect(look).to_be_visible(timeout=240_000)
    look.click()
    expect(tab.get_by_role("heading", name=HOOK)).to_be_visible()


def _approve(tab: Page) -> None:
    tab.get_by_role("button", name="Approve").click()
    expect(tab.get_by_text("Everything is looked at")).to_be_visible()


def _see_it_planned(tab: Page, pages: str) -> None:
    tab.goto(f"{pages}/schedule?day={_DAY}")
    expect(tab.get_by_role("heading", name="1 post")).to_be_visible()
    expect(tab.get_by_text("planned", exact=True).first).to_be_visible()


def _let_the_time_come(url: str) -> None:
    now = datetime.now(UTC)
    with open_session(url) as session:
        (post,) = queries.posts.posts(session, CLIENT)
        assert post.state is PostState.RESERVED
        assert queries.posts.save_post(session, post, post.replace(due_at=now, next_at=now), now)


def _wait_until_posted(url: str) -> None:
    deadline = time.monotonic() + 180
    while True:
        with open_session(url) as session:
            found = queries.posts.posts(session, CLIENT)
        if [post.state for post in found] == [PostState.POSTED]:
            return
        assert time.monotonic() < deadline, found
        time.sleep(0.5)


def _see_it_posted(tab: Page, pages: str) -> None:
    tab.goto(f"{pages}/posts")
    expect(tab.get_by_role("heading", name="Posts")).to_be_visible()
    expect(tab.get_by_text("posted", exact=True).first).to_be_visible()


def _clip(url: str) -> str:
    """The one that was rendered last."""
    with open_session(url) as session:
        newest = queries.clips.recent_clips(session, limit=1)[0]
        assert newest.state is ClipState.READY
        return newest.clip_id
