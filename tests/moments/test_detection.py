"""What the local detector makes of whole talks."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clipping.models import Detection, DetectOptions, Moment, Word
from clipping.moments.rubric import NEED_LEXICON, WEIGHTS, weights
from clipping.moments.selection import select
from clipping.moments.sound import SoundTrack, measure
from clipping.moments.talk import study
from clipping.timing import TimeSpan
from tests.moments.spoken import (
    detect,
    duration_of,
    plain_words,
    speak,
    transcript,
    voice,
)
from tests.moments.talks import (
    FILLER,
    GREETING,
    MIDDLING,
    QUESTION,
    SECTIONS,
    SPONSOR,
    STORY,
    TALK,
)
from tests.moments.test_sentences import spoken_words

DULL = (
    "The lamp on the table is made of glass.",
    "A chair near the window has a green cover.",
    "The carpet reaches from the door to the wall.",
    "On the shelf there are cups and plates.",
    "The curtain is as long as the window is high.",
)


def spans_by_section() -> dict[str, TimeSpan]:
    """Where each section of the three-minute talk is spoken."""
    words, at, found = speak(TALK), 0, {}
    for name, lines in SECTIONS.items():
        count = sum(len(line.split()) for line in lines)
        first, last = words[at], words[at + count - 1]
        found[name] = TimeSpan(start_ms=first.span.start_ms, end_ms=last.span.end_ms)
        at += count
    return found


def share(moment: Moment, section: str) -> float:
    """How much of the moment lies in a section."""
    return moment.span.overlap_ms(spans_by_section()[section]) / moment.span.duration_ms


@pytest.fixture(params=["as written", "as recognised"])
def talk(request: pytest.FixtureRequest) -> tuple[Word, ...]:
    """The three-minute talk with its punctuation, and without."""
    words = speak(TALK)
    return words if request.param == "as written" else plain_words(words)


def test_the_question_and_the_story_are_chosen(talk: tuple[Word, ...]) -> None:
    first, second = detect(talk, count=2).moments
    assert share(first, "question") > 0.95
    assert share(second, "story") > 0.95


def test_the_question_is_not_cut_from_its_answer(talk: tuple[Word, ...]) -> None:
    best = detect(talk).moments[0]
    assert best.text.lower().startswith("do you know why you wake up tired")
    assert "cycles of ninety minutes" in best.text
    assert best.text.lower().rstrip(".").endswith("the hours you spend in bed")


def test_greetings_sponsors_and_filler_are_never_chosen(talk: tuple[Word, ...]) -> None:
    for moment in detect(talk, count=10).moments:
        for section in ("greeting", "sponsor", "filler", "goodbye"):
            assert share(moment, section) < 0.1, (section, moment.text)


def test_a_better_passage_scores_higher() -> None:
    def best(lines: tuple[str, ...]) -> int:
        found = detect(speak(lines))
        chosen = [moment.score for moment in found.moments]
        return max([*chosen, *(dropped.score for dropped in found.rejections)])

    assert min(best(QUESTION), best(STORY)) > best(MIDDLING) + 10
    assert best(MIDDLING) > best(FILLER)


def test_the_codes_say_what_was_wrong_with_a_passage(talk: tuple[Word, ...]) -> None:
    sections = spans_by_section()
    by_start: dict[str, set[str]] = {}
    for dropped in detect(talk).rejections:
        for name, span in sections.items():
            if span.contains(dropped.span.start_ms + 300):
                by_start.setdefault(name, set()).add(dropped.code)
    assert by_start["greeting"] == {"housekeeping"}
    assert by_start["sponsor"] <= {"housekeeping"}
    assert "too_short" in by_start["goodbye"]
    assert "incomplete" in by_start["question"]


@pytest.mark.parametrize("lines", [GREETING * 3, SPONSOR * 2], ids=["greetings", "sponsor"])
def test_a_video_of_nothing_but_housekeeping_gives_no_moment(lines: tuple[str, ...]) -> None:
    found = detect(speak(lines))
    assert found.moments == ()
    assert {dropped.code for dropped in found.rejections} <= {"housekeeping", "too_short"}


def test_a_talk_shorter_than_the_shortest_clip_is_rejected_with_its_reason() -> None:
    found = detect(speak(QUESTION[:2]))
    assert found.moments == ()
    assert {dropped.code for dropped in found.rejections} == {"too_short"}
    assert "15 s" in found.rejections[0].reason


def test_silence_gives_an_empty_detection() -> None:
    found = detect((), duration_ms=60_000)
    assert found.moments == ()
    assert found.rejections == ()
    assert found.notes


def test_a_dull_talk_still_gives_its_best_moment() -> None:
    found = detect(speak(DULL * 2))
    assert len(found.moments) >= 1


@pytest.mark.parametrize("marks", [True, False], ids=["with full stops", "without"])
def test_forty_seconds_of_one_voice_give_at_least_one_moment(marks: bool) -> None:
    words = speak(STORY[:3] + MIDDLING)
    words = words if marks else plain_words(words)
    words = tuple(word for word in words if word.span.end_ms < 42_000)
    found = detect(words, duration_ms=42_000)
    assert found.moments
    assert all(15_000 <= moment.span.duration_ms <= 60_000 for moment in found.moments)


def test_a_run_on_without_a_pause_still_gives_windows() -> None:
    vocabulary = ["house", "river", "stone", "paper", "cloud", "table", "garden", "window"]
    line = " ".join(vocabulary[at * 7 % 8] for at in range(300))
    words = plain_words(speak([line], word_gap_ms=0))
    found = detect(words, language="xx")
    assert found.moments
    assert all(moment.span.duration_ms <= 60_000 for moment in found.moments)
    assert any("incomplete" in note for note in found.notes)


@pytest.mark.parametrize(
    ("min_ms", "max_ms"), [(30_000, 30_000), (20_000, 20_500), (15_000, 16_000)]
)
def test_narrow_lengths_are_kept_exactly(min_ms: int, max_ms: int) -> None:
    found = detect(speak(TALK), min_ms=min_ms, max_ms=max_ms)
    assert found.moments
    for moment in found.moments:
        assert min_ms <= moment.span.duration_ms <= max_ms


def test_a_passage_that_is_said_again_is_a_duplicate() -> None:
    words = speak([*QUESTION, *MIDDLING, *QUESTION, *STORY])
    found = detect(words, count=3)
    starts = [moment.text[:20] for moment in found.moments]
    assert len(starts) == len(set(starts))
    assert "duplicate" in {dropped.code for dropped in found.rejections}


def test_the_count_caps_a_long_talk_and_the_rest_is_explained() -> None:
    found = detect(speak([*STORY, *DULL, *QUESTION, *MIDDLING]), count=1)
    assert len(found.moments) == 1
    assert "over_count" in {dropped.code for dropped in found.rejections}


def test_a_long_silence_is_not_clipped() -> None:
    words = [*speak(["This was the end of it."]), *speak(["And this came later."], start_ms=22_000)]
    found = detect(words)
    assert found.moments == ()
    assert "too_much_silence" in {dropped.code for dropped in found.rejections}


def test_music_between_two_words_is_named() -> None:
    words = [*speak(["This was the end of it."]), *speak(["And this came later."], start_ms=22_000)]
    lasts = duration_of(words)
    time = np.arange(lasts * 16) / 16_000
    chord = sum(np.sin(2 * np.pi * hz * time) for hz in (220, 277, 330))
    track = measure([(2_500 * np.asarray(chord)).astype(np.int16)])
    found = detect(words, track=track)
    assert "music" in {dropped.code for dropped in found.rejections}


def test_no_clip_opens_with_profanity() -> None:
    clean = "Years later the same bridge was built again by forty men from Hamburg."
    words = speak(["What the fuck was that bridge about?", clean, *STORY])
    found = detect(words, max_ms=40_000)
    assert found.rejections[0].code == "profane_opening"
    assert found.moments
    for moment in found.moments:
        opening = [
            word.text
            for word in words
            if moment.span.start_ms <= word.span.start_ms < moment.span.start_ms + 3_000
        ]
        assert "fuck" not in opening


def test_a_profanity_just_after_three_seconds_is_left_to_the_mute() -> None:
    line = "Ten years ago my father bought the oldest house in town, and it was fucking cold there."
    found = detect(speak([line, *DULL]))
    assert any(moment.text.startswith("Ten years ago") for moment in found.moments)
    for moment in found.moments:
        said = " ".join((moment.hook, moment.title, moment.reason))
        said += " ".join(line.evidence for line in moment.rubric)
        assert "fucking" not in said


def test_a_language_without_word_lists_is_scored_by_structure_and_sound() -> None:
    lines = [
        "Weißt du, warum die Brücke fiel?",
        "Niemand hatte die 40 Schrauben geprüft, und das Wasser stieg.",
        "Am Morgen stand nur noch ein Pfeiler, und alle schwiegen.",
        "Die Stadt baute danach eine neue Brücke aus Stahl und Stein.",
        "Sie steht noch heute, und sie wird jedes Jahr geprüft.",
    ]
    found = detect(speak([*lines, *reversed(lines[2:])]), language="de")
    best = found.moments[0]
    assert best.text.startswith("Weißt du")
    names = {line.name for line in best.rubric}
    assert not names & NEED_LEXICON
    assert "question" in names
    assert sum(line.weight for line in best.rubric) == pytest.approx(1, abs=1e-4)
    assert any("no word lists" in note for note in found.notes)


def test_chinese_without_spaces_is_joined_without_spaces() -> None:
    words = speak(["今天 我们 谈谈 睡觉。 你 知道 为什么 吗？ 因为 时间 太 短。"] * 4)
    best = detect(words, language="zh").moments[0]
    assert " 我们" not in best.text
    assert best.hook


def test_a_passage_scores_higher_spoken_loudly_than_softly() -> None:
    words = speak([*MIDDLING, *DULL])
    first = len(speak(MIDDLING))

    def best(gain: float) -> int:
        track = voice(words, duration_of(words), gain=lambda at: gain if at >= first else 1.0)
        found = detect(words, max_ms=22_000, track=track)
        spans = [(m.span, m.score) for m in found.moments]
        spans += [(dropped.span, dropped.score) for dropped in found.rejections]
        return next(score for span, score in spans if span.contains(words[first].span.start_ms + 1))

    assert best(2.5) > best(1.0) >= best(0.5)


def test_laughter_named_in_captions_raises_the_score() -> None:
    plain = detect(speak([*DULL[:4], DULL[4]])).moments[0]
    merry = detect(speak([*DULL[:4], f"{DULL[4]} [Laughter]"])).moments[0]
    assert merry.score > plain.score
    assert "[Laughter]" not in merry.text
    assert "laughter" in next(line.evidence for line in merry.rubric if line.name == "laughter")


def test_the_weights_sum_to_one_with_and_without_a_lexicon() -> None:
    assert sum(WEIGHTS.values()) == pytest.approx(1)
    assert sum(weights(english=False).values()) == pytest.approx(1)
    assert list(weights(english=True)) == list(WEIGHTS)


def test_a_score_is_the_weighted_sum_of_its_rubric() -> None:
    for moment in detect(speak(TALK)).moments:
        total = sum(line.value * line.weight for line in moment.rubric)
        assert moment.score == pytest.approx(100 * total, abs=0.6)
        assert [line.name for line in moment.rubric] == list(WEIGHTS)


def test_the_evidence_quotes_the_words() -> None:
    best = detect(speak(TALK)).moments[0]
    evidence = {line.name: line.evidence for line in best.rubric}
    assert "Do you know why you wake up tired" in evidence["question"]
    assert "the truth is" in evidence["claim"]
    assert "eight" in evidence["numbers"]
    assert evidence["question"].split("”")[0].strip("“") in best.text
    assert best.reason.endswith(".")


def test_words_beyond_the_end_of_the_media_are_left_out() -> None:
    words = speak(TALK)
    found = detect(words, duration_ms=60_000)
    assert found.moments
    for span in [*(m.span for m in found.moments), *(r.span for r in found.rejections)]:
        assert span.end_ms <= 60_000


def straddles(word: Word, span: TimeSpan, lasts: int) -> bool:
    """Whether a cut goes through the word; the end of the media may."""
    spoken = TimeSpan(start_ms=word.span.start_ms, end_ms=max(word.span.end_ms, 1))
    inside = spoken.overlap_ms(span)
    cut_by_the_end = word.span.end_ms > lasts
    return 0 < inside < spoken.duration_ms and not cut_by_the_end


def check_contract(found: Detection, words: list[Word], lasts: int, options: DetectOptions) -> None:
    assert len(found.moments) <= options.count
    assert [moment.rank for moment in found.moments] == list(range(1, len(found.moments) + 1))
    ordered = sorted(found.moments, key=lambda moment: moment.span.start_ms)
    for one, two in itertools.pairwise(ordered):
        assert one.span.end_ms <= two.span.start_ms
    for moment in found.moments:
        assert options.min_ms <= moment.span.duration_ms <= options.max_ms
        assert moment.span.end_ms <= lasts
        assert moment.hook.strip()
        assert moment.title.strip()
        assert moment.text.strip()
        assert len({m.moment_id for m in found.moments}) == len(found.moments)
        if not any("incomplete" in note for note in found.notes):
            assert not [word.text for word in words if straddles(word, moment.span, lasts)]
    for dropped in found.rejections:
        assert dropped.span.end_ms <= lasts
        assert dropped.reason.endswith(".")
        assert dropped.code
    starts = len(study(transcript(words), SILENT, lasts).sentences.items)
    assert len(found.moments) + len(found.rejections) == starts


SILENT = measure([])


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(
    spoken_words(),
    st.integers(1_000, 20_000),
    st.integers(0, 40_000),
    st.integers(1, 8),
    st.integers(0, 2_000),
    st.sampled_from(["en", "und", "de"]),
    st.integers(0, 10_000),
)
def test_any_talk_gives_a_detection_that_keeps_its_promises(
    words: list[Word],
    min_ms: int,
    more_ms: int,
    count: int,
    tail_ms: int,
    language: str,
    seed: int,
) -> None:
    lasts = max(1, duration_of(words, tail_ms) - seed % 1_500)
    rng = np.random.default_rng(seed)
    frames = int(rng.integers(0, lasts // 20 + 2)) // 2 * 2
    levels = rng.uniform(-90, -10, frames).astype(np.float32)
    track = SoundTrack(levels, rng.uniform(0, 1, frames // 2).astype(np.float32))
    options = DetectOptions(count=count, min_ms=min_ms, max_ms=min_ms + more_ms)
    talk = study(transcript(words, language), track, lasts)
    found = select(talk, options, "src", "local", "1")
    check_contract(found, words, lasts, options)
    again = study(transcript(words, language), track, lasts)
    assert select(again, options, "src", "local", "1") == found
