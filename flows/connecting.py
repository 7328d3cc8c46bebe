"""``clipper accounts connect`` and ``add``: how an account's tokens come to us."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from clipping.errors import Rejected
from clipping.models import Account, Connected, PostingMethod, Tokens
from flows import console
from flows.account_names import called
from flows.callback import LOOPBACK, PATH, code_of, read_answer, waiting
from flows.keeping import Wanted, as_before, free_id, keep, named, refuse_anothers

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
    console.output.print(f"Connected: {called(made)} is {made.account_id}.")
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


def add(wanted: Wanted, text: str, *, verify: bool) -> None:
    """Keep an account whose tokens were got elsewhere.

    :param text: What :func:`~clipping.platforms.oauth.given.read_tokens` reads.
    :param verify: Whether the platform is asked whose tokens these are.
    :raises Rejected: They are not that account's, or lack a scope.
    """
    from clipping.platforms.oauth.given import read_tokens
    from tasks.apps import oauth_of

    tokens, user_id = read_tokens(text, datetime.now(UTC))
    wanted, proxy = as_before(wanted)
    with blocks_within_reach(wanted.app):
        server = oauth_of(wanted.account(wanted.handle), proxy)
        missing = server.missing(tokens.scopes, wanted.posting) if tokens.scopes else ()
        if missing:
            raise Rejected(
                f"Nothing was added, because these tokens do not allow {', '.join(missing)}: let "
                f"the account's owner grant that at {server.title}, and get new ones."
            )
        found = Connected(handle=wanted.handle, platform_user_id=user_id, tokens=tokens)
        if verify:
            found = _whose(server.accounts(tokens), wanted.handle)
        made = keep(wanted, found, "added")
    console.output.print(f"Added: {called(made)} is {made.account_id}.")
    if not verify:
        console.output.print(
            f"Nobody has asked {server.title} whose tokens these are; this does: clipper accounts "
            f"check {called(made)}"
        )
    _ask_for_consent(made)


def _whose(found: list[Connected], handle: str) -> Connected:
    """The account with this name among those that tokens open.

    :raises Rejected: It is not among them.
    """
    known = next((one for one in found if one.handle.lower() == handle.lower()), None)
    if known is None:
        names = ", ".join(f"@{one.handle}" for one in found)
        raise Rejected(f"Nothing was added, because these tokens open {names} and not @{handle}.")
    return known


def add_unopened(wanted: Wanted) -> None:
    """Keep an account that people post to, or that its owner logs in to: without tokens.

    :raises Rejected: The client has it already, or another one has.
    """
    from clipping.db import queries
    from clipping.platforms.standing import to_open
    from tasks.workplace import db_session

    with db_session() as session:
        account = wanted.account(wanted.handle)
        known = named(session, wanted)
        if known is not None:
            raise Rejected(_known_already(known, account.method))
        refuse_anothers(session, account)
        account = account.replace(account_id=free_id(session, account))
        queries.accounts.save_account(session, account)
        queries.accounts.note_event(session, account.account_id, "added", after=account.handle)
    console.output.print(f"Added: {called(account)} is {account.account_id}.")
    if account.method is PostingMethod.BROWSER:
        console.output.print(f"Its owner has to log in once: {to_open(account)}")
    _ask_for_consent(account)


def _ask_for_consent(account: Account) -> None:
    if account.consent is None:
        console.output.print(
            "Nothing is posted before its owner's consent is recorded: clipper accounts consent "
            f"{called(account)} {account.consent_options}"
        )


def _known_already(known: Account, method: PostingMethod) -> str:
    told = f"{known.client} has {called(known)} already: it is {known.account_id}"
    if known.method is method:
        return f"{told}."
    change = f"clipper accounts set {called(known)} method={method}"
    return f"{told}, posted to by {known.method}; to change that: {change}"
