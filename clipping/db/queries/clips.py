"""Rendered clips."""

from __future__ import annotations

from sqlmodel import Session, col, func, select
from sqlmodel.sql.expression import SelectOfScalar

from clipping.db.queries.clients import client_id
from clipping.db.queries.releases import lock_moments, settle_clips
from clipping.db.queries.upsert import save_row
from clipping.db.tables import ClientRow, ClipRow, MomentRow
from clipping.errors import Rejected
from clipping.models import Proof, RenderedClip, RenderPlan
from clipping.timing import TimeSpan

_BESIDE = {"client_id", "plan", "proof", "decided", "score", "own_words", "superseded_by"}
_FRAME_MS = 200
"""Of the slowest video; which frames a clip really has is said by its plan."""


def save_clip(session: Session, clip: RenderedClip) -> None:
    """Keep the clip; saving the same id again overwrites it.

    One that is ready is held instead when its moment is, and nobody has agreed. Its source must be
    stored for the same client, and its moment too, and no other clip of the client may have its
    recipe; else Broken.
    """
    values = {
        **clip.model_dump(exclude={"client", "state", "plan", "proof"}),
        "client_id": client_id(clip.client),
        "state": clip.state.value,
        "plan": clip.plan.model_dump(mode="json"),
        "proof": clip.proof.model_dump(mode="json"),
    }
    lock_moments(session, [clip.moment_id])
    save_row(session, ClipRow, values, found_by=("clip_id",))
    settle_clips(session, [clip.moment_id])


def get_clip(session: Session, clip_id: str) -> RenderedClip:
    """The clip with that id; Rejected when there is none."""
    clip = _first(session, _clips().where(ClipRow.clip_id == clip_id))
    if clip is None:
        raise Rejected(f"There is no clip {clip_id} in the database.")
    return clip


def clip_of_recipe(session: Session, client: str, recipe_hash: str) -> RenderedClip | None:
    """The client's clip with that recipe, whichever moment it is of; there is one at most."""
    wanted = _clips().where(
        ClipRow.client_id == client_id(client), ClipRow.recipe_hash == recipe_hash
    )
    return _first(session, wanted)


def clips_of_moment(session: Session, moment_id: str) -> list[RenderedClip]:
    """All clips of a moment, in every style and variation, newest first."""
    return _all(session, _clips().where(ClipRow.moment_id == moment_id))


def clips_cut_alike(session: Session, source_id: str, span: TimeSpan) -> list[RenderedClip]:
    """All clips of the source's moments that begin and end within a frame of ``span``, newest
    first: detectors may find the same moment, each under an id of its own.
    """
    wanted = (
        _clips()
        .join(MomentRow, col(MomentRow.moment_id) == col(ClipRow.moment_id))
        .where(
            ClipRow.source_id == source_id,
            func.abs(col(MomentRow.start_ms) - span.start_ms) <= _FRAME_MS,
            func.abs(col(MomentRow.end_ms) - span.end_ms) <= _FRAME_MS,
        )
    )
    return _all(session, wanted)


def clips_of(session: Session, source_id: str) -> list[RenderedClip]:
    """All clips of a source, newest first."""
    return _all(session, _clips().where(ClipRow.source_id == source_id))


def recent_clips(
    session: Session, client: str | None = None, limit: int = 50
) -> list[RenderedClip]:
    """The newest clips, of one client or of all."""
    wanted = _clips().limit(limit)
    if client is not None:
        wanted = wanted.where(ClipRow.client_id == client_id(client))
    return _all(session, wanted)


def _clips() -> SelectOfScalar[ClipRow]:
    # The id makes the order of clips rendered in the same instant a fixed one.
    return select(ClipRow).order_by(col(ClipRow.rendered_at).desc(), col(ClipRow.clip_id))


def _first(session: Session, wanted: SelectOfScalar[ClipRow]) -> RenderedClip | None:
    return next(iter(_all(session, wanted.limit(1))), None)


def _all(session: Session, wanted: SelectOfScalar[ClipRow]) -> list[RenderedClip]:
    rows = session.exec(wanted).all()
    ids = {row.client_id for row in rows}
    names = dict(
        session.exec(
            select(ClientRow.client_id, ClientRow.name).where(col(ClientRow.client_id).in_(ids))
        ).all()
    )
    return [_clip(row, names[row.client_id]) for row in rows]


def _clip(row: ClipRow, client: str) -> RenderedClip:
    return RenderedClip.model_validate(
        {
            **row.model_dump(exclude=_BESIDE),
            "client": client,
            "plan": RenderPlan.model_validate(row.plan),
            "proof": Proof.model_validate(row.proof),
        }
    )
