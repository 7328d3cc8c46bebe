"""``clipper accounts``: whose accounts are posted to, and how they let us in."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal
from urllib.parse import urlsplit

import typer

from flows.options import Json
from flows.outcomes import FAILED, outcomes

if TYPE_CHECKING:
    from pydantic import SecretStr

    from flows.keeping import Wanted

accounts_app = typer.Typer(
    help="Accounts that clips are posted to; their owners let us in.", no_args_is_help=True
)

Platforms = Annotated[
    Literal["tiktok", "instagram", "youtube", "x"], typer.Argument(show_default=False)
]
Methods = Literal["api", "inbox", "browser", "manual"]
Owning = Annotated[str, typer.Option("--client", help="Whose account it is.", show_default=False)]
OneClient = Annotated[
    str | None, typer.Option("--client", help="Only this client's.", show_default=False)
]
AccountId = Annotated[
    str, typer.Argument(metavar="ID", help="Id of an account.", show_default=False)
]
LoginPath = Annotated[
    Literal["facebook", "instagram"] | None,
    typer.Option(
        help="Of Instagram: through a Facebook Page (for a new one), or its own login.",
        show_default=False,
    ),
]
App = Annotated[
    str | None,
    typer.Option(
        help="Prefect block with our app's secrets; else the settings have them.",
        show_default=False,
    ),
]
Method = Annotated[
    Methods | None, typer.Option(help="How it is posted to; api for a new one.", show_default=False)
]


def _wanted(
    platform: str,
    client: str,
    handle: str,
    path: str | None,
    method: str | None,
    app: str | None,
) -> Wanted:
    from clipping.models import PlatformName, PostingMethod
    from flows.keeping import Wanted

    if method == "inbox" and platform != "tiktok":
        raise typer.BadParameter("--method inbox: only TikTok has an inbox for drafts")
    if not client.strip():
        raise typer.BadParameter("--client is empty")
    return Wanted(
        PlatformName(platform),
        client,
        handle.strip().removeprefix("@"),
        path if platform == "instagram" else "",
        PostingMethod(method) if method else None,
        app,
    )


@accounts_app.command()
def connect(
    platform: Platforms,
    client: Owning,
    handle: Annotated[str, typer.Option(help="The account, where its owner has several.")] = "",
    method: Method = None,
    login_path: LoginPath = None,
    app: App = None,
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Port that the platform sends back to; 0 for any.")
    ] = 0,
    redirect_uri: Annotated[
        str, typer.Option(help="Registered address instead; on another host it is pasted back.")
    ] = "",
    timeout: Annotated[
        int, typer.Option(min=5, max=3600, help="Seconds to wait for the owner.")
    ] = 300,
    figures: Annotated[
        bool, typer.Option("--figures/--no-figures", help="Ask for what figures need as well.")
    ] = True,
) -> None:
    """Let an account's owner allow us to post; again, where it has ended."""
    import dataclasses

    from flows.connecting import connect as connect_account
    from flows.connecting import loopback_uri

    wanted = _wanted(platform, client, handle, login_path, method, app)
    parts = urlsplit(redirect_uri)
    if redirect_uri and (parts.scheme not in ("http", "https") or not parts.hostname):
        raise typer.BadParameter(f"--redirect-uri {redirect_uri!r} is no web address")
    with outcomes(as_json=False):
        connect_account(
            dataclasses.replace(wanted, measuring=figures),
            redirect_uri or loopback_uri(port),
            timeout,
        )


@accounts_app.command()
def add(
    platform: Platforms,
    client: Owning,
    handle: Annotated[str, typer.Option(help="Its name there.", show_default=False)],
    token_file: Annotated[
        str | None,
        typer.Option(help="File with the token answer, or - for stdin.", show_default=False),
    ] = None,
    method: Method = None,
    login_path: LoginPath = None,
    app: App = None,
    verify: Annotated[
        bool, typer.Option("--verify/--unverified", help="Ask the platform whose tokens they are.")
    ] = True,
) -> None:
    """Add an account with tokens that were got elsewhere, or one that people post to."""
    from flows.connecting import add as add_account

    wanted = _wanted(platform, client, handle, login_path, method, app)
    by_hand = method in ("browser", "manual")
    if not wanted.handle:
        raise typer.BadParameter("--handle is empty")
    if (token_file is None) is not by_hand:
        raise typer.BadParameter("give --token-file, or --method browser or manual without one")
    with outcomes(as_json=False):
        text = None if token_file is None else read_secret(token_file).get_secret_value()
        add_account(wanted, text, verify=verify)


def read_secret(place: str) -> SecretStr:
    """What a file holds, or stdin for ``-``.

    :raises Rejected: It cannot be read.
    """
    from pydantic import SecretStr

    from clipping.errors import Rejected

    try:
        text = sys.stdin.read() if place == "-" else Path(place).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise Rejected(f"The file {place} cannot be read.") from None
    return SecretStr(text.strip())


@accounts_app.command("list")
def show(client: OneClient = None, as_json: Json = False) -> None:
    """Say which accounts there are, how they are posted to and how they stand."""
    from flows.accounts import list_accounts

    with outcomes(as_json):
        list_accounts(client, as_json=as_json)


@accounts_app.command()
def login(
    names: Annotated[
        list[str],
        typer.Argument(
            metavar="ID|HANDLE...", help="Accounts with method=browser.", show_default=False
        ),
    ],
    client: OneClient = None,
    timeout: Annotated[
        int, typer.Option(min=5, max=7200, help="Seconds to wait for each owner.")
    ] = 900,
) -> None:
    """Open a window in which an account's owner logs in, once, for posts in a browser."""
    from flows.browsing import log_in

    with outcomes(as_json=False):
        if not log_in(names, client, timeout):
            raise typer.Exit(FAILED)


@accounts_app.command()
def check(
    account_id: Annotated[
        str | None, typer.Argument(metavar="[ID]", help="One account; else all.")
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
        if not check_all(client, account_id, as_json=as_json):
            raise typer.Exit(FAILED)


@accounts_app.command("set")
def set_choices(
    account_id: AccountId,
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
) -> None:
    """Decide something for an account; without anything show what was decided."""
    from flows.accounts import set_account

    if proxy_file and no_proxy:
        raise typer.BadParameter("--proxy-file and --no-proxy contradict each other")
    with outcomes(as_json=False):
        proxy = read_secret(proxy_file) if proxy_file else None
        set_account(account_id, choices or (), proxy, drop_proxy=no_proxy)


@accounts_app.command()
def consent(
    account_id: AccountId,
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
        give_consent(account_id, None if withdraw else given)


@accounts_app.command()
def pause(
    account_id: AccountId,
    reason: Annotated[str, typer.Option(help="Why, for whoever asks.")] = "by hand",
) -> None:
    """Post nothing to an account until it is resumed."""
    from flows.accounts import pause as pause_account

    if not reason.strip():
        raise typer.BadParameter("--reason is empty")
    with outcomes(as_json=False):
        pause_account(account_id, reason.strip())


@accounts_app.command()
def resume(account_id: AccountId) -> None:
    """Post to an account again."""
    from flows.accounts import resume as resume_account

    with outcomes(as_json=False):
        resume_account(account_id)


@accounts_app.command()
def reinstate(
    account_id: AccountId,
    by: Annotated[str, typer.Option(help="Who has seen it.", show_default=False)],
) -> None:
    """Say that a platform lets an account post again that it had suspended or warned."""
    from flows.accounts import reinstate as reinstate_account

    if not by.strip():
        raise typer.BadParameter("--by must say something")
    with outcomes(as_json=False):
        reinstate_account(account_id, by.strip())


@accounts_app.command()
def history(account_id: AccountId, as_json: Json = False) -> None:
    """Say what happened to an account: connections, statuses, consent, choices."""
    from flows.accounts import show_history

    with outcomes(as_json):
        show_history(account_id, as_json=as_json)


@accounts_app.command()
def disconnect(account_id: AccountId) -> None:
    """Forget an account's tokens and tell its platform; what was decided for it stays."""
    from flows.accounts import disconnect as disconnect_account

    with outcomes(as_json=False):
        disconnect_account(account_id)
