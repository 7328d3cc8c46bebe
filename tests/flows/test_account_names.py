"""Accounts by their names, and stops as people see them, in this process."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from pydantic import SecretStr
from rich.console import Console

from clipping.db import queries
from clipping.db.session import open_session
from clipping.errors import Rejected
from clipping.models import Account, AccountStatus, PlatformName, Stop
from clipping.vault import Vault
from flows.account_list import Line, account_table
from flows.account_names import account_id_of, called, named_account
from flows.clients import unknown
from flows.stopped import covered, to_lift
from tests.db.test_account_rows import NOW, an_account, some_tokens
from tests.db.values import a_clip, a_detection, a_source, a_transcript
from tests.flows.account_place import KEY, Place, a_place
from tests.support.oauth import FakeOAuth

TIKTOK, X = PlatformName.TIKTOK, PlatformName.X
ADA_TIKTOK = an_account(handle="Ada")
ADA_X = an_account(handle="ada", platform=X, method="manual")
THEIRS = an_account("umbrella", "ada", platform=PlatformName.YOUTUBE)
SOURCE = a_source("acme")
THEIR_STOPS = ("stops", "--client", "umbrella", "--json")
KNOWN = (ADA_TIKTOK, ADA_X, THEIRS, an_account(handle="bob"))


@pytest.mark.parametrize(
    ("name", "client", "meant"),
    [
        (ADA_X.account_id, None, ADA_X),
        ("x:@ada", None, ADA_X),
        ("tiktok:ADA", None, ADA_TIKTOK),
        ("TikTok:@ada", None, ADA_TIKTOK),
        ("@bob", None, KNOWN[3]),
        ("bob", None, KNOWN[3]),
        ("@ada", "umbrella", THEIRS),
    ],
)
def test_an_account_is_known_by_its_id_its_platform_or_its_handle(
    name: str, client: str | None, meant: Account
) -> None:
    assert named_account(KNOWN, name, client) == meant
    assert named_account(KNOWN, called(meant)) == meant


@pytest.mark.parametrize(
    ("name", "client", "told"),
    [
        ("@carl", None, "There is no account @carl; `clipper accounts list` shows all."),
        ("x:@bob", None, "There is no account x:@bob;"),
        (ADA_X.account_id, "umbrella", f"There is no account {ADA_X.account_id} of umbrella;"),
        ("vimeo:@ada", None, "'vimeo' is no platform: it is one of tiktok, instagram, youtube, x."),
        (
            "@ada",
            "acme",
            f"2 accounts are called @ada: tiktok:@Ada of acme is {ADA_TIKTOK.account_id}; "
            f"x:@ada of acme is {ADA_X.account_id}; say which.",
        ),
    ],
    ids=["nobody", "elsewhere", "another client's", "no platform", "several"],
)
def test_a_name_that_is_no_accounts_or_several_is_refused(
    name: str, client: str | None, told: str
) -> None:
    with pytest.raises(Rejected, match=re.escape(told)):
        named_account(KNOWN, name, client)


@pytest.fixture
def place(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    with FakeOAuth().serving() as nobody_asks:
        for made in a_place(database_url, tmp_path, nobody_asks, monkeypatch):
            with open_session(made.url) as session:
                for account in KNOWN:
                    queries.accounts.save_account(session, account)
            yield made


def _kinds(place: Place) -> dict[str, list[str]]:
    """What happened to each account, by its id."""
    with open_session(place.url) as session:
        return {
            one.account_id: [
                event.kind for event in queries.accounts.account_events(session, one.account_id)
            ]
            for one in KNOWN
        }


@pytest.mark.parametrize(
    ("command", "meant", "kind"),
    [
        (("set", "x:@ada", "angle=money"), ADA_X, "settings"),
        (("consent", "x:@ada", "--owner", "Ann"), ADA_X, "consent"),
        (("pause", "@ada", "--client", "umbrella"), THEIRS, "paused"),
        (("reinstate", "x:@ada", "--by", "Ann"), ADA_X, "status"),
        (("disconnect", "tiktok:@ada"), ADA_TIKTOK, "disconnected"),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else "",
)
def test_a_command_changes_the_account_that_is_named_and_no_other(
    place: Place, command: tuple[str, ...], meant: Account, kind: str
) -> None:
    assert account_id_of("x:@ada") == ADA_X.account_id
    with open_session(place.url) as session:
        queries.tokens.save_tokens(
            session, Vault([SecretStr(KEY)]), ADA_TIKTOK.account_id, some_tokens()
        )
        if kind == "status":
            for one in KNOWN:
                queries.accounts.change_status(
                    session, one.account_id, AccountStatus.WARNED, "Why."
                )
    before = _kinds(place)
    code, said = place.run("accounts", *command)
    assert code == 0, said
    after = _kinds(place)
    changed = {one for one, found in after.items() if found != before[one]}
    assert changed == {meant.account_id}
    assert after[meant.account_id][len(before[meant.account_id])] == kind
    if kind == "paused":
        assert place.run("accounts", "resume", *command[1:])[0] == 0
        assert _kinds(place)[meant.account_id] == [*after[meant.account_id], "resumed"]


def test_every_command_takes_a_name(place: Place) -> None:
    for command in (("check", "x:@ada"), ("history", "@bob"), ("check", "--browser", "x:@ada")):
        code, said = place.run("accounts", *command)
        assert "There is no account" not in said, command
        assert code in (0, 1), said
    for name in ("check", "set", "consent", "pause", "resume", "history", "disconnect"):
        code, said = place.run("accounts", name, "@carl")
        assert code in (2, 3), said
    code, said = place.run("accounts", "pause", "@ada")
    assert (code, "3 accounts are called @ada" in said) == (3, True)


def test_stops_are_shown_with_what_they_keep_and_what_lifts_them(place: Place) -> None:
    assert place.run("stops") == (0, "Nothing is stopped.\n")
    with open_session(place.url) as session:
        queries.sources.save_source(session, SOURCE)
        heard = queries.transcripts.save_transcript(session, SOURCE.source_id, None, a_transcript())
        queries.detections.save_detection(session, SOURCE.source_id, heard, "key", a_detection())
        queries.clips.save_clip(session, a_clip())
        for stop in (
            Stop(client="acme", platform=TIKTOK, by="Ann", at=NOW, why="a mistake"),
            Stop(account_id=ADA_X.account_id, by="Bo", at=NOW, why="a rest"),
            Stop(client="umbrella", by="Cy", at=NOW, why="unpaid"),
            Stop(source_id=SOURCE.source_id, by="Di", at=NOW, why="theirs"),
            Stop(account_id=THEIRS.account_id, by="Ed", at=NOW, why="a rest, too"),
        ):
            made = queries.stops.add_stop(session, stop)
    first = made.stop_id - 4
    code, said = place.run("stops", "--client", "acme")
    told = [" ".join(line.split()) for line in said.splitlines()[1:]]
    assert (code, told) == (
        0,
        [
            f"{first} 2026-11-26 12:00 Ann tiktok of acme a mistake "
            "clipper resume --client acme --platform tiktok --by NAME",
            f"{first + 1} 2026-11-26 12:00 Bo x:@ada a rest "
            f"clipper resume --account {ADA_X.account_id} --by NAME",
            f"{first + 3} 2026-11-26 12:00 Di source {SOURCE.source_id} theirs "
            f"clipper resume --source {SOURCE.source_id} --by NAME",
        ],
    )
    theirs = [one["stop_id"] for one in json.loads(place.run(*THEIR_STOPS)[1])]
    assert theirs == [first + 2, first + 4]
    code, said = place.run("accounts", "list", "--client", "acme")
    states = {line.split()[1]: line for line in said.splitlines()[1:4]}
    assert f" not connected, without consent, stopped ({first}) " in states["tiktok:@bob"]
    assert f" without consent, stopped ({first + 1}) " in states["x:@ada"]
    assert ["a mistake" in said, "a rest" in said, "unpaid" in said, "theirs" in said] == [
        *(True, True, False, False)
    ]
    lines = json.loads(place.run("accounts", "list", "--json")[1])
    assert [one["stops"] for one in lines] == [
        [first],
        [first],
        [first + 1],
        [first + 2, first + 4],
    ]
    place.run("resume", "--account", ADA_X.account_id, "--by", "Bo", "--yes")
    assert f" {ADA_X.account_id} " not in place.run("stops")[1]
    assert "Bo on " in place.run("stops", "--lifted")[1]
    code, said = place.run("stops", "--client", "nobody")
    assert (code, "Known are acme, umbrella." in said) == (3, True)


def test_a_narrow_terminal_shows_all_that_there_is_to_say_of_an_account() -> None:
    account = an_account(handle="ada_the_great", timezone="Europe/Berlin")
    line = Line(account, some_tokens(), proxy=False, is_open=False)
    with (narrow := Console(width=80)).capture() as shown:
        narrow.print(account_table([line]))
    rows = shown.get().splitlines()
    head = next(number for number, row in enumerate(rows) if row.startswith("client"))
    ends = [found.start() for found in re.finditer(r"(?<= )\S", rows[head])] + [80]
    told = [
        "".join(part for row in rows[head + 1 :] for part in row[start:end].split())
        for start, end in pairwise([0, *ends])
    ]
    assert told == [
        *("acme", "tiktok:@ada_the_great", "api", "notconnected,withoutconsent"),
        *("08:00-23:00Europe/Berlin", "2027-05-25", account.account_id),
    ]


def test_clients_are_named_while_they_are_few() -> None:
    assert str(unknown("nobody", ["a", "b"])) == "There is no client nobody yet. Known are a, b."
    many = [f"client{number}" for number in range(40)]
    assert str(unknown("nobody", many)).endswith("client10, client11 and 28 more.")


def test_a_stop_of_what_nobody_knows_is_told_by_its_id() -> None:
    stop = Stop(account_id="account_gone", client="Ann & Co", by="Bo", at=NOW, why="no")
    assert covered(stop, {}) == "account account_gone of Ann & Co"
    assert to_lift(stop) == ("clipper resume --client 'Ann & Co' --account account_gone --by NAME")
