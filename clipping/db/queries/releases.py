"""What holds moments for a person, and who has agreed to it."""

from __future__ import annotations

from collections.abc import Collection

from pydantic import TypeAdapter
from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col, select

from clipping.db.tables import ClipRow, MomentRow, ReleaseRow
from clipping.models import ClipState, Hold, Release, make_id, unsettled

_HOLDS = TypeAdapter(tuple[Hold, ...])


def save_release(session: Session, moment_id: str, release: Release) -> None:
    """Keep that a person has agreed, and let the moment's clips go that wait for nothing else.

    Who has agreed to the same first is who has agreed.
    """
    lock_moments(session, [moment_id])
    values = {
        **release.model_dump(exclude={"holds"}),
        "release_id": make_id("release", moment_id, *map(_named, release.holds)),
        "moment_id": moment_id,
        "holds": _HOLDS.dump_python(release.holds, mode="json"),
    }
    session.execute(insert(ReleaseRow).values(**values).on_conflict_do_nothing())
    settle_clips(session, [moment_id])


def _named(hold: Hold) -> str:
    return f"{hold.kind.value}:{hold.reason}"


def releases_of(session: Session, moment_id: str) -> tuple[Release, ...]:
    """Who has agreed to what holds the moment, the first one first."""
    rows = session.exec(
        select(ReleaseRow)
        .where(ReleaseRow.moment_id == moment_id)
        .order_by(col(ReleaseRow.released_at), col(ReleaseRow.release_id))
    )
    return tuple(_release(row) for row in rows)


def settle_clips(session: Session, moment_ids: Collection[str]) -> None:
    """Whether the moments' clips are held or ready, as their holds and releases are now.

    Clips that failed their proof, and those that have gone further, stay what they are.
    """
    held_for = lock_moments(session, moment_ids)
    given: dict[str, list[Release]] = {}
    for row in session.exec(select(ReleaseRow).where(col(ReleaseRow.moment_id).in_(held_for))):
        given.setdefault(row.moment_id, []).append(_release(row))
    waiting = {key for key, holds in held_for.items() if unsettled(holds, given.get(key, ()))}
    for before, after, ids in (
        (ClipState.READY, ClipState.HELD, waiting),
        (ClipState.HELD, ClipState.READY, held_for.keys() - waiting),
    ):
        session.execute(
            update(ClipRow)
            .where(col(ClipRow.moment_id).in_(ids), col(ClipRow.state) == before.value)
            .values(state=after.value)
        )


def hold_also(session: Session, moment_id: str, holds: Collection[Hold]) -> None:
    """Hold a moment for these reasons beside its own, and its clips as long as nobody agrees."""
    known = lock_moments(session, [moment_id])[moment_id]
    both = tuple(dict.fromkeys((*known, *holds)))
    if both != known:
        session.execute(
            update(MomentRow)
            .where(col(MomentRow.moment_id) == moment_id)
            .values(holds=_HOLDS.dump_python(both, mode="json"))
        )
        settle_clips(session, [moment_id])


def hold_as(session: Session, moment_id: str, other_id: str) -> None:
    """Hold a moment for what nobody has agreed to of another one that is shown by its clip."""
    holds = lock_moments(session, [moment_id, other_id])[other_id]
    hold_also(session, moment_id, unsettled(holds, releases_of(session, other_id)))


def lock_moments(session: Session, moment_ids: Collection[str]) -> dict[str, tuple[Hold, ...]]:
    """The moments' holds, which nobody else changes or agrees to before this session ends.

    Comes before any of their clips is touched. Without it a release and a clip that is just being
    saved would not see each other.
    """
    rows = session.exec(
        select(MomentRow.moment_id, MomentRow.holds)
        .where(col(MomentRow.moment_id).in_(moment_ids))
        .order_by(col(MomentRow.moment_id))
        # Not against the clips that are saved meanwhile, whose keys point here.
        .with_for_update(key_share=True)
    )
    return {moment_id: _HOLDS.validate_python(holds) for moment_id, holds in rows}


def _release(row: ReleaseRow) -> Release:
    return Release.model_validate(
        {**row.model_dump(exclude={"release_id", "moment_id"}), "holds": row.holds}
    )
