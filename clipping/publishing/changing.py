"""What a person changes about a clip, in an open session: who opened it says whose there are.

Other words hold at once. Another film is another clip: from when it is asked for, the one that
there is may not be posted, and once it is rendered it takes that one's place.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from sqlmodel import Session

from clipping.captions import HOOK_STYLES, STYLES
from clipping.captions.hook import hook_fits
from clipping.copywriting import fit
from clipping.db import queries
from clipping.errors import Rejected
from clipping.models import (
    ChangeState,
    ClipChange,
    ClipEdit,
    ClipState,
    Draft,
    EditorialPolicy,
    OwnWords,
    PlatformName,
    Post,
    PostCopy,
    PostState,
    RenderedClip,
    Stage,
    Verdict,
    make_id,
)
from clipping.moments.guard import holds_phrase
from clipping.profanity import mask
from clipping.publishing import deciding, gates
from clipping.publishing.steps import may_be_public

_OVER: Final = (PostState.POSTED, PostState.CANCELLED)
_WORDS_LAST: Final = (PlatformName.X,)
"""They are sent with the last exchange of a post."""
_GIVEN_UP: Final = "the change that made it was given up"
_IN_PLACE: Final = "is there in its place"

SILENT_AFTER: Final = timedelta(minutes=2)
"""Whoever renders a change is not heard of for so long only when it has ended, or never began."""


def ask(
    session: Session,
    clip_id: str,
    edit: ClipEdit,
    by: str,
    now: datetime,
    *,
    seen: Mapping[PlatformName, OwnWords] | None = None,
) -> ClipChange:
    """Change the words beside a clip, or ask for another film of it, which somebody has to render.

    Whoever has approved it has approved something else.

    :param seen: The own words that were beside it for whoever wrote others; None where nobody saw.
    :raises Rejected: Nothing would be other, it is being changed already or was replaced, what
        is wanted cannot be shown, or somebody else has written other words meanwhile.
    """
    queries.changes.lock_clips(session, [clip_id])
    clip = queries.clips.get_clip(session, clip_id)
    deciding.refuse_replaced(session, clip_id)
    kept = queries.changes.own_words(session, clip_id)
    if seen is not None and any(kept.get(name) != seen.get(name) for name in edit.words):
        raise Rejected("Somebody else has changed these words meanwhile: read them, then write.")
    edit = _checked(edit, clip, queries.clients.editorial_policy(session, clip.client))
    change = ClipChange(
        change_id=make_id("change", clip_id, now, secrets.token_hex(8)),
        clip_id=clip_id,
        wanted=edit,
        by=by,
        asked_at=now,
        heard_at=now,
    )
    if edit.renders:
        queries.changes.save_change(session, change)
        _reject(session, clip_id, by, _being_changed(change), now)
        return change
    _forget(session, clip_id)
    reword(session, clip_id, change, now)
    done = change.replace(state=ChangeState.DONE, fraction=1.0, made_clip_id=clip_id)
    queries.changes.save_change(session, done)
    return done


def _being_changed(change: ClipChange) -> str:
    return f"{deciding.BEING_CHANGED}{change.wanted.told}"


def _reject(session: Session, clip_id: str, by: str, why: str, now: datetime) -> None:
    """Keep a clip from being posted; whoever has rejected it already has said why."""
    found = queries.verdicts.find_verdict(session, clip_id)
    if found is None or not found.rejects or _is_of_a_change(found):
        deciding.reject(session, clip_id, by, why, now)


def _forget(session: Session, clip_id: str) -> None:
    """What was approved is something else by now; what a person rejects stays rejected."""
    found = queries.verdicts.find_verdict(session, clip_id)
    if found is not None and (not found.rejects or _is_of_a_change(found)):
        queries.changes.forget_verdicts(session, [clip_id])


def _is_of_a_change(verdict: Verdict) -> bool:
    """Whether it rejects a clip because of a change, and not of anything in it."""
    if not verdict.rejects:
        return False
    replaced = verdict.why.partition(" ")[2].startswith(_IN_PLACE)
    return replaced or verdict.why == _GIVEN_UP or deciding.is_being_changed(verdict)


def _checked(edit: ClipEdit, clip: RenderedClip, policy: EditorialPolicy) -> ClipEdit:
    """The edit as it can be shown.

    :raises Rejected: It cannot.
    """
    if not edit.renders and not edit.words:
        raise Rejected("Nothing would be other than it is.")
    made = clip.plan.choices
    if edit.style is not None and edit.style not in STYLES:
        raise Rejected(f"There is no style {edit.style!r}; choose one of {', '.join(STYLES)}.")
    look = edit.hook_style or ("plate" if made.hook_style == "none" else made.hook_style)
    if look not in HOOK_STYLES:
        raise Rejected(f"There is no style {look!r}; choose one of {', '.join(HOOK_STYLES)}.")
    if edit.hook is None:
        return edit
    hook = mask(" ".join(edit.hook.split()))
    banned = next((word for word in policy.banned_words if holds_phrase(word, hook.split())), None)
    if banned is not None:
        raise Rejected(f"The hook holds {mask(banned)!r}, which {clip.client} has banned.")
    # Of a look that was given up nobody knows; whoever renders it says so.
    style = STYLES.get(edit.style or made.style)
    if hook and style is not None and not hook_fits(hook, style, look):
        raise Rejected(f"The hook {hook[:40]!r}… is too long to be shown; use fewer words.")
    return edit.replace(hook=hook)


def reword(session: Session, clip_id: str, change: ClipChange, now: datetime) -> None:
    """Put a change's words beside a clip, and into its posts that are surely not public.

    One of which other words were sent is given up: its slot is planned anew.
    """
    kept = {**queries.changes.own_words(session, clip_id), **change.wanted.words}
    if not kept:
        return
    queries.changes.save_own_words(session, clip_id, kept)
    clip = queries.posting_facts.posting_facts(session, [clip_id])[clip_id]
    policy = queries.clients.editorial_policy(session, clip.client).writing
    draft = (clip.draft or Draft(hook="", caption="")).replace(hook=clip.hook)
    for seen in queries.posts.posts(session, clip.client, clip_id=clip_id):
        post = queries.posts.get_post(session, seen.post_id, lock=True)
        own = kept.get(post.platform)
        if own is None or may_be_public(post) or post.state in _OVER:
            continue
        words = fit(own.over(draft), post.platform, policy)
        if words != post.words:
            # Who has it just now finds it taken away, and sends nothing more of it.
            after = _reworded(post, words, change.by)
            if after != post:
                queries.posts.save_post(session, post, after, now, by=change.by)


def _reworded(post: Post, words: PostCopy, by: str) -> Post:
    """The post with other words, or given up where its platform has others already."""
    if post.receipt.stage is Stage.NEW or post.platform in _WORDS_LAST:
        kept = post.note if post.state in (PostState.HELD, PostState.FAILED) else ""
        return post.replace(words=words, note=kept or f"{by} has changed its words.")
    if post.state is PostState.FAILED:
        return post
    return gates.cancelled(post, f"{by} has changed its words after others were sent.")


def settle(session: Session, change_id: str, made_clip_id: str, now: datetime) -> ClipChange:
    """A clip was rendered for a change: it takes the other one's place, and waits for a person.

    One that failed its proof does not. Where the change was given up meanwhile, what was rendered
    for it may not be posted.
    """
    change = _locked(session, change_id, made_clip_id)
    if not change.open:
        decided = queries.verdicts.find_verdict(session, made_clip_id) is not None
        # What another change has put in its place is wanted.
        new = not decided and not queries.changes.is_made_by_a_change(session, made_clip_id)
        if change.made_clip_id is None and new and made_clip_id != change.clip_id:
            deciding.reject(session, made_clip_id, change.by, _GIVEN_UP, now)
        return change
    made = queries.clips.get_clip(session, made_clip_id)
    if made.state is ClipState.FAILED_PROOF:
        why = f"The new film failed its proof: {deciding.failed_checks(made)}."
        return fail(session, change_id, why, now)
    _forget(session, made_clip_id)
    words = {**queries.changes.own_words(session, change.clip_id), **change.wanted.words}
    carried = change.replace(wanted=change.wanted.replace(words=words))
    reword(session, made_clip_id, carried, now)
    told = "It shows the same as before."
    if made_clip_id != change.clip_id:
        queries.changes.supersede(session, change.clip_id, made_clip_id)
        told = f"{made_clip_id} {_IN_PLACE}."
        why = f"{made_clip_id} {_IN_PLACE}: {change.wanted.told}"
        _reject(session, change.clip_id, change.by, why, now)
    done = change.replace(
        state=ChangeState.DONE, fraction=1.0, heard_at=now, told=told, made_clip_id=made_clip_id
    )
    queries.changes.save_change(session, done)
    return done


def _locked(session: Session, change_id: str, *also: str) -> ClipChange:
    """The change, about whose clip, and these, nobody else decides meanwhile."""
    # The clips come first, as for whoever asks for a change.
    queries.changes.lock_clips(
        session, [queries.changes.get_change(session, change_id).clip_id, *also]
    )
    return queries.changes.get_change(session, change_id, lock=True)


def fail(session: Session, change_id: str, why: str, now: datetime) -> ClipChange:
    """Nothing comes of a change: the clip waits for a person as it is."""
    change = _locked(session, change_id)
    if not change.open:
        return change
    verdict = queries.verdicts.find_verdict(session, change.clip_id)
    if verdict is not None and verdict.rejects and verdict.why == _being_changed(change):
        queries.changes.forget_verdicts(session, [change.clip_id])
    failed = change.replace(state=ChangeState.FAILED, heard_at=now, told=why)
    queries.changes.save_change(session, failed)
    return failed


def what_follows(session: Session, change: ClipChange) -> str:
    """What a person has to decide once it is made: one sentence."""
    clip_id = change.made_clip_id or change.clip_id
    verdict = queries.verdicts.find_verdict(session, clip_id)
    if verdict is not None and verdict.rejects and not _is_of_a_change(verdict) and not change.open:
        return "It stays rejected."
    policy = queries.clients.editorial_policy(
        session, queries.clips.get_clip(session, clip_id).client
    )
    if policy.approval == "not_needed":
        return "Its client wants no approval."
    return "It waits for approval afterwards." if change.open else "It waits for approval."


def note_progress(session: Session, change_id: str, fraction: float, now: datetime) -> None:
    """Whoever renders a change is at it."""
    change = queries.changes.get_change(session, change_id, lock=True)
    if change.open:
        at = change.replace(state=ChangeState.RENDERING, fraction=fraction, heard_at=now)
        queries.changes.save_change(session, at)


def start_anew(session: Session, change_id: str, by: str, now: datetime) -> ClipChange:
    """A change that nobody is at is asked for once more, by somebody who may want it.

    :raises Rejected: It is over, or somebody is at it.
    """
    change = queries.changes.get_change(session, change_id, lock=True)
    _refuse_unless_silent(change, now)
    again = change.replace(state=ChangeState.ASKED, fraction=0.0, heard_at=now, by=by)
    queries.changes.save_change(session, again)
    return again


def give_up(session: Session, change_id: str, by: str, now: datetime) -> ClipChange:
    """A change that nobody is at does not happen.

    :raises Rejected: It is over, or somebody is at it.
    """
    _refuse_unless_silent(_locked(session, change_id), now)
    return fail(session, change_id, f"{by} gave it up.", now)


def is_silent(change: ClipChange, now: datetime) -> bool:
    """Whether it is under way, and nobody seems to be at it."""
    return change.open and now - change.heard_at >= SILENT_AFTER


def _refuse_unless_silent(change: ClipChange, now: datetime) -> None:
    if not change.open:
        raise Rejected("This change is over by now.")
    if not is_silent(change, now):
        raise Rejected("This change is being rendered just now.")
