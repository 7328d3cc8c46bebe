"""``clipper sweep``, ``backup``, ``restore`` and ``health``: what keeps the rest going."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from flows.options import Json
from flows.outcomes import FAILED, outcomes


def sweep(
    apply: Annotated[
        bool, typer.Option("--apply", help="Do it; else it is only said what would be done.")
    ] = False,
    client: Annotated[
        str | None, typer.Option(help="Only this client's files.", show_default=False)
    ] = None,
    as_json: Json = False,
) -> None:
    """Bring what is old to the archive and make room; says bytes by kind and client."""
    from flows.sweeping import sweep_now

    with outcomes(as_json):
        if not sweep_now(apply=apply, client=client, as_json=as_json):
            raise typer.Exit(FAILED)


def backup(
    to: Annotated[
        Path | None,
        typer.Option(help="Folder of the backups; else CLIPPER_BACKUPS.", show_default=False),
    ] = None,
    keys: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Write the vault's keys to this new file, which only you may read; "
            "alone, or with --to beside a backup.",
            show_default=False,
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Keep all rows of the database in one file; the vault's keys are never in it."""
    from flows.restoring import back_up_now, keep_keys

    with outcomes(as_json):
        if keys is not None:
            keep_keys(keys, to, aside=as_json and to is not None)
        if keys is None or to is not None:
            back_up_now(to, as_json=as_json)


def restore(
    source: Annotated[
        Path,
        typer.Argument(
            metavar="FROM", help="A backup, or a folder of them: its newest.", show_default=False
        ),
    ],
    as_json: Json = False,
) -> None:
    """Load a backup into an empty database; nothing goes out before somebody says so."""
    from flows.restoring import restore_now

    with outcomes(as_json):
        restore_now(source, as_json=as_json)


def health(as_json: Json = False) -> None:
    """Say how each service outside stands; exit code 1 while one is away."""
    from flows.healthy import show_health

    with outcomes(as_json):
        if not show_health(as_json=as_json):
            raise typer.Exit(FAILED)
