"""How a client's own clips stand, in words that need no explanation. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from clipping.db.queries.own_clips import OwnClip, OwnPost
from dashboard.words import Chip, Tone, account_name, local, many

_WAITS: Final = Chip("waits for you", Tone.WARN)
_LOOKED_AT: Final = Chip("being checked", Tone.CALM)
_REPLACED: Final = Chip("replaced", Tone.CALM)
_REJECTED: Final = Chip("not wanted", Tone.CALM)
_POSTED: Final = Chip("posted", Tone.GOOD)
_COMING: Final = Chip("planned", Tone.BUSY)
_APPROVED: Final = Chip("approved", Tone.GOOD)
_READY: Final = Chip("ready", Tone.GOOD)


def waits_for_them(clip: OwnClip) -> bool:
    """Whether a clip waits for the client's own word."""
    return clip.wants_approval and clip.verdict is None and not clip.held and not clip.replaced


def chip(clip: OwnClip, posts: Sequence[OwnPost]) -> Chip:
    """How a clip stands, in a word."""
    if any(post.is_posted for post in posts):
        return _POSTED
    if clip.replaced:
        return _REPLACED
    if clip.verdict is not None and clip.verdict.rejects:
        return _REJECTED
    if clip.held:
        return _LOOKED_AT
    if waits_for_them(clip):
        return _WAITS
    if posts:
        return _COMING
    return _APPROVED if clip.verdict is not None else _READY


def said(clip: OwnClip, posts: Sequence[OwnPost]) -> str:
    """The same in a sentence."""
    public = [post for post in posts if post.is_posted]
    if public:
        latest = public[-1]
        more = f" and {many(len(public) - 1, 'more', 'more')}" if len(public) > 1 else ""
        return f"On {account_name(latest.platform, latest.handle)}{more}."
    if clip.replaced:
        return "Another version of it is there in its place. This one is not posted."
    if clip.verdict is not None and clip.verdict.rejects:
        return f"{clip.verdict.sentence} It is not posted."
    if clip.held:
        return "One of us looks at it first."
    if waits_for_them(clip):
        return "It is posted once you have approved it."
    if posts:
        first = posts[0]
        when = local(first.at, first.timezone)
        more = f", and {many(len(posts) - 1, 'more place', 'more places')}" if posts[1:] else ""
        return f"{when} on {account_name(first.platform, first.handle)}{more}."
    return "It has no time yet: the next plan gives it one, or a later one."
