"""What every page needs: a session, the files, and text that Markdown leaves alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st
from sqlmodel import Session

from clipping.db.session import open_session
from clipping.errors import ClippingError
from clipping.settings import settings
from clipping.storage.local import LocalStore

_SPECIAL = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~$:&])")


@contextmanager
def reading() -> Iterator[Session]:
    """A session for one run of the page; what goes wrong is said in the page, which ends there."""
    url = settings().database_url
    if url is None:
        st.error("DATABASE_URL is not set, so there is nothing to show: start this with `make up`.")
        st.stop()
    try:
        with open_session(url.get_secret_value()) as session:
            yield session
    except ClippingError as error:
        st.error(plain(str(error)), icon=":material/cloud_off:")
        st.stop()


@st.cache_resource
def store() -> LocalStore:
    """The media store of this machine."""
    return LocalStore(settings().store_dir)


def plain(text: str) -> str:
    """The text as it is: nothing in it is Markdown, and a line break is a space."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))
