"""Where a clip can be cut, whatever a model points at."""

from __future__ import annotations

import numpy as np
import pytest

from clipping.models import DetectOptions
from clipping.moments.claude import places
from clipping.moments.claude.places import Places
from clipping.moments.sentences import Break
from clipping.moments.talk import study
from clipping.moments.windows import Windows
from tests.moments.claude.doors import SILENT
from tests.moments.spoken import duration_of, speak, transcript
from tests.moments.talks import QUESTION, STORY

RUN_ON = " ".join(["river", "stone", "cloud", "paper", "garden"] * 30)


def test_nothing_is_cut_within_a_sentence_even_if_the_rubric_would_allow_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def lenient(windows: Windows, _: object) -> tuple[object, object]:
        return np.ones(len(windows)), np.full(len(windows), "", dtype="<U16")

    monkeypatch.setattr(places, "assess", lenient)
    words = speak([*QUESTION, RUN_ON + ".", *STORY])
    talk = study(transcript(words), SILENT, duration_of(words))
    found = Places(talk, DetectOptions(min_ms=8_000, max_ms=30_000))
    cut = [at for at, why in enumerate(talk.sentences.breaks) if why is Break.LENGTH]
    assert cut
    for first in range(len(talk.sentences.items)):
        for last in range(first, len(talk.sentences.items)):
            window = found.fit(first, last)
            if window is not None:
                begins, ends = found.sentences(window)
                assert begins - 1 not in cut
                assert ends not in cut
    assert found.why_not(cut[1], cut[1] + 1)[0] == "incomplete"
