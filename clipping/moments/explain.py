"""Why a moment was chosen or a candidate dropped, in words for an operator."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np

from clipping import profanity
from clipping.models import Criterion
from clipping.moments.lexicon import Hit, join
from clipping.moments.rubric import ENDING_LIMIT, OPENING_LIMIT, Rubric
from clipping.moments.sentences import Break
from clipping.moments.windows import Windows

QUOTE_LETTERS = 70
_MUCH_MUSIC = 0.3
_STRONG: Final[dict[str, float]] = {"energy": 0.75, "hook": 0.4, "address": 0.6}
"""From which value a criterion is worth a word in the reason; 0.45 for the others."""

_PRAISE: Final[dict[str, str]] = {
    "hook": "opens strongly with {}",
    "question": "asks {}",
    "claim": "makes a strong claim ({})",
    "contrast": "turns an expectation round ({})",
    "story": "tells a story ({})",
    "emotion": "carries feeling ({})",
    "numbers": "gives figures ({})",
    "names": "names names ({})",
    "address": "speaks to the viewer ({})",
    "energy": "is spoken with energy ({})",
    "pauses": "sets its points off with pauses",
    "laughter": "draws a reaction ({})",
    "payoff": "ends on its payoff ({})",
}

_LACKS: Final[dict[str, str]] = {
    "hook": "a weak opening",
    "question": "no question with its answer",
    "claim": "few strong statements",
    "contrast": "nothing that surprises",
    "story": "no story",
    "emotion": "little feeling",
    "numbers": "few figures",
    "names": "no names",
    "address": "nothing for the viewer",
    "substance": "much filler or housekeeping",
    "energy": "a low voice",
    "dynamics": "an even voice",
    "pace": "a slow pace",
    "pauses": "no telling pauses",
    "laughter": "no laughter or applause",
    "payoff": "no payoff at its end",
    "unity": "more than one subject",
    "completeness": "an unfinished beginning or end",
    "length": "an unusual length",
}


def rubric_lines(rubric: Rubric, window: Windows) -> tuple[Criterion, ...]:
    """The rubric of one candidate with the words that speak for each value."""
    return tuple(
        Criterion(
            name=name,
            value=round(float(value[0]), 4),
            weight=round(rubric.weights[name], 6),
            evidence=profanity.mask(_evidence(rubric, window, name, float(value[0]))),
        )
        for name, value in rubric.values(window).items()
    )


def reason(lines: Sequence[Criterion]) -> str:
    """One or two plain sentences made of the criteria that raised the score most."""
    telling = [
        line
        for line in lines
        if line.name in _PRAISE and line.value >= _STRONG.get(line.name, 0.45)
    ]
    telling.sort(key=lambda line: -line.value * line.weight)
    said = [_PRAISE[line.name].format(line.evidence) for line in telling[:3]]
    whole = next((line for line in lines if line.name == "completeness"), None)
    if not said:
        return "The best passage of its part of the talk that can be understood on its own."
    text = said[0] if len(said) == 1 else ", ".join(said[:-1]) + " and " + said[-1]
    text = text[0].upper() + text[1:] + "."
    if whole is not None and whole.value >= 0.85:
        text += " Can be understood on its own and ends on a finished sentence."
    return text


def weakest(rubric: Rubric, window: Windows) -> str:
    """The three criteria on which the candidate lost most, in words after "it has"."""
    values = rubric.values(window)
    lost = sorted(values, key=lambda name: -(1 - float(values[name][0])) * rubric.weights[name])
    lacks = dict(_LACKS)
    if _bed_share(rubric, window) >= _MUCH_MUSIC:
        lacks["substance"] = "much music"
    return "{}, {} and {}".format(*(lacks[name] for name in lost[:3]))


def _bed_share(rubric: Rubric, window: Windows) -> float:
    return round(float(rubric.bed_share(window)[0]), 2)


def incompleteness(rubric: Rubric, window: Windows) -> str:
    """What keeps a candidate from standing on its own, as one sentence."""
    text, first, last = rubric.talk.text, int(window.first[0]), int(window.last[0])
    faults = []
    if text.dangling[first] >= OPENING_LIMIT:
        faults.append(text.leans_on[first])
    if window.broken[0] or rubric.ending[last] < ENDING_LIMIT:
        faults.append(_ending_fault(rubric, window, last))
    return profanity.mask(f"It {' and '.join(faults) or 'is not whole'}.")


def quote(words: Sequence[str]) -> str:
    """Words in quotes, shortened to about ``QUOTE_LETTERS`` letters."""
    kept = list(words)
    while len(kept) > 1 and len(join(kept)) > QUOTE_LETTERS:
        kept.pop()
    text = join(kept)[: QUOTE_LETTERS + 1].strip(' "“”«»,;:')
    return f"“{text}{'…' if len(kept) < len(words) else ''}”"


def _ending_fault(rubric: Rubric, window: Windows, last: int) -> str:
    talk = rubric.talk
    if window.broken[0] or talk.sentences.breaks[last] is Break.LENGTH:
        return "breaks off in the middle of a sentence"
    if talk.text.question[last]:
        return "ends on a question and leaves out the answer"
    if talk.text.housekeeping[last]:
        return "ends on housekeeping or a sponsor"
    if talk.text.setup[last]:
        return "ends by announcing what it no longer shows"
    return "ends before the sentence is finished"


def _evidence(rubric: Rubric, window: Windows, name: str, value: float) -> str:
    if name in _SIGNALS:
        return _hit_evidence(rubric, window, _SIGNALS[name])
    if value <= 0 and name not in {"energy", "pace", "length", "completeness"}:
        return ""
    return _MEASURED[name](rubric, window)


_SIGNALS: Final[dict[str, tuple[str, ...]]] = {
    "claim": ("claim",),
    "contrast": ("contrast", "denial"),
    "story": ("story", "list", "past", "person"),
    "emotion": ("emotion",),
    "numbers": ("number",),
    "names": ("name",),
    "address": ("address",),
}


def _words(rubric: Rubric, first: int, stop: int) -> list[str]:
    return [word.text for word in rubric.talk.words[first:stop]]


def _hit_evidence(rubric: Rubric, window: Windows, signals: tuple[str, ...]) -> str:
    """The strongest hits: for numbers and names a list, else the words around the best one."""
    rows = rubric.talk.text.hits[int(window.first[0]) : int(window.last[0]) + 1]
    stop = int(window.stop[0])
    hits = [hit for row in rows for hit in row if hit.signal in signals and hit.last <= stop]
    if not hits:
        return ""
    if signals[0] in ("number", "name"):
        texts = dict.fromkeys(join(_words(rubric, h.first, h.last)).strip(".,;:!?") for h in hits)
        return ", ".join(list(texts)[:4])
    best = max(hits, key=lambda hit: (hit.weight, hit.last - hit.first, -hit.first))
    return quote(_around(rubric, best, stop))


def _around(rubric: Rubric, hit: Hit, stop: int) -> list[str]:
    """The hit with what follows it in its sentence, and two words before."""
    item = next(s for s in rubric.talk.sentences.items if s.first <= hit.first < s.last)
    return _words(rubric, max(item.first, hit.first - 2), min(item.last, stop, hit.last + 8))


def _sentence_quote(rubric: Rubric, at: int) -> str:
    item = rubric.talk.sentences.items[at]
    return quote(_words(rubric, item.first, item.last))


def _hook_evidence(rubric: Rubric, window: Windows) -> str:
    return _sentence_quote(rubric, int(window.first[0]))


def _question_evidence(rubric: Rubric, window: Windows) -> str:
    first, last = int(window.first[0]), int(window.last[0])
    asked = first + int(np.argmax(rubric.talk.text.question[first : last + 1]))
    after = "and answers it" if float(rubric.values(window)["question"][0]) > 0.3 else "unanswered"
    return f"{_sentence_quote(rubric, asked)} {after}"


def _substance_evidence(rubric: Rubric, window: Windows) -> str:
    chores, music = float(rubric.housekeeping_share(window)[0]), _bed_share(rubric, window)
    parts = [(chores, "greeting, housekeeping or sponsor"), (music, "under music")]
    return ", ".join(f"{share:.0%} {what}" for share, what in parts if share) or (
        "all about its subject"
    )


def _energy_evidence(rubric: Rubric, window: Windows) -> str:
    louder = float(rubric.louder_db(window)[0])
    return f"{abs(louder):.1f} dB {'louder' if louder >= 0 else 'softer'} than the talk's median"


def _pace_evidence(rubric: Rubric, window: Windows) -> str:
    pace = float(rubric.words_a_second(window)[0])
    return f"{pace:.1f} words a second, the talk {rubric.usual_pace:.1f}"


def _laughter_evidence(rubric: Rubric, window: Windows) -> str:
    first, last = int(window.first[0]), int(window.last[0]) + 1
    laughter = float(rubric.talk.laughter_ms[first:last].sum()) / 1000
    applause = float(rubric.talk.applause_ms[first:last].sum()) / 1000
    parts = [(laughter, "laughter"), (applause, "applause")]
    text = " and ".join(f"{seconds:.1f} s of {what}" for seconds, what in parts if seconds)
    kept = rubric.talk.rings_out[last - 1] and not window.broken[0]
    return f"{text}, to its end" if text and kept else text


def _payoff_evidence(rubric: Rubric, window: Windows) -> str:
    last = int(window.last[0])
    said = _sentence_quote(rubric, last)
    if not rubric.talk.rings_out[last]:
        return said
    laughed = rubric.talk.laughter_ms[last] >= rubric.talk.applause_ms[last]
    return f"{said}, which draws {'laughter' if laughed else 'applause'}"


def _unity_evidence(rubric: Rubric, window: Windows) -> str:
    one = float(rubric.values(window)["unity"][0]) >= 0.5
    return "stays with one subject" if one else "begins something else inside"


def _completeness_evidence(rubric: Rubric, window: Windows) -> str:
    first, last = int(window.first[0]), int(window.last[0])
    opening = rubric.talk.text.leans_on[first] or "opens on a sentence of its own"
    finished = not window.broken[0] and rubric.ending[last] >= ENDING_LIMIT
    ending = "ends on a finished sentence" if finished else _ending_fault(rubric, window, last)
    return f"{opening}, {ending}, {float(rubric.speech_share(window)[0]):.0%} speech"


_MEASURED: Final[dict[str, Callable[[Rubric, Windows], str]]] = {
    "hook": _hook_evidence,
    "question": _question_evidence,
    "substance": _substance_evidence,
    "energy": _energy_evidence,
    "dynamics": lambda _, __: "loud and soft sentences alternate",
    "pace": _pace_evidence,
    "pauses": lambda _, __: "a pause before a short or strong sentence",
    "laughter": _laughter_evidence,
    "payoff": _payoff_evidence,
    "unity": _unity_evidence,
    "completeness": _completeness_evidence,
    "length": lambda _, window: f"{(window.end_ms[0] - window.start_ms[0]) / 1000:.1f} s",
}
