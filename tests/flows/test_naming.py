"""Names of runs: they stand in Prefect's pages and logs, where a link may not."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from prefect import Flow

from flows.clip import clip_source
from flows.hear import hear_source
from flows.ingest import ingest
from tasks.watch import look
from tests.watching.items import a_watch


@pytest.mark.parametrize(
    ("flow", "verb"), [(hear_source, "hear"), (clip_source, "clip"), (ingest, "ingest")]
)
def test_no_run_is_named_by_a_whole_link(
    flow: Flow[..., Any], verb: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = {"location": "https://vimeo.com/123456/5ec4e7?token=SECRET"}
    run = SimpleNamespace(flow_run=SimpleNamespace(parameters=given))
    monkeypatch.setattr("flows.naming.runtime", run)
    assert callable(flow.flow_run_name)
    assert flow.flow_run_name() == f"{verb} vimeo.com 123456"


def test_no_look_is_named_by_a_whole_link() -> None:
    named: Any = look.task_run_name
    watch = a_watch("https://www.youtube.com/@acme?si=SECRET")
    assert named(parameters={"watch": watch}) == "look at www.youtube.com @acme"
