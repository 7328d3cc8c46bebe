"""What people change from the pages: each is one transaction as the person who does it.

Buttons call it (``on_click``) before the page is run: what stands in the page itself is not
reached where somebody presses another button meanwhile. What was done, or why it was not, is said
by the page that is run next; nothing here draws.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import streamlit as st
from sqlmodel import Session

from clipping.db import queries
from clipping.db.locks import planning_of, stage_lock
from clipping.db.session import open_session_as
from clipping.errors import ClippingError, Rejected
from clipping.models import Post
from clipping.publishing import acting, moving
from clipping.publishing.changes import Offer, is_planners
from dashboard.door.admission import database_url
from dashboard.door.person import actor
from dashboard.page import plain

_TOLD: Final = "what was done"
_SHOWN: Final = "what was done is shown"
Act = Callable[[Session, str, datetime], str]
"""Does something as somebody of that name, now, and says what it did."""


def change(act: Act) -> bool:
    """Do something as the person at this page; whether it was done."""
    try:
        who = actor()
        with open_session_as(database_url(), who.user_id, writes=True) as session:
            told = act(session, who.name, datetime.now(UTC))
    except ClippingError as error:
        say(str(error), done=False)
        return False
    say(told)
    return True


@dataclass(frozen=True)
class _Said:
    told: str
    done: bool
    at: str


def say(told: str, *, done: bool = True, at: str = "") -> None:
    """Have it said by the page that is run next, below what was said before.

    :param at: The form that it is said at; without, at the top of the page.
    """
    before, one = st.session_state.get(_TOLD, ()), _Said(told, done, at)
    if told and one not in before:
        st.session_state[_TOLD] = (*before, one)


def say_what_was_done(*, passing: bool = False, at: str = "") -> None:
    """What there is to say at the top of a page, or at a form.

    :param passing: What was done is said beside the page, and goes by itself: nothing moves.
    """
    if not at:
        st.session_state[_SHOWN] = True
    for one in st.session_state.get(_TOLD, ()):
        if one.at != at:
            continue
        if one.done and passing:
            st.toast(plain(one.told), icon=":material/check:")
        elif one.done:
            st.success(plain(one.told), icon=":material/check:")
        else:
            st.error(plain(one.told), icon=":material/block:")


def forget_what_was_said() -> None:
    """Once a page has run to its end; of one that was cut short nobody may have seen anything."""
    shown = st.session_state.pop(_SHOWN, False)
    told = st.session_state.pop(_TOLD, ())
    if not shown and (left := tuple(one for one in told if not one.at)):
        st.session_state[_TOLD] = left


def change_post(offer: Offer, post: Post, *, why: str = "", to: datetime | None = None) -> bool:
    """Do what a post was offered.

    :param why: A reason; with :attr:`Offer.PUBLIC` the post's address, or nothing.
    :param to: On the clock of its account.
    """
    post_id = post.post_id

    def act(session: Session, by: str, now: datetime) -> str:
        if offer is Offer.MOVE:
            if to is None:
                raise Rejected("Say when it goes out.")
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
        with _unplanned(offer, post_id):
            return change(act)
    except ClippingError as error:
        say(str(error), done=False)
        return False


def _unplanned(offer: Offer, post_id: str) -> AbstractContextManager[None]:
    """Keep planners out while a post goes on that they might choose about, as it stands now.

    :raises Rejected: There is no such post.
    """
    if offer not in (Offer.RETRY, Offer.ASK, Offer.MOVE):
        return nullcontext()
    with open_session_as(database_url(), actor().user_id) as session:
        post = queries.posts.get_post(session, post_id)
    held = is_planners(post)
    return stage_lock(database_url(), planning_of(post.client)) if held else nullcontext()
