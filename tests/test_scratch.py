"""Scratch folders are there while they are used, and not much longer, whatever ends their use."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from clipping import scratch
from clipping.errors import ClippingError, DiskFull, NeedsPerson, ServiceUnavailable
from clipping.file_lock import exclusive, open_folder
from clipping.scratch import scratch_folder
from clipping.settings import settings
from tests.db.processes import finish, line, python

HOLDER = """
    import sys
    from clipping.scratch import scratch_folder
    with scratch_folder("held") as folder:
        (folder / "half.mp4").write_bytes(b"half")
        print(folder, flush=True)
        sys.stdin.readline()
"""

MAKER = """
    import sys
    from clipping.scratch import scratch_folder
    print("ready", flush=True)
    sys.stdin.readline()
    for number in range(int(sys.argv[1])):
        with scratch_folder("made") as folder:
            (folder / "clip.mp4").write_text(str(number))
            with scratch_folder("inner"):
                assert (folder / "clip.mp4").read_text() == str(number)
    print("made all")
"""


@pytest.fixture(autouse=True)
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The scratch folder of this test and of the processes it starts; not there yet."""
    monkeypatch.setenv("CLIPPER_SCRATCH", str(tmp_path / "scratch"))
    settings.cache_clear()
    yield tmp_path / "scratch"
    settings.cache_clear()


def test_a_folder_is_new_and_gone_with_its_files_when_the_block_ends(root: Path) -> None:
    with scratch_folder("render") as folder, scratch_folder("render") as other:
        assert folder != other
        assert folder.parent == root
        assert folder.name.startswith("render-")
        (folder / "frames").mkdir()
        (folder / "frames" / "1.png").write_bytes(b"x")
    assert list(root.iterdir()) == []


def test_a_block_that_fails_leaves_nothing_and_its_error_as_it_is(root: Path) -> None:
    with pytest.raises(KeyError, match="own"), scratch_folder("render"):
        raise KeyError("own")
    assert list(root.iterdir()) == []


def test_what_a_killed_process_left_is_swept_by_the_next_call(root: Path) -> None:
    with python(HOLDER) as holder:
        folder = Path(line(holder))
        holder.kill()
        holder.wait()
    assert (folder / "half.mp4").exists()
    with scratch_folder("next") as mine:
        assert list(root.iterdir()) == [mine]


def test_a_folder_in_use_is_not_swept_whoever_uses_it(root: Path) -> None:
    with python(HOLDER) as holder, scratch_folder("mine") as mine:
        theirs = Path(line(holder))
        (mine / "clip.mp4").write_bytes(b"half")
        with scratch_folder("next") as another, python(HOLDER) as third:
            last = Path(line(third))
            assert set(root.iterdir()) == {mine, theirs, another, last}
            finish(third)
        assert (mine / "clip.mp4").exists()
        assert (theirs / "half.mp4").exists()
        finish(holder)
    assert list(root.iterdir()) == []


def test_processes_that_make_folders_at_once_do_not_sweep_one_another(root: Path) -> None:
    with ExitStack() as stack:
        makers = [stack.enter_context(python(MAKER, 100)) for _ in range(3)]
        assert {line(maker) for maker in makers} == {"ready"}
        for maker in makers:
            assert maker.stdin is not None
            maker.stdin.write("\n")
            maker.stdin.flush()
        for maker in makers:
            assert finish(maker) == "made all\n"
    assert list(root.iterdir()) == []


def test_a_folder_without_its_lock_is_what_a_kill_left(root: Path) -> None:
    (root / "render-abc.scratch").mkdir(parents=True)
    (root / "render-abc.scratch" / "clip.mp4").write_bytes(b"half")
    with scratch_folder("next") as mine:
        assert list(root.iterdir()) == [mine]


def test_what_others_keep_in_the_same_place_stays(root: Path, tmp_path: Path) -> None:
    (root / "photos").mkdir(parents=True)
    (root / "render-1-abc").mkdir()
    (root / "notes.scratch").write_text("a file")
    (tmp_path / "elsewhere").mkdir()
    (root / "link.scratch").symlink_to(tmp_path / "elsewhere")
    kept = set(root.iterdir())
    with scratch_folder("next") as mine:
        assert set(root.iterdir()) == {*kept, mine}
    assert set(root.iterdir()) == kept
    assert (tmp_path / "elsewhere").exists()


def test_a_scratch_folder_that_is_a_link_to_another_disk_is_followed(
    root: Path, tmp_path: Path
) -> None:
    (tmp_path / "disk").mkdir()
    root.symlink_to(tmp_path / "disk")
    with scratch_folder("render") as folder:
        assert folder.resolve().parent == tmp_path / "disk"
    assert list(root.iterdir()) == []


def test_one_that_never_gives_up_its_turn_is_not_waited_for_for_ever(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root.mkdir()
    monkeypatch.setattr(scratch, "_TURN_S", 0.05)
    with (
        exclusive(root, timeout_s=1, busy="", opened=open_folder),
        pytest.raises(ServiceUnavailable, match="Another run has been making a folder"),
        scratch_folder("render"),
    ):
        pass
    assert list(root.iterdir()) == []


@pytest.mark.parametrize("where", ["pathlib.Path.mkdir", "clipping.scratch.open_lock"])
@pytest.mark.parametrize(
    ("number", "kind", "sentence"),
    [
        pytest.param(errno.ENOSPC, DiskFull, "No space left in the scratch folder", id="full"),
        pytest.param(errno.EDQUOT, DiskFull, "No space left in the scratch folder", id="quota"),
        pytest.param(errno.EACCES, NeedsPerson, "Cannot write to the scratch folder", id="closed"),
    ],
)
def test_a_folder_that_cannot_be_made_is_one_clear_sentence(
    root: Path,
    monkeypatch: pytest.MonkeyPatch,
    where: str,
    number: int,
    kind: type[ClippingError],
    sentence: str,
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))

    root.mkdir()
    with monkeypatch.context() as patch:
        patch.setattr(where, fail)
        with pytest.raises(NeedsPerson, match=sentence) as caught, scratch_folder("render"):
            pass
    assert type(caught.value) is kind
    assert str(root) in str(caught.value)
    assert list(root.iterdir()) == []
