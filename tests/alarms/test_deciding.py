from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from clipping.alarms.deciding import (
    MOST_AN_HOUR,
    MOST_OVER_AN_HOUR,
    QUIET,
    digest,
    kind_of,
    messages,
    next_try,
    wants,
)
from clipping.models import Alert
from clipping.models.alarms import AlarmKind, Message, Phase, Target

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
ALL = Target(name="ops", added_at=NOW)


def an_alert(number: int = 1, **changes: Any) -> Alert:
    values = {"kind": "failed", "account_id": "a", "client": "acme"} | changes
    return Alert(
        alert_id=number, at=NOW, sentence=values.pop("sentence", f"Post {number} failed."), **values
    )


def told(fresh: list[Alert], recent: tuple[Message, ...] = (), target: Target = ALL) -> Any:
    return messages(target, fresh, [], recent, NOW)


def test_what_is_about_the_same_subject_is_one_message() -> None:
    [first, second] = told([an_alert(n) for n in range(1, 8)] + [an_alert(9, account_id="b")])
    assert first.title == "Clipper: a post needs somebody (acme)"
    assert first.alert_ids == (1, 2, 3, 4, 5, 6, 7)
    assert first.body.startswith("Post 1 failed.\nPost 2 failed.\n")
    assert "And 2 more: clipper alerts shows them." in first.body
    assert first.body.endswith(f"Since 2026-11-26 12:00 UTC. [{first.dedupe_key}]")
    assert second.alert_ids == (9,)


def test_the_same_message_has_the_same_key_and_another_has_another() -> None:
    one, again = told([an_alert(1)])[0], told([an_alert(1)])[0]
    assert one.dedupe_key == again.dedupe_key
    [over] = messages(ALL, [], [an_alert(1)], [], NOW)
    assert over.dedupe_key != one.dedupe_key
    assert over.title == "Clipper: over: a post needs somebody (acme)"


def test_a_group_that_was_told_of_just_now_waits_and_another_does_not() -> None:
    [earlier] = told([an_alert(1)])
    assert told([an_alert(2)], (earlier,)) == []
    assert len(told([an_alert(2, account_id="b")], (earlier,))) == 1
    old = earlier.replace(made_at=NOW - QUIET)
    assert len(told([an_alert(2)], (old,))) == 1


def test_many_groups_at_once_are_told_of_in_few_messages() -> None:
    many = told([an_alert(n, account_id=f"a{n}") for n in range(1, 31)])
    assert len(many) == 5
    assert sum(len(one.alert_ids) for one in many) == 30
    assert many[-1].title == "Clipper: a post needs somebody (acme)"


def test_no_target_is_told_more_than_so_often_in_an_hour() -> None:
    [one] = told([an_alert(1)])
    recent = tuple(one.replace(group=f"g{n}") for n in range(MOST_AN_HOUR - 1))
    fresh = [an_alert(n, account_id=f"a{n}") for n in (1, 2)]
    assert len(told(fresh, recent)) == 1
    assert told(fresh, (*recent, one)) == []


def test_what_is_new_comes_before_what_is_over_and_that_is_told_of_in_few_messages() -> None:
    over = [an_alert(n, account_id=f"a{n}") for n in range(1, 40)] + [an_alert(40, kind="removed")]
    fresh = an_alert(41, kind="disk", account_id="", client="", subject="here:scratch folder")
    first, *rest = messages(ALL, [fresh], over, [], NOW)
    assert (first.phase, first.alert_ids) == (Phase.RAISED, (41,))
    assert len(rest) == 5
    assert sorted(one for message in rest for one in message.alert_ids) == [*range(1, 41)]
    assert rest[-1].title == "Clipper: over: 36 things (acme)"
    assert "\nAnd 31 more.\n" in rest[-1].body


def test_what_is_over_leaves_room_for_what_is_new() -> None:
    sent: list[Message] = []
    for number in range(1, 41):
        over = an_alert(number, account_id=f"a{number}")
        sent += messages(ALL, [], [over], sent, NOW)
    assert len(sent) == MOST_OVER_AN_HOUR < MOST_AN_HOUR
    fresh = an_alert(41, kind="disk", account_id="", client="", subject="here:scratch folder")
    assert [one.alert_ids for one in messages(ALL, [fresh], [], sent, NOW)] == [(41,)]


def test_a_target_hears_only_what_it_wants() -> None:
    one = an_alert(1)
    assert wants(ALL, one)
    assert wants(ALL.replace(client="acme", kinds=(AlarmKind.POST,)), one)
    assert not wants(ALL.replace(client="umbrella"), one)
    assert not wants(ALL.replace(kinds=(AlarmKind.DISK,)), one)
    assert not wants(ALL.replace(client="acme"), an_alert(1, client=""))
    assert kind_of(an_alert(1, kind="something new")) is AlarmKind.OTHER


def test_a_message_is_tried_ever_more_rarely_for_a_day() -> None:
    [one] = told([an_alert(1)])
    waits = [next_try(one.replace(attempts=n), NOW) for n in (0, 3, 20)]
    assert waits == [NOW + timedelta(minutes=m) for m in (1, 8, 60)]
    assert next_try(one, NOW + timedelta(days=1, seconds=1)) is None


def test_a_day_has_one_digest() -> None:
    one = digest(ALL, ["All is well."], NOW)
    assert (one.title, one.body) == ("Clipper: Thursday, 26 November", "All is well.")
    later = digest(ALL, ["Other lines."], NOW + timedelta(hours=3))
    assert (one.phase, one.dedupe_key) == (Phase.DIGEST, later.dedupe_key)
