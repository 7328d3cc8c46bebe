"""Look at every watched folder and channel once, and take in what is new."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import Any

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.exceptions import TerminationSignal

from clipping.models import Watch, WatchedItem
from clipping.watching.looking import is_due
from clipping.watching.outcomes import (
    Outcome,
    after_pass,
    done,
    failed,
    is_of_the_site,
    is_put_off,
    not_tried,
)
from flows import forms
from flows.clip import clip_source
from flows.hear import hear_source
from flows.showing import show_counts, tag
from flows.stages import finished
from tasks.lengths import wanted_lengths
from tasks.rights import check_rights_at
from tasks.watch import (
    as_it_is_now,
    begin,
    end,
    holding,
    is_as_begun,
    keep,
    load_watches,
    look,
    note_pass,
    rights_to_state,
)
from tasks.workplace import if_free

BUSY = "left to another run"


@flow(name="watch-sources", flow_run_name="watch sources")
def watch_sources(
    client: forms.OneClient = None,
    ask_now: forms.AskNow = False,
    most_items: forms.MostItems = 5,
    again: forms.Again = False,
) -> State[Any]:
    """Take in what is new and long enough in watched folders and on watched channels, once.

    Args:
        client: only this client's watches.
        ask_now: ask channels also when that was done less than an hour ago, and places that
            are left alone for a while because they turned us away.
        most_items: how many items of each watch at most; the next pass goes on with the others,
            so that a watch that finds a lot does not hold up all others.
        again: what was given up, refused or put off is new again.

    Returns:
        How many items ended in each state, and how many watches were left to another run.
    """
    tag(client)
    ended: Counter[str] = Counter()
    for watch in load_watches(client):
        with if_free(holding(watch)) as ours:
            # Else another run is at it, and what it does not see the next pass will.
            if ours:
                ended.update(_pass(watch, ask_now, most_items, again))
            else:
                ended[BUSY] += 1
    show_counts("watched-items", "Items by the state in which they ended", ended)
    return finished(dict(ended))


def _pass(loaded: Watch, ask_now: bool, most_items: int, again: bool) -> list[str]:
    """One watch, whose troubles are its own; the states in which its items ended."""
    now = datetime.now(UTC)
    # Passes over other watches took hours, perhaps.
    watch = as_it_is_now(loaded)
    if watch is None:
        return []
    # Who asks by hand overrules pauses, but not one that the site has just asked for.
    overruled = ask_now and watch.not_before == loaded.not_before
    if is_put_off(watch.not_before, now) and not overruled:
        return []
    ended: list[str] = []
    trouble: Exception | None = None
    ask = ask_now or is_due(watch, now)
    try:
        if watch.clip:
            check_rights_at(watch.place, watch.client, watch.rights)
        for item in look(watch, ask, again)[:most_items]:
            latest = as_it_is_now(watch)
            if latest is None:
                return ended
            outcome = _take_in(latest, item)
            if outcome is not None:
                ended.append(outcome.item.state.value)
                trouble = outcome.error
            if trouble:
                break
    except Exception as error:  # noqa: BLE001 - whatever it is, the other watches go on
        trouble = error
    if ask or ended or trouble:
        after = after_pass(watch, trouble, datetime.now(UTC))
        note_pass(after, is_of_the_site(watch, trouble))
    return ended


def _take_in(watch: Watch, item: WatchedItem) -> Outcome | None:
    """One item, whose failure is its own; None when it was not begun."""
    begun = begin(watch, item)
    if begun is None:
        return None
    try:
        _hear_and_clip(watch, begun.location)
    except (KeyboardInterrupt, TerminationSignal):
        # Told to stop, which is no fault of the item: as if it had not been begun.
        keep(item)
        raise
    except Exception as error:  # noqa: BLE001 - whatever it is, the other items go on
        if is_as_begun(watch, begun):
            outcome = failed(begun, error, datetime.now(UTC), watch)
        else:
            outcome = Outcome(not_tried(begun))
    else:
        outcome = done(begun)
    end(outcome.item)
    return outcome


def _hear_and_clip(watch: Watch, location: str) -> None:
    shared: dict[str, Any] = {"client": watch.client, "rights": rights_to_state(watch, location)}
    hear_source(location, shortest_seconds=watch.min_seconds, **shared)
    if watch.clip:
        # What is long enough for the watch is long enough for a clip.
        usual = wanted_lengths(watch.client, None, None, None).min_ms // 1000
        shortest = min(usual, watch.min_seconds)
        # Nobody waits for it: what Claude has not answered yet, a later pass comes back for.
        clip_source(location, min_seconds=shortest, in_batches=True, **shared)
