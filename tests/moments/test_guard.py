"""What a client's policy demands of any moment."""

from __future__ import annotations

import pytest

from clipping.models import EditorialPolicy, HoldKind
from clipping.moments.guard import guarded, holds_phrase, spoken_holds, without_banned
from tests.db.values import a_detection


@pytest.mark.parametrize(
    ("said", "what"),
    [
        pytest.param("Write to me at jo.doe@example.org tonight.", "mail", id="mail"),
        pytest.param("It is jo at example dot com.", "mail", id="mail as it is spoken"),
        pytest.param("Call +49 (30) 1234 5678 now.", "telephone", id="telephone"),
        pytest.param("My card is 4111 1111 1111 1111.", "telephone", id="card"),
        pytest.param("It is DE89 3704 0044 0532 0130 00.", "account", id="account"),
        pytest.param("She lives at 12 Green Park Road now.", "street", id="street"),
        pytest.param("Er wohnt in der Goethestraße 5 im Hof.", "street", id="German street"),
    ],
)
def test_personal_data_holds_a_moment(said: str, what: str) -> None:
    held = spoken_holds(EditorialPolicy(), said.split())
    assert {hold.kind for hold in held} == {HoldKind.PERSONAL_DATA}
    assert any(what in hold.reason for hold in held)
    assert spoken_holds(EditorialPolicy(hold_personal_data=False), said.split()) == ()


@pytest.mark.parametrize(
    "said",
    ["In 1999 we sold 1,500,000 of 20 kinds.", "At nine to five, 24 7 365.", "Look at this dot."],
)
def test_ordinary_numbers_hold_nothing(said: str) -> None:
    assert spoken_holds(EditorialPolicy(), said.split()) == ()


@pytest.mark.parametrize(
    ("phrase", "said", "is_said"),
    [
        pytest.param("layoff", "The Layoffs came.", True, id="plural and case"),
        pytest.param("the merger", "We like the merger, really.", True, id="phrase"),
        pytest.param("the merger", "The big merger.", False, id="apart"),
        pytest.param("war", "A warm day.", False, id="within a word"),
        pytest.param("睡不好", "今天我们都睡不好。", True, id="without spaces"),
        pytest.param("", "Anything.", False, id="empty"),
        pytest.param("a b c d", "a b", False, id="longer than what is said"),
    ],
)
def test_phrases_are_found_in_any_form(phrase: str, said: str, is_said: bool) -> None:
    assert holds_phrase(phrase, said.split()) is is_said


def test_banned_words_are_starred() -> None:
    assert without_banned("Gurus, my guru’s way", ("guru",)) == "G****, my g***’* way"
    assert without_banned("one weird trick works", ("weird trick",)) == "one w**** t**** works"
    assert without_banned("都睡不好", ("睡",)) == "都*不好"
    assert without_banned("fine", ("", " ")) == "fine"


def test_a_detection_is_held_and_cleaned_without_losing_what_it_had() -> None:
    policy = EditorialPolicy(forbidden_topics=("nobody",), banned_words=("expected",))
    found = guarded(a_detection(), policy)
    assert all(moment.held for moment in found.moments)
    assert len(found.moments[1].holds) == 2
    assert all("expected" not in moment.hook for moment in found.moments)
    assert guarded(found, policy) == found
    assert guarded(a_detection(), EditorialPolicy()) == a_detection()
