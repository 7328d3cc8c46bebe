"""What people change from the pages: each is one transaction as the person who does it.

What was done, or why it was not, is said at the top of the page that is run next.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from datetime import UTC, datetime
from typing import Final

import streamlit as st
from sqlmodel import Session

from clipping.db.locks import planning_of, stage_lock
from clipping.db.session import open_session_as
from clipping.errors import ClippingError
from clipping.models import Post, PostState
from clipping.publishing import acting, moving
from clipping.publishing.changes import Offer
from dashboard.door.admission import database_url
from dashboard.door.person import person
from dashboard.page import plain

_TOLD: Final = "what was done"
Act = Callable[[Session, str, datetime], str]
"""Does something as somebody of that name, now, and says what it did."""


def change(act: Act) -> bool:
    """Do something as the person at this page; whether it was done."""
    who = person()
    try:
        with open_session_as(database_url(), who.user_id, writes=True) as session:
            told = act(session, who.name, datetime.now(UTC))
    except ClippingError as error:
        st.session_state[_TOLD] = (False, str(error))
        return False
    st.session_state[_TOLD] = (True, told)
    return True


def say(told: str, *, done: bool = True) -> None:
    """Have it said at the top of the page that is run next."""
    st.session_state[_TOLD] = (done, told)


def say_what_was_done(*, passing: bool = False) -> None:
    """Once, at the top of a page.

    :param passing: What was done is said beside the page, and goes by itself: nothing moves.
    """
    done, told = st.session_state.pop(_TOLD, (True, ""))
    if told and done and passing:
        st.toast(plain(told), icon=":material/check:")
    elif told and done:
        st.success(plain(told), icon=":material/check:")
    elif told:
        st.error(plain(told), icon=":material/block:")


def change_post(offer: Offer, post: Post, *, why: str = "", to: datetime | None = None) -> bool:
    """Do what a post was offered.

    :param why: A reason; with :attr:`Offer.PUBLIC` the post's address, or nothing.
    :param to: On the clock of its account.
    """
    # What has failed is anybody's, and a slot that was lost: no planner may choose either just now.
    free = post.state is PostState.FAILED or post.slot_id is None
    planned = offer in (Offer.RETRY, Offer.ASK) and free
    held = stage_lock(database_url(), planning_of(post.client)) if planned else nullcontext()
    post_id = post.post_id

    def act(session: Session, by: str, now: datetime) -> str:
        if offer is Offer.MOVE and to is not None:
            moving.move(session, post_id, to, by, now)
            return f"It goes out on {to:%a %d %b at %H:%M}, by its account's clock."
        if offer is Offer.HOLD:
            acting.hold(session, post_id, by, why, now)
            return "It is held back until somebody lets it go on."
        if offer in (Offer.CANCEL, Offer.NOT_PUBLIC):
            unseen = offer is Offer.NOT_PUBLIC
            told = why or ("it is not on the account" if unseen else "no reason given")
            acting.cancel(session, post_id, by, told, now, not_public=unseen)
            return "It is cancelled. Its slot is planned anew within the hour."
        if offer is Offer.PUBLIC:
            acting.done(session, post_id, by, why, now)
            return "It counts as posted, and its alarms are done."
        acting.retry(session, post_id, by, now)
        return "It goes on; the publisher takes it up within the minute."

    try:
        with held:
            return change(act)
    except ClippingError as error:
        st.session_state[_TOLD] = (False, str(error))
        return False
