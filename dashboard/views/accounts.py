"""Accounts: how each stands and why, what it posted, what comes next, and how to stop it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from html import escape

import streamlit as st
from sqlmodel import Session

from clipping.db import queries
from clipping.db.queries.account_lines import (
    AccountChoice,
    AccountLine,
    AccountName,
    account_names,
    account_page,
)
from clipping.db.queries.post_lines import PostLine, posts_between
from clipping.models import Stop
from clipping.publishing.reinstating import ENDED_BY_A_PERSON, reinstate
from dashboard import looks
from dashboard.actions import change, say, say_what_was_done
from dashboard.choosing import client_choice
from dashboard.door.person import Person, person
from dashboard.looks import Lead
from dashboard.page import plain, reading
from dashboard.paging import Pages
from dashboard.standing import Trouble, left_today, open_until, troubles, warm_up, way_out
from dashboard.stop_panel import (
    holding,
    resume_button,
    said_why,
    stop_account,
    stop_form,
    unpausing,
)
from dashboard.words import PLATFORMS, STATES, Chip, Tone, account_name, apart, local, utc

PER_PAGE = 30
AROUND = timedelta(days=3)
NAMES = ("account", "how it stands", "last post", "next post", "warm-up", "left today", "token")
WELL = Chip("well", Tone.GOOD)


def overview() -> None:
    who, now = person(), datetime.now(UTC)
    looks.begin("Accounts", "How each stands, what it posted last, and what comes next.")
    say_what_was_done()
    one, two, three, four = st.columns([2, 2, 1.6, 1.2], vertical_alignment="bottom")
    with one:
        client = client_choice(who)
    with four.popover("Stop posting", icon=":material/pan_tool:", width="stretch"):
        stop_form(who)
    named = two.text_input("Handle", key="named", placeholder="a part of it").strip()
    if "troubled" not in st.session_state:
        st.session_state["troubled"] = bool(st.query_params.get("troubled"))
    troubled = three.toggle("Only those in trouble", key="troubled")
    choice = AccountChoice(client=client, named=named.lstrip("@"), troubled=troubled)
    pages = Pages("accounts", choice)
    with reading() as session:
        lines = account_page(session, choice, now, PER_PAGE + 1, pages.after)
        stops = tuple(queries.stops.stops(session))
        names = account_names(session, [stop.account_id for stop in stops])
    pages.step_back_if_empty(lines)
    holding(who, stops, names)
    if not lines:
        _nothing(choice)
        return
    with looks.listing():
        looks.head(NAMES)
        for line in lines[:PER_PAGE]:
            looks.cells(
                _cells(line, stops, now),
                Lead("Open", "accounts", {"account": line.account.account_id}),
            )
    pages.show(lines[min(len(lines), PER_PAGE) - 1].key, more=len(lines) > PER_PAGE)


def _nothing(choice: AccountChoice) -> None:
    if choice.troubled:
        looks.empty("No account is in trouble", "All that are shown here can be posted to.")
    elif choice.named:
        looks.empty("No such account", "No handle has these letters.")
    else:
        looks.empty("No accounts yet", "Connect one: clipper accounts connect PLATFORM.")


def _cells(line: AccountLine, stops: tuple[Stop, ...], now: datetime) -> list[tuple[str, str]]:
    one = line.account
    found = troubles(line, stops, now)
    name = (
        f'<span class="cl-name">@{escape(one.handle)}</span>'
        f'<div class="cl-quiet">{escape(PLATFORMS[one.platform])} · {escape(one.client)}</div>'
    )
    stands = looks.chip(found[0].chip if found else WELL)
    if found:
        stands += f'<div class="cl-quiet">{escape(found[0].sentence)}</div>'
    values = (
        apart(line.last_at, now) if line.last_at else "–",
        apart(max(line.next_at, now), now) if line.next_at else "–",
        warm_up(line, now),
        left_today(line),
        open_until(line, now),
    )
    return [
        ("", name),
        ("", stands),
        *((NAMES[place + 2], escape(value)) for place, value in enumerate(values)),
    ]


def detail(account_id: str) -> None:
    who, now = person(), datetime.now(UTC)
    looks.begin("Account")
    st.button("All accounts", icon=":material/arrow_back:", on_click=_close)
    say_what_was_done()
    with reading() as session:
        lines = account_page(session, AccountChoice(account_id=account_id), now, 1)
        stops = tuple(queries.stops.stops(session))
        posts = posts_between(session, [account_id], now - AROUND, now + AROUND)
        events = queries.accounts.account_events(session, account_id) if lines else []
    if not lines:
        looks.empty("There is no such account", "It may be another client's, or gone.")
        return
    line = lines[0]
    one = line.account
    st.header(plain(f"{account_name(one.platform, one.handle)} of {one.client}"))
    found = troubles(line, stops, now)
    with looks.listing():
        for trouble in found:
            looks.row(trouble.chip, trouble.sentence, ())
        if not found:
            looks.row(WELL, "It can be posted to.", ())
    left, right = st.columns([1, 1], gap="large")
    with left:
        _actions(who, line, stops)
        _facts(line, found, now)
    with right:
        _posts(posts, now)
        st.subheader("What happened")
        looks.lines(
            [
                (utc(event.at), _changed(event.kind, event.before, event.after, event.reason))
                for event in reversed(events[-20:])
            ]
        )
        if not events:
            st.caption("Nothing yet.")


def _changed(kind: str, before: str, after: str, reason: str) -> str:
    change = " → ".join(part for part in (before, after) if part)
    return f"{kind}: {change} {'' if reason in (before, after) else reason}".strip(" :")


def _facts(line: AccountLine, found: Sequence[Trouble], now: datetime) -> None:
    one = line.account
    facts = {
        "Posted to": one.method.value,
        "Awake": f"{one.wakes_at:%H:%M} to {one.sleeps_at:%H:%M} {one.timezone}",
        "Warm-up": warm_up(line, now),
        "Left today": left_today(line),
        "Token until": open_until(line, now),
        "Consent": f"{one.consent.owner}, {one.consent.given_at:%d %b %Y}" if one.consent else "–",
        "About": one.angle,
        "Looked at": local(line.checked_at, one.timezone) if line.checked_at else "not yet",
        "Account": one.account_id,
    }
    st.subheader("About it")
    st.markdown(
        "\n".join(f"- **{name}**: {plain(value)}" for name, value in facts.items() if value)
    )


def _actions(who: Person, line: AccountLine, stops: Sequence[Stop]) -> None:
    one = line.account
    st.subheader("What you can do")
    if told := way_out(line):
        st.info(plain(told), icon=":material/terminal:")
    if one.status in ENDED_BY_A_PERSON:
        _form_to_reinstate(one.account_id, f"reinstate {one.account_id} {one.status.value}")
    if one.paused:
        resume_button(f"pause {one.account_id}", "Resume it", unpausing(one.account_id))
    else:
        said = "Nothing is posted to it until somebody resumes it."
        _form_with_a_reason("Pause it", "Why", said, one.account_id, _pause)
    if not any(stop.account_id == one.account_id for stop in stops):
        said = "As a pause, and the planner leaves its slots out until it is resumed."
        _form_with_a_reason("Stop it", "Why it is stopped", said, one.account_id, stop_account)
    own = [stop for stop in stops if stop.account_id == one.account_id]
    holding(who, own, {one.account_id: AccountName(one.platform, one.handle, one.client)})
    looks.link(Lead("All its posts", "posts", {"account": one.account_id}))


def _form_to_reinstate(account_id: str, key: str) -> None:
    label = "It can be posted to again"
    with st.expander(label):
        with st.form(key, border=False):
            st.caption("Only after you have seen that its platform lets it post: held posts go on.")
            st.checkbox("I have looked at the account.", key=f"sure {key}")
            st.form_submit_button(
                label, type="primary", on_click=_reinstate, args=(account_id, key)
            )
        say_what_was_done(at=key)


def _form_with_a_reason(
    label: str, asked: str, said: str, account_id: str, act: Callable[[str, str], None]
) -> None:
    """A form that asks why.

    :param act: Called with the account and the key of the form, of which :func:`said_why` asks.
    """
    key = f"{label} {account_id}"
    with st.expander(label):
        with st.form(key, border=False):
            st.caption(said)
            st.text_input(asked, max_chars=200, key=f"why {key}")
            st.form_submit_button(label, type="primary", on_click=act, args=(account_id, key))
        say_what_was_done(at=key)


def _pause(account_id: str, key: str) -> None:
    why = said_why(key)

    def act(session: Session, by: str, now: datetime) -> str:
        queries.accounts.pause_account(session, account_id, f"{by}: {why}")
        return "It is paused."

    if why:
        change(act)


def _reinstate(account_id: str, key: str) -> None:
    def act(session: Session, by: str, now: datetime) -> str:
        reinstate(session, account_id, by, now)
        return "It is posted to again."

    if st.session_state[f"sure {key}"]:
        change(act)
    else:
        say("Look at the account first.", done=False, at=key)


def _posts(posts: Sequence[PostLine], now: datetime) -> None:
    st.subheader("Around now")
    if not posts:
        st.caption("No posts within three days.")
    with looks.listing():
        for post in posts:
            looks.row(
                STATES[post.state],
                f"{local(post.due_at, post.timezone)}, {apart(post.due_at, now)}",
                (post.title, post.told),
                Lead("Open", "posts", {"post": post.post_id}),
            )


def _close() -> None:
    st.query_params.clear()


chosen = st.query_params.get("account")
if chosen:
    detail(chosen)
else:
    overview()
