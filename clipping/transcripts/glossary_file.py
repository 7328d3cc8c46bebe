"""A glossary as people write it: one term a line, and after a colon how engines mishear it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from clipping.errors import Rejected
from clipping.models import GlossaryTerm

_LARGEST_BYTES = 1_000_000
_MOST_WORDS = 5


def read_glossary(path: Path) -> tuple[GlossaryTerm, ...]:
    """The terms of a file in its order; empty lines and those with ``#`` first are passed over.

    :raises Rejected: The file cannot be read, or a line is no term; the message names it.
    """
    try:
        if path.stat().st_size > _LARGEST_BYTES:
            raise Rejected(f"{path.name} is too large for a glossary: more than 1 MB.")
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise Rejected(f"{path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise Rejected(f"{path.name} is no text in UTF-8.") from error
    return tuple(
        _term(line.strip(), f"line {number} of {path.name}")
        for number, line in enumerate(text.splitlines(), 1)
        if line.strip() and not line.strip().startswith("#")
    )


def _term(line: str, where: str) -> GlossaryTerm:
    written, _, heard = line.partition(":")
    term = " ".join(written.split())
    sounds = tuple(" ".join(part.split()) for part in heard.split(",") if part.strip())
    if not any(mark.isalnum() for mark in term):
        raise Rejected(f"There is no term in {where}.")
    for text in (term, *sounds):
        if len(text.split()) > _MOST_WORDS:
            raise Rejected(f"{text!r} in {where} has more than {_MOST_WORDS} words.")
    return GlossaryTerm(text=term, sounds_like=sounds)


def written_glossary(terms: Sequence[GlossaryTerm]) -> str:
    """The terms as a file has them."""
    lines = [
        f"{term.text}: {', '.join(term.sounds_like)}" if term.sounds_like else term.text
        for term in terms
    ]
    return "".join(f"{line}\n" for line in lines)
