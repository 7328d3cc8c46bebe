"""``clipper users``: who may sign in on the dashboard, and what they see there."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from flows.options import Json
from flows.outcomes import outcomes

if TYPE_CHECKING:
    from pydantic import SecretStr

users_app = typer.Typer(
    help="Who may sign in on the dashboard, and what they see there.", no_args_is_help=True
)

Name = Annotated[str, typer.Argument(help="Name of the user.", show_default=False)]
Roles = Literal["admin", "operator", "client"]
Clients = Annotated[
    list[str] | None,
    typer.Option("--client", help="A client that they see; repeatable.", show_default=False),
]
PasswordFile = Annotated[
    str | None,
    typer.Option(help="File with the password, - for stdin; else asked for.", show_default=False),
]


@users_app.command()
def add(
    name: Name,
    role: Annotated[Roles, typer.Option(help="What they may see and do.", show_default=False)],
    client: Clients = None,
    email: Annotated[
        str, typer.Option(help="By which the identity provider knows them.", show_default=False)
    ] = "",
    password_file: PasswordFile = None,
    no_password: Annotated[
        bool, typer.Option("--no-password", help="They sign in through the provider alone.")
    ] = False,
) -> None:
    """Let somebody sign in; the first admin is made here."""
    from flows.users import add_user

    if not name.strip():
        raise typer.BadParameter("NAME is empty")
    if role == "admin" and client:
        raise typer.BadParameter("--client: an admin sees all clients")
    if no_password and not email.strip():
        raise typer.BadParameter("--no-password needs --email, by which the provider knows them")
    if no_password and password_file:
        raise typer.BadParameter("--password-file and --no-password contradict each other")
    with outcomes(as_json=False):
        password = None if no_password else _password(password_file)
        add_user(name.strip(), role, client or (), email.strip(), password)


@users_app.command("list")
def show(as_json: Json = False) -> None:
    """Say who may sign in, as what, and where they are signed in now."""
    from flows.users import list_users

    with outcomes(as_json):
        list_users(as_json=as_json)


@users_app.command()
def password(name: Name, password_file: PasswordFile = None) -> None:
    """Give somebody another password; they are signed out everywhere."""
    from flows.users import set_password

    with outcomes(as_json=False):
        set_password(name, _password(password_file))


@users_app.command()
def role(
    name: Name,
    role: Annotated[Roles, typer.Argument(help="What they may see and do.", show_default=False)],
) -> None:
    """Let somebody see and do more, or less; at once."""
    from flows.users import set_role

    with outcomes(as_json=False):
        set_role(name, role)


@users_app.command()
def clients(
    name: Name,
    client: Annotated[
        list[str] | None,
        typer.Argument(metavar="[CLIENT]...", help="All that they see; none without."),
    ] = None,
) -> None:
    """Say which clients somebody sees, from now on these and no others."""
    from flows.users import set_clients

    with outcomes(as_json=False):
        set_clients(name, client or ())


@users_app.command()
def email(
    name: Name,
    address: Annotated[str, typer.Argument(help="Empty for none.", show_default=False)],
) -> None:
    """Say by which address the identity provider knows somebody, and bind them anew."""
    from flows.users import set_email

    with outcomes(as_json=False):
        set_email(name, address.strip())


@users_app.command()
def disable(name: Name) -> None:
    """Shut somebody out, at once and everywhere; what they did stays."""
    from flows.users import set_disabled

    with outcomes(as_json=False):
        set_disabled(name, disabled=True)


@users_app.command()
def enable(name: Name) -> None:
    """Let somebody in again who was shut out."""
    from flows.users import set_disabled

    with outcomes(as_json=False):
        set_disabled(name, disabled=False)


@users_app.command("sign-outs")
def sign_outs(name: Name) -> None:
    """Sign somebody out everywhere, and forget how often they typed a wrong password."""
    from flows.users import sign_out

    with outcomes(as_json=False):
        sign_out(name)


def _password(place: str | None) -> SecretStr:
    """From a file, or asked for: as an argument it would stand in the list of processes.

    :raises Rejected: It cannot be read.
    """
    from pydantic import SecretStr

    from clipping.errors import Rejected
    from flows.account_cli import read_secret

    if place is not None:
        return read_secret(place)
    if not sys.stdin.isatty():
        raise Rejected("Nobody can be asked for the password here, so give --password-file.")
    return SecretStr(typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True))
