"""How well a detector finds moments: talks in which it is known where they are, and its figures."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from clipping.evaluation import chance
from clipping.evaluation.composing import compose
from clipping.evaluation.planted import PlantedTalk
from clipping.evaluation.reading import held_out, subjects
from clipping.evaluation.report import Evaluation, summed_up
from clipping.evaluation.scoring import TalkScore, score
from clipping.evaluation.sounding import record
from clipping.media.probe import probe
from clipping.models import Detection, DetectOptions, make_id
from clipping.moments import Footage
from clipping.progress import report

__all__ = [
    "Evaluation",
    "PlantedTalk",
    "TalkScore",
    "compose",
    "evaluate",
    "held_out",
    "subjects",
]

TOP: Final = 10
"""Moments that are asked for in each talk, and looked at."""


def evaluate(
    detect: Callable[[Footage], Detection],
    *,
    talks: int,
    seed: int,
    punctuated: bool = True,
    options: DetectOptions | None = None,
    subject: str | None = None,
) -> tuple[Evaluation, Evaluation]:
    """A detector's figures on ``talks`` talks, and those of drawing lots on the same talks.

    ``subject`` is one of ``subjects()`` or ``held_out()``; without it the former take turns. The
    same seed gives the same talks, on any machine. Reports progress as stage ``evaluate``. Raises
    what ``detect`` raises.
    """
    options = options or DetectOptions(count=TOP)
    found: list[TalkScore] = []
    drawn: list[TalkScore] = []
    named = dict[str, str]()
    for number in range(talks):
        report("evaluate", number / talks, f"talk {number + 1} of {talks}")
        talk = compose(seed, number, punctuated=punctuated, subject=subject)
        detection = _detected(detect, talk, options)
        named[detection.detector] = detection.detector_version
        found.append(score(talk, detection, options, options.count))
        drawn.append(score(talk, chance.draw(talk, options, seed), options, options.count))
    report("evaluate", 1.0)
    return (
        summed_up(", ".join(named), ", ".join(named.values()), seed, options.count, found),
        summed_up(chance.NAME, "1", seed, options.count, drawn),
    )


def _detected(
    detect: Callable[[Footage], Detection], talk: PlantedTalk, options: DetectOptions
) -> Detection:
    with TemporaryDirectory(prefix="clipper-eval-") as folder:
        path = record(talk, Path(folder))
        return detect(
            Footage(
                transcript_id=make_id("trs", "planted", talk.name),
                transcript=talk.transcript,
                media_path=path,
                media=probe(path),
                options=options,
            )
        )
