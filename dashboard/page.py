"""What every page needs: a session of who looks at it, and text that Markdown leaves alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st
from sqlmodel import Session

from clipping.db.session import open_session_as
from clipping.errors import ClippingError
from dashboard.door.admission import database_url
from dashboard.door.person import Person, person

_SPECIAL = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~$:&])")


@contextmanager
def reading() -> Iterator[Session]:
    """What the person at this page may see, for one run of it; nothing can be changed.

    Whoever is not let in any more, and whatever goes wrong, ends the page with a sentence.
    """
    try:
        with open_session_as(database_url(), person().user_id) as session:
            yield session
    except ClippingError as error:
        st.error(plain(str(error)), icon=":material/cloud_off:")
        st.stop()


def looking() -> Person:
    """Who looks at this page; it ends with a sentence where Postgres does not say."""
    try:
        return person()
    except ClippingError as error:
        st.error(plain(str(error)), icon=":material/cloud_off:")
        st.stop()


def plain(text: str) -> str:
    """The text as it is: nothing in it is Markdown, and a line break is a space."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))
