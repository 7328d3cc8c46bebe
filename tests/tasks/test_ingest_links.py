"""A link becomes a source: fetched once for each client, with the site's captions."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from clipping.errors import UnreadableMedia, UnsafeUrl
from clipping.models import Ground, Rights, SourceRequest, SourceVideo
from clipping.settings import settings
from clipping.sources.fetched import FetchedCaptions, FetchedLink
from tasks.ingest import ingest_source
from tests.support.media import make_video

URL = "https://www.youtube.com/watch?v=abcdefghijk"
SRT = "1\n00:00:00,000 --> 00:00:01,500\nThe whole of it\n"


class FakeLinks:
    """What ``fetched_link`` gives: a copy of a small video, and captions."""

    def __init__(self, video: Path, folder: Path) -> None:
        self.video, self.folder, self.captions = video, folder, SRT
        self.asked: list[tuple[str, str, Path | None]] = []

    @contextmanager
    def __call__(
        self, url: str, *, client: str, cookies: Path | None, share: float
    ) -> Iterator[FetchedLink]:
        assert 0 < share < 1
        self.asked.append((url, client, cookies))
        folder = self.folder / str(len(self.asked))
        folder.mkdir(parents=True)
        video, captions = folder / "the-talk.mp4", folder / "captions.en.srt"
        shutil.copyfile(self.video, video)
        captions.write_text(self.captions)
        yield FetchedLink(
            path=video,
            title="The talk",
            site="youtube",
            video_id="abcdefghijk",
            webpage_url=url,
            captions=FetchedCaptions(path=captions, kind="human", language="en"),
            notes=("Something was missing.",),
        )
        shutil.rmtree(folder)


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_video(tmp_path_factory.mktemp("video") / "talk.mp4", seconds=2)


@pytest.fixture
def links(
    database_url: str, video: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[FakeLinks]:
    fake = FakeLinks(video, tmp_path / "fetched")
    monkeypatch.setattr("tasks.ingest.fetched_link", fake)
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("CLIPPER_HOME", str(tmp_path / "home"))
    settings.cache_clear()
    yield fake
    settings.cache_clear()


def _ingest(url: str = URL, shortest_ms: int = 1_000, **asked: Any) -> SourceVideo:
    source: SourceVideo = ingest_source.fn(SourceRequest(location=url, **asked), shortest_ms)
    return source


def _kept(source: SourceVideo, key: str) -> bytes:
    return (settings().store_dir / key).read_bytes()


def test_a_link_is_kept_with_the_captions_of_its_site_and_fetched_once(
    links: FakeLinks, video: Path
) -> None:
    first = _ingest(URL.replace("www.youtube", "WWW.YouTube") + "#t=5")
    assert (first.location, first.file_name) == (URL, "the-talk.mp4")
    assert _kept(first, first.media_key) == video.read_bytes()
    assert first.captions_key is not None
    assert _kept(first, first.captions_key) == SRT.encode()
    assert _ingest() == first
    assert len(links.asked) == 1
    assert not list(links.folder.iterdir())


def test_every_client_fetches_for_itself_with_cookies_of_its_own(links: FakeLinks) -> None:
    folder = settings().cookies_dir
    folder.mkdir(parents=True)
    (folder / "two.txt").write_text("# Netscape HTTP Cookie File\n")
    one, two = _ingest(client="one"), _ingest(client="two")
    assert one.source_id != two.source_id
    assert links.asked == [(URL, "one", None), (URL, "two", folder / "two.txt")]


def test_captions_that_a_person_names_go_before_those_of_the_site(
    links: FakeLinks, tmp_path: Path
) -> None:
    _ingest()
    named = tmp_path / "mine.srt"
    named.write_text(SRT.replace("whole", "better half"))
    source = _ingest(captions=str(named))
    assert source.captions_key is not None
    assert _kept(source, source.captions_key) == named.read_bytes()
    assert len(links.asked) == 1


def test_a_video_is_not_refused_for_the_captions_of_its_site(links: FakeLinks) -> None:
    links.captions = "\x00\x01\x02"
    assert _ingest().captions_key is None


def test_what_the_store_has_lost_is_fetched_again(links: FakeLinks) -> None:
    first = _ingest()
    (settings().store_dir / first.media_key).unlink()
    assert _ingest().source_id == first.source_id
    assert len(links.asked) == 2


@pytest.mark.parametrize("again", [False, True])
def test_a_video_behind_a_link_may_be_too_short(links: FakeLinks, again: bool) -> None:
    if again:
        _ingest()
    with pytest.raises(UnreadableMedia, match=r"the-talk\.mp4 is too short"):
        _ingest(shortest_ms=5_000)


@pytest.mark.parametrize(
    "url",
    ["https://youtube.com.evil.org/watch?v=1", "http://www.youtube.com/watch?v=1", "file:///a.mp4"],
)
def test_a_link_that_is_not_allowed_is_not_asked_for(links: FakeLinks, url: str) -> None:
    with pytest.raises(UnsafeUrl):
        _ingest(url)
    assert links.asked == []


def test_rights_are_recorded_also_of_a_link_that_was_fetched_before(links: FakeLinks) -> None:
    lent = Rights(ground=Ground.LICENSED, owner="Jo")
    assert _ingest().rights == Rights()
    assert _ingest(rights=lent).rights == lent
    assert _ingest().rights == lent
    assert len(links.asked) == 1
