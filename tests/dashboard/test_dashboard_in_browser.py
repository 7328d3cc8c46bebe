"""The dashboard as people meet it: the real server, in a real Chromium."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from http.client import HTTPConnection
from pathlib import Path

import pytest
from playwright.sync_api import FrameLocator, Page, expect
from pydantic import SecretStr

from clipping.db import queries
from clipping.db.queries import people, sign_ins
from clipping.db.session import open_session
from clipping.models import RenderedClip, Role
from clipping.people import passwords
from tests.dashboard.browser_place import (
    FIRST,
    browsing,
    more_clips_to_approve,
    press,
    served,
    sign_in_again,
    until,
)
from tests.dashboard.conftest import Workplace, put_files
from tests.dashboard.door_place import PASSWORD, a_user
from tests.db.values import a_clip, a_detection, a_plan, a_source, a_transcript
from tests.support.chromium import needs_chromium
from tests.support.contrast import faint
from tests.support.media import make_video
from tests.support.prefect_api import FakePrefect

SCRIPT = "<script>window.stolen=1</script><img src=x onerror=window.stolen=1>[x](javascript:x)"
"""What a stranger might call a video, or say in it."""


TABLES = (Path("/proc/net/tcp"), Path("/proc/net/tcp6"))
"""Linux's own of all sockets."""


@pytest.fixture
def address(workplace: Workplace, tmp_path: Path, prefect: FakePrefect) -> Iterator[str]:
    with served(workplace.database_url, workplace.store, tmp_path) as found:
        yield found


def listening_addresses(port: int) -> set[str]:
    """Local addresses on which the port is open, from the kernel's own table."""
    found = set()
    for table in TABLES:
        for line in table.read_text("utf-8").splitlines()[1:]:
            local, state = line.split()[1], line.split()[3]
            host, number = local.rsplit(":", 1)
            if state == "0A" and int(number, 16) == port:
                found.add(host)
    return found


@pytest.fixture
def hostile(clips: list[RenderedClip], workplace: Workplace) -> RenderedClip:
    """A clip of a third client, whose every text is a script."""
    source = a_source("carol", sha256="c" * 64, file_name=f"{SCRIPT}.mp4")
    found = a_detection()
    moment = found.moments[0].model_copy(
        update={"moment_id": "mom_script", "hook": SCRIPT, "reason": SCRIPT, "title": SCRIPT}
    )
    plan = a_plan()
    assert plan.hook is not None
    plan = plan.replace(hook=plan.hook.model_copy(update={"text": SCRIPT}))
    clip = a_clip(
        "clip_script",
        "carol",
        moment_id="mom_script",
        source_id=source.source_id,
        plan=plan,
        recipe_hash=plan.recipe_hash(),
    )
    with open_session(workplace.database_url) as session:
        queries.sources.save_source(session, source)
        heard = queries.transcripts.save_transcript(
            session, source.source_id, None, a_transcript(12)
        )
        kept = found.model_copy(update={"moments": (moment,)})
        queries.detections.save_detection(session, source.source_id, heard, "script", kept)
        queries.clips.save_clip(session, clip)
    put_files(workplace.store, clip)
    return clip


def check_from_outside(address: str) -> None:
    """What the real server tells somebody who has not signed in, and what every answer says."""
    upgrade = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
        "Sec-WebSocket-Version": "13",
        "Origin": address,
    }
    wanted: list[tuple[str, dict[str, str], set[int]]] = [
        ("/", {}, {401}),
        ("/_stcore/host-config", {}, {401}),
        ("/_stcore/health", {}, {200}),
        ("/_stcore/agent/interact", {}, {404}),
        ("/_stcore/stream", upgrade, {403}),
        ("/_stcore/stream", {**upgrade, "Origin": "https://evil.example"}, {403}),
        ("/static/js/index.js", {}, {401}),
        ("/media/clips/clip_good.mp4", {}, {401}),
        ("/auth/sign-in", {}, {200}),
        ("/auth/nothing", {}, {401}),
        ("/", {"Host": "evil.example"}, {400}),
    ]
    for path, headers, statuses in wanted:
        connection = HTTPConnection(address.removeprefix("http://"), timeout=10)
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        status, told = answer.status, answer.headers
        connection.close()
        assert status in statuses, path
        assert "frame-ancestors 'none'" in told["content-security-policy"], path
        assert told["x-content-type-options"] == "nosniff", path


def sign_in(tab: Page, address: str, name: str) -> None:
    tab.goto(f"{address}/?from=a%20mail")
    expect(tab.get_by_role("heading", name="Sign in")).to_be_visible()
    tab.get_by_label("Name").fill(name)
    tab.get_by_label("Password").fill("wrong")
    tab.get_by_role("button", name="Sign in").click()
    expect(tab.get_by_role("alert")).to_have_text("Name or password is wrong.")
    screenshot(tab, "sign-in")
    tab.get_by_label("Password").fill(PASSWORD)
    tab.get_by_role("button", name="Sign in").click()
    expect(tab.get_by_role("heading", name=FIRST, level=1)).to_be_visible(timeout=30_000)
    assert tab.url.startswith(f"{address}/?from=")


def look_around(tab: Page) -> None:
    """As the operator of acme and bravo."""
    tab.get_by_role("link", name="Clips").click()
    expect(tab.get_by_text("Ünexpected")).to_have_count(2)
    covers = tab.locator("img[src*='/media/covers/']")
    expect(covers).to_have_count(2)
    until(
        tab,
        "[...document.querySelectorAll('img')].filter(i => i.src.includes('/media/covers/'))"
        ".every(i => i.complete && i.naturalWidth > 0)",
    )
    screenshot(tab, "clips")
    tab.locator(".st-key-clip_bad button").click()
    expect(tab.get_by_text("hook was not measured, the limit is present")).to_be_visible()
    until(tab, "document.querySelector('video')?.readyState >= 2")
    tab.evaluate("v => { v = document.querySelector('video'); v.muted = true; v.play() }")
    until(tab, "document.querySelector('video').currentTime > 0.1")
    screenshot(tab, "clip")
    tab.get_by_role("link", name="Sources").click()
    expect(tab.get_by_role("heading", name="Sources")).to_be_visible()
    # The box before a row of a table, which is a picture and nothing more.
    tables = tab.get_by_test_id("stDataFrame")
    tables.first.click(position={"x": 16, "y": 52})
    expect(tab.get_by_role("heading", name="Dropped candidates")).to_be_visible()
    expect(tables).to_have_count(3)
    tables.last.click(position={"x": 16, "y": 52})
    expect(tab.get_by_text("Choose a row to read it whole.")).to_have_count(1)
    screenshot(tab, "sources")


def go_through(tab: Page, url: str) -> None:
    """With keys alone: approve, look at the next, go back, play, reject."""

    def front(clip_id: str) -> None:
        until(tab, f"document.querySelector('video')?.src.includes('{clip_id}')")

    tab.get_by_role("link", name="Review").click()
    expect(tab.get_by_text("3 waiting")).to_be_visible()
    front("clip_good")
    screenshot(tab, "review")
    press(tab, "a")
    expect(tab.get_by_text("2 waiting")).to_be_visible()
    front("clip_three")
    press(tab, "j")
    front("clip_two")
    press(tab, "k")
    front("clip_three")
    until(tab, "document.querySelector('video').readyState >= 2")
    tab.evaluate("v => { v = document.querySelector('video'); v.muted = true; v.pause() }")
    press(tab, " ")
    until(tab, "document.querySelector('video').currentTime > 0.1")
    press(tab, "x")
    expect(tab.get_by_role("button", name="The captions are wrong")).to_be_visible()
    screenshot(tab, "review-reject")
    press(tab, "4")
    expect(tab.get_by_text("1 waiting")).to_be_visible()
    front("clip_two")
    with open_session(url) as session:
        told = [
            queries.verdicts.find_verdict(session, name) for name in ("clip_good", "clip_three")
        ]
    assert [one.sentence for one in told if one] == [
        "bo approved it.",
        "bo rejected it: The captions are wrong.",
    ]
    assert (tab.evaluate("document.activeElement.tagName")) != "INPUT"


def look_at_review(tab: Page) -> None:
    """Pictures of what is left of it, on a phone as well."""
    for panel, found in (("Posts", "YouTube"), ("Change", "The film")):
        tab.get_by_role("radio", name=panel, exact=True).click()
        expect(tab.get_by_text(found, exact=True)).to_be_visible()
        screenshot(tab, f"review-{panel.lower()}")
    tab.get_by_role("radio", name="Words", exact=True).click()
    tab.get_by_role("radio", name="List").click()
    expect(tab.get_by_role("button", name="Tick all")).to_be_visible()
    screenshot(tab, "review-list")
    tab.set_viewport_size({"width": 390, "height": 844})
    screenshot(tab, "review-list-phone")
    tab.get_by_role("radio", name="One by one").click()
    expect(tab.locator("video")).to_be_visible()
    screenshot(tab, "review-phone")
    tab.evaluate("document.querySelector('[data-testid=stMain]').scrollTo(0, 700)")
    screenshot(tab, "review-phone-below")
    tab.emulate_media(color_scheme="dark")
    screenshot(tab, "review-phone-dark")
    tab.emulate_media(color_scheme="light")
    wide = tab.evaluate("document.documentElement.scrollWidth")
    assert wide <= 390
    # Whatever of it is read, a verdict is at hand.
    top = tab.evaluate("document.querySelector('.st-key-review_bar').getBoundingClientRect().top")
    assert 600 < top < 844
    tab.set_viewport_size({"width": 1280, "height": 1000})


def add_a_film(tab: Page, folder: Path, prefect: FakePrefect) -> None:
    """As the operator of acme and bravo: a page that calls itself a film, a film, and a link."""
    film = make_video(folder / "The talk.mp4", seconds=16, fps=5, size=(64, 36))
    disguised = folder / "Free films.mp4"
    disguised.write_text("<!DOCTYPE html><script>window.stolen=1</script>", "utf-8")
    tab.get_by_role("link", name="Add", exact=True).click()
    form = tab.frame_locator("iframe[title='Add a video']")
    form.get_by_label("Choose files").set_input_files(film)
    expect(form.get_by_text("Choose for which client this is first.")).to_be_visible()
    screenshots(tab, "add-empty")
    form.get_by_label("Client").select_option("acme")
    form.get_by_label("May be clipped").select_option("licensed")
    form.get_by_label("Owner").fill("Jo Doe")
    form.get_by_label("Choose files").set_input_files([disguised, film])
    refused = form.get_by_text("Free films.mp4 is not a video: its content is text.")
    expect(refused).to_be_visible()
    expect(form.get_by_text("Everything has arrived.")).to_be_visible()
    go_on_after_a_reload(tab, form, folder)
    form.get_by_label("May be clipped").select_option("licensed")
    form.get_by_label("Owner").fill("Jo Doe")
    form.get_by_label("Link").fill("https://youtu.be/abcdefghijk")
    form.get_by_role("button", name="Add the link").click()
    expect(form.get_by_text("The link is added.")).to_be_visible()
    expect(tab.get_by_text("Waits for a worker that is free.")).to_have_count(3)
    expect(tab.get_by_role("link", name="Its source")).to_have_count(2)
    screenshots(tab, "add")
    films = [made["parameters"] for made in prefect.runs.values() if "rights" in made["parameters"]]
    assert [one["rights"]["owner"] for one in films] == ["Jo Doe", "Jo Doe"]
    assert sorted(one["location"].partition(":")[0] for one in films) == ["https", "stored"]
    # That page asks again by itself, which would be told first that a sign-in has ended.
    tab.get_by_role("link", name="Clips").click()
    expect(tab.get_by_role("heading", name="Clips")).to_be_visible()


def go_on_after_a_reload(tab: Page, form: FrameLocator, folder: Path) -> None:
    """A browser that was closed over half a film: it is chosen again, and the rest is sent."""
    film = make_video(folder / "Half.mp4", seconds=17, fps=5, size=(64, 36))
    frame = next(one for one in tab.frames if one.url.endswith("/adding/upload"))
    path = frame.evaluate(BEGIN, ["acme", film.name, film.stat().st_size, film.read_bytes().hex()])
    sent = []
    tab.on(
        "request",
        lambda request: (
            sent.append(request.headers["upload-offset"])
            if request.method == "PATCH" and request.url.endswith(path)
            else None
        ),
    )
    tab.reload()
    expect(form.get_by_text("Choose the same file again to go on.")).to_be_visible()
    form.get_by_label("Client").select_option("acme")
    form.get_by_label("Choose files").set_input_files(film)
    expect(form.get_by_text("Everything has arrived.")).to_be_visible()
    assert sent == ["1000"]
    expect(form.get_by_text("Half.mp4")).to_have_count(1)


BEGIN = """async ([client, name, size, hex]) => {
  const token = document.querySelector('meta[name="clipper-token"]').content;
  const headers = { "Tus-Resumable": "1.0.0", "X-Clipper-Token": token };
  const said = `client ${btoa(client)},filename ${btoa(name)}`;
  const made = await fetch("/adding/files", { method: "POST",
    headers: { ...headers, "Upload-Length": size, "Upload-Metadata": said } });
  const path = made.headers.get("Location");
  const bytes = new Uint8Array(hex.match(/../g).slice(0, 1000).map((pair) => parseInt(pair, 16)));
  await fetch(path, { method: "PATCH", body: bytes,
    headers: { ...headers, "Upload-Offset": "0",
      "Content-Type": "application/offset+octet-stream" } });
  return path;
}"""
"""As the page does it, and then no more."""


def look_further(tab: Page, prefect: FakePrefect) -> None:
    """Strategy, costs and runs, in the light and in the dark, wide and narrow: all can be read."""
    made = prefect.add("clip talk.mp4", "RUNNING", "acme")
    prefect.percents[made["id"]] = 43.0
    prefect.add("clip theirs.mp4", "RUNNING", "carol")
    pages = {
        "Strategy": ("Themes", "See what it changes"),
        "Costs": ("Nothing was spent", "Storage"),
        "Runs": ("clip talk.mp4", "43 %"),
    }
    for name, expected in pages.items():
        tab.get_by_role("link", name=name).click()
        if name == "Runs":
            tab.get_by_role("radio", name="Running").click()
        tab.mouse.move(0, 0)
        for told in expected:
            expect(tab.get_by_text(told).first).to_be_visible()
        for scheme, width in (("light", 1280), ("dark", 390)):
            tab.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            tab.set_viewport_size({"width": width, "height": 1000})
            # Streamlit follows the browser a moment later.
            until(
                tab, f"getComputedStyle(document.querySelector('.stApp')).colorScheme == '{scheme}'"
            )
            screenshot(tab, f"{name.lower()}-{scheme}")
            assert faint(tab) == [], (name, scheme)
            assert tab.evaluate("document.body.scrollWidth <= innerWidth"), (name, width)
        tab.emulate_media(color_scheme="light")
        tab.set_viewport_size({"width": 1280, "height": 1000})
    expect(tab.get_by_text("clip theirs.mp4")).to_have_count(0)


@needs_chromium
def test_people_sign_in_see_what_is_theirs_play_it_and_are_shut_out(
    hostile: RenderedClip,
    clips: list[RenderedClip],
    workplace: Workplace,
    address: str,
    tmp_path: Path,
    prefect: FakePrefect,
) -> None:
    url = workplace.database_url
    bo = a_user(url, "bo", Role.OPERATOR, "acme", "bravo")
    a_user(url, "cy", Role.CLIENT, "carol")
    # The server's own passwords are dear; these need to be no more than argon2id.
    assert passwords.is_password(passwords.hash_password(SecretStr(PASSWORD)), SecretStr(PASSWORD))
    complaints: list[str] = []
    requests: list[str] = []
    if TABLES[0].exists():
        assert listening_addresses(int(address.rsplit(":", 1)[1])) == {"0100007F"}
    check_from_outside(address)
    with browsing() as browser:

        def new_tab() -> Page:
            tab = browser.new_context(viewport={"width": 1280, "height": 1000}).new_page()
            tab.on("request", lambda request: requests.append(request.url))
            tab.on(
                "response",
                lambda answer: (
                    complaints.append(f"{answer.status} {answer.url}")
                    if answer.status >= 400
                    else None
                ),
            )
            tab.on("pageerror", lambda error: complaints.append(str(error)))
            tab.on(
                "console",
                lambda message: (
                    complaints.append(message.text) if message.type == "error" else None
                ),
            )
            return tab

        tab = new_tab()
        sign_in(tab, address, "bo")
        assert tab.evaluate("document.cookie").count("clipper") == 0
        look_around(tab)
        more_clips_to_approve(workplace, clips[0], "clip_two", "clip_three")
        go_through(tab, url)
        look_at_review(tab)
        add_a_film(tab, tmp_path, prefect)
        # What was refused is told by its status, which browsers write down, and after a reload
        # Streamlit first looks for itself below the page's own path.
        expected = ("415", "/add/_stcore/", "404 (Not Found)")
        complaints[:] = [one for one in complaints if not any(part in one for part in expected)]
        look_further(tab, prefect)
        refused = tab.request.get(f"{address}/media/clips/clip_script.mp4")
        assert refused.status == 404
        part = tab.request.get(
            f"{address}/media/clips/clip_good.mp4", headers={"Range": "bytes=0-9"}
        )
        assert (part.status, len(part.body())) == (206, 10)

        other = new_tab()
        sign_in_again(other, address, "cy")
        expect(other.get_by_text("<script>window.stolen=1</script>").first).to_be_visible()
        other.locator(".st-key-clip_script button").click()
        expect(other.get_by_text("seconds of <script>")).to_be_visible()
        expect(other.get_by_role("tab", name="Proof")).to_have_count(0)
        assert other.evaluate("window.stolen") is None
        assert other.locator("a[href^='javascript']").count() == 0
        assert "talk.mp4" not in other.content()
        assert complaints_but(complaints, "401") == []

        # Of those that follow, some are what we want to see.
        told = len(complaints)
        with open_session(url) as session:
            people.set_disabled(session, bo, datetime.now(UTC))
            sign_ins.end_sign_ins(session, bo, datetime.now(UTC))
        tab.get_by_role("link", name="Clips").click()
        expect(tab.get_by_text("Your sign-in has ended.")).to_be_visible()
        expect(tab.get_by_text("talk.mp4")).to_have_count(0)
        expect(tab.get_by_text("bo, operator")).to_have_count(0)
        screenshot(tab, "shut-out")
        tab.reload()
        expect(tab.get_by_role("heading", name="Sign in")).to_be_visible()

        other.goto(f"{address}/auth/account")
        expect(other.get_by_role("heading", name="cy")).to_be_visible()
        screenshot(other, "account")
        other.get_by_role("button", name="Sign out", exact=True).click()
        expect(other.get_by_role("heading", name="Sign in")).to_be_visible()
        assert "Content Security Policy" not in str(complaints[told:])
    assert {url for url in requests if not url.startswith((address, "data:", "blob:"))} == set()


def complaints_but(complaints: list[str], expected: str) -> list[str]:
    """What a browser complained of, but for the wrong password."""
    return [one for one in complaints if expected not in one]


def screenshots(tab: Page, name: str) -> None:
    """As a laptop and a phone show it, by day and by night."""
    if not os.environ.get("SCREENSHOTS"):
        return
    for width, scheme in ((1280, "light"), (1280, "dark"), (390, "light"), (390, "dark")):
        tab.set_viewport_size({"width": width, "height": 1600})
        tab.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        tab.wait_for_timeout(2500)
        screenshot(tab, f"{name}-{width}-{scheme}")
    tab.set_viewport_size({"width": 1280, "height": 1000})
    tab.emulate_media(color_scheme="light")


def screenshot(tab: Page, name: str) -> None:
    """Kept when the environment names a folder for them."""
    folder = os.environ.get("SCREENSHOTS")
    if folder:
        tab.wait_for_timeout(1000)
        tab.screenshot(path=str(Path(folder) / f"{name}.png"))
