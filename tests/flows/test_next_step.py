"""What a person does after the first clips."""

from __future__ import annotations

from pathlib import Path

import pytest

from clipping.db import queries
from clipping.models import EditorialPolicy, Ground, PlatformName, Rights
from flows.next_step import next_line, told
from tests.tasks.plan_place import CLIENT, plan_place

OWN = Rights(ground=Ground.OWN)


def test_all_that_is_left_is_said_in_order() -> None:
    assert told("Jo & Co", rights_stated=False, waiting=True, has_account=False) == (
        "The clips are Jo & Co's. Next: state the rights (the same command with --rights "
        "own|licensed|permission), then approve what may be posted (clipper approve --client "
        "'Jo & Co'), then add an account (clipper accounts connect PLATFORM --client 'Jo & Co'), "
        "then plan its posts (clipper plan --client 'Jo & Co')."
    )


def test_what_is_done_is_not_said_again(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with plan_place(database_url, tmp_path, monkeypatch) as place:
        place.clip()
        assert "Next: add an account" in next_line(CLIENT, OWN)
        place.account(PlatformName.TIKTOK)
        assert "Next: plan its posts" in next_line(CLIENT, OWN)
        with place.session() as session:
            queries.clients.save_editorial_policy(
                session, CLIENT, EditorialPolicy(approval="required")
            )
        assert "Next: approve what may be posted" in next_line(CLIENT, OWN)
        with place.session() as session:
            queries.clients.save_editorial_policy(session, CLIENT, EditorialPolicy())
        place.plan()
        assert next_line(CLIENT, Rights()) == "The clips are acme's."
