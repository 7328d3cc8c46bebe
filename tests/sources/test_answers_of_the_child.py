"""What the child says is not believed: it talked to strangers."""

from __future__ import annotations

from pathlib import Path

import pytest

from clipping.errors import UnreadableMedia
from clipping.sources import links
from clipping.sources.fetched import FetchedLink
from clipping.sources.guard import check_link

LINK = check_link("https://www.youtube.com/watch?v=abcdefghijk")


@pytest.mark.parametrize("plain", [True, False])
def test_a_track_outside_of_the_folder_is_not_taken(
    plain: bool, tmp_path: Path, content: bytes
) -> None:
    folder = tmp_path / "link"
    folder.mkdir()
    (tmp_path / "secret.mp4").write_bytes(content)
    tracks = [{"name": "../secret.mp4", "kind": "both"}]
    said = {"title": "A", "duration_s": 2, "plain": plain, "tracks": tracks}
    with pytest.raises(UnreadableMedia):
        links._assembled(LINK, folder, said, ())
    assert (tmp_path / "secret.mp4").read_bytes() == content


def test_captions_outside_of_the_folder_are_not_taken(tmp_path: Path) -> None:
    said = {"name": "../secret.srt", "kind": "human", "language": "en"}
    found = links._captions(tmp_path / "link", said)
    assert found is not None
    assert found.path == tmp_path / "link/secret.srt"


@pytest.mark.parametrize(
    "said", ["https://evil.example.com/watch", "javascript:alert(1)", "http://youtube.com/", None]
)
def test_the_page_of_a_video_is_one_of_its_site(said: object) -> None:
    assert links._page(said, LINK) == LINK.url
    assert links._page("https://youtu.be/abcdefghijk", LINK) == "https://youtu.be/abcdefghijk"


def test_a_record_that_names_a_file_of_another_folder_counts_for_nothing(tmp_path: Path) -> None:
    folder, other = tmp_path / "link", tmp_path / "other"
    for place in (folder, other):
        place.mkdir()
        (place / "a.mp4").write_bytes(b"a")
        record = FetchedLink(
            path=place / "a.mp4",
            title="A",
            site="youtube",
            video_id="abcdefghijk",
            webpage_url=LINK.url,
        )
        (folder / "fetched.json").write_text(record.model_dump_json())
        found = links._finished(folder)
        assert (found is not None) is (place == folder)
