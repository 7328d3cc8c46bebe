"""A door that answers from what it is asked, and footage that needs no file."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from clipping.claude import Question, Reply, Usage
from clipping.models import DetectOptions, EditorialPolicy, SoundEvent, Word
from clipping.moments import Footage
from clipping.moments.sound import SoundTrack, measure
from clipping.moments.talk import Talk, study
from tests.db.values import MEDIA
from tests.moments.spoken import duration_of, transcript

Answer = str | dict[str, Any] | Reply | Exception
ASKED = ("Do you know why you wake", "spend in bed")
TOLD = ("Ten years ago", "too strong to sleep")
SILENT: SoundTrack = measure([])


class FakeDoor:
    """Gives what ``answer`` says to each question; an exception is raised."""

    def __init__(self, answer: Callable[[Question], Answer]) -> None:
        self.answer = answer
        self.asked: list[Question] = []

    def ask(self, questions: Sequence[Question]) -> list[Reply]:
        replies = []
        for question in questions:
            self.asked.append(question)
            found = self.answer(question)
            if isinstance(found, Exception):
                raise found
            replies.append(found if isinstance(found, Reply) else reply(found))
        return replies

    def of(self, purpose: str) -> list[Question]:
        return [question for question in self.asked if question.purpose == purpose]


def reply(answer: str | dict[str, Any], stop_reason: str = "end_turn") -> Reply:
    text = answer if isinstance(answer, str) else json.dumps(answer)
    return Reply(
        text=text, stop_reason=stop_reason, usage=Usage(), model="fake", request_id="req_1"
    )


def told(question: Question) -> str:
    """What the question says of this talk."""
    return "\n".join(block.text for block in question.user)


def numbered(question: Question) -> list[tuple[int, str]]:
    """The sentences in a question."""
    return [
        (int(number), text)
        for number, text in re.findall(r"^(\d+) (.+)$", told(question), re.MULTILINE)
    ]


def run_of(question: Question, begins: str, ends: str) -> tuple[int, int]:
    """Numbers of the sentences that begin and end with these words."""
    rows = numbered(question)
    first = next(number for number, text in rows if text.startswith(begins))
    return first, next(n for n, text in rows if n >= first and ends in text)


def a_nominee(first: int, last: int, **changes: Any) -> dict[str, Any]:
    nominee = {"first": first, "last": last, "score": 70, "idea": f"run {first}", "why": "Strong."}
    return nominee | changes


def finalists_in(question: Question) -> dict[int, tuple[int, int]]:
    """Each finalist's number with the numbers of its clip's first and last sentence."""
    found = {}
    for part in re.split(r"^finalist ", told(question), flags=re.MULTILINE)[1:]:
        clip = part.split("-- clip --")[1].split("-- end of clip --")[0]
        numbers = [int(number) for number in re.findall(r"^(\d+) ", clip, re.MULTILINE)]
        found[int(part.split()[0])] = (numbers[0], numbers[-1])
    return found


def a_verdict(finalist: int, first: int, last: int, **changes: Any) -> dict[str, Any]:
    verdict = {
        "finalist": finalist,
        "first": first,
        "last": last,
        "setup": "A question is asked.",
        "payoff": "It is answered.",
        "needs": "",
        "out_of_context": False,
        "idea": f"idea{finalist} point{finalist}",
        "same_idea_as": 0,
        "emotional_intensity": 6,
        "controversy": 3,
        "completeness": 9,
        "hook_strength": 7,
        "viral_score": 90 - finalist,
        "reasoning": "It asks and answers.",
        "flags": [],
        "natural_start": "",
        "hooks": [],
    }
    return verdict | changes


def a_hook(text: str, angle: str = "claim", said_in: Sequence[int] = (1,)) -> dict[str, Any]:
    return {"text": text, "angle": angle, "said_in": list(said_in)}


def a_post(clip: int, title: str, caption: str, **changes: Any) -> dict[str, Any]:
    post = {
        "clip": clip,
        "title": title,
        "caption": caption,
        "hashtags": ["sleep"],
        "said_in": [1],
    }
    return post | changes


def all_said(question: Question) -> dict[str, Any]:
    """Every hook passes."""
    numbers = re.findall(r"^hook (\d+):", told(question), re.MULTILINE)
    return {"checks": [{"hook": int(n), "said": True} for n in numbers]}


class Answers:
    """What the fake answers: proposals by their words, and changes to the judge's verdicts."""

    def __init__(
        self,
        *runs: tuple[str, str],
        asides: tuple[tuple[str, str], ...] = (),
        ranked: dict[str, dict[str, Any]] | None = None,
        dropped: dict[str, tuple[str, str]] | None = None,
        flags_of_dropped: tuple[dict[str, str], ...] = (),
    ) -> None:
        self.runs = runs or (ASKED, TOLD)
        self.asides = asides
        self.ranked = ranked or {}
        self.dropped = dropped or {}
        self.flags_of_dropped = flags_of_dropped

    def __call__(self, question: Question) -> Any:
        if question.purpose == "scout":
            return {
                "nominees": [a_nominee(*run_of(question, *run)) for run in self.runs],
                "asides": [
                    {"first": first, "last": last, "kind": "sponsor"}
                    for run in self.asides
                    for first, last in [run_of(question, *run)]
                ],
            }
        return self.judged(question) if question.purpose == "judge" else all_said(question)

    def judged(self, question: Question) -> dict[str, Any]:
        texts = dict(numbered(question))
        ranked, dropped = [], []
        for number, (first, last) in finalists_in(question).items():
            opening = texts[first]
            drop = next((d for words, d in self.dropped.items() if opening.startswith(words)), None)
            changes = next((c for words, c in self.ranked.items() if opening.startswith(words)), {})
            if drop:
                dropped.append(
                    {
                        "finalist": number,
                        "code": drop[0],
                        "why": drop[1],
                        "flags": [*self.flags_of_dropped],
                    }
                )
            else:
                verdict = a_verdict(number, first, last) | changes
                for hook in verdict["hooks"]:
                    hook["said_in"] = [verdict["first"]]
                ranked.append(verdict)
        return {"ranked": ranked, "dropped": dropped}


def footage(
    words: Sequence[Word],
    door: FakeDoor | None,
    *,
    count: int = 3,
    min_ms: int = 15_000,
    max_ms: int = 60_000,
    policy: EditorialPolicy | None = None,
    language: str = "en",
    sounds: Sequence[SoundEvent] = (),
    complex_source: bool = False,
) -> Footage:
    """Footage of these words; its file does not exist, so its sound has to be given."""
    return Footage(
        transcript_id="tr_1",
        transcript=transcript(words, language).replace(sounds=tuple(sounds)),
        media_path=Path("talk.mp4"),
        media=MEDIA.replace(duration_ms=max(1, duration_of(words))),
        options=DetectOptions(count=count, min_ms=min_ms, max_ms=max_ms),
        door=door,
        policy=policy or EditorialPolicy(),
        complex_source=complex_source,
    )


def silent(given: Footage, _share: float) -> Talk:
    """In place of listening."""
    return study(given.transcript, SILENT, given.media.duration_ms)
