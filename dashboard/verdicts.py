"""What reviewers do from their page: decide, change, start what was asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlmodel import Session

from clipping.db import queries
from clipping.db.locks import planning_of, stage_lock
from clipping.errors import ClippingError, Rejected
from clipping.models import ClipChange, ClipEdit, OwnWords, PlatformName
from clipping.publishing import changing, deciding
from clipping.publishing.steps import may_be_public
from dashboard.actions import change, say
from dashboard.door.admission import database_url
from dashboard.door.person import person
from dashboard.starting import start_change
from dashboard.words import many

_MOST = 100


def approve(clip_ids: Sequence[str]) -> bool:
    """Let these clips be posted: all of them, or none."""

    def act(session: Session, by: str, now: datetime) -> str:
        done = deciding.approve(session, clip_ids[:_MOST], by, "", now)
        return "Approved." if len(done) == 1 else f"{many(len(done), 'clip')} approved."

    return change(act)


def reject(clip_ids: Sequence[str], why: str) -> bool:
    """Let these clips not be posted: all of them, or none."""
    staff = person().is_staff

    def act(session: Session, by: str, now: datetime) -> str:
        if not why:
            raise Rejected("Say why: whoever makes the next clips learns from it.")
        queries.changes.lock_clips(session, clip_ids[:_MOST])
        done = [
            deciding.reject(session, clip_id, by, why, now, posts=staff)
            for clip_id in clip_ids[:_MOST]
        ]
        told = "Rejected." if len(done) == 1 else f"{many(len(done), 'clip')} rejected."
        if cancelled := sum(len(one.cancelled) for one in done):
            told += f" {many(cancelled, 'planned post')} cancelled."
        public = sum(may_be_public(post) for one in done for post in one.begun)
        if public:
            told += f" {many(public, 'post')} may be public already: take them down there."
        return told

    return change(act)


def release(clip_id: str, note: str) -> bool:
    """Agree to what holds a clip."""

    def act(session: Session, by: str, now: datetime) -> str:
        _refuse_clients()
        deciding.release(session, clip_id, by, note, now)
        return "Released: clips of this moment may be used from now on."

    return change(act)


def edit(
    clip_id: str,
    client: str,
    wanted: ClipEdit,
    *,
    seen: Mapping[PlatformName, OwnWords] | None = None,
) -> bool:
    """Change a clip; where another film of it is wanted, it is begun at once.

    :param seen: As :func:`changing.ask` compares them.
    """
    asked: list[ClipChange] = []

    def act(session: Session, by: str, now: datetime) -> str:
        _refuse_clients()
        asked.append(changing.ask(session, clip_id, wanted, by, now, seen=seen))
        follows = changing.what_follows(session, asked[0])
        if not asked[0].open:
            return f"Its words are changed. {follows}"
        return f"It is rendered again ({asked[0].wanted.told}). {follows}"

    try:
        # No planner books a slot with words that it has read before.
        with stage_lock(database_url(), planning_of(client)):
            done = change(act)
    except ClippingError as error:
        say(str(error), done=False)
        return False
    return done and _started(asked)


def start_anew(change_id: str) -> bool:
    """Begin a change once more that nobody is at."""
    asked: list[ClipChange] = []

    def act(session: Session, by: str, now: datetime) -> str:
        _refuse_clients()
        asked.append(changing.start_anew(session, change_id, by, now))
        return "It is begun once more."

    return change(act) and _started(asked)


def give_up(change_id: str) -> bool:
    """Let a change not happen that nobody is at."""

    def act(session: Session, by: str, now: datetime) -> str:
        _refuse_clients()
        changing.give_up(session, change_id, by, now)
        return "It is given up: the clip waits as it was."

    return change(act)


def _started(asked: Sequence[ClipChange]) -> bool:
    # Only now is what was asked for there for another process.
    for one in asked:
        if one.open:
            start_change(one.change_id)
    return True


def _refuse_clients() -> None:
    if not person().is_staff:
        raise Rejected("Only who works for the client changes its clips; tell them what you want.")
