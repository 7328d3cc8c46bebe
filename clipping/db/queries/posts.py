"""Posts: reserved once, claimed by one process at a time, and every change of them written down."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from pydantic import SecretStr
from sqlalchemy import func, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col, select

from clipping.db.queries.clients import client_id
from clipping.db.queries.sealed import place
from clipping.db.tables import ClientRow, PostEventRow, PostRow
from clipping.db.tables.posts import OVER
from clipping.errors import Rejected
from clipping.models import PlatformName, Post, PostEvent, PostState, Receipt
from clipping.vault import Vault

_JOB = {"words", "disclosure", "consent", "inbox", "marker", "file"}
_OTHER = {"client_id", "job", "handle", "receipt", "stage", "leased_by", "lease_until"}
_NOT_STORED = {"file": {"path", "url"}}
"""Where a file lies differs by machine, and its address may be signed."""


def reserve_post(session: Session, post: Post, at: datetime) -> bool:
    """Book a slot for a clip; False when the slot, or the clip there, is somebody's already.

    :param at: Now, for the log.
    """
    return post.post_id in reserve_posts(session, [post], at)


def reserve_posts(session: Session, posts: Collection[Post], at: datetime) -> set[str]:
    """Book a slot for each clip, all in two statements; the ids of those that were booked.

    The slot of each other one, or its clip there, is somebody's already.

    :param at: Now, for the log.
    """
    if not posts:
        return set()
    # In one order everywhere, so that two who reserve at a time cannot deadlock.
    ordered = sorted(posts, key=lambda post: post.post_id)
    ids = {name: client_id(name) for name in {post.client for post in posts}}
    booked = session.execute(
        insert(PostRow).on_conflict_do_nothing().returning(col(PostRow.post_id)),
        [{"client_id": ids[post.client], "handle": None, **_new_row(post)} for post in ordered],
    ).scalars()
    made = set(booked)
    if made:
        events = [_event(None, post, at, "") for post in ordered if post.post_id in made]
        session.execute(insert(PostEventRow), events)
    return made


def _new_row(post: Post) -> dict[str, Any]:
    return {
        **_values(post),
        "post_id": post.post_id,
        "account_id": post.account_id,
        "platform": post.platform.value,
        "clip_id": post.clip_id,
        "moment_id": post.moment_id,
        "source_id": post.source_id,
    }


def save_post(
    session: Session,
    before: Post,
    after: Post,
    at: datetime,
    *,
    vault: Vault | None = None,
    who: str | None = None,
    lease_until: datetime | None = None,
    by: str = "",
) -> bool:
    """Keep what changed, and write it down; False when another process has the post by now.

    :param vault: Needed where the receipt has changed.
    :param who: Whose it has to be; None takes it from whoever has it, whose next save is refused.
    :param lease_until: Until when it stays theirs; None lets it go.
    :param by: Who did it, when it was a person.
    """
    values = _values(after)
    if after.receipt.handle != before.receipt.handle:
        values["handle"] = _sealed(vault, after)
    wanted = update(PostRow).where(col(PostRow.post_id) == after.post_id)
    if who is not None:
        wanted = wanted.where(col(PostRow.leased_by) == who)
    done = session.execute(
        wanted.values(
            **values, leased_by=who if lease_until else None, lease_until=lease_until
        ).returning(col(PostRow.post_id))
    ).first()
    if done is None:
        return False
    _note(session, before, after, at, by)
    return True


def get_post(
    session: Session, post_id: str, *, vault: Vault | None = None, lock: bool = False
) -> Post:
    """The post; without the vault its receipt has no handle.

    :raises Rejected: There is none.
    """
    wanted = select(PostRow).where(PostRow.post_id == post_id)
    row = session.exec(
        (wanted.with_for_update() if lock else wanted).execution_options(populate_existing=True)
    ).first()
    if row is None:
        raise Rejected(f"There is no post {post_id}; `clipper posts list` shows them.")
    return _posts(session, [row], vault)[0]


def posts(
    session: Session,
    client: str | None = None,
    *,
    platform: PlatformName | None = None,
    account_id: str | None = None,
    source_id: str | None = None,
    clip_id: str | None = None,
    states: Collection[PostState] = (),
    since: datetime | None = None,
    until: datetime | None = None,
    most: int | None = None,
) -> list[Post]:
    """Posts in the order of their times, without their handles; ``until`` is exclusive."""
    wanted = select(PostRow).order_by(col(PostRow.due_at), col(PostRow.post_id)).limit(most)
    if client is not None:
        wanted = wanted.where(PostRow.client_id == client_id(client))
    if platform is not None:
        wanted = wanted.where(PostRow.platform == platform.value)
    if account_id is not None:
        wanted = wanted.where(PostRow.account_id == account_id)
    if source_id is not None:
        wanted = wanted.where(PostRow.source_id == source_id)
    if clip_id is not None:
        wanted = wanted.where(PostRow.clip_id == clip_id)
    if states:
        wanted = wanted.where(col(PostRow.state).in_([state.value for state in states]))
    if since is not None:
        wanted = wanted.where(col(PostRow.due_at) >= since)
    if until is not None:
        wanted = wanted.where(col(PostRow.due_at) < until)
    return _posts(session, session.exec(wanted).all(), None)


def next_reserved(session: Session) -> Post | None:
    """The reserved post that is looked at first, without its handle; None when there is none."""
    row = session.exec(
        select(PostRow)
        .where(PostRow.state == PostState.RESERVED.value)
        .order_by(func.coalesce(PostRow.next_at, PostRow.due_at), col(PostRow.post_id))
        .limit(1)
    ).first()
    return None if row is None else _posts(session, [row], None)[0]


def taken_by_others(session: Session, post: Post) -> tuple[bool, bool]:
    """Whether other posts have (its clip on its platform, its slot), of those that live."""
    others = select(PostRow.post_id).where(
        PostRow.post_id != post.post_id,
        col(PostRow.state).not_in([state.value for state in OVER]),
    )
    clip = others.where(PostRow.clip_id == post.clip_id, PostRow.platform == post.platform.value)
    slot = others.where(PostRow.account_id == post.account_id, PostRow.slot_id == post.slot_id)
    return session.exec(clip).first() is not None, session.exec(slot).first() is not None


def post_events(session: Session, post_id: str) -> list[PostEvent]:
    """All that happened to the post, in order."""
    rows = session.exec(
        select(PostEventRow)
        .where(PostEventRow.post_id == post_id)
        .order_by(col(PostEventRow.event_id))
    )
    return [PostEvent.model_validate(row.model_dump(exclude={"event_id"})) for row in rows]


def _values(post: Post) -> dict[str, Any]:
    """The columns that change, but for the handle."""
    return {
        "slot_id": post.slot_id,
        "due_at": post.due_at,
        "reason": post.reason,
        "state": post.state.value,
        "job": post.model_dump(mode="json", include=_JOB, exclude=_NOT_STORED),
        "file_key": post.file_key,
        "stage": post.receipt.stage.value,
        "receipt": post.receipt.model_dump(mode="json", exclude={"handle"}),
        "next_at": post.next_at,
        "attempts": post.attempts,
        "begun": post.begun,
        "renewed": post.renewed,
        "begun_at": post.begun_at,
        "posted_at": post.posted_at,
        "failure": None if post.failure is None else post.failure.model_dump(mode="json"),
        "note": post.note,
        "gone": post.gone,
    }


def _sealed(vault: Vault | None, post: Post) -> str | None:
    if not post.receipt.handle:
        return None
    if vault is None:
        raise ValueError("a handle is stored only sealed")
    return vault.seal(
        SecretStr(json.dumps(post.receipt.handle)), place("posts", "handle", post.post_id)
    )


def _posts(session: Session, rows: Iterable[PostRow], vault: Vault | None) -> list[Post]:
    rows = list(rows)
    names = clients_of(session, rows)
    return [post_of_row(row, names[row.client_id], vault) for row in rows]


def clients_of(session: Session, rows: Collection[PostRow]) -> dict[str, str]:
    """The names of the clients of these rows, by their ids."""
    ids = {row.client_id for row in rows}
    named = select(ClientRow.client_id, ClientRow.name).where(col(ClientRow.client_id).in_(ids))
    return dict(session.exec(named).all()) if ids else {}


def post_of_row(row: PostRow, client: str, vault: Vault | None) -> Post:
    """The post that a row holds; without the vault its receipt has no handle."""
    handle: dict[str, str] = {}
    # Pages may not even ask for it.
    if vault is not None and row.handle is not None:
        opened = vault.open(row.handle, place("posts", "handle", row.post_id))
        handle = json.loads(opened.get_secret_value())
    file = row.job["file"]
    return Post.model_validate(
        {
            **row.model_dump(exclude=_OTHER | {"reserved_at"}),
            **row.job,
            "file": None if file is None else {**file, "path": ""},
            "client": client,
            "receipt": Receipt.model_validate({**row.receipt, "handle": handle}),
        }
    )


def _note(session: Session, before: Post | None, after: Post, at: datetime, by: str) -> None:
    """Write down what is new to people: a state, a stage, a sentence."""
    told = after.failure.sentence if after.failure else after.note
    if before is not None and not by:
        was = before.failure.sentence if before.failure else before.note
        same_stage = before.receipt.stage is after.receipt.stage
        if before.state is after.state and same_stage and was == told:
            return
    session.execute(insert(PostEventRow).values(_event(before, after, at, by)))


def _event(before: Post | None, after: Post, at: datetime, by: str) -> dict[str, Any]:
    return {
        "post_id": after.post_id,
        "at": at,
        "before": before.state.value if before else "",
        "after": after.state.value,
        "stage": after.receipt.stage.value,
        "sentence": after.failure.sentence if after.failure else after.note,
        "by": by,
    }
