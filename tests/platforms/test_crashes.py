from __future__ import annotations

from pathlib import Path

import pytest

from clipping.models import Stage
from clipping.rehearsal.serving import Fault
from tests.platforms.publishing import RIGS, Publishing


def _counts(name: str, folder: Path) -> tuple[int, int]:
    """How many exchanges and writes there are when nothing goes wrong."""
    with RIGS[name](folder) as one:
        one.run()
        return one.fake.count(), one.writes


def _is_out_once(one: Publishing, what: str) -> None:
    world = one.fake.world
    posts = world.public_posts(one.platform.name, one.account.platform_user_id)
    assert [post.public_id for post in posts] == [one.stored[-1].public_id], what
    assert posts[0].sha256 == one.job.file.sha256, what
    assert one.stored[-1].stage is Stage.POSTED, what
    assert world.violations == [], what


@pytest.mark.parametrize("name", list(RIGS))
@pytest.mark.parametrize("cut", ["before", "after"])
def test_killed_at_any_exchange_it_is_out_exactly_once(name: str, cut: str, tmp_path: Path) -> None:
    exchanges, _ = _counts(name, tmp_path)
    for number in range(1, exchanges + 1):
        with RIGS[name](tmp_path) as one:
            one.fake.fail(Fault(cut=cut, kills=True), at=number)  # type: ignore[arg-type]
            one.run_through_death()
            _is_out_once(one, f"killed {cut} exchange {number} of {exchanges}")


@pytest.mark.parametrize("name", list(RIGS))
@pytest.mark.parametrize("when", ["before", "after"])
def test_killed_at_any_write_it_is_out_exactly_once(name: str, when: str, tmp_path: Path) -> None:
    _, writes = _counts(name, tmp_path)
    for number in range(1, writes + 1):
        with RIGS[name](tmp_path) as one:
            one.dies_at = (when, number)
            one.run_through_death()
            _is_out_once(one, f"killed {when} write {number} of {writes}")


@pytest.mark.parametrize("name", list(RIGS))
@pytest.mark.parametrize(
    "fault",
    [
        Fault(cut="after"),
        Fault(status=503, served=True, body=b"<html>"),
        Fault(body=b"<html>"),
        Fault(keep_bytes=10),
    ],
    ids=["unheard", "failed", "no-json", "half"],
)
def test_whatever_fails_at_any_exchange_it_is_out_exactly_once(
    name: str, fault: Fault, tmp_path: Path
) -> None:
    exchanges, _ = _counts(name, tmp_path)
    for number in range(1, exchanges + 1):
        with RIGS[name](tmp_path) as one:
            one.fake.fail(fault, at=number)
            one.run()
            _is_out_once(one, f"{fault} at exchange {number} of {exchanges}")


@pytest.mark.parametrize("name", list(RIGS))
def test_the_point_of_no_return_is_stored_before_it_is_passed(name: str, tmp_path: Path) -> None:
    with RIGS[name](tmp_path) as one:
        one.run()
        stages = [receipt.stage for receipt in one.stored]
        armed = stages.index(Stage.ARMED)
        assert one.stored[armed].armed_at is not None
        assert stages[armed + 1] in (Stage.PROCESSING, Stage.POSTED)
        assert Stage.POSTED not in stages[:armed]
