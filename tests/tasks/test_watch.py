"""Looking at folders and channels: what is whole, what is new, what is left for later."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from clipping.db import queries
from clipping.db.session import open_session
from clipping.errors import NeedsPerson, RateLimited
from clipping.models import ItemState, SourceRequest, Watch, WatchedItem
from clipping.settings import settings
from clipping.sources.fetched import ChannelEntry
from clipping.sources.files import VerifiedSource, verify
from clipping.watching.listing import WHOLE
from tasks.watch import begin, end, holding, look
from tasks.workplace import if_free, only_one
from tests.sources.conftest import Plugged, net, plugged, scratch
from tests.sources.internet import FakeInternet
from tests.sources.places import SITE
from tests.support.media import make_video
from tests.watching.items import a_watch

__all__ = ["net", "plugged", "scratch"]

SEEN, WAITING = ItemState.SEEN, ItemState.WAITING


@dataclass
class Place:
    """A watched folder."""

    url: str
    folder: Path

    def watch(self, place: str = "", **changes: object) -> Watch:
        """The watch of that place, stored; of the folder without one."""
        place = place or str(self.folder)
        made = a_watch(place, watch_id=queries.watches.watch_id("acme", place), **changes)
        with open_session(self.url) as session:
            queries.watches.save_watch(session, made)
        return made

    def look(self, watch: Watch, *, ask: bool = True) -> list[str]:
        """What is to be done now, by name."""
        items: list[WatchedItem] = look.fn(watch, ask)
        return [item.identity for item in items]

    def items(self, watch: Watch) -> dict[str, WatchedItem]:
        with open_session(self.url) as session:
            return {
                item.identity: item for item in queries.watches.items_of(session, watch.watch_id)
            }

    def states(self, watch: Watch) -> dict[str, ItemState]:
        return {name: item.state for name, item in self.items(watch).items()}


@pytest.fixture(scope="module")
def talk(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A small whole video."""
    return make_video(tmp_path_factory.mktemp("talk") / "talk.mp4", seconds=2).read_bytes()


@pytest.fixture
def place(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("CLIPPER_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("CLIPPER_WATCH_SETTLE_SECONDS", "0.02")
    settings.cache_clear()
    (tmp_path / "videos").mkdir()
    yield Place(database_url, tmp_path / "videos")
    settings.cache_clear()


def test_a_whole_file_is_taken_in_at_the_first_look(place: Place, talk: bytes) -> None:
    watch = place.watch(min_seconds=1)
    (place.folder / "talk.mp4").write_bytes(talk)
    assert place.look(watch) == ["talk.mp4"]
    item = place.items(watch)["talk.mp4"]
    assert item.duration_ms == pytest.approx(2_000, abs=100)
    assert item.location == str(place.folder / "talk.mp4")


def test_a_file_that_grows_is_left_until_it_does_not(
    place: Place, talk: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch = place.watch(min_seconds=1)
    path = place.folder / "talk.mp4"
    path.write_bytes(talk[:1_000])

    def grows(_settle: object) -> None:
        path.write_bytes(talk)

    with monkeypatch.context() as patch:
        patch.setattr("tasks.watch._wait", grows)
        assert place.look(watch) == []
    assert place.items(watch)["talk.mp4"].reason == ""
    assert place.look(watch) == ["talk.mp4"]


def test_a_copy_that_stalls_is_waited_for_though_it_does_not_grow(
    place: Place, talk: bytes
) -> None:
    watch = place.watch(min_seconds=1)
    path = place.folder / "talk.mp4"
    path.write_bytes(talk[: len(talk) // 2])
    for _ in range(2):
        assert place.look(watch) == []
        item = place.items(watch)["talk.mp4"]
        assert item.state is WAITING
        assert "cut short" in item.reason
    path.write_bytes(talk)
    assert place.look(watch) == ["talk.mp4"]
    assert place.items(watch)["talk.mp4"].reason == ""


def test_a_file_that_a_tool_has_only_reserved_is_waited_for_until_it_is_filled(
    place: Place, talk: bytes
) -> None:
    watch = place.watch(min_seconds=1)
    path = place.folder / "talk.mp4"
    for content, due in ((bytes(len(talk)), []), (talk, ["talk.mp4"])):
        path.write_bytes(content)
        os.utime(path, ns=(1_000, 1_000))
        assert place.look(watch) == due


def test_a_file_that_is_still_not_whole_after_a_day_is_refused(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch = place.watch()
    (place.folder / "notes.mp4").write_text("These are notes, not a video.\n" * 99)
    place.look(watch)
    assert place.states(watch) == {"notes.mp4": WAITING}
    item = place.items(watch)["notes.mp4"]
    end.fn(item.replace(unchanged_since=datetime(2026, 1, 1, tzinfo=UTC)))
    assert place.look(watch) == []
    refused = place.items(watch)["notes.mp4"]
    assert refused.state is ItemState.REFUSED
    assert "text" in refused.reason


def test_a_name_that_is_not_unicode_is_refused_in_one_sentence(place: Place, talk: bytes) -> None:
    watch = place.watch(min_seconds=1)
    (place.folder / os.fsdecode(b"caf\xe9.mp4")).write_bytes(talk)
    (place.folder / "talk.mp4").write_bytes(talk)
    for _ in range(2):
        assert place.look(watch) == ["talk.mp4"]
        refused = place.items(watch)["caf\\xe9.mp4"]
        assert (refused.state, "not UTF-8" in refused.reason) == (ItemState.REFUSED, True)


def test_a_file_that_nobody_can_make_sense_of_keeps_no_other_from_its_turn(
    place: Place, talk: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    def odd(request: SourceRequest, **limits: Any) -> VerifiedSource:
        if request.location.endswith("odd.mp4"):
            raise ZeroDivisionError("So odd.")
        return verify(request, **limits)

    monkeypatch.setattr("tasks.watch.verify", odd)
    watch = place.watch(min_seconds=1)
    for name in ("odd.mp4", "talk.mp4"):
        (place.folder / name).write_bytes(talk)
    assert place.look(watch) == ["talk.mp4"]
    assert "So odd." in place.items(watch)["odd.mp4"].reason


def test_a_short_video_is_left_alone_until_the_watch_asks_for_less(
    place: Place, talk: bytes
) -> None:
    (place.folder / "talk.mp4").write_bytes(talk)
    watch = place.watch(min_seconds=3)
    assert place.look(watch) == []
    assert place.states(watch) == {"talk.mp4": ItemState.TOO_SHORT}
    assert place.look(place.watch(min_seconds=1)) == ["talk.mp4"]


def test_what_was_done_is_new_again_only_when_it_was_changed(place: Place, talk: bytes) -> None:
    watch = place.watch(min_seconds=1)
    path = place.folder / "talk.mp4"
    path.write_bytes(talk)
    place.look(watch)
    end.fn(place.items(watch)["talk.mp4"].replace(state=ItemState.DONE))
    assert place.look(watch) == []
    path.write_bytes(talk + b"\x00\x00\x00\x08free")
    assert place.look(watch) == ["talk.mp4"]


def test_a_file_that_has_gone_is_forgotten_and_one_that_comes_back_is_new(
    place: Place, talk: bytes
) -> None:
    watch = place.watch(min_seconds=1)
    path = place.folder / "talk.mp4"
    path.write_bytes(talk)
    place.look(watch)
    path.rename(place.folder.parent / "talk.mp4")
    assert place.look(watch) == []
    assert place.states(watch) == {}
    (place.folder.parent / "talk.mp4").rename(path)
    assert place.look(watch) == ["talk.mp4"]


def test_a_file_that_was_changed_since_it_was_seen_is_not_begun(place: Place, talk: bytes) -> None:
    watch = place.watch(min_seconds=1)
    path = place.folder / "talk.mp4"
    path.write_bytes(talk)
    (item,) = look.fn(watch, True)
    path.rename(place.folder.parent / "elsewhere.mp4")
    path.symlink_to(place.folder.parent / "elsewhere.mp4")
    assert begin.fn(watch, item) is None
    assert place.states(watch) == {"talk.mp4": SEEN}
    path.unlink()
    (place.folder.parent / "elsewhere.mp4").rename(path)
    begun = begin.fn(watch, item)
    assert begun is not None
    assert (begun.state, begun.attempts) == (ItemState.DOING, 1)
    assert place.items(watch)["talk.mp4"] == begun


def test_what_a_killed_run_left_is_begun_again(place: Place, talk: bytes) -> None:
    watch = place.watch(min_seconds=1)
    (place.folder / "talk.mp4").write_bytes(talk)
    (item,) = look.fn(watch, True)
    begin.fn(watch, item)
    (again,) = look.fn(watch, True)
    assert again.state is ItemState.DOING
    begun = begin.fn(watch, again)
    assert begun is not None
    assert begun.attempts == 2


def test_a_folder_that_is_not_there_is_said_to_be_so(place: Place) -> None:
    watch = place.watch()
    place.folder.rmdir()
    with pytest.raises(NeedsPerson, match="videos cannot be read"):
        look.fn(watch, True)


def test_only_one_run_at_a_time_works_on_a_watch(place: Place) -> None:
    one, other = place.watch(), place.watch("/elsewhere")
    with only_one(holding(one)):
        with if_free(holding(one)) as held:
            assert not held
        with if_free(holding(other)) as held:
            assert held
    with if_free(holding(one)) as held:
        assert held


def test_a_channel_is_listed_and_what_is_new_on_it_is_found_once(
    net: FakeInternet, plugged: Plugged, place: Place
) -> None:
    def entry(name: str, **more: object) -> dict[str, object]:
        return {"_type": "url", "id": name, "url": f"https://{SITE}/v/{name}", **more}

    entries = [entry("live", live_status="is_live"), entry("old"), entry("brief", duration=20)]
    url = net.page("/c/channel", {"entries": entries})
    watch = place.watch(url)
    assert place.look(watch) == ["old"]
    assert place.states(watch)["brief"] is ItemState.TOO_SHORT
    end.fn(place.items(watch)["old"].replace(state=ItemState.DONE))
    net.page("/c/channel", {"entries": [entry("new", duration=90), entry("live"), *entries[1:]]})
    assert place.look(watch, ask=False) == []
    assert place.look(watch) == ["new", "live"]
    assert net.paths() == ["/c/channel"] * 2


def test_a_channel_begins_with_as_many_videos_as_the_setting_says(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []

    def listed(url: str, *, most: int, cookies: Path | None) -> list[ChannelEntry]:
        asked.append(most)
        assert cookies == settings().cookies_dir / "acme.txt"
        return [ChannelEntry(id=name, url=f"{url}/{name}", title=name) for name in "edcba"]

    monkeypatch.setattr("tasks.watch.list_channel", listed)
    monkeypatch.setenv("CLIPPER_WATCH_FIRST", "2")
    settings.cache_clear()
    settings().cookies_dir.mkdir(parents=True)
    (settings().cookies_dir / "acme.txt").write_text("# Netscape HTTP Cookie File\n")
    watch = place.watch("https://www.youtube.com/@acme")
    assert place.look(watch) == ["e", "d"]
    assert place.look(watch) == ["e", "d"]
    # An old video must not look new because others were deleted.
    assert asked == [152, 50]


@pytest.mark.parametrize(
    ("url", "asked"),
    [
        ("https://www.youtube.com/@acme", [160, 50, 150, 250]),
        ("https://www.youtube.com/playlist?list=PL0123456789", [WHOLE, WHOLE]),
    ],
)
def test_nothing_new_is_lost_however_much_of_it_there_is(
    url: str, asked: list[int], place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = [f"v{number:03}" for number in range(300)]
    lists: list[int] = []

    def listed(url: str, *, most: int, cookies: Path | None) -> list[ChannelEntry]:
        lists.append(most)
        order = names if "list=" in url else names[::-1]
        return [ChannelEntry(id=name, url=f"{url}/{name}", title=name) for name in order[:most]]

    monkeypatch.setattr("tasks.watch.list_channel", listed)
    watch = place.watch(url)
    assert place.look(watch) == [f"v{number}" for number in range(299, 289, -1)]
    names += [f"v{number}" for number in range(300, 440)]
    assert sorted(place.look(watch)) == names[290:]  # and none that is older
    assert lists == asked


def test_a_channel_that_does_not_answer_counts_as_asked(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    def listed(*_: object, **__: object) -> list[ChannelEntry]:
        raise RateLimited("YouTube asks for a pause.")

    monkeypatch.setattr("tasks.watch.list_channel", listed)
    watch = place.watch("https://www.youtube.com/@acme")
    with pytest.raises(RateLimited):
        look.fn(watch, True)
    with open_session(place.url) as session:
        (kept,) = queries.watches.watches(session)
    assert kept.asked_at is not None
    assert abs(datetime.now(UTC) - kept.asked_at).total_seconds() < 60
