"""What ``clipper approve`` and ``clipper reject`` do."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from rich.table import Table
from rich.text import Text

from clipping.models import Post
from flows import console
from flows.clients import refuse_unknown

if TYPE_CHECKING:
    from clipping.db.queries.waiting import WaitingClip
    from tasks.verdicts import Rejection

_MOST_LISTED: Final = 500


def show_waiting(client: str | None, *, as_json: bool) -> None:
    """List the clips that a person has to look at before they are posted.

    :raises Rejected: Nobody has heard of the client.
    """
    from clipping.db import queries
    from tasks.workplace import db_session

    with db_session() as session:
        refuse_unknown(session, client)
        # One more shows whether there are more.
        all_found = queries.waiting.waiting_clips(session, client, _MOST_LISTED + 1)
        found = all_found[:_MOST_LISTED]
        wanted = (
            client is None
            or queries.clients.editorial_policy(session, client).approval == "required"
        )
    if len(all_found) > len(found):
        first = f"These are the first {_MOST_LISTED} of more: decide on some to see the others."
        console.errors.print(first)
    if as_json:
        _write_json([_document(clip) for clip in found])
    elif found:
        console.output.print(_table(found))
        console.output.print("\nclipper approve CLIP_ID... --by NAME lets them be posted,")
        console.output.print("clipper reject CLIP_ID --by NAME --why TEXT keeps one from it.")
    else:
        console.output.print("No clip waits for a person.")
        if not wanted:
            console.output.print(
                f"{client} wants none approved: clipper policy {client} --set approval=required "
                "changes that."
            )


def _document(clip: WaitingClip) -> dict[str, Any]:
    return {
        "clip_id": clip.clip_id,
        "client": clip.client,
        "score": clip.score,
        "hook": clip.hook,
        "path": _place(clip),
        "waits_for": "release" if clip.holds else "approval",
        "holds": [hold.model_dump(mode="json") for hold in clip.holds],
    }


def _table(found: Sequence[WaitingClip]) -> Table:
    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column("client", no_wrap=True)
    table.add_column("score", justify="right", no_wrap=True)
    table.add_column("waits for", no_wrap=True)
    table.add_column("clip", overflow="fold")
    for clip in found:
        lines = [clip.hook, _place(clip), clip.clip_id]
        lines += [f"held: {hold.reason}" for hold in clip.holds]
        if clip.holds:
            lines.append(f"first: clipper release {clip.clip_id} --by NAME")
        waits = "release" if clip.holds else "approval"
        table.add_row(clip.client, str(clip.score), waits, Text("\n".join(lines)))
    return table


def _place(clip: WaitingClip) -> str:
    """Where its file lies: a path, or its key where the store is a bucket."""
    from clipping.settings import settings
    from clipping.storage.s3_place import s3_place

    chosen = settings()
    in_bucket = s3_place(chosen) is not None
    return clip.video_key if in_bucket else str(chosen.store_dir.absolute() / clip.video_key)


def approve_clips(clip_ids: Sequence[str], person: str, note: str, *, as_json: bool) -> None:
    """Note that a person wants clips posted: all of them, or none.

    :raises Rejected: One is not there, failed its proof, or is held.
    """
    from tasks import verdicts

    made = verdicts.approve(clip_ids, person, note, datetime.now(UTC))
    if as_json:
        _write_json([verdict.model_dump(mode="json") for verdict in made])
        return
    for verdict in made:
        console.output.print(f"{verdict.clip_id}: {verdict.sentence}")


def reject_clip(clip_id: str, person: str, why: str) -> None:
    """Note that a clip must not be posted, cancel what is planned of it, and plan those days anew.

    :raises Rejected: There is no such clip.
    """
    from tasks import verdicts

    rejection = verdicts.reject(clip_id, person, why, datetime.now(UTC))
    console.output.print(f"{clip_id}: {rejection.verdict.sentence}")
    filled = {
        change.slot_id: change.after
        for plan in rejection.plans
        for change in plan.changes
        if change.after
    }
    for post in rejection.cancelled:
        other = filled.get(post.slot_id or "")
        slot = f"Its slot has {other} now." if other else "Its slot is free."
        console.output.print(f"Cancelled: {_said(post, rejection)}. {slot}")
    for post in rejection.begun:
        console.output.print(
            f"Begun ({post.state.value}): {_said(post, rejection)}; {rejection.told(post)}"
        )
    if not (rejection.cancelled or rejection.begun):
        console.output.print("No post of it was planned.")


def _said(post: Post, rejection: Rejection) -> str:
    """Which post, where and when."""
    account = rejection.accounts[post.account_id]
    return f"{account.platform} @{account.handle}, {account.clock(post.due_at)} ({post.post_id})"


def _write_json(found: Any) -> None:
    sys.stdout.write(json.dumps(found, ensure_ascii=False, indent=2) + "\n")
