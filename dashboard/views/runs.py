"""Runs: what the machines work at, what waits, and what failed and why."""

from __future__ import annotations

from datetime import UTC, datetime

import streamlit as st

from clipping.errors import ClippingError
from clipping.models import Role
from dashboard import looks, runs
from dashboard.actions import say, say_what_was_done
from dashboard.choosing import client_choice, one_of
from dashboard.door.person import Person, actor, person
from dashboard.prefect_server import pages_url
from dashboard.runs import Kind, Run, Seen
from dashboard.words import Tone, apart

KINDS = {
    Kind.TO_SEE: "Failed",
    Kind.RUNNING: "Running",
    Kind.WAITING: "Waiting",
    Kind.DONE: "Done",
    Kind.CANCELLED: "Ended early",
}
EMPTY = {
    Kind.TO_SEE: ("Nothing failed", "No run of the last three days failed."),
    Kind.RUNNING: ("Nothing runs just now", "Runs begin by their schedules, or when asked for."),
    Kind.WAITING: ("Nothing waits", "No run is to begin within the hour."),
    Kind.DONE: ("Nothing ended", "No run came to its end within three days."),
    Kind.CANCELLED: ("Nothing ended early", "No run was cancelled within three days."),
}


def overview() -> None:
    who, now = person(), datetime.now(UTC)
    looks.begin("Runs", "What the machines work at for you, and what came of it.")
    say_what_was_done()
    if not who.is_staff:
        looks.empty("There is nothing here for you", "Your clips are under Clips.")
        return
    one, two = st.columns([1, 2], vertical_alignment="bottom")
    with one:
        client = client_choice(who)
    if "runs" not in st.session_state:
        st.session_state["runs"] = one_of("kind", list(Kind)) or Kind.TO_SEE
    kind = two.segmented_control("Shown", list(Kind), format_func=KINDS.__getitem__, key="runs")
    _listing(client, Kind(kind or Kind.TO_SEE), now)


@st.fragment(run_every=10)
def _listing(client: str | None, kind: Kind, now: datetime) -> None:
    theirs = _theirs(person(), client)
    try:
        found = runs.look(kind, theirs, now)
    except ClippingError as error:
        looks.empty(
            "Runs cannot be shown just now",
            f"{error} Whatever runs goes on; posts, clips and costs are on their pages as always.",
        )
        # Whatever is pressed, the list is asked for again.
        st.button("Try again", icon=":material/refresh:")
        return
    looks.figures(_figures(found))
    if not found.runs:
        looks.empty(*EMPTY[kind])
    with looks.listing():
        for run in found.runs:
            _row(run, client, datetime.now(UTC))
    if found.more:
        st.caption(f"These are the latest {runs.MOST}; Prefect's own pages have all.")
    address = pages_url()
    if address is not None:
        st.link_button(
            "All runs on Prefect's pages", f"{address}/runs", icon=":material/open_in_new:"
        )


def _theirs(who: Person, client: str | None) -> tuple[str, ...] | None:
    """Of whose runs alone something is shown; what works for everybody is an admin's to see."""
    if client is not None:
        return (client,) if client in who.clients else ()
    return None if who.role is Role.ADMIN else who.clients


def _figures(found: Seen) -> list[tuple[str, str, Tone]]:
    failed = found.counts[Kind.TO_SEE]
    return [
        (f"{failed:,}", "failed within three days", Tone.BAD if failed else Tone.GOOD),
        (f"{found.counts[Kind.RUNNING]:,}", "running", Tone.BUSY),
        (f"{found.counts[Kind.WAITING]:,}", "to begin within the hour", Tone.CALM),
        (f"{found.counts[Kind.DONE]:,}", "done within three days", Tone.GOOD),
    ]


def _row(run: Run, client: str | None, now: datetime) -> None:
    whose = ", ".join(run.clients) or "everybody"
    line = looks.row(run.chip, run.name, (f"for {whose} · {_when(run, now)}", run.why))
    with line:
        if run.percent is not None:
            st.progress(min(1.0, max(0.0, run.percent / 100)), f"{run.percent:.0f} %", width=140)
        if run.can_go_again:
            st.button(
                "Run again",
                key=f"again {run.run_id}",
                icon=":material/replay:",
                help="Does only what is missing: what is there is found and left as it is.",
                on_click=_again,
                args=(run, client),
            )
        address = pages_url()
        if address is not None:
            st.link_button("Prefect", f"{address}/runs/flow-run/{run.run_id}", type="tertiary")


def _when(run: Run, now: datetime) -> str:
    if run.ended_at is not None:
        took = ""
        if run.started_at is not None:
            minutes = (run.ended_at - run.started_at).total_seconds() / 60
            took = f", took {minutes:.0f} min" if minutes >= 1 else ", took under a minute"
        return f"ended {apart(run.ended_at, now)}{took}"
    if run.started_at is not None:
        return f"began {apart(run.started_at, now)}"
    return f"due {apart(run.expected_at, now)}" if run.expected_at else "not begun"


def _again(run: Run, client: str | None) -> None:
    try:
        who = actor()
        runs.start_again(run.run_id, _theirs(who, client), who.name)
    except ClippingError as error:
        say(str(error), done=False)
    else:
        say(f"Started again: {run.name}. It does only what is missing.")
    # The whole page says what was done, and not the list alone.
    st.rerun()


overview()
