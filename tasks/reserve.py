"""Reserve: a clip gets a slot of an account, with the words that are sent for it."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from clipping.copywriting import fit
from clipping.db import queries
from clipping.errors import NeedsPerson, Rejected
from clipping.models import (
    Account,
    ClipState,
    EditorialPolicy,
    Post,
    PostingMethod,
    RenderedClip,
    SourceVideo,
    post_id,
)
from tasks.words import policy_of, words_beside


class Desk:
    """Makes posts within one session, and reads only once what many of them share."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._accounts: dict[str, Account] = {}
        self._sources: dict[str, SourceVideo] = {}
        self._policies: dict[str, EditorialPolicy] = {}
        self._clips: dict[str, RenderedClip] = {}

    def clip(self, clip_id: str) -> RenderedClip:
        """The clip.

        :raises Rejected: There is none.
        """
        if clip_id not in self._clips:
            self._clips[clip_id] = queries.get_clip(self._session, clip_id)
        return self._clips[clip_id]

    def new_post(
        self, clip_id: str, account_id: str, due_at: datetime, slot_id: str, reason: str = ""
    ) -> Post:
        """The post of a clip in a slot, its words fitted to the account's platform; not stored.

        :raises NeedsPerson: The account's owner has not agreed to posts.
        :raises Rejected: The clip has not passed its proof, is another client's, or its rights are
            not stated.
        """
        clip, account = self.clip(clip_id), self._account(account_id)
        source = self._source(clip.source_id)
        if account.client != clip.client:
            raise Rejected(
                f"{clip_id} is a clip of {clip.client}, and the account {account.client}'s."
            )
        if clip.state is not ClipState.READY or not clip.proof.passed:
            raise Rejected(f"{clip_id} has not passed its proof.")
        if not source.rights.stated:
            raise Rejected(f"The rights in {source.file_name} are not stated.")
        if account.consent is None:
            raise NeedsPerson(
                f"The owner of {account.platform} @{account.handle} has not agreed to posts: "
                f"clipper accounts consent {account_id} --owner NAME"
            )
        _, moment = queries.get_moment(self._session, clip.moment_id)
        policy = self._policy(clip.client)
        beside = words_beside(self._session, source, moment, policy)
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

    def _account(self, account_id: str) -> Account:
        if account_id not in self._accounts:
            self._accounts[account_id] = queries.get_account(self._session, account_id)
        return self._accounts[account_id]

    def _source(self, source_id: str) -> SourceVideo:
        if source_id not in self._sources:
            self._sources[source_id] = queries.get_source(self._session, source_id)
        return self._sources[source_id]

    def _policy(self, client: str) -> EditorialPolicy:
        if client not in self._policies:
            self._policies[client] = policy_of(self._session, client)
        return self._policies[client]


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

    Raises what :meth:`Desk.new_post` does.
    """
    post = Desk(session).new_post(clip_id, account_id, due_at, slot_id, reason)
    return post if queries.reserve_post(session, post, now) else None
