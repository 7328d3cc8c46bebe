"""What ``clipper release`` does."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime

from flows import console


def release_clip(clip_id: str, person: str, note: str, *, as_json: bool) -> None:
    """Record that a person agrees to what holds a clip, and print who has.

    Where somebody has agreed to the same before, that stays.

    :raises Rejected: There is no such clip, nothing holds it, or its proof failed.
    """
    from clipping.db import queries
    from tasks import verdicts
    from tasks.workplace import db_session

    verdicts.release(clip_id, person, note, datetime.now(UTC))
    with db_session() as session:
        clip = queries.clips.get_clip(session, clip_id)
        given = queries.releases.releases_of(session, clip.moment_id)
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
