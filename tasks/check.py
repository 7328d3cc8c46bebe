"""Check: how accounts stand, kept for who plans and for people."""

from __future__ import annotations

from datetime import UTC, datetime

from prefect import task

from tasks.account_checks import check_all
from tasks.retry import POLICY


@task(name="check accounts", **POLICY)
def check_accounts_now() -> dict[str, int]:
    """Look at every account; how many can be posted to, cannot, and were not looked at."""
    return check_all(datetime.now(UTC))
