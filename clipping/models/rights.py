"""On what ground a source may be clipped, and what a client wants to be asked."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum

from pydantic import Field

from clipping.models.base import Value


class Ground(StrEnum):
    """Why a source may be clipped."""

    UNSTATED = "unstated"
    """Nobody has said; the state of every source until somebody does."""
    OWN = "own"
    LICENSED = "licensed"
    PERMISSION = "permission"


class Rights(Value):
    """Who owns a source, and on what ground it may be clipped."""

    ground: Ground = Ground.UNSTATED
    owner: str = ""
    """Name of a person or company; with ``own`` the client itself unless named."""
    note: str = ""
    """What was agreed on, when and with whom; obligatory for ``permission``."""

    @property
    def stated(self) -> bool:
        """Whether anybody has said anything."""
        return self.ground is not Ground.UNSTATED

    @property
    def summary(self) -> str:
        """One line for people: ``permission of Jo Doe (mail of 3 May)``."""
        if not self.stated:
            return "not stated"
        line = f"{self.ground.value} of {self.owner}" if self.owner else self.ground.value
        return f"{line} ({self.note})" if self.note else line


class ClientSettings(Value):
    """What a client has decided once for all of its videos."""

    require_rights: bool = False
    """Nothing is rendered of a source whose rights nobody has stated."""
    monthly_budget_usd: Decimal | None = Field(default=None, ge=0)
    """Dollars for Claude in a month; None for no limit."""
