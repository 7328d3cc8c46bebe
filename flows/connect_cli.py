"""How accounts come in and go: ``clipper accounts connect``, ``add``, ``login``, ``disconnect``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal
from urllib.parse import urlsplit

import typer

from flows.options import AccountName, OneClient
from flows.outcomes import FAILED, outcomes

if TYPE_CHECKING:
    from pydantic import SecretStr

    from flows.keeping import Wanted

Platforms = Annotated[
    Literal["tiktok", "instagram", "youtube", "x"], typer.Argument(show_default=False)
]
Methods = Literal["api", "inbox", "browser", "manual"]
Owning = Annotated[str, typer.Option("--client", help="Whose account it is.", show_default=False)]
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


def add(
    platform: Platforms,
    client: Owning,
    handle: Annotated[str, typer.Option(help="Its name there.", show_default=False)],
    token_file: Annotated[
        str | None,
        typer.Option(
            help="File with the platform's token answer in JSON, or an access token alone; - for"
            " stdin.",
            show_default=False,
        ),
    ] = None,
    method: Method = None,
    login_path: LoginPath = None,
    app: App = None,
    verify: Annotated[
        bool,
        typer.Option(
            "--verify/--unverified",
            help="Ask the platform whose tokens they are, or take them as they are.",
        ),
    ] = True,
) -> None:
    """Add an account with tokens that were got elsewhere, or one that people post to.

    The JSON needs access_token. Where they are there, refresh_token, expires_in,
    refresh_expires_in, scope and open_id are read, and of one that is not fresh
    expires_at and obtained_at.

    Our app's settings are needed as for connect: CLIPPER_TIKTOK_CLIENT_KEY and
    CLIPPER_TIKTOK_CLIENT_SECRET, of the others such as CLIPPER_X_CLIENT_ID and
    CLIPPER_X_CLIENT_SECRET; or --app. With --method manual or browser there are
    neither tokens nor an app.
    """
    from flows.connecting import add as add_account
    from flows.connecting import add_unopened

    wanted = _wanted(platform, client, handle, login_path, method, app)
    by_hand = method in ("browser", "manual")
    if not wanted.handle:
        raise typer.BadParameter("--handle is empty")
    if (token_file is None) is not by_hand:
        raise typer.BadParameter("give --token-file, or --method browser or manual without one")
    with outcomes(as_json=False):
        if token_file is None:
            add_unopened(wanted)
        else:
            add_account(wanted, read_secret(token_file).get_secret_value(), verify=verify)


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


def login(
    names: Annotated[
        list[str],
        typer.Argument(
            metavar="ACCOUNT...",
            help="Accounts with method=browser, each as in the other commands.",
            show_default=False,
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


def disconnect(name: AccountName, client: OneClient = None) -> None:
    """Forget an account's tokens and tell its platform; what was decided for it stays."""
    from flows.accounts import disconnect as disconnect_account

    with outcomes(as_json=False):
        disconnect_account(name, client)
