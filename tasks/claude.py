"""The door to Claude, as tasks open it: with a key, and with the client's books in Postgres."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from clipping.claude import Books, Door, Entry, Reply
from clipping.claude.api import Api
from clipping.claude.asking import DirectDoor
from clipping.claude.batches import BatchDoor
from clipping.claude.door import Account
from clipping.claude.keys import has_key
from clipping.db import queries
from clipping.settings import settings
from tasks.workplace import database, db_session, only_one

if TYPE_CHECKING:
    from clipping.claude.door import Intent, Outage

__all__ = ["PostgresBooks", "has_key", "open_door"]

_SERVICE = "claude"
"""By which the outages of the API are known."""


class PostgresBooks:
    """The :class:`~clipping.claude.door.Books` of one client."""

    def __init__(self, client: str) -> None:
        self.client = client

    def find(self, fingerprint: str) -> Reply | None:
        """A reply of the last 30 days."""
        with db_session() as session:
            return queries.claude.find_reply(session, self.client, fingerprint, datetime.now(UTC))

    def book(self, entry: Entry, fingerprint: str, reply: Reply, *, custom_id: str = "") -> None:
        """Enter, keep and settle in one transaction."""
        with db_session() as session:
            queries.claude.save_entry(session, entry)
            queries.claude.save_reply(session, self.client, fingerprint, reply)
            if custom_id:
                queries.claude.settle_intents(session, [custom_id])

    def account(self, month: str) -> Account:
        """How the client stands in a month."""
        with db_session() as session:
            return Account(
                budget_usd=queries.clients.client_settings(session, self.client).monthly_budget_usd,
                spent_usd=queries.claude.spent_usd(session, self.client, month),
                reserved_usd=queries.claude.reserved_usd(session, self.client),
            )

    def intents(self) -> list[Intent]:
        """Those that are not settled yet."""
        with db_session() as session:
            return queries.claude.open_intents(session, self.client)

    def intend(self, intents: Sequence[Intent]) -> None:
        """Keep new intents."""
        with db_session() as session:
            queries.claude.save_intents(session, self.client, intents)

    def sent(self, submission: str, batch_id: str) -> None:
        """A submission has become a batch."""
        with db_session() as session:
            queries.claude.note_batch(session, submission, batch_id)

    def drop(self, custom_ids: Sequence[str]) -> None:
        """Settle intents that will not be answered."""
        with db_session() as session:
            queries.claude.settle_intents(session, custom_ids)

    def known_batches(self) -> set[str]:
        """Ids of the batches of all clients."""
        with db_session() as session:
            return queries.claude.batch_ids(session)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Hold the client's batches against every other process."""
        with only_one(f"claude batches:{self.client}"):
            yield

    def outage(self, change: Callable[[Outage], Outage] | None = None) -> Outage:
        """What is known of the API's health, by all clients together."""
        with db_session() as session:
            return queries.health.outage(session, _SERVICE, change)


@contextmanager
def open_door(client: str, *, in_batches: bool = False) -> Iterator[Door | None]:
    """The client's door to Claude while the block runs; None on a machine that has no key.

    :param in_batches: For runs that nobody waits for: half the price, replies within hours.
    :raises NeedsPerson: The settings name a block that there is not.
    :raises ServiceUnavailable: The Prefect server that keeps the block is not to be reached.
    """
    api = _api()
    if api is None:
        yield None
        return
    books: Books = PostgresBooks(client)
    # Held all the while, so that the embedded server is not started for every call.
    with database(), closing(api):
        with db_session() as session:
            queries.claude.forget_old_replies(session, datetime.now(UTC))
        if in_batches:
            yield BatchDoor(api, books, patience_s=settings().claude_batch_patience_seconds)
        else:
            yield DirectDoor(api, books, patience_s=settings().claude_patience_seconds)


def _api() -> Api | None:
    block = settings().claude_block
    if block:
        from blocks.claude import api_of

        return api_of(block)
    key = settings().anthropic_api_key
    return Api(key, url=settings().claude_url) if key else None
