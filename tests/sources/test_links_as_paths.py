"""A link without its https:// is not told as a missing file alone."""

from __future__ import annotations

import pytest

from clipping.errors import UnreadableMedia
from clipping.models import SourceRequest
from clipping.sources.files import verify


@pytest.mark.parametrize(
    ("location", "hinted"),
    [
        ("www.youtube.com/watch?v=abcdefghijk", True),
        ("YouTu.be/abcdefghijk", True),
        ("/nowhere/talk.mp4", False),
        ("talk.mov", False),
        ("videos/talk.mp4", False),
    ],
)
def test_who_leaves_out_https_is_told_so(location: str, hinted: bool) -> None:
    request = SourceRequest(location=location, client="acme")
    with pytest.raises(UnreadableMedia, match="There is no file") as caught:
        verify(request, max_bytes=10, shortest_ms=1)
    assert ("write https:// before it if it is a link" in str(caught.value)) is hinted
