"""Commands of ours that run in the process of a test."""

from __future__ import annotations

from functools import cache
from typing import Any
from unittest.mock import patch

import typer.main
import typer.testing


class CliRunner(typer.testing.CliRunner):
    """Typer's own builds the whole command line anew for each command: half of a short one's time.

    Here it is built once.
    """

    def invoke(self, *given: Any, **named: Any) -> typer.testing.Result:
        """What a command said, and how it ended."""
        with patch.object(typer.testing, "_get_command", _built):
            return super().invoke(*given, **named)


_built = cache(typer.main.get_command)
