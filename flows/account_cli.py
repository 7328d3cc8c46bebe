"""``clipper accounts``: whose accounts are posted to, how they stand, what is decided for them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from flows.connect_cli import add, connect, disconnect, login, read_secret
from flows.options import AccountName, Json, OneClient
from flows.outcomes import FAILED, outcomes

accounts_app = typer.Typer(
    help="Accounts that clips are posted to; their owners let us in.", no_args_is_help=True
)
accounts_app.command()(connect)
accounts_app.command()(add)
accounts_app.command()(login)


@accounts_app.command("list")
def show(client: OneClient = None, as_json: Json = False) -> None:
    """Say which accounts there are, how they are posted to, how they stand, and what stops them."""
    from flows.account_list import list_accounts

    with outcomes(as_json):
        list_accounts(client, as_json=as_json)


@accounts_app.command()
def check(
    name: Annotated[
        str | None,
        typer.Argument(metavar="[ACCOUNT]", help="One account, by id or name; else all."),
    ] = None,
    client: OneClient = None,
    browser: Annotated[
        bool, typer.Option("--browser", help="Open upload pages, and say which selectors fit.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Say of each account whether it can be posted to now, and why not; 1 when one cannot."""
    from flows.browsing import check_pages
    from flows.standing import check_accounts

    check_all = check_pages if browser else check_accounts
    with outcomes(as_json):
        if not check_all(client, name, as_json=as_json):
            raise typer.Exit(FAILED)


@accounts_app.command("set")
def set_choices(
    name: AccountName,
    choices: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="NAME=VALUE...", help="Such as timezone=Europe/Berlin.", show_default=False
        ),
    ] = None,
    proxy_file: Annotated[
        str | None,
        typer.Option(help="File with the one proxy it uses, - for stdin.", show_default=False),
    ] = None,
    no_proxy: Annotated[bool, typer.Option("--no-proxy", help="Use no proxy any more.")] = False,
    client: OneClient = None,
) -> None:
    """Decide something for an account; without anything show what was decided."""
    from flows.account_settings import set_account

    if proxy_file and no_proxy:
        raise typer.BadParameter("--proxy-file and --no-proxy contradict each other")
    with outcomes(as_json=False):
        proxy = read_secret(proxy_file) if proxy_file else None
        set_account(name, client, choices or (), proxy, drop_proxy=no_proxy)


@accounts_app.command()
def consent(
    name: AccountName,
    owner: Annotated[str, typer.Option(help="Who agreed.")] = "",
    given_at: Annotated[
        datetime | None, typer.Option(help="When, in UTC; now without.", show_default=False)
    ] = None,
    privacy: Annotated[
        str, typer.Option(help="Who sees the posts: all, except that TikTok wants a choice.")
    ] = "",
    comments: Annotated[bool, typer.Option("--comments", help="Comments are allowed.")] = False,
    duet: Annotated[bool, typer.Option("--duet", help="Duets are allowed.")] = False,
    stitch: Annotated[bool, typer.Option("--stitch", help="Stitches are allowed.")] = False,
    withdraw: Annotated[bool, typer.Option("--withdraw", help="It was taken back.")] = False,
    client: OneClient = None,
) -> None:
    """Record what an account's owner agreed to; without it nothing is posted."""
    from datetime import UTC

    from clipping.models import Consent
    from flows.accounts import give_consent

    if bool(owner.strip()) is withdraw:
        raise typer.BadParameter("give --owner a name, or --withdraw")
    now = datetime.now(UTC)
    when = given_at.replace(tzinfo=UTC) if given_at else now
    if when > now:
        raise typer.BadParameter(f"--given-at {when:%Y-%m-%d %H:%M} UTC is still to come")
    given = Consent(
        owner=owner.strip(),
        given_at=when,
        privacy=privacy,
        allow_comments=comments,
        allow_duet=duet,
        allow_stitch=stitch,
    )
    with outcomes(as_json=False):
        give_consent(name, client, None if withdraw else given)


@accounts_app.command()
def pause(
    name: AccountName,
    reason: Annotated[str, typer.Option(help="Why, for whoever asks.")] = "by hand",
    client: OneClient = None,
) -> None:
    """Post nothing to an account until it is resumed."""
    from flows.accounts import pause as pause_account

    if not reason.strip():
        raise typer.BadParameter("--reason is empty")
    with outcomes(as_json=False):
        pause_account(name, client, reason.strip())


@accounts_app.command()
def resume(name: AccountName, client: OneClient = None) -> None:
    """Post to an account again."""
    from flows.accounts import resume as resume_account

    with outcomes(as_json=False):
        resume_account(name, client)


@accounts_app.command()
def reinstate(
    name: AccountName,
    by: Annotated[str, typer.Option(help="Who has seen it.", show_default=False)],
    client: OneClient = None,
) -> None:
    """Say that a platform lets an account post again that it had suspended or warned."""
    from flows.accounts import reinstate as reinstate_account

    if not by.strip():
        raise typer.BadParameter("--by must say something")
    with outcomes(as_json=False):
        reinstate_account(name, client, by.strip())


@accounts_app.command()
def history(name: AccountName, client: OneClient = None, as_json: Json = False) -> None:
    """Say what happened to an account: connections, statuses, consent, choices."""
    from flows.account_history import show_history

    with outcomes(as_json):
        show_history(name, client, as_json=as_json)


accounts_app.command()(disconnect)
