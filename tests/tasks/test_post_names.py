"""What a clip is called in lists of posts: as on its card, by its hook."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text

from clipping.db.queries.post_lines import PostChoice, post_page
from tests.tasks.post_place import place_at


@pytest.mark.parametrize(
    ("hook", "called"),
    [("Do you know what later costs?", "Do you know what later costs?"), ("", "later costs")],
    ids=["by its hook", "without one by its title"],
)
def test_a_post_is_called_as_its_clip_is(
    hook: str, called: str, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with place_at("x", database_url, tmp_path, monkeypatch) as place:
        place.post(place.account("1"))
        with place.session() as session:
            session.execute(
                text("UPDATE clipping.moments SET hook = :hook, title = 'later costs'"),
                {"hook": hook},
            )
        with place.session() as session:
            assert [one.title for one in post_page(session, PostChoice(), 5)] == [called]
