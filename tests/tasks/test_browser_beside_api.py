"""What goes wrong in one account's browser is no trouble of the platform's API."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import SecretStr

from clipping.db import queries
from clipping.models import (
    PlatformName,
    PostingMethod,
    PostJob,
    PostState,
    Receipt,
)
from clipping.platforms.base import Access, Clock
from clipping.platforms.failures import FailureKind, failure
from tests.tasks.fake_browser import QuietBrowser
from tests.tasks.post_place import VAULT, place_at

PROXY = "http://user:s3cret@proxy.example:3128"


class FakeBrowser(QuietBrowser):
    """Shows nothing but pages that nobody knows, or none at all."""

    def __init__(self, kind: FailureKind) -> None:
        super().__init__()
        self.kind = kind
        self.proxies: list[str | None] = []
        self.let_go_of: list[str] = []

    def submit(self, job: PostJob, receipt: Receipt, access: Access, clock: Clock) -> Receipt:
        self.proxies.append(access.proxy)
        assert access.token.get_secret_value() == ""
        raise failure(self.kind, "It shows a page that is not known.", code="unknown_page")

    def let_go(self, post_id: str) -> None:
        self.let_go_of.append(post_id)


@pytest.mark.parametrize(
    ("kind", "state", "alerts"),
    [
        (FailureKind.APP_MISCONFIGURED, PostState.HELD, ["held"] * 5),
        (FailureKind.RETRY_BACKOFF, PostState.SUBMITTING, []),
    ],
)
def test_posts_by_the_api_go_on_whatever_browsers_show(
    database_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    kind: FailureKind,
    state: PostState,
    alerts: list[str],
) -> None:
    with place_at("x", database_url, tmp_path, monkeypatch) as place:
        browser = FakeBrowser(kind)
        # As many as would close the platform for a while.
        in_browser = [
            place.post(place.account(str(number), method=PostingMethod.BROWSER))
            for number in range(5)
        ]
        with place.session() as session:
            queries.tokens.save_proxy(session, VAULT, "account_0", SecretStr(PROXY))
        publisher = place.publisher(browsers=lambda: {PlatformName.X: browser})
        publisher.round()
        assert {place.stored(post).state for post in in_browser} == {state}
        assert sorted(browser.let_go_of) == sorted(post.post_id for post in in_browser)
        assert sorted(browser.proxies, key=str) == [None] * 4 + [PROXY]
        with place.session() as session:
            assert [alert.kind for alert in queries.alerts.alerts(session)] == alerts
        account = place.account("9")
        post = place.post(account)
        for _ in range(6):
            publisher.round()
            place.world.clock.advance(1)
        assert place.wrongs(account, post) == []
