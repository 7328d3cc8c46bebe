"""A dropped candidate that a person wants after all keeps the promises of every moment."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest

from clipping.errors import Rejected
from clipping.models import Detection, EditorialPolicy, Hold, HoldKind, Moment, Rejection, Word
from clipping.moments.rescue import rescue
from clipping.timing import TimeSpan
from tests.moments.spoken import detect, duration_of, plain_words, speak, transcript
from tests.moments.talks import TALK

WORDS = speak(TALK)


@cache
def found(count: int = 1) -> Detection:
    return detect(WORDS, count=count)


def brought_back(
    *numbers: int,
    detection: Detection | None = None,
    words: tuple[Word, ...] = WORDS,
    policy: EditorialPolicy | None = None,
) -> tuple[Moment, ...]:
    spoken, lasts_ms = transcript(words), duration_of(words)
    wishes = policy or EditorialPolicy()
    return rescue(detection or found(), numbers, "src_test", spoken, lasts_ms, wishes)


def number_of(code: str) -> int:
    return next(at for at, one in found().dropped if one.code == code)


def having(**changes: Any) -> Detection:
    """A detection that dropped nothing but one candidate."""
    values = {"span": found().rejections[4].span, "code": "low_score"} | changes
    rejection: Rejection = found().rejections[4].replace(**values)
    return found().replace(rejections=(rejection,))


def test_a_candidate_brought_back_is_the_moment_that_the_detector_would_have_made_of_it() -> None:
    more = {moment.span: moment for moment in found(3).moments[1:]}
    same = [(at, one) for at, one in found().dropped if one.span in more]
    assert same
    for number, rejection in same:
        (moment,) = brought_back(number)
        other = more[rejection.span]
        for name in ("moment_id", "span", "score", "hook", "title", "text"):
            assert getattr(moment, name) == getattr(other, name), name
        assert moment.rank == 2


def test_it_says_that_a_person_wanted_it_and_why_it_had_been_dropped() -> None:
    number = number_of("over_count")
    rejection = found().rejections[number - 1]
    (moment,) = brought_back(number)
    assert moment.reason == f"A person brought it back; it had been dropped: {rejection.reason}"
    assert [(line.name, line.value) for line in moment.rubric] == [
        ("score", rejection.score / 100),
        ("brought_back", 1),
    ]
    assert moment.rubric[1].evidence == "by a person, though it was dropped as over count"


def test_an_overlap_that_a_person_asked_for_is_said() -> None:
    number = number_of("overlaps_better")
    (moment,) = brought_back(number)
    chosen = found().moments[0]
    shared_s = moment.span.overlap_ms(chosen.span) / 1000
    assert f"It shares {shared_s:.1f} s with moment 1 at 0:18" in moment.reason
    _, second = brought_back(number, number + 1)
    assert "with moment 1 at" in second.reason
    assert "with moment 2 at" in second.reason


@pytest.mark.parametrize("words", [WORDS, plain_words(WORDS)], ids=["as written", "as recognised"])
def test_whatever_is_brought_back_consists_of_whole_sentences(words: tuple[Word, ...]) -> None:
    detection = detect(words, count=1)
    starts = {word.span.start_ms for word in words}
    taken = 0
    for number in range(1, len(detection.rejections) + 1, 3):
        try:
            (moment,) = brought_back(number, detection=detection, words=words)
        except Rejected:
            continue
        taken += 1
        inside = [word for word in words if word.span.overlap_ms(moment.span)]
        assert " ".join(word.text for word in inside) == moment.text
        assert inside[0].span.start_ms in starts
        assert moment.span.start_ms <= inside[0].span.start_ms
        assert inside[-1].span.end_ms <= moment.span.end_ms
        if words is WORDS:
            assert moment.text[-1] in ".?"
            assert moment.text[0].isupper()
    assert taken >= 5


def _cut_short(span: TimeSpan) -> TimeSpan:
    return TimeSpan(start_ms=span.start_ms, end_ms=span.end_ms - 900)


def _cut_late(span: TimeSpan) -> TimeSpan:
    return TimeSpan(start_ms=span.start_ms + 900, end_ms=span.end_ms)


SPAN = found().rejections[4].span


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        pytest.param({"code": "too_short"}, "too short for a clip", id="too short"),
        pytest.param({"span": _cut_short(SPAN)}, "middle of a sentence", id="ends inside"),
        pytest.param({"span": _cut_late(SPAN)}, "middle of a sentence", id="begins inside"),
        pytest.param(
            {"span": TimeSpan(start_ms=1_000_000, end_ms=1_020_000)},
            "middle of a sentence",
            id="nothing said",
        ),
        pytest.param(
            {"span": TimeSpan(start_ms=0, end_ms=600_001)}, "longer than 10 minutes", id="too long"
        ),
    ],
)
def test_what_cannot_keep_the_promises_is_refused_in_a_sentence(
    changes: dict[str, Any], says: str
) -> None:
    with pytest.raises(Rejected, match=says) as refused:
        brought_back(1, detection=having(**changes))
    assert str(refused.value).startswith("Candidate 1 ")
    assert str(refused.value).endswith(".")


def test_a_sentence_that_was_cut_for_its_length_counts_as_its_middle() -> None:
    words = speak([" ".join(["word"] * 90) + ".", *TALK[3:9]], word_gap_ms=5)
    last = words[39].span.end_ms
    head = having(span=TimeSpan(start_ms=100, end_ms=last + 2))
    tail = having(span=TimeSpan(start_ms=last + 2, end_ms=words[89].span.end_ms + 150))
    for detection in (head, tail):
        with pytest.raises(Rejected, match="middle of a sentence"):
            brought_back(1, detection=detection, words=words)


def test_no_clip_opens_with_a_profanity_whoever_asks_for_it() -> None:
    at = next(k for k, word in enumerate(WORDS) if word.span.start_ms >= SPAN.start_ms)
    for place, refused in ((at + 2, True), (at + 30, False)):
        words = tuple(
            word.model_copy(update={"text": "fucking"}) if k == place else word
            for k, word in enumerate(WORDS)
        )
        if refused:
            with pytest.raises(Rejected, match="profanity in its first 3 seconds"):
                brought_back(1, detection=having(), words=words)
        else:
            (moment,) = brought_back(1, detection=having(), words=words)
            assert "fucking" not in moment.hook + moment.title


@pytest.mark.parametrize("number", [0, -1, 999])
def test_a_number_that_no_candidate_has_is_refused_and_the_others_are_named(number: int) -> None:
    with pytest.raises(Rejected, match=f"from 1 to {len(found().rejections)}"):
        brought_back(number_of("over_count"), number)
    with pytest.raises(Rejected, match="none was dropped"):
        brought_back(1, detection=found().replace(rejections=()))


def test_the_same_candidate_twice_is_one_and_what_is_a_moment_already_stays_what_it_is() -> None:
    number = number_of("over_count")
    (moment,) = brought_back(number, number)
    kept = moment.replace(reason="As it was worded first.")
    with_it = found().replace(moments=(*found().moments, kept))
    assert brought_back(number, detection=with_it) == (kept,)


def test_a_candidate_that_the_detector_took_otherwise_keeps_its_reason() -> None:
    chosen = found().moments[0]
    detection = having(span=chosen.span)
    assert [number for number, _ in detection.dropped] == [1]
    assert brought_back(1, detection=detection) == (chosen,)


def test_what_a_judge_flagged_before_it_fell_holds_it() -> None:
    crime = Hold(kind=HoldKind.BRAND_SAFETY, reason="It carries a brand risk: crime.")
    (moment,) = brought_back(1, detection=having(holds=(crime,)))
    assert moment.holds == (crime,)


def test_what_holds_other_moments_holds_it_too_and_banned_words_are_masked() -> None:
    number = number_of("over_count")
    (bare,) = brought_back(number)
    assert not bare.held
    word = bare.title.split()[0]
    policy = EditorialPolicy(forbidden_topics=(word,), banned_words=(word,))
    (moment,) = brought_back(number, policy=policy)
    assert [hold.kind for hold in moment.holds] == [HoldKind.FORBIDDEN_TOPIC]
    assert word not in moment.hook.split() + moment.title.split()
