from __future__ import annotations

from pathlib import Path

import pytest

from clipping.errors import Rejected
from clipping.models import GlossaryTerm
from clipping.transcripts.glossary_file import read_glossary, written_glossary

TERMS = (
    GlossaryTerm(text="Anthropic", sounds_like=("and tropic", "and throw pick")),
    GlossaryTerm(text="Claude Code"),
    GlossaryTerm(text="Zoë", sounds_like=("zoey",)),
)


def test_terms_are_read_with_their_mishearings(tmp_path: Path) -> None:
    path = tmp_path / "glossary.txt"
    path.write_text(
        "\ufeff# names\nAnthropic:  and tropic ,and  throw pick,\n\n Claude  Code \nZoë: zoey\n",
        encoding="utf-8",
    )
    assert read_glossary(path) == TERMS


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "glossary.txt"
    path.write_text(written_glossary(TERMS), encoding="utf-8")
    assert read_glossary(path) == TERMS
    assert written_glossary(()) == ""


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b": nothing", "no term in line 1"),
        (b"ok\n--: x", "no term in line 2"),
        (b"one two three four five six", "more than 5 words"),
        (b"x: a b c d e f", "more than 5 words"),
        (b"\xff\xfe\x00", "no text in UTF-8"),
        (b"a\n" * 600_000, "too large"),
    ],
    ids=["no term", "only marks", "long term", "long mishearing", "not text", "large"],
)
def test_what_is_no_glossary_is_refused_by_line(content: bytes, says: str, tmp_path: Path) -> None:
    path = tmp_path / "glossary.txt"
    path.write_bytes(content)
    with pytest.raises(Rejected, match=says):
        read_glossary(path)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(Rejected, match=r"nowhere\.txt cannot be read"):
        read_glossary(tmp_path / "nowhere.txt")
