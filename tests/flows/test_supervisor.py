"""What ``clipper up`` does when one of its parts has ended by itself."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from clipping.settings import settings
from flows import supervisor
from flows.parts import Part


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("CLIPPER_HOME", str(tmp_path))
    settings.cache_clear()
    yield
    settings.cache_clear()


def test_the_server_is_told_of_what_ended_with_a_worker_as_soon_as_it_answers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told: list[tuple[str, datetime]] = []
    answers = [False, False, True]

    def tell(pool: str, ended_at: datetime) -> bool:
        told.append((pool, ended_at))
        return answers.pop(0)

    monkeypatch.setattr(supervisor, "end_runs_of_worker", tell)
    parts = [Part(name, ["-c", "pass"]) for name in ("server", "gpu-worker")]
    parts.append(Part("dashboard", ["-c", "import time; time.sleep(60)"]))
    began, left = datetime.now(UTC), dict[str, datetime]()
    for part in parts:
        part.start()
    for part in parts[:2]:
        part.process.wait()
    # The second and the third time they wait to be started again, and have not ended once more.
    for at in (0.0, 0.1, 0.2, 0.3):
        supervisor.look_after(parts, left, at)
    assert [pool for pool, _ in told] == ["gpu"] * 3
    assert len({ended_at for _, ended_at in told}) == 1
    assert began <= told[0][1] <= datetime.now(UTC)
    assert left == {}
    for part in parts:
        part.end()
