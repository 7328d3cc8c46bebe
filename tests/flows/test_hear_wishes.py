"""A wish that cannot be met ends a run before anything is fetched."""

from __future__ import annotations

import pytest

from clipping.errors import NeedsPerson
from flows import hear
from flows.listening import HearJob


@pytest.mark.parametrize(
    ("transcriber", "language", "says"),
    [("whisper", None, "no transcriber called 'whisper'"), ("auto", "english", "is no language")],
)
def test_a_wrong_wish_is_told_before_the_video_is_taken_in(
    transcriber: str, language: str | None, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[object] = []
    monkeypatch.setattr(hear, "run_stage", lambda stage, **_: ran.append(stage))
    with pytest.raises(NeedsPerson, match=says):
        hear.hear_source.fn("talk.mp4", transcriber=transcriber, language=language)
    assert ran == []


def test_the_command_refuses_a_language_by_its_name() -> None:
    assert "such as en" in str(HearJob(location="x", language="english").wrong_option("srt"))
    assert HearJob(location="x", language="en-GB").wrong_option("srt") is None
