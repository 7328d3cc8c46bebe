"""What the report of a clip holds, and what is written into the page."""

from __future__ import annotations

import base64
import errno
import os
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import pytest

from clipping.copywriting import problems
from clipping.errors import DiskFull, RenderFailed
from clipping.models import (
    ClipState,
    Decision,
    Draft,
    Hold,
    HoldKind,
    PlatformName,
    PostCopy,
    Rejection,
    Release,
    RenderedClip,
    SourceVideo,
    Verdict,
    Writing,
    WritingPolicy,
)
from clipping.reports import Beside, clip_report, html, write_report_page
from clipping.timing import TimeSpan
from tests.db.values import a_clip, a_moment, a_plan, a_source
from tests.reports.values import a_check, a_report, rejections

JPEG = b"\xff\xd8\xff\xe0 not really a picture"


class Page(HTMLParser):
    """Elements with their attributes, and the visible text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self._hidden = 0
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self._hidden += tag in {"script", "style"}

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in {"script", "style"}

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.text += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


def write(folder: Path, *clips: object, **changes: object) -> Page:
    """A page with the given reports; ``changes`` replace the other arguments."""
    triples = []
    for number, report in enumerate(clips, 1):
        video = folder / f"{number:02d}-clip.mp4"
        cover = video.with_suffix(".jpg")
        cover.write_bytes(JPEG)
        triples.append((report, video, cover))
    values = {"source": a_source(), "clips": triples, "rejections": [], "notes": ()} | changes
    values["rejections"] = list(enumerate(values["rejections"], start=1))  # type: ignore[arg-type]
    write_report_page(folder / "report.html", **values)  # type: ignore[arg-type]
    return Page((folder / "report.html").read_text("utf-8"))


def test_a_report_joins_clip_source_and_moment() -> None:
    clip, source, moment = a_clip(), a_source(), a_moment()
    report = clip_report(clip, source, moment, "captions", "local")
    assert report.span == clip.plan.span
    assert report.words == clip.plan.words
    assert report.proof == clip.proof
    assert (report.score, report.hook, report.reason) == (moment.score, moment.hook, moment.reason)
    assert report.source.model_dump() == {
        "sha256": source.sha256,
        "file_name": source.file_name,
        "duration_ms": source.media.duration_ms,
        "rights": source.rights.model_dump(),
    }
    assert (report.transcriber, report.detector) == ("captions", "local")
    assert (report.recipe_hash, report.style) == (clip.recipe_hash, clip.style)


def test_the_rubric_of_a_report_keeps_the_detectors_order_and_words() -> None:
    report = clip_report(a_clip(), a_source(), a_moment(), "captions", "local")
    assert list(report.rubric) == ["claim", "pace"]
    assert report.rubric["claim"] == {
        "value": pytest.approx(0.3),
        "weight": 2.5,
        "evidence": "nobody expected",
    }


def test_a_report_has_a_fitted_post_for_each_platform() -> None:
    caption = "Nobody expected <this>. Here is why, guru: https://acme.com/x"
    draft = Draft(hook="Nobody", caption=caption, title="<Nobody> expected this", language="en")
    writing = Writing(draft=draft, writer="claude", writer_version="1", wishes="w", notes=("So.",))
    beside = Beside(writing, WritingPolicy(banned_words=("guru",)))
    report = clip_report(a_clip(), a_source(), a_moment(), "captions", "local", beside)
    assert [post.platform for post in report.posts] == list(PlatformName)
    assert [problems(post) for post in report.posts] == [[]] * 4
    assert {post.caption for post in report.posts} == {
        "Nobody expected <this>.",
        "Nobody expected ‹this›.",
    }
    assert (report.writer, report.writing_notes) == ("claude", ("So.",))
    bare = clip_report(a_clip(), a_source(), a_moment(), "captions", "local")
    assert (bare.posts, bare.writer) == ((), "")


def test_the_page_shows_each_post_as_it_would_be_pasted(tmp_path: Path) -> None:
    posts = [
        PostCopy(
            platform=platform,
            title="Why <b>" if platform is PlatformName.YOUTUBE else "",
            caption="<script>alert(1)</script>\nSecond line.",
            hashtags=("why",),
            trimmed=("Links left out.",),
        )
        for platform in PlatformName
    ]
    report = a_report(posts=posts, writer="claude", writing_notes=("The title is another.",))
    page = write(tmp_path, report, a_report(2))
    for expected in ("TikTok", "Instagram", "YouTube", "Links left out.", "The title is another."):
        assert expected in page.text
    assert page.text.count("<script>alert(1)</script>\nSecond line.\n\n#why") == 4
    assert page.text.count("Words to post") == 1, "a report without posts has none"
    assert "Why <b>" in page.text


@pytest.mark.parametrize(
    ("clip", "source"),
    [
        pytest.param(a_clip(), a_source(sha256="b" * 64), id="another source"),
        pytest.param(a_clip(moment_id="mom_other"), a_source(), id="another moment"),
    ],
)
def test_parts_that_do_not_belong_together_are_refused(
    clip: RenderedClip, source: SourceVideo
) -> None:
    with pytest.raises(ValueError, match="is not a clip of"):
        clip_report(clip, source, a_moment(), "captions", "local")


def test_every_clip_has_player_cover_hook_words_and_proof(tmp_path: Path) -> None:
    page = write(tmp_path, a_report(1), a_report(2))
    videos = page.all("video")
    assert [video["src"] for video in videos] == ["./01-clip.mp4", "./02-clip.mp4"]
    poster = videos[0]["poster"]
    assert poster is not None
    assert base64.b64decode(poster.removeprefix("data:image/jpeg;base64,")) == JPEG
    words = [button for button in page.all("button") if "data-start" in button]
    assert [word["data-start"] for word in words] == ["0", "450", "2000", "3000"] * 2
    assert [word["class"] for word in words[:4]] == ["word", "word", "word muted", "word"]
    for expected in ("Hook number 1", "Hook number 2", "0:20.000-0:24.000", "1080 px", "✓ passed"):
        assert expected in page.text


def test_the_page_asks_for_nothing_but_its_videos(tmp_path: Path) -> None:
    page = write(tmp_path, a_report(), rejections=rejections(3))
    fetched = [
        attributes[name]
        for tag, attributes in page.elements
        for name in ("src", "href", "srcset", "poster", "action", "data")
        if tag != "a" and attributes.get(name)
    ]
    assert [address for address in fetched if not str(address).startswith("data:")] == [
        "./01-clip.mp4"
    ]
    policy = next(m for m in page.all("meta") if m.get("http-equiv") == "Content-Security-Policy")
    assert str(policy["content"]).startswith("default-src 'none'; script-src 'sha256-")
    assert "http" not in (tmp_path / "report.html").read_text("utf-8").replace("http-equiv", "")


def test_a_failed_check_stands_first_and_is_named(tmp_path: Path) -> None:
    checks = (
        a_check("width", 1080, 1080, "px"),
        a_check("true_peak", -0.43, -1.0, "dBTP", passed=False),
        a_check("mute_level", None, -50, "dBFS", passed=False),
    )
    page = write(tmp_path, a_report(checks=checks))
    assert "Failed 2 of 3 checks" in page.text
    assert page.text.index("true peak") < page.text.index("mute level") < page.text.index("width")
    assert "-0.43 dBTP" in page.text
    assert "not measured" in page.text
    assert page.text.count("✗ failed") == 2


def test_clips_that_passed_are_counted_as_ready(tmp_path: Path) -> None:
    bad = a_report(2, checks=(a_check("hook", None, "present", passed=False),))
    page = write(tmp_path, a_report(1), bad)
    assert "Ready to post1" in page.text


HELD = Hold(kind=HoldKind.PERSONAL_DATA, reason="It seems to hold a <street> address.")


def test_what_holds_a_clip_and_how_to_release_it_stand_beside_it(tmp_path: Path) -> None:
    report = a_report(state=ClipState.HELD, holds=(HELD,))
    page = write(tmp_path, report, a_report(2))
    assert "Ready to post1" in page.text
    assert "Wait for a person1" in page.text
    assert "Waits for a person" in page.text
    assert HELD.reason in page.text
    assert f"clipper release {report.clip_id} --by NAME" in page.text


def test_what_was_agreed_to_holds_a_clip_no_longer_and_who_agreed_is_said(tmp_path: Path) -> None:
    at = datetime(2026, 11, 26, 9, 5, tzinfo=UTC)
    agreed = Release(clip_id="c", holds=(HELD,), person="Jo <b>", note="Asked her.", released_at=at)
    page = write(tmp_path, a_report(holds=(HELD,), releases=(agreed,), rescued_at=at))
    assert "Released by Jo <b> on 2026-11-26 09:05 UTC: Asked her." in page.text
    assert "Brought back by hand on 2026-11-26 09:05 UTC" in page.text
    assert HELD.reason not in page.text
    assert "Wait for a person" not in page.text


def test_a_clip_without_a_hook_is_known_by_its_first_words_and_says_why(tmp_path: Path) -> None:
    page = write(tmp_path, a_report(hook="", natural_start="It opens on a scream."))
    assert page.text.count("Nobody saw s***, coming.") == 1
    assert "It starts without a hook: It opens on a scream." in page.text


def test_dropped_candidates_come_with_their_numbers_and_the_command_that_takes_them(
    tmp_path: Path,
) -> None:
    page = write(tmp_path, rejections=rejections(2), detection_key="det_1")
    assert "clipper rescue det_1 --take NUMBER" in page.text
    assert '"number": 2' in (tmp_path / "report.html").read_text("utf-8")


def test_a_report_says_why_a_clip_starts_without_a_hook_only_when_it_does() -> None:
    told = a_moment(natural_start="It opens on a scream.", rescued_at=None)
    bare = a_clip(plan=a_plan(hook=None))
    assert clip_report(a_clip(), a_source(), told, "captions", "local").natural_start == ""
    without = clip_report(bare, a_source(), told, "captions", "local")
    assert (without.natural_start, without.hook) == ("It opens on a scream.", "")


def test_a_page_without_clips_says_so_and_shows_the_reasons(tmp_path: Path) -> None:
    page = write(tmp_path, rejections=rejections(2), notes=("Nothing was loud.",))
    assert "No clip was made of this video." in page.text
    assert "Nothing was loud." in page.text
    assert any("open" in details for details in page.all("details"))


HOSTILE = (
    """</script><script>alert(1)</script><img src=x onerror=alert(2)>"'`&amp;{{ 7*7 }}\u2028"""
)


def test_hostile_text_stays_text_wherever_it_comes_from(tmp_path: Path) -> None:
    report = a_report(
        hook=HOSTILE,
        reason=HOSTILE,
        style=HOSTILE,
        transcriber=HOSTILE,
        rubric={HOSTILE: {"value": 1, "weight": 1, "evidence": HOSTILE}},
        words=tuple(word.model_copy(update={"text": HOSTILE}) for word in a_report().words),
        checks=(a_check(HOSTILE, HOSTILE, HOSTILE, HOSTILE),),
    )
    dropped = Rejection(
        span=TimeSpan(start_ms=0, end_ms=1), score=0, code=HOSTILE, reason=HOSTILE, text=HOSTILE
    )
    source = a_source(client=HOSTILE, file_name=HOSTILE)
    page = write(tmp_path, report, source=source, rejections=[dropped], notes=[HOSTILE])
    assert len(page.all("script")) == 2
    assert page.all("img") == []
    assert all(not name.startswith("on") for _, found in page.elements for name in found)
    assert page.text.count(HOSTILE) >= 12
    assert "7*7" in page.text


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("01-50% off? #1 & more.mp4", id="characters of addresses"),
        pytest.param("01-เรื่องเล่า.mp4", id="Thai"),
        pytest.param("javascript:alert(1).mp4", id="looks like a scheme"),
        pytest.param('01-"quoted" <b>.mp4', id="quotes and tags"),
    ],
)
def test_a_video_of_any_name_is_referred_to(name: str, tmp_path: Path) -> None:
    page = write(tmp_path, clips=[(a_report(), tmp_path / name, tmp_path / "none.jpg")])
    address = page.all("video")[0]["src"]
    assert address is not None
    assert address.startswith("./")
    assert not set(address) & set('?#"<> ')
    assert unquote(address) == f"./{name}"


def test_a_video_elsewhere_is_referred_to_by_relative_path(tmp_path: Path) -> None:
    video = tmp_path / "store" / "clip.mp4"
    (tmp_path / "out").mkdir()
    clips = [(a_report(), video, video.with_suffix(".jpg"))]
    page = write(tmp_path / "out", clips=clips)
    assert page.all("video")[0]["src"] == "./../store/clip.mp4"
    assert "poster" not in page.all("video")[0]


def test_the_json_report_is_linked_when_it_lies_there(tmp_path: Path) -> None:
    assert "./01-clip.json" not in [a["href"] for a in write(tmp_path, a_report()).all("a")]
    (tmp_path / "01-clip.json").write_text("{}", encoding="utf-8")
    assert "./01-clip.json" in [a["href"] for a in write(tmp_path, a_report()).all("a")]


def test_the_same_facts_give_the_same_page(tmp_path: Path) -> None:
    write(tmp_path, a_report(), rejections=rejections(5))
    first = (tmp_path / "report.html").read_bytes()
    write(tmp_path, a_report(), rejections=rejections(5))
    assert (tmp_path / "report.html").read_bytes() == first


def test_a_broken_surrogate_in_a_name_does_not_stop_the_page(tmp_path: Path) -> None:
    page = write(tmp_path, source=a_source(file_name="talk\udcff.mp4"))
    assert "talk?.mp4" in page.text


@pytest.mark.parametrize(
    ("number", "error", "words"),
    [
        pytest.param(errno.ENOSPC, DiskFull, "The disk is full: report.html", id="no space"),
        pytest.param(errno.EACCES, RenderFailed, "report.html could not be", id="not allowed"),
    ],
)
def test_a_page_that_cannot_be_written_leaves_the_old_one_whole(
    number: int,
    error: type[Exception],
    words: str,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    write(tmp_path, a_report())
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}

    def replace(self: Path, target: Path) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(Path, "replace", replace)
    with pytest.raises(error, match=words):
        write(tmp_path, a_report(2))
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        pytest.param(1080, "px", "1080 px", id="whole number"),
        pytest.param(1080.0, "px", "1080 px", id="whole float"),
        pytest.param(-14.0321, "LUFS", "-14.03 LUFS", id="rounded"),
        pytest.param(0.333333, "", "0.3333", id="no unit"),
        pytest.param("h264", "", "h264", id="text"),
        pytest.param(None, "dB", "not measured", id="nothing"),
        pytest.param(float("-inf"), "dBFS", "-inf dBFS", id="silence"),
    ],
)
def test_amounts_read_as_people_write_them(value: float | str | None, unit: str, text: str) -> None:
    assert html.amount(value, unit) == text


def test_what_somebody_decided_stands_beside_the_clip(tmp_path: Path) -> None:
    at = datetime(2026, 11, 26, 9, 5, tzinfo=UTC)
    no = Verdict(clip_id="c", decision=Decision.REJECTED, person="Jo <b>", why="Too loud.", at=at)
    yes = no.replace(decision=Decision.APPROVED, why="")
    page = write(tmp_path, a_report(1, verdict=no), a_report(2, verdict=yes), a_report(3))
    assert "Rejected by Jo <b> on 2026-11-26 09:05 UTC: Too loud." in page.text
    assert "Approved by Jo <b> on 2026-11-26 09:05 UTC\n" in page.text
    assert "Ready to post2" in page.text
    report = clip_report(a_clip(), a_source(), a_moment(), "captions", "local", verdict=no)
    assert report.verdict == no
