"""What a person says of a clip before it is posted."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from clipping.models.base import Value


class Decision(StrEnum):
    """Whether a clip may be posted."""

    APPROVED = "approved"
    REJECTED = "rejected"


class Verdict(Value):
    """What a person decided about a clip; the latest one counts."""

    clip_id: str
    decision: Decision
    person: str
    why: str = ""
    at: datetime

    @property
    def rejects(self) -> bool:
        """Whether the clip may not be posted."""
        return self.decision is Decision.REJECTED

    @property
    def sentence(self) -> str:
        """For people."""
        because = f": {self.why.rstrip('.')}" if self.why else ""
        return f"{self.person} {self.decision.value} it{because}."
