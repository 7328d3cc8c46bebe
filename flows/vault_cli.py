"""``clipper vault``: the keys that accounts' secrets are sealed under."""

from __future__ import annotations

import sys

import typer

from flows.outcomes import FAILED, outcomes

vault_app = typer.Typer(help="Keys that accounts' secrets are sealed under.", no_args_is_help=True)


@vault_app.command("new-key")
def new_key() -> None:
    """Print a new key, for CLIPPER_VAULT_KEYS; it is kept nowhere."""
    from clipping import vault

    sys.stdout.write(vault.new_key().get_secret_value() + "\n")


@vault_app.command()
def rotate() -> None:
    """Seal every secret anew under the first of CLIPPER_VAULT_KEYS; again, where it was stopped."""
    from flows.sealing import seal_anew

    with outcomes(as_json=False):
        if not seal_anew():
            raise typer.Exit(FAILED)
