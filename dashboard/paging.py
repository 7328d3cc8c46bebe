"""Going through long lists by keys: each page begins behind the last line of the one before."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st


class Pages:
    """Where somebody is in a list; another choice of what is listed begins at its first page.

    :param name: Of the list.
    :param choice: What is listed.
    """

    def __init__(self, name: str, choice: object) -> None:
        self._name = f"pages of {name}"
        kept = st.session_state.get(self._name)
        if kept is None or kept[0] != choice:
            st.session_state[self._name] = (choice, ())
        self._choice, self._keys = st.session_state[self._name]

    @property
    def after(self) -> Any:
        """The key behind which this page begins; None on the first one."""
        return self._keys[-1] if self._keys else None

    def show(self, last: Any, *, more: bool) -> None:
        """The buttons.

        :param last: The key of the last line of this page.
        :param more: Whether there may be another page.
        """
        if not self._keys and not more:
            return
        with st.container(horizontal=True):
            if self._keys:
                st.button(
                    "Back", key=f"{self._name} back", on_click=self._go, args=(self._keys[:-1],)
                )
            if more:
                st.button(
                    "Next", key=f"{self._name} next", on_click=self._go, args=((*self._keys, last),)
                )

    def step_back_if_empty(self, lines: Sequence[object]) -> None:
        """To the page before where this one has nothing any more, and run it."""
        if not lines and self._keys:
            self.back()
            st.rerun()

    @property
    def first(self) -> bool:
        """Whether this is the first page."""
        return not self._keys

    def forward(self, last: Any) -> None:
        """To the page behind this key, in the run that comes next."""
        self._go((*self._keys, last))

    def back(self) -> None:
        """To the page before, in the run that comes next."""
        self._go(self._keys[:-1])

    def _go(self, keys: tuple[Any, ...]) -> None:
        st.session_state[self._name] = (self._choice, keys)
