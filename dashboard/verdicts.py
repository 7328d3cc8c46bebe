"""What reviewers do from their page: decide, change, start what was asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlmodel import Session

from clipping.db import queries
from clipping.db.locks import planning_of, stage_lock
from clipping.errors import ClippingError, Rejected
from clipping.models import ClipChange, ClipEdit, Decision, OwnWords, PlatformName, Verdict
from clipping.publishing import changing, deciding
from clipping.publishing.steps import may_be_public
from dashboard.actions import change, say
from dashboard.door.admission import database_url
from dashboard.door.person import person
from dashboard.reviewed import Reviewed, read
from dashboard.starting import start_change
from dashboard.words import many

_MOST = 100


def approve_shown(shown: Reviewed) -> bool:
    """Let the clip in front be posted, as it was shown."""

    def act(session: Session, by: str, now: datetime) -> str:
        seen = {shown.clip.clip_id: shown.verdict}
        if left := _to_decide(session, seen, by, Decision.APPROVED):
            _refuse_unseen(session, shown)
            deciding.approve(session, left, by, "", now)
        return "Approved."

    return change(act)


def approve(clip_ids: Sequence[str]) -> bool:
    """Let these clips be posted, of which nobody had decided: all of them, or none."""

    def act(session: Session, by: str, now: datetime) -> str:
        left = _to_decide(session, dict.fromkeys(clip_ids[:_MOST]), by, Decision.APPROVED)
        deciding.approve(session, left, by, "", now)
        return "Approved." if len(clip_ids) == 1 else f"{many(len(left), 'clip')} approved."

    return change(act)


def reject_shown(shown: Reviewed, why: str) -> bool:
    """Let the clip in front not be posted."""
    return _reject({shown.clip.clip_id: shown.verdict}, why)


def reject(clip_ids: Sequence[str], why: str) -> bool:
    """Let these clips not be posted, of which nobody had decided: all of them, or none."""
    return _reject(dict.fromkeys(clip_ids[:_MOST]), why)


def _reject(seen: Mapping[str, Verdict | None], why: str) -> bool:
    def act(session: Session, by: str, now: datetime) -> str:
        if not why:
            raise Rejected("Say why: whoever makes the next clips learns from it.")
        left = _to_decide(session, seen, by, Decision.REJECTED)
        staff = person().is_staff
        done = [deciding.reject(session, clip_id, by, why, now, posts=staff) for clip_id in left]
        told = "Rejected." if len(seen) == 1 else f"{many(len(done), 'clip')} rejected."
        if cancelled := sum(len(one.cancelled) for one in done):
            told += f" {many(cancelled, 'planned post')} cancelled."
        public = sum(may_be_public(post) for one in done for post in one.begun)
        if public:
            told += f" {many(public, 'post')} may be public already: take them down there."
        return told

    return change(act)


def _to_decide(
    session: Session, seen: Mapping[str, Verdict | None], by: str, wanted: Decision
) -> list[str]:
    """Those of some clips of which that has not been decided; nobody else does meanwhile.

    :param seen: What had been decided of each when it was shown.
    :raises Rejected: Somebody has decided otherwise since, or somebody else has.
    """
    queries.changes.lock_clips(session, seen)
    left = []
    for clip_id, verdict in seen.items():
        found = queries.verdicts.find_verdict(session, clip_id)
        if found == verdict:
            left.append(clip_id)
        elif found is None or (found.person, found.decision) != (by, wanted):
            told = "What was decided of it is taken back" if found is None else found.sentence
            raise Rejected(f"{clip_id} has changed since you saw it. {told}")
    return left


def _refuse_unseen(session: Session, shown: Reviewed) -> None:
    """Rejected where a clip is held for something else, or other words are beside it by now."""
    found = read(session, shown.clip.clip_id, staff=False)
    if found is None:
        return
    held = any(hold not in shown.card.waits_for for hold in found.card.waits_for)
    if held or found.mark != shown.mark:
        raise Rejected("Something of it has changed since you saw it: look at it once more.")


def release(shown: Reviewed) -> bool:
    """Agree to what holds the clip in front."""

    def act(session: Session, by: str, now: datetime) -> str:
        _refuse_clients()
        _refuse_unseen(session, shown)
        deciding.release(session, shown.clip.clip_id, by, "", now)
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
