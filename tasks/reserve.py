"""Reserve: a clip gets a slot of an account, with the words that are sent for it."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from clipping.copywriting import fit
from clipping.db import queries
from clipping.errors import NeedsPerson, Rejected
from clipping.models import ClipState, Post, PostingMethod, post_id
from tasks.words import words_beside


def new_post(
    session: Session,
    clip_id: str,
    account_id: str,
    due_at: datetime,
    slot_id: str,
    reason: str = "",
) -> Post:
    """The post of a clip in a slot, its words fitted to the account's platform; not stored.

    :raises NeedsPerson: The account's owner has not agreed to posts.
    :raises Rejected: The clip has not passed its proof, is another client's, or its rights are not
        stated.
    """
    clip = queries.get_clip(session, clip_id)
    account = queries.get_account(session, account_id)
    source = queries.get_source(session, clip.source_id)
    if account.client != clip.client:
        raise Rejected(f"{clip_id} is a clip of {clip.client}, and the account {account.client}'s.")
    if clip.state is not ClipState.READY or not clip.proof.passed:
        raise Rejected(f"{clip_id} has not passed its proof.")
    if not source.rights.stated:
        raise Rejected(f"The rights in {source.file_name} are not stated.")
    if account.consent is None:
        raise NeedsPerson(
            f"The owner of {account.platform} @{account.handle} has not agreed to posts: "
            f"clipper accounts consent {account_id} --owner NAME"
        )
    _, moment = queries.get_moment(session, clip.moment_id)
    beside = words_beside(session, source, moment)
    made = post_id(account_id, clip_id, slot_id)
    return Post(
        post_id=made,
        client=clip.client,
        account_id=account_id,
        platform=account.platform,
        clip_id=clip_id,
        moment_id=clip.moment_id,
        source_id=clip.source_id,
        slot_id=slot_id,
        due_at=due_at,
        next_at=due_at,
        reason=reason,
        words=fit(beside.writing.draft, account.platform, beside.policy),
        disclosure=account.disclosure,
        consent=account.consent,
        inbox=account.method is PostingMethod.INBOX,
        marker=f"c{made.removeprefix('post_')[:8]}",
    )


def reserve(
    session: Session,
    clip_id: str,
    account_id: str,
    due_at: datetime,
    slot_id: str,
    now: datetime,
    reason: str = "",
) -> Post | None:
    """Book the slot; None when it, or the clip on that platform, is taken.

    Raises what :func:`new_post` does.
    """
    post = new_post(session, clip_id, account_id, due_at, slot_id, reason)
    return post if queries.reserve_post(session, post, now) else None
