"""Passes over the watches: each item is taken in once, and troubles stay where they are."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
import yaml
from prefect.exceptions import TerminationSignal

from clipping.db import queries
from clipping.db.session import open_session
from clipping.errors import (
    BotCheck,
    NoSpeech,
    NoUsableFormat,
    RateLimited,
    Rejected,
    RightsNotStated,
    ServiceUnavailable,
    UnreadableMedia,
)
from clipping.models import ClientSettings, Ground, ItemState, Rights, Watch, WatchedItem
from clipping.settings import CHECKOUT, settings
from clipping.sources.fetched import ChannelEntry
from flows import cli, watch
from flows.watch import watch_sources
from flows.watches import add_watch, list_watches, remove_watch, run_watches
from tasks.watch import holding
from tasks.workplace import only_one
from tests.db.values import a_source
from tests.support.commands import CliRunner
from tests.transcripts.hearers import FakeHearer, only_engines, planted
from tests.transcripts.recordings import recorded
from tests.watching.items import a_watch

OWN = Rights(ground=Ground.OWN, owner="acme")
WORDS = [(at, number) for number, at in enumerate(range(300, 3_500, 450))]


@dataclass
class FakeStages:
    """What hears and clips: remembers what it was given, and fails where it is told to."""

    errors: dict[str, BaseException] = field(default_factory=dict)
    clip_errors: dict[str, BaseException] = field(default_factory=dict)
    heard: list[str] = field(default_factory=list)
    clipped: list[str] = field(default_factory=list)
    asked: list[dict[str, Any]] = field(default_factory=list)
    meanwhile: Callable[[str], object] = lambda _name: None
    """What happens while something is heard."""

    def hear(self, location: str, **asked: Any) -> str:
        return self._took(self.heard, location, asked, self.errors)

    def clip(self, location: str, **asked: Any) -> str:
        return self._took(self.clipped, location, asked, self.errors | self.clip_errors)

    def _took(
        self,
        names: list[str],
        location: str,
        asked: dict[str, Any],
        errors: dict[str, BaseException],
    ) -> str:
        name = location.rpartition("/")[-1]
        names.append(name)
        self.asked.append(asked)
        self.meanwhile(name)
        if name in errors:
            raise errors[name]
        return "an id"


@dataclass
class Place:
    """A folder and a database."""

    url: str
    folder: Path

    def watch(self, place: object = "", **changes: Any) -> Watch:
        place = str(place or self.folder)
        made = a_watch(
            place, watch_id=queries.watches.watch_id("acme", place), **{"min_seconds": 1, **changes}
        )
        with open_session(self.url) as session:
            queries.watches.save_watch(session, made)
        return made

    def put(self, name: str, content: bytes) -> None:
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)

    def items(self) -> dict[str, WatchedItem]:
        with open_session(self.url) as session:
            return {
                item.identity: item
                for one in queries.watches.watches(session)
                for item in queries.watches.items_of(session, one.watch_id)
            }

    def states(self) -> dict[str, ItemState]:
        return {name: item.state for name, item in self.items().items()}

    def troubles(self) -> list[str]:
        with open_session(self.url) as session:
            return [one.trouble for one in queries.watches.watches(session)]

    def rows(self, table: str) -> int:
        with psycopg.connect(self.url) as connection:
            row = connection.execute(f"SELECT count(*) FROM clipping.{table}").fetchone()
        assert row is not None
        return int(row[0])


@pytest.fixture(scope="module")
def talk(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("talk") / "talk.mp4"
    return recorded(path, planted(4, WORDS)).media_path.read_bytes()


@pytest.fixture(scope="module")
def mute(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("mute") / "mute.mp4"
    return recorded(path, planted(4, [])).media_path.read_bytes()


@pytest.fixture
def place(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("CLIPPER_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("CLIPPER_WATCH_SETTLE_SECONDS", "0.02")
    settings.cache_clear()
    (tmp_path / "videos").mkdir()
    yield Place(database_url, tmp_path / "videos")
    settings.cache_clear()


@pytest.fixture
def stages(monkeypatch: pytest.MonkeyPatch) -> FakeStages:
    """The stages are fakes, and the tasks run without Prefect, which takes ten times as long."""
    fake = FakeStages()
    for name in ("begin", "check_rights_at", "end", "load_watches", "look", "note_pass"):
        monkeypatch.setattr(watch, name, getattr(watch, name).fn)
    monkeypatch.setattr("flows.watch.hear_source", fake.hear)
    monkeypatch.setattr("flows.watch.clip_source", fake.clip)
    return fake


@pytest.fixture
def listed(monkeypatch: pytest.MonkeyPatch) -> list[ChannelEntry | Exception]:
    """What channels answer with; an error is raised."""
    answer: list[ChannelEntry | Exception] = []

    def listing(*_: object, **__: object) -> list[ChannelEntry]:
        for one in answer:
            if isinstance(one, Exception):
                raise one
        return [one for one in answer if isinstance(one, ChannelEntry)]

    monkeypatch.setattr("tasks.watch.list_channel", listing)
    return answer


def _entry(name: str, duration_s: float | None = 90) -> ChannelEntry:
    url = f"https://www.youtube.com/{name}"
    return ChannelEntry(id=name, url=url, title=name, duration_s=duration_s)


def run_pass(**parameters: Any) -> Any:
    """What the flow returns."""
    return watch_sources.fn(**parameters).data


CHANNEL = "https://www.youtube.com/@acme"


def test_what_is_dropped_into_a_folder_ends_as_a_source_with_a_transcript_once(
    place: Place, talk: bytes, mute: bytes, in_process: None
) -> None:
    engines: list[FakeHearer] = []

    class Counted(FakeHearer):
        def __init__(self) -> None:
            super().__init__()
            engines.append(self)

        @classmethod
        def ready(cls) -> str | None:
            return None

    place.watch(rights=OWN)
    place.put("talk.mp4", talk)
    place.put("meeting/the same talk.mp4", talk)
    place.put("mute.mp4", mute)
    with only_engines({"planted": Counted}):
        assert watch_sources() == {"done": 2, "refused": 1}
        assert watch_sources() == {}
    assert "mute.mp4" in place.items()["mute.mp4"].reason
    assert (place.rows("sources"), place.rows("transcripts")) == (1, 1)
    assert sum(len(engine.heard) for engine in engines) == 1
    with open_session(place.url) as session:
        (found,) = queries.overview.recent_sources(session, "acme", 9)
    assert found.source.rights == OWN
    assert found.words == len(WORDS)


def test_a_half_copied_file_is_taken_in_when_it_is_whole(
    place: Place, talk: bytes, stages: FakeStages
) -> None:
    place.watch()
    place.put("talk.mp4", talk[: len(talk) // 2])
    run_pass()
    assert stages.heard == []
    assert place.states() == {"talk.mp4": ItemState.WAITING}
    place.put("talk.mp4", talk)
    run_pass()
    run_pass()
    assert stages.heard == ["talk.mp4"]
    assert place.states() == {"talk.mp4": ItemState.DONE}


def test_what_was_being_done_when_its_run_was_killed_is_done_by_the_next(
    place: Place, talk: bytes, stages: FakeStages
) -> None:
    place.watch()
    place.put("talk.mp4", talk)
    stages.errors["talk.mp4"] = SystemExit()  # nothing is said any more, as with a kill
    with pytest.raises(SystemExit):
        run_pass()
    assert place.states() == {"talk.mp4": ItemState.DOING}
    stages.errors.clear()
    run_pass()
    assert place.states() == {"talk.mp4": ItemState.DONE}
    assert place.items()["talk.mp4"].attempts == 2


@pytest.mark.parametrize("stop", [KeyboardInterrupt(), TerminationSignal(15)])
def test_what_was_being_done_when_its_run_was_stopped_loses_no_try(
    stop: BaseException, place: Place, talk: bytes, stages: FakeStages
) -> None:
    place.watch()
    place.put("talk.mp4", talk)
    stages.errors["talk.mp4"] = stop
    for _ in range(2):
        with pytest.raises(type(stop)):
            run_pass()
        assert place.states() == {"talk.mp4": ItemState.SEEN}
        assert place.items()["talk.mp4"].attempts == 0


@pytest.mark.parametrize("while_in", ["heard", "clipped"])
def test_a_file_that_goes_while_it_is_taken_in_is_taken_in_when_it_comes_back(
    while_in: str, place: Place, talk: bytes, stages: FakeStages
) -> None:
    place.watch(clip=while_in == "clipped")
    place.put("talk.mp4", talk)
    path, away = place.folder / "talk.mp4", place.folder.parent / "talk.mp4"

    def goes(_name: str) -> None:
        if path.exists() and (while_in == "heard" or stages.clipped):
            path.rename(away)

    stages.meanwhile = goes
    stages.errors["talk.mp4"] = UnreadableMedia("There is no file talk.mp4.")
    if while_in == "clipped":
        stages.errors.clear()
        stages.clip_errors["talk.mp4"] = UnreadableMedia("There is no file talk.mp4.")
    run_pass()
    assert place.states() == {"talk.mp4": ItemState.WAITING}
    run_pass()
    assert place.states() == {}
    away.rename(path)
    stages.meanwhile = lambda _name: None
    stages.errors.clear()
    stages.clip_errors.clear()
    assert run_pass() == {"done": 1}


def test_what_is_asked_of_a_watch_while_its_pass_runs_holds_from_the_next_item_on(
    place: Place, stages: FakeStages, listed: list[ChannelEntry | Exception]
) -> None:
    listed += [_entry(name) for name in "abc"]
    watched = place.watch(CHANNEL, clip=True)
    others = Rights(ground=Ground.LICENSED, owner="Jo")

    def changed(name: str) -> None:
        with open_session(place.url) as session:
            if name == "a":
                queries.watches.save_watch(session, watched.replace(clip=False, rights=others))
            else:
                queries.watches.forget_watch(session, watched.watch_id)

    stages.meanwhile = changed
    run_pass()
    assert (stages.heard, stages.clipped) == (["a", "b"], ["a"])
    assert stages.asked[-1]["rights"] == others


def test_a_watch_states_no_rights_over_those_that_somebody_has_corrected(
    place: Place, stages: FakeStages, listed: list[ChannelEntry | Exception]
) -> None:
    others = Rights(ground=Ground.LICENSED, owner="Jo")
    place.watch(CHANNEL, rights=OWN)
    listed += [_entry("known"), _entry("new")]
    with open_session(place.url) as session:
        queries.sources.save_source(session, a_source(location=_entry("known").url, rights=others))
    run_pass()
    assert [asked["rights"] for asked in stages.asked] == [Rights(), OWN]


def test_what_was_given_up_is_had_again_when_somebody_asks_for_it(
    place: Place, stages: FakeStages, listed: list[ChannelEntry | Exception]
) -> None:
    place.watch(CHANNEL)
    listed.append(_entry("one"))
    stages.errors["one"] = NoUsableFormat("YouTube offers nothing.")
    run_pass()
    stages.errors.clear()
    assert run_pass(ask_now=True) == {}
    assert run_pass(ask_now=True, again=True) == {"done": 1}


def test_one_item_that_fails_stops_no_other_and_what_is_refused_is_not_tried_again(
    place: Place, talk: bytes, stages: FakeStages, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("clipping.watching.outcomes.pause", lambda _: timedelta(0))
    place.watch()
    for name in ("mute.mp4", "unlucky.mp4", "good.mp4"):
        place.put(name, talk)
    stages.errors["mute.mp4"] = NoSpeech("Nobody speaks in mute.mp4.")
    stages.errors["unlucky.mp4"] = ServiceUnavailable("The store does not answer.")
    assert run_pass() == {"refused": 1, "failed": 1, "done": 1}
    assert place.items()["mute.mp4"].reason == "Nobody speaks in mute.mp4."
    assert place.items()["unlucky.mp4"].reason == "The store does not answer."
    assert place.troubles() == [""]
    stages.errors.clear()
    assert run_pass() == {"done": 1}
    assert sorted(stages.heard) == ["good.mp4", "mute.mp4", "unlucky.mp4", "unlucky.mp4"]
    assert place.states()["mute.mp4"] is ItemState.REFUSED


def test_a_site_that_takes_us_for_a_robot_ends_its_own_watch_s_pass_and_no_other(
    place: Place, talk: bytes, stages: FakeStages, listed: list[ChannelEntry | Exception]
) -> None:
    place.watch(CHANNEL)
    place.watch()
    place.put("talk.mp4", talk)
    listed += [_entry("one"), _entry("two")]
    stages.errors["one"] = BotCheck("YouTube takes this machine for a robot.")
    run_pass()
    assert stages.heard == ["one", "talk.mp4"]
    assert place.troubles() == ["YouTube takes this machine for a robot.", ""]
    assert place.states()["two"] is ItemState.SEEN
    stages.errors.clear()
    run_pass()
    # Nothing is asked of a site that turned us away until its pause is over, or somebody says so.
    assert stages.heard == ["one", "talk.mp4"]
    assert place.troubles()[0]
    run_pass(ask_now=True)
    # The one has a pause of its own, and does not keep the other from its turn.
    assert stages.heard == ["one", "talk.mp4", "two"]
    assert place.troubles() == ["", ""]


@pytest.mark.parametrize("by_hand", [False, True])
def test_a_site_that_asks_for_a_pause_is_asked_by_no_other_watch(
    by_hand: bool, place: Place, stages: FakeStages, listed: list[ChannelEntry | Exception]
) -> None:
    for channel in (CHANNEL, f"{CHANNEL}2", "https://x.com/acme"):
        place.watch(channel)
    listed.append(_entry("one"))
    stages.errors["one"] = RateLimited("YouTube asks for a pause.", retry_after_s=3600)
    run_pass(ask_now=by_hand)
    assert len(stages.heard) == 2  # one of each site
    assert place.troubles() == ["YouTube asks for a pause (wait 3600 s)."] * 3
    run_pass()
    assert len(stages.heard) == 2


@pytest.mark.parametrize("error", [BotCheck("A robot?"), ZeroDivisionError("A robot?")])
def test_a_channel_that_is_not_listed_is_the_trouble_of_its_watch_alone(
    error: Exception,
    place: Place,
    talk: bytes,
    stages: FakeStages,
    listed: list[ChannelEntry | Exception],
) -> None:
    place.watch(CHANNEL)
    place.watch()
    place.put("talk.mp4", talk)
    listed.append(error)
    run_pass()
    assert stages.heard == ["talk.mp4"]
    # Kept until the site is asked again.
    for answer in ([], [_entry("new")]):
        listed[:] = answer
        run_pass()
        assert "A robot?" in place.troubles()[0]
    run_pass(ask_now=True)
    assert place.troubles() == ["", ""]
    assert stages.heard == ["talk.mp4", "new"]


def test_two_passes_at_once_do_nothing_twice(place: Place, talk: bytes, stages: FakeStages) -> None:
    watched = place.watch()
    place.put("talk.mp4", talk)
    with only_one(holding(watched)):  # as another pass does
        assert run_pass() == {"left to another run": 1}
    assert stages.heard == []
    assert run_pass() == {"done": 1}


def test_a_pass_takes_so_many_items_of_a_watch_and_the_next_one_goes_on(
    place: Place, stages: FakeStages, listed: list[ChannelEntry | Exception]
) -> None:
    place.watch(CHANNEL)
    listed += [_entry(name) for name in "dcba"]
    run_pass(most_items=3)
    assert stages.heard == ["d", "c", "b"]
    run_pass(most_items=3)
    assert stages.heard == ["d", "c", "b", "a"]


def test_clips_are_made_only_when_the_watch_says_so_and_its_rights_are_stated(
    place: Place, stages: FakeStages, listed: list[ChannelEntry | Exception]
) -> None:
    listed.append(_entry("one"))
    with open_session(place.url) as session:
        queries.clients.save_client_settings(session, "acme", ClientSettings(require_rights=True))
    watched = place.watch(CHANNEL, clip=True)
    run_pass()
    assert "--rights own" in place.troubles()[0]
    assert stages.heard == []
    with open_session(place.url) as session:
        queries.watches.save_watch(session, watched.replace(rights=OWN))
    run_pass()
    assert (stages.heard, stages.clipped) == (["one"], ["one"])
    shared = {"client": "acme", "rights": OWN}
    assert stages.asked == [
        shared | {"shortest_seconds": 1},
        shared | {"min_seconds": 1, "in_batches": True},
    ]
    place.watch(CHANNEL)
    listed.append(_entry("two"))
    run_pass(ask_now=True)
    assert (stages.heard, stages.clipped) == (["one", "two"], ["one"])


# --- the command ---------------------------------------------------------------------------------


def test_a_place_is_watched_once_under_whatever_name_and_no_longer_when_removed(
    place: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    link = place.folder.parent / "link"
    link.symlink_to(place.folder)
    for name in (str(place.folder), str(link), f"{place.folder}/../videos/"):
        add_watch(name, "acme", 60, False, Rights())
    add_watch("https://WWW.YouTube.com/@acme#videos", "acme", 120, True, OWN)
    capsys.readouterr()
    list_watches("acme", as_json=True)
    found = json.loads(capsys.readouterr().out)
    assert [one["place"] for one in found] == [str(place.folder), CHANNEL]
    assert found[1]["rights"] == OWN.model_dump(mode="json")
    remove_watch(str(link), "acme")
    remove_watch(CHANNEL, "acme")
    capsys.readouterr()
    list_watches(None, as_json=False)
    assert "Nothing is watched" in capsys.readouterr().out
    with pytest.raises(Rejected, match="is not watched for acme"):
        remove_watch(CHANNEL, "acme")


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("/nowhere/videos", "There is no folder /nowhere/videos"),
        ("https://youtube.com.evil.org/@acme", "evil.org"),
        ("file:///videos", "file"),
    ],
)
def test_a_place_that_cannot_be_watched_is_refused(place: Place, name: str, says: str) -> None:
    with pytest.raises(Rejected, match=says):
        add_watch(name, "acme", 60, False, Rights())
    assert place.troubles() == []


def test_a_watch_that_clips_is_refused_before_its_rights_are_stated(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flows.outcomes.signal.signal", lambda *_: None)
    with open_session(place.url) as session:
        queries.clients.save_client_settings(session, "acme", ClientSettings(require_rights=True))
    with pytest.raises(RightsNotStated):
        add_watch(CHANNEL, "acme", 60, True, Rights())
    assert place.troubles() == []
    add_watch(CHANNEL, "acme", 60, True, OWN)
    add_watch(CHANNEL, "acme", 90, True, Rights())
    assert place.troubles() == [""]
    with pytest.raises(RightsNotStated):
        add_watch(CHANNEL, "acme", 90, True, Rights(), withdraw_rights=True)
    taken_back = ["--client", "acme", "--rights", "unstated"]
    ended = CliRunner().invoke(cli.app, ["watch", "add", CHANNEL, *taken_back])
    assert ended.exit_code == 0, ended.output
    with open_session(place.url) as session:
        assert [one.rights for one in queries.watches.watches(session)] == [Rights()]


def test_what_went_wrong_is_listed_with_its_reason(
    place: Place,
    stages: FakeStages,
    listed: list[ChannelEntry | Exception],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("flows.console.output.width", 200)
    place.watch(CHANNEL)
    listed += [_entry("one"), _entry("brief", 0.5)]
    stages.errors["one"] = BotCheck("YouTube takes this machine for a robot.")
    run_pass()
    list_watches(None, as_json=False)
    said = capsys.readouterr().out
    assert "trouble: YouTube takes this machine for a robot." in said
    assert "failed: one: YouTube takes this machine for a robot." in said
    assert "1 too short" in said


def test_the_command_adds_a_folder_looks_at_it_and_ends_well(
    place: Place, talk: bytes, stages: FakeStages, monkeypatch: pytest.MonkeyPatch
) -> None:
    @contextmanager
    def here(check: Callable[[], None]) -> Iterator[None]:
        check()
        yield

    monkeypatch.setattr("flows.local_run.local_run", here)
    monkeypatch.setattr(watch, "watch_sources", run_pass)
    monkeypatch.setattr("flows.outcomes.signal.signal", lambda *_: None)
    with pytest.raises(Rejected, match="Nothing is watched"):
        run_watches(None, 9, as_json=False)
    place.put("talk.mp4", talk)
    options = ["--client", "acme", "--min-seconds", "1", "--rights", "own"]
    added = CliRunner().invoke(cli.app, ["watch", "add", str(place.folder), *options])
    assert added.exit_code == 0, added.output
    ran = CliRunner().invoke(cli.app, ["watch", "run", "--json"])
    assert ran.exit_code == 0, ran.output
    assert stages.heard == ["talk.mp4"]
    shutil.rmtree(place.folder)
    with open_session(place.url) as session:
        (watched,) = queries.watches.watches(session)
    with only_one(holding(watched)):
        assert "Another run works on 1" in CliRunner().invoke(cli.app, ["watch", "run"]).output
    assert CliRunner().invoke(cli.app, ["watch", "run"]).exit_code == 1
    assert "cannot be read" in place.troubles()[0]
    assert CliRunner().invoke(cli.app, ["watch", "add", "/nowhere"]).exit_code == 3
    assert CliRunner().invoke(cli.app, ["watch", "add", ".", "--owner", "Jo"]).exit_code == 2


def test_one_pass_over_the_watches_runs_at_a_time_and_often() -> None:
    from prefect.client.schemas.schedules import CronSchedule

    document = yaml.safe_load((CHECKOUT / "prefect.yaml").read_text())
    found = next(d for d in document["deployments"] if d["name"] == "watch-sources")
    assert found["concurrency_limit"] == {"limit": 1, "collision_strategy": "CANCEL_NEW"}
    (schedule,) = found["schedules"]
    assert schedule["active"]
    assert CronSchedule(cron=schedule["cron"], timezone=schedule["timezone"]).cron == "*/15 * * * *"
