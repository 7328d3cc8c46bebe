"""Who looks after a rehearsal: a person who comes by every few hours and does what is asked for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from clipping.models import Account, AccountStatus, PostState
from clipping.rehearsal import tally
from clipping.rehearsal.stage import Stage
from tasks.rehearsal_worker import Worker

_LEAST_PAUSE: Final = timedelta(hours=2)
"""For which a platform that the publisher has stopped stays so."""
_UNSETTLED: Final = (PostState.UNKNOWN, PostState.PROCESSING)


class Person:
    """Connects accounts again, lifts stops, looks at the platforms for what nobody else can tell.

    :ivar did: What, counted.
    """

    def __init__(self, worker: Worker, stage: Stage, accounts: Mapping[str, Account]) -> None:
        self._worker = worker
        self._stage = stage
        self._accounts = accounts
        self.did: Counter[str] = Counter()

    def look(self, found: Mapping[str, Any]) -> None:
        """Deal with what waits for a person."""
        self._see_accounts(found["standing"])
        for stop in found["stops"]:
            since = datetime.fromisoformat(stop["at"])
            if not stop["source_id"] and self._stage.world.clock.now - since >= _LEAST_PAUSE:
                self._decide("resumed", stop=stop)
        public = tally.public_of(self._stage.world.ledger)
        for one in found["waiting"]:
            row = tally.Row.model_validate(one)
            if row.state in _UNSETTLED:
                seen = tally.key_of(row, self._accounts) in public
                self._decide("found public" if seen else "found missing", id=row.post_id)
            else:
                self._decide("retried", id=row.post_id)

    def _see_accounts(self, standing: Mapping[str, str]) -> None:
        for account_id, status in standing.items():
            account = self._accounts[account_id]
            if status == AccountStatus.REAUTHORISE:
                self._decide("connected", id=account_id, tokens=self._stage.grant(account))
            elif status != AccountStatus.ACTIVE and not self._stage.is_suspended(account):
                self._decide("reinstated", id=account_id)

    def _decide(self, what: str, **order: Any) -> None:
        if self._worker.ask("person", what=what, **order)["done"]:
            self.did[what] += 1
