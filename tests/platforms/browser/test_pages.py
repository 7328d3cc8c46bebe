"""Posts in a real Chromium on the fake pages: each goes out once, or stops before its click."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import SecretStr

from clipping.errors import (
    AppMisconfigured,
    AuthorizationExpired,
    OutcomeUnknown,
    PostRefused,
    ServiceUnavailable,
    StartAgain,
)
from clipping.models import (
    Account,
    AccountStatus,
    Disclosure,
    PlatformName,
    PostingMethod,
    PostJob,
    Receipt,
    Stage,
)
from clipping.platforms.base import Access, Clock
from clipping.platforms.browser import TABLES
from clipping.platforms.browser.posting import BROWSERS, InBrowser
from clipping.platforms.browser.self_check import self_check
from clipping.platforms.browser.tab import Patience, Tab
from clipping.rehearsal.serving import Fault
from clipping.rehearsal.upload_page import FakeUploadPage, Shown
from clipping.settings import settings
from tests.platforms.cases import AGREED, a_job
from tests.support.chromium import QUICK, chromium, needs_chromium

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext

pytestmark = needs_chromium

CLICK = "POST /fake/posts"
BRIEF = Patience(page_s=3, notice_s=0.2, step_s=0.5, upload_s=60, answer_s=1)
SWITCHED = {
    PlatformName.TIKTOK: {
        "comments": False,
        "duets": True,
        "stitches": False,
        "promotion": True,
        "own_brand": False,
        "paid_partnership": True,
        "ai_generated": True,
    },
    PlatformName.YOUTUBE: {
        "not_for_kids": True,
        "paid_partnership": True,
        "ai_generated": True,
        "public": True,
    },
}


@pytest.fixture(scope="module")
def context() -> Iterator[BrowserContext]:
    """One for all: a new one takes longer than a post."""
    with chromium() as browser:
        made = browser.new_context()
        with FakeUploadPage(PlatformName.TIKTOK).serving() as fake:
            # Its process is kept by a page that stays.
            made.new_page().goto(f"{fake.url}/login")
        yield made


@dataclass
class Desk:
    """An account, its post, and the page that it is posted through."""

    fake: FakeUploadPage
    posting: InBrowser
    account: Account
    job: PostJob
    stored: list[Receipt] = field(default_factory=lambda: [Receipt()])

    @property
    def receipt(self) -> Receipt:
        return self.stored[-1]

    @property
    def access(self) -> Access:
        return Access(self.account, SecretStr(""))

    def step(self) -> Receipt:
        """The step that a publisher takes which has armed it itself."""
        before, clock = self.receipt, Clock(self.fake.world.clock.now)
        act = self.posting.poll if before.stage is Stage.PROCESSING else self.posting.submit
        self.stored.append(act(self.job, before, self.access, clock))
        return self.receipt

    def run(self, until: Stage = Stage.POSTED) -> Receipt:
        """Step after step."""
        for _ in range(30):
            if self.receipt.stage is until:
                return self.receipt
            if self.receipt.not_before is not None:
                self.fake.world.clock.advance_to(self.receipt.not_before)
            self.step()
        raise AssertionError(f"it is still {self.receipt!r}")

    def look(self) -> Receipt:
        """What another publisher does with one that it finds armed."""
        self.posting.let_go(self.job.post_id)
        clock = Clock(self.fake.world.clock.now)
        self.stored.append(self.posting.reconcile(self.job, self.receipt, self.access, clock))
        return self.receipt


@pytest.fixture
def at(context: BrowserContext, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Makes desks; with them their browsers are closed."""
    monkeypatch.setenv("CLIPPER_HOME", str(tmp_path / "home"))
    settings.cache_clear()
    made: list[Desk] = []

    def desk(
        fake: FakeUploadPage, *, who: str | None = "ada", patience: Patience = QUICK, **changes: Any
    ) -> Desk:
        @contextmanager
        def opener(_account_id: str, _proxy: str | None) -> Iterator[BrowserContext]:
            context.clear_cookies()
            if who is not None:
                context.add_cookies([fake.cookie(who)])  # type: ignore[list-item]
            yield context
            for page in context.pages[1:]:
                page.close()

        account = Account(
            account_id="account_ada",
            client="acme",
            platform=fake.of,
            handle="ada",
            method=PostingMethod.BROWSER,
            consent=AGREED,
        )
        posting = BROWSERS[fake.of](opener, origin=fake.url, patience=patience)
        made.append(Desk(fake, posting, account, a_job(fake.of, tmp_path, **changes)))
        return made[-1]

    yield desk
    for one in made:
        one.posting.let_go(one.job.post_id)
    settings.cache_clear()


@pytest.fixture
def tiktok() -> Iterator[FakeUploadPage]:
    with FakeUploadPage(PlatformName.TIKTOK).serving() as fake:
        yield fake


@pytest.mark.parametrize("platform", PlatformName)
def test_a_clip_goes_out_once_with_its_words_its_switches_and_its_address(
    at: Any, platform: PlatformName
) -> None:
    with FakeUploadPage(platform).serving() as fake:
        discloses = TABLES[platform].discloses
        told = Disclosure(
            paid_partnership="paid_partnership" in discloses,
            ai_generated="ai_generated" in discloses,
        )
        fake.upload_s = 0.7
        desk = at(fake, disclosure=told, consent=AGREED.replace(allow_duet=True))
        receipt = desk.run()
        if platform is PlatformName.TIKTOK:
            # It waits for the upload first, in steps between which a stop gets its turn.
            assert len([one for one in desk.stored if one.stage is Stage.SENDING]) >= 2
        assert [one.stage for one in desk.stored if one.stage is Stage.ARMED] == [Stage.ARMED]
        [post] = fake.posts
        assert post.text.split() == desk.job.words.text.split()
        assert post.title == ("A title" if platform is PlatformName.YOUTUBE else "")
        assert post.on == SWITCHED.get(platform, {})
        assert receipt.public_id == post.public_id
        assert receipt.url.startswith(fake.url)
        assert receipt.url.rstrip("/").endswith(post.public_id)
        [public] = fake.world.ledger
        assert public.sha256 == desk.job.file.sha256


def test_a_page_that_was_changed_stops_the_post(at: Any, tiktok: FakeUploadPage) -> None:
    tiktok.renamed = '[data-switch="ai_generated"]'
    desk = at(tiktok, patience=BRIEF, disclosure=Disclosure(ai_generated=True))
    with pytest.raises(AppMisconfigured, match='without "ai"'):
        desk.run()
    assert tiktok.count(CLICK) == 0


@pytest.mark.parametrize("when", ["opening", "uploaded", "clicked"])
def test_a_challenge_is_left_to_the_owner_wherever_it_shows(
    at: Any, tiktok: FakeUploadPage, when: Any
) -> None:
    tiktok.challenge = when
    desk = at(tiktok)
    with pytest.raises(AuthorizationExpired, match="a check that only the owner of @ada") as caught:
        desk.run()
    assert vars(caught.value)["code"] == "challenge"
    [picture] = (settings().home / "pictures").iterdir()
    assert str(picture) in str(caught.value)
    assert stat.S_IMODE(picture.stat().st_mode) == 0o600
    assert stat.S_IMODE(picture.parent.stat().st_mode) == 0o700
    assert (desk.receipt.stage is Stage.ARMED) is (when == "clicked")
    assert tiktok.count(CLICK) == (1 if when == "clicked" else 0)
    assert tiktok.posts == []
    # Whoever comes next does not even open the page.
    asked = tiktok.count()
    desk.account = desk.account.replace(status=AccountStatus.REAUTHORISE)
    desk.posting.let_go(desk.job.post_id)
    with pytest.raises(AuthorizationExpired, match="has to log in in its browser again"):
        desk.look() if when == "clicked" else desk.posting.submit(
            desk.job, Receipt(), desk.access, Clock(tiktok.world.clock.now)
        )
    assert tiktok.count() == asked


def test_a_login_page_or_another_account_is_left_to_the_owner(
    at: Any, tiktok: FakeUploadPage
) -> None:
    with pytest.raises(AuthorizationExpired, match="not logged in at TikTok any more"):
        at(tiktok, who=None).run()
    with pytest.raises(AuthorizationExpired, match="does not say that @ada is signed in"):
        at(tiktok, who="bob", patience=BRIEF).run()
    assert tiktok.count("POST /fake/files") == 0


@pytest.mark.parametrize("platform", [PlatformName.TIKTOK, PlatformName.INSTAGRAM])
def test_a_dialog_that_nobody_knows_stops_the_post_whatever_its_buttons_say(
    at: Any, platform: PlatformName
) -> None:
    with FakeUploadPage(platform).serving() as fake:
        fake.dialog = "uploaded"
        with pytest.raises(AppMisconfigured, match="a dialog that is not known"):
            at(fake).run()
        assert fake.count(CLICK) == 0


def test_an_upload_is_not_waited_for_for_ever(at: Any, tiktok: FakeUploadPage) -> None:
    tiktok.upload_s = 30
    with pytest.raises(ServiceUnavailable, match="did not take the file"):
        at(tiktok, patience=replace(BRIEF, upload_s=0.5)).run()


def test_a_file_that_the_page_does_not_take_is_refused(at: Any, tiktok: FakeUploadPage) -> None:
    tiktok.refuses = True
    with pytest.raises(PostRefused, match="does not take the file"):
        at(tiktok).run()


def test_no_answer_to_the_click_is_looked_up_and_never_clicked_again(
    at: Any, tiktok: FakeUploadPage
) -> None:
    desk = at(tiktok, patience=BRIEF)
    tiktok.fail(Fault(cut="after"), on=CLICK)
    tiktok.listed_after_s = 100
    with pytest.raises(OutcomeUnknown, match="it may have been published"):
        desk.run()
    waiting = desk.look()
    assert (waiting.stage, waiting.public_id) == (Stage.ARMED, "")
    assert waiting.not_before is not None
    tiktok.world.clock.advance(200)
    assert desk.look().stage is Stage.POSTED
    assert desk.receipt.public_id == tiktok.posts[0].public_id
    assert tiktok.count(CLICK) == 1


def test_a_click_that_came_to_nothing_waits_for_a_person_whatever_else_says_the_same(
    at: Any, tiktok: FakeUploadPage
) -> None:
    desk = at(tiktok, patience=BRIEF)
    words, before = desk.job.words.text, tiktok.world.clock.now
    tiktok.posts.append(Shown("70000099", "ada", words, "", before, {}))
    tiktok.fail(Fault(cut="before"), on=CLICK)
    with pytest.raises(OutcomeUnknown):
        desk.run()
    tiktok.world.clock.advance(3_700)
    with pytest.raises(PostRefused, match="shows no such post: a person has to look"):
        desk.look()
    assert (tiktok.count(CLICK), len(tiktok.posts)) == (1, 1)


def test_what_is_in_the_way_of_the_click_or_has_gone_takes_the_arming_back(
    at: Any, tiktok: FakeUploadPage
) -> None:
    desk = at(tiktok)
    desk.run(until=Stage.ARMED)
    tab: Tab = desk.posting._windows[desk.job.post_id].upload
    # It leaves the button free to be pressed.
    tab.page.evaluate(
        "overlay('challenge');document.querySelector('[role=dialog]').style.inset = 'auto 0 0 auto'"
    )
    assert desk.step().stage is Stage.SENT
    with pytest.raises(AuthorizationExpired):
        desk.step()
    # And so does a browser that is gone: the upload begins anew.
    desk.posting.let_go(desk.job.post_id)
    desk.stored.append(desk.receipt.replace(stage=Stage.ARMED))
    assert desk.step().stage is Stage.SENT
    with pytest.raises(StartAgain, match="the clip was uploaded is gone"):
        desk.step()
    assert tiktok.count(CLICK) == 0


def test_a_page_that_changes_its_mind_before_the_click_stops_the_post(
    at: Any, tiktok: FakeUploadPage
) -> None:
    desk = at(tiktok, patience=BRIEF)
    desk.run(until=Stage.SENT)
    page = desk.posting._windows[desk.job.post_id].upload.page
    page.evaluate("one('caption').textContent = 'clip'")
    with pytest.raises(AppMisconfigured, match='keeps something else in "caption"'):
        desk.step()
    page.evaluate("words => { one('caption').textContent = words }", desk.job.words.text)
    page.evaluate("one('post').after(one('post').cloneNode(true))")
    with pytest.raises(AppMisconfigured, match="several things look like what publishes"):
        desk.step()
    page.evaluate("all('post').forEach(it => it.toggleAttribute('disabled', true))")
    with pytest.raises(AppMisconfigured, match="cannot be pressed"):
        desk.step()
    assert tiktok.count(CLICK) == 0


def test_the_check_of_selectors_says_what_is_there_and_posts_nothing(
    at: Any, tiktok: FakeUploadPage
) -> None:
    desk = at(tiktok, patience=BRIEF)
    tiktok.renamed = '[data-fake="file"]'
    with desk.posting.looking(desk.access, "check") as tab:
        found = {one.part: one for one in self_check(tab)}
    assert str(found["owner"].found) == 'css a[href="/@ada" i], a[href$="tiktok.com/@ada" i]'
    assert found["file"].found is None
    assert not found["file"].hidden
    assert found["publish"].hidden == "an upload"
    assert tiktok.posts == []
    assert tiktok.count("POST /fake/files") == 0
