"""What a clip is called in lists of posts: by the hook that people see."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy import text

from clipping.db.queries.post_lines import PostChoice, post_page
from tests.tasks.post_place import place_at


@pytest.mark.parametrize(
    ("shown", "found", "called"),
    [
        ("It costs you later", "Do you know what later costs?", "It costs you later"),
        ("", "Do you know what later costs?", "Do you know what later costs?"),
        ("", "", "later costs"),
    ],
    ids=["by what its film shows", "without that by its moment's hook", "else by its title"],
)
def test_a_post_is_called_as_its_clip_is(
    shown: str,
    found: str,
    called: str,
    database_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with place_at("x", database_url, tmp_path, monkeypatch) as place:
        place.post(place.account("1"))
        with place.session() as session:
            session.execute(
                text("UPDATE clipping.moments SET hook = :hook, title = 'later costs'"),
                {"hook": found},
            )
            changed = "jsonb_set(plan::jsonb, '{hook,text}', CAST(:hook AS jsonb))"
            session.execute(
                text(f"UPDATE clipping.clips SET plan = {changed}"), {"hook": json.dumps(shown)}
            )
        with place.session() as session:
            assert [one.title for one in post_page(session, PostChoice(), 5)] == [called]
