"""What people decided about clips."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, func, or_
from sqlmodel import Session, col

from clipping.db.queries.upsert import save_row
from clipping.db.tables import ClientRow, VerdictRow
from clipping.models import Decision, EditorialPolicy, Verdict

VERDICT: tuple[Any, ...] = (
    col(VerdictRow.decision),
    col(VerdictRow.person),
    col(VerdictRow.why),
    col(VerdictRow.at),
)
"""The columns of which :func:`verdict_of` makes a verdict."""


def save_verdict(session: Session, verdict: Verdict) -> None:
    """Keep what a person decided; it takes the place of what was decided before."""
    values = {**verdict.model_dump(), "decision": verdict.decision.value}
    save_row(session, VerdictRow, values, found_by=("clip_id",))


def find_verdict(session: Session, clip_id: str) -> Verdict | None:
    """What was decided about a clip last, or None."""
    row = session.get(VerdictRow, clip_id, populate_existing=True)
    return None if row is None else Verdict.model_validate(row.model_dump())


def verdict_of(clip_id: str, decision: str | None, *rest: Any) -> Verdict | None:
    """The verdict that was joined to a clip; None where there was none."""
    if decision is None:
        return None
    person, why, at = rest
    return Verdict(clip_id=clip_id, decision=Decision(decision), person=person, why=why, at=at)


def is_approved() -> ColumnElement[Any]:
    """Whether a clip has the approval that its client wants, or needs none; null is no.

    In a statement that joins the clip's client, and its verdict where there is one.
    """
    wanted = col(ClientRow.editorial_policy)["approval"].as_string()
    return or_(
        func.coalesce(wanted, EditorialPolicy().approval) == "not_needed",
        col(VerdictRow.decision) == Decision.APPROVED.value,
    )
