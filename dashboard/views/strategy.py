"""Strategy: what a client has decided and wants, what a change will do, and who changed what."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import streamlit as st
from sqlmodel import Session

from clipping.db import queries
from clipping.db.queries.strategies import (
    Strategy,
    StrategyChange,
    change_strategy,
    planned_posts,
    strategy,
    strategy_changes,
)
from clipping.models import ClientSettings, EditorialPolicy
from dashboard import looks
from dashboard.actions import change, say_what_was_done
from dashboard.choosing import client_choice
from dashboard.disclosure_panel import disclosure
from dashboard.door.person import person
from dashboard.page import plain, reading
from dashboard.strategy import NAMES, Wanted, follows, in_words, wanted
from dashboard.strategy_form import fields, given
from dashboard.words import many, utc

CHANGES = 20
_SEEN = "strategy that is shown"
_WRONG = "what is wrong with the strategy"
_ASKED = "strategy that is wanted"


def overview() -> None:
    who = person()
    looks.begin("Strategy", "What a client has decided and wants: its clips, their words and pace.")
    say_what_was_done()
    if not who.is_staff:
        looks.empty("There is nothing here for you", "Ask those who work for you to change it.")
        return
    one, _ = st.columns([1, 2])
    with one:
        client = client_choice(who, every=False)
    if client is None:
        looks.empty("No clients yet", "A client is there once a video of it is.")
        return
    now = datetime.now(UTC)
    with reading() as session:
        found = strategy(session, client)
        planned = planned_posts(session, client, now)
        history = strategy_changes(session, client, CHANGES)
        accounts = queries.accounts.accounts(session, client)
    if found is None:
        looks.empty("There is no such client", "It may be another's, or gone.")
        return
    shown = _shown(client, found)
    if shown.version != found.version:
        _overtaken(history)
    form, told = st.tabs(["What it wants", "Who changed what"])
    with form:
        asked = st.session_state.get(_ASKED)
        if asked is not None:
            _confirm(client, shown, asked, planned)
        _form(client, shown)
        st.divider()
        disclosure(client, accounts)
    with told:
        _history(history)


def _shown(client: str, found: Strategy) -> Strategy:
    """The strategy as this tab has it open: another's change takes nothing from under somebody."""
    kept = st.session_state.get(_SEEN)
    if kept is None or kept[0] != client:
        _forget()
        kept = st.session_state[_SEEN] = (client, found)
    seen: Strategy = kept[1]
    return seen


def _forget() -> None:
    for name in (_SEEN, _WRONG, _ASKED):
        st.session_state.pop(name, None)


def _overtaken(history: list[StrategyChange]) -> None:
    by = history[0].by if history else "Somebody"
    st.warning(
        plain(f"{by} has changed this since you opened it. What you see is what it was before."),
        icon=":material/group:",
    )
    st.button("Show it as it is now", on_click=_forget, icon=":material/refresh:")


def _form(client: str, shown: Strategy) -> None:
    wrong: dict[str, str] = st.session_state.get(_WRONG, {})
    with st.form(f"strategy {client} {shown.version}", border=False):
        fields(client, shown, wrong)
        if wrong:
            count = many(len(wrong), "field")
            st.error(
                f"Nothing is saved: {count} above cannot be as given.", icon=":material/block:"
            )
        st.form_submit_button(
            "See what it changes", type="primary", on_click=_look_at, args=(client, shown)
        )


def _look_at(client: str, shown: Strategy) -> None:
    after = wanted(given(client, shown), shown)
    st.session_state[_WRONG] = dict(after.wrong)
    st.session_state[_ASKED] = None if after.wrong else after


def _confirm(client: str, shown: Strategy, asked: Wanted, planned: int) -> None:
    told = _differences(shown, asked)
    with st.container(border=True):
        if not told:
            st.markdown("Nothing is changed by that.")
        else:
            st.markdown(f"**{many(len(told), 'change')}**")
            looks.lines(told)
            for sentence in follows(shown, asked, planned):
                st.markdown(f"- {plain(sentence)}")
        with st.container(horizontal=True):
            if told:
                st.button(
                    "Save it",
                    type="primary",
                    icon=":material/check:",
                    on_click=_save,
                    args=(client, shown, asked),
                )
            st.button("Not yet" if told else "All right", on_click=_leave)


def _leave() -> None:
    st.session_state.pop(_ASKED, None)


def _differences(shown: Strategy, asked: Wanted) -> list[tuple[str, str]]:
    pairs = ((shown.policy, asked.policy), (shown.settings, asked.settings))
    told = []
    for before, after in pairs:
        was, now = _json(before), _json(after)
        told += [
            (NAMES[key], f"{in_words(key, was[key])} → {in_words(key, now[key])}")
            for key in NAMES
            if key in now and was[key] != now[key]
        ]
    return told


def _json(value: EditorialPolicy | ClientSettings) -> dict[str, Any]:
    return value.model_dump(mode="json")


def _save(client: str, shown: Strategy, asked: Wanted) -> None:
    def act(session: Session, by: str, now: datetime) -> str:
        change_strategy(
            session,
            client,
            by=by,
            at=now,
            settings=asked.settings,
            policy=asked.policy,
            seen=shown.version,
        )
        return f"The strategy of {client} is saved."

    if st.session_state.get(_ASKED) != asked:
        # It was saved, or left, with the press before.
        return
    if change(act):
        _forget()
    _leave()


def _history(history: list[StrategyChange]) -> None:
    if not history:
        looks.empty("Nobody has changed anything yet", "It is what all clients have at first.")
        return
    for one in history:
        st.markdown(f"**{plain(one.by)}**, {utc(one.at)}")
        looks.lines(
            [
                (NAMES.get(key, key), f"{in_words(key, was)} → {in_words(key, now)}")
                for key, (was, now) in one.changes.items()
            ]
        )
    if len(history) == CHANGES:
        st.caption(f"These are the latest {CHANGES} changes.")


overview()
