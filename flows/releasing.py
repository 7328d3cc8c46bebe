"""What ``clipper release`` does."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime

from clipping.errors import Rejected
from clipping.models import ClipState, Moment, Release, RenderedClip, unsettled
from flows import console


def release_clip(clip_id: str, person: str, note: str, *, as_json: bool) -> None:
    """Record that a person agrees to what holds a clip, and print who has.

    Where somebody has agreed to the same before, that stays.

    :raises Rejected: There is no such clip, nothing holds it, or its proof failed.
    """
    from clipping.db import queries
    from tasks.workplace import db_session

    with db_session() as session:
        clip = queries.get_clip(session, clip_id)
        _, moment = queries.get_moment(session, clip.moment_id)
        given = queries.releases_of(session, clip.moment_id)
        _check_held(clip, moment)
        if unsettled(moment.holds, given):
            new = Release(
                clip_id=clip_id,
                holds=moment.holds,
                person=person,
                note=note,
                released_at=datetime.now(UTC),
            )
            queries.save_release(session, clip.moment_id, new)
            given = queries.releases_of(session, clip.moment_id)
            clip = queries.get_clip(session, clip_id)
    if as_json:
        told = {
            "clip_id": clip_id,
            "state": clip.state.value,
            "releases": [release.model_dump(mode="json") for release in given],
        }
        sys.stdout.write(json.dumps(told, ensure_ascii=False, indent=2) + "\n")
        return
    console.output.print(f"{clip_id} is {console.STATES[clip.state]}.")
    for release in given:
        console.output.print(f"Released {console.released(release)}")
        for hold in release.holds:
            console.output.print(f"  {hold.reason}")


def _check_held(clip: RenderedClip, moment: Moment) -> None:
    if clip.state is ClipState.FAILED_PROOF:
        failed = ", ".join(check.name for check in clip.proof.failures)
        raise Rejected(f"{clip.clip_id} failed its proof ({failed}): it cannot be released.")
    if not moment.held:
        raise Rejected(f"{clip.clip_id} is not held: there is nothing to agree to.")
