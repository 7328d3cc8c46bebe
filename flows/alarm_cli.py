"""``clipper alarms``: who is told outside of what wants a person."""

from __future__ import annotations

import re
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from clipping.models.alarms import AlarmKind
from flows.options import Json
from flows.outcomes import FAILED, outcomes

alarms_app = typer.Typer(help="Who is told outside of what wants a person.", no_args_is_help=True)

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}")
Name = Annotated[str, typer.Argument(help="What it is called here.", show_default=False)]


@alarms_app.command()
def targets(as_json: Json = False) -> None:
    """Say who is told of what, and whether the last message arrived; never where."""
    from flows.alarming import show_targets

    with outcomes(as_json):
        show_targets(as_json=as_json)


@alarms_app.command()
def add(
    name: Name,
    address_file: Annotated[
        Path,
        typer.Option(
            help="File with its Apprise address, such as slack://...; - for the input.",
            show_default=False,
        ),
    ],
    by: Annotated[str, typer.Option(help="Who says so.", show_default=False)],
    client: Annotated[
        str | None, typer.Option(help="Only what is this client's.", show_default=False)
    ] = None,
    kind: Annotated[
        list[AlarmKind] | None, typer.Option(help="Only this; repeatable.", show_default=False)
    ] = None,
    no_digest: Annotated[
        bool, typer.Option("--no-digest", help="Without the daily digest.")
    ] = False,
) -> None:
    """Tell somebody from now on; an address is a secret, so it is never an argument."""
    from pydantic import SecretStr

    from clipping.errors import Rejected
    from clipping.models.alarms import Target
    from tasks.alarms import add_target

    if not _NAME.fullmatch(name):
        raise typer.BadParameter("a name has letters, digits, dots and dashes")
    with outcomes(as_json=False):
        try:
            text = sys.stdin.read() if str(address_file) == "-" else address_file.read_text()
        except (OSError, UnicodeDecodeError) as error:
            raise Rejected(f"{address_file} cannot be read.") from error
        target = Target(
            name=name,
            client=client or "",
            kinds=tuple(kind or ()),
            digest=not no_digest,
            added_at=datetime.now(UTC),
            added_by=by,
        )
        add_target(target, SecretStr(text.strip()))


@alarms_app.command()
def remove(name: Name) -> None:
    """Tell somebody no more."""
    from flows.alarming import remove_target

    with outcomes(as_json=False):
        remove_target(name)


@alarms_app.command("test")
def try_them(
    name: Annotated[
        str | None, typer.Argument(help="Only this target.", show_default=False)
    ] = None,
) -> None:
    """Send a test to each target, and say whether it was taken."""
    from flows.alarming import try_all

    with outcomes(as_json=False):
        if not try_all(name):
            raise typer.Exit(FAILED)
