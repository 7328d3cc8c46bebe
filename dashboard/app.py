"""What serves the dashboard: ``streamlit run dashboard/app.py`` with ``DATABASE_URL`` set.

The door stands around all of it; the pages are in ``pages.py``, which is run anew for each click.
"""

from __future__ import annotations

from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware

from dashboard.adding.finishing import wake_if_needed
from dashboard.door.guard import Door
from dashboard.door.serving import inline_hashes, prepare, rerun, site
from dashboard.presses import keep_presses

prepare()
keep_presses()
wake_if_needed()
# Streamlit looks for a line of this form.
app = st.App(
    Path(__file__).with_name("pages.py"),
    middleware=[Middleware(Door, site=site, hashes=inline_hashes(), rerun=rerun())],
)
