"""What places are called."""

from __future__ import annotations

import pytest

from clipping.sources.naming import called


@pytest.mark.parametrize(
    ("location", "name"),
    [
        ("https://www.youtube.com/watch?v=abcdefghijk&t=9", "www.youtube.com abcdefghijk"),
        ("https://www.youtube.com/@acme", "www.youtube.com @acme"),
        ("https://www.youtube.com/playlist?list=PL0123456789", "www.youtube.com PL0123456789"),
        ("https://youtu.be/abcdefghijk?si=SECRET", "youtu.be abcdefghijk"),
        ("https://vimeo.com/123456/5ec4e7", "vimeo.com 123456"),
        ("https://x.com/acme/status/12345?s=SECRET", "x.com 12345"),
        ("https://jo:SECRET@media.example.org/SECRET?token=SECRET", "media.example.org"),
        ("https://[SECRET", "a link"),
        ("/videos/a talk.mp4", "/videos/a talk.mp4"),
        ("/videos/caf\udce9.mp4", "/videos/caf\ufffd.mp4"),
    ],
)
def test_a_link_is_called_by_its_host_and_number_and_never_whole(location: str, name: str) -> None:
    assert called(location) == name
