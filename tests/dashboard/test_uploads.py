"""Files arrive piece by piece, from whoever may send them, and nothing that is no video stays."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import psutil
import psycopg
import pytest
from sqlmodel import Session

from clipping.db import queries
from clipping.db.queries import additions
from clipping.db.queries.clients import save_client
from clipping.db.queries.sign_ins import Admitted
from clipping.db.session import open_session
from clipping.models import ClientSettings, Role
from clipping.settings import settings
from dashboard.adding import finishing, receiving, records
from dashboard.adding.said import shown_name
from tests.dashboard.door_place import a_user, cheap_passwords
from tests.dashboard.upload_place import Sender, checksum, kept_here, metadata, serving
from tests.support.database import remove_rows

FILM = b"\0\0\0\x18ftypisom" + bytes(range(256)) * 600
"""As a film begins."""
SIZE = len(FILM)
DISGUISED = {
    "a page": b"<!DOCTYPE html><html><script>alert(1)</script>" + b" " * SIZE,
    "an archive": b"PK\x03\x04" + bytes(SIZE),
    "a program": b"MZ\x90\0" + bytes(SIZE),
    "a playlist": b"#EXTM3U\n#EXT-X-TARGETDURATION:1\nfile:///etc/passwd\n" + b"\n" * SIZE,
    "a short text": b"no video",
}


@pytest.fixture(scope="module")
def people(postgres: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Sender]]:
    """Who works for whom, each with a browser at one server."""
    remove_rows(postgres)
    with pytest.MonkeyPatch.context() as patch:
        home = tmp_path_factory.mktemp("home")
        patch.setenv("DATABASE_URL", postgres)
        patch.setenv("CLIPPER_HOME", str(home))
        patch.setenv("CLIPPER_DISK_STOP_BYTES", "0")
        patch.setattr(finishing, "wake", lambda: None)
        cheap_passwords(patch)
        settings.cache_clear()
        with open_session(postgres) as session:
            for name in ("acme", "bravo"):
                save_client(session, name)
        ids = {
            "admin": a_user(postgres, "ann"),
            "operator": a_user(postgres, "otto", Role.OPERATOR, "acme"),
            "other": a_user(postgres, "olga", Role.OPERATOR, "acme"),
            "bravo's": a_user(postgres, "bob", Role.OPERATOR, "bravo"),
            "client": a_user(postgres, "clara", Role.CLIENT, "acme"),
        }
        with serving() as url:
            made = {name: Sender(url, user_id) for name, user_id in ids.items()}
            yield made
            for sender in made.values():
                sender.http.close()
    settings.cache_clear()


@pytest.fixture
def otto(people: dict[str, Sender], postgres: str) -> Iterator[Sender]:
    """The operator of acme; what he leaves is gone afterwards."""
    yield people["operator"]
    with psycopg.connect(postgres) as connection:
        connection.execute("DELETE FROM clipping.additions")
    for path in kept_here():
        path.unlink()


@pytest.fixture
def session(otto: Sender, postgres: str) -> Iterator[Session]:
    with open_session(postgres) as opened:
        yield opened


def test_a_server_says_what_it_speaks(otto: Sender) -> None:
    told = otto.ask("OPTIONS", "/adding/files")
    assert told.status_code == 204
    assert told.headers["tus-version"] == "1.0.0"
    assert told.headers["tus-extension"] == "creation,checksum,expiration,termination"
    assert told.headers["tus-max-size"] == str(10 * 1024**3)
    assert "sha1" in told.headers["tus-checksum-algorithm"].split(",")


def test_a_file_arrives_in_pieces_and_is_all_there(otto: Sender, session: Session) -> None:
    path = otto.begun(SIZE, ground="own")
    at = 0
    for end in (7, 100_000, SIZE):
        answer = otto.go_on(path, at, FILM[at:end], upload_checksum=checksum(FILM[at:end]))
        assert answer.status_code == 204, answer.text
        assert answer.headers["upload-offset"] == str(end)
        at = end
    assert otto.offset(path) == SIZE
    assert [one.read_bytes() for one in kept_here()] == [FILM]
    (waiting,) = additions.has_arrived(session)
    found = additions.find_addition(session, waiting)
    assert found is not None
    assert (found.client, found.name, found.rights.owner) == ("acme", "talk.mp4", "acme")
    # More of it is refused, and it can be discarded no more.
    assert otto.go_on(path, SIZE, b"").status_code == 409
    assert otto.ask("DELETE", path).status_code == 409


def test_a_request_that_is_cut_goes_on_where_it_was(
    otto: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receiving, "PIECE", 500)
    path = otto.begun(SIZE)
    with otto.half(path, FILM[:60_000], SIZE):
        await_bytes(60_000)
    at = settled(otto, path)
    assert at == 60_000
    assert otto.go_on(path, at, FILM[at:]).status_code == 204
    assert kept_here()[0].read_bytes() == FILM


def test_bytes_that_nobody_has_vouched_for_are_dropped_with_their_request(
    otto: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receiving, "PIECE", 500)
    path = otto.begun(SIZE)
    otto.go_on(path, 0, FILM[:1000], upload_checksum=checksum(FILM[:1000]))
    with otto.half(path, FILM[1000:60_000], SIZE - 1000, 1000, checksum(FILM[1000:])):
        await_bytes(60_000)
    assert settled(otto, path) == 1000
    assert kept_here()[0].read_bytes() == FILM[:1000]


def await_bytes(size: int) -> None:
    """Until so many bytes of the one upload are on the disk."""
    deadline = time.monotonic() + 20
    while not kept_here() or kept_here()[0].stat().st_size < size:
        assert time.monotonic() < deadline
        time.sleep(0.02)


def settled(sender: Sender, path: str) -> int:
    """Where it stands as soon as the server has noticed; until then somebody is at it."""
    deadline = time.monotonic() + 10
    # Nobody is at it once it is refused for its place alone.
    while sender.go_on(path, 1, b"").status_code != 409:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return sender.offset(path)


def test_a_killed_server_goes_on_from_what_it_had_written_down(otto: Sender) -> None:
    """What lies behind that was of a request that nobody finished."""
    path = otto.begun(SIZE)
    otto.go_on(path, 0, FILM[:1000])
    with kept_here()[0].open("ab") as file:
        file.write(b"half a piece")
    assert otto.offset(path) == 1000
    assert otto.go_on(path, 1000, FILM[1000:]).status_code == 204
    assert kept_here()[0].read_bytes() == FILM


def test_bytes_that_a_disk_has_lost_are_asked_for_again(otto: Sender) -> None:
    path = otto.begun(SIZE)
    otto.go_on(path, 0, FILM[:1000])
    kept_here()[0].write_bytes(FILM[:400])
    assert otto.offset(path) == 400
    assert otto.go_on(path, 1000, FILM[1000:]).status_code == 409
    assert otto.go_on(path, 400, FILM[400:]).status_code == 204
    assert kept_here()[0].read_bytes() == FILM


def test_bytes_for_another_place_are_refused(otto: Sender) -> None:
    path = otto.begun(SIZE)
    otto.go_on(path, 0, FILM[:1000])
    for at in (0, 999, 1001):
        answer = otto.go_on(path, at, b"x")
        assert (answer.status_code, answer.headers["upload-offset"]) == (409, "1000")
    assert otto.offset(path) == 1000


def test_more_than_was_said_is_refused_and_not_kept(otto: Sender) -> None:
    path = otto.begun(1000)
    assert otto.go_on(path, 0, FILM[:1001]).status_code == 413
    # Also where nobody has said how much comes.
    chunks = otto.endless(path, iter([FILM[:900], FILM[:900]]))
    assert chunks.status_code == 413
    assert otto.offset(path) == 0
    most = settings().max_source_bytes
    assert otto.begin(most + 1).status_code == 413


@pytest.mark.parametrize("algorithm", ["sha1", "sha256"])
def test_damaged_bytes_are_refused_and_not_kept(otto: Sender, algorithm: str) -> None:
    path = otto.begun(SIZE)
    wrong = checksum(b"other bytes", algorithm)
    assert otto.go_on(path, 0, FILM[:1000], upload_checksum=wrong).status_code == 460
    assert otto.offset(path) == 0
    right = checksum(FILM[:1000], algorithm)
    assert otto.go_on(path, 0, FILM[:1000], upload_checksum=right).status_code == 204


@pytest.mark.parametrize("checked", [True, False])
@pytest.mark.parametrize("what", DISGUISED)
def test_what_is_no_video_is_refused_by_its_first_bytes_and_leaves_nothing(
    otto: Sender, session: Session, what: str, checked: bool
) -> None:
    data = DISGUISED[what]
    # The rest of it is not waited for.
    path = otto.begun(len(data) if len(data) < 100 else 5 * 1024**3)
    check = {"upload_checksum": checksum(data)} if checked else {}
    answer = otto.go_on(path, 0, data, **check)
    assert answer.status_code == 415
    assert answer.text.startswith("talk.mp4 is ")
    assert kept_here() == []
    assert otto.ask("HEAD", path).status_code == 404
    assert additions.bytes_to_come(session) == 0


def test_a_file_name_is_never_a_path(otto: Sender, session: Session) -> None:
    path = otto.begun(SIZE, filename="../../../etc/cron.d/<b>evil\n.mp4")
    otto.go_on(path, 0, FILM)
    (kept,) = kept_here()
    assert kept.name == path.rpartition("/")[2]
    found = additions.find_addition(session, kept.name)
    assert found is not None
    assert found.name == "<b>evil .mp4"
    for odd in ("..", "../x", "C:\\video\\x.mp4", "\0", "", "/"):
        assert not set(shown_name(odd)) & set("/\\\0")
    for odd in ("..%2f..%2fetc", "%2e%2e", "add_x.mp4", "ADD"):
        assert otto.ask("HEAD", f"/adding/files/{odd}").status_code == 404


def test_only_who_works_for_a_client_adds_something_for_it(
    people: dict[str, Sender], otto: Sender
) -> None:
    assert people["bravo's"].begin(SIZE).status_code == 403
    assert people["client"].begin(SIZE).status_code == 403
    assert people["admin"].begin(SIZE, "nobody").status_code == 403
    assert people["admin"].begin(SIZE, "bravo").status_code == 201
    path = otto.begun(SIZE)
    for name in ("bravo's", "other", "client"):
        assert people[name].ask("HEAD", path).status_code in (403, 404), name
        assert people[name].go_on(path, 0, FILM).status_code in (403, 404), name
        assert people[name].ask("DELETE", path).status_code in (403, 404), name
    assert otto.offset(path) == 0


def test_the_rows_of_an_upload_are_shut_to_other_clients_even_without_a_condition(
    people: dict[str, Sender], otto: Sender
) -> None:
    path = otto.begun(SIZE)
    addition_id = path.rpartition("/")[2]
    for name, seen in (("operator", True), ("other", True), ("bravo's", False), ("client", False)):
        who = Admitted(people[name].user_id, name, Role.OPERATOR, ("acme",), NOW)
        with records.as_person(who, writes=True) as session:
            assert (additions.find_addition(session, addition_id) is not None) is seen, name
            changed = additions.change_addition(session, addition_id, NOW, said="")
            assert changed is seen, name


NOW = datetime.now(UTC)


def test_nothing_is_sent_without_a_session_an_origin_and_a_token_of_ours(otto: Sender) -> None:
    path = otto.begun(SIZE)
    for method, where in (("POST", "/adding/files"), ("PATCH", path), ("DELETE", path)):
        assert otto.ask(method, where, cookie=None).status_code == 401, method
        assert otto.ask(method, where, origin=None).status_code == 403, method
        assert otto.ask(method, where, x_clipper_token=None).status_code == 403, method
        foreign = otto.ask(method, where, origin="https://evil.example")
        assert foreign.status_code == 403, method
        assert otto.ask(method, where, x_clipper_token="made up").status_code == 403, method
    for where in ("/adding/captions", "/adding/links"):
        assert otto.ask("POST", where, x_clipper_token=None).status_code == 403
        assert otto.ask("POST", where, origin=None).status_code == 403
    for where in (path, "/adding/upload", "/adding/add.js"):
        assert otto.ask("GET" if "/files" not in where else "HEAD", where, cookie=None).is_error
    assert otto.offset(path) == 0


def test_the_protocol_is_held_to(otto: Sender) -> None:
    path = otto.begun(SIZE)
    for method, where in (("POST", "/adding/files"), ("HEAD", path), ("PATCH", path)):
        answer = otto.ask(method, where, tus_resumable="0.2.0")
        assert (answer.status_code, answer.headers["tus-version"]) == (412, "1.0.0")
    assert otto.go_on(path, 0, FILM, content_type="video/mp4").status_code == 415
    assert otto.go_on(path, 0, FILM, upload_offset=None).status_code == 400
    assert otto.go_on(path, 0, FILM, upload_checksum="md5 eA==").status_code == 422
    assert otto.go_on(path, 0, FILM, upload_checksum="sha1 !").status_code == 422
    assert otto.ask("POST", "/adding/files").status_code == 400
    for given in ("filename", "filename !", f"{metadata(client='acme')},{metadata(client='x')}"):
        answer = otto.ask("POST", "/adding/files", upload_length="9", upload_metadata=given)
        assert answer.status_code in (403, 422), given
    assert otto.begin(0).status_code == 422
    assert otto.ask("HEAD", path).headers["cache-control"] == "no-store"
    # What can send nothing but POST.
    override = otto.ask("POST", path, x_http_method_override="DELETE")
    assert override.status_code == 204
    assert otto.ask("POST", path, x_http_method_override="GET").status_code == 405


def test_a_permission_needs_a_name_and_a_note(otto: Sender, postgres: str) -> None:
    assert otto.begin(SIZE, ground="permission", owner="Jo").status_code == 422
    assert otto.begin(SIZE, ground="licensed").status_code == 422
    assert otto.begin(SIZE, owner="Jo").status_code == 422
    assert otto.begin(SIZE, ground="mine").status_code == 422
    with open_session(postgres) as session:
        queries.clients.save_client_settings(session, "acme", ClientSettings(require_rights=True))
    try:
        assert "its rights are stated" in otto.begin(SIZE).text
        assert otto.begin(SIZE, ground="own").status_code == 201
    finally:
        with open_session(postgres) as session:
            queries.clients.save_client_settings(session, "acme", ClientSettings())


def test_nothing_is_taken_that_the_disk_has_no_room_for(
    otto: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = otto.begun(SIZE)
    monkeypatch.setenv("CLIPPER_DISK_STOP_BYTES", str(10**18))
    settings.cache_clear()
    try:
        refused = otto.begin(SIZE)
        assert (refused.status_code, "until there is room" in refused.text) == (507, True)
        assert otto.go_on(path, 0, FILM).status_code == 507
    finally:
        monkeypatch.undo()
        settings.cache_clear()
    assert otto.offset(path) == 0


def test_bytes_that_are_to_come_of_other_files_are_counted(
    otto: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    monkeypatch.setattr(records, "check_room", asked.append)
    otto.begun(1000)
    otto.begun(500)
    assert asked == [1000, 1500]


def test_one_person_has_only_so_many_files_arriving(otto: Sender) -> None:
    paths = [otto.begun(SIZE) for _ in range(records.MOST_OPEN)]
    assert otto.begin(SIZE).status_code == 429
    assert otto.ask("DELETE", paths[0]).status_code == 204
    assert otto.begin(SIZE).status_code == 201


def test_what_nobody_goes_on_with_expires_and_is_swept(otto: Sender, postgres: str) -> None:
    path = otto.begun(SIZE)
    otto.go_on(path, 0, FILM[:1000])
    assert "upload-expires" in otto.ask("HEAD", path).headers
    old = datetime.now(UTC) - records.LASTS - timedelta(minutes=1)
    with psycopg.connect(postgres) as connection:
        connection.execute("UPDATE clipping.additions SET updated_at = %s", [old])
    assert otto.ask("HEAD", path).status_code == 410
    assert otto.go_on(path, 1000, FILM[1000:]).status_code == 410
    assert len(kept_here()) == 1
    # Whoever begins another one sweeps.
    otto.begun(SIZE)
    assert kept_here() == []
    assert otto.ask("HEAD", path).status_code == 404


def test_a_discarded_upload_leaves_nothing(otto: Sender) -> None:
    path = otto.begun(SIZE)
    otto.go_on(path, 0, FILM[:1000])
    assert otto.ask("DELETE", path).status_code == 204
    assert kept_here() == []
    assert otto.go_on(path, 1000, FILM[1000:]).status_code == 404


def test_two_requests_do_not_write_one_file(otto: Sender) -> None:
    path = otto.begun(SIZE)
    with otto.half(path, FILM[:10], SIZE):
        deadline = time.monotonic() + 10
        while not kept_here():
            assert time.monotonic() < deadline
            time.sleep(0.02)
        assert otto.go_on(path, 0, FILM[:1000]).status_code == 423
    # The line may be gone before the server has read the ten bytes of the first.
    assert settled(otto, path) in (0, 10)


def test_a_sender_that_falls_silent_is_let_go_of(
    otto: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receiving, "SILENCE_S", 0.2)
    path = otto.begun(SIZE)
    with otto.half(path, FILM[:10], SIZE) as line:
        assert b" 408 " in line.recv(100)
    assert settled(otto, path) == 10


def test_memory_stays_flat_however_much_arrives(otto: Sender) -> None:
    size = 200 * 1024**2
    path = otto.begun(size)
    zeros = bytes(1024**2)

    def body() -> Iterator[bytes]:
        yield FILM[:64] + zeros[64:]
        for _ in range(size // len(zeros) - 1):
            yield zeros

    process = psutil.Process()
    before = process.memory_info().rss
    answer = otto.endless(path, body())
    assert answer.status_code == 204, answer.text
    grown = process.memory_info().rss - before
    assert grown < 40 * 1024**2, grown
    assert kept_here()[0].stat().st_size == size


def test_only_our_own_page_shows_the_form_in_a_frame(otto: Sender) -> None:
    form = otto.ask("GET", "/adding/upload")
    policy = form.headers["content-security-policy"]
    assert "frame-ancestors 'self'" in policy
    assert "script-src 'self';" in policy
    assert form.headers["x-frame-options"] == "SAMEORIGIN"
    assert "<option>acme</option>" in form.text
    assert "bravo" not in form.text
    assert "onclick" not in form.text
    for path in ("/adding/add.js", "/adding/files", "/adding/nothing"):
        told = otto.ask("GET", path).headers
        assert "frame-ancestors 'none'" in told["content-security-policy"], path
        assert told["x-frame-options"] == "DENY", path


def test_a_name_that_is_a_script_is_text_in_the_form(otto: Sender) -> None:
    otto.begun(SIZE, filename="<script>alert(1)<script>.mp4")
    form = otto.ask("GET", "/adding/upload").text
    assert "<script>alert" not in form
    assert "&lt;script&gt;alert(1)&lt;script&gt;.mp4" in form


def test_a_client_s_own_people_have_no_form(people: dict[str, Sender], otto: Sender) -> None:
    assert people["client"].ask("GET", "/adding/upload").status_code == 403
    assert people["client"].ask("POST", "/adding/links", b"{}").status_code == 422
    assert (
        people["client"].ask("POST", "/adding/captions?client=acme&name=a.srt").status_code == 422
    )
