"""What posts are made of."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from clipping.db.queries.changes import OwnWordsOf, words_of_row
from clipping.db.queries.verdicts import VERDICT, is_approved, verdict_of
from clipping.db.tables import ClientRow, ClipRow, DraftRow, MomentRow, SourceRow, VerdictRow
from clipping.models import ClipState, Draft, Ground, Verdict


@dataclass(frozen=True)
class PostingFacts:
    """What of a clip a post is made of."""

    clip_id: str
    client: str
    moment_id: str
    source_id: str
    source_name: str
    may_be_posted: bool
    """Whether it is ready, and its proof passed."""
    rights_stated: bool
    hook: str
    draft: Draft | None
    """None where nobody has written anything beside its moment yet."""
    video_sha256: str
    size_bytes: int
    fps: str
    frames: int
    hook_ms: tuple[int, int] | None
    """When its hook is shown."""
    approved: bool = True
    """Whether it has the approval that its client wants, or needs none."""
    verdict: Verdict | None = None
    """What a person decided about it."""
    own_words: OwnWordsOf = field(default_factory=dict)
    """What a person wrote beside it, by platforms."""


def posting_facts(session: Session, clip_ids: Collection[str]) -> dict[str, PostingFacts]:
    """Of those of these clips that there are, by their ids; without their plans, which are long."""
    hook = col(ClipRow.plan)["hook"]
    rows = session.execute(
        select(
            col(ClipRow.clip_id),
            col(ClientRow.name),
            col(ClipRow.moment_id),
            col(ClipRow.source_id),
            col(SourceRow.file_name),
            col(ClipRow.state),
            col(ClipRow.proof)["passed"].as_boolean(),
            col(SourceRow.rights_ground),
            col(MomentRow.hook),
            col(DraftRow.draft),
            col(ClipRow.video_sha256),
            col(ClipRow.size_bytes),
            col(ClipRow.plan)["fps"].as_string(),
            col(ClipRow.plan)["frames"].as_integer(),
            hook["start_ms"].as_integer(),
            hook["end_ms"].as_integer(),
            col(ClipRow.own_words),
            is_approved(),
            *VERDICT,
        )
        .join(ClientRow, col(ClientRow.client_id) == col(ClipRow.client_id))
        .join(MomentRow, col(MomentRow.moment_id) == col(ClipRow.moment_id))
        .join(SourceRow, col(SourceRow.source_id) == col(ClipRow.source_id))
        .join(DraftRow, col(DraftRow.moment_id) == col(ClipRow.moment_id), isouter=True)
        .join(VerdictRow, col(VerdictRow.clip_id) == col(ClipRow.clip_id), isouter=True)
        .where(col(ClipRow.clip_id).in_(clip_ids))
    ).all()
    return {row[0]: _facts(*row) for row in rows}


def _facts(
    clip_id: str,
    client: str,
    moment_id: str,
    source_id: str,
    source_name: str,
    state: str,
    passed: bool,
    ground: str,
    hook: str,
    draft: dict[str, Any] | None,
    video_sha256: str,
    size_bytes: int,
    fps: str,
    frames: int,
    hook_start_ms: int | None,
    hook_end_ms: int | None,
    own_words: dict[str, Any] | None,
    approved: bool | None,
    *verdict: Any,
) -> PostingFacts:
    shown = None if hook_start_ms is None or hook_end_ms is None else (hook_start_ms, hook_end_ms)
    return PostingFacts(
        clip_id=clip_id,
        client=client,
        moment_id=moment_id,
        source_id=source_id,
        source_name=source_name,
        may_be_posted=state == ClipState.READY.value and passed,
        rights_stated=ground != Ground.UNSTATED.value,
        hook=hook,
        draft=None if draft is None else Draft.model_validate(draft),
        video_sha256=video_sha256,
        size_bytes=size_bytes,
        fps=fps,
        frames=frames,
        hook_ms=shown,
        approved=bool(approved),
        verdict=verdict_of(clip_id, *verdict),
        own_words=words_of_row(own_words),
    )
