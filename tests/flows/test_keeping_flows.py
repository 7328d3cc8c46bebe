"""The flows that keep the rest going, on a real Prefect server."""

from __future__ import annotations

import asyncio
import io
import json
import logging
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from prefect.client.schemas.objects import StateType
from pydantic import SecretStr

from clipping import logs
from clipping.db import queries
from clipping.models.alarms import Target
from clipping.settings import settings
from clipping.vault import new_key
from flows.alarm import daily_digest, sound_alarms
from flows.backup import backup_database
from flows.deploying import _create_pools
from flows.sweep import sweep_storage
from tasks.alarms import add_target
from tests.support.apprise import FakeApprise
from tests.tasks.post_place import CLIENT
from tests.tasks.sweep_place import SweepPlace, sweep_place

pytestmark = pytest.mark.usefixtures("in_process")


@pytest.fixture
def place(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[SweepPlace]:
    monkeypatch.setenv("CLIPPER_VAULT_KEYS", new_key().get_secret_value())
    monkeypatch.setenv("CLIPPER_LOG", "json")
    with sweep_place(database_url, tmp_path, monkeypatch) as made:
        yield made


def test_a_pool_that_no_worker_asks_is_told_of_until_one_does(place: SweepPlace) -> None:
    asyncio.run(_create_pools())
    with FakeApprise().serving() as phone:
        target = Target(name="ops", added_at=datetime.now(UTC))
        add_target(target, SecretStr(phone.address))
        assert sound_alarms(seconds=0, return_state=True).result() == {"sent": 2}
        assert set(phone.titles) == {"Clipper: a worker is gone"}
        with place.session() as session:
            gone = [one.subject for one in queries.alerts.alerts(session) if one.kind == "worker"]
            looks = {one.service: one for one in queries.health.looks(session)}
        assert sorted(gone) == ["cpu", "gpu"]
        assert (looks["prefect"].failures, looks["store"].failures) == (0, 0)
        assert daily_digest(return_state=True).result() == {"sent": 1}
        assert "Wants a person: 2 worker." in phone.taken[-1]["message"]


def test_a_sweep_and_a_backup_run_as_flows_and_their_lines_name_run_and_client(
    place: SweepPlace, tmp_path: Path
) -> None:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logs.formatter())
    logger = logging.getLogger("prefect.flow_runs")
    logger.addHandler(handler)
    try:
        state = sweep_storage(apply=False, client=CLIENT, return_state=True)
    finally:
        logger.removeHandler(handler)
    assert state.type is StateType.COMPLETED
    found: Any = state.result()
    assert found["done"]["archive"]["files"] == 1
    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert lines
    assert {str(state.state_details.flow_run_id)} == {line["run"] for line in lines}
    assert CLIENT in {line.get("client") for line in lines}
    made: Any = backup_database(to=str(tmp_path / "backups"), return_state=True).result()
    assert made["removed"] == []
    assert Path(made["folder"]).is_dir()
    assert settings().backups_kept == 14
