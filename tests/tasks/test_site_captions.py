"""What a site offers as captions is taken where there are words in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from clipping.sources.fetched import FetchedCaptions, FetchedLink
from tasks.ingest import _readable_captions


@pytest.mark.parametrize(
    ("lines", "taken"), [("[Music]", False), ("\u266a\u266a", False), ("[Music] Hello", True)]
)
def test_captions_without_a_word_do_not_stand_between_a_video_and_its_words(
    lines: str, taken: bool, tmp_path: Path
) -> None:
    path = tmp_path / "captions.en.vtt"
    path.write_text(f"WEBVTT\n\n00:00.000 --> 00:05.000\n{lines}\n", encoding="utf-8")
    fetched = FetchedLink(
        path=tmp_path / "talk.mp4",
        title="The talk",
        site="youtube",
        video_id="abcdefghijk",
        webpage_url="https://www.youtube.com/watch?v=abcdefghijk",
        captions=FetchedCaptions(path=path, kind="human", language="en"),
    )
    assert _readable_captions(fetched) == (str(path) if taken else None)
