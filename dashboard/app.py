"""Entry of the dashboard: ``streamlit run dashboard/app.py`` with ``DATABASE_URL`` set."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

# A file of our own: Streamlit fetches the browser tab's icon from a font server when it is a name.
ICON = Path(__file__).parent / "icon.svg"

st.set_page_config(page_title="Clipper", page_icon=str(ICON), layout="wide")
st.navigation(
    [
        st.Page("views/clips.py", title="Clips", icon=":material/movie:", default=True),
        st.Page("views/sources.py", title="Sources", icon=":material/video_library:"),
    ],
    position="top",
).run()
