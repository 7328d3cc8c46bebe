"""What a client's own people are kept from, whatever they ask for: by Postgres, not by buttons."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest
from sqlalchemy import text
from starlette.testclient import TestClient

from clipping.db import queries
from clipping.db.queries.changes import has_open_change
from clipping.db.session import WEB_ROLE, open_session, open_session_as
from clipping.db.tables import SCHEMA
from clipping.errors import NeedsPerson, Rejected
from clipping.models import (
    ClipChange,
    ClipEdit,
    ClipState,
    Decision,
    EditorialPolicy,
    RenderedClip,
    Role,
)
from clipping.publishing import changing, deciding
from dashboard.addresses import cover_url, video_url
from tests.dashboard.conftest import Workplace, put_files
from tests.dashboard.door_place import a_user, browser, come_in
from tests.dashboard.page_place import open_page, run, said
from tests.db.values import a_clip, a_moment

NOW = datetime.now(UTC)
REBOXED = ClipEdit(style="boxed")


@pytest.fixture
def films(clips: list[RenderedClip], workplace: Workplace) -> list[RenderedClip]:
    """Of bravo: one that failed its proof, one that is held, one that waits for bravo's word."""
    of_bravo: dict[str, Any] = {
        "client": "bravo",
        "source_id": clips[1].source_id,
        "proof": clips[0].proof,
    }
    held = a_clip("clip_held", moment_id=a_moment(2).moment_id, **of_bravo)
    ready = a_clip("clip_ready", **of_bravo)
    with open_session(workplace.database_url) as session:
        queries.clients.save_editorial_policy(
            session, "bravo", EditorialPolicy(approval="required")
        )
        for clip in (held, ready):
            queries.clips.save_clip(session, clip)
            put_files(workplace.store, clip)
        assert queries.clips.get_clip(session, held.clip_id).state is ClipState.HELD
    return [clips[1], held, ready]


@pytest.fixture
def clip_id(films: list[RenderedClip]) -> str:
    """The clip that waits for bravo's word."""
    return films[2].clip_id


@pytest.fixture
def clara(workplace: Workplace, clip_id: str) -> str:
    """One of bravo's own people, who looks from now on."""
    return workplace.look_as("clara", Role.CLIENT, "bravo")


def changed_after_a_rejection(url: str, clip_id: str, _client: str) -> ClipChange:
    """Whoever rejected it keeps their reason, so its verdict says nothing of a change."""
    with open_session(url) as session:
        deciding.reject(session, clip_id, "otto", "It begins badly", NOW)
        return changing.ask(session, clip_id, REBOXED, "otto", NOW)


def rejected_while_it_is_changed(url: str, clip_id: str, client: str) -> ClipChange:
    """What its verdict said of a change is written over."""
    with open_session(url) as session:
        change = changing.ask(session, clip_id, REBOXED, "otto", NOW)
    with open_session_as(url, client, writes=True) as session:
        deciding.reject(session, clip_id, "clara", "no", NOW, posts=False)
    return change


@pytest.mark.parametrize("begin", [changed_after_a_rejection, rejected_while_it_is_changed])
def test_a_client_approves_nothing_that_is_being_changed_whatever_its_verdict_says(
    workplace: Workplace, clip_id: str, clara: str, begin: object
) -> None:
    url = workplace.database_url
    change = begin(url, clip_id, clara)  # type: ignore[operator]
    with (
        pytest.raises(Rejected, match="is being changed: what comes of it"),
        open_session_as(url, clara, writes=True) as session,
    ):
        deciding.approve(session, [clip_id], "clara", "", NOW)
    page = open_page("review", clip=clip_id)
    stands = {one.label: one.disabled for one in page.button}
    assert (stands["Approve"], stands["Reject"]) == (True, True)
    assert "is being changed" in said(page)
    with open_session(url) as session:
        changing.fail(session, change.change_id, "It was a trial.", NOW)
    with open_session_as(url, clara, writes=True) as session:
        deciding.approve(session, [clip_id], "clara", "", NOW)


@pytest.mark.parametrize("verdict", ["none yet", "a rejection"])
def test_postgres_takes_no_approval_of_what_is_being_changed(
    workplace: Workplace, clip_id: str, clara: str, verdict: str
) -> None:
    url = workplace.database_url
    with open_session(url) as session:
        change = changing.ask(session, clip_id, REBOXED, "otto", NOW)
        if verdict == "none yet":
            queries.changes.forget_verdicts(session, [clip_id])
    written = text(
        "INSERT INTO clipping.verdicts (clip_id, decision, person, why, at) "
        "VALUES (:clip, :decision, 'clara', '', now()) "
        "ON CONFLICT (clip_id) DO UPDATE SET decision = excluded.decision"
    )
    updated = text("UPDATE clipping.verdicts SET decision = :decision WHERE clip_id = :clip")
    refused = [written] if verdict == "none yet" else [written, updated]
    for statement in refused:
        with pytest.raises(NeedsPerson), open_session_as(url, clara, writes=True) as session:
            session.execute(statement, {"clip": clip_id, "decision": "approved"})
    with open_session_as(url, clara, writes=True) as session:
        session.execute(written, {"clip": clip_id, "decision": "rejected"})
    with open_session(url) as session:
        changing.fail(session, change.change_id, "It was a trial.", NOW)
    with open_session_as(url, clara, writes=True) as session:
        session.execute(written, {"clip": clip_id, "decision": "approved"})
    with open_session(url) as session:
        found = queries.verdicts.find_verdict(session, clip_id)
    assert found is not None
    assert found.decision is Decision.APPROVED


def test_whether_a_clip_is_being_changed_is_told_to_who_sees_its_client_alone(
    workplace: Workplace, clip_id: str, clara: str
) -> None:
    url = workplace.database_url
    stranger = a_user(url, "sam", Role.CLIENT, "acme")
    operator = a_user(url, "otto", Role.OPERATOR, "bravo")
    whos = (clara, operator, stranger)

    def told() -> list[bool]:
        found = []
        for who in whos:
            with open_session_as(url, who) as session:
                found.append(has_open_change(session, clip_id))
        with open_session(url) as session:
            return [*found, has_open_change(session, clip_id)]

    assert told() == [False, False, False, False]
    with open_session(url) as session:
        change = changing.ask(session, clip_id, REBOXED, "otto", NOW)
    assert told() == [True, True, False, True]
    with open_session_as(url, clara) as session:
        assert queries.changes.open_change(session, clip_id) is None
    with open_session(url) as session:
        changing.fail(session, change.change_id, "It was a trial.", NOW)
    assert told() == [False, False, False, False]


def test_what_runs_as_the_owner_looks_nowhere_else_and_is_not_everybodys(
    workplace: Workplace,
) -> None:
    with psycopg.connect(workplace.database_url) as connection:
        found = connection.execute(
            """
            SELECT proname, proconfig, prorettype = 'trigger'::regtype,
                has_function_privilege(%s, oid, 'EXECUTE'),
                EXISTS (
                    SELECT FROM aclexplode(coalesce(proacl, acldefault('f', proowner))) AS one
                    WHERE one.grantee = 0
                )
            FROM pg_proc WHERE pronamespace = %s::regnamespace AND prosecdef
            """,
            [WEB_ROLE, SCHEMA],
        ).fetchall()
    assert "is_being_changed" in {name for name, *_ in found}
    for name, config, is_trigger, of_pages, of_everybody in found:
        assert config == ["search_path=pg_catalog, pg_temp"], name
        assert not of_everybody, name
        assert of_pages is not is_trigger, name


# --- films ----------------------------------------------------------------------------------------


@pytest.fixture
def tab() -> Iterator[TestClient]:
    with browser() as opened:
        yield opened


@pytest.mark.parametrize(
    ("role", "statuses"), [(Role.CLIENT, [404, 200, 200]), (Role.OPERATOR, [200, 200, 200])]
)
def test_films_and_covers_that_failed_their_proof_are_not_there_for_clients(
    films: list[RenderedClip],
    workplace: Workplace,
    tab: TestClient,
    role: Role,
    statuses: list[int],
) -> None:
    come_in(tab, a_user(workplace.database_url, "bo", role, "bravo"))
    for address_of in (video_url, cover_url):
        assert [tab.get(address_of(one.clip_id)).status_code for one in films] == statuses
        # Nor is it told that there is something.
        if role is Role.CLIENT:
            failed, none = (tab.get(address_of(one)) for one in (films[0].clip_id, "clip_none"))
            assert failed.content == none.content


def test_a_clip_that_failed_its_proof_is_on_no_page_of_a_client(
    films: list[RenderedClip], workplace: Workplace
) -> None:
    failed, held, _ = (one.clip_id for one in films)
    client = workplace.look_as("bo", Role.CLIENT, "bravo")
    for view in ("clips", "review"):
        assert "There is no such clip" in said(open_page(view, clip=failed))
        page = open_page(view, clip=held)
        assert [one.proto.url for one in page.get("video")] == [video_url(held)]
    with (
        pytest.raises(Rejected),
        open_session_as(workplace.database_url, client, writes=True) as session,
    ):
        deciding.reject(session, failed, "bo", "no", NOW, posts=False)
    workplace.look_as("otto", Role.OPERATOR, "bravo")
    page = open_page("review", clip=failed)
    assert [one.proto.url for one in page.get("video")] == [video_url(failed)]


# --- what is the makers' own ----------------------------------------------------------------------

INNER = ("score 89", "89 points", "1 check passed", "loudness", "A claim with its proof.", "claim")


def everything(page: object) -> str:
    frames = [str(one.value) for one in page.dataframe]  # type: ignore[attr-defined]
    return f"{said(page)} {frames}"  # type: ignore[arg-type]


def reviewed_in_every_way(clip_id: str) -> str:
    """All that Review says of a clip and of the queue, with panels that were named by hand too."""
    page = open_page("review", clip=clip_id)
    told = [everything(page)]
    for panel in ("Posts", "Score", "Proof", "Change", "History"):
        page.session_state["review panel"] = panel
        told.append(everything(run(page)))
    page.session_state["review shown"] = "List"
    return " ".join([*told, everything(run(page))])


def test_review_tells_clients_nothing_of_scores_and_proofs(
    workplace: Workplace, clip_id: str, clara: str
) -> None:
    told = reviewed_in_every_way(clip_id)
    assert "Ünexpected" in told
    assert [inner for inner in INNER if inner in told] == []
    workplace.look_as("otto", Role.OPERATOR, "bravo")
    told = reviewed_in_every_way(clip_id)
    assert [inner for inner in INNER if inner not in told] == []


def test_what_holds_a_clip_is_between_those_who_work_for_its_client(
    films: list[RenderedClip], workplace: Workplace
) -> None:
    held = films[1].clip_id
    workplace.look_as("bo", Role.CLIENT, "bravo")
    page = open_page("review", clip=held)
    assert "It names a street." not in said(page)
    assert [one.value for one in page.info] == ["One of us looks at it first."]
    workplace.look_as("otto", Role.OPERATOR, "bravo")
    assert "It names a street." in said(open_page("review", clip=held))
