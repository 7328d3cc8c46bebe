"""The page in a real Chromium, opened from ``file://`` the way an operator does."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, sync_playwright
from playwright.sync_api import Page as Tab

from clipping.media.ffmpeg import run_ffmpeg
from clipping.reports import write_report_page
from tests.db.values import a_source
from tests.reports.values import WORDS, a_report, rejections
from tests.support.chromium import ARGUMENTS, CHROMIUM, QUIET, needs_chromium

pytestmark = needs_chromium
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
HOSTILE = (
    """</script><script>document.title='run'</script><img src=x onerror="document.title='run'">"""
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two clips of four seconds with sound, covers, a page, names that need quoting."""
    made = tmp_path_factory.mktemp("out with space") / "talk #1"
    made.mkdir()
    first, second = made / "01-50% of you?.mp4", made / "02-zwei.mp4"
    picture, sound = "testsrc2=size=180x320:rate=25:duration=4", "sine=frequency=300:duration=4"
    coding = ["-pix_fmt", "yuv420p", "-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac"]
    sources = ["-f", "lavfi", "-i", picture, "-f", "lavfi", "-i", sound]
    run_ffmpeg([*sources, *coding, "-movflags", "+faststart", str(first)], timeout_s=60)
    shutil.copy(first, second)
    for video in (first, second):
        frame = ["-i", str(video), "-frames:v", "1", str(video.with_suffix(".jpg"))]
        run_ffmpeg(frame, timeout_s=60)
    words = (*WORDS[:3], WORDS[3].model_copy(update={"text": HOSTILE}))
    clips = [
        (a_report(number, words=words, hook=HOSTILE), video, video.with_suffix(".jpg"))
        for number, video in enumerate((first, second), start=1)
    ]
    dropped = list(enumerate(rejections(120), start=1))
    write_report_page(made / "report.html", a_source(), clips, dropped, ("A note.",), "det_1")
    return made


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=[*ARGUMENTS, *QUIET])
        yield launched
        launched.close()


class Seen:
    """Everything a page complained about or asked for."""

    def __init__(self, tab: Tab) -> None:
        self.complaints: list[str] = []
        self.requests: list[str] = []
        tab.on("console", lambda message: self.complaints.append(f"{message.type}: {message.text}"))
        tab.on("pageerror", lambda error: self.complaints.append(str(error)))
        tab.on("requestfailed", lambda request: self.complaints.append(f"failed: {request.url}"))
        tab.on("request", lambda request: self.requests.append(request.url))


def eventually(tab: Tab, condition: str, seconds: float = 10) -> None:
    """Wait for a JavaScript condition, from outside: the page's own policy forbids ``eval``."""
    deadline = time.monotonic() + seconds
    while not tab.evaluate(condition):
        assert time.monotonic() < deadline, condition
        tab.wait_for_timeout(20)


def open_page(tab: Tab, folder: Path) -> Seen:
    seen = Seen(tab)
    tab.goto((folder / "report.html").as_uri())
    eventually(tab, "[...document.querySelectorAll('video')].every(v => v.readyState >= 1)")
    return seen


@pytest.fixture(scope="module")
def opened(browser: Browser, folder: Path) -> Iterator[Tab]:
    """The page, opened once."""
    tab = browser.new_page()
    open_page(tab, folder)
    yield tab
    tab.close()


@pytest.fixture
def tab(opened: Tab) -> Tab:
    """The page with its clips at their starts, without sound."""
    opened.evaluate(
        "document.querySelectorAll('video').forEach("
        "v => { v.muted = true; v.pause(); if (v.currentTime) v.currentTime = 0 })"
    )
    at_rest = "v => v.paused && !v.seeking && v.currentTime === 0"
    eventually(opened, f"[...document.querySelectorAll('video')].every({at_rest})")
    return opened


def test_the_page_loads_without_an_error_asks_only_for_its_own_files_and_has_the_readers_colours(
    browser: Browser, folder: Path
) -> None:
    shades = []
    for scheme in SCHEMES:
        tab = browser.new_page(color_scheme=scheme)
        seen = open_page(tab, folder)
        # Chromium abandons a media request once it has the metadata; that is no failure.
        assert [text for text in seen.complaints if not text.endswith(".mp4")] == []
        assert {url.split("?")[0] for url in seen.requests} == {
            (folder / name).as_uri()
            for name in ("report.html", "01-50% of you?.mp4", "02-zwei.mp4")
        }
        shades.append(tab.evaluate("getComputedStyle(document.body).backgroundColor"))
        tab.close()
    assert shades[0] != shades[1]


def test_a_clip_plays_and_its_words_light_up(tab: Tab) -> None:
    tab.evaluate("document.querySelector('video').play()")
    eventually(tab, "document.querySelector('video').currentTime > 0.1")
    tab.wait_for_selector("#clip-1 .word.now", timeout=5000)
    assert tab.evaluate("document.querySelector('video').videoWidth") == 180


def test_a_click_on_a_word_plays_from_there(tab: Tab) -> None:
    tab.click("#clip-2 .word >> nth=2")
    eventually(tab, "document.querySelectorAll('video')[1].currentTime > 2.05")
    assert tab.evaluate("document.querySelectorAll('video')[1].currentTime") < 4
    assert tab.evaluate("document.querySelectorAll('video')[0].currentTime") == 0
    assert tab.inner_text("#clip-2 .word.muted").startswith("s***,")


def test_only_one_clip_plays_at_a_time(tab: Tab) -> None:
    tab.click("#clip-1 .word >> nth=0")
    eventually(tab, "!document.querySelectorAll('video')[0].paused")
    tab.click("#clip-2 .word >> nth=0")
    eventually(tab, "document.querySelectorAll('video')[0].paused")
    assert tab.evaluate("document.querySelectorAll('video')[0].ended") is False
    assert tab.evaluate("document.querySelectorAll('video')[1].paused") is False


def test_words_can_be_reached_with_the_keyboard(tab: Tab) -> None:
    tab.focus("#clip-1 .word >> nth=1")
    tab.keyboard.press("Enter")
    eventually(tab, "document.querySelector('video').currentTime > 0.45")


def test_hostile_text_is_shown_and_never_run(tab: Tab) -> None:
    assert tab.title() == "Clips of talk.mp4"
    assert tab.inner_text("#hook-1") == HOSTILE
    assert tab.locator("img").count() == 0


def test_dropped_candidates_are_paged_sorted_and_searched(tab: Tab) -> None:
    tab.click("summary:has(#dropped-title)")
    rows = "#rejections tbody tr"
    assert tab.locator(rows).count() == 50
    assert tab.inner_text(f"{rows} >> nth=0").split()[:2] == ["100", "99"]
    tab.click("#rejections button[data-sort=score]")
    assert tab.inner_text(f"{rows} >> nth=0").split()[:2] == ["1", "0"]
    tab.click("#next")
    tab.click("#next")
    assert tab.locator(rows).count() == 20
    assert tab.is_disabled("#next")
    tab.select_option("#code", "low_score")
    assert tab.inner_text("#count") == "60 of 120"
    tab.fill("#search", "candidate 118")
    assert tab.locator(rows).count() == 1
    assert "Reason 118." in tab.inner_text(rows)


def test_a_narrow_screen_needs_no_sideways_scrolling(tab: Tab) -> None:
    tab.set_viewport_size({"width": 360, "height": 700})
    assert tab.evaluate("document.documentElement.scrollWidth") <= 360
