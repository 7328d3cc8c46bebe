"""The ways to Review: from a clip that waits, and from what was added."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

import pytest
from streamlit.testing.v1 import AppTest

from clipping.db import queries
from clipping.db.queries import additions, review_lines
from clipping.db.queries.review_lines import ReviewChoice, Waiting, WaitsFor
from clipping.db.session import open_session
from clipping.models import (
    Addition,
    AdditionKind,
    AdditionState,
    EditorialPolicy,
    PostState,
    RenderedClip,
    Role,
)
from clipping.publishing import deciding
from tests.dashboard.conftest import Workplace
from tests.dashboard.page_place import open_page
from tests.db.test_account_rows import an_account
from tests.db.values import a_clip, a_moment
from tests.tasks.post_place import a_post

NOW = datetime.now(UTC)


@pytest.fixture
def bravo(clips: list[RenderedClip], workplace: Workplace) -> str:
    """The source of bravo, with a clip that failed, two that bravo is to approve, and a held one.

    Of the two the one with the second id is the better.
    """
    source_id = clips[1].source_id
    of_bravo: dict[str, Any] = {"client": "bravo", "source_id": source_id, "proof": clips[0].proof}
    held, better = a_moment(2), a_moment(3, score=99)
    with open_session(workplace.database_url) as session:
        queries.clients.save_editorial_policy(
            session, "bravo", EditorialPolicy(approval="required")
        )
        queries.rescues.save_rescued(session, "detection bravo", [better], NOW)
        for clip in (
            a_clip("clip_held", moment_id=held.moment_id, **of_bravo),
            a_clip("clip_one", **of_bravo),
            a_clip("clip_two", moment_id=better.moment_id, **of_bravo),
        ):
            queries.clips.save_clip(session, clip)
    return source_id


def leads(page: AppTest) -> list[dict[str, str]]:
    """What the links to Review open there."""
    links = [one.proto for one in page.get("page_link") if one.proto.page == "review"]
    return [dict(parse_qsl(link.query_string)) for link in links]


def approve(workplace: Workplace, *clip_ids: str) -> None:
    with open_session(workplace.database_url) as session:
        deciding.approve(session, clip_ids, "otto", "", NOW)


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.CLIENT])
def test_a_clip_that_waits_leads_to_its_review_until_somebody_has_decided(
    workplace: Workplace, bravo: str, role: Role
) -> None:
    workplace.look_as("bo", role, "bravo")
    opened = {"client": "bravo", "for": "approval", "clip": "clip_one"}
    assert leads(open_page("clips", clip="clip_one")) == [opened]
    # What it opens is in front there.
    (video,) = open_page("review", **opened).get("video")
    assert str(video.proto.url).endswith("/clip_one.mp4")
    approve(workplace, "clip_one")
    assert leads(open_page("clips", clip="clip_one")) == []


def test_what_is_held_leads_who_may_release_it_to_its_review(
    workplace: Workplace, bravo: str
) -> None:
    workplace.look_as("otto", Role.OPERATOR, "bravo")
    opened = {"client": "bravo", "for": "release", "clip": "clip_held"}
    assert leads(open_page("clips", clip="clip_held")) == [opened]
    assert leads(open_page("clips", clip="clip_bad")) == []
    workplace.look_as("bo", Role.CLIENT, "bravo")
    assert leads(open_page("clips", clip="clip_held")) == []


def test_a_clients_list_of_clips_leads_to_review_while_one_waits(
    workplace: Workplace, bravo: str
) -> None:
    workplace.look_as("bo", Role.CLIENT, "bravo")
    page = open_page("clips")
    assert "2 clips here wait for your word." in [one.value for one in page.info]
    assert leads(page) == [{}]
    approve(workplace, "clip_one", "clip_two")
    page = open_page("clips")
    assert (list(page.info), leads(page)) == ([], [])


def test_what_was_added_leads_to_the_best_of_its_clips_that_waits(
    workplace: Workplace, bravo: str
) -> None:
    added = Addition(
        addition_id=f"add_{0:032x}",
        client="bravo",
        user_id="user_1",
        added_by="otto",
        kind=AdditionKind.FILE,
        state=AdditionState.KEPT,
        name="talk.mp4",
        source_id=bravo,
        created_at=NOW,
        updated_at=NOW,
    )
    with open_session(workplace.database_url) as session:
        additions.add_addition(session, added)
    workplace.look_as("otto", Role.OPERATOR, "bravo")

    def asked() -> tuple[list[dict[str, str]], list[str]]:
        page = open_page("add")
        return leads(page), [str(one.proto.label) for one in page.get("page_link")]

    opened = {"client": "bravo", "for": "approval", "clip": "clip_two"}
    assert asked() == ([opened], ["Review"])
    approve(workplace, "clip_two")
    assert asked() == ([opened | {"clip": "clip_one"}], ["Review"])
    approve(workplace, "clip_one")
    assert asked() == ([opened | {"for": "release", "clip": "clip_held"}], ["Review"])
    with open_session(workplace.database_url) as session:
        deciding.reject(session, "clip_held", "otto", "no", NOW)
    assert asked() == ([], ["Its clips"])


def post_out(workplace: Workplace, clip_id: str, source_id: str) -> None:
    """The clip is public."""
    account = an_account("bravo")
    post = a_post(account, clip_id, NOW, source_id=source_id)
    with open_session(workplace.database_url) as session:
        queries.accounts.save_account(session, account)
        assert queries.posts.reserve_post(session, post, NOW)
        queries.posts.save_post(
            session, post, post.replace(state=PostState.POSTED, next_at=None), NOW
        )


def test_a_clip_waits_for_just_what_the_queue_lists_it_for(
    workplace: Workplace, bravo: str
) -> None:
    def told(clip_id: str) -> WaitsFor | None:
        with open_session(workplace.database_url) as session:
            found = review_lines.waiting_of(session, clip_id)
            listed = [
                waits_for
                for waits_for in WaitsFor
                for line in review_lines.waiting_page(session, ReviewChoice(None, waits_for), 99)
                if line.clip_id == clip_id
            ]
        assert listed == ([] if found is None else [found.waits_for])
        assert found is None or (found.clip_id, found.client) == (clip_id, "bravo")
        return found.waits_for if found else None

    assert told("clip_one") is WaitsFor.APPROVAL
    assert told("clip_held") is WaitsFor.RELEASE
    post_out(workplace, "clip_two", bravo)
    assert told("clip_two") is None
    # It failed its proof; it is of a client that wants no approval; there is none.
    assert [told(one) for one in ("clip_bad", "clip_good", "clip_none")] == [None] * 3
    with open_session(workplace.database_url) as session:
        found = review_lines.waiting_of_sources(session, [bravo, "src_none"])
    assert found == {bravo: Waiting("clip_one", "bravo", WaitsFor.APPROVAL)}
    with open_session(workplace.database_url) as session:
        policy = EditorialPolicy(approval="not_needed")
        queries.clients.save_editorial_policy(session, "bravo", policy)
    assert told("clip_one") is None
    assert told("clip_held") is WaitsFor.RELEASE
