"""The detector that asks Claude: from what is answered to moments and rejections."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import pytest

from clipping.claude import Question
from clipping.errors import (
    AuthorizationExpired,
    BudgetSpent,
    ClippingError,
    NotInstalled,
    ServiceUnavailable,
)
from clipping.models import Detection, EditorialPolicy, HoldKind, Word
from clipping.moments import DETECTORS, LocalDetector, choose, detect
from clipping.moments.claude import ClaudeDetector, detector
from clipping.moments.claude.passages import passages
from tests.moments.claude.doors import (
    ASKED,
    TOLD,
    Answers,
    FakeDoor,
    a_hook,
    a_nominee,
    finalists_in,
    footage,
    numbered,
    reply,
    silent,
    told,
)
from tests.moments.spoken import speak
from tests.moments.talks import MIDDLING, QUESTION, SECTIONS, SPONSOR, STORY, TALK

TALK_WORDS = speak(TALK)


@pytest.fixture(autouse=True)
def nothing_is_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(detector, "listen", silent)


def found(
    answers: Any = None, words: tuple[Word, ...] = TALK_WORDS, **given: Any
) -> tuple[Detection, FakeDoor]:
    door = FakeDoor(answers or Answers())
    return ClaudeDetector().detect(footage(words, door, **given)), door


def codes(detection: Detection) -> dict[str, str]:
    return {dropped.text[:14]: dropped.code for dropped in detection.rejections}


def texts(detection: Detection) -> list[str]:
    return [moment.text for moment in detection.moments]


def test_what_is_proposed_and_ranked_becomes_moments_with_their_grades() -> None:
    answers = Answers(
        ranked={
            "Do you": {"viral_score": 71, "reasoning": "It asks what all ask", "controversy": 2},
            "Ten years": {"viral_score": 83, "flags": []},
        }
    )
    detection, door = found(answers, count=2)
    assert (detection.detector, detection.detector_version) == ("claude", ClaudeDetector.version)
    first, second = detection.moments
    assert first.text.startswith("Ten years ago")
    assert first.score == 83
    assert second.text.startswith("Do you know")
    assert second.text.endswith("spend in bed.")
    assert second.reason == "It asks what all ask."
    assert second.judgement is not None
    assert second.judgement.controversy == 2
    assert second.judgement.model == "claude-sonnet-5-5"
    assert sum(line.value * line.weight for line in second.rubric) == pytest.approx(0.71)
    assert [question.model for question in door.of("scout")] == ["claude-haiku-5-5"]


def test_a_complex_source_is_judged_by_the_best_model() -> None:
    _, door = found(complex_source=True)
    assert door.of("judge")[0].model == "claude-opus-5-5"
    assert door.of("scout")[0].model == "claude-haiku-5-5"


def test_models_are_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    from clipping.settings import settings

    monkeypatch.setenv("CLIPPER_CLAUDE_JUDGE_MODEL", "claude-fable-5-2")
    settings.cache_clear()
    _, door = found()
    settings.cache_clear()
    assert door.of("judge")[0].model == "claude-fable-5-2"


def test_the_judge_sees_what_stands_around_each_finalist() -> None:
    _, door = found()
    question = door.of("judge")[0]
    first, last = finalists_in(question)[1]
    shown = [number for number, _ in numbered(question)]
    assert {first - 1, last + 1} <= set(shown)


def test_the_rubric_adds_what_the_scout_did_not_see() -> None:
    detection, door = found(Answers(TOLD), count=2)
    assert len(finalists_in(door.of("judge")[0])) > 1
    assert any(text.startswith("Do you know") for text in texts(detection))


def test_an_answer_never_goes_without_its_question() -> None:
    answers = Answers(("Because your body", "spend in bed"))
    detection, _ = found(answers, count=1)
    assert detection.moments[0].text.startswith("Do you know why you wake up tired")
    assert detection.moments[0].text.endswith("spend in bed.")


def test_an_answer_by_another_voice_is_not_opened_in_its_midst() -> None:
    speakers = ["Ann", *["Bo"] * (len(QUESTION) - 1), *["Ann"] * len(STORY)]
    words = speak([*QUESTION, *STORY], speakers=speakers)
    detection, _ = found(Answers(("Everyone thinks that", "spend in bed")), words, count=1)
    assert detection.moments[0].text.startswith("Do you know why you wake up tired")
    alone, _ = found(Answers(("Everyone thinks that", "spend in bed")), words, max_ms=30_000)
    assert not any(text.startswith(("Because", "Everyone")) for text in texts(alone))
    assert codes(alone)[QUESTION[2][:14]] == "incomplete"


def test_a_start_moves_rather_than_an_ending_is_cut() -> None:
    answers = Answers(ASKED, ranked={"Do you": {"viral_score": 99}})
    longest = found(answers, count=1)[0].moments[0].span.duration_ms
    shorter, _ = found(answers, count=1, max_ms=longest - 1_500)
    assert all(not text.startswith("Do you know") for text in texts(shorter))
    words = speak([*MIDDLING[3:], *STORY])
    told_ms = found(Answers(TOLD), words, count=1)[0].moments[0].span.duration_ms
    wide = Answers((MIDDLING[3][:20], "too strong to sleep"))
    detection, _ = found(wide, words, count=1, max_ms=told_ms + 1_000)
    assert detection.moments[0].text.startswith("Ten years ago")
    assert detection.moments[0].text.endswith("too strong to sleep.")


def test_sponsors_are_no_part_of_a_moment_even_when_the_judge_wants_them() -> None:
    plain_sponsor = ("My friends at Dozely made this evening possible.", *SPONSOR[1:3])
    words = speak([*STORY, *plain_sponsor, *QUESTION, *MIDDLING])
    mark = (plain_sponsor[0][:20], "you will love it too")
    wanted = Answers((plain_sponsor[0][:20], "eight hours in bed"), asides=(mark,))
    detection, _ = found(wanted, words)
    assert detection.moments
    assert not any("Dozely" in text for text in texts(detection))
    assert codes(detection)[plain_sponsor[0][:14]] == "housekeeping"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        pytest.param({"needs": "Who Sam is"}, "needs_context", id="needs"),
        pytest.param({"out_of_context": True}, "out_of_context", id="out of context"),
        pytest.param({"payoff": "  "}, "no_payoff", id="no payoff"),
        pytest.param({"viral_score": 12}, "low_score", id="weak"),
    ],
)
def test_a_ranked_finalist_that_is_not_whole_is_rejected(change: dict[str, Any], code: str) -> None:
    detection, _ = found(Answers(ranked={"Ten years": change}))
    assert codes(detection)[STORY[0][:14]] == code
    assert not any(text.startswith("Ten years") for text in texts(detection))
    assert all(dropped.reason.endswith(".") for dropped in detection.rejections)


def test_the_same_idea_is_told_once() -> None:
    words = speak([*QUESTION, *STORY])
    same = {"idea": "sleep cycles beat long sleep"}
    answers = Answers(ranked={"Do you": {**same, "viral_score": 95}, "Ten years": same})
    detection, _ = found(answers, words)
    assert len(detection.moments) == 1
    assert codes(detection)[STORY[0][:14]] == "duplicate"


def test_a_judge_who_names_a_twin_is_believed() -> None:
    words = speak([*QUESTION, *STORY])
    answers = Answers(ranked={"Ten years": {"same_idea_as": 1}})
    detection, _ = found(answers, words)
    assert codes(detection)[STORY[0][:14]] == "duplicate"


def test_the_same_words_are_heard_once() -> None:
    words = speak([*QUESTION, *MIDDLING, *QUESTION, *STORY])
    good = Answers()

    def answer(question: Question) -> Any:
        if question.purpose != "scout":
            return good(question)
        starts = [n for n, text in numbered(question) if text.startswith(ASKED[0])]
        nominees = [a_nominee(first, first + len(QUESTION) - 1) for first in starts]
        return {"nominees": nominees, "asides": []}

    detection, _ = found(answer, words, count=5)
    assert [text[:6] for text in texts(detection)].count("Do you") == 1
    twins = [dropped for dropped in detection.rejections if dropped.code == "duplicate"]
    assert [twin.reason.split(" moment")[0] for twin in twins] == ["Says almost the same as"]


def test_bounds_that_a_judge_moves_into_a_better_moment_move_back() -> None:
    words = speak([*QUESTION, *STORY])
    answers = Answers(ranked={"Do you": {"viral_score": 95}, "Ten years": {"first": 5}})
    detection, _ = found(answers, words)
    assert [text[:9] for text in texts(detection)] == ["Do you kn", "Ten years"]
    first, second = (moment.span for moment in detection.moments)
    assert first.end_ms <= second.start_ms


def test_of_two_that_overlap_the_better_one_stays() -> None:
    answers = Answers(
        ASKED,
        ("Everyone thinks that more", "other week, and they were"),
        ranked={"Do you": {"viral_score": 90}},
    )
    detection, _ = found(answers)
    spans = sorted((moment.span for moment in detection.moments), key=lambda s: s.start_ms)
    assert all(a.end_ms <= b.start_ms for a, b in pairwise(spans))
    assert detection.moments[0].text.startswith("Do you know")


def test_the_count_is_a_ceiling() -> None:
    detection, _ = found(count=1)
    assert len(detection.moments) == 1
    assert "over_count" in set(codes(detection).values())


def test_weak_finalists_fill_up_the_least_number() -> None:
    answers = Answers(dropped={"Ten years": ("weak", "Nothing new"), "Do you": ("weak", "Known")})
    detection, door = found(answers, count=2)
    assert len(door.of("judge")) == 2
    assert "At least 2 are to be ranked" in told(door.of("judge")[1])
    assert len(detection.moments) == 2
    assert all(m.judgement is not None or "weaker" in m.reason for m in detection.moments)


def test_what_fills_up_is_held_for_what_the_judge_flagged_when_it_dropped_it() -> None:
    answers = Answers(
        dropped={"Ten years": ("weak", "Nothing new"), "Do you": ("weak", "Known")},
        flags_of_dropped=({"kind": "brand_safety", "what": "drugs"},),
    )
    detection, _ = found(answers, count=2)
    fillers = [moment for moment in detection.moments if moment.judgement is None]
    assert fillers
    assert all(moment.held for moment in fillers)


def test_a_finalist_that_is_dishonest_never_fills_up_the_least_number() -> None:
    every = {line[:12]: ("out_of_context", "It is a quotation") for line in TALK}
    detection, _ = found(Answers(dropped=every), count=3)
    assert detection.moments == ()
    assert set(codes(detection).values()) == {"out_of_context"}


def test_every_finalist_is_a_moment_or_a_rejection() -> None:
    detection, door = found(count=2)
    assert len(detection.moments) + len(detection.rejections) == len(
        finalists_in(door.of("judge")[0])
    )


def test_hooks_are_checked_and_the_best_one_is_shown() -> None:
    lines = [
        a_hook("Why eight hours leave you tired", "question"),
        a_hook("Sleep has nothing to do with hours in bed", "claim"),
        a_hook("Twenty minutes that change your morning alarm", "number"),
        a_hook("Doctors guarantee 12 hours of sleep in Boston", "stakes"),
        a_hook("Why eight hours leave you so tired", "advice"),
    ]
    detection, door = found(Answers(ASKED, ranked={"Do you": {"hooks": lines}}), count=1)
    best = detection.moments[0]
    assert [hook.text for hook in best.hooks] == [line["text"] for line in lines[:3]]
    assert best.hook == lines[0]["text"]
    assert "hook 1: Why eight hours" in told(door.of("check")[0])


def test_a_hook_that_the_check_denies_is_not_shown() -> None:
    lines = [
        a_hook("Why eight hours leave you tired", "question"),
        a_hook("Your alarm tears you out of a cycle", "claim"),
    ]
    answers = Answers(ASKED, ranked={"Do you": {"hooks": lines}})

    def denies(question: Question) -> Any:
        if question.purpose != "check":
            return answers(question)
        return {
            "checks": [
                {"hook": 1, "said": False, "why": "No"},
                {"hook": 2, "said": True, "why": "Yes"},
            ]
        }

    best = found(denies, count=1)[0].moments[0]
    assert [hook.text for hook in best.hooks] == [lines[1]["text"]]
    assert best.hook == lines[1]["text"]


def test_without_a_check_only_literal_hooks_stay() -> None:
    lines = [
        a_hook("You wake up tired after eight hours in bed", "claim"),
        a_hook("Why eight hours ruin you in bed", "question"),
    ]
    answers = Answers(ASKED, ranked={"Do you": {"hooks": lines}})

    def broke(question: Question) -> Any:
        spent = BudgetSpent("The month's budget is spent.")
        return spent if question.purpose == "check" else answers(question)

    detection, _ = found(broke, count=1)
    assert [hook.text for hook in detection.moments[0].hooks] == [lines[0]["text"]]
    assert any("budget is spent" in note for note in detection.notes)


def test_a_natural_start_is_justified_and_has_a_line_in_reserve() -> None:
    answers = Answers(ASKED, ranked={"Do you": {"natural_start": "The question is the hook"}})
    best = found(answers, count=1)[0].moments[0]
    assert best.natural_start == "The question is the hook."
    assert best.hook


def test_flags_and_forbidden_topics_hold_a_moment() -> None:
    flags = [
        {"kind": "brand_safety", "what": "Health claim"},
        {"kind": "brand_safety", "what": "politics"},
        {"kind": "personal_data", "what": "his hand"},
    ]
    policy = EditorialPolicy(forbidden_topics=("nurse", "elections"))
    detection, _ = found(Answers(ranked={"Ten years": {"flags": flags}}), policy=policy)
    held = next(moment for moment in detection.moments if moment.text.startswith("Ten years"))
    assert held.held
    assert [hold.kind for hold in held.holds] == [
        HoldKind.FORBIDDEN_TOPIC,
        HoldKind.BRAND_SAFETY,
        HoldKind.PERSONAL_DATA,
    ]
    assert not any(m.held for m in detection.moments if m is not held)
    assert "nurse; elections" in "".join(block.text for block in _judge_system(policy))


def test_what_the_judge_flagged_is_known_of_what_fell_as_well() -> None:
    flags = [{"kind": "brand_safety", "what": "crime"}, {"kind": "brand_safety", "what": "tragedy"}]
    answers = Answers(ranked={"Ten years": {"flags": flags, "needs": "Who Sam is"}})
    detection, _ = found(answers)
    fallen = next(one for one in detection.rejections if one.code == "needs_context")
    assert [hold.reason for hold in fallen.holds] == ["It carries a brand risk: crime."]


def _judge_system(policy: EditorialPolicy) -> Any:
    _, door = found(policy=policy)
    return door.of("judge")[0].system


def once_bad(bad: Any, purpose: str, answers: Answers | None = None) -> Any:
    """The first answer to each question of a purpose is bad, the next ones are good."""
    good, seen = answers or Answers(), set()

    def answer(question: Question) -> Any:
        if question.purpose != purpose or "could not be used" in told(question):
            return good(question)
        assert told(question) not in seen
        seen.add(told(question))
        return bad(question) if callable(bad) else bad

    return answer


BAD = [
    pytest.param("", id="empty"),
    pytest.param("I cannot help with that.", id="prose"),
    pytest.param('{"nominees": [], "ranked": ', id="half of a JSON"),
    pytest.param("{}", id="another form"),
    pytest.param("[" * 50_000, id="brackets without end"),
    pytest.param(reply('{"nominees": [{"fir', "max_tokens"), id="cut off"),
]


@pytest.mark.parametrize("purpose", ["scout", "judge"])
@pytest.mark.parametrize("bad", BAD)
def test_a_bad_answer_is_asked_for_once_more(bad: Any, purpose: str) -> None:
    detection, door = found(once_bad(bad, purpose))
    assert detection.detector == "claude"
    assert detection.moments == found()[0].moments
    assert len(door.of(purpose)) == 2


def test_who_was_cut_off_gets_more_room() -> None:
    _, door = found(once_bad(reply("{", "max_tokens"), "judge"))
    first, second = door.of("judge")
    assert second.max_tokens > first.max_tokens


@pytest.mark.parametrize("purpose", ["scout", "judge"])
@pytest.mark.parametrize("bad", [*BAD, pytest.param(reply("", "refusal"), id="refused")])
def test_after_two_bad_answers_the_local_detector_carries_on(bad: Any, purpose: str) -> None:
    good = Answers()
    detection, door = found(lambda q: bad if q.purpose == purpose else good(q))
    assert detection.detector == "local"
    assert detection.moments == chosen_locally(TALK_WORDS).moments
    assert "local detector chose" in detection.notes[0]
    assert len(door.of(purpose)) <= 2


def chosen_locally(words: tuple[Word, ...]) -> Detection:
    from clipping.moments.selection import select

    given = footage(words, None)
    talk = silent(given, 1.0)
    return select(talk, given.options, "tr_1", LocalDetector.name, LocalDetector.version)


def test_a_refusal_is_not_argued_with() -> None:
    good = Answers()
    _, door = found(lambda q: reply("", "refusal") if q.purpose == "judge" else good(q))
    assert len(door.of("judge")) == 1


def test_prose_around_the_json_does_no_harm() -> None:
    good = Answers()
    detection, door = found(
        lambda q: f"Here {{it}} is:\n```json\n{json.dumps(good(q))}\n```\nEnjoy."
    )
    assert detection.moments == found()[0].moments
    assert len(door.of("judge")) == 1


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"viral_score": 140}, id="a score beyond 100"),
        pytest.param({"controversy": -1}, id="a grade below 0"),
        pytest.param({"first": 900, "last": 901}, id="sentences that do not exist"),
        pytest.param({"first": 3, "last": 2}, id="sentences in the wrong order"),
        pytest.param({"finalist": 77}, id="a finalist that does not exist"),
        pytest.param({"flags": [{"kind": "boring", "what": "it"}]}, id="a flag that is none"),
        pytest.param({"emotional_intensity": "high"}, id="a word for a number"),
    ],
)
def test_a_verdict_that_cannot_be_is_asked_for_again_and_then_left_out(
    change: dict[str, Any],
) -> None:
    bad = Answers(ranked={"Ten years": change})
    mended, door = found(once_bad(bad, "judge"))
    assert len(door.of("judge")) == 2
    assert mended.moments == found()[0].moments
    without, door = found(bad)
    assert len(door.of("judge")) == 2
    assert without.detector == "claude"
    assert not any(text.startswith("Ten years") for text in texts(without))
    assert codes(without)[STORY[0][:14]] == "not_judged"
    assert any("left out" in note for note in without.notes)


def test_proposals_of_sentences_that_do_not_exist_are_left_out_with_a_note() -> None:
    good = Answers()

    def answer(question: Question) -> Any:
        found = good(question)
        if question.purpose == "scout":
            found["nominees"].append(a_nominee(900, 950))
        return found

    detection, door = found(answer)
    assert len(door.of("scout")) == 2
    assert detection.moments == found()[0].moments
    assert any("do not exist" in note for note in detection.notes)


def test_asides_over_most_of_a_talk_are_not_believed() -> None:
    answers = Answers(asides=((TALK[0][:20], TALK[-1][-20:]),))
    detection, _ = found(answers)
    assert detection.moments


def test_a_part_that_cannot_be_scouted_is_left_to_the_rubric(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(
        "clipping.moments.claude.scout.passages",
        lambda script, _: passages(script, 5_000, most_tokens=250),
    )

    def answer(question: Question) -> Any:
        if question.purpose != "scout":
            return Answers()(question)
        if "Ten years ago" in told(question):
            return reply("", "refusal")
        return {"nominees": [], "asides": []}

    detection, door = found(answer)
    assert len(door.of("scout")) > 2
    assert any(text.startswith("Ten years") for text in texts(detection))
    assert any("could not be scouted" in note for note in detection.notes)


@pytest.mark.parametrize(
    "error",
    [
        BudgetSpent("The month's budget of the client is spent."),
        AuthorizationExpired("The key for the Claude API is not accepted."),
        ServiceUnavailable("The Claude API cannot be reached just now."),
    ],
    ids=lambda error: type(error).__name__,
)
def test_when_claude_cannot_be_asked_the_local_detector_carries_on(error: ClippingError) -> None:
    detection, _ = found(lambda _: error)
    assert detection.detector == "local"
    assert str(error) in detection.notes[0]
    assert detection.moments == chosen_locally(TALK_WORDS).moments


def test_a_client_who_wants_to_wait_gets_no_second_best() -> None:
    patient = EditorialPolicy(when_down="wait")
    with pytest.raises(ServiceUnavailable):
        found(lambda _: ServiceUnavailable("It is down."), policy=patient)
    spent = BudgetSpent("The month's budget is spent.")
    assert found(lambda _: spent, policy=patient)[0].detector == "local"


def test_what_the_local_detector_finds_instead_is_held_by_policy_too() -> None:
    policy = EditorialPolicy(forbidden_topics=("nurse",), banned_words=("tired",))
    detection, _ = found(lambda _: BudgetSpent("The budget is spent."), policy=policy)
    assert [moment.held for moment in detection.moments] == ["nurse" in t for t in texts(detection)]
    assert any(moment.held for moment in detection.moments)
    assert not any("tired" in moment.hook for moment in detection.moments)


def test_a_talk_without_words_gives_what_the_local_detector_gives() -> None:
    detection, door = found(words=())
    assert detection.moments == ()
    assert door.asked == []


def test_the_same_answers_give_the_same_detection() -> None:
    assert found()[0] == found()[0]


def test_auto_takes_claude_where_there_is_a_door() -> None:
    door = FakeDoor(Answers())
    assert list(DETECTORS) == ["claude", "local"]
    assert choose("auto", claude=True)[0].name == "claude"
    assert choose("auto")[0].name == "local"
    assert detect("auto", footage(TALK_WORDS, door)).detector == "claude"
    with pytest.raises(NotInstalled, match="no key"):
        choose("claude")


def test_other_wishes_or_models_make_another_detection() -> None:
    claude, local = ClaudeDetector(), LocalDetector()
    plain, strict = EditorialPolicy(), EditorialPolicy(forbidden_topics=("nurse",))
    assert claude.conditions(plain) != claude.conditions(strict)
    assert claude.conditions(plain) != claude.conditions(plain, complex_source=True)
    assert local.conditions(plain) == ()
    assert local.conditions(strict) != ()


def test_sections_of_the_talk_are_what_these_tests_think() -> None:
    assert SECTIONS["question"][0].startswith(ASKED[0])
    assert SECTIONS["story"][0].startswith(TOLD[0])


def test_what_no_length_serves_is_rejected_with_the_lengths() -> None:
    answers = Answers(ASKED, (TALK[0][:20], TALK[-1][-20:]), (TALK[-2][:20], TALK[-1][-20:]))
    detection, _ = found(answers)
    assert codes(detection)[TALK[0][:14]] == "too_long"
    assert codes(detection)[TALK[-2][:14]] == "too_short"
    reasons = {dropped.code: dropped.reason for dropped in detection.rejections}
    assert "a clip 60 s" in reasons["too_long"]
    assert "needs 15 s" in reasons["too_short"]


def test_proposals_beyond_what_a_judge_can_compare_are_rejected(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("clipping.moments.claude.finalists.most_of", lambda _: 1)
    detection, door = found()
    assert len(finalists_in(door.of("judge")[0])) == 1
    assert set(codes(detection).values()) == {"over_count"}


def test_two_proposals_of_one_place_are_one_finalist() -> None:
    answers = Answers(ASKED, (QUESTION[0][:20], "feel terrible all day"))
    detection, door = found(answers)
    assert sum(1 for n, _ in finalists_in(door.of("judge")[0]).values() if n == 4) == 1
    assert "overlaps_better" in {dropped.code for dropped in detection.rejections}


def spent_at_second(bad: Any) -> Any:
    """The budget is spent when the judge would be asked again."""
    good = Answers()

    def answer(question: Question) -> Any:
        if question.purpose == "judge" and "could not be used" in told(question):
            return BudgetSpent("The month's budget is spent.")
        return bad(question) if question.purpose == "judge" else good(question)

    return answer


def test_what_can_be_used_is_used_when_nobody_can_be_asked_again() -> None:
    partly = Answers(ranked={"Ten years": {"viral_score": 300}})
    detection, _ = found(spent_at_second(partly))
    assert detection.detector == "claude"
    assert [text[:6] for text in texts(detection)] == ["Do you"]
    nothing, _ = found(spent_at_second(lambda _: "Sorry."))
    assert nothing.detector == "local"
    assert "budget is spent" in nothing.notes[0]


def test_a_worse_second_answer_does_not_replace_the_first() -> None:
    partly = Answers(ranked={"Ten years": {"viral_score": 300}})
    detection, _ = found(
        lambda q: "Sorry." if "could not be used" in told(q) else partly(q),
    )
    assert detection.detector == "claude"
    assert [text[:6] for text in texts(detection)] == ["Do you"]


def test_a_finalist_that_is_ranked_and_dropped_is_dropped() -> None:
    good = Answers()

    def answer(question: Question) -> Any:
        answered = good(question)
        if question.purpose == "judge":
            drop = {
                "finalist": 2,
                "code": "out_of_context",
                "why": "He quotes a friend",
                "flags": [],
            }
            answered["dropped"].append(drop)
            answered["ranked"].append(answered["ranked"][0])
        return answered

    detection, door = found(answer)
    assert len(door.of("judge")) == 2
    assert [text[:6] for text in texts(detection)] == ["Do you"]
    assert [dropped.reason for dropped in detection.rejections] == ["He quotes a friend."]
