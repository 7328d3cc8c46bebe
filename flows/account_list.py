"""``clipper accounts list``: which accounts there are, how they stand, and what stops them."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from rich.table import Table
from rich.text import Text

from clipping.models import Account, AccountStatus, Stop, Tokens
from flows import console
from flows.account_names import account_named, called
from flows.clients import refuse_unknown

if TYPE_CHECKING:
    from sqlmodel import Session

_FOLDED: Final = ("state", "awake", "token until", "id")
"""Columns that become narrower where the terminal is narrow."""
NONE_YET: Final = (
    "No accounts yet. One whose owner lets us in: clipper accounts connect PLATFORM --client NAME."
    " One with tokens from elsewhere, or that people post to:"
    " clipper accounts add PLATFORM --client NAME --handle HANDLE"
)


@dataclass(frozen=True)
class Line:
    """An account with what else a list shows of it; nothing secret."""

    account: Account
    tokens: Tokens | None
    """Its dates and scopes alone."""
    proxy: bool
    is_open: bool = True
    """Whether its owner has let us in, as it is posted to."""
    stops: tuple[Stop, ...] = ()
    """Those in force that keep all its posts."""

    @property
    def state(self) -> str:
        """How it stands, in a few words: what keeps it from posting, or else its status."""
        from clipping.platforms.standing import unopened

        one = self.account
        shown = one.status.value
        if one.status in (AccountStatus.ACTIVE, AccountStatus.WARNED):
            shown = unopened(one, is_open=self.is_open) or shown
        also = ["without consent"] if one.consent is None else []
        if one.paused:
            also.append(f"paused ({one.paused})")
        if self.stops:
            also.append(f"stopped ({', '.join(str(stop.stop_id) for stop in self.stops)})")
        if also and shown == AccountStatus.ACTIVE.value:
            return ", ".join(also)
        return ", ".join([shown, *also])

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        dates = self.tokens and self.tokens.model_dump(
            mode="json", include={"expires_at", "refresh_expires_at", "obtained_at", "scopes"}
        )
        return {
            **self.account.model_dump(mode="json"),
            "state": self.state,
            "stops": [stop.stop_id for stop in self.stops],
            "tokens": dates,
            "proxy": "***" if self.proxy else None,
        }


def lines(session: Session, client: str | None, name: str | None = None) -> list[Line]:
    """The accounts of a client, or of all, or one.

    :param name: As commands take it.
    :raises Rejected: There is no such account, or no such client.
    """
    from clipping.db import queries
    from clipping.platforms.standing import BY_TOKEN

    if name is not None:
        found = [account_named(session, name, client)]
    else:
        refuse_unknown(session, client)
        found = queries.accounts.accounts(session, client)
    opened = queries.tokens.open_accounts(session, [one.account_id for one in found])
    stops = queries.stops.stops(session)
    return [
        Line(
            account,
            queries.tokens.token_dates(session, account.account_id)
            if account.method in BY_TOKEN
            else None,
            queries.tokens.has_proxy(session, account.account_id),
            account.account_id in opened,
            tuple(stop for stop in stops if not stop.source_id and stop.holds(account)),
        )
        for account in found
    ]


def list_accounts(client: str | None, *, as_json: bool) -> None:
    """Print all accounts, or a client's.

    :raises Rejected: Nobody has heard of the client.
    """
    from flows.stopped import stop_table
    from tasks.workplace import db_session

    with db_session() as session:
        found = lines(session, client)
    if as_json:
        document = [line.as_json() for line in found]
        sys.stdout.write(json.dumps(document, ensure_ascii=False, indent=2) + "\n")
        return
    if not found:
        console.output.print(NONE_YET)
        return
    console.output.print(account_table(found))
    stops = {stop.stop_id: stop for line in found for stop in line.stops}
    if stops:
        console.output.print()
        names = {line.account.account_id: line.account for line in found}
        console.output.print(stop_table([stops[number] for number in sorted(stops)], names))


def account_table(found: Sequence[Line]) -> Table:
    """One row for each: whose, where, how it is posted to, how it stands."""
    table = Table(box=None, header_style="bold", pad_edge=False)
    # Of most accounts there is nothing to say in it.
    ends = any(line.tokens is not None for line in found)
    for name in (
        *("client", "account", "method", "state", "awake"),
        *(["token until"] if ends else []),
        "id",
    ):
        table.add_column(name, no_wrap=name not in _FOLDED, overflow="fold")
    for line in found:
        one = line.account
        table.add_row(
            one.client,
            called(one),
            one.method.value,
            Text(line.state),
            f"{one.wakes_at:%H:%M}-{one.sleeps_at:%H:%M} {one.timezone}",
            *([until(line.tokens)] if ends else []),
            one.account_id,
        )
    return table


def until(tokens: Tokens | None) -> str:
    """When its owner has to let us in again, as far as the platform has said."""
    if tokens is None:
        return "-"
    if tokens.refresh is not None:
        ends = tokens.refresh_expires_at
        return f"{ends:%Y-%m-%d}" if ends else "renewed"
    return f"{tokens.expires_at:%Y-%m-%d}" if tokens.expires_at else "no date"
