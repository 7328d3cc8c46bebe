"""A plan as people see it: lines of text, and a picture."""

from __future__ import annotations

from datetime import UTC, datetime
from xml.etree import ElementTree

from clipping.models import Account, DayPlan, PostState
from clipping.scheduling import plan_day, plan_picture, plan_table
from tests.scheduling.made import account, clip, request

SVG = "{http://www.w3.org/2000/svg}"
EVIL = '<script>alert("&")</script>'


def short() -> tuple[DayPlan, list[Account]]:
    accounts = [account(0, timezone="Europe/Berlin", handle=EVIL), account(4), account(1)]
    asked = request(accounts, 3)
    before = plan_day(asked)
    made = (before.assignments[0].replace(state=PostState.POSTED), *before.assignments[1:])
    earlier = before.replace(assignments=made)
    stopped = {"account_001": "Stopped by <hand>."}
    return plan_day(asked.replace(earlier=earlier, stopped=stopped)), accounts


def test_the_table_says_who_posts_what_when_and_why_and_what_is_missing() -> None:
    plan, accounts = short()
    first, second = plan.assignments[:2]
    text = plan_table(plan, accounts, {first.clip_id: "Nobody asks the second person of the day"})
    line = next(line for line in text.splitlines() if first.clip_id in line)
    zone = next(one.timezone for one in accounts if one.account_id == first.slot.account_id)
    assert line.split()[:3] == [f"{first.slot.local:%m-%d}", f"{first.slot.local:%H:%M}", zone]
    assert "UTC" not in text.splitlines()[2]
    assert " posted " in line
    assert first.reason in line
    assert f"{first.clip_id}  Nobody asks the second person…  " in line
    assert f"{second.clip_id}  - " in text
    assert "acme, 2026-03-10: 3 posts" in text
    assert "3 posts missing:" in text
    assert "2 of @acme1 (instagram): Stopped by <hand>." in text
    assert "Wanted: 1 clip of 1 new moment." in text
    assert "Changed:\n  @acme1: clip_" in text
    assert all(line == line.rstrip() for line in text.splitlines())


def test_a_plan_of_nothing_is_told_in_words() -> None:
    plan = plan_day(request(0, 0))
    assert plan_table(plan, []) == "acme, 2026-03-10: 0 posts\n\nNothing is planned."
    ElementTree.fromstring(plan_picture(plan, []))


def test_the_picture_is_one_file_that_holds_no_more_than_marks() -> None:
    plan, accounts = short()
    text = plan_picture(plan, accounts)
    assert "http" not in text.replace('xmlns="http://www.w3.org/2000/svg"', "")
    root = ElementTree.fromstring(text)
    kinds = {one.tag.removeprefix(SVG) for one in root.iter()}
    assert kinds == {"svg", "title", "rect", "text", "path", "circle"}
    said = [one.text or "" for one in root.iter(f"{SVG}text")]
    assert any(EVIL.startswith(one.removeprefix("@")) for one in said if "script" in one)
    assert "Stopped by <hand>." in [one.text for one in root.iter(f"{SVG}title")]


def test_dots_stand_at_their_hour_in_the_row_of_their_account() -> None:
    accounts = [account(0), account(1, timezone="Asia/Tokyo")]
    plan = plan_day(request(accounts, [clip(n) for n in range(2)]))
    root = ElementTree.fromstring(plan_picture(plan, accounts))
    said = [one.text for one in root.iter(f"{SVG}text")]
    assert said.count("UTC") == 2  # of the columns, and of the account that has it
    assert "Asia/Tokyo" in said
    assert {f"{one.slot.local:%H:%M}" for one in plan.assignments} <= {*said}
    circles = [one for one in root.iter(f"{SVG}circle") if "dasharray" not in str(one.attrib)]
    assert len(circles) == len(plan.assignments)
    # Tokyo wakes at 8, which is 23 o'clock of the day before in UTC.
    first = datetime(2026, 3, 9, 23, 0, tzinfo=UTC)
    for one, dot in zip(plan.assignments, circles, strict=True):
        hours = (one.slot.at - first).total_seconds() / 3600
        assert abs(float(dot.attrib["cx"]) - 320 - 30 * hours) < 0.1
        row = 1 if one.slot.account_id == "account_000" else 0
        assert float(dot.attrib["cy"]) == 78 + (row + 0.5) * 22


def test_accounts_that_share_a_zone_have_its_hours_as_columns() -> None:
    accounts = [account(number, timezone="Asia/Kolkata") for number in range(2)]
    plan = plan_day(request(accounts, 0))
    said = [one.text for one in ElementTree.fromstring(plan_picture(plan, accounts)).iter()]
    assert "UTC" not in said
    # It wakes at 8, and half an hour from UTC is no matter.
    assert said[said.index("Asia/Kolkata") + 2] == "08"


def test_slots_without_a_clip_are_rings() -> None:
    accounts = [account(0)]
    text = plan_picture(plan_day(request(accounts, 0)), accounts)
    assert text.count("stroke-dasharray") == 2
    assert text.count(": no clip<") == 2
