"""``clipper policy``: what a client wants of its clips, from the command line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from clipping.db import queries
from clipping.db.session import open_session
from clipping.models import BrandRisk, EditorialPolicy, ProfanityPolicy
from clipping.settings import settings
from flows import cli
from tests.support.commands import CliRunner


@pytest.fixture
def place(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("CLIPPER_HOME", str(tmp_path / "home"))
    settings.cache_clear()
    yield database_url
    settings.cache_clear()


def _run(*arguments: object) -> tuple[int, str]:
    done = CliRunner().invoke(cli.app, ["policy", *map(str, arguments)])
    return done.exit_code, " ".join(done.output.replace("│", " ").split())


def _stored(url: str, client: str = "acme") -> EditorialPolicy:
    with open_session(url) as session:
        return queries.clients.editorial_policy(session, client)


def test_wishes_are_set_one_by_one_shown_and_unset(place: str) -> None:
    code, said = _run(
        "acme", "--set", "banned_words=guru, one weird trick", "--set", "tone=dry  and short",
        "--set", "hold_personal_data=false", "--set", "brand_risks=adult,drugs",
    )  # fmt: skip
    assert code == 0, said
    assert "banned_words guru, one weird trick brand_risks adult, drugs" in said
    assert "hold_personal_data false when_down local default" in said
    code, said = _run("acme", "--set", "profanity=leave_out", "--unset", "brand_risks")
    assert code == 0, said
    assert _stored(place) == EditorialPolicy(
        banned_words=("guru", "one weird trick"),
        tone="dry and short",
        hold_personal_data=False,
        profanity=ProfanityPolicy.LEAVE_OUT,
    )
    code, said = _run("acme", "--set", "brand_risks=", "--json")
    assert json.loads(said) == _stored(place).model_dump(mode="json")
    assert _stored(place).brand_risks == ()


def test_a_file_takes_the_place_of_all_wishes(place: str, tmp_path: Path) -> None:
    file = tmp_path / "policy.toml"
    file.write_text('language = "de"\nforbidden_topics = ["the merger, and all of it"]\n')
    _run("acme", "--set", "tone=dry", "--set", "most_hashtags=2")
    code, said = _run("acme", "--file", file, "--set", "brand_risks=adult", "--unset", "language")
    assert code == 0, said
    assert _stored(place) == EditorialPolicy(
        forbidden_topics=("the merger, and all of it",), brand_risks=(BrandRisk.ADULT,)
    )


def test_only_what_a_client_wants_otherwise_is_kept(place: str) -> None:
    with open_session(place) as session:
        queries.clients.save_editorial_policy(session, "acme", EditorialPolicy(tone="dry"))
        row = session.connection().exec_driver_sql("SELECT editorial_policy FROM clipping.clients")
        assert row.scalar_one() == {"tone": "dry"}
    assert _stored(place, "nobody") == EditorialPolicy()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("colour=red", "there is no key 'colour' in a policy; known are tone, language"),
        ("tone", "--set takes KEY=VALUE, not 'tone'"),
        ("most_hashtags=99", "most_hashtags takes a whole number from 0 to 30, not '99'"),
        ("most_hashtags=many", "most_hashtags takes a whole number from 0 to 30, not 'many'"),
        ("hold_personal_data=perhaps", "hold_personal_data takes true or false, not 'perhaps'"),
        ("profanity=shout", "profanity takes 'mask', 'leave_out' or 'allow', not 'shout'"),
        ("brand_risks=adult,fun", "brand_risks takes 'adult', 'violence',"),
        ("language=the usual", "language: 'the usual' is no language such as en or pt-BR"),
        ("tone=\x07loud", "tone: it holds a character that cannot be written"),
        ("tone=\udcffloud", "tone: it holds a character that cannot be written"),
        ("tone=" + "very " * 60, "tone: it is longer than 200 characters"),
        ("banned_words=" + "a," * 101, "banned_words takes at most 100 entries"),
        ("default_hashtags=acme,!!", "default_hashtags: '!!' is no hashtag"),
    ],
)
def test_what_cannot_be_meant_is_wrong_usage_and_nothing_is_stored(
    place: str, given: str, said: str
) -> None:
    code, output = _run("acme", "--set", "language=de", "--set", given)
    assert code == 2, output
    assert said in output
    assert "Traceback" not in output
    with open_session(place) as session:
        assert queries.clients.clients(session) == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "cannot be read: No such file or directory"),
        ("tone = ", "is no TOML"),
        ("tone = 3", "tone takes a text, not 3"),
        ('banned_words = "guru"', "banned_words takes a list of texts, not 'guru'"),
        ('banned_words = ["guru", ""]', "banned_words takes entries that are not empty, not ''"),
        ("[tone]\nof = 'voice'", "tone takes a text, not {'of': 'voice'}"),
    ],
)
def test_a_file_that_is_no_policy_is_wrong_usage(
    place: str, tmp_path: Path, text: str | None, said: str
) -> None:
    file = tmp_path / "policy.toml"
    if text is not None:
        file.write_text(text)
    code, output = _run("acme", "--file", file)
    assert code == 2, output
    assert said in output


def test_a_wish_that_is_set_and_unset_at_once_is_wrong_usage(place: str) -> None:
    code, output = _run("acme", "--set", "tone=dry", "--unset", "tone")
    assert (code, "tone is both set and unset" in output) == (2, True)
    assert _run("acme", "--unset", "colour")[0] == 2


def test_a_client_of_whom_nobody_has_heard_has_no_policy_to_show(place: str) -> None:
    code, output = _run("acme")
    assert code == 3
    assert "There is no client acme yet." in output
