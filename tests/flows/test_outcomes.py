"""How commands end that somebody stops."""

from __future__ import annotations

import pytest

from flows import cli, rehearsing
from tests.support.commands import CliRunner


def test_a_rehearsal_that_is_stopped_promises_no_going_on(monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(*_: object, **__: object) -> bool:
        raise KeyboardInterrupt

    monkeypatch.setattr(rehearsing, "run_rehearsal", stopped)
    ended = CliRunner().invoke(cli.app, ["rehearse"])
    assert ended.exit_code == 130
    assert ended.output == "Stopped. Nothing of it is kept: the next one begins anew.\n"
