"""Today: what needs a person, worst first, and what goes out next."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import groupby

import streamlit as st

from dashboard import looks
from dashboard.actions import say_what_was_done
from dashboard.door.person import person
from dashboard.looks import Lead
from dashboard.needs import MOST_SOON, SOON, Desk, Need, Urgency, needs, read
from dashboard.page import reading
from dashboard.words import STATES, Tone, account_name, apart, local, many

SHOWN = 8
SOON_SHOWN = 8
NAMED = 3
HEADINGS = {
    "At once": (
        Urgency.UNSURE,
        Urgency.STOPPED,
        Urgency.ACCOUNT,
        Urgency.FAILED,
        Urgency.ALARM,
    ),
    "Today": (Urgency.BY_HAND, Urgency.PAUSED, Urgency.APPROVAL, Urgency.SHORT),
    "When there is time": (Urgency.NOTED,),
}


def overview() -> None:
    who, now = person(), datetime.now(UTC)
    named = len(who.clients) <= NAMED
    whose = ", ".join(who.clients) if named else many(len(who.clients), "client")
    looks.begin("Today", f"{now:%A, %d %B}, {whose}. What needs you, {who.name}, worst first.")
    say_what_was_done()
    with reading() as session:
        found = read(session, now)
    wanted = needs(found, now)
    looks.figures(_figures(found, wanted))
    if not wanted:
        looks.empty(
            "Nothing needs you",
            "No post failed, every account can be posted to, and nobody waits for an answer.",
        )
    for heading, urgencies in HEADINGS.items():
        section(heading, [need for need in wanted if need.urgency in urgencies])
    coming(found, now)


def _figures(found: Desk, wanted: Sequence[Need]) -> list[tuple[str, str, Tone]]:
    urgent = sum(need.urgency in HEADINGS["At once"] for need in wanted)
    clips = sum(one.to_approve + one.held for one in found.waiting)
    missing = sum(short.missing for day in found.short for short in day.shortages)
    soon = len(found.soon)
    hours = f"go out within {SOON.total_seconds() // 3600:.0f} h"
    return [
        (str(urgent), "to settle at once", Tone.BAD if urgent else Tone.GOOD),
        (f"{clips:,}", "clips to look at", Tone.BUSY if clips else Tone.GOOD),
        (f"{missing:,}", "posts missing", Tone.WARN if missing else Tone.GOOD),
        (f"{soon}{'+' if soon == MOST_SOON else ''}", hours, Tone.CALM),
    ]


def section(heading: str, wanted: Sequence[Need]) -> None:
    if not wanted:
        return
    st.subheader(heading)
    # Of each kind the first few, so that one bad morning hides no other.
    for _, alike in groupby(wanted, key=lambda need: need.urgency):
        those = list(alike)
        _rows(those[:SHOWN])
        if len(those) > SHOWN:
            left, kind = len(those) - SHOWN, those[0]
            with st.expander(f"{left} more: {kind.chip.text}"):
                _rows(those[SHOWN:])


def _rows(wanted: Sequence[Need]) -> None:
    with looks.listing():
        for need in wanted:
            looks.row(need.chip, need.name, need.said, need.lead)


def coming(found: Desk, now: datetime) -> None:
    st.subheader("What goes out next")
    if not found.soon:
        hours = f"{SOON.total_seconds() // 3600:.0f} hours"
        looks.empty(f"Nothing within {hours}", "The calendar shows what is planned after that.")
        return
    with looks.listing():
        for post in found.soon[:SOON_SHOWN]:
            when = f"{apart(post.due_at, now)}, {local(post.due_at, post.timezone)}"
            looks.row(
                STATES[post.state],
                f"{account_name(post.platform, post.handle)} of {post.client}",
                (f"{when}: {post.title}",),
                Lead("Open", "posts", {"post": post.post_id}),
            )
    left = len(found.soon) - SOON_SHOWN
    if left > 0:
        looks.link(Lead(f"The calendar shows {many(left, 'more', 'more')}", "schedule"))


overview()
