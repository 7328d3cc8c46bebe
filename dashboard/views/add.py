"""Add: a video file or a link, and live how far what was added has come."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

import streamlit as st
from sqlmodel import Session

from clipping.db.queries import additions
from clipping.db.queries.overview import SourceOverview, overviews
from clipping.db.queries.review_lines import Waiting, waiting_of_sources
from clipping.db.session import open_session_as
from clipping.errors import ClippingError
from clipping.models import Addition, AdditionKind, AdditionState
from dashboard import looks
from dashboard.actions import change, say, say_what_was_done
from dashboard.adding import runs
from dashboard.adding.finishing import wake_if_needed
from dashboard.adding.runs import RunState
from dashboard.adding.standing import Standing, standing
from dashboard.adding.starting import start
from dashboard.choosing import client_choice
from dashboard.door.admission import database_url
from dashboard.door.person import Person, actor, origin, person
from dashboard.looks import Lead
from dashboard.page import plain, reading
from dashboard.reviewed import review_lead
from dashboard.words import apart

MOST: Final = 20
SHOWN_FOR: Final = timedelta(days=7)
# Until the form has said how high it is.
_FRAME_HEIGHT_PX: Final = 430


def overview() -> None:
    who = person()
    looks.begin(
        "Add", "A video becomes clips by itself. An upload that is cut goes on where it was."
    )
    say_what_was_done()
    st.iframe(f"{origin()}/adding/upload", height=_FRAME_HEIGHT_PX, alt="Add a video")
    title, choice = st.columns([2, 1], vertical_alignment="bottom")
    title.subheader("Added")
    client = None
    if len(who.clients) > 1:
        with choice:
            client = client_choice(who)
    added(who, client)


@st.fragment(run_every="3s")
def added(who: Person, client: str | None) -> None:
    """What was added of late, as it stands now."""
    now = datetime.now(UTC)
    with reading() as session:
        clients = who.clients if client is None else (client,)
        found = additions.recent_additions(session, clients, now - SHOWN_FOR, MOST)
        given = additions.sources_of_links(session, found)
        given |= {one.addition_id: one.source_id for one in found if one.source_id}
        ids = [*set(given.values())]
        sources = {one.source.source_id: one for one in overviews(session, ids)}
        waiting = waiting_of_sources(session, ids)
    if any(one.state is AdditionState.RECEIVED for one in found):
        wake_if_needed()
    if not found:
        looks.empty("Nothing was added this week", "Drop a video above, or paste a link.")
        return
    states = _states(found)
    for one in found:
        # A line, and close below it how far it is.
        source = sources.get(given.get(one.addition_id, ""))
        lead = _lead(source, waiting.get(given.get(one.addition_id, "")))
        with looks.listing():
            _line(one, standing(one, source, states.get(one.run_id), now), lead, now)


def _states(found: list[Addition]) -> dict[str, RunState]:
    wanted = sorted({one.run_id for one in found if one.run_id})
    try:
        return _asked(tuple(wanted))
    except ClippingError as error:
        st.caption(plain(f"How runs stand is not known just now. {error}"))
        return {}


# What Prefect says of a run is the same for whoever may see the run.
@st.cache_data(ttl=2, show_spinner=False)
def _asked(run_ids: tuple[str, ...]) -> dict[str, RunState]:
    return runs.states_of(run_ids)


def _line(one: Addition, stands: Standing, lead: Lead | None, now: datetime) -> None:
    kind = "link" if one.kind is AdditionKind.LINK else _amount(one.size_bytes)
    who = f"{one.client} · {kind} · added {apart(one.created_at, now)} by {one.added_by}"
    key = one.addition_id
    line = looks.row(stands.chip, one.name, (stands.said, who), lead)
    if stands.percent is not None:
        st.progress(stands.percent / 100)
    with line:
        if stands.can_start:
            st.button("Clip it now", key=f"start {key}", on_click=_start, args=(one,))
        if one.state is AdditionState.REFUSED:
            st.button("Done", key=f"done {key}", on_click=_forget, args=(one.addition_id,))


def _amount(size: int) -> str:
    return f"{size / 1e6:,.1f} MB" if size < 1e7 else f"{size / 1e6:,.0f} MB"


def _start(shown: Addition) -> None:
    try:
        who = actor()
        with open_session_as(database_url(), who.user_id) as session:
            found = additions.find_addition(session, shown.addition_id)
        # As it is by now: somebody may have started it since it was shown.
        if found is not None and (found.state, found.run_id) == (shown.state, shown.run_id):
            start(found, open_session_as(database_url(), who.user_id, writes=True))
    except ClippingError as error:
        say(str(error), done=False)
    _asked.clear()
    # The whole page says what was done, and not the list alone.
    st.rerun()


def _forget(addition_id: str) -> None:
    def act(session: Session, _by: str, _now: datetime) -> str:
        additions.forget_addition(session, addition_id)
        return ""

    change(act)
    st.rerun()


def _lead(source: SourceOverview | None, waiting: Waiting | None) -> Lead | None:
    """To what is to be done with it, else to what came of it."""
    if source is None:
        return None
    if waiting is not None:
        return review_lead(waiting)
    if source.ready or source.held or source.failed:
        return Lead("Its clips", "clips")
    return Lead("Its source", "sources")


overview()
