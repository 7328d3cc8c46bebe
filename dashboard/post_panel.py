"""One post in full: what it is, what happened to it, and what is safe to do."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

import streamlit as st

from clipping.db import queries
from clipping.errors import Rejected
from clipping.models import Account, Post, PostEvent, PostState
from clipping.publishing.changes import Offer, offers
from dashboard import looks
from dashboard.actions import change_post, say, say_what_was_done
from dashboard.addresses import video_url
from dashboard.looks import Lead
from dashboard.page import plain, reading
from dashboard.words import (
    FOLLOWS,
    OFFERS,
    STATES,
    account_name,
    explained,
    local,
    utc,
    zone,
)

_REASONS: Final = (Offer.HOLD, Offer.CANCEL)


def panel(post_id: str) -> None:
    """All of a post that is known, and its actions."""
    with reading() as session:
        try:
            post = queries.posts.get_post(session, post_id)
            account = queries.accounts.get_account(session, post.account_id)
        except Rejected:
            looks.empty("There is no such post", "It may be another client's, or gone.")
            return
        events = queries.posts.post_events(session, post_id)
    st.header(plain(f"{account_name(account.platform, account.handle)} of {account.client}"))
    st.html(looks.chip(STATES[post.state]))
    st.markdown(plain(explained(post)))
    _said(post)
    # On a narrow screen what can be done stands above the film.
    story, player = st.columns([2, 1], gap="large")
    with player:
        st.video(video_url(post.clip_id))
        looks.link(Lead("The clip", "clips", {"clip": post.clip_id}))
    with story:
        _actions(post, account)
        _facts(post, account)
        _history(events, account)


def _said(post: Post) -> None:
    if post.failure is not None:
        st.warning(plain(post.failure.sentence), icon=":material/report:")
    elif post.note:
        st.caption(plain(post.note))
    if post.gone:
        st.warning(plain(post.gone), icon=":material/visibility_off:")


def _facts(post: Post, account: Account) -> None:
    facts = {
        "Due": f"{local(post.due_at, account.timezone)} ({account.timezone})",
        "Posted": local(post.posted_at, account.timezone) if post.posted_at else "",
        "Looked at again": local(post.next_at, account.timezone) if post.next_at else "",
        "Address": post.receipt.url,
        "Why this clip": post.reason,
        "Words": post.words.text,
        "Post": post.post_id,
    }
    st.subheader("About it")
    st.markdown(
        "\n".join(f"- **{name}**: {plain(value)}" for name, value in facts.items() if value)
    )


def _history(events: list[PostEvent], account: Account) -> None:
    st.subheader("What happened")
    shown = []
    for event in reversed(events):
        change = event.after
        if event.before not in ("", event.after):
            change = f"{event.before} → {event.after}"
        by = f" by {event.by}" if event.by else ""
        shown.append((utc(event.at), f"{change}{by}. {event.sentence}".strip()))
    looks.lines(shown)


def _actions(post: Post, account: Account) -> None:
    offered = offers(post)
    st.subheader("What you can do")
    if not offered:
        st.caption("Nothing: this post is over.")
    for offer in offered:
        # What was typed for how it stands now is not said of how it stands later.
        key = f"{offer.value} {post.post_id} {post.state.value} {post.due_at.isoformat()}"
        with st.expander(OFFERS[offer]):
            with st.form(key, border=False):
                st.caption(plain(FOLLOWS[offer]))
                if offer is Offer.MOVE and post.state is PostState.HELD:
                    st.caption(plain(f"That ends this: {post.note}"))
                _ask(offer, post, account, key)
                st.form_submit_button(
                    OFFERS[offer], type="primary", on_click=_do, args=(offer, post, key)
                )
            say_what_was_done(at=key)


def _ask(offer: Offer, post: Post, account: Account, key: str) -> None:
    """What a person has to say to it: words, a time, that they have looked."""
    if offer is Offer.MOVE:
        here = post.due_at.astimezone(zone(account.timezone)).replace(tzinfo=None)
        st.datetime_input(
            f"New time ({account.timezone})",
            here,
            step=timedelta(minutes=5),
            required=True,
            key=f"to {key}",
        )
    if offer in _REASONS:
        st.text_input("Why", max_chars=200, key=f"why {key}")
    if offer is Offer.PUBLIC:
        st.text_input("Its address, if you have it", max_chars=500, key=f"why {key}")
    if offer is Offer.NOT_PUBLIC:
        st.checkbox("I have looked at the account, and it is not there.", key=f"sure {key}")


def _do(offer: Offer, post: Post, key: str) -> None:
    typed = st.session_state
    why = str(typed.get(f"why {key}", "")).strip()
    if missing := _missing(offer, why, sure=bool(typed.get(f"sure {key}", True))):
        say(missing, done=False, at=key)
        return
    to: datetime | None = typed.get(f"to {key}")
    change_post(offer, post, why=why, to=to)


def _missing(offer: Offer, why: str, *, sure: bool) -> str:
    """What keeps it from being done, in a sentence; empty where nothing does."""
    if offer in _REASONS and not why:
        return "Say why: whoever comes next reads it in the history."
    if offer is Offer.PUBLIC and why and not why.startswith("https://"):
        return "An address begins with https://."
    return "" if sure else "Look at the account first."
