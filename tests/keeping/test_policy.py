from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from clipping.keeping import policy
from clipping.models.keeping import Deed, KeptObject, ObjectKind, SweepPolicy

NOW = datetime(2026, 11, 26, 3, tzinfo=UTC)
DAY = timedelta(days=1)
RULES = SweepPolicy()
A, R, D = Deed.ARCHIVE, Deed.REMOVE, Deed.DROP


def an_original(days: float = 8, **changes: Any) -> KeptObject:
    at = NOW - days * DAY
    return KeptObject(
        key="acme/sources/a.mp4",
        client="acme",
        kind=ObjectKind.ORIGINAL,
        size_bytes=10,
        sha256="a" * 64,
        owner_id="src_1",
        stored_at=at,
        made_at=at,
    ).replace(**changes)


def a_clip(days: float | None = 31, **changes: Any) -> KeptObject:
    """A clip whose latest post was so many days ago."""
    return an_original(
        400,
        key="acme/clips/clip_1.mp4",
        kind=ObjectKind.CLIP,
        owner_id="clip_1",
        posted_at=None if days is None else NOW - days * DAY,
    ).replace(**changes)


CASES: list[tuple[str, KeptObject, list[Deed], str]] = [
    ("an original of today", an_original(0.5), [], ""),
    ("an original a second short of a week", an_original(7 - 1e-5), [], ""),
    ("an original of a week", an_original(7), [A, R], ""),
    ("one that is archived already", an_original(8, archived=True), [R], ""),
    ("one whose clips are queued", an_original(8, queued=1), [A], policy.QUEUED),
    ("one that nobody has heard", an_original(8, finished=False), [A], policy.UNHEARD),
    (
        "one that was brought back yesterday",
        an_original(90, archived=True, stored_at=NOW - DAY),
        [],
        "",
    ),
    ("one that is in the archive only", an_original(900, archived=True, stored_at=None), [], ""),
    ("a clip posted a month ago", a_clip(30), [A, R], ""),
    ("a clip posted lately", a_clip(29.9), [], ""),
    ("a clip that is queued elsewhere", a_clip(31, queued=1), [A], policy.QUEUED),
    ("a clip that was never posted", a_clip(None), [], policy.NOT_POSTED),
    ("a clip that is not proven", a_clip(31, finished=False), [], policy.UNPROVEN),
    ("a clip watched again yesterday", a_clip(90, archived=True, stored_at=NOW - DAY), [], ""),
    ("a clip of a year", a_clip(365, archived=True, stored_at=None), [D], ""),
    ("a clip of nearly a year", a_clip(364.9, archived=True, stored_at=None), [], ""),
    (
        "a clip of a year that is queued",
        a_clip(365, archived=True, stored_at=None, queued=1),
        [],
        policy.QUEUED,
    ),
    ("a clip of a year that never left the store", a_clip(365), [A, R, D], ""),
    ("a cover", a_clip(400, kind=ObjectKind.COVER), [], ""),
    ("captions", an_original(400, kind=ObjectKind.CAPTIONS), [], ""),
    ("somebody's file", an_original(400, kind=ObjectKind.OTHER), [], policy.UNKNOWN),
]


@pytest.mark.parametrize(
    ("one", "deeds", "kept"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_what_is_due_for(one: KeptObject, deeds: list[Deed], kept: str) -> None:
    plan = policy.decide(RULES, [one], NOW)
    assert [act.deed for act in plan.acts] == deeds
    assert plan.kept == (((kept, 1, 10),) if kept else ())


def test_without_an_archive_everything_stays_and_that_is_said() -> None:
    rules = RULES.replace(has_archive=False)
    plan = policy.decide(rules, [an_original(), a_clip(), a_clip(400), an_original(1)], NOW)
    assert plan.acts == ()
    assert plan.kept == ((policy.NO_ARCHIVE, 3, 30),)


def test_each_act_says_why() -> None:
    plan = policy.decide(RULES, [an_original(), a_clip(400)], NOW)
    assert [act.reason for act in plan.acts] == [
        *["taken in more than 7 days ago"] * 2,
        *["posted more than 30 days ago"] * 2,
        "posted more than 365 days ago",
    ]
