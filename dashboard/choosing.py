"""What is listed, as the address of a page says it: so that a list can be linked to."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboard.door.person import Person


def one_of(name: str, known: Sequence[str]) -> str | None:
    """What the address names, if it is one of these; names in addresses are anybody's."""
    given = st.query_params.get(name)
    return given if given in known else None


def client_choice(who: Person, *, every: bool = True, key: str = "client") -> str | None:
    """The client whose things are shown; None for all that the person sees.

    :param every: Whether all can be shown at once.
    """
    known = list(who.clients)
    options: list[str | None] = [*([None] if every and len(known) != 1 else []), *known]
    if not options:
        return None
    given = one_of("client", known)
    if key not in st.session_state and given is not None:
        st.session_state[key] = given
    if st.session_state.get(key) not in options:
        st.session_state.pop(key, None)
    return st.selectbox("Client", options, format_func=lambda name: name or "all", key=key)
