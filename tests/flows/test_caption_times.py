"""Captions of the demo talk against its known word times, measured from the rendered frames."""

from __future__ import annotations

from pathlib import Path
from statistics import median
from typing import Any

import pytest

from clipping.db import queries
from clipping.db.embedded import database_url
from clipping.db.session import open_session
from clipping.demo import DemoTalk
from clipping.models import RenderPlan
from clipping.rendering.measure.highlight import highlight_onsets
from clipping.settings import Settings
from tests.flows.conftest import COUNT, Clipper


@pytest.fixture(scope="module")
def plans(clipper: Clipper, document: dict[str, Any]) -> list[RenderPlan]:
    with (
        database_url(Settings(home=clipper.home, DATABASE_URL=None)) as url,
        open_session(url) as session,
    ):
        return [queries.get_clip(session, clip["clip_id"]).plan for clip in document["clips"]]


@pytest.mark.parametrize("number", range(COUNT))
def test_every_word_is_lit_within_200_ms_of_being_spoken_and_half_within_60(
    number: int, document: dict[str, Any], plans: list[RenderPlan], talk: DemoTalk
) -> None:
    plan = plans[number]
    spoken = [word for word in talk.truth if word.span.overlap_ms(plan.span) > 0]
    assert [word.text for word in spoken if "*" not in word.text]
    assert len(spoken) == len(plan.words)
    onsets = {
        index: onset_ms
        for index, onset_ms, _ in highlight_onsets(Path(document["clips"][number]["path"]), plan)
    }
    assert sorted(onsets) == list(range(len(spoken))), "every word is lit at some time"
    errors = [
        abs(plan.span.start_ms + onsets[index] - word.span.start_ms)
        for index, word in enumerate(spoken)
    ]
    assert max(errors) <= 200
    assert median(errors) <= 60
