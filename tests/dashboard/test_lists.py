"""Clips and sources of whoever works for the clients: a page at a time, in few statements."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import text

from clipping.db import queries
from clipping.db.session import open_session
from clipping.models import RenderedClip
from tests.dashboard.conftest import Workplace
from tests.dashboard.page_place import open_alone, said, statements
from tests.db.values import a_source


def _more_clips(workplace: Workplace, like: RenderedClip, count: int) -> list[str]:
    """Older ones, of the same moment; the newest first."""
    names = []
    with open_session(workplace.database_url) as session:
        for number in range(count):
            plan = like.plan.replace(fade_ms=100 + number)
            older = like.rendered_at - timedelta(hours=1 + number)
            clip = like.replace(
                clip_id=f"clip_old{number:02}",
                plan=plan,
                recipe_hash=plan.recipe_hash(),
                rendered_at=older,
            )
            queries.clips.save_clip(session, clip)
            names.append(clip.clip_id)
    return names


def test_each_page_of_clips_begins_behind_the_one_before(
    clips: list[RenderedClip], workplace: Workplace
) -> None:
    older = _more_clips(workplace, clips[-1], 30)
    page = open_alone("clips")
    opens = [button.key for button in page.button if button.label == "Open"]
    assert opens == [*(clip.clip_id for clip in clips), *older][: len(opens)]
    assert len(opens) == 25
    page.button(key="pages of clips next").click().run()
    behind = [button.key for button in page.button if button.label == "Open"]
    assert opens + behind == [*(clip.clip_id for clip in clips), *older]
    page.button(key="pages of clips back").click().run()
    assert [button.key for button in page.button if button.label == "Open"] == opens


def test_a_page_that_has_nothing_any_more_leads_back(
    clips: list[RenderedClip], workplace: Workplace
) -> None:
    _more_clips(workplace, clips[-1], 30)
    page = open_alone("clips")
    first = [button.key for button in page.button if button.label == "Open"]
    page.button(key="pages of clips next").click().run()
    with open_session(workplace.database_url) as session:
        session.execute(
            text("DELETE FROM clipping.clips WHERE clip_id <> ALL(:kept)"), {"kept": first}
        )
    page.run()
    assert [button.key for button in page.button if button.label == "Open"] == first
    assert "There is no clip" not in said(page)


def test_many_clips_are_read_in_as_many_statements_as_few(
    clips: list[RenderedClip], workplace: Workplace
) -> None:
    with statements(workplace.database_url) as few:
        open_alone("clips")
    _more_clips(workplace, clips[-1], 20)
    with statements(workplace.database_url) as many:
        open_alone("clips")
    assert len(many) == len(few)


def test_each_page_of_sources_begins_behind_the_one_before(workplace: Workplace) -> None:
    with open_session(workplace.database_url) as session:
        for number in range(53):
            source = a_source(sha256=f"{number:064}")
            queries.sources.save_source(session, source)
        found = queries.overview.recent_sources(session, None, 60)
        seen, after = [], None
        while page := queries.overview.recent_sources(session, None, 20, after):
            seen += page
            after = page[-1].key
    assert seen == found
    assert len({one.source.source_id for one in seen}) == 53
    with statements(workplace.database_url) as many:
        shown = open_alone("sources")
    assert len(shown.dataframe[0].value) == 50
    shown.button(key="pages of sources next").click().run()
    assert len(shown.dataframe[0].value) == 3
    assert "Choose a row" in said(shown)
    assert len(many) <= 12
