"""``clipper users``, in this process."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from clipping.db import queries
from clipping.db.queries import people, sign_ins
from clipping.db.session import open_session
from clipping.models import ClientSettings, Role, SignIn
from clipping.people import lockout, passwords
from clipping.settings import settings
from flows.user_cli import users_app
from flows.users import have_admin
from tests.dashboard.door_place import CHEAP, PASSWORD
from tests.support.commands import CliRunner

Run = Callable[..., tuple[int, str]]


@pytest.fixture
def url(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setattr(passwords, "hasher", lambda: CHEAP)
    settings.cache_clear()
    with open_session(database_url) as session:
        queries.clients.save_client_settings(session, "acme", ClientSettings())
    yield database_url
    settings.cache_clear()


@pytest.fixture
def run(url: str, tmp_path: Path) -> Run:
    file = tmp_path / "password"
    file.write_text(f"{PASSWORD}\n", "utf-8")

    def run(*arguments: str, said: str = "") -> tuple[int, str]:
        given = [str(file) if argument == "FILE" else argument for argument in arguments]
        done = CliRunner().invoke(users_app, given, input=said)
        return done.exit_code, done.output

    return run


@pytest.fixture
def ann(run: Run) -> None:
    code, said = run("add", "Ann", "--role", "admin", "--password-file", "FILE")
    assert (code, said) == (0, "Ann may sign in as admin.\n")


def signed_in(url: str, name: str) -> int:
    now = datetime.now(UTC)
    with open_session(url) as session:
        user = people.get_user(session, name)
        return len(sign_ins.sign_ins_of(session, user.user_id, now))


def let_in(url: str, name: str) -> None:
    now = datetime.now(UTC)
    with open_session(url) as session:
        user = people.get_user(session, name)
        made = SignIn(
            token_sha256="0" * 64,
            user_id=user.user_id,
            created_at=now,
            seen_at=now,
            expires_at=now + timedelta(days=365),
        )
        sign_ins.save_sign_in(session, made)


def test_the_first_admin_is_made_on_the_command_line(url: str, run: Run) -> None:
    assert not have_admin()
    assert "Nobody can sign in yet: clipper users add NAME --role admin" in run("list")[1]
    assert run("add", "Ann", "--role", "admin", "--password-file", "FILE")[0] == 0
    assert have_admin()
    with open_session(url) as session:
        found = people.password_of(session, " aNN ")
    assert found is not None
    assert found[1] is not None
    assert found[1].startswith("$argon2id$")
    assert PASSWORD not in found[1]


def test_a_password_may_come_through_a_pipe_and_never_as_an_argument(url: str, run: Run) -> None:
    assert run("add", "bo", "--role", "admin", "--password-file", "-", said=PASSWORD)[0] == 0
    code, said = run("add", "cy", "--role", "admin")
    assert (code, said) == (
        3,
        "Nobody can be asked for the password here, so give --password-file.\n",
    )
    assert run("add", "cy", "--role", "admin", "--password", "x")[0] == 2
    code, said = run("add", "cy", "--role", "admin", "--password-file", "-", said="short")
    assert (code, said) == (3, "A password has at least 12 characters.\n")


def test_an_operator_sees_the_clients_that_are_named(url: str, run: Run, ann: None) -> None:
    add = ("add", "bo", "--password-file", "FILE", "--role", "operator")
    code, said = run(*add, "--client", "acme", "--client", "nobody")
    assert (code, said) == (3, "There is no client nobody: nothing of theirs was taken in.\n")
    assert "bo may sign in as operator of acme." in run(*add, "--client", "acme")[1]
    assert run("clients", "bo")[1] == "bo sees no client now.\n"
    assert run("clients", "bo", "acme", "acme")[1] == "bo sees acme now.\n"
    code, said = run("clients", "ann", "acme")
    assert (code, said) == (3, "Ann is an admin and sees all clients.\n")


def test_names_and_addresses_are_somebodys_once(run: Run, ann: None) -> None:
    code, said = run("add", "ANN", "--role", "client", "--password-file", "FILE")
    assert code == 3
    assert "There is a user ANN already" in said
    oidc = ("--role", "client", "--no-password", "--email")
    assert run("add", "bo", *oidc, "Bo@example.com")[0] == 0
    code, said = run("add", "cy", *oidc, "bo@EXAMPLE.com")
    assert (code, said) == (3, "The address bo@example.com is bo's already.\n")
    assert run("email", "bo", "b@example.com")[1] == "bo is known by b@example.com now.\n"
    assert run("add", "cy", *oidc, "bo@example.com")[0] == 0


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(("add", " ", "--role", "admin", "--password-file", "FILE"), id="no name"),
        pytest.param(("add", "x", "--password-file", "FILE"), id="no role"),
        pytest.param(("add", "x", "--role", "boss", "--password-file", "FILE"), id="no such role"),
        pytest.param(("add", "x", "--role", "client", "--no-password"), id="no way in"),
        pytest.param(("add", "x", "--role", "admin", "--client", "acme"), id="an admin's client"),
    ],
)
def test_what_makes_no_sense_is_wrong_usage(run: Run, arguments: tuple[str, ...]) -> None:
    assert run(*arguments)[0] == 2


@pytest.mark.parametrize("arguments", [("disable", "ann"), ("role", "ann", "operator")])
def test_the_last_admin_stays_one(url: str, run: Run, ann: None, arguments: tuple[str]) -> None:
    code, said = run(*arguments)
    assert (code, said) == (3, "This is the last admin: make somebody else one first.\n")
    run("add", "bo", "--role", "admin", "--password-file", "FILE")
    assert run(*arguments)[0] == 0
    assert run("disable", "bo")[0] == 3
    with open_session(url) as session:
        assert people.get_user(session, "bo").role is Role.ADMIN


@pytest.mark.parametrize(
    "arguments",
    [("disable", "bo"), ("password", "bo", "--password-file", "FILE"), ("sign-outs", "bo")],
)
def test_what_takes_somebodys_place_away_signs_them_out_everywhere(
    url: str, run: Run, ann: None, arguments: tuple[str, ...]
) -> None:
    run("add", "bo", "--role", "admin", "--password-file", "FILE")
    let_in(url, "bo")
    assert signed_in(url, "bo") == 1
    assert run(*arguments)[0] == 0
    assert signed_in(url, "bo") == 0


def test_who_was_shut_out_can_be_let_in_again(url: str, run: Run, ann: None) -> None:
    run("add", "bo", "--role", "admin", "--password-file", "FILE")
    assert run("disable", "bo")[1] == "bo is shut out.\n"
    with open_session(url) as session:
        assert people.password_of(session, "bo") is None
    assert "shut out" in run("list")[1]
    assert run("enable", "bo")[1] == "bo is let in again.\n"
    with open_session(url) as session:
        assert people.password_of(session, "bo") is not None


def test_a_new_password_lets_somebody_try_again_at_once(url: str, run: Run, ann: None) -> None:
    now = datetime.now(UTC)
    key = lockout.name_key("Ann")
    with open_session(url) as session:
        sign_ins.save_failures(session, key, lockout.Failures(50, now), now)
    assert run("password", "ann", "--password-file", "FILE")[0] == 0
    with open_session(url) as session:
        assert sign_ins.lock_failures(session, [key], now)[0].count == 0


def test_the_list_says_who_and_where_and_no_secret(url: str, run: Run, ann: None) -> None:
    let_in(url, "ann")
    code, said = run("list", "--json")
    [told] = json.loads(said)
    assert (code, told["name"], told["role"], told["signed_in"]) == (0, "Ann", "admin", 1)
    assert "argon2" not in said
    assert "Ann" in run("list")[1]
    assert run("password", "nobody", "--password-file", "FILE") == (
        3,
        "There is no user nobody; clipper users list shows all of them.\n",
    )
