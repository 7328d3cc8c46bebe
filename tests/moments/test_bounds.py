"""Other sentences at the ends of a moment: whole ones, within the talk, in the silence beside."""

from __future__ import annotations

from typing import Any

import pytest

from clipping.errors import Rejected
from clipping.models import Hook, Moment, Word
from clipping.moments.bounds import Move, moved
from clipping.moments.talk import Talk, study
from clipping.timing import TimeSpan
from tests.db.values import a_moment
from tests.moments.spoken import duration_of, speak, transcript, voice

LINES = (
    "Nobody believed that it would work.",
    "We built it in a single night.",
    "In the morning it was broken.",
    "So we built it once more.",
    "That one has run for eleven years.",
)
WORDS: tuple[Word, ...] = speak(LINES)


@pytest.fixture(scope="module")
def talk() -> Talk:
    lasts_ms = duration_of(WORDS)
    return study(transcript(WORDS), voice(WORDS, lasts_ms), lasts_ms)


@pytest.fixture(scope="module")
def moment(talk: Talk) -> Moment:
    """Its second to its fourth sentence."""
    return _of(talk, 1, 3)


def _of(talk: Talk, first: int, last: int) -> Moment:
    span = TimeSpan(start_ms=int(talk.cuts.start[first]), end_ms=int(talk.cuts.end[last]))
    text = " ".join(LINES[first : last + 1])
    return a_moment(2, span=span, text=text, hook="Built in a night", reason="A story.")


def _moved(talk: Talk, moment: Moment, hook: str = "", *, start: int = 0, end: int = 0) -> Moment:
    return moved(talk, moment, "src", Move(start=start, end=end), hook)


@pytest.mark.parametrize(
    ("ends", "first", "last"),
    [
        ({"start": -1}, 0, 3),
        ({"start": 1}, 2, 3),
        ({"end": 1}, 1, 4),
        ({"end": -1}, 1, 2),
        ({"start": -1, "end": 1}, 0, 4),
    ],
)
def test_ends_move_by_whole_sentences_and_are_cut_as_a_detector_cuts(
    talk: Talk, moment: Moment, ends: dict[str, Any], first: int, last: int
) -> None:
    made = _moved(talk, moment, **ends)
    wanted = _of(talk, first, last)
    assert made.span == wanted.span
    assert made.text == wanted.text
    assert not any(
        word.span.start_ms < at < word.span.end_ms
        for word in WORDS
        for at in (made.span.start_ms, made.span.end_ms)
    )
    assert made.moment_id != moment.moment_id
    assert (made.title, made.holds) == (moment.title, moment.holds)
    assert made.judgement is None
    assert moment.judgement is not None


def test_what_moved_is_told(talk: Talk, moment: Moment) -> None:
    assert _moved(talk, moment, start=-1).reason == "A story. Here it starts 1 sentence earlier."
    both = _moved(talk, moment, start=1, end=1)
    assert both.reason.endswith("Here it starts 1 sentence later, ends 1 sentence later.")


def test_an_end_that_does_not_move_stays_where_it_was(talk: Talk, moment: Moment) -> None:
    stretched = moment.replace(span=moment.span.shifted(-37))
    assert _moved(talk, stretched, end=1).span.start_ms == stretched.span.start_ms
    assert _moved(talk, stretched, start=-1).span.end_ms == stretched.span.end_ms


def test_the_same_ends_under_another_hook_are_another_moment(talk: Talk, moment: Moment) -> None:
    other = moment.replace(hook="Never again")
    assert _moved(talk, moment, end=1).moment_id == _moved(talk, moment, end=1).moment_id
    assert _moved(talk, moment, end=1).moment_id != _moved(talk, other, end=1).moment_id


@pytest.mark.parametrize(
    ("ends", "said"),
    [
        ({"start": -2}, "only 1 sentence before"),
        ({"end": 2}, "only 1 sentence after"),
        ({"start": 2, "end": -1}, "none would be left"),
        ({"start": 2}, "clips last 3 to 600 s"),
    ],
)
def test_what_the_talk_does_not_allow_is_refused_in_a_sentence(
    talk: Talk, moment: Moment, ends: dict[str, Any], said: str
) -> None:
    with pytest.raises(Rejected, match=said):
        _moved(talk, moment, **ends)


def test_a_moment_of_which_the_talk_knows_nothing_is_refused(talk: Talk, moment: Moment) -> None:
    far = moment.replace(span=TimeSpan(start_ms=900_000, end_ms=910_000))
    with pytest.raises(Rejected, match="No sentence"):
        _moved(talk, far, end=1)


def test_a_hook_may_not_speak_of_what_is_cut_away(talk: Talk, moment: Moment) -> None:
    with pytest.raises(Rejected, match="'single', which would no longer be heard"):
        _moved(talk, moment, "Built in a single night!", start=1)
    assert _moved(talk, moment, "Built once more: sensational", start=1)
    assert _moved(talk, moment, "Built in a single night!", end=1)


def test_hooks_that_speak_of_what_is_cut_away_are_no_longer_offered(
    talk: Talk, moment: Moment
) -> None:
    night, years = (Hook(text=text, angle="claim") for text in ("One night", "Eleven years"))
    both = moment.replace(hooks=(night, years))
    made = _moved(talk, both, start=1)
    assert (made.hook, made.hooks) == ("Eleven years", (years,))
    assert _moved(talk, both, end=1).hooks == (night, years)


@pytest.mark.parametrize(
    ("lines", "ends", "said"),
    [
        (("Shit, that was all of it then.", *LINES[3:]), {"start": -1}, "open with a profanity"),
        ((f"{'we went on ' * 40}home.", *LINES[3:]), {"start": -1}, "in the middle of a long"),
        ((*LINES[3:], f"{'we went on ' * 40}home."), {"end": 1}, "in the middle of a long"),
    ],
)
def test_moved_ends_keep_what_every_clip_promises(
    lines: tuple[str, ...], ends: dict[str, Any], said: str
) -> None:
    words = speak(lines)
    lasts_ms = duration_of(words)
    talk = study(transcript(words), voice(words, lasts_ms), lasts_ms)
    items = talk.sentences.items
    first, last = (len(items) - 2, len(items) - 1) if "start" in ends else (0, 1)
    span = TimeSpan(start_ms=int(talk.cuts.start[first]), end_ms=int(talk.cuts.end[last]))
    moment = a_moment(1, span=span, text=" ".join(LINES[3:]), hook="")
    with pytest.raises(Rejected, match=said):
        _moved(talk, moment, **ends)


@pytest.mark.parametrize("move", [Move(start=-1), Move(end=12), Move(start=3, end=-4)], ids=str)
def test_a_move_is_read_as_it_is_written(move: Move) -> None:
    assert Move.read(str(move)) == move


@pytest.mark.parametrize("text", ["", "start 1, end 2", "start -1", "end +1, start +1"])
def test_what_is_no_move_is_not_read(text: str) -> None:
    with pytest.raises(ValueError, match="is no move"):
        Move.read(text)
