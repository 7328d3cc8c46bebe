"""The switch that stops posting, and lifting it again once somebody has seen what will go out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

import streamlit as st
from sqlmodel import Session
from streamlit.delta_generator import DeltaGenerator

from clipping.db import queries
from clipping.db.queries.account_lines import AccountName
from clipping.errors import Rejected
from clipping.models import Post, Role, Stop
from clipping.publishing import stopping
from clipping.publishing.stopping import Resumption
from dashboard import looks
from dashboard.actions import change, say, say_what_was_done
from dashboard.door.person import Person
from dashboard.page import plain, reading
from dashboard.words import Chip, Tone, apart, covered, local, many

_ASKED: Final = "asked to resume"
_SHOWN: Final = 5


def holding(who: Person, stops: Sequence[Stop], names: Mapping[str, AccountName]) -> None:
    """What is stopped now, each with a way to resume it.

    :param names: Of the accounts among them, by their ids.
    """
    now = datetime.now(UTC)
    for stop in stops:
        said = (f"{stop.by}: {stop.why.rstrip('.')}.", f"since {apart(stop.at, now)}")
        line = looks.row(
            Chip("stopped", Tone.WARN), f"Nothing is posted of {covered(stop, names)}", said
        )
        if stop.account_id or stop.source_id or stop.client or who.role is Role.ADMIN:
            resume_button(f"stop {stop.stop_id}", "Resume", _lifting(stop), line)


def stop_form(who: Person) -> None:
    """Stopping everything, or a client."""
    scopes = [*([""] if who.role is Role.ADMIN else []), *who.clients]
    key = "stop"
    with st.form(key, border=False):
        st.caption(
            "From the next step of any post on, nothing of it goes out, until somebody resumes "
            "it. What may be public already is followed to its end."
        )
        st.selectbox(
            "What",
            scopes,
            format_func=lambda name: f"all of {name}" if name else "everything",
            key=f"what {key}",
        )
        st.text_input("Why", max_chars=200, key=f"why {key}")
        st.form_submit_button("Stop posting", type="primary", on_click=_stop_chosen, args=(key,))
    say_what_was_done(at=key)


def _stop_chosen(key: str) -> None:
    client = st.session_state[f"what {key}"]
    if client is not None and (why := said_why(key)):
        _stop(client=client, why=why)


def said_why(key: str) -> str:
    """The reason that was typed into a form; where there is none, it is asked for there."""
    why = str(st.session_state[f"why {key}"]).strip()
    if not why:
        say("Say why: whoever wants to resume it reads that.", done=False, at=key)
    return why


def stop_account(account_id: str, key: str) -> None:
    """Let nothing go out of an account, for the reason that was typed into a form."""
    if why := said_why(key):
        _stop(account_id=account_id, why=why)


def _stop(*, why: str, client: str = "", account_id: str = "") -> None:
    """Let nothing go out of a client, an account, or, with neither, of anybody."""

    def act(session: Session, by: str, now: datetime) -> str:
        wanted = Stop(client=client, account_id=account_id, by=by, at=now, why=why)
        stopping.stop(session, wanted)
        return f"Stopped: {wanted.covers}. What may be public already is followed to its end."

    change(act)


Looking = Callable[[Session, datetime], Resumption]
Ways = tuple[Looking, Callable[[Session, Resumption, str, datetime], None]]


def _lifting(stop: Stop) -> Ways:
    def look(session: Session, now: datetime) -> Resumption:
        return stopping.resumption(session, stop, now)

    return look, stopping.resume


def unpausing(account_id: str) -> Ways:
    """Taking a pause back."""

    def look(session: Session, now: datetime) -> Resumption:
        return stopping.unpausing(session, account_id, now)

    def lift(session: Session, found: Resumption, by: str, now: datetime) -> None:
        queries.accounts.resume_account(session, account_id)
        scope = Stop(account_id=account_id, by=by, at=now, why="")
        queries.stops.look_again(session, scope, now)

    return look, lift


def resume_button(
    key: str,
    label: str,
    ways: Ways,
    place: DeltaGenerator | None = None,
) -> None:
    """A button that first shows what will go out, and resumes when that is agreed to.

    :param place: Where the button stands, unless it is here.
    """
    look, _ = ways
    if st.session_state.get(_ASKED) != key:
        (place or st).button(
            label,
            key=f"ask {key}",
            icon=":material/play_arrow:",
            on_click=_ask,
            args=(key,),
        )
        return
    with st.container(border=True):
        with reading() as session:
            try:
                found = look(session, datetime.now(UTC))
            except Rejected as error:
                st.caption(plain(str(error)))
                found = Resumption()
        _tell(found)
        with st.container(horizontal=True):
            st.button(
                "Yes, resume", key=f"yes {key}", type="primary", on_click=_resume, args=(key, ways)
            )
            st.button("Leave it stopped", key=f"no {key}", on_click=_leave, args=(key,))


def _ask(key: str) -> None:
    st.session_state[_ASKED] = key


def _leave(key: str) -> None:
    if st.session_state.get(_ASKED) == key:
        del st.session_state[_ASKED]


def _resume(key: str, ways: Ways) -> None:
    look, lift = ways

    def act(session: Session, by: str, now: datetime) -> str:
        # As it is now: time has passed since it was shown.
        lift(session, look(session, now), by, now)
        return "Resumed."

    # Pressed twice at once, it is resumed once.
    if st.session_state.get(_ASKED) == key:
        _leave(key)
        change(act)


def _tell(found: Resumption) -> None:
    told = {
        "go out at once": found.now,
        "are cancelled, because their time went by": found.late,
        "are cancelled, because their slots are others' by now": found.given_away,
        "go out at their times": found.later,
        "stay under another stop": found.stopped,
    }
    if not any(told.values()):
        st.markdown("No post waits for it.")
    for what, posts in told.items():
        if posts:
            st.markdown(f"**{many(len(posts), 'post')}** {what}: {plain(_named(posts))}")


def _named(posts: Sequence[Post]) -> str:
    first = ", ".join(
        f"{one.platform} of {one.client}, {local(one.due_at, 'UTC')}" for one in posts[:_SHOWN]
    )
    return first + (" …" if len(posts) > _SHOWN else "")
