"""Posts: each state in words, and what is safe to do."""

from __future__ import annotations

from datetime import UTC, datetime

import streamlit as st

from clipping.db.queries.post_lines import PostChoice, PostLine, post_page, states_of
from clipping.models import PostState
from dashboard import looks
from dashboard.actions import say_what_was_done
from dashboard.choosing import client_choice
from dashboard.door.person import person
from dashboard.looks import Lead
from dashboard.page import reading
from dashboard.paging import Pages
from dashboard.post_panel import panel
from dashboard.words import STATES, account_name, apart, local

PER_PAGE = 30
KINDS: dict[str, tuple[PostState, ...]] = {
    "All": (),
    "To settle": (PostState.UNKNOWN, PostState.FAILED, PostState.HELD),
    "Coming": (PostState.RESERVED, PostState.SUBMITTING, PostState.PROCESSING),
    "Posted": (PostState.POSTED,),
    "Cancelled": (PostState.CANCELLED,),
}


def overview() -> None:
    who, now = person(), datetime.now(UTC)
    looks.begin("Posts", "All posts, the latest first. Open one to see what happened to it.")
    say_what_was_done()
    one, two = st.columns([1, 2], vertical_alignment="bottom")
    with one:
        client = client_choice(who)
    given = states_of(st.query_params.get_all("state"))
    kind = two.segmented_control("State", list(KINDS), default=None if given else "All", key="kind")
    account_id = st.query_params.get("account")
    states = KINDS[kind] if kind else given
    choice = PostChoice(client=client, account_id=account_id, states=states)
    pages = Pages("posts", choice)
    with reading() as session:
        lines = post_page(session, choice, PER_PAGE + 1, pages.after)
    pages.step_back_if_empty(lines)
    if account_id:
        st.button("Posts of all accounts", on_click=_close, icon=":material/arrow_back:")
    if not lines:
        looks.empty("No such posts", "Nothing is in this state here.")
        return
    with looks.listing():
        for line in lines[:PER_PAGE]:
            _row(line, now)
    pages.show(lines[min(len(lines), PER_PAGE) - 1].key, more=len(lines) > PER_PAGE)


def _row(post: PostLine, now: datetime) -> None:
    named = account_name(post.platform, post.handle)
    due = f"{local(post.due_at, post.timezone)}, {apart(post.due_at, now)}"
    looks.row(
        STATES[post.state],
        post.title,
        (f"{named} of {post.client} · {due}", post.told),
        Lead("Open", "posts", {"post": post.post_id}),
    )


def detail(post_id: str) -> None:
    looks.begin("Post")
    st.button("All posts", icon=":material/arrow_back:", on_click=_close)
    say_what_was_done()
    panel(post_id)


def _close() -> None:
    st.query_params.clear()


chosen = st.query_params.get("post")
if chosen:
    detail(chosen)
else:
    overview()
