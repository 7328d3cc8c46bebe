"""What a person is told of captions that came with a link."""

from __future__ import annotations

import pytest

from flows.ingest import _captions_name
from tests.db.values import a_source

URL = "https://www.youtube.com/watch?v=abcdefghijk"


@pytest.mark.parametrize(
    ("captions", "key", "name"),
    [
        (None, f"acme/captions/{'0' * 64}.json3", "the-talk.json3"),
        (None, None, ""),
        ("/home/me/mine.srt", f"acme/captions/{'0' * 64}.srt", "mine.srt"),
    ],
)
def test_captions_of_a_site_are_called_after_the_video_and_not_by_a_hash(
    captions: str | None, key: str | None, name: str
) -> None:
    assert (
        _captions_name(URL, captions, a_source(file_name="the-talk.mp4", captions_key=key)) == name
    )
