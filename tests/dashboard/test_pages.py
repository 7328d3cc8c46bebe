"""The pages as Streamlit runs them, on a real database and real files."""

from __future__ import annotations

import gc
import sys
import tomllib
from datetime import UTC, datetime

import pytest
from streamlit.testing.v1 import AppTest

from clipping.db import queries
from clipping.db.queries import people
from clipping.db.queries.overview import Stage
from clipping.db.session import open_session
from clipping.models import Release, RenderedClip, Role
from clipping.settings import CHECKOUT, settings
from dashboard.page import plain
from tests.dashboard.conftest import Workplace
from tests.dashboard.door_place import HERE
from tests.dashboard.page_place import MAIN, VIEWS, load, open_alone, open_page, run, said
from tests.db.values import a_clip, a_detection, a_moment, a_source, a_transcript


def shown(page: AppTest, number: int = 0) -> list[dict[str, object]]:
    frame = page.dataframe[number].value
    return [{str(key): value for key, value in row.items()} for row in frame.to_dict("records")]


def everything(page: AppTest) -> str:
    """All that a page says and shows, as it would go to the browser."""
    tables = [shown(page, number) for number in range(len(page.dataframe))]
    return f"{page.main}{page.sidebar}{tables}{said(page)}"


def test_an_empty_database_says_where_to_begin(workplace: Workplace) -> None:
    assert "No clips yet" in said(open_alone("clips"))
    assert "No sources yet" in said(open_alone("sources"))


def test_what_a_page_loads_is_set_apart_from_garbage_once(
    workplace: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("clipping.garbage._modules", 0)
    kept: list[int] = []
    monkeypatch.setattr(gc, "freeze", lambda: kept.append(len(sys.modules)))
    page = run(load(MAIN))
    assert kept
    run(page)
    kept.clear()
    # Each time it keeps what the tabs that are open hold, too: not at every press.
    for _ in range(3):
        run(page)
    assert kept == []


def test_recent_clips_of_all_clients_are_shown_newest_first(clips: list[RenderedClip]) -> None:
    page = open_alone("clips")
    text = said(page)
    assert [button.key for button in page.button] == [clip.clip_id for clip in clips]
    assert "Ünexpected" in text
    assert "acme · score 89 · 15.0 s · acme talk.mp4" in text
    assert "failed 1 of 2 checks" in text
    covers = [image.proto.imgs[0].url for image in page.get("image")]
    assert covers == [f"{HERE}/media/covers/{clip.clip_id}.jpg" for clip in clips]


def test_clips_are_filtered_by_client(clips: list[RenderedClip]) -> None:
    page = open_alone("clips")
    assert page.selectbox[0].options == ["all", "acme", "bravo"]
    page.selectbox[0].set_value("bravo").run()
    assert [button.key for button in page.button] == ["clip_bad"]


def test_clips_are_filtered_by_state(clips: list[RenderedClip]) -> None:
    page = open_alone("clips")
    page.button_group(key="state").set_value("ready").run()
    assert [button.key for button in page.button] == ["clip_good"]
    page.selectbox[0].set_value("bravo").run()
    assert page.button == []
    assert "There is no clip of bravo that is ready" in said(page)


def test_a_clip_that_waits_for_a_person_says_why_and_how_it_is_released(
    clips: list[RenderedClip], workplace: Workplace
) -> None:
    held = a_moment(2)
    clip = a_clip("clip_held", moment_id=held.moment_id, proof=clips[0].proof)
    with open_session(workplace.database_url) as session:
        queries.clips.save_clip(session, clip)
    page = open_alone("clips")
    page.button_group(key="state").set_value("held").run()
    assert [button.key for button in page.button] == ["clip_held"]
    assert "waits for a person" in said(page)
    text = said(open_page("clips", clip="clip_held"))
    assert "It names a street." in text
    assert "Once you agree: clipper release clip_held --by NAME" in text
    agreed = Release(
        clip_id="clip_held",
        holds=held.holds,
        person="Jo",
        note="Asked.",
        released_at=datetime(2026, 11, 26, 9, 5, tzinfo=UTC),
    )
    with open_session(workplace.database_url) as session:
        queries.releases.save_release(session, held.moment_id, agreed)
    text = said(open_page("clips", clip="clip_held"))
    assert "Released by Jo on 2026-11-26 09:05 UTC: Asked." in text
    assert "It names a street." not in text


def test_a_clip_opens_with_player_score_proof_and_words(clips: list[RenderedClip]) -> None:
    page = open_alone("clips")
    page.button(key="clip_bad").click().run()
    assert not page.exception
    text = said(page)
    assert page.query_params["clip"] == "clip_bad"
    assert [video.proto.url for video in page.get("video")] == [f"{HERE}/media/clips/clip_bad.mp4"]
    assert "A claim with its proof." in text
    assert "hook was not measured, the limit is present" in text
    assert {metric.label: metric.value for metric in page.metric} == {
        "Score": "89",
        "Length": "15.0 s",
        "Starts at": "0:20.000",
        "Size": "6000.0 MB",
    }
    assert [row["criterion"] for row in shown(page, 0)] == ["claim", "pace"]
    assert [row["check"] for row in shown(page, 1)] == ["hook", "loudness"]
    page.button[0].click().run()
    assert "clip" not in page.query_params


def test_a_clip_has_an_address_of_its_own(clips: list[RenderedClip]) -> None:
    assert "acme talk.mp4" in said(open_alone("clips", clip="clip_good"))


def test_an_unknown_clip_is_said_to_be_unknown(clips: list[RenderedClip]) -> None:
    assert "There is no clip <b>x</b> in the database." in said(
        open_alone("clips", clip="<b>x</b>")
    )


def test_a_clip_outlives_the_detection_that_found_it(
    clips: list[RenderedClip], workplace: Workplace
) -> None:
    source = a_source("acme")
    with open_session(workplace.database_url) as session:
        transcript, _ = queries.transcripts.latest_transcript(session, source.source_id)
        for client in ("acme", "bravo"):
            queries.detections.save_detection(
                session,
                a_source(client).source_id,
                transcript,
                f"detection {client}",
                a_detection(moments=0),
            )
    text = said(open_alone("clips", clip="clip_good"))
    assert "Ünexpected" in text
    assert "The detection that found this clip has been replaced." in text


def test_sources_tell_how_far_they_have_come(
    clips: list[RenderedClip], workplace: Workplace
) -> None:
    with open_session(workplace.database_url) as session:
        for number, client in enumerate(("new", "heard", "searched", "dull"), start=1):
            source = a_source(client, sha256=str(number) * 64, file_name=f"{client}.mp4")
            queries.sources.save_source(session, source)
            if number == 1:
                continue
            heard = queries.transcripts.save_transcript(
                session, source.source_id, None, a_transcript(number)
            )
            if number == 2:
                continue
            moment = a_moment(moment_id=f"mom_{client}")
            found = a_detection(moments=0).model_copy(
                update={"moments": (moment,) if number == 3 else ()}
            )
            queries.detections.save_detection(session, source.source_id, heard, client, found)
    rows = {str(row["file"]): row for row in shown(open_alone("sources"))}
    assert {name: row["stage"] for name, row in rows.items()} == {
        "acme talk.mp4": Stage.CLIPPED.value,
        "bravo talk.mp4": Stage.CLIPPED.value,
        "new.mp4": Stage.INGESTED.value,
        "heard.mp4": Stage.TRANSCRIBED.value,
        "searched.mp4": Stage.DETECTED.value,
        "dull.mp4": Stage.NOTHING.value,
    }
    acme = rows["acme talk.mp4"]
    assert (acme["words"], acme["moments"], acme["dropped"]) == ("12", "2", 3)
    assert (acme["ready"], acme["failed proof"]) == (1, 0)
    assert rows["bravo talk.mp4"]["failed proof"] == 1


def test_the_newest_transcript_and_detection_count(workplace: Workplace) -> None:
    source = a_source()
    with open_session(workplace.database_url) as session:
        queries.sources.save_source(session, source)
        old = queries.transcripts.save_transcript(session, source.source_id, None, a_transcript(3))
        queries.detections.save_detection(session, source.source_id, old, "old", a_detection(1, 1))
        new = queries.transcripts.save_transcript(
            session, source.source_id, None, a_transcript(7, "pocketsphinx")
        )
        queries.detections.save_detection(session, source.source_id, new, "new", a_detection(2, 5))
    with open_session(workplace.database_url) as session:
        overview = queries.overview.recent_sources(session, None, 10)[0]
    assert (overview.words, overview.moments, overview.rejections) == (7, 2, 5)


def test_the_only_source_shows_its_dropped_candidates_with_reasons(workplace: Workplace) -> None:
    source = a_source()
    with open_session(workplace.database_url) as session:
        queries.sources.save_source(session, source)
        heard = queries.transcripts.save_transcript(session, source.source_id, None, a_transcript())
        queries.detections.save_detection(session, source.source_id, heard, "key", a_detection())
    page = open_alone("sources")
    text = said(page)
    assert "Captions lie beside the video." in text
    assert "No laughter was heard." in text
    assert "Dropped candidates (3)" in text
    dropped = shown(page, 2)
    assert [row["score"] for row in dropped] == [2, 1, 0]
    assert [row["number"] for row in dropped] == [3, 2, 1]
    assert dropped[0]["reason"] == "A better moment covers it."
    page.multiselect[0].set_value(["overlaps_better"]).run()
    assert len(shown(page, 2)) == 3


def test_sources_are_filtered_by_client(clips: list[RenderedClip]) -> None:
    page = open_alone("sources")
    page.selectbox[0].set_value("acme").run()
    assert [row["file"] for row in shown(page)] == ["acme talk.mp4"]


def test_a_database_that_does_not_answer_is_reported_in_one_sentence(
    workplace: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://user:secret@127.0.0.1:1/nowhere")
    settings.cache_clear()
    page = open_alone("clips")
    assert "database nowhere at 127.0.0.1:1 does not answer." in said(page)
    assert "secret" not in said(page)


def test_without_a_database_the_page_says_how_to_start(
    workplace: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DATABASE_URL")
    settings.cache_clear()
    assert "DATABASE_URL is not set" in said(open_alone("clips"))


def test_the_entry_shows_who_works_for_clients_what_needs_them_first(
    clips: list[RenderedClip],
) -> None:
    page = run(load(MAIN))
    assert page.title[0].value == "Today"
    assert "ann, admin" in said(page)


ALL_VIEWS = sorted(path.stem for path in VIEWS.glob("*.py") if path.stem != "__init__")


STAFF_ALONE = ("strategy", "runs")
"""Whoever is a client is told only that there is nothing here."""


@pytest.mark.parametrize("view", ALL_VIEWS)
def test_every_page_shows_what_is_theirs_to_whoever_looks_and_ends_when_they_are_shut_out(
    clips: list[RenderedClip], workplace: Workplace, view: str
) -> None:
    for role in (Role.CLIENT, Role.OPERATOR):
        user_id = workplace.look_as(f"bo, {role.value}", role, "bravo")
        page = open_alone(view)
        assert "acme" not in everything(page)
        # The page on which videos are added says its clients in a frame of its own.
        if view != "add" and (role is Role.OPERATOR or view not in STAFF_ALONE):
            assert "bravo" in everything(page)
    with open_session(workplace.database_url) as session:
        people.set_disabled(session, user_id, datetime.now(UTC))
    page.run()
    assert not page.exception
    assert "Your sign-in has ended." in said(page)
    assert "bravo" not in everything(page)


def test_a_clip_of_another_client_is_none(clips: list[RenderedClip], workplace: Workplace) -> None:
    workplace.look_as("bo", Role.OPERATOR, "bravo")
    assert "There is no clip clip_good in the database." in said(
        open_alone("clips", clip="clip_good")
    )
    assert "bravo talk.mp4" in said(open_alone("clips", clip="clip_bad"))
    workplace.look_as("cy", Role.CLIENT, "acme")
    assert "acme talk.mp4" in said(open_alone("clips", clip="clip_good"))
    # Nobody outside sees one that did not pass its proof.
    workplace.look_as("di", Role.CLIENT, "bravo")
    for clip_id in ("clip_good", "clip_bad"):
        assert "There is no such clip" in everything(open_alone("clips", clip=clip_id))


def test_what_one_person_did_in_a_tab_is_not_the_next_ones(
    clips: list[RenderedClip], workplace: Workplace
) -> None:
    page = open_alone("clips")
    page.session_state["limit"] = 50
    page.run()
    assert page.session_state["limit"] == 50
    workplace.look_as("bo", Role.OPERATOR, "bravo")
    page.run()
    assert "limit" not in page.session_state


def test_a_clients_own_people_have_their_clips_their_review_and_numbers_alone(
    clips: list[RenderedClip], workplace: Workplace
) -> None:
    workplace.look_as("bo", Role.CLIENT, "bravo")
    page = run(load(MAIN))
    with pytest.raises(ValueError, match="sources"):
        page.switch_page("views/sources.py").run()


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        pytest.param("f***ing", r"f\*\*\*ing", id="masked word"),
        pytest.param(":red[hi] $x$", r"\:red\[hi\] \$x\$", id="Streamlit's own marks"),
        pytest.param("<b>&amp;", r"\<b\>\&amp;", id="HTML"),
        pytest.param("1. one\n# two", r"1\. one \# two", id="blocks and lines"),
    ],
)
def test_text_is_never_taken_for_markdown(text: str, escaped: str) -> None:
    assert plain(text) == escaped


def test_the_server_stays_on_this_machine_and_sends_nothing_home() -> None:
    config = tomllib.loads((CHECKOUT / ".streamlit" / "config.toml").read_text("utf-8"))
    assert config["server"]["address"] == "127.0.0.1"
    assert config["server"]["headless"] is True
    assert config["server"]["fileWatcherType"] == "none"
    assert config["server"]["allowedHosts"] == ["127.0.0.1", "localhost"]
    assert config["browser"]["gatherUsageStats"] is False
