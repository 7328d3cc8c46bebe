"""Clips that were changed lately: how far each is, and what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import streamlit as st

from clipping.db import queries
from clipping.db.queries.changes import ChangeLine
from clipping.models import ChangeState
from clipping.publishing.changing import is_silent
from dashboard import looks, verdicts
from dashboard.looks import Lead
from dashboard.page import reading
from dashboard.words import Chip, Tone, apart

_MOST = 50
_EVERY_S = 3
_CHIPS = {
    ChangeState.ASKED: Chip("waits", Tone.BUSY),
    ChangeState.RENDERING: Chip("rendering", Tone.BUSY),
    ChangeState.DONE: Chip("done", Tone.GOOD),
    ChangeState.FAILED: Chip("failed", Tone.BAD),
}


def changes_list(client: str | None, since: datetime, now: datetime) -> None:
    """The latest first; what is under way moves by itself."""
    with reading() as session:
        lines = queries.changes.recent_changes(session, client, since, _MOST)
    if not lines:
        looks.empty("Nothing was changed lately", "Clips that are rendered again are shown here.")
        return
    if any(line.change.open for line in lines):
        st.fragment(_moving, run_every=_EVERY_S)(client, since)
    else:
        _rows(lines, now)


def _moving(client: str | None, since: datetime) -> None:
    with reading() as session:
        lines = queries.changes.recent_changes(session, client, since, _MOST)
    _rows(lines, datetime.now(UTC))
    if not any(line.change.open for line in lines):
        st.rerun()


def _rows(lines: Sequence[ChangeLine], now: datetime) -> None:
    with looks.listing():
        for line in lines:
            _row(line, now)


def _row(line: ChangeLine, now: datetime) -> None:
    change, silent = line.change, is_silent(line.change, now)
    told = change.told
    if silent:
        told = "Nobody seems to be at it: its worker may have ended, or none is there."
    elif change.open:
        told = f"{change.fraction:.0%} rendered"
    chip = Chip("no word", Tone.WARN) if silent else _CHIPS[change.state]
    lead = None
    if change.made_clip_id:
        lead = Lead("Look", "review", {"clip": change.made_clip_id})
    elif change.state is ChangeState.FAILED:
        lead = Lead("Look", "review", {"clip": change.clip_id})
    said = (f"{line.client} · {change.by}, {apart(change.asked_at, now)}: {change.wanted.told}",)
    made = looks.row(chip, line.title, (*said, told), lead)
    if change.open and not silent:
        looks.bar(change.fraction)
    if silent:
        with made:
            for label, act in (("Start it again", _start_anew), ("Give it up", _give_up)):
                key = f"{label} {change.change_id}"
                st.button(label, key=key, on_click=act, args=(change.change_id,))


def _start_anew(change_id: str) -> None:
    verdicts.start_anew(change_id)
    # The whole page says what was done, and not what moves in it.
    st.rerun()


def _give_up(change_id: str) -> None:
    verdicts.give_up(change_id)
    st.rerun()
