"""``clipper stops``: what keeps posts from going out, and how each is lifted."""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Collection, Mapping, Sequence

from rich.table import Table
from rich.text import Text

from clipping.models import Account, Stop
from flows import console
from flows.account_names import called


def list_stops(client: str | None, *, lifted: bool, as_json: bool) -> None:
    """Print the stops that hold, in order.

    :param client: Only those that cover posts of this client; None for all.
    :param lifted: Those that were lifted as well.
    :raises Rejected: Nobody has heard of the client.
    """
    from clipping.db import queries
    from flows.clients import refuse_unknown
    from tasks.workplace import db_session

    with db_session() as session:
        refuse_unknown(session, client)
        names = {one.account_id: one for one in queries.accounts.accounts(session)}
        found = queries.stops.stops(session, lifted=lifted)
        if client is not None:
            sources = queries.stops.sources_of_clips(session, client)
            found = [stop for stop in found if concerns(stop, client, names, sources)]
    if as_json:
        document = [stop.model_dump(mode="json") for stop in found]
        sys.stdout.write(json.dumps(document, ensure_ascii=False, indent=2) + "\n")
    elif found:
        console.output.print(stop_table(found, names, lifted=lifted))
    else:
        console.output.print("Nothing is stopped." if not lifted else "Nothing was ever stopped.")


def concerns(
    stop: Stop, client: str, accounts: Mapping[str, Account], sources: Collection[str]
) -> bool:
    """Whether a stop may cover posts of a client.

    :param accounts: All, by their ids.
    :param sources: Ids of those that the client has clips of.
    """
    account = accounts.get(stop.account_id)
    return (
        stop.client in ("", client)
        and (account is None or account.client == client)
        and (not stop.source_id or stop.source_id in sources)
    )


def stop_table(
    found: Sequence[Stop], accounts: Mapping[str, Account], *, lifted: bool = False
) -> Table:
    """One row for each: what it covers, who made it, why, and what lifts it."""
    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in ("stop", "since (UTC)", "by", "what is stopped", "why", "lifted by"):
        table.add_column(name, no_wrap=name in ("stop", "since (UTC)"), overflow="fold")
    for one in found:
        table.add_row(
            str(one.stop_id),
            f"{one.at:%Y-%m-%d %H:%M}",
            Text(one.by),
            Text(covered(one, accounts)),
            Text(one.why),
            Text(_ended(one) if one.lifted_at else to_lift(one)),
        )
    return table


def covered(stop: Stop, accounts: Mapping[str, Account]) -> str:
    """What a stop covers, its account by name where that is known."""
    account = accounts.get(stop.account_id)
    if account is None:
        return stop.covers
    # The account's name says its platform, too.
    return stop.replace(account_id=called(account), platform=None).covers.removeprefix("account ")


def to_lift(stop: Stop) -> str:
    """The command that lifts it."""
    named = {
        "--client": stop.client,
        "--platform": stop.platform.value if stop.platform else "",
        "--account": stop.account_id,
        "--source": stop.source_id,
    }
    options = [part for name, value in named.items() if value for part in (name, value)]
    return shlex.join(["clipper", "resume", *options, "--by", "NAME"])


def _ended(stop: Stop) -> str:
    return f"{stop.lifted_by} on {stop.lifted_at:%Y-%m-%d %H:%M}"
