"""Each part of ``clipper up`` killed while a post is on its way: everything goes on, once."""

from __future__ import annotations

import subprocess
import sys

import pytest

from clipping.settings import CHECKOUT


@pytest.mark.timeout(1200)
def test_posts_are_public_once_though_each_part_is_killed_in_turn() -> None:
    # Of the benchmark with 64 accounts the smallest: a post for each part.
    ended = subprocess.run(
        [sys.executable, "-m", "benchmarks.killed_parts", "4"],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        timeout=1150,
        check=False,
    )
    said = ended.stdout + ended.stderr
    assert ended.returncode == 0, said
    for name in ("dashboard", "cpu worker", "Prefect server", "Postgres"):
        assert f"{name} killed, back after" in said
    assert "public on the platforms: 4\ntwice: 0" in said
