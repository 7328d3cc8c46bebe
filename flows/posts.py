"""What ``clipper posts``, ``stop`` and ``resume`` do."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

import typer
from rich.table import Table
from rich.text import Text

from clipping.models import Account, PlatformName, Post, PostEvent, PostState, Stop
from flows import console
from flows.account_names import account_id_of, account_named
from flows.clients import refuse_unknown
from flows.stopped import covered

_SHOWN: Final = 5


def list_posts(
    client: str | None,
    account: str | None,
    states: Sequence[PostState],
    since: datetime | None,
    until: datetime | None,
    *,
    as_json: bool,
) -> None:
    """Print posts in the order of their times.

    :param account: Only its: by id, or ``platform:@handle``.
    :raises Rejected: There is no such client or account.
    """
    from clipping.db import queries
    from clipping.publishing.stopping import kept_back
    from tasks.workplace import db_session

    with db_session() as session:
        refuse_unknown(session, client)
        account_id = account_named(session, account, client).account_id if account else None
        found = queries.posts.posts(
            session, client, account_id=account_id, states=states, since=since, until=until
        )
        accounts = {one.account_id: one for one in queries.accounts.accounts(session, client)}
        stopped = kept_back(found, queries.stops.stops(session))
    if as_json:
        _write_json([{**document(post), "stopped": post.post_id in stopped} for post in found])
    elif found:
        console.output.print(_table(found, accounts, stopped))
    else:
        console.output.print("No such posts.")


def document(post: Post) -> dict[str, Any]:
    """A post for programs; nothing secret."""
    return post.model_dump(mode="json", exclude={"receipt": {"handle"}})


def _table(
    found: Sequence[Post], accounts: Mapping[str, Account], stopped: Mapping[str, str]
) -> Table:
    """One row for each.

    :param stopped: What keeps back those that are under a stop.
    """
    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in ("due", "client", "account", "state", "clip", "id", "why"):
        table.add_column(name, no_wrap=name != "why")
    for post in found:
        account = accounts[post.account_id]
        table.add_row(
            account.clock(post.due_at),
            post.client,
            f"{account.platform} @{account.handle}",
            post.state.value,
            post.clip_id,
            post.post_id,
            Text(stopped.get(post.post_id) or _why(post)),
        )
    return table


def _why(post: Post) -> str:
    if post.gone:
        return post.gone
    if post.failure is not None:
        return post.failure.sentence
    return post.note or post.receipt.url


def show_post(post_id: str, *, as_json: bool) -> None:
    """Print a post and its history."""
    from clipping.db import queries
    from tasks.workplace import db_session

    with db_session() as session:
        post = queries.posts.get_post(session, post_id)
        account = queries.accounts.get_account(session, post.account_id)
        events = queries.posts.post_events(session, post_id)
    if as_json:
        history = [event.model_dump(mode="json") for event in events]
        _write_json({**document(post), "events": history})
        return
    table = Table(box=None, show_header=False, pad_edge=False)
    facts = {
        "post": post.post_id,
        "account": f"{account.platform} @{account.handle} of {account.client}",
        "clip": post.clip_id,
        "due": account.clock(post.due_at),
        "state": f"{post.state.value} ({post.receipt.stage.value})",
        "next look": account.clock(post.next_at) if post.next_at else "none",
        "address": post.receipt.url or "-",
        "words": post.words.text,
        "chosen because": post.reason or "-",
        "why": _why(post) or "-",
    }
    for name, value in facts.items():
        table.add_row(name, Text(value))
    console.output.print(table)
    for event in events:
        console.output.print(_line(event, account))


def _line(event: PostEvent, account: Account) -> str:
    change = (
        event.after if event.before in ("", event.after) else f"{event.before} -> {event.after}"
    )
    # Most sentences begin with whoever it was.
    said = event.by and event.sentence.lower().startswith(event.by.lower())
    by = f" by {event.by}" if event.by and not said else ""
    at = account.clock(event.at, "seconds")
    return f"{at} {change} ({event.stage}){by} {event.sentence}".rstrip()


def change_post(
    what: str, post_id: str, by: str, why: str = "", *, not_public: bool = False
) -> None:
    """Hold, cancel or retry a post, or note that it is done."""
    from tasks import post_changes

    now = datetime.now(UTC)
    if what == "hold":
        post = post_changes.hold(post_id, by, why, now)
    elif what == "cancel":
        post = post_changes.cancel(post_id, by, why, now, not_public=not_public)
    elif what == "retry":
        post = post_changes.retry(post_id, by, now)
    else:
        post = post_changes.done(post_id, by, why, now)
    console.output.print(f"{post.post_id} is {post.state.value}. {_why(post)}".rstrip())


def scope(
    by: str,
    why: str,
    client: str | None,
    platform: PlatformName | None,
    account: str | None,
    source: str | None,
) -> Stop:
    """The stop that these options mean.

    :raises Rejected: There is no such account.
    """
    return Stop(
        client=client or "",
        platform=platform,
        account_id=account_id_of(account, client) if account else "",
        source_id=source or "",
        by=by,
        at=datetime.now(UTC),
        why=why,
    )


def stop_posting(wanted: Stop) -> None:
    """Let nothing go on that it covers."""
    from tasks import post_changes

    covers, _ = _covers(wanted)
    post_changes.stop(wanted)
    console.output.print(f"Stopped: {covers}. What may be public already is followed to its end.")
    console.output.print("What it keeps back, and how it is lifted: clipper stops")


def resume_posting(wanted: Stop, *, sure: bool) -> None:
    """Say what lifting a stop will do, ask, and lift it."""
    from tasks import post_changes

    covers, accounts = _covers(wanted)
    found = post_changes.resumption(wanted, datetime.now(UTC))
    for one in found.stops:
        console.output.print(f"{one.by} stopped {covers} on {one.at:%d %B at %H:%M} UTC: {one.why}")
    told = {
        "Go out at once": found.now,
        "Are cancelled, because their time went by": found.late,
        "Are cancelled, because their slots are others' by now": found.given_away,
        "Go out at their times": found.later,
        "Stay under another stop": found.stopped,
    }
    for what, posts in told.items():
        if posts:
            console.output.print(f"{what}: {len(posts)}")
            for post in posts[:_SHOWN]:
                console.output.print(f"  {_where(post, accounts)} ({post.post_id})")
            if len(posts) > _SHOWN:
                console.output.print(f"  and {len(posts) - _SHOWN} more")
    if not any(told.values()):
        console.output.print("No post waits for it.")
    if not sure and not _agreed():
        console.errors.print("Nothing was resumed.")
        raise typer.Exit(1)
    post_changes.resume(found, wanted.by, datetime.now(UTC))
    console.output.print(f"Resumed: {covers}.")


def _where(post: Post, accounts: Mapping[str, Account]) -> str:
    account = accounts[post.account_id]
    return f"{account.clock(post.due_at)} {account.platform} @{account.handle}"


def _covers(wanted: Stop) -> tuple[str, dict[str, Account]]:
    """What it covers, for people, and all accounts by their ids.

    :raises Rejected: Nobody has heard of its client.
    """
    from clipping.db import queries
    from tasks.workplace import db_session

    with db_session() as session:
        refuse_unknown(session, wanted.client or None)
        accounts = {one.account_id: one for one in queries.accounts.accounts(session)}
    return covered(wanted, accounts), accounts


def _agreed() -> bool:
    try:
        return typer.confirm("Resume?", default=False)
    except typer.Abort:
        console.errors.print("\nNobody answered; --yes resumes without asking.")
        return False


def _write_json(found: Any) -> None:
    sys.stdout.write(json.dumps(found, ensure_ascii=False, indent=2) + "\n")
