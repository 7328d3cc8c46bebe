"""A post is known again by its words, its time, and by not having been there before."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from clipping.platforms.browser.listing import Row, is_of, ours

AT = datetime(2026, 11, 26, 9, tzinfo=UTC)
WORDS = "He never came back, and nobody asked why.\n\n#story #true"


def a_row(words: str = WORDS, public_id: str = "7", at: datetime | None = None) -> Row:
    return Row("https://x.example/7", public_id, words, at)


@pytest.mark.parametrize(
    ("shown", "same"),
    [
        (WORDS, True),
        ("He never came back, and nobody asked why. #story #true", True),
        ("He never came back, and nobody…", True),
        ("He never came...", True),
        ("He never came back, and nobody asked why. #story #true Nov 26", True),
        ("He never came", False),
        ("He always came back, and everybody asked why.", False),
        ("…", False),
        ("", False),
    ],
)
def test_a_list_may_shorten_words_but_not_change_them(shown: str, same: bool) -> None:
    assert is_of(a_row(shown), WORDS) is same


def test_nothing_is_known_again_by_no_words() -> None:
    assert not is_of(a_row(""), "")


def test_what_was_there_before_or_is_older_than_the_click_is_another_post() -> None:
    rows = [
        a_row(public_id="known"),
        a_row(public_id="older", at=AT - timedelta(minutes=6)),
        a_row(public_id="new", at=AT - timedelta(minutes=1)),
        a_row(public_id="other", words="Something else entirely, said by somebody."),
    ]
    assert [row.public_id for row in ours(rows, WORDS, {"known"}, AT)] == ["new"]
    assert [row.public_id for row in ours(rows, WORDS, {"known"}, None)] == ["older", "new"]
    assert len(ours([a_row(), a_row()], WORDS, (), AT)) == 1
