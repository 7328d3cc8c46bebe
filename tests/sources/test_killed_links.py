"""SIGKILL of the child or of the parent in the middle of a download: the next run goes on there."""

from __future__ import annotations

import json
import signal
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import psutil
import pytest

from clipping import progress
from clipping.errors import Interrupted, ServiceUnavailable
from clipping.media.tracks import join_tracks
from clipping.sources import fetch_process, links
from clipping.sources.links import fetched_link
from tests.db.processes import python
from tests.sources.children import ForkedChild, children
from tests.sources.conftest import Plugged
from tests.sources.internet import FakeInternet
from tests.sources.pieces import FORMAT, dash, hls, in_pieces, talk
from tests.sources.places import MEDIA, SITE

SIZE = 1_500_000

PARENT = """
    import json, sys
    from clipping.sources import fetch_process
    from clipping.sources.links import fetched_link
    fetch_process.COMMAND = tuple(json.loads(sys.argv[2]))
    print("ready", flush=True)
    with fetched_link(sys.argv[1]) as fetched:
        print(fetched.path, flush=True)
"""


@pytest.fixture(scope="module")
def content(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return talk(tmp_path_factory.mktemp("talk"), padding=SIZE)


def _one_file(net: FakeInternet, content: bytes) -> str:
    return net.page("/v/file", {"formats": [{**FORMAT, "url": net.file("/file/0.mp4", content)}]})


def _playlist(net: FakeInternet, content: bytes) -> str:
    return net.page("/v/list", {"m3u8": hls(net, "list", in_pieces(content, 12))})


def _plain_playlist(net: FakeInternet, content: bytes) -> str:
    return net.page("/v/plain", {"m3u8": hls(net, "plain", in_pieces(content, 12))})


def _manifest(net: FakeInternet, content: bytes) -> str:
    return net.page("/v/manifest", {"mpd": dash(net, "manifest", in_pieces(content, 12))})


PutUp = Callable[[FakeInternet, bytes], str]


def _media_sent(net: FakeInternet) -> int:
    return sum(size for key, size in net.sent.items() if key.endswith(".mp4"))


def _slow_down(net: FakeInternet, seconds: float) -> None:
    for key in list(net.pages):
        if key.startswith(MEDIA) and key.endswith(".mp4"):
            net.pace[key] = seconds


def _wait_for(reached: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not reached():
        assert time.monotonic() < deadline, "nothing happened for half a minute"
        time.sleep(0.01)


def _children() -> list[psutil.Process | ForkedChild]:
    return [*filter(_reads_a_site, psutil.Process().children()), *children().alive()]


def _reads_a_site(child: psutil.Process) -> bool:
    try:
        return "site_child" in " ".join(child.cmdline())
    except psutil.NoSuchProcess:
        # It has ended since, or nobody has asked yet how.
        return False


@pytest.fixture
def joined(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """What was handed to be put into a container, byte for byte."""
    seen: list[bytes] = []

    def join(paths: Sequence[Path], out_path: Path) -> None:
        seen.append(b"".join(path.read_bytes() for path in paths))
        join_tracks(paths, out_path)

    monkeypatch.setattr(links, "join_tracks", join)
    return seen


def _interrupt(net: FakeInternet, url: str) -> None:
    """Begin a download, and kill the child when half of it was sent and a piece is on its way."""
    _slow_down(net, 0.05)

    def kill() -> None:
        _wait_for(lambda: _media_sent(net) > SIZE * 0.52)
        for child in _children():
            child.kill()

    killer = threading.Thread(target=kill)
    killer.start()
    with pytest.raises(Interrupted, match="killed from outside"), fetched_link(url):
        pass
    killer.join()
    assert _children() == []
    net.pace.clear()


@pytest.mark.parametrize(
    ("put_up", "whole"),
    [
        pytest.param(_one_file, True, id="one file"),
        pytest.param(_playlist, True, id="HLS"),
        pytest.param(_manifest, True, id="DASH"),
        pytest.param(_plain_playlist, False, id="HLS by yt-dlp's own downloader"),
    ],
)
def test_a_killed_child_is_an_interruption_and_the_next_one_goes_on(
    put_up: PutUp,
    whole: bool,
    net: FakeInternet,
    plugged: Plugged,
    scratch: Path,
    content: bytes,
    joined: list[bytes],
) -> None:
    """Of pieces the last may have been written and not yet noted: it must not be there twice."""
    plugged(plain_fragments=not whole)
    url = put_up(net, content)
    _interrupt(net, url)
    if put_up is not _one_file:
        with next(scratch.rglob("*.mp4.part")).open("ab") as file:
            file.write(content[:5_000])
    before = _media_sent(net)
    with fetched_link(url) as fetched:
        found = joined[0] if joined else fetched.path.read_bytes()
    assert (found == content) is whole
    # What was on its way when the child was killed is sent once more.
    assert _media_sent(net) - before < SIZE * 0.75
    assert [path for path in scratch.rglob("*") if path.is_file()] == []


def test_a_child_dies_with_its_parent_and_the_next_parent_goes_on(
    net: FakeInternet, plugged: Plugged, scratch: Path, content: bytes
) -> None:
    url = _one_file(net, content)
    _slow_down(net, 0.05)
    command = json.dumps(fetch_process.COMMAND)
    with python(PARENT, url, command) as parent:
        _wait_for(lambda: _media_sent(net) > SIZE // 2)
        started = psutil.Process(parent.pid).children(recursive=True)
        assert started
        parent.send_signal(signal.SIGKILL)
        parent.wait()
    _gone, alive = psutil.wait_procs(started, timeout=5)
    assert alive == []
    left = [path for path in scratch.rglob("*") if path.is_file()]
    assert {path.suffix for path in left} == {".part", ".lock"}
    net.pace.clear()
    net.forget()
    with fetched_link(url) as fetched:
        assert fetched.path.read_bytes() == content
    assert net.sent[f"{MEDIA}/file/0.mp4"] < SIZE * 0.75
    assert [asked.begin > SIZE // 4 for asked in net.asked if asked.host == MEDIA] == [True]


@pytest.mark.usefixtures("from_nothing")
def test_a_parent_that_is_told_to_stop_leaves_no_child(
    net: FakeInternet, plugged: Plugged, scratch: Path, content: bytes
) -> None:
    url = _one_file(net, content)
    _slow_down(net, 0.05)

    def stop(event: progress.Progress) -> None:
        if event.fraction > 0.3:
            raise KeyboardInterrupt

    with progress.listening(stop), pytest.raises(KeyboardInterrupt), fetched_link(url):
        pass
    assert _children() == []
    net.pace.clear()
    with fetched_link(url) as fetched:
        assert fetched.path.read_bytes() == content


def test_a_child_that_hangs_is_ended(
    net: FakeInternet, plugged: Plugged, scratch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetch_process, "SILENCE_S", 1.0)
    hanging = threading.Event()
    net.pages[f"{SITE}/v/hang"] = lambda asked: (hanging.wait(20) and None) or (200, {}, b"{}")
    with (
        pytest.raises(ServiceUnavailable, match="standstill"),
        fetched_link(f"https://{SITE}/v/hang"),
    ):
        pass
    hanging.set()
    assert _children() == []
