"""Who has which pages: those who work for the clients, and a client's own people."""

from __future__ import annotations

import streamlit as st
from streamlit.navigation.page import StreamlitPage


def review_page() -> StreamlitPage:
    """Which a client's own people have as well."""
    return st.Page("views/review.py", title="Review", icon=":material/rate_review:")


def daily_pages() -> list[StreamlitPage]:
    """In the order of a morning; the first is where everybody begins."""
    return [
        st.Page("views/today.py", title="Today", icon=":material/today:", default=True),
        review_page(),
        st.Page("views/add.py", title="Add", icon=":material/add_circle:"),
        st.Page("views/schedule.py", title="Calendar", icon=":material/calendar_month:"),
        st.Page("views/posts.py", title="Posts", icon=":material/send:"),
        st.Page("views/accounts.py", title="Accounts", icon=":material/group:"),
        st.Page("views/alarms.py", title="Alarms", icon=":material/notifications:"),
    ]


def further_pages() -> list[StreamlitPage]:
    """What is looked at now and then: what clients want, what it costs, what the machines do."""
    return [
        st.Page("views/strategy.py", title="Strategy", icon=":material/tune:"),
        st.Page("views/costs.py", title="Costs", icon=":material/payments:"),
        st.Page("views/runs.py", title="Runs", icon=":material/manufacturing:"),
    ]


def client_pages() -> list[StreamlitPage]:
    """What a client's own people have beside their clips."""
    return [
        review_page(),
        st.Page("views/numbers.py", title="Numbers", icon=":material/monitoring:"),
    ]
