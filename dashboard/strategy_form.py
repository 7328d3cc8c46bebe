"""The fields of a client's strategy, each with what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from clipping.db.queries.strategies import Strategy
from dashboard.page import plain
from dashboard.strategy import (
    APPROVALS,
    NAMES,
    PACES,
    PROFANITY,
    RISKS,
    WHEN_DOWN,
    as_lines,
)


def given(client: str, shown: Strategy) -> dict[str, Any]:
    """What somebody gave in each field, once the form was sent."""
    return {name: st.session_state[_key(name, client, shown)] for name in NAMES}


def _key(name: str, client: str, shown: Strategy) -> str:
    return f"{name} of {client} {shown.version}"


def fields(client: str, shown: Strategy, wrong: Mapping[str, str]) -> None:
    """Draw all fields as they are, within an open form."""
    drawn = _Drawn(client, shown, wrong)
    st.subheader("What its clips are about")
    left, right = st.columns(2, gap="large")
    with left:
        drawn.lines("themes", "One a line. Claude looks for moments about these first.")
        drawn.lines("forbidden_topics", "One a line. A moment that touches one waits for a person.")
    with right:
        drawn.risks()
        drawn.tick("hold_personal_data")
    st.subheader("Lengths and pace")
    one, two, three = st.columns(3, gap="large")
    with one:
        drawn.number("shortest_seconds")
    with two:
        drawn.number("longest_seconds")
    with three:
        drawn.number("clips_a_source")
    one, two, three = st.columns(3, gap="large", vertical_alignment="bottom")
    with one:
        drawn.choice("posts_in_two_days", PACES, "Once it is warmed up; new accounts begin slower.")
    with two:
        drawn.choice("approval", APPROVALS)
    with three:
        drawn.tick("post_once")
    st.subheader("Words")
    left, right = st.columns(2, gap="large")
    with left:
        drawn.text("tone", "In a few words, for hooks, titles and captions.")
        drawn.text("language", "Such as en or pt-BR; empty is the talk's own.")
        drawn.choice("profanity", PROFANITY, "Sound and picture are masked in any case.")
    with right:
        drawn.lines("banned_words", "One word or phrase a line.")
        drawn.lines("default_hashtags", "One a line; they come first.")
        drawn.number("most_hashtags")
    st.subheader("Money and rights")
    one, two, three = st.columns(3, gap="large", vertical_alignment="bottom")
    with one:
        drawn.budget()
    with two:
        drawn.choice("when_down", WHEN_DOWN)
    with three:
        drawn.tick("require_rights")


class _Drawn:
    """Draws fields under keys of their version."""

    def __init__(self, client: str, shown: Strategy, wrong: Mapping[str, str]) -> None:
        self._known: dict[str, Any] = {**dict(shown.policy), **dict(shown.settings)}
        self._client, self._shown = client, shown
        self._wrong = wrong

    def _key(self, name: str) -> str:
        return _key(name, self._client, self._shown)

    def _tell(self, name: str) -> None:
        if name in self._wrong:
            st.error(plain(self._wrong[name]))

    def text(self, name: str, said: str = "") -> None:
        """A text of one line."""
        st.text_input(
            NAMES[name], self._known[name], key=self._key(name), help=said or None, max_chars=250
        )
        self._tell(name)

    def lines(self, name: str, said: str) -> None:
        """A list, one entry a line."""
        held = as_lines(self._known[name])
        st.text_area(
            NAMES[name], held, key=self._key(name), help=said, height=110, placeholder=said
        )
        self._tell(name)

    def number(self, name: str) -> None:
        """A whole number; what it takes is the policy's to say."""
        st.number_input(NAMES[name], value=int(self._known[name]), step=1, key=self._key(name))
        self._tell(name)

    def choice(self, name: str, choices: Mapping[Any, str], said: str = "") -> None:
        """One of some."""
        known = list(choices)
        st.selectbox(
            NAMES[name],
            known,
            index=known.index(self._known[name]),
            format_func=choices.__getitem__,
            key=self._key(name),
            help=said or None,
        )
        self._tell(name)

    def tick(self, name: str) -> None:
        """Yes or no."""
        st.checkbox(NAMES[name], self._known[name], key=self._key(name))
        self._tell(name)

    def risks(self) -> None:
        """What advertisers do not want to stand beside."""
        name = "brand_risks"
        st.multiselect(
            NAMES[name],
            list(RISKS),
            list(self._known[name]),
            format_func=RISKS.__getitem__,
            key=self._key(name),
        )
        self._tell(name)

    def budget(self) -> None:
        """Dollars, or nothing for no limit."""
        name, known = "monthly_budget_usd", self._known["monthly_budget_usd"]
        held = "" if known is None else f"{known.normalize():f}"
        st.text_input(NAMES[name], held, key=self._key(name), placeholder="no limit", max_chars=20)
        self._tell(name)
