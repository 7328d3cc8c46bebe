"""Calendar: who posts what when, each account by its own clock."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby

import streamlit as st

from clipping.db.queries.account_lines import AccountChoice, AccountLine, account_page
from clipping.db.queries.post_lines import PostLine, posts_between
from clipping.models import PostState
from dashboard import looks
from dashboard.actions import say_what_was_done
from dashboard.choosing import client_choice
from dashboard.door.person import person
from dashboard.looks import Lead
from dashboard.page import reading
from dashboard.paging import Pages
from dashboard.strips import on_days, strips
from dashboard.words import STATES, account_name, many, zone

PER_PAGE = 30
SHOWN = 60
# No clock is further from UTC.
AROUND = timedelta(hours=15)
KEY = (
    STATES[PostState.RESERVED],
    STATES[PostState.SUBMITTING],
    STATES[PostState.POSTED],
    STATES[PostState.HELD],
    STATES[PostState.FAILED],
)


def overview() -> None:
    who, now = person(), datetime.now(UTC)
    looks.begin("Calendar", "Who posts what when. Each account's day is shown by its own clock.")
    say_what_was_done()
    one, two, three = st.columns([2, 2, 2], vertical_alignment="bottom")
    with one:
        client = client_choice(who, every=False)
    with two:
        first = _day(now)
    with three:
        span = st.segmented_control("Shown", ["Day", "Week"], default="Day", key="span")
    days = 7 if span == "Week" else 1
    pages = Pages("calendar", client)
    choice = AccountChoice(client=client)
    begin = datetime.combine(first, time(), UTC)
    with reading() as session:
        lines = account_page(session, choice, now, PER_PAGE + 1, pages.after)
        shown = lines[:PER_PAGE]
        found = posts_between(
            session,
            [line.account.account_id for line in shown],
            begin - AROUND,
            begin + timedelta(days=days) + AROUND,
        )
    pages.step_back_if_empty(lines)
    posts = [post for post in found if on_days(post, first, days)]
    if not lines:
        looks.empty("No accounts yet", "Connect one: clipper accounts connect PLATFORM.")
        return
    picture(shown, posts, first, days, now)
    pages.show(shown[-1].key, more=len(lines) > PER_PAGE)
    listing(posts, first, days)


def _day(now: datetime) -> date:
    given = st.query_params.get("day")
    today = now.date()
    if "day" not in st.session_state:
        try:
            st.session_state["day"] = date.fromisoformat(given) if given else today
        except ValueError:
            st.session_state["day"] = today
    chosen = st.date_input("Day", key="day")
    return chosen if isinstance(chosen, date) else today


def picture(
    lines: Sequence[AccountLine],
    posts: Sequence[PostLine],
    first: date,
    days: int,
    now: datetime,
) -> None:
    looks.picture(strips([line.account for line in lines], posts, first, days, now))
    looks.key(KEY)


def listing(posts: Sequence[PostLine], first: date, days: int) -> None:
    st.subheader(many(len(posts), "post"))
    if not posts:
        last = first + timedelta(days=days - 1)
        when = f"{first:%a %d %b}" if days == 1 else f"{first:%d %b} to {last:%d %b}"
        looks.empty(
            f"Nothing on {when}", "A day's posts are planned from twelve hours before it begins."
        )
        return
    ordered = sorted(posts, key=_here)
    for day, those in groupby(ordered[:SHOWN], key=lambda post: _here(post).date()):
        if days > 1:
            st.markdown(f"**{day:%A %d %B}**")
        with looks.listing():
            for post in those:
                named = f"{account_name(post.platform, post.handle)}"
                looks.row(
                    STATES[post.state],
                    f"{_here(post):%H:%M} {named}",
                    (post.title, post.told),
                    _lead(post),
                )
    if len(ordered) > SHOWN:
        st.caption(f"The first {SHOWN} of them; choose a day to see the others.")


def _lead(post: PostLine) -> Lead:
    label = "Move" if post.state is PostState.RESERVED else "Open"
    return Lead(label, "posts", {"post": post.post_id})


def _here(post: PostLine) -> datetime:
    """When it is due, on its account's clock."""
    return post.due_at.astimezone(zone(post.timezone)).replace(tzinfo=None)


overview()
