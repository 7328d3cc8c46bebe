"""What people change about clips."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, or_, text, update
from sqlmodel import Session, col, select

from clipping.db.queries.clients import client_id
from clipping.db.queries.naming import called
from clipping.db.queries.upsert import save_row
from clipping.db.tables import ClientRow, ClipChangeRow, ClipRow, MomentRow, VerdictRow
from clipping.errors import Rejected
from clipping.models import ChangeState, ClipChange, ClipEdit, OwnWords, PlatformName

OwnWordsOf = Mapping[PlatformName, OwnWords]

_OPEN = (ChangeState.ASKED.value, ChangeState.RENDERING.value)


def save_change(session: Session, change: ClipChange) -> None:
    """Keep a change as it is now; Broken where another one of its clip is under way."""
    values = {
        **change.model_dump(exclude={"wanted", "state"}),
        "wanted": change.wanted.model_dump(mode="json"),
        "state": change.state.value,
    }
    save_row(session, ClipChangeRow, values, found_by=("change_id",))


def get_change(session: Session, change_id: str, *, lock: bool = False) -> ClipChange:
    """The change, which nobody else settles before this session ends if it is locked.

    :raises Rejected: There is none.
    """
    wanted = select(ClipChangeRow).where(ClipChangeRow.change_id == change_id)
    row = session.exec(
        (wanted.with_for_update() if lock else wanted).execution_options(populate_existing=True)
    ).first()
    if row is None:
        raise Rejected(f"There is no change {change_id} in the database.")
    return _change(row)


def lock_clips(session: Session, clip_ids: Collection[str]) -> None:
    """Nobody else decides about these clips, or changes them, before this session ends."""
    # In one order everywhere, so that no two wait for each other.
    for clip_id in sorted(set(clip_ids)):
        session.execute(
            text("SELECT pg_advisory_xact_lock(hashtextextended(:clip, 0))"), {"clip": clip_id}
        )


def open_change(session: Session, clip_id: str) -> ClipChange | None:
    """What is under way with a clip, or None."""
    row = session.exec(
        select(ClipChangeRow).where(
            ClipChangeRow.clip_id == clip_id, col(ClipChangeRow.state).in_(_OPEN)
        )
    ).first()
    return None if row is None else _change(row)


def has_open_change(session: Session, clip_id: str) -> bool:
    """Whether a clip is being changed, also for a client's own people, who see no change itself."""
    seen = (
        select(ClipChangeRow.change_id)
        .where(ClipChangeRow.clip_id == clip_id, col(ClipChangeRow.state).in_(_OPEN))
        .exists()
    )
    # The function knows only who looks at a page; the owner of the tables sees the rows.
    asked = select(or_(seen, func.clipping.is_being_changed(clip_id)))
    return bool(session.exec(asked).one())


def changes_of(session: Session, clip_id: str, most: int) -> list[ClipChange]:
    """What was changed about a clip, and what it was made by; the latest first."""
    rows = session.exec(
        select(ClipChangeRow)
        .where(
            or_(
                col(ClipChangeRow.clip_id) == clip_id,
                col(ClipChangeRow.made_clip_id) == clip_id,
            )
        )
        .order_by(col(ClipChangeRow.asked_at).desc())
        .limit(most)
    )
    return [_change(row) for row in rows]


def is_made_by_a_change(session: Session, clip_id: str) -> bool:
    """Whether a clip is what came of a change, of itself or of another one."""
    wanted = select(ClipChangeRow.change_id).where(ClipChangeRow.made_clip_id == clip_id).limit(1)
    return session.exec(wanted).first() is not None


@dataclass(frozen=True)
class ChangeLine:
    """A change in a list."""

    change: ClipChange
    client: str
    title: str


def recent_changes(
    session: Session, client: str | None, since: datetime, most: int
) -> list[ChangeLine]:
    """What was asked for since then, of one client or of all; the latest first."""
    wanted = (
        select(ClipChangeRow, ClientRow.name, called(col(ClipRow.plan)))
        .join(ClipRow, col(ClipRow.clip_id) == col(ClipChangeRow.clip_id))
        .join(ClientRow, col(ClientRow.client_id) == col(ClipRow.client_id))
        .join(MomentRow, col(MomentRow.moment_id) == col(ClipRow.moment_id))
        .where(col(ClipChangeRow.asked_at) >= since)
        .order_by(col(ClipChangeRow.asked_at).desc(), col(ClipChangeRow.change_id))
        .limit(most)
    )
    if client is not None:
        wanted = wanted.where(ClipRow.client_id == client_id(client))
    return [ChangeLine(_change(row), name, title) for row, name, title in session.exec(wanted)]


def _change(row: ClipChangeRow) -> ClipChange:
    return ClipChange.model_validate(
        {**row.model_dump(), "wanted": ClipEdit.model_validate(row.wanted)}
    )


def own_words(session: Session, clip_id: str) -> OwnWordsOf:
    """What a person wrote beside a clip, by platforms."""
    found = session.exec(select(ClipRow.own_words).where(ClipRow.clip_id == clip_id)).first()
    return words_of_row(found)


def words_of_row(kept: Mapping[str, object] | None) -> OwnWordsOf:
    """The column ``own_words`` as values."""
    return {
        PlatformName(name): OwnWords.model_validate(words) for name, words in (kept or {}).items()
    }


def save_own_words(session: Session, clip_id: str, words: OwnWordsOf) -> None:
    """Keep what a person wrote beside a clip: all of it."""
    kept = {name.value: one.model_dump(mode="json") for name, one in words.items()}
    session.execute(
        update(ClipRow).where(col(ClipRow.clip_id) == clip_id).values(own_words=kept or None)
    )


def superseded_by(session: Session, clip_id: str) -> str | None:
    """The clip that was made of it, if any was."""
    wanted = select(ClipRow.superseded_by).where(ClipRow.clip_id == clip_id)
    return session.exec(wanted).first()


def supersede(session: Session, clip_id: str, made_clip_id: str) -> None:
    """Note that one clip takes another one's place, which may be what it was made of."""
    for one, other in ((clip_id, made_clip_id), (made_clip_id, None)):
        session.execute(
            update(ClipRow).where(col(ClipRow.clip_id) == one).values(superseded_by=other)
        )


def forget_verdicts(session: Session, clip_ids: Collection[str]) -> None:
    """Nobody has decided about these clips any more."""
    session.execute(delete(VerdictRow).where(col(VerdictRow.clip_id).in_(clip_ids)))
