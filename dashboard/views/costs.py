"""Costs: what Claude has cost in a month, for whom and for what, and where the month is going."""

from __future__ import annotations

from datetime import UTC, date, datetime

import streamlit as st

from clipping.claude.budget import dollars
from dashboard import bars, costs, looks
from dashboard.bars import Meter, colour_of
from dashboard.choosing import client_choice, one_of
from dashboard.costs import KINDS, Costs
from dashboard.door.person import person
from dashboard.page import plain, reading
from dashboard.words import many, utc


def overview() -> None:
    who, now = person(), datetime.now(UTC)
    looks.begin("Costs", "What was spent, for whom and on what. Months and days are in UTC.")
    one, two = st.columns([1, 1], vertical_alignment="bottom")
    with one:
        client = client_choice(who)
    with two:
        month = _month(now)
    with reading() as session:
        found = costs.read(session, month, client, now)
    looks.figures(costs.figures(found))
    if not found.bill.by_client:
        looks.empty("Nothing was spent", f"Claude was asked nothing in {_named(month)}.")
    else:
        by_day(found, client)
        by_purpose(found)
    by_client(found)
    storage(found)


def _month(now: datetime) -> str:
    known = costs.months(now)
    if "month" not in st.session_state:
        st.session_state["month"] = one_of("month", known) or known[0]
    return str(st.selectbox("Month", known, format_func=_named, key="month"))


def _named(month: str) -> str:
    return f"{date.fromisoformat(month + '-01'):%B %Y}"


def by_day(found: Costs, client: str | None) -> None:
    st.subheader("By day")
    budget = found.budget
    level = float(budget / len(found.days)) if budget and client else None
    said = f"{dollars(budget / len(found.days))} a day spends the budget" if budget else ""
    looks.picture(
        bars.days(
            costs.by_day(found.bill), KINDS, found.days, said=_dollars, level=level, level_said=said
        )
    )
    used = {kind for amounts in costs.by_day(found.bill).values() for kind in amounts}
    looks.colours([(kind, colour_of(KINDS, kind)) for kind in KINDS if kind in used])


def _dollars(amount: float) -> str:
    return f"${amount:,.2f}"


def by_purpose(found: Costs) -> None:
    st.subheader("On what")
    whole = found.bill.usd
    looks.picture(
        bars.meters(
            [
                Meter(
                    name=kind,
                    said=f"{dollars(one.usd)} in {many(one.calls, 'question')}",
                    used=float(one.usd / whole) if whole else 0,
                    colour=colour_of(KINDS, kind),
                )
                for kind, one in costs.by_kind(found.bill)
            ]
        )
    )


def by_client(found: Costs) -> None:
    if not found.clients:
        return
    st.subheader("For whom" if len(found.clients) > 1 else "Against the budget")
    looks.picture(bars.meters(costs.client_meters(found)))
    if found.is_running:
        st.caption(
            "The mark is where the month will end if it goes on as the last seven days did. "
            "Budgets are set under Strategy; what would go over one is not asked."
        )


def storage(found: Costs) -> None:
    shown = costs.storage_meters(found)
    st.subheader("Storage")
    if not shown:
        st.caption("Known after the next sweep of the media store, which runs each night.")
        return
    looks.picture(bars.meters(shown))
    seen = max(one.seen_at for one in found.stored)
    st.caption(
        plain(f"In full colour what is in the store, pale what is archived. As of {utc(seen)}.")
    )


overview()
