"""A service that asks for a long pause is not asked again a few seconds later."""

from __future__ import annotations

import asyncio

import pytest
from prefect.states import exception_to_failed_state

from clipping.errors import RateLimited
from tasks.retry import LONGEST_PAUSE_S, POLICY, is_transient


@pytest.mark.parametrize(
    ("asked_s", "again"), [(None, True), (5.0, True), (LONGEST_PAUSE_S + 1, False), (3600.0, False)]
)
def test_a_pause_is_kept_or_the_stage_ends(asked_s: float | None, again: bool) -> None:
    error = RateLimited("The site asks for a pause.", retry_after_s=asked_s)
    state = asyncio.run(exception_to_failed_state(error))
    assert is_transient(None, None, state) is again


def test_the_bound_is_what_all_tries_together_wait() -> None:
    delays = POLICY["retry_delay_seconds"](POLICY["retries"])
    assert sum(delays) * (1 + POLICY["retry_jitter_factor"]) <= LONGEST_PAUSE_S
