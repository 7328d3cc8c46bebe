"""The language that a captions file's name tells, where the file lies under another name."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from clipping.transcripts import TRANSCRIBERS, transcribe
from clipping.transcripts.language import named_in
from tests.transcripts.recordings import recorded, srt
from tests.transcripts.talks import joined, speak


@pytest.mark.parametrize(
    ("name", "language"),
    [
        ("talk.uk.srt", "uk"),
        ("a.talk.pt-BR.vtt", "pt-BR"),
        ("talk.srt", None),
        ("talk.mov.srt", None),
        ("talk.raw.srt", None),
        ("talk.cc.srt", None),
        ("", None),
    ],
)
def test_a_language_is_told_from_what_else_stands_in_a_name(
    name: str, language: str | None
) -> None:
    assert named_in(name) == language


def test_captions_keep_the_language_of_their_name_in_a_store(tmp_path: Path) -> None:
    talk = joined(300, speak("We were there."), 300)
    captions = srt(tmp_path / "0123abcd.srt", talk.words)
    stored = recorded(tmp_path / "talk.mp4", talk.samples, captions)
    named = replace(stored, captions_name="talk.uk.srt")
    transcript = transcribe("captions", named)
    assert transcript.language == "uk"
    assert transcript.engine_version == TRANSCRIBERS["captions"]().edition(named)
    assert transcript.engine_version != TRANSCRIBERS["captions"]().edition(stored)
