"""Reserve: a clip gets a slot of an account, with the words that are sent for it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from sqlmodel import Session

from clipping.copywriting import fit
from clipping.db import queries
from clipping.db.queries.posting_facts import PostingFacts
from clipping.errors import NeedsPerson, Rejected
from clipping.models import (
    Account,
    Draft,
    EditorialPolicy,
    Post,
    PostingMethod,
    post_id,
)
from tasks.words import policy_of, words_beside


class Desk:
    """Makes posts within one session, and reads at once what many of them are made of.

    :param accounts: Those that are known already.
    """

    def __init__(self, session: Session, accounts: Iterable[Account] = ()) -> None:
        self._session = session
        self._accounts = {account.account_id: account for account in accounts}
        self._policies: dict[str, EditorialPolicy] = {}
        self._clips: dict[str, PostingFacts] = {}

    def read(self, clip_ids: Collection[str]) -> None:
        """Have these clips at hand."""
        self._clips |= queries.posting_facts.posting_facts(self._session, clip_ids)

    def clip(self, clip_id: str) -> PostingFacts:
        """The clip.

        :raises Rejected: There is none.
        """
        if clip_id not in self._clips:
            self.read([clip_id])
        if clip_id not in self._clips:
            raise Rejected(f"There is no clip {clip_id} in the database.")
        return self._clips[clip_id]

    def new_post(
        self, clip_id: str, account_id: str, due_at: datetime, slot_id: str, reason: str = ""
    ) -> Post:
        """The post of a clip in a slot, its words fitted to the account's platform; not stored.

        :raises NeedsPerson: The account's owner has not agreed to posts.
        :raises Rejected: The clip has not passed its proof, is another client's, its rights are
            not stated, or a person has rejected it, or not approved it although its client wants
            that.
        """
        clip, account = self.clip(clip_id), self._account(account_id)
        if account.client != clip.client:
            raise Rejected(
                f"{clip_id} is a clip of {clip.client}, and the account {account.client}'s."
            )
        if not clip.may_be_posted:
            raise Rejected(f"{clip_id} has not passed its proof.")
        if not clip.rights_stated:
            raise Rejected(f"The rights in {clip.source_name} are not stated.")
        _check_verdict(clip)
        if account.consent is None:
            raise NeedsPerson(
                f"The owner of {account.platform} @{account.handle} has not agreed to posts: "
                f"clipper accounts consent {account_id} {account.consent_options}"
            )
        policy = self._policy(clip.client)
        draft = self._draft(clip, policy)
        own = clip.own_words.get(account.platform)
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
            words=fit(own.over(draft) if own else draft, account.platform, policy.writing),
            disclosure=account.disclosure,
            consent=account.consent,
            inbox=account.method is PostingMethod.INBOX,
            marker=f"c{made.removeprefix('post_')[:8]}",
        )

    def _draft(self, clip: PostingFacts, policy: EditorialPolicy) -> Draft:
        if clip.draft is not None:
            return clip.draft.replace(hook=clip.hook)
        source = queries.sources.get_source(self._session, clip.source_id)
        _, moment = queries.detections.get_moment(self._session, clip.moment_id)
        return words_beside(self._session, source, moment, policy).writing.draft

    def _account(self, account_id: str) -> Account:
        if account_id not in self._accounts:
            self._accounts[account_id] = queries.accounts.get_account(self._session, account_id)
        return self._accounts[account_id]

    def _policy(self, client: str) -> EditorialPolicy:
        if client not in self._policies:
            self._policies[client] = policy_of(self._session, client)
        return self._policies[client]


def _check_verdict(clip: PostingFacts) -> None:
    if clip.verdict and clip.verdict.rejects:
        raise Rejected(f"{clip.clip_id} may not be posted: {clip.verdict.sentence}")
    if not clip.approved:
        raise Rejected(
            f"{clip.clip_id} waits for approval: clipper approve {clip.clip_id} --by NAME"
        )


def new_post(
    session: Session,
    clip_id: str,
    account_id: str,
    due_at: datetime,
    slot_id: str,
    reason: str = "",
) -> Post:
    """One post, as :meth:`Desk.new_post` makes it."""
    return Desk(session).new_post(clip_id, account_id, due_at, slot_id, reason)


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
    post = new_post(session, clip_id, account_id, due_at, slot_id, reason)
    return post if queries.posts.reserve_post(session, post, now) else None
