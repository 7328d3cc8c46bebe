"""``clipper accounts connect`` and ``add``: how an account's tokens come to us."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from clipping.errors import Rejected
from clipping.models import Connected, Tokens
from flows import console
from flows.callback import LOOPBACK, PATH, code_of, read_answer, waiting
from flows.keeping import Wanted, as_before, keep, named, refuse_anothers

if TYPE_CHECKING:
    from clipping.platforms.oauth import OAuth
    from clipping.platforms.oauth.base import Attempt


def connect(
    wanted: Wanted,
    redirect_uri: str,
    timeout_s: float,
    read_line: Callable[[], str] = sys.stdin.readline,
) -> None:
    """Ask an account's owner, and keep what the platform gives.

    :param redirect_uri: Where the platform sends the owner back to; on another host than this one
        the owner brings the address back, which is read as a line.
    :raises Rejected: The owner did not agree, or not to all that is needed, or it is not the
        account that was asked for.
    :raises NeedsPerson: Nobody came back, or a key or a secret of our app is missing.
    """
    from clipping.vault import open_vault
    from tasks.apps import oauth_of

    open_vault()
    wanted, proxy = as_before(wanted)
    with blocks_within_reach(wanted.app):
        server = oauth_of(wanted.account(wanted.handle or "new"), proxy)
        code, attempt = _ask_owner(server, wanted, redirect_uri, timeout_s, read_line)
        tokens = server.exchange(code, attempt, datetime.now(UTC))
        refuse_part(server, tokens, wanted)
        made = keep(wanted, chosen(server.accounts(tokens), wanted.handle), "connected")
    console.output.print(f"Connected: {made.platform} @{made.handle} is {made.account_id}.")
    lacking = [name for name in server.measuring() if name not in tokens.scopes]
    if wanted.measuring and lacking:
        console.output.print(f"Without figures: its owner did not grant {', '.join(lacking)}.")


@contextmanager
def blocks_within_reach(*names: str | None) -> Iterator[None]:
    """Inside, blocks of these names can be loaded: that takes a Prefect server."""
    from flows.local_run import local_run

    with local_run() if any(names) else nullcontext():
        yield


def _ask_owner(
    server: OAuth,
    wanted: Wanted,
    redirect_uri: str,
    timeout_s: float,
    read_line: Callable[[], str],
) -> tuple[str, Attempt]:
    from clipping.platforms.oauth.base import Attempt

    attempt = Attempt(redirect_uri, wanted.posting, wanted.measuring)
    parts = urlsplit(redirect_uri)
    if parts.scheme != "http" or parts.hostname not in LOOPBACK:
        _show(server, attempt)
        console.output.print("Then paste the address of the page that you end on:")
        return code_of(read_answer(read_line().strip(), attempt.state), server.title), attempt
    with waiting(redirect_uri, attempt.state) as callback:
        attempt = Attempt(
            callback.uri, wanted.posting, wanted.measuring, attempt.state, attempt.verifier
        )
        _show(server, attempt)
        return callback.wait(attempt.state, server.title, timeout_s), attempt


def _show(server: OAuth, attempt: Attempt) -> None:
    console.output.print(f"Open this in the browser of the account's owner ({server.title}):")
    # Whole, however wide the terminal is: it is to be copied.
    sys.stdout.write(server.authorize_url(attempt) + "\n")
    sys.stdout.flush()


def loopback_uri(port: int) -> str:
    """The address of our own page; port 0 takes any that is free."""
    return f"http://127.0.0.1:{port}{PATH}"


def refuse_part(server: OAuth, tokens: Tokens, wanted: Wanted) -> None:
    """Go on only when all was granted that posting needs.

    :raises Rejected: Something was not; it is named, and nothing is kept.
    """
    missing = server.missing(tokens.scopes, wanted.posting)
    if missing:
        raise Rejected(
            f"Nothing was connected, because {', '.join(missing)} was not granted: run the command "
            "again and leave everything on the owner's page allowed."
        )


def chosen(found: list[Connected], handle: str) -> Connected:
    """The account that was asked for, or the only one.

    :raises Rejected: It is not among them, or there are several and none was named.
    """
    names = ", ".join(f"@{one.handle}" for one in found)
    if not handle:
        if len(found) > 1:
            raise Rejected(f"Several accounts could be connected, name one with --handle: {names}.")
        return found[0]
    for one in found:
        if one.handle.lower() == handle.lower():
            return one
    raise Rejected(
        f"Nothing was connected, because that login is {names} and not @{handle}: log out there "
        "and run the command again."
    )


def add(wanted: Wanted, text: str | None, *, verify: bool) -> None:
    """Keep an account whose tokens were got elsewhere, or that needs none.

    :param text: What :func:`~clipping.platforms.oauth.given.read_tokens` reads; None for an
        account that people post to.
    :param verify: Whether the platform is asked whose tokens these are.
    :raises Rejected: They are not that account's, or lack a scope.
    """
    from clipping.db import queries
    from clipping.platforms.oauth.given import read_tokens
    from tasks.apps import oauth_of
    from tasks.workplace import db_session

    if text is None:
        with db_session() as session:
            account = wanted.account(wanted.handle)
            known = named(session, wanted)
            known = queries.find_account(
                session, known.account_id if known else account.account_id, lock=True
            )
            if known is None:
                refuse_anothers(session, account)
            account = known.replace(method=account.method) if known else account
            queries.save_account(session, account)
            queries.note_event(session, account.account_id, "added", after=account.handle)
        console.output.print(f"Added: {account.platform} @{account.handle} is {account.account_id}")
        return
    tokens, user_id = read_tokens(text, datetime.now(UTC))
    wanted, proxy = as_before(wanted)
    with blocks_within_reach(wanted.app):
        server = oauth_of(wanted.account(wanted.handle), proxy)
        if tokens.scopes:
            refuse_part(server, tokens, wanted)
        found = Connected(handle=wanted.handle, platform_user_id=user_id, tokens=tokens)
        if verify:
            found = chosen(server.accounts(tokens), wanted.handle)
        made = keep(wanted, found, "added")
    console.output.print(f"Added: {made.platform} @{made.handle} is {made.account_id}.")
