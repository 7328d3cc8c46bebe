"""``clipper accounts login`` and ``check --browser``: accounts with their own browser profiles."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rich.table import Table
from rich.text import Text

from clipping.errors import ClippingError, NeedsPerson, NotInstalled, Rejected
from clipping.models import Account, AccountStatus, PlatformName, PostingMethod
from flows import console
from flows.account_names import account_named, matching, named_account
from flows.clients import refuse_unknown

if TYPE_CHECKING:
    from clipping.platforms.browser.posting import InBrowser
    from clipping.platforms.browser.self_check import Checked


def log_in(names: Sequence[str], client: str | None, timeout_s: float) -> bool:
    """Open a window for each account's owner, one after the other; whether all are logged in.

    :param names: Ids or handles.
    :raises NeedsPerson: There is no display for a window.
    :raises Rejected: There is no such account, or it is not posted to in a browser.
    """
    from tasks.workplace import database

    with database():
        found = [_account(name, client) for name in names]
        if not _has_display():
            raise NeedsPerson(
                "There is no display for a window here: log in on a machine with one, whose "
                "CLIPPER_HOME is this one's, or through a remote desktop."
            )
        browsers = _browsers()
        done = [_logged_in(one, browsers[one.platform](), timeout_s) for one in found]
        return all(done)


def _logged_in(account: Account, posting: InBrowser, timeout_s: float) -> bool:
    from clipping.platforms.browser.login import wait_for_owner
    from clipping.platforms.browser.profiles import opened
    from tasks.browsing import entry_to

    name = f"{account.platform} @{account.handle}"
    console.output.print(
        f"A window opens: the owner of {name} logs in there, then closes it or waits."
    )
    access = entry_to(account)
    with opened(account.account_id, access.proxy, headed=True) as context:
        wait_for_owner(context, posting.table, account, timeout_s)
    return note_login(account, posting)


def note_login(account: Account, posting: InBrowser) -> bool:
    """Look whether the profile is logged in as the account, and write it down."""
    from clipping.db import queries
    from clipping.platforms.browser.acts import rows
    from tasks.browsing import entry_to
    from tasks.workplace import db_session

    name = f"{account.platform} @{account.handle}"
    trusted = account.replace(status=AccountStatus.ACTIVE)
    try:
        with posting.looking(entry_to(trusted), account.account_id) as tab:
            rows(tab)
    except ClippingError as error:
        console.output.print(f"{name} is not logged in: {error}", style="red")
        return False
    with db_session() as session:
        queries.accounts.note_event(
            session, account.account_id, queries.accounts.LOGGED_IN, after=account.handle
        )
        if (
            queries.accounts.get_account(session, account.account_id).status
            is AccountStatus.REAUTHORISE
        ):
            queries.accounts.change_status(
                session, account.account_id, AccountStatus.ACTIVE, "Its owner logged in again."
            )
    console.output.print(f"{name} is logged in: {account.account_id} can be posted to.")
    return True


def check_pages(client: str | None, name: str | None, *, as_json: bool) -> bool:
    """Print which selectors fit the pages of accounts; True when all do. Nothing is posted."""
    from clipping.db import queries
    from tasks.workplace import database, db_session

    with database():
        with db_session() as session:
            if name is not None:
                known = [account_named(session, name, client)]
            else:
                refuse_unknown(session, client)
                known = queries.accounts.accounts(session, client)
        accounts = [one for one in known if one.method is PostingMethod.BROWSER]
        found = {one.account_id: _checked(one, _browsers()) for one in accounts}
    if as_json:
        document = [_document(one, *found[one.account_id]) for one in accounts]
        sys.stdout.write(json.dumps(document, ensure_ascii=False, indent=2) + "\n")
    elif not accounts:
        console.output.print("No account is posted to in a browser.")
    for one in [] if as_json else accounts:
        _print(one, *found[one.account_id])
    return all(not why and not any(one.missing for one in parts) for parts, why in found.values())


def _checked(
    account: Account, browsers: Mapping[PlatformName, type[InBrowser]]
) -> tuple[list[Checked], str]:
    from clipping.platforms.browser.self_check import self_check
    from tasks.browsing import entry_to

    try:
        posting = browsers[account.platform]()
        with posting.looking(entry_to(account), account.account_id) as tab:
            return self_check(tab), ""
    except ClippingError as error:
        return [], str(error)


def _document(account: Account, parts: list[Checked], why_not: str) -> dict[str, Any]:
    return {
        "account_id": account.account_id,
        "platform": account.platform,
        "handle": account.handle,
        "why_not": why_not,
        "parts": [
            {
                "part": one.part,
                "found_by": str(one.found) if one.found else None,
                "shows_after": one.hidden or None,
            }
            for one in parts
        ],
    }


def _print(account: Account, parts: list[Checked], why_not: str) -> None:
    from clipping.platforms.browser import TABLES

    known = TABLES[account.platform]
    tried = f"tried on {known.tried_on}" if known.tried_on else "never tried on the live page"
    console.output.print(
        f"{account.platform} @{account.handle}: selectors of {known.written_on}, {tried}"
    )
    if why_not:
        console.output.print(Text(why_not, "red"))
        return
    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in ("part", "found by"):
        table.add_column(name)
    for one in parts:
        seen = Text(str(one.found)) if one.found else Text(f"shows after {one.hidden}", "dim")
        table.add_row(one.part, Text("NOT FOUND", "red") if one.missing else seen)
    console.output.print(table)


def _account(name: str, client: str | None) -> Account:
    from clipping.db import queries
    from tasks.workplace import db_session

    with db_session() as session:
        refuse_unknown(session, client)
        known = queries.accounts.accounts(session, client)
    in_browser = [one for one in known if one.method is PostingMethod.BROWSER]
    found = named_account(in_browser if matching(in_browser, name) else known, name, client)
    if found.method is not PostingMethod.BROWSER:
        raise Rejected(
            f"{name} is posted to by {found.method}; first: clipper accounts set "
            f"{found.account_id} method=browser"
        )
    return found


def _browsers() -> Mapping[PlatformName, type[InBrowser]]:
    try:
        from clipping.platforms.browser.posting import BROWSERS
    except ImportError:
        raise NotInstalled(
            'Posting in a browser needs Playwright: pip install "clipper[browser]"'
        ) from None
    return BROWSERS


def _has_display() -> bool:
    if not sys.platform.startswith("linux"):
        return True
    return any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY"))
