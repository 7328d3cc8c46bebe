"""What was added becomes a source and a run, or says why not; the page shows how far it is."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zlib import crc32

import pytest
from starlette.testclient import TestClient

from clipping.db import queries
from clipping.db.queries import additions
from clipping.db.queries.clients import save_client
from clipping.db.queries.overview import SourceOverview
from clipping.db.session import open_session
from clipping.errors import Broken
from clipping.models import Addition, AdditionKind, AdditionState, Ground, Rights, Role
from clipping.settings import settings
from dashboard.adding import finishing, parts
from dashboard.adding.runs import RunState
from dashboard.adding.standing import standing
from tests.dashboard.conftest import Workplace
from tests.dashboard.door_place import a_user, browser, come_in, headers_for
from tests.dashboard.page_place import open_page, press, said
from tests.db.values import a_source
from tests.support.media import make_video
from tests.support.prefect_api import FakePrefect

NOW = datetime.now(UTC)
CAPTIONS = b"1\n00:00:00,100 --> 00:00:00,900\nHello there\n"


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("film") / "film.mp4"
    return make_video(path, seconds=16, fps=5, size=(64, 36)).read_bytes()


@pytest.fixture
def place(workplace: Workplace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workplace:
    """Two clients."""
    monkeypatch.setenv("CLIPPER_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("CLIPPER_DISK_STOP_BYTES", "0")
    settings.cache_clear()
    with open_session(workplace.database_url) as session:
        for name in ("acme", "bravo"):
            save_client(session, name)
    return workplace


def an_addition(name: str = "talk.mp4", **given: object) -> Addition:
    values: dict[str, object] = {
        "addition_id": f"add_{crc32(name.encode()):032x}",
        "client": "acme",
        "user_id": "user_1",
        "added_by": "otto",
        "kind": AdditionKind.FILE,
        "state": AdditionState.RECEIVED,
        "created_at": NOW,
        "updated_at": NOW,
    }
    return Addition.model_validate({**values, "name": name, **given})


def arrived(
    place: Workplace, data: bytes, name: str = "talk.mp4", rights: Rights | None = None
) -> str:
    """A file that is all there."""
    size = len(data)
    made = an_addition(name, size_bytes=size, received_bytes=size, rights=rights or Rights())
    path = parts.part_path(made.addition_id)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    keep(place, made)
    return made.addition_id


def keep(place: Workplace, made: Addition) -> None:
    with open_session(place.database_url) as session:
        additions.add_addition(session, made)


def finish_all(place: Workplace) -> None:
    """As the processes do that are started for each."""
    with open_session(place.database_url) as session:
        waiting = additions.has_arrived(session)
    for addition_id in waiting:
        finishing.finish_if_free(addition_id)


def found(place: Workplace, addition_id: str) -> Addition:
    with open_session(place.database_url) as session:
        kept = additions.find_addition(session, addition_id)
    assert kept is not None
    return kept


def test_a_film_that_has_arrived_is_stored_and_clipped_by_its_name_in_the_store(
    place: Workplace, prefect: FakePrefect, film: bytes
) -> None:
    rights = Rights(ground=Ground.LICENSED, owner="Jo Doe")
    addition_id = arrived(place, film, rights=rights)
    finish_all(place)
    kept = found(place, addition_id)
    assert kept.state is AdditionState.STARTED, kept.said
    with open_session(place.database_url) as session:
        source = queries.sources.get_source(session, kept.source_id or "")
    assert (source.file_name, source.client, source.rights) == ("talk.mp4", "acme", rights)
    assert (place.store / source.media_key).read_bytes() == film
    assert not parts.part_path(addition_id).exists()
    assert prefect.runs[kept.run_id]["parameters"] == {
        "location": f"stored:{source.source_id}",
        "client": "acme",
        "rights": {"ground": "licensed", "owner": "Jo Doe", "note": ""},
    }
    assert prefect.runs[kept.run_id]["tags"] == ["client:acme"]
    # Whoever was killed before that was written down does it again, and starts no second run.
    arrived(place, film, name="talk2.mp4")
    finish_all(place)
    assert len(list((place.store / "acme" / "sources").iterdir())) == 1


@pytest.mark.parametrize(
    ("data", "told"),
    [
        pytest.param("film", "talk.mp4 is too short", id="short"),
        pytest.param("half", "talk.mp4 ", id="cut short"),
        pytest.param("lost", "talk.mp4 was lost on this machine", id="lost"),
    ],
)
def test_a_film_that_cannot_be_clipped_is_refused_in_words_and_leaves_nothing(
    place: Workplace,
    film: bytes,
    data: str,
    told: str,
    tmp_path: Path,
) -> None:
    short = make_video(tmp_path / "short.mp4", seconds=1, size=(64, 36)).read_bytes()
    addition_id = arrived(place, {"film": short, "half": film[:-2000], "lost": film}[data])
    if data == "lost":
        parts.part_path(addition_id).write_bytes(b"")
    finish_all(place)
    kept = found(place, addition_id)
    assert kept.state is AdditionState.REFUSED
    assert kept.said.startswith(told)
    assert addition_id not in kept.said
    assert not parts.part_path(addition_id).exists()
    assert not list(place.store.rglob("*.mp4"))


def test_a_file_of_another_machine_is_left_to_it(place: Workplace) -> None:
    made = an_addition(size_bytes=9, received_bytes=9)
    keep(place, made)
    finish_all(place)
    assert found(place, made.addition_id).state is AdditionState.RECEIVED


def test_a_file_that_ends_who_reads_it_is_refused_and_the_next_one_is_taken_in(
    place: Workplace, film: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    deadly, hanging, well, stopped = (
        arrived(place, film, name=name) for name in ("deadly", "hanging", "well", "stopped")
    )
    read: list[str] = []
    codes = {deadly: -signal.SIGSEGV, well: 0, stopped: -signal.SIGTERM}

    def run(command: list[str], **how: Any) -> subprocess.CompletedProcess[str]:
        assert command[1:-1] == ["-m", "dashboard.adding.finishing"]
        read.append(command[-1])
        if command[-1] == hanging:
            raise subprocess.TimeoutExpired(command, how["timeout"])
        return subprocess.CompletedProcess(command, codes[command[-1]])

    monkeypatch.setattr("dashboard.adding.finishing.subprocess.run", run)
    finishing.finish_all()
    assert sorted(read) == sorted([deadly, hanging, well, stopped])
    for addition_id in (deadly, hanging):
        kept = found(place, addition_id)
        assert kept.state is AdditionState.REFUSED
        assert "cannot be read" in kept.said
        assert not parts.part_path(addition_id).exists()
    for addition_id in (well, stopped):
        assert found(place, addition_id).state is AdditionState.RECEIVED
        assert parts.part_path(addition_id).exists()


def test_captions_that_an_upload_waits_with_are_in_use_and_without_them_it_is_refused(
    place: Workplace, film: bytes
) -> None:
    path = parts.part_path(an_addition().addition_id)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(film)
    size = len(film)
    made = an_addition(size_bytes=size, received_bytes=size, captions_key="acme/captions/x.srt")
    keep(place, made)
    with open_session(place.database_url) as session:
        assert queries.lineage.captions_in_use(session, "acme/captions/x.srt")
        assert not queries.lineage.captions_in_use(session, "acme/captions/y.srt")
    finish_all(place)
    kept = found(place, made.addition_id)
    assert kept.state is AdditionState.REFUSED
    assert "captions are gone" in kept.said
    with open_session(place.database_url) as session:
        assert not queries.lineage.captions_in_use(session, "acme/captions/x.srt")


def test_files_of_others_in_the_folder_are_none_of_ours(place: Workplace) -> None:
    made = an_addition()
    path = parts.part_path(made.addition_id)
    path.parent.mkdir(parents=True, exist_ok=True)
    for name in (path.name, "notes", "backup_2025", "add_7"):
        (path.parent / name).write_bytes(b"x")
    assert parts.ids_here() == [made.addition_id]
    for name in ("notes", "add_7", ""):
        with pytest.raises(Broken):
            parts.part_path(name)


def test_without_prefect_a_film_is_kept_and_it_is_said_what_is_missing(
    place: Workplace, film: bytes
) -> None:
    addition_id = arrived(place, film)
    finish_all(place)
    kept = found(place, addition_id)
    assert (kept.state, kept.location) == (AdditionState.KEPT, f"stored:{kept.source_id}")
    assert "PREFECT_API_URL" in kept.said


@pytest.fixture
def otto(place: Workplace) -> Iterator[tuple[TestClient, dict[str, str]]]:
    """The operator of acme at the door."""
    user_id = a_user(place.database_url, "otto", Role.OPERATOR, "acme")
    with browser() as client:
        yield client, dict(headers_for(client, come_in(client, user_id)))


def test_a_link_is_started_with_its_captions_and_rights(
    otto: tuple[TestClient, dict[str, str]], place: Workplace, prefect: FakePrefect
) -> None:
    client, headers = otto
    answer = client.post(
        "/adding/captions?client=acme&name=x.srt", content=CAPTIONS, headers=headers
    )
    assert answer.status_code == 200, answer.text
    key = answer.json()["captions"]
    assert (place.store / key).read_bytes() == CAPTIONS
    form = {
        "client": "acme",
        "url": "https://www.youtube.com/watch?v=abcdefghijk",
        "title": "A talk",
        "captions": key,
        "ground": "permission",
        "owner": "Jo",
        "note": "mail of 3 May",
    }
    made = client.post("/adding/links", json=form, headers=headers)
    assert (made.status_code, made.json()["state"]) == (201, "started"), made.text
    kept = found(place, made.json()["id"])
    assert (kept.name, kept.added_by) == ("A talk", "otto")
    assert prefect.runs[kept.run_id]["parameters"] == {
        "location": form["url"],
        "client": "acme",
        "captions": f"stored:{key}",
        "rights": {"ground": "permission", "owner": "Jo", "note": "mail of 3 May"},
    }


@pytest.mark.parametrize(
    ("given", "told"),
    [
        pytest.param({"url": "http://www.youtube.com/watch?v=a"}, "https://", id="plain"),
        pytest.param({"url": "https://127.0.0.1/a"}, "number", id="this machine"),
        pytest.param({"url": "https://evil.example/a"}, "not a site", id="another site"),
        pytest.param({"url": "/etc/passwd"}, "https://", id="a path"),
        pytest.param({"url": "stored:src_0123456789abcdef"}, "https://", id="the store"),
        pytest.param({"client": "bravo"}, "no client of this name", id="another's"),
        pytest.param({"captions": "bravo/captions/x.srt"}, "no captions of acme", id="captions"),
        pytest.param({"captions": "../../etc/passwd"}, "no captions of acme", id="path"),
        pytest.param({"ground": "permission"}, "who owns it", id="rights"),
    ],
)
def test_a_link_that_may_not_be_fetched_is_refused_in_words(
    otto: tuple[TestClient, dict[str, str]], place: Workplace, given: dict[str, str], told: str
) -> None:
    client, headers = otto
    form = {"client": "acme", "url": "https://youtu.be/abcdefghijk", **given}
    answer = client.post("/adding/links", json=form, headers=headers)
    assert answer.status_code == 422
    assert told in answer.text
    with open_session(place.database_url) as session:
        assert additions.recent_additions(session, ["acme", "bravo"], NOW, 9) == []


@pytest.mark.parametrize(
    ("query", "content"),
    [
        ("client=acme&name=x.exe", CAPTIONS),
        ("client=acme&name=x.srt", b"\x00\x01\x02 no captions"),
        ("client=bravo&name=x.srt", CAPTIONS),
        ("name=x.srt", CAPTIONS),
    ],
)
def test_what_are_no_captions_is_refused(
    otto: tuple[TestClient, dict[str, str]], place: Workplace, query: str, content: bytes
) -> None:
    client, headers = otto
    answer = client.post(f"/adding/captions?{query}", content=content, headers=headers)
    assert answer.status_code == 422, answer.text
    assert not list(place.store.rglob("*.srt"))
    form = client.post("/adding/links", content=b"[1]", headers=headers)
    assert form.status_code == 422
    assert client.post("/adding/links", content=b" " * 20_000, headers=headers).status_code == 422
    for odd in (b"[" * 16_000, b'{"title": "\\ud800"}'):
        assert client.post("/adding/links", content=odd, headers=headers).status_code == 422


def test_the_page_shows_what_was_added_and_starts_what_was_kept(
    place: Workplace, prefect: FakePrefect
) -> None:
    source = a_source("acme")
    with open_session(place.database_url) as session:
        queries.sources.save_source(session, source)
    kept = an_addition(
        "<b>kept.mp4",
        state=AdditionState.KEPT,
        location=f"stored:{source.source_id}",
        source_id=source.source_id,
        said="The Prefect server does not answer just now.",
    )
    refused = an_addition("refused.mp4", state=AdditionState.REFUSED, said="It is no video.")
    theirs = an_addition("theirs.mp4.mp4", client="bravo", state=AdditionState.KEPT)
    for one in (kept, refused, theirs):
        keep(place, one)
    place.look_as("otto", Role.OPERATOR, "acme")
    page = open_page("add")
    text = said(page)
    assert "&lt;b&gt;kept.mp4" in text
    assert "It is stored, and not clipped yet. The Prefect server does not answer" in text
    assert "It is no video." in text
    assert "theirs" not in text
    press(page, "Clip it now")
    assert [run["parameters"]["client"] for run in prefect.runs.values()] == ["acme"]
    assert "Waits for a worker that is free." in said(page)
    assert "refused.mp4" not in said(press(page, "Done"))


def test_what_was_started_meanwhile_is_not_started_once_more(
    place: Workplace, prefect: FakePrefect
) -> None:
    kept = an_addition("kept.mp4", state=AdditionState.KEPT, location="stored:src_x")
    keep(place, kept)
    page = open_page("add")
    with open_session(place.database_url) as session:
        now, state = datetime.now(UTC), AdditionState.STARTED.value
        additions.change_addition(session, kept.addition_id, now, state=state, run_id="run_1")
    press(page, "Clip it now")
    assert prefect.runs == {}


def test_a_page_of_a_week_without_anything_says_so(place: Workplace) -> None:
    place.look_as("otto", Role.OPERATOR, "acme")
    assert "Nothing was added this week" in said(open_page("add"))


def an_overview(**given: object) -> SourceOverview:
    values: dict[str, object] = {
        "words": None,
        "moments": None,
        "rejections": 0,
        "ready": 0,
        "held": 0,
        "failed": 0,
    }
    values["located_at"] = datetime.now(UTC)
    return SourceOverview(source=a_source("acme"), **{**values, **given})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("source", "run", "chip", "percent"),
    [
        (None, RunState("SCHEDULED", ""), "waits", 0),
        (None, RunState("RUNNING", ""), "at work", 0),
        (an_overview(), RunState("RUNNING", ""), "at work", 10),
        (an_overview(words=9), RunState("RUNNING", ""), "at work", 60),
        (an_overview(words=9, moments=4), RunState("RUNNING", ""), "at work", 70),
        (an_overview(words=9, moments=4, ready=2), RunState("RUNNING", ""), "at work", 85),
        (an_overview(words=9, moments=4, ready=4), RunState("RUNNING", ""), "at work", 99),
        (an_overview(words=9, moments=4, ready=4), RunState("COMPLETED", ""), "done", None),
        (an_overview(words=9, moments=0), RunState("COMPLETED", ""), "done", None),
        (an_overview(), RunState("CRASHED", "its worker is gone"), "failed", None),
        (an_overview(), None, "at work", 10),
    ],
)
def test_how_far_a_run_is_follows_from_what_it_has_left_behind(
    source: SourceOverview | None, run: RunState | None, chip: str, percent: int | None
) -> None:
    started = an_addition(state=AdditionState.STARTED, run_id="run")
    stands = standing(started, source, run, NOW)
    assert (stands.chip.text, stands.percent) == (chip, percent)
    assert stands.can_start is (chip == "failed")


def test_what_is_left_is_told_from_what_it_took() -> None:
    started = an_addition(state=AdditionState.STARTED, updated_at=NOW - timedelta(minutes=30))
    source = an_overview(words=9)
    told = standing(started, source, RunState("RUNNING", ""), NOW).said
    assert told.endswith("Started 30 min ago. About 20 min left.")
