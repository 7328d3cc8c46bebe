"""``clipper plan``, and the scheduled planning of days."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from prefect import task

from clipping.db import queries
from clipping.errors import ServiceUnavailable
from clipping.models import (
    DetectOptions,
    EncoderSettings,
    Ground,
    PlatformName,
    PostState,
    Rights,
    SourceRequest,
    make_id,
)
from flows import cli, render
from flows import plan as flow
from tasks import plan as tasks
from tasks.detect import detect_moments
from tasks.ingest import ingest_source
from tasks.workplace import db_session
from tests.db.values import a_clip, a_plan, a_transcript
from tests.moments.spoken import RATE_HZ, duration_of, samples_of, speak
from tests.moments.talks import QUESTION, STORY
from tests.support.commands import CliRunner
from tests.support.media import make_video
from tests.tasks.plan_place import CLIENT, PlanPlace, plan_place

TIKTOK = PlatformName.TIKTOK
TOMORROW = datetime.now(UTC).date() + timedelta(days=2)


@pytest.fixture
def place(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[PlanPlace]:
    with plan_place(database_url, tmp_path / "home", monkeypatch) as made:
        made.account(TIKTOK, timezone="Europe/Berlin")
        made.more_clips(3)
        yield made


def run(*arguments: object) -> tuple[int, str]:
    done = CliRunner().invoke(cli.app, ["plan", *map(str, arguments)])
    return done.exit_code, done.output


def test_a_plan_is_shown_reserved_drawn_and_changed(place: PlanPlace, tmp_path: Path) -> None:
    picture = tmp_path / "day.svg"
    asked = ("--client", CLIENT, "--day", TOMORROW)
    code, said = run(*asked, "--dry-run")
    assert code == 0, said
    assert "2 posts" in said
    assert said.endswith("Nothing is reserved.\n")
    assert said.count("Europe/Berlin") == 2
    assert place.posts() == []
    code, said = run(*asked, "--json", "--picture", picture)
    assert code == 0, said
    (plan,) = json.loads(said)
    posts = place.posts()
    assert [one["clip_id"] for one in plan["assignments"]] == [post.clip_id for post in posts]
    assert {one["state"] for one in plan["assignments"]} == {"reserved"}
    assert picture.read_text().startswith("<svg")
    code, said = run("change", "hold", posts[0].post_id, "--by", "Jo")
    assert code == 0, said
    assert f"{posts[0].post_id} is held.\nIts slot has clip_03 now.\n" in said
    assert said.count("slot") == 1
    berlin = ZoneInfo("Europe/Berlin")
    to = posts[1].due_at.astimezone(berlin) + timedelta(minutes=7)
    code, said = run("change", "move", posts[1].post_id, "--by", "Jo", "--to", f"{to:%FT%H:%M}")
    assert said == f"{posts[1].post_id} goes out on {to.isoformat(' ', 'minutes')} Europe/Berlin.\n"
    code, said = run("change", "move", posts[1].post_id, "--by", "Jo", "--to", f"{to:%FT%H:%M%z}")
    assert code == 0, said
    code, said = run("change", "move", posts[1].post_id, "--by", "Jo", "--to", "2026-01-01T10:00Z")
    assert (code, "The earliest that it can go out is" in said, "UTC" in said) == (3, True, False)
    code, said = run("change", "cancel", posts[1].post_id, "--by", "Jo")
    assert said.endswith("No other clip may go into its slot.\n")
    assert [post.clip_id for post in place.posts(PostState.RESERVED)] == ["clip_03"]


def test_days_are_drawn_one_by_one_and_what_is_wanted_is_said(
    place: PlanPlace, tmp_path: Path
) -> None:
    picture = tmp_path / "week.svg"
    code, said = run("--client", CLIENT, "--day", TOMORROW, "--days", 2, "--picture", picture)
    assert code == 0, said
    drawn = sorted(tmp_path.glob("week-*.svg"))
    assert len(drawn) == 2
    assert all(f"Picture: {path}\n" in said for path in drawn)
    assert "The next scheduled run asks src_" in said
    assert "for 1 more moments, 13 in all." in said


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        ((), 2, "say whose posts are planned"),
        (("--client", "nobody"), 3, "There is no client nobody yet. Known are acme."),
        (("--client", CLIENT, "--day", "2020-01-01"), 3, "2020-01-01 is over on the clocks"),
        (("--client", CLIENT, "--picture", "/nowhere/at/all.svg"), 3, "There is no folder"),
        (("change", "move", "post_1", "--by", "Jo"), 2, "--to is for move, which needs it"),
        (("change", "move", "post_1", "--by", "Jo", "--to", "noon"), 2, "--to 'noon' is no time"),
        (("change", "hold", "post_1", "--by", " "), 2, "must say something"),
        (("change", "hold", "post_1", "--by", "Jo"), 3, "There is no post post_1"),
    ],
    ids=["no client", "unknown", "past", "no folder", "no time", "not a time", "nobody", "no post"],
)
def test_what_cannot_be_planned_is_one_sentence(
    place: PlanPlace, arguments: tuple[str, ...], code: int, said: str
) -> None:
    done, output = run(*arguments)
    assert done == code
    assert said in " ".join(output.replace("│", " ").split())


class _Search:
    """In the place of the flow that searches."""

    name = flow.more_moments.name

    def __init__(self, calls: list[dict[str, Any]]) -> None:
        self._calls = calls

    def __call__(self, **asked: Any) -> None:
        self._calls.append(asked)


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """The flow's tasks without a server; what was asked of the detector."""
    found: list[dict[str, Any]] = []
    for name in ("find_days", "plan_one", "find_asks", "keep_asks"):
        monkeypatch.setattr(flow, name, getattr(tasks, name).fn)
    monkeypatch.setattr(flow, "more_moments", _Search(found))
    return found


def test_a_scheduled_run_plans_and_asks_for_more_moments_once(
    place: PlanPlace, calls: list[dict[str, Any]]
) -> None:
    for _ in range(2):
        state = flow.plan_day.fn(client=CLIENT, day=TOMORROW + timedelta(days=1))
        (told,) = json.loads(state.message or "").values()
        assert (told["posts"], told["missing"]) == (2, 0)
    assert calls == []
    for _ in range(2):
        flow.plan_day.fn(client=CLIENT, day=TOMORROW)
    with place.session() as session:
        (room,) = queries.asks.source_rooms(session, CLIENT)
    assert [(one["transcript_id"], one["count"], one["min_ms"]) for one in calls] == [
        (room.transcript_id, 13, 10_000)
    ]


def test_a_deployed_run_starts_the_search_and_waits_for_none(
    place: PlanPlace, calls: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[tuple[str, dict[str, Any]]] = []
    monkeypatch.setenv("PREFECT__RUNTIME__DEPLOYMENT__ID", "one")
    monkeypatch.setattr(flow, "run_deployment", lambda name, **how: started.append((name, how)))
    flow.plan_day.fn(client=CLIENT, day=TOMORROW)
    flow.plan_day.fn(client=CLIENT, day=TOMORROW + timedelta(days=1))
    ((name, how),) = started
    assert name == "more-moments/more-moments"
    assert (how["timeout"], how["as_subflow"], how["parameters"]["count"]) == (0, False, 13)
    assert how["idempotency_key"].startswith(f"more:{CLIENT}:{TOMORROW + timedelta(days=1)}:src_")


def test_a_run_that_is_killed_between_two_asks_is_made_up_for_by_the_next_one(
    place: PlanPlace, calls: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    with place.session() as session:
        (room,) = queries.asks.source_rooms(session, CLIENT)
        again = queries.sources.get_source(session, room.source_id)
        queries.sources.save_source(session, again.replace(source_id="src_other", sha256="e" * 64))
    for _ in range(2):
        place.account(TIKTOK)
    # Each has one moment more; three posts are missing.
    rooms = [room.replace(left_out=(2,)), room.replace(source_id="src_other", left_out=(1,))]
    monkeypatch.setattr(queries.asks, "source_rooms", lambda *_: rooms)
    monkeypatch.setenv("PREFECT__RUNTIME__DEPLOYMENT__ID", "one")
    started: list[str] = []

    def start(_name: str, **how: Any) -> None:
        started.append(how["idempotency_key"])
        if len(started) == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(flow, "run_deployment", start)
    with pytest.raises(KeyboardInterrupt):
        flow.plan_day.fn(client=CLIENT, day=TOMORROW)
    for _ in range(2):
        flow.plan_day.fn(client=CLIENT, day=TOMORROW)
    assert len(started) == 4
    assert started[:2] == started[2:]
    assert len(set(started)) == 2


def test_more_moments_are_searched_as_the_others_were(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, dict[str, Any]]] = []

    def detect(what: str, **how: Any) -> str:
        asked.append((what, how))
        return "det_1"

    monkeypatch.setattr(flow, "detect", detect)
    monkeypatch.setattr(flow, "render_alike", lambda key: [f"clip of {key}"])
    state = flow.more_moments.fn("transcript_1", "local", 13, 10_000, 60_000)
    assert json.loads(state.message or "") == ["clip of det_1"]
    wanted = {"detector": "local", "count": 13, "min_seconds": 10, "max_seconds": 60}
    assert asked == [("transcript_1", wanted)]


@task
def _kept_clip(moment_id: str, transcript_id: str, choices: dict[str, Any], parts: int) -> str:
    """In the place of the task that renders: a clip of the moment, which nobody has encoded."""
    clip_id = make_id("clip", moment_id)
    with db_session() as session:
        source_id, _ = queries.detections.get_moment(session, moment_id)
        made = a_clip(
            clip_id,
            CLIENT,
            moment_id=moment_id,
            source_id=source_id,
            plan=a_plan(encoder=EncoderSettings(build=moment_id)),
        )
        queries.clips.save_clip(session, made)
    return clip_id


def test_more_moments_of_a_talk_are_those_before_and_some_more(
    place: PlanPlace, tmp_path: Path, in_process: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(render, "render_moment", _kept_clip)
    words = speak(QUESTION + STORY)
    lasts_ms = duration_of(words)
    sound = (samples_of(words, lasts_ms) / 32_768).astype(np.float32)
    video = make_video(
        tmp_path / "talk.mp4", seconds=lasts_ms / 1000, fps=5, audio=sound, sample_rate=RATE_HZ
    )
    own = Rights(ground=Ground.OWN, owner=CLIENT)
    source = ingest_source.fn(SourceRequest(location=str(video), client=CLIENT, rights=own), 10_000)
    with place.session() as session:
        heard = a_transcript(words=words)
        transcript_id = queries.transcripts.save_transcript(session, source.source_id, None, heard)
    options = DetectOptions(count=1, min_ms=10_000, max_ms=30_000)
    before = detect_moments.fn(transcript_id, "local", options)
    found: Any = flow.more_moments(transcript_id, "local", 2, 10_000, 30_000)
    with place.session() as session:
        (first,) = queries.lineage.get_detection(session, before)[2].moments
        moments = [queries.clips.get_clip(session, clip_id).moment_id for clip_id in found]
        drafts = queries.drafts.writings_of(session, moments)
    assert len(moments) == 2
    assert first.moment_id in moments
    assert drafts.keys() == {*moments}
    assert found == [make_id("clip", moment_id) for moment_id in moments]


def test_a_client_that_cannot_be_planned_stops_no_other(
    place: PlanPlace, calls: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    real = tasks.plan_one.fn

    def plan_one(client: str, day: Any) -> dict[str, Any]:
        if client == "first":
            raise ServiceUnavailable("The database is away.")
        return real(client, day)

    monkeypatch.setattr(flow, "find_days", lambda _: [("first", TOMORROW), (CLIENT, TOMORROW)])
    monkeypatch.setattr(flow, "plan_one", plan_one)
    told = json.loads(flow.plan_day.fn().message or "")
    assert told[f"first {TOMORROW}"] == {"error": "The database is away."}
    assert told[f"{CLIENT} {TOMORROW}"]["posts"] == 2


def test_all_clients_with_accounts_are_planned(
    place: PlanPlace, calls: list[dict[str, Any]]
) -> None:
    with place.session() as session:
        queries.clients.save_editorial_policy(
            session, "without", queries.clients.editorial_policy(session, "x")
        )
    found = tasks.find_days.fn()
    assert {client for client, _ in found} == {CLIENT}
    assert abs(found[0][1] - datetime.now(UTC).date()) <= timedelta(days=1)
