"""A client's glossary puts captions right, too: most of those on links are a machine's."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from clipping.models import GlossaryTerm
from clipping.transcripts import TRANSCRIBERS, transcribe
from tests.transcripts.recordings import recorded, srt
from tests.transcripts.talks import joined, speak

TERM = GlossaryTerm(text="Anthropic", sounds_like=("and tropic",))


def test_captions_are_corrected_and_are_another_edition(tmp_path: Path) -> None:
    talk = joined(300, speak("We went to and tropic that day."), 300)
    plain = recorded(tmp_path / "talk.mp4", talk.samples, srt(tmp_path / "talk.srt", talk.words))
    recording = replace(plain, glossary=(TERM,))
    before, after = transcribe("captions", plain), transcribe("captions", recording)
    assert [word.text for word in after.words] == "We went to Anthropic that day.".split()
    assert after.words[-1].span == before.words[-1].span
    assert after.words[3].span.start_ms == before.words[3].span.start_ms
    assert after.words[3].span.end_ms == before.words[4].span.end_ms
    assert "The glossary corrected one place." in after.notes
    assert after.engine_version == TRANSCRIBERS["captions"]().edition(recording)
    assert after.engine_version != before.engine_version
