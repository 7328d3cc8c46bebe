"""What ``clipper approve`` and ``clipper reject`` do."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from flows import console


def approve_clips(clip_ids: Sequence[str], person: str, note: str) -> None:
    """Note that a person wants clips posted: all of them, or none.

    :raises Rejected: One is not there, failed its proof, or is held.
    """
    from tasks import verdicts

    for verdict in verdicts.approve(clip_ids, person, note, datetime.now(UTC)):
        console.output.print(f"{verdict.clip_id}: {verdict.sentence}")


def reject_clip(clip_id: str, person: str, why: str) -> None:
    """Note that a clip must not be posted, cancel what is planned of it, and plan those days anew.

    :raises Rejected: There is no such clip.
    """
    from tasks import verdicts

    rejection = verdicts.reject(clip_id, person, why, datetime.now(UTC))
    console.output.print(f"{clip_id}: {rejection.verdict.sentence}")
    for post in rejection.cancelled:
        console.output.print(
            f"{post.post_id} is cancelled; it was due {post.due_at:%Y-%m-%d %H:%M}."
        )
    for post in rejection.begun:
        console.output.print(
            f"{post.post_id} has begun ({post.state.value}): {rejection.told(post)}"
        )
    for plan in rejection.plans:
        for change in plan.changes:
            if change.after:
                console.output.print(f"{plan.day}: {change.after} goes out instead.")
