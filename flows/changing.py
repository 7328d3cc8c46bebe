"""What ``clipper change`` does."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from clipping.models import ClipChange, ClipEdit, PlatformName
from flows import console


def captions_of(texts: Sequence[str]) -> dict[PlatformName, str]:
    """The texts beside a clip by their platforms.

    :raises ValueError: One is not of the form ``PLATFORM=TEXT``.
    """
    found = {}
    for text in texts:
        name, sign, caption = text.partition("=")
        if not sign or name not in set(PlatformName):
            known = ", ".join(PlatformName)
            raise ValueError(f"--caption {text!r}: write PLATFORM=TEXT, with one of {known}")
        found[PlatformName(name)] = caption.strip()
    return found


def change_clip_as(
    clip_id: str,
    edit: ClipEdit,
    captions: Mapping[PlatformName, str],
    person: str,
    *,
    as_json: bool,
) -> None:
    """Change a clip as somebody wants, render it where that is needed, and say what came of it.

    :raises Rejected: There is no such clip, or what is wanted cannot be had.
    """
    from clipping.db import queries
    from clipping.publishing import changing
    from tasks.words import own_with
    from tasks.workplace import db_session, only_one, planning_of

    with db_session() as session:
        client = queries.clips.get_clip(session, clip_id).client
    # No planner books a slot with words that it has read before.
    with only_one(planning_of(client)), db_session() as session:
        words = own_with(session, clip_id, captions)
        wanted = edit.replace(words=words)
        asked = changing.ask(session, clip_id, wanted, person, datetime.now(UTC))
    done = _rendered(asked) if asked.open else asked
    with db_session() as session:
        follows = changing.what_follows(session, done)
    if as_json:
        sys.stdout.write(f"{json.dumps(done.model_dump(mode='json'), indent=2)}\n")
        return
    console.output.print(f"{clip_id}: {done.told or 'its words are changed.'} {follows}")


def _rendered(change: ClipChange) -> ClipChange:
    from clipping.db import queries
    from flows.local_run import local_run
    from tasks.workplace import db_session

    with console.showing_progress(), local_run():
        from flows.change import change_clip

        change_clip(change.change_id)
    with db_session() as session:
        return queries.changes.get_change(session, change.change_id)
