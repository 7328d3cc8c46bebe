"""Look whether accounts can be posted to, before a post finds out."""

from __future__ import annotations

from typing import Any

from prefect import flow
from prefect.client.schemas.objects import State

from flows.stages import finished
from tasks.check import check_accounts_now


@flow(name="check-accounts", flow_run_name="look at all accounts")
def check_accounts() -> State[Any]:
    """Look at every account, keep how it stands, and raise an alert for each that cannot post.

    Returns:
        How many accounts can be posted to, cannot, and were not looked at.
    """
    return finished(check_accounts_now())
