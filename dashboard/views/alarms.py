"""Alarms: what nobody has seen to yet, alike ones together, and what was done about the others."""

from __future__ import annotations

from datetime import UTC, datetime

import streamlit as st
from sqlmodel import Session

from clipping.db.queries.alert_lines import (
    AlertGroup,
    SettledAlert,
    open_alerts,
    settle_group,
    settled_alerts,
)
from clipping.errors import Rejected
from dashboard import looks
from dashboard.actions import change, say_what_was_done
from dashboard.choosing import client_choice
from dashboard.door.person import person
from dashboard.looks import Lead
from dashboard.page import reading
from dashboard.paging import Pages
from dashboard.words import Chip, Tone, apart, many, utc

MOST = 50
PER_PAGE = 30


def overview() -> None:
    who, now = person(), datetime.now(UTC)
    looks.begin("Alarms", "What nobody has seen to yet. Alike ones stand together.")
    say_what_was_done()
    one, two = st.columns([1, 2], vertical_alignment="bottom")
    with one:
        client = client_choice(who)
    shown = two.segmented_control("Shown", ["Open", "Done"], default="Open", key="shown")
    if shown == "Done":
        history(client)
        return
    with reading() as session:
        groups = open_alerts(session, MOST + 1, client)
    if not groups:
        looks.empty("No alarms", "Whatever happens that a person has to see is told here.")
    with looks.listing():
        for group in groups[:MOST]:
            _group(group, now)
    if len(groups) > MOST:
        st.caption(f"These are the latest {MOST}; more come up as they are done.")


def _group(group: AlertGroup, now: datetime) -> None:
    times = many(group.count, "time") if group.count > 1 else "once"
    since = f", first {apart(group.first_at, now)}" if group.count > 1 else ""
    said = (
        f"{group.client or 'nobody in particular'} · {times}, {apart(group.last_at, now)}{since}",
    )
    line = looks.row(Chip(group.kind, Tone.BAD), group.sentence, said, _lead(group))
    key = f"{group.alert_ids[0]}"
    with line.popover("Done", icon=":material/check:"), st.form(f"done {key}", border=False):
        st.text_input("What was done about it", max_chars=300, key=f"note {key}")
        st.form_submit_button(
            f"Done with {'it' if group.count == 1 else 'all of them'}",
            on_click=_settle,
            args=(group, f"note {key}"),
        )


def _settle(group: AlertGroup, key: str) -> None:
    note = st.session_state[key].strip()

    def act(session: Session, by: str, now: datetime) -> str:
        done = settle_group(session, group, by, note, now)
        if not done:
            raise Rejected("Nothing was done: it is over, or somebody has seen to it meanwhile.")
        return f"{many(done, 'alarm')} done."

    change(act)


def _lead(group: AlertGroup) -> Lead | None:
    if group.post_id:
        return Lead("The post", "posts", {"post": group.post_id})
    if group.account_id:
        return Lead("The account", "accounts", {"account": group.account_id})
    return None


def history(client: str | None) -> None:
    pages = Pages("alarms", client)
    with reading() as session:
        found = settled_alerts(session, PER_PAGE + 1, pages.after, client)
    pages.step_back_if_empty(found)
    if not found:
        looks.empty("Nothing yet", "What somebody has seen to is kept here, with their note.")
        return
    with looks.listing():
        for one in found[:PER_PAGE]:
            _settled(one)
    pages.show(found[min(len(found), PER_PAGE) - 1].alert_id, more=len(found) > PER_PAGE)


def _settled(one: SettledAlert) -> None:
    note = f": {one.note}" if one.note else ""
    lead = Lead("The post", "posts", {"post": one.post_id}) if one.post_id else None
    whose = one.client or "nobody in particular"
    said = (f"{whose} · {utc(one.at)}", f"Done by {one.seen_by}, {utc(one.seen_at)}{note}")
    looks.row(Chip(one.kind, Tone.CALM), one.sentence, said, lead)


overview()
