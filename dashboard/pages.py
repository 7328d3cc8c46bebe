"""The pages, as the person at them may see: Streamlit runs this for each click."""

from __future__ import annotations

from pathlib import Path

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from clipping.errors import ClippingError
from clipping.garbage import keep_what_is_loaded
from dashboard import looks
from dashboard.actions import forget_what_was_said
from dashboard.door.person import ACCOUNT_PATH, Person, person
from dashboard.menu import client_pages, daily_pages, further_pages
from dashboard.page import plain

# A file of our own: Streamlit fetches the browser tab's icon from a font server when it is a name.
ICON = Path(__file__).parent / "icon.svg"


def main() -> None:
    # Streamlit looks for garbage after each press, through all that is loaded: 0.1 s.
    keep_what_is_loaded()
    st.set_page_config(
        page_title="Clipper", page_icon=str(ICON), layout="wide", initial_sidebar_state="collapsed"
    )
    try:
        who = person()
    except ClippingError as error:
        st.error(plain(str(error)), icon=":material/cloud_off:")
        st.stop()
    page = st.navigation(_pages(who), position="top")
    with st.sidebar:
        st.caption(plain(f"{who.name}, {who.role.value}"))
        st.link_button("Account and sign-out", ACCOUNT_PATH, icon=":material/person:")
    looks.style()
    page.run()
    forget_what_was_said()


def _pages(who: Person) -> list[StreamlitPage]:
    # Whoever works for the clients begins with what needs them, a client with their clips.
    clips = st.Page(
        "views/clips.py", title="Clips", icon=":material/movie:", default=not who.is_staff
    )
    if not who.is_staff:
        return [clips, *client_pages()]
    sources = st.Page("views/sources.py", title="Sources", icon=":material/video_library:")
    return [*daily_pages(), clips, sources, *further_pages()]


main()
