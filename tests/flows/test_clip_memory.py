"""What a whole run in one process holds, and when."""

from __future__ import annotations

from typing import Any

import pytest

from clipping.transcripts import loaded
from flows import clip


class FakeModel:
    """A speech model that knows whether it was freed."""

    freed = False

    def free(self) -> None:
        self.freed = True


def test_the_speech_model_is_freed_before_pictures_are_made(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    model = FakeModel()
    freed_before: list[bool] = []

    def hear(*_source: Any) -> str:
        loaded.held("a model", lambda: model)
        return "a-transcript"

    def run(_stage: Any, **_parameters: Any) -> str:
        freed_before.append(model.freed)
        return "done"

    source = {"source_id": "a-source", "captions_key": None}
    monkeypatch.setattr(clip, "taken_in", lambda *_: source)
    for check in ("check_rights_at", "check_rights_of"):
        monkeypatch.setattr(clip, check, lambda *_: None)
    monkeypatch.setattr(clip, "heard", hear)
    monkeypatch.setattr(clip, "run_stage", run)
    clip.clip_source.fn("talk.mp4")
    assert freed_before == [True, True]
