"""The file of a post: its clip's own, or, where an account takes no such file, another size."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

from clipping.db import queries
from clipping.db.queries.posting_facts import PostingFacts
from clipping.errors import NeedsPerson
from clipping.models import (
    OUTPUT_HEIGHT_PX,
    OUTPUT_WIDTH_PX,
    Account,
    PlatformName,
    Post,
    PostFile,
    Proof,
    RenderedClip,
    RenderPlan,
)
from clipping.platforms.x_check import takes
from clipping.scratch import scratch_folder
from clipping.storage.base import hash_file
from clipping.storage.keys import clip_key
from tasks.workplace import db_session, files_held, media_store, only_one

_FULL = (OUTPUT_WIDTH_PX, OUTPUT_HEIGHT_PX)


def with_file(post: Post, account: Account) -> Post:
    """The post with the file that is sent for it, rendered for the account if need be.

    The same clip gives the same file, on whatever machine.
    """
    if post.file is not None:
        return post
    with db_session() as session:
        clip = queries.clips.get_clip(session, post.clip_id)
    size = size_for(account)
    if size == _FULL:
        key, sha256, size_bytes = clip.video_key, clip.video_sha256, clip.size_bytes
    else:
        key = _in_size(clip, size)
        with files_held():
            path = media_store().local_path(key)
            sha256, size_bytes = hash_file(path), path.stat().st_size
    file = _described(clip.plan, size).replace(sha256=sha256, size_bytes=size_bytes)
    return post.replace(file=file, file_key=key)


def local_file(post: Post) -> Path:
    """Where this machine has the file; it stays there while the caller holds the store's files."""
    return media_store().local_path(post.file_key)


def size_for(account: Account) -> tuple[int, int]:
    """Width and height of what the account takes."""
    if account.platform is not PlatformName.X:
        return _FULL
    most = takes(account.premium)
    return most.width_px, most.height_px


def _in_size(clip: RenderedClip, size: tuple[int, int]) -> str:
    """Key of the clip in another size, rendered from the same recipe when nobody has so far."""
    key = clip_key(clip.client, f"{clip.clip_id}-{size[0]}x{size[1]}", "mp4")
    store = media_store()
    if store.exists(key):
        return key
    with only_one(f"size:{key}"), scratch_folder("size") as folder:
        if not store.exists(key):
            out = folder / "clip.mp4"
            proof = _rendered(clip.clip_id, size, out)
            if not proof.passed:
                names = ", ".join(check.name for check in proof.failures)
                raise NeedsPerson(
                    f"{clip.clip_id} in {size[0]}x{size[1]} has not passed its proof: {names}."
                )
            store.put(out, key)
    return key


def _rendered(clip_id: str, size: tuple[int, int], out: Path) -> Proof:
    # Takes seconds to import, and most posts need no other size.
    from tasks.render import render_in_size

    return render_in_size.fn(clip_id, size, out)


def _described(plan: RenderPlan, size: tuple[int, int]) -> PostFile:
    hook_ms = (plan.hook.start_ms, plan.hook.end_ms) if plan.hook else None
    return _file(plan.fps, plan.frames, hook_ms, size)


def foreseen_file(clip: PostingFacts, account: Account) -> PostFile:
    """The file of a clip as the account will get it, before anybody has rendered it for it.

    In another size it will be smaller than the clip's own, whose size it is said to have.
    """
    made = _file(clip.fps, clip.frames, clip.hook_ms, size_for(account))
    return made.replace(sha256=clip.video_sha256, size_bytes=clip.size_bytes)


def _file(
    fps: str, frames: int, hook_ms: tuple[int, int] | None, size: tuple[int, int]
) -> PostFile:
    duration_ms = round(frames * 1000 / Fraction(fps))
    cover_ms = sum(hook_ms) // 2 if hook_ms else duration_ms // 3
    return PostFile(
        path="",
        size_bytes=0,
        duration_ms=duration_ms,
        width_px=size[0],
        height_px=size[1],
        fps=float(Fraction(fps)),
        sha256="",
        cover_ms=min(cover_ms, duration_ms),
    )
