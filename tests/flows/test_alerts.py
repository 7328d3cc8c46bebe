"""``clipper alerts``, and the daily look at accounts that raises some of them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from clipping.db import queries
from clipping.errors import AccountBlocked, ClippingError, RateLimited, ServiceUnavailable
from clipping.models import (
    Account,
    AccountCheck,
    AccountLimits,
    Alert,
    PlatformName,
    PostingMethod,
    Stop,
)
from clipping.vault import Vault, new_key
from flows import cli
from tasks import account_checks
from tests.db.test_account_rows import some_tokens
from tests.support.commands import CliRunner
from tests.tasks.plan_place import CLIENT, NOW, SOURCE, PlanPlace, plan_place

TIKTOK, X = PlatformName.TIKTOK, PlatformName.X
DAY = timedelta(days=1)


@pytest.fixture
def place(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[PlanPlace]:
    with plan_place(database_url, tmp_path / "home", monkeypatch, moments=1) as made:
        yield made


def run(*arguments: object) -> tuple[int, str]:
    done = CliRunner().invoke(cli.app, ["alerts", *map(str, arguments)])
    return done.exit_code, done.output


def open_alerts(place: PlanPlace) -> list[Alert]:
    with place.session() as session:
        return queries.alerts.alerts(session)


def test_an_account_that_cannot_post_is_told_of_once_for_each_reason(place: PlanPlace) -> None:
    by_hand = place.account(X, method=PostingMethod.MANUAL)
    bad = place.account(TIKTOK, connected=False)
    assert account_checks.check_all(NOW) == {"can post": 1, "cannot post": 1}
    account_checks.check_all(NOW + DAY)
    [alert] = open_alerts(place)
    assert (alert.kind, alert.client, alert.account_id) == ("account", CLIENT, bad.account_id)
    assert alert.sentence == f"tiktok @{bad.handle} cannot be posted to: it is not connected."
    with place.session() as session:
        good, now = (
            queries.account_checks.account_check(session, one.account_id) for one in (by_hand, bad)
        )
        assert good == AccountCheck(account_id=by_hand.account_id, checked_at=NOW + DAY)
        assert now is not None
        assert now.why_not == ("it is not connected",)
        queries.accounts.save_account(session, bad.replace(consent=None))
    account_checks.check_all(NOW + 2 * DAY)
    assert "its owner's consent is not recorded; it is not" in open_alerts(place)[1].sentence
    # A person has decided that, and knows it.
    with place.session() as session:
        queries.accounts.pause_account(session, by_hand.account_id, "holidays")
    account_checks.check_all(NOW + 3 * DAY)
    assert len(open_alerts(place)) == 2


def test_an_account_that_cannot_be_looked_at_keeps_no_other_from_it(
    place: PlanPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = place.account(TIKTOK, connected=False)
    place.account(X, connected=False)
    real = account_checks.check_account

    def check(account: Account, *rest: object) -> AccountCheck:
        if account.account_id == first.account_id:
            raise ServiceUnavailable("The database does not answer.")
        return real(account, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(account_checks, "check_account", check)
    assert account_checks.check_all(NOW) == {"not looked at": 1, "cannot post": 1}


class FakePlatform:
    """Says of an account what a test wants."""

    def __init__(self, says: AccountLimits | ClippingError) -> None:
        self._says = says

    def limits(self, *_asked: object) -> AccountLimits:
        """What the account may post."""
        if isinstance(self._says, ClippingError):
            raise self._says
        return self._says


@pytest.fixture
def account(place: PlanPlace, monkeypatch: pytest.MonkeyPatch) -> Account:
    """One that is connected, with a token that holds."""
    made = place.account(X)
    monkeypatch.setattr(account_checks, "access_to", lambda *_: None)
    with place.session() as session:
        queries.tokens.save_tokens(
            session, Vault([new_key()]), made.account_id, some_tokens(scopes=())
        )
    return made


def look(says: AccountLimits | ClippingError, days: int = 0) -> dict[str, int]:
    platforms: Any = {X: FakePlatform(says)}
    return account_checks.check_all(NOW + days * DAY, platforms)


def test_a_platform_that_does_not_answer_says_nothing_of_an_account(
    place: PlanPlace, account: Account
) -> None:
    for error in (ServiceUnavailable("X is away."), RateLimited("X is busy.", retry_after_s=9)):
        assert look(error) == {"not looked at": 1}
    assert open_alerts(place) == []
    with place.session() as session:
        assert queries.account_checks.account_check(session, account.account_id) is None


@pytest.mark.usefixtures("account")
def test_a_quota_that_ends_at_another_time_each_day_is_told_once(place: PlanPlace) -> None:
    for day in range(3):
        resets_at = NOW + timedelta(days=day + 1, minutes=7 * day)
        assert look(AccountLimits(posts_left=0, resets_at=resets_at), day) == {"cannot post": 1}
    assert len(open_alerts(place)) == 1
    assert look(AccountLimits(), 3) == {"can post": 1}
    look(AccountLimits(posts_left=0, resets_at=NOW + 5 * DAY), 4)
    assert len(open_alerts(place)) == 2


@pytest.mark.usefixtures("account")
def test_an_account_that_is_blocked_during_the_check_is_told_of_once(place: PlanPlace) -> None:
    for day in range(2):
        assert look(AccountBlocked("X has suspended it."), day) == {"cannot post": 1}
    [alert] = open_alerts(place)
    assert "is suspended: X has suspended it." in alert.sentence


@pytest.mark.usefixtures("account")
def test_a_stop_is_no_news_but_what_stands_in_the_way_beside_it(place: PlanPlace) -> None:
    with place.session() as session:
        queries.stops.add_stop(
            session, Stop(source_id=SOURCE.source_id, by="Ann", at=NOW, why="theirs")
        )
    assert look(AccountLimits()) == {"can post": 1}
    with place.session() as session:
        queries.stops.add_stop(session, Stop(client=CLIENT, by="Ann", at=NOW, why="a mistake"))
    assert look(AccountLimits()) == {"cannot post": 1}
    assert open_alerts(place) == []
    look(AccountLimits(blocked="X wants its owner."))
    [alert] = open_alerts(place)
    assert "X wants its owner" in alert.sentence


def test_alerts_are_shown_until_somebody_has_seen_to_them(place: PlanPlace) -> None:
    assert run() == (0, "Nothing wants a person.\n")
    at = datetime(2026, 11, 26, 9, 30, tzinfo=UTC)
    with place.session() as session:
        for client, sentence in ((CLIENT, "X wants money."), ("", "TikTok is away.")):
            queries.alerts.add_alert(
                session, Alert(at=at, kind="app", sentence=sentence, client=client)
            )
    first, second = (one.alert_id for one in open_alerts(place))
    code, said = run("--client", CLIENT)
    assert (code, "TikTok" in said) == (0, False)
    line = said.splitlines()[1].split()
    assert line == [f"{first}", "2026-11-26", "09:30", CLIENT, "app", "X", "wants", "money."]
    code, said = run("--done", first, "--by", "Jo", "--json")
    assert [one["alert_id"] for one in json.loads(said)] == [second]
    # One of two is not open any more: neither is settled.
    code, said = run("--done", second, "--done", first, "--by", "Jo")
    assert (code, f"There is no open alert {first}." in said) == (3, True)
    assert [one.alert_id for one in open_alerts(place)] == [second]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("--done", 1), 2, "give --by the name of who has seen to it"),
        (("--by", "Jo"), 2, "--by says who has seen to an alert: name that with --done"),
        (("--client", "nobody"), 3, "There is no client nobody yet."),
    ],
    ids=["nobody", "nothing", "no client"],
)
def test_what_cannot_be_shown_is_one_sentence(
    place: PlanPlace, arguments: tuple[object, ...], code: int, said: str
) -> None:
    done, output = run(*arguments)
    assert (done, said in " ".join(output.replace("│", " ").split())) == (code, True)
