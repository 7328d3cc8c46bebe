"""Moments and rejections, in words for people."""

from __future__ import annotations

from typing import Final

import numpy as np

from clipping.models import (
    Criterion,
    EditorialPolicy,
    Hold,
    Hook,
    Judgement,
    Moment,
    Rejection,
    make_id,
)
from clipping.moments.claude.answers import Verdict
from clipping.moments.claude.choosing import Chosen
from clipping.moments.claude.finalists import Fallen
from clipping.moments.claude.holds import holds
from clipping.moments.claude.places import Places
from clipping.moments.claude.tidy import remark, sentence
from clipping.moments.guard import without_banned
from clipping.moments.hook import hook_line, title
from clipping.moments.lexicon import join
from clipping.moments.selection import profane_words, shortened, spoken_in, text_of
from clipping.timing import TimeSpan

_GRADES: Final = ("emotional_intensity", "controversy", "completeness", "hook_strength")


def moment(
    places: Places,
    one: Chosen,
    rank: int,
    identity: tuple[str, str, str],
    model: str,
    hooks: tuple[Hook, ...],
    held_for: tuple[Hold, ...],
    banned: tuple[str, ...] = (),
) -> Moment:
    """A chosen candidate as the moment of rank ``rank``."""
    talk = places.talk
    window = places.windows.take(np.array([one.window]))
    span = places.span(one.window)
    spoken = spoken_in(talk, window)
    own = without_banned(hook_line(spoken, english_talk=talk.english), banned)
    line = hooks[0].text if hooks else own
    return Moment(
        moment_id=make_id("mom", *identity, span.start_ms, span.end_ms),
        rank=rank,
        span=span,
        score=one.score,
        rubric=_rubric(places, one),
        reason=_reason(one),
        hook=line,
        title=without_banned(title(line, spoken, profane_words(talk)), banned),
        text=text_of(talk, window, 0),
        holds=held_for,
        hooks=hooks,
        natural_start=sentence(one.verdict.natural_start) if one.verdict else "",
        judgement=judgement(one.verdict, model) if one.verdict else None,
    )


def judgement(verdict: Verdict, model: str) -> Judgement:
    """What is kept of a verdict."""
    return Judgement(
        **{name: getattr(verdict, name) for name in _GRADES},
        viral_score=verdict.viral_score,
        setup=remark(verdict.setup),
        payoff=remark(verdict.payoff),
        idea=remark(verdict.idea),
        reasoning=_reasoning(verdict),
        model=model,
    )


def _reasoning(verdict: Verdict) -> str:
    return sentence(verdict.reasoning, 600) or "The judge gave no reason."


def _reason(one: Chosen) -> str:
    if one.verdict is not None:
        return _reasoning(one.verdict)
    text = "Chosen so that the talk gives enough moments; the judge finds it weaker than others."
    return f"{text} {one.why}".strip()


def _rubric(places: Places, one: Chosen) -> tuple[Criterion, ...]:
    """The score first, which alone has weight; then what stands behind it."""
    by_rubric = float(np.clip(places.scores[one.window], 0, 1))
    measured = Criterion(
        name="rubric",
        value=round(by_rubric, 4),
        weight=0,
        evidence="what the rubric of the local detector gives",
    )
    if one.verdict is None:
        return (measured.replace(weight=1, value=one.score / 100),)
    verdict = one.verdict
    return (
        Criterion(
            name="viral_score", value=one.score / 100, weight=1, evidence=remark(verdict.idea, 100)
        ),
        *(
            Criterion(
                name=name,
                value=getattr(verdict, name) / 10,
                weight=0,
                evidence=remark(_evidence(verdict, name), 120),
            )
            for name in _GRADES
        ),
        measured,
    )


def _evidence(verdict: Verdict, name: str) -> str:
    if name == "completeness":
        return f"{verdict.setup} – {verdict.payoff}"
    return ""


def rejection(places: Places, fallen: Fallen, policy: EditorialPolicy) -> Rejection:
    """Why sentences that were a candidate are no moment, and what the judge flagged in them."""
    talk = places.talk
    items = talk.sentences.items[fallen.first : fallen.last + 1]
    start_ms, end_ms = int(talk.cuts.start[fallen.first]), int(talk.cuts.end[fallen.last])
    return Rejection(
        span=TimeSpan(start_ms=start_ms, end_ms=max(end_ms, start_ms + 1)),
        score=fallen.score,
        code=fallen.code,
        reason=fallen.reason,
        text=shortened(join([item.text for item in items])),
        holds=holds(policy, fallen.flags, ()),
    )
