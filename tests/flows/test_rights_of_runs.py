"""Rights that a run states, or has to: from the command line and as flows."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from clipping.db import queries
from clipping.db.session import open_session
from clipping.errors import Rejected, RightsNotStated
from clipping.models import ClientSettings, Ground, Rights
from clipping.settings import settings
from flows import cli
from flows.clients import set_client
from flows.clip import clip_source
from flows.hear import hear_source
from tests.support.commands import CliRunner
from tests.support.media import make_video

OWN = Rights(ground=Ground.OWN, owner="acme")


@pytest.fixture
def place(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A database in which acme requires rights."""
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("CLIPPER_HOME", str(tmp_path / "home"))
    settings.cache_clear()
    with open_session(database_url) as session:
        queries.clients.save_client_settings(session, "acme", ClientSettings(require_rights=True))
    yield database_url
    settings.cache_clear()


@pytest.fixture
def talk(tmp_path: Path) -> Path:
    return make_video(tmp_path / "talk.mp4", seconds=2)


@pytest.fixture
def deaf(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever would hear anything fails."""
    monkeypatch.setattr("flows.clip.heard", lambda *_: pytest.fail("it was heard"))


def _kept(place: str) -> list[str]:
    with open_session(place) as session:
        found = [item.source for item in queries.overview.recent_sources(session, "acme", 9)]
    files = [path for path in (settings().store_dir).rglob("*") if path.is_file()]
    assert len(files) == len(found)
    return [source.rights.summary for source in found]


def test_a_run_without_rights_is_refused_before_anything_is_taken_in(
    place: str, talk: Path, in_process: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flows.clip.taken_in", lambda *_: pytest.fail("it was taken in"))
    with pytest.raises(RightsNotStated, match="state them with --rights own"):
        clip_source(str(talk), client="acme", min_seconds=1)
    assert _kept(place) == []


def test_another_file_at_a_place_with_rights_is_refused_before_it_is_heard(
    place: str, talk: Path, in_process: None, deaf: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("flows.hear.heard", lambda *_: "a transcript")
        assert hear_source(str(talk), client="acme", rights=OWN) == "a transcript"
    make_video(talk, seconds=3)
    with pytest.raises(RightsNotStated):
        clip_source(str(talk), client="acme", min_seconds=1)
    assert _kept(place) == ["own of acme"]


def test_a_client_s_decision_is_made_and_shown(
    place: str, capsys: pytest.CaptureFixture[str]
) -> None:
    set_client("acme", {})
    set_client("acme", {"require_rights": False})
    set_client("umbrella", {"require_rights": True})
    set_client("umbrella", {})
    printed = capsys.readouterr()
    # The first of all, and one that is there, are no slip of the pen.
    assert printed.err == "umbrella is a new client; known were acme.\n"
    said = [line.split(": ") for line in printed.out.splitlines()]
    assert [client for client, _ in said] == ["acme", "acme", "umbrella", "umbrella"]
    assert ["not" in what for _, what in said] == [False, True, False, False]
    with open_session(place) as session:
        assert not queries.clients.client_settings(session, "acme").require_rights
        assert queries.clients.client_settings(session, "umbrella").require_rights
    with pytest.raises(Rejected, match="Known are acme, umbrella"):
        set_client("acmee", {})


@pytest.mark.parametrize(
    ("options", "says"),
    [
        pytest.param(["--rights", "permission", "--owner", "Jo"], "--rights-note", id="no note"),
        pytest.param(["--rights", "licensed"], "--owner", id="no owner"),
        pytest.param(["--owner", "Jo"], "--rights", id="no ground"),
        pytest.param(["--rights", "unstated"], "unstated", id="no such ground"),
    ],
)
@pytest.mark.parametrize("command", ["clip", "transcribe"])
def test_rights_in_part_are_wrong_usage(command: str, options: list[str], says: str) -> None:
    done = CliRunner().invoke(cli.app, [command, "nowhere.mp4", *options])
    assert done.exit_code == 2
    assert says in done.output
