"""Alerts reach people outside, once, and again when they are over."""

from __future__ import annotations

import json
import logging
import os
import signal
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest
from pydantic import SecretStr

from clipping.alarms import sending
from clipping.db import queries
from clipping.errors import Rejected, ServiceUnavailable
from clipping.models import (
    Account,
    AccountCheck,
    Alert,
    ClientSettings,
    PlatformName,
    PostingMethod,
    PostState,
    Stop,
)
from clipping.models.alarms import AlarmKind, Target
from clipping.settings import settings
from flows import cli
from tasks import alarms, breaking, conditions
from tests.support.apprise import TOKEN, FakeApprise
from tests.support.commands import CliRunner
from tests.tasks.post_place import CLIENT, KEY, Place, place_at

NOW = datetime.now(UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def place(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    with place_at("youtube", database_url, tmp_path / "home", monkeypatch) as made:
        monkeypatch.setenv("CLIPPER_DISK_WARN_BYTES", "0")
        monkeypatch.setenv("CLIPPER_DISK_STOP_BYTES", "0")
        settings.cache_clear()
        yield made


@pytest.fixture
def phone() -> Iterator[FakeApprise]:
    with FakeApprise().serving() as fake:
        yield fake


def add(phone: FakeApprise, name: str = "ops", **changes: Any) -> None:
    target = Target(name=name, added_at=NOW, added_by="Ann").replace(**changes)
    alarms.add_target(target, SecretStr(phone.address))


def alert(place: Place, kind: str = "failed", **changes: Any) -> None:
    with place.session() as session:
        values = {"sentence": "It failed.", "client": CLIENT} | changes
        queries.alerts.add_alert(session, Alert(at=NOW, kind=kind, **values))


def test_an_alert_is_told_once_and_once_more_when_somebody_has_seen_to_it(
    place: Place, phone: FakeApprise
) -> None:
    add(phone)
    alert(place)
    assert alarms.tell_targets(NOW) == {"sent": 1}
    assert alarms.tell_targets(NOW) == {}
    [told] = phone.taken
    assert told["title"] == "Clipper: a post needs somebody (acme)"
    assert "It failed." in told["message"]
    with place.session() as session:
        [known] = queries.alerts.alerts(session)
        queries.alerts.alert_seen(session, known.alert_id, "Jo", NOW)
    assert alarms.tell_targets(NOW + MINUTE) == {"sent": 1}
    assert alarms.tell_targets(NOW + MINUTE) == {}
    assert phone.titles[1] == "Clipper: over: a post needs somebody (acme)"


def test_what_was_there_before_a_target_is_not_told(place: Place, phone: FakeApprise) -> None:
    alert(place)
    add(phone, added_at=NOW + MINUTE)
    add(phone, "other", client=CLIENT, kinds=(AlarmKind.DISK,))
    assert alarms.tell_targets(NOW + MINUTE) == {}


@pytest.mark.parametrize(
    ("wanted", "theirs"),
    [
        ({"client": CLIENT}, {"client": "umbrella"}),
        ({"kinds": (AlarmKind.POST,)}, {"kind": "account"}),
        ({"kinds": (AlarmKind.POST,)}, {"kind": "something new"}),
        ({"kinds": (AlarmKind.OTHER,)}, {"kind": "account"}),
    ],
    ids=["client", "kind", "another kind", "other"],
)
def test_any_number_of_alerts_of_others_keeps_none_from_a_target(
    place: Place, phone: FakeApprise, wanted: dict[str, Any], theirs: dict[str, Any]
) -> None:
    with place.session() as session:
        queries.clients.save_client(session, "umbrella")
    add(phone, **wanted)
    with place.session() as session:
        for _ in range(1001):
            values = {"kind": "failed", "sentence": "Theirs.", "client": ""} | theirs
            queries.alerts.add_alert(session, Alert(at=NOW, **values))
    other = wanted.get("kinds") == (AlarmKind.OTHER,)
    alert(place, "something new" if other else "failed", sentence="Ours.")
    assert alarms.tell_targets(NOW) == {"sent": 1}
    assert "Ours." in phone.taken[0]["message"]
    assert "Theirs." not in phone.taken[0]["message"]


def test_a_target_that_does_not_answer_is_tried_again_and_that_is_shown(
    place: Place, phone: FakeApprise
) -> None:
    add(phone)
    alert(place)
    phone.status = 503
    assert alarms.tell_targets(NOW) == {"not sent": 1}
    assert alarms.tell_targets(NOW) == {}
    with place.session() as session:
        [target] = queries.alarms.targets(session)
    assert target.trouble == "The target ops did not take the message."
    phone.status = 200
    assert alarms.tell_targets(NOW + MINUTE) == {"sent": 1}
    with place.session() as session:
        assert queries.alarms.targets(session)[0].trouble == ""


@pytest.mark.parametrize("when", ["before it is sent", "after it was sent"])
def test_a_message_survives_the_kill_of_its_sender(
    place: Place, phone: FakeApprise, when: str
) -> None:
    add(phone)
    alert(place)
    child = os.fork()
    if child == 0:
        real = sending.send

        def die(*given: Any) -> None:
            if when.startswith("after"):
                real(*given)
            os.kill(os.getpid(), signal.SIGKILL)

        setattr(alarms, "send", die)  # noqa: B010 - not exported
        try:
            alarms.tell_targets(NOW)
        finally:
            os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
    assert alarms.tell_targets(NOW) == {"sent": 1}
    messages = {one["message"] for one in phone.taken}
    assert len(messages) == 1, "the key in it tells that it is the same"
    assert len(phone.taken) == (2 if when.startswith("after") else 1)


def test_a_state_that_lasts_is_one_alarm_until_it_is_over(place: Place, phone: FakeApprise) -> None:
    add(phone)
    with place.session() as session:
        assert queries.alerts.raise_alert(session, "disk", "here", "It fills.", NOW)
        assert not queries.alerts.raise_alert(session, "disk", "here", "It fills more.", NOW)
    assert alarms.tell_targets(NOW) == {"sent": 1}
    assert "It fills more. (seen 2 times)" in phone.taken[0]["message"]
    with place.session() as session:
        assert queries.alerts.resolve_alerts(session, "disk", NOW + MINUTE) == ["here"]
        assert queries.alerts.alerts(session) == []
        assert queries.alerts.raise_alert(session, "disk", "here", "Again.", NOW + MINUTE)
    assert alarms.tell_targets(NOW + MINUTE) == {"sent": 1}
    assert phone.titles[1] == "Clipper: over: a disk is filling"
    # The same again within minutes waits; it is not lost.
    assert alarms.tell_targets(NOW + 20 * MINUTE) == {"sent": 1}


def test_what_somebody_has_seen_to_is_told_of_again_where_it_still_is_a_day_later(
    place: Place, phone: FakeApprise
) -> None:
    add(phone)

    def raised(at: datetime) -> bool:
        with place.session() as session:
            return queries.alerts.raise_alert(session, "disk", "here", "It fills.", at)

    assert raised(NOW)
    with place.session() as session:
        [known] = queries.alerts.alerts(session)
        assert queries.alerts.alert_seen(session, known.alert_id, "Jo", NOW)
    assert not raised(NOW + timedelta(hours=23))
    alarms.tell_targets(NOW + timedelta(hours=23))
    assert phone.titles == []
    later = NOW + timedelta(hours=25)
    assert raised(later)
    assert alarms.tell_targets(later) == {"sent": 1}
    assert phone.titles == ["Clipper: a disk is filling"]
    with place.session() as session:
        assert [one.times for one in queries.alerts.alerts(session)] == [1]


def test_stuck_posts_a_spent_budget_and_a_service_that_is_away_are_noticed_and_end(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    post = place.post(place.account("1"))
    now = place.now + timedelta(minutes=20)
    idle = ["gpu"]
    monkeypatch.setattr(conditions, "idle_pools", lambda: idle)
    with place.session() as session:
        queries.clients.save_client_settings(
            session, CLIENT, ClientSettings(monthly_budget_usd=Decimal(0))
        )
    for _ in range(5):
        with pytest.raises(ServiceUnavailable), breaking.asking("tiktok", now):
            raise ServiceUnavailable("TikTok is away.")
    found = conditions.note_all(now)
    assert found == {"disk": 0, "api": 1, "worker": 1, "queue": 1, "budget": 1, "vault": 0}
    with place.session() as session:
        said = {one.kind: (one.client, one.sentence) for one in queries.alerts.alerts(session)}
    assert "nobody is at it" in said["queue"][1]
    assert said["budget"][0] == CLIENT
    assert said["api"][1].endswith("5 times in a row. TikTok is away.")
    idle.clear()
    with place.session() as session:
        queries.clients.save_client_settings(session, CLIENT, ClientSettings())
        stored = queries.posts.get_post(session, post.post_id)
        queries.posts.save_post(session, stored, stored.replace(state=PostState.CANCELLED), now)
    later = now + timedelta(minutes=5)
    with breaking.asking("tiktok", later):
        pass
    assert not any(conditions.note_all(later).values())
    with place.session() as session:
        assert queries.alerts.alerts(session) == []


def test_an_account_that_is_well_again_ends_its_alert(place: Place) -> None:
    account = place.account("1")
    post = place.post(account)
    alert(place, "account", account_id=account.account_id)
    alert(place, post_id=post.post_id)
    for days, left in ((-1, 2), (1, 1)):
        check = AccountCheck(account_id=account.account_id, checked_at=NOW + timedelta(days=days))
        with place.session() as session:
            queries.account_checks.save_account_check(session, check)
            queries.alarms.resolve_settled(session, NOW)
            assert len(queries.alerts.alerts(session)) == left
    with place.session() as session:
        posted = queries.posts.get_post(session, post.post_id)
        queries.posts.save_post(session, posted, posted.replace(state=PostState.POSTED), NOW)
        queries.alarms.resolve_settled(session, NOW)
        assert queries.alerts.alerts(session) == []


def resolved(place: Place, at: datetime) -> int:
    """How many alerts are left once what is settled is over."""
    with place.session() as session:
        queries.alarms.resolve_settled(session, at)
        return len(queries.alerts.alerts(session))


def test_a_platform_that_was_stopped_is_over_when_no_stop_is_left_of_it(place: Place) -> None:
    account = place.account("1")
    covers = {"client": CLIENT, "platform": account.platform}
    with place.session() as session:
        first, second = (
            queries.stops.add_stop(session, Stop(**one, by="Ann", at=NOW, why="trouble"))
            for one in (covers, {"platform": account.platform})
        )
        # These hold less than that.
        for one in ({"client": CLIENT, "platform": "x"}, covers | {"account_id": "account_1"}):
            queries.stops.add_stop(session, Stop(**one, by="Ann", at=NOW, why="another"))
    alert(place, "paused", account_id=account.account_id)
    for stop, left in ((None, 1), (first, 1), (second, 0)):
        if stop is not None:
            with place.session() as session:
                assert queries.stops.lift_stop(session, stop.stop_id, "Ann", NOW)
        assert resolved(place, NOW) == left


def test_an_app_that_is_refused_is_over_when_an_account_of_it_has_posted_since(
    place: Place,
) -> None:
    refused, same = place.account("1"), place.account("2")
    other = place.account("3", app="another")
    by_hand = place.account("4", method=PostingMethod.MANUAL)
    alert(place, "app", account_id=refused.account_id)

    def has_posted(account: Account, at: datetime) -> int:
        post = place.post(account)
        with place.session() as session:
            stored = queries.posts.get_post(session, post.post_id)
            done = stored.replace(state=PostState.POSTED, posted_at=at)
            queries.posts.save_post(session, stored, done, NOW)
        return resolved(place, NOW)

    assert has_posted(same, NOW - MINUTE) == 1
    assert has_posted(other, NOW + MINUTE) == 1
    assert has_posted(by_hand, NOW + MINUTE) == 1
    assert has_posted(same, NOW + MINUTE) == 0


def test_nobody_asks_a_service_that_is_away_until_one_finds_that_it_is_back(place: Place) -> None:
    asked = 0

    def ask(at: datetime, *, answers: bool) -> None:
        nonlocal asked
        with breaking.asking("store", at):
            asked += 1
            if not answers:
                raise ServiceUnavailable("The store is away.")

    for _ in range(5):
        with pytest.raises(ServiceUnavailable, match="The store is away"):
            ask(NOW, answers=False)
    with pytest.raises(ServiceUnavailable, match="asked again in 30 s"):
        ask(NOW, answers=True)
    assert asked == 5
    ask(NOW + MINUTE, answers=True)
    ask(NOW + MINUTE, answers=True)
    assert asked == 7
    with pytest.raises(Rejected), breaking.asking("store", NOW):
        raise Rejected("An answer, too.")
    assert place.url


def test_the_digest_of_a_day_comes_once(place: Place, phone: FakeApprise) -> None:
    add(phone)
    add(phone, "quiet", digest=False)
    alert(place)
    place.post(place.account("1"))
    first = alarms.send_digest.fn()
    assert first["sent"] >= 1
    digests = [one for one in phone.taken if "Posts of the last day" in one["message"]]
    assert len(digests) == 1
    assert "Wants a person: 1 post." in digests[0]["message"]
    alarms.send_digest.fn()
    again = [one for one in phone.taken if "Posts of the last day" in one["message"]]
    assert len(again) == 1


def test_the_commands_never_show_an_address(
    place: Place,
    phone: FakeApprise,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    caplog.set_level(logging.DEBUG)

    def run(*arguments: object, given: str = "") -> tuple[int, str]:
        ended = CliRunner().invoke(cli.app, [*map(str, arguments)], input=given)
        outputs.append(ended.output)
        return ended.exit_code, ended.output

    outputs: list[str] = []
    assert "Nobody is told" in run("alarms", "targets")[1]
    one = ("alarms", "add", "phone", "--address-file", "-", "--by", "Ann")
    assert run(*one, given=phone.address)[0] == 0
    assert run(*one, "--client", "nobody", given=phone.address)[0] == 3
    code, said = run(*one, given="no-such-thing://CANARY-address")
    assert (code, "no address that Apprise knows" in said) == (3, True)
    assert "phone" in run("alarms", "targets")[1]
    assert run("alarms", "test") == (0, "phone: taken\n")
    phone.status = 500
    code, said = run("alarms", "test", "phone")
    assert (code, "did not take the message" in said) == (1, True)
    assert run("alarms", "test", "nobody")[0] == 3
    assert run("alarms", "remove", "phone") == (0, "")
    assert run("alarms", "remove", "phone")[0] == 3
    code, said = run("health", "--json")
    assert (code, '"service": "postgres"' in said) == (0, True)
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
    settings.cache_clear()
    code, away = run("health", "--json")
    [database] = json.loads(away)["services"]
    assert (code, database["service"], database["circuit"]) == (1, "postgres", "open")
    assert database["said"].endswith("does not answer.")
    with psycopg.connect(place.url) as connection:
        rows = connection.execute("SELECT t::text FROM clipping.alarm_targets t").fetchall()
    written = "".join(outputs) + caplog.text + str(rows)
    assert TOKEN not in written
    assert KEY.get_secret_value() not in written
    assert "CANARY" not in written
    assert PlatformName.X in said
