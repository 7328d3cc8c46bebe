"""Change: what a person wanted to be other in a clip is noted, made, and put in its place."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any

from prefect import task

from clipping import progress
from clipping.db import queries
from clipping.errors import ClippingError, Rejected
from clipping.models import ChangeState, ClipChange, ClipEdit, ClipState, RenderChoices
from clipping.moments.bounds import Move
from clipping.publishing import changing
from clipping.rendering.choices import parse_framing
from tasks.experiments import move_ends
from tasks.render import find_clip
from tasks.retry import POLICY
from tasks.workplace import db_session, only_one, planning_of

_TELL_S = 2.0


@task(name="find change", **POLICY)
def find_change(change_id: str) -> ClipChange:
    """The change, of which whoever asks is at it from now on.

    :raises Rejected: There is none.
    """
    with db_session() as session:
        changing.note_progress(session, change_id, 0.0, datetime.now(UTC))
        return queries.changes.get_change(session, change_id)


def work_of(change: ClipChange) -> tuple[str, str, RenderChoices]:
    """What is to be rendered for a change: moment, transcript, choices.

    :raises Rejected: The talk does not allow it; the sentence says why.
    """
    edit = change.wanted
    moment_id, transcript_id, own = find_clip(change.clip_id)
    if edit.start or edit.end:
        move = Move(start=edit.start, end=edit.end)
        moment_id = move_ends(change.clip_id, transcript_id, move, edit.hook)
    return moment_id, transcript_id, choices_of(edit, RenderChoices.model_validate(own))


def choices_of(edit: ClipEdit, made: RenderChoices) -> RenderChoices:
    """The choices of a clip with what is to be other.

    :raises Rejected: A framing that is none.
    """
    changes: dict[str, Any] = {}
    if edit.style is not None:
        changes["style"] = edit.style
    if edit.framing is not None:
        try:
            changes["framing"] = tuple(parse_framing(text) for text in edit.framing)
        except ValueError as error:
            raise Rejected(f"The camera cannot do that: {error}.") from error
    look = edit.hook_style or ("plate" if made.hook_style == "none" else made.hook_style)
    if edit.hook == "":
        changes |= {"hook": None, "hook_style": "none"}
    elif edit.hook is not None:
        changes |= {"hook": edit.hook, "hook_style": look}
    elif edit.hook_style is not None:
        changes["hook_style"] = look
    return made.replace(**changes)


@task(name="settle change", **POLICY)
def settle_change(change_id: str, made_clip_id: str) -> str:
    """As :func:`changing.settle`; the id of the clip that is there now.

    :raises Rejected: The new film failed its proof.
    """
    with db_session() as session:
        client = queries.clips.get_clip(session, made_clip_id).client
    # No planner books a slot for it without the words that it is to have.
    with only_one(planning_of(client)), db_session() as session:
        done = changing.settle(session, change_id, made_clip_id, datetime.now(UTC))
        made = queries.clips.get_clip(session, made_clip_id)
    if done.state is ChangeState.FAILED and made.state is ClipState.FAILED_PROOF:
        raise Rejected(done.told)
    return made_clip_id


def fail_change(change_id: str, why: str) -> None:
    """As :func:`changing.fail`."""
    with db_session() as session:
        changing.fail(session, change_id, why, datetime.now(UTC))


class Teller:
    """Tells the page how far a change is, every few seconds at most."""

    def __init__(self, change_id: str) -> None:
        self._change_id = change_id
        self._told_at = 0.0

    def __call__(self, event: progress.Progress) -> None:
        """Hear of progress."""
        now = time.monotonic()
        if event.stage != "render" or now - self._told_at < _TELL_S:
            return
        self._told_at = now
        try:
            with db_session() as session:
                changing.note_progress(session, self._change_id, event.fraction, datetime.now(UTC))
        except ClippingError:
            # The work goes on; the page will hear of it next time.
            return
