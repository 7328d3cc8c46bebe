"""The videos of a watched folder, by their names and sizes."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from clipping.errors import NeedsPerson
from clipping.settings import settings
from clipping.sources import folders
from clipping.sources.folders import is_unchanged, list_folder


def _put(folder: Path, name: str, content: bytes = b"x", at: int = 1_000) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    os.utime(path, ns=(at, at))
    return path


def _names(folder: Path) -> list[str]:
    return [found.identity for found in list_folder(folder)]


def test_videos_are_found_also_below_the_oldest_first(tmp_path: Path) -> None:
    _put(tmp_path, "new.MP4", b"12", at=3_000)
    _put(tmp_path, "meeting/zoom.mov", at=2_000)
    _put(tmp_path, "old.webm", at=1_000)
    found = list_folder(tmp_path)
    assert [one.identity for one in found] == ["old.webm", "meeting/zoom.mov", "new.MP4"]
    assert found[-1].marks == (2, 3_000)
    assert found[-1].location == str(tmp_path / "new.MP4")
    assert found[1].title == "zoom.mov"


@pytest.mark.parametrize(
    "name",
    [
        ".hidden.mp4",
        ".Trash/a.mp4",
        "~lock.mp4",
        "a.mp4.part",
        "a.mp4.crdownload",
        "a.mp4.tmp",
        "a.tmp.mp4",
        "a.temp.mp4",
        "a.mp4.download/a.mp4",
        "notes.txt",
        "a.srt",
        "mp4",
    ],
)
def test_what_is_hidden_unfinished_or_no_video_is_passed_over(name: str, tmp_path: Path) -> None:
    _put(tmp_path, name)
    assert _names(tmp_path) == []


def test_a_file_beside_which_its_unfinished_part_lies_is_passed_over(tmp_path: Path) -> None:
    _put(tmp_path, "Talk.mp4", b"")
    part = _put(tmp_path, "Talk.mp4.part")
    assert _names(tmp_path) == []
    part.unlink()
    assert _names(tmp_path) == ["Talk.mp4"]


def test_no_link_is_followed(tmp_path: Path) -> None:
    outside, watched = tmp_path / "outside", tmp_path / "watched"
    secret = _put(outside, "secret.mp4")
    watched.mkdir()
    (watched / "file.mp4").symlink_to(secret)
    (watched / "folder").symlink_to(outside, target_is_directory=True)
    (watched / "loop").symlink_to(watched, target_is_directory=True)
    os.mkfifo(watched / "pipe.mp4")
    assert _names(watched) == []


@pytest.mark.parametrize("change", ["grown", "written", "gone", "a link", "moved out", "replaced"])
def test_a_file_is_known_again_only_while_it_is_the_same(change: str, tmp_path: Path) -> None:
    watched = tmp_path / "watched"
    path = _put(watched, "below/talk.mp4")
    (found,) = list_folder(watched)
    assert is_unchanged(watched, found)
    if change == "grown":
        _put(watched, "below/talk.mp4", b"xx")
    elif change == "written":
        _put(watched, "below/talk.mp4", at=2_000)
    elif change == "gone":
        path.unlink()
    elif change == "replaced":
        path.unlink()
        path.mkdir()
    elif change == "a link":
        path.rename(tmp_path / "talk.mp4")
        path.symlink_to(tmp_path / "talk.mp4")
    else:
        path.parent.rename(tmp_path / "elsewhere")
        path.parent.symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    assert not is_unchanged(watched, found)


def test_a_name_of_any_bytes_is_listed_under_one_that_can_be_stored(tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"caf\xe9.mp4")).write_bytes(b"x")
    (found,) = list_folder(tmp_path)
    assert found.identity == "caf\\xe9.mp4"
    assert is_unchanged(tmp_path, found)


def test_a_file_of_the_far_future_has_a_time_that_can_be_stored(tmp_path: Path) -> None:
    path = _put(tmp_path, "talk.mp4")
    os.utime(path, (9_500_000_000, 9_500_000_000))  # the year 2271
    (found,) = list_folder(tmp_path)
    assert found.changed_ns == 2**63 - 1
    assert is_unchanged(tmp_path, found)


@pytest.fixture
def own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where all own folders lie, with a file in each."""
    for name in ("home", "store", "cache", "scratch", "cookies", "models"):
        monkeypatch.setenv(f"CLIPPER_{name.upper()}", str(tmp_path / name))
        _put(tmp_path, f"{name}/below/talk.mp4")
    settings.cache_clear()
    yield tmp_path
    settings.cache_clear()


def test_the_programs_own_files_are_not_found(own_folders: Path) -> None:
    _put(own_folders, "talk.mp4")
    assert _names(own_folders) == ["talk.mp4"]


@pytest.mark.parametrize("name", ["home", "store", "cache", "scratch", "cookies", "models"])
def test_the_programs_own_folders_are_not_watched(name: str, own_folders: Path) -> None:
    (own_folders / "link").symlink_to(own_folders / name)
    for folder in (name, f"{name}/below", "link/below"):
        with pytest.raises(NeedsPerson, match="its own files"):
            list_folder(own_folders / folder)


def test_a_folder_that_cannot_be_read_is_said_to_be_so(tmp_path: Path) -> None:
    for path in (tmp_path / "nowhere", _put(tmp_path, "file.mp4")):
        with pytest.raises(NeedsPerson, match=f"{path.name} cannot be read"):
            list_folder(path)


def test_a_whole_disk_is_not_searched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folders, "MOST_FILES", 3)
    for number in range(3):
        _put(tmp_path, f"{number}.txt")
    assert _names(tmp_path) == []
    _put(tmp_path, "below/one-more.mp4")
    with pytest.raises(NeedsPerson, match="more than 3 files"):
        list_folder(tmp_path)
