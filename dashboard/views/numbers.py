"""Numbers: what went out for a client, when and where, and what comes next."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import streamlit as st

from clipping.db.queries.desk import waiting_clips_of_all
from clipping.db.queries.own_clips import COMING, Posted, coming_posts, posted_by_day
from clipping.db.queries.post_lines import PostChoice, PostLine, next_posts, post_page
from clipping.models import PlatformName, PostState
from dashboard import bars, looks
from dashboard.bars import colour_of
from dashboard.choosing import client_choice
from dashboard.door.person import person
from dashboard.own_panel import lead
from dashboard.page import reading
from dashboard.words import PLATFORMS, STATES, Tone, account_name, local, many

DAYS = 30
WEEK = timedelta(days=7)
SHOWN = 8
NAMES = [PLATFORMS[name] for name in PlatformName]


def overview() -> None:
    who, now = person(), datetime.now(UTC)
    whose = ", ".join(who.clients[:3]) + (" and others" if len(who.clients) > 3 else "")
    looks.begin("Numbers", f"What went out for {whose or 'you'}, and what comes next.")
    client = client_choice(who) if len(who.clients) > 1 else None
    since = datetime.combine(now.date(), datetime.min.time(), UTC) - timedelta(days=DAYS - 1)
    choice = PostChoice(client=client, states=(PostState.POSTED,))
    with reading() as session:
        posted = posted_by_day(session, since, now + timedelta(days=1), client)
        coming = coming_posts(session, now, WEEK, client)
        waiting = waiting_clips_of_all(session, now - timedelta(days=14))
        following = next_posts(session, now, now + WEEK, SHOWN * 4)
        latest = post_page(session, choice, SHOWN)
    to_approve = sum(one.to_approve for one in waiting if client in (None, one.client))
    looks.figures(
        [
            (f"{sum(one.posts for one in posted):,}", f"posted in {DAYS} days", Tone.GOOD),
            (f"{coming:,}", "planned for the next 7 days", Tone.BUSY),
            (
                f"{to_approve:,}",
                "wait for your approval",
                Tone.WARN if to_approve else Tone.GOOD,
            ),
        ]
    )
    by_day(posted, since)
    left, right = st.columns(2, gap="large")
    with left:
        st.subheader("What comes next")
        listed([one for one in following if client in (None, one.client)][:SHOWN])
    with right:
        st.subheader("What went out last")
        listed(latest)


def by_day(posted: list[Posted], since: datetime) -> None:
    st.subheader("Posts by day")
    if not posted:
        looks.empty("Nothing went out yet", f"Nothing was posted within {DAYS} days.")
        return
    found: dict[date, dict[str, float]] = {}
    for one in posted:
        found.setdefault(one.day, {})[PLATFORMS[one.platform]] = one.posts
    shown = [since.date() + timedelta(days=number) for number in range(DAYS)]
    looks.picture(bars.days(found, NAMES, shown, said=lambda posts: many(round(posts), "post")))
    used = {PLATFORMS[one.platform] for one in posted}
    looks.colours([(name, colour_of(NAMES, name)) for name in NAMES if name in used])


def listed(posts: list[PostLine]) -> None:
    if not posts:
        st.caption("Nothing.")
    with looks.listing():
        for post in posts:
            mark = STATES[PostState.RESERVED] if post.state in COMING else STATES[post.state]
            at = post.posted_at or post.due_at
            said = f"{account_name(post.platform, post.handle)} · {local(at, post.timezone)}"
            looks.row(mark, post.title, (said,), lead(post.clip_id))


overview()
