"""Clips as the page of all of them lists them: the newest first, a page at a time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select, tuple_
from sqlmodel import Session, col

from clipping.db.queries.clients import client_id
from clipping.db.queries.naming import called
from clipping.db.tables import ClientRow, ClipRow, MomentRow, SourceRow, VerdictRow
from clipping.models import ClipState, Decision, Proof

ClipKey = tuple[datetime, str]
"""When it was rendered, clip: behind it a page begins."""


@dataclass(frozen=True)
class ClipChoice:
    """Which clips are listed."""

    client: str | None = None
    state: ClipState | None = None


@dataclass(frozen=True)
class ClipLine:
    """A clip in the list."""

    clip_id: str
    client: str
    state: ClipState
    hook: str
    """The line that sells it; of one without, what its film begins with, or its id."""
    score: int | None
    """0..100, None when its moment is not known any more."""
    seconds: float
    file_name: str
    """Of what it was cut from."""
    checks: int
    failures: int
    rendered_at: datetime
    replaced: bool = False
    """Whether another version of it is there in its place."""
    decision: Decision | None = None
    """What somebody has decided about it."""

    @property
    def key(self) -> ClipKey:
        """Its place."""
        return self.rendered_at, self.clip_id


def clip_page(
    session: Session, choice: ClipChoice, most: int, after: ClipKey | None = None
) -> list[ClipLine]:
    """The newest first; behind ``after`` where it is given. One statement."""
    found = _found(choice, most, after).subquery("found")
    span = found.c.plan["span"]
    wanted = (
        select(
            found.c.clip_id,
            col(ClientRow.name),
            found.c.state,
            func.coalesce(called(found.c.plan), found.c.clip_id),
            col(MomentRow.score),
            (span["end_ms"].as_integer() - span["start_ms"].as_integer()) / 1000.0,
            col(SourceRow.file_name),
            found.c.proof,
            found.c.rendered_at,
            found.c.superseded_by.is_not(None),
            func.coalesce(col(VerdictRow.decision), ""),
        )
        .join(ClientRow, col(ClientRow.client_id) == found.c.client_id)
        .join(SourceRow, col(SourceRow.source_id) == found.c.source_id)
        .outerjoin(MomentRow, col(MomentRow.moment_id) == found.c.moment_id)
        .outerjoin(VerdictRow, col(VerdictRow.clip_id) == found.c.clip_id)
        .order_by(found.c.rendered_at.desc(), found.c.clip_id.desc())
    )
    return [_line(*row) for row in session.execute(wanted).all()]


def _found(choice: ClipChoice, most: int, after: ClipKey | None) -> Select[Any]:
    """The rows of the page alone, so that no more are joined to others."""
    made_at, clip_id = col(ClipRow.rendered_at), col(ClipRow.clip_id)
    wanted = select(*ClipRow.__table__.c)  # type: ignore[attr-defined]
    if choice.client is not None:
        wanted = wanted.where(col(ClipRow.client_id) == client_id(choice.client))
    if choice.state is not None:
        wanted = wanted.where(col(ClipRow.state) == choice.state.value)
    if after is not None:
        wanted = wanted.where(tuple_(made_at, clip_id) < after)
    return wanted.order_by(made_at.desc(), clip_id.desc()).limit(most)


def _line(
    clip_id: str,
    client: str,
    state: str,
    hook: str,
    score: int | None,
    seconds: float,
    file_name: str,
    proof: dict[str, Any],
    rendered_at: datetime,
    replaced: bool,
    decision: str,
) -> ClipLine:
    read = Proof.model_validate(proof)
    return ClipLine(
        clip_id=clip_id,
        client=client,
        state=ClipState(state),
        hook=hook,
        score=score,
        seconds=float(seconds),
        file_name=file_name,
        checks=len(read.checks),
        failures=len(read.failures),
        rendered_at=rendered_at,
        replaced=replaced,
        decision=Decision(decision) if decision else None,
    )
