"""File names and words have brackets, which the terminal's library would take for tags."""

from __future__ import annotations

import pytest

from clipping.progress import Progress
from flows import console

NAMES = ("talk [dqw4w9].mp4", "nine repeats of [/music]")


@pytest.mark.parametrize("text", NAMES)
def test_brackets_are_printed_as_they_are(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    console.errors.print(f"Note: {text}")
    console.output.print(text)
    printed = capsys.readouterr()
    assert printed.err == f"Note: {text}\n"
    assert printed.out == f"{text}\n"


@pytest.mark.parametrize("text", NAMES)
def test_brackets_are_drawn_beside_a_bar_as_they_are(
    text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with console._bars(console.Stages()) as listener:
        listener(Progress("transcribe", 0.5, text))
    assert text[:20] in capsys.readouterr().err.replace("\n", "")
