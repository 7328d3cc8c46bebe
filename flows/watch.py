"""Look at every watched folder and channel once, and take in what is new."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import Any

from prefect import flow
from prefect.client.schemas.objects import State

from clipping.models import Watch, WatchedItem
from clipping.watching.looking import is_due
from clipping.watching.outcomes import Outcome, done, failed, said
from flows.clip import clip_source
from flows.hear import hear_source
from flows.stages import finished
from tasks.rights import check_rights_at
from tasks.watch import begin, end, holding, load_watches, look, note_trouble
from tasks.workplace import if_free


@flow(name="watch-sources", flow_run_name="watch sources")
def watch_sources(
    client: str | None = None, ask_now: bool = False, most_items: int = 5
) -> State[Any]:
    """Take in what is new and long enough in watched folders and on watched channels, once.

    Args:
        client: only this client's watches.
        ask_now: ask channels also when that was done less than an hour ago.
        most_items: how many items of each watch at most; the next pass goes on with the others,
            so that a watch that finds a lot does not hold up all others.

    Returns:
        How many items ended in each state.
    """
    ended: Counter[str] = Counter()
    for watch in load_watches(client):
        with if_free(holding(watch)) as ours:
            # Else another run is at it, and what it does not see the next pass will.
            if ours:
                ended.update(_pass(watch, ask_now, most_items))
    return finished(dict(ended))


def _pass(watch: Watch, ask_now: bool, most_items: int) -> list[str]:
    """One watch, whose troubles are its own; the states in which its items ended."""
    ended: list[str] = []
    trouble = ""
    ask = ask_now or is_due(watch, datetime.now(UTC))
    try:
        if watch.clip:
            check_rights_at(watch.place, watch.client, watch.rights)
        for item in look(watch, ask)[:most_items]:
            outcome = _take_in(watch, item)
            if outcome is not None:
                ended.append(outcome.item.state.value)
                trouble = outcome.trouble
            if trouble:
                break
    except Exception as error:  # noqa: BLE001 - whatever it is, the other watches go on
        trouble = said(error)
    if ask or ended or trouble:
        note_trouble(watch.watch_id, trouble)
    return ended


def _take_in(watch: Watch, item: WatchedItem) -> Outcome | None:
    """One item, whose failure is its own; None when it was not begun."""
    begun = begin(watch, item)
    if begun is None:
        return None
    try:
        hear_source(
            begun.location,
            client=watch.client,
            rights=watch.rights,
            shortest_seconds=watch.min_seconds,
        )
        if watch.clip:
            clip_source(begun.location, client=watch.client, rights=watch.rights)
    except Exception as error:  # noqa: BLE001 - whatever it is, the other items go on
        outcome = failed(begun, error, datetime.now(UTC))
    else:
        outcome = done(begun)
    end(outcome.item)
    return outcome
