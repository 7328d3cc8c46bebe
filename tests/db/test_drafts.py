"""Drafts and policies in Postgres."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from clipping.db import queries
from clipping.db.session import open_session
from clipping.errors import Broken
from clipping.models import Draft, EditorialPolicy, Writing
from tests.db.test_queries import save_everything
from tests.db.values import a_moment, a_source


def a_writing(caption: str = "Why it came.", **changes: object) -> Writing:
    draft = Draft(hook="Nobody", caption=caption, hashtags=("why",), title="Why", language="en")
    values = {"draft": draft, "writer": "claude", "writer_version": "1", "wishes": "wish_1"}
    return Writing.model_validate({**values, **changes})


def test_the_latest_draft_of_a_moment_is_kept_and_goes_with_it(database_url: str) -> None:
    moments = [a_moment(1).moment_id, a_moment(2).moment_id]
    with open_session(database_url) as session:
        save_everything(session)
        queries.drafts.save_writings(
            session, {moments[0]: a_writing("First."), moments[1]: a_writing()}
        )
        queries.drafts.save_writings(session, {moments[0]: a_writing("Then.", notes=("A note.",))})
    with open_session(database_url) as session:
        assert queries.drafts.writings_of(session, [*moments, "mom_none"]) == {
            moments[0]: a_writing("Then.", notes=("A note.",)),
            moments[1]: a_writing(),
        }
        session.execute(text("DELETE FROM clipping.moments"))
        assert queries.drafts.writings_of(session, moments) == {}


def test_a_policy_is_the_client_s_own(database_url: str) -> None:
    wanted = EditorialPolicy(tone="dry", banned_words=("guru",), most_hashtags=0)
    with open_session(database_url) as session:
        queries.sources.save_source(session, a_source("umbrella"))
        queries.clients.save_editorial_policy(session, "acme", wanted)
    with open_session(database_url) as session:
        assert queries.clients.editorial_policy(session, "acme") == wanted
        assert queries.clients.editorial_policy(session, "umbrella") == EditorialPolicy()


def test_a_policy_that_cannot_be_read_is_named(database_url: str) -> None:
    with open_session(database_url) as session:
        queries.clients.save_editorial_policy(session, "acme", EditorialPolicy(tone="dry"))
        session.execute(text("""UPDATE clipping.clients SET editorial_policy = '{"tone": 3}'"""))
        with pytest.raises(Broken, match="policy of acme cannot be read: tone"):
            queries.clients.editorial_policy(session, "acme")
