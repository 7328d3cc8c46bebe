"""What stands in for the model, and how time is shared out among the parts around it."""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np
import pytest

from benchmarks import hearing
from benchmarks.measure import Run
from benchmarks.null_engine import NullTranscriber, _Watched
from benchmarks.stopwatch import Stopwatch
from clipping.models import ChunkKey, Word
from clipping.timing import TimeSpan
from clipping.transcripts.notebook import NoNotebook


class Work:
    """Burns CPU time in two ways."""

    def act(self, seconds: float) -> str:
        end = time.process_time() + seconds
        while time.process_time() < end:
            pass
        return "done"

    def steps(self, seconds: float) -> Iterator[str]:
        yield self.act(seconds)
        yield self.act(seconds)


def test_the_time_of_a_part_is_that_of_its_functions_and_generators_alone() -> None:
    watch, work, act = Stopwatch(), Work(), Work.act
    with watch.on([("acting", Work, ("act",)), ("nothing", Work, ("__init__",))]):
        assert work.act(0.05) == "done"
    assert Work.act is act
    assert watch.cpu_s["acting"] == pytest.approx(0.05, abs=0.02)
    assert watch.cpu_s["nothing"] == 0
    with watch.on([("stepping", Work, ("steps",))]):
        for said in work.steps(0.05):
            assert said == "done"
            work.act(0.1)  # of whoever takes the steps
    assert watch.cpu_s["stepping"] == pytest.approx(0.1, abs=0.03)


def test_the_null_engine_says_what_is_said_in_each_chunk() -> None:
    words = [
        Word(text=f"w{place}", span=TimeSpan(start_ms=at, end_ms=at + 300))
        for place, at in enumerate((0, 400, 9_600))
    ]
    NullTranscriber.learn([word.model_dump_json() for word in words], 10_000)
    engine = NullTranscriber()
    watched = _Watched(NoNotebook(), engine._spans)
    for start, end in ((0, 10_200), (9_700, 20_500)):
        span = TimeSpan(start_ms=start, end_ms=end)
        watched.load(ChunkKey(audio_sha256="a" * 64, engine="null", edition="1", span=span))
    first, second = (engine.hear(np.zeros(1, np.int16), None, lambda _: None) for _ in range(2))
    assert [(word.text, word.start_ms) for word in first.words] == [
        ("w0", None),  # engines leave words without times
        ("w1", 400),
        ("w2", 9_600),
    ]
    assert [(word.text, word.start_ms) for word in second.words] == [
        ("w0", None),
        ("w1", 700),
        ("w2", 9_900),
        ("w0", 10_300),
    ]


def test_what_is_in_no_part_is_the_rest() -> None:
    rows = hearing._part_rows([Run(9, 8.0, 0, {"saving": 1.0, "reading": 4.0})])
    assert [row.name for row in rows] == ["of it: saving", "of it: reading", "of it: the rest"]
    assert [row.figure for row in rows] == ["1.0 CPU-s", "4.0 CPU-s", "3.0 CPU-s"]


@pytest.mark.parametrize(("share", "within"), [(0.0299, True), (0.0301, False)])
def test_the_share_of_real_time_is_held_to_its_limit(share: float, within: bool) -> None:
    row = hearing._share_row("all", "", [share * hearing.HOURS * 3_600])
    assert row.within is within
