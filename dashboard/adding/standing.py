"""How far what was added has come, in words and in hundredths. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from clipping.db.queries.overview import SourceOverview, Stage
from clipping.models import Addition, AdditionKind, AdditionState
from dashboard.adding.runs import RunState
from dashboard.words import Chip, Tone, many

_OVER: Final = ("FAILED", "CRASHED", "CANCELLED", "CANCELLING")
_WAITS: Final = ("SCHEDULED", "PENDING", "PAUSED")
_UNKNOWN: Final = RunState("", "")
# Of a talk of an hour on one machine: hearing takes as long as all the rest.
_STORED, _HEARD, _CHOSEN, _DONE = 10, 60, 70, 100
_RECENT: Final = timedelta(minutes=2)


@dataclass(frozen=True)
class Standing:
    """How something stands that was added."""

    chip: Chip
    percent: int | None
    """None where nothing is going on."""
    said: str
    can_start: bool = False
    """Whether a run of it can be started, for the first time or again."""


def standing(
    addition: Addition, source: SourceOverview | None, run: RunState | None, now: datetime
) -> Standing:
    """How it stands.

    :param source: What it has become, if anything.
    :param run: None where Prefect does not say.
    """
    if addition.state is AdditionState.REFUSED:
        return Standing(Chip("refused", Tone.BAD), None, addition.said)
    if addition.state is AdditionState.RECEIVED:
        share = round(addition.stored_percent * _STORED / 100)
        told = addition.said or f"It has arrived and is stored: {addition.stored_percent} %."
        return Standing(Chip("storing", Tone.WARN if addition.said else Tone.BUSY), share, told)
    if addition.state is AdditionState.KEPT:
        kept = "The link is kept" if addition.kind is AdditionKind.LINK else "It is stored"
        told = f"{kept}, and not clipped yet. {addition.said}".strip()
        return Standing(Chip("kept", Tone.WARN), None, told, can_start=True)
    return _running(addition, source, run or _UNKNOWN, now)


def _running(
    addition: Addition, source: SourceOverview | None, run: RunState, now: datetime
) -> Standing:
    made = _made(source)
    if run.kind == "COMPLETED":
        if source is not None and source.stage is Stage.NOTHING:
            return Standing(Chip("done", Tone.CALM), None, "Nothing in it was worth a clip.")
        return Standing(Chip("done", Tone.GOOD), None, made or "Its run has ended.")
    if run.kind in _OVER:
        why = run.said or "Its run has ended before it was done."
        return Standing(Chip("failed", Tone.BAD), None, why, can_start=True)
    percent, doing = _stage(addition, source)
    if run.kind in _WAITS and percent <= _STORED:
        return Standing(Chip("waits", Tone.BUSY), percent, "Waits for a worker that is free.")
    since = _span(now - addition.updated_at)
    begun = "" if now - addition.updated_at < _RECENT else f" Started {since} ago."
    left = _left(percent, now - addition.updated_at)
    return Standing(Chip("at work", Tone.BUSY), percent, f"{doing}{begun}{left}")


def _stage(addition: Addition, source: SourceOverview | None) -> tuple[int, str]:
    if source is None:
        link = addition.kind is AdditionKind.LINK
        return 0, "The video is fetched." if link else "It is taken in."
    if source.stage is Stage.INGESTED:
        return _STORED, "Its words are heard."
    if source.stage is Stage.TRANSCRIBED:
        return _HEARD, f"{many(source.words or 0, 'word')} heard; the best moments are chosen."
    there = source.ready + source.held + source.failed
    wanted = max(source.moments or 0, 1)
    percent = min(_CHOSEN + round((_DONE - _CHOSEN) * there / wanted), 99)
    return percent, f"{there} of {many(wanted, 'clip')} rendered."


def _made(source: SourceOverview | None) -> str:
    if source is None:
        return ""
    parts = [
        (source.ready, "ready"),
        (source.held, "held for a person"),
        (source.failed, "failed proof"),
    ]
    told = ", ".join(f"{count} {word}" for count, word in parts if count)
    return f"Clips: {told}." if told else ""


def _left(percent: int, since: timedelta) -> str:
    """What is left, from what it took so far; nothing where that says little."""
    if percent < 2 * _STORED or since < _RECENT:
        return ""
    return f" About {_span(since * (100 - percent) / percent)} left."


def _span(gap: timedelta) -> str:
    minutes = max(1, round(gap.total_seconds() / 60))
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"
