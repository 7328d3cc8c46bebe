"""Prefect's own command for a server whose transactions on SQLite take turns.

``python -m flows.prefect_server server start`` is ``prefect server start`` with that, as long as it
stays in the foreground: one in the background is a process of Prefect's own.
"""

from __future__ import annotations

from flows.sqlite_turns import take_turns


def main() -> None:
    """What the arguments ask Prefect for."""
    from prefect.cli import app

    take_turns()
    app()


if __name__ == "__main__":
    main()
