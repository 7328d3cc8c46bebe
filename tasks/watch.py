"""Watch: what is new in a folder or on a channel, and what became of it."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from prefect import task

from clipping import progress
from clipping.db import queries
from clipping.models import Found, ItemState, Rights, SourceRequest, Watch, WatchedItem
from clipping.settings import settings
from clipping.sources.fetched import ChannelEntry
from clipping.sources.files import verify
from clipping.sources.folders import is_unchanged, list_folder
from clipping.sources.links import list_channel
from clipping.sources.naming import called
from clipping.watching.listing import STEP, is_cut_off, most_to_list, newest_first
from clipping.watching.looking import (
    after_look,
    gone,
    is_fresh,
    is_settled,
    not_whole,
    turns,
    whole,
)
from clipping.watching.outcomes import anew, begun, said
from tasks.ingest import client_cookies
from tasks.retry import POLICY, TaskPolicy
from tasks.workplace import db_session

_NEXT_PASS_IS_THE_RETRY = TaskPolicy(**{**POLICY, "retries": 0})
"""A site that asks for a pause is not asked again two seconds later."""

_STOP_WITHIN_S = 0.25


def holding(watch: Watch) -> str:
    """The key under which one run at a time works on a watch and all that it found."""
    return f"watch:{watch.watch_id}"


def _name_of_look(parameters: dict[str, Any]) -> str:
    return f"look at {called(parameters['watch'].place)}"


@task(name="load watches", **POLICY)
def load_watches(client: str | None) -> list[Watch]:
    """All watches, or those of one client."""
    with db_session() as session:
        return queries.watches.watches(session, client)


@task(
    name="look",
    task_run_name=_name_of_look,  # type: ignore[arg-type]  # its protocol wants a method besides
    **_NEXT_PASS_IS_THE_RETRY,
)
def look(watch: Watch, ask: bool, again: bool = False) -> list[WatchedItem]:
    """What of a watch is to be taken in now; the caller holds :func:`holding`.

    :param ask: Whether the folder is read, or the channel asked; else what is known counts.
    :param again: Whether what was given up, refused or put off is new again.
    :raises ClippingError: The folder cannot be read, or the site does not list the channel.
    """
    now = datetime.now(UTC)
    if again:
        with db_session() as session:
            known = queries.watches.items_of(session, watch.watch_id)
            queries.watches.save_items(
                session, [anew(item) for item in known if anew(item) != item]
            )
    if ask:
        with db_session() as session:
            # Before the site is asked: one that does not answer has been asked all the same.
            queries.watches.note_look(session, watch.watch_id, now)
        if not watch.is_channel:
            return turns(_look_at_folder(watch), datetime.now(UTC))
        _look_at_channel(watch)
    with db_session() as session:
        return turns(queries.watches.items_of(session, watch.watch_id), now)


@task(name="begin", task_run_name="begin {item.title}", **POLICY)
def begin(watch: Watch, item: WatchedItem) -> WatchedItem | None:
    """The item, marked as being done; None when it is not to be done after all.

    A file that is not the one that was looked at is left for the next look.
    """
    if not is_as_begun(watch, item):
        return None
    item = begun(item)
    _keep([item])
    return item if item.state is ItemState.DOING else None


@task(name="end", task_run_name="{item.state.value} {item.title}", **POLICY)
def end(item: WatchedItem) -> None:
    """Keep what became of an item."""
    _keep([item])


@task(name="note pass", **POLICY)
def note_pass(watch: Watch, whole_site: bool) -> None:
    """Keep why a watch's pass ended early, if it did, and until when its place is left alone.

    :param whole_site: Whether that holds for all watches of its site.
    """
    with db_session() as session:
        queries.watches.note_pass(session, watch)
        if whole_site:
            queries.watches.put_off_site(session, watch)


def as_it_is_now(watch: Watch) -> Watch | None:
    """What is asked of a watch by now, for work that takes hours; None when it was ended."""
    with db_session() as session:
        return queries.watches.find_watch(session, watch.watch_id)


def is_as_begun(watch: Watch, item: WatchedItem) -> bool:
    """Whether an item is still what was looked at; of a channel nothing else is known."""
    return watch.is_channel or is_unchanged(Path(watch.place), item)


def rights_to_state(watch: Watch, location: str) -> Rights:
    """What a watch states of what it found: nothing where somebody has already."""
    with db_session() as session:
        source = queries.sources.source_at(session, watch.client, location)
    return Rights() if source is not None and source.rights.stated else watch.rights


def keep(item: WatchedItem) -> None:
    """Keep an item as it stands; without Prefect, which makes no run of a run that is stopped."""
    _keep([item])


def _look_at_folder(watch: Watch) -> list[WatchedItem]:
    """Two looks, where something is there that was not, or not like this, at the last one."""
    settle = timedelta(seconds=settings().watch_settle_seconds)
    folder = Path(watch.place)
    # Settled is what two looks saw, however long the work between them took.
    now = datetime.now(UTC)
    items = _compared(watch, list_folder(folder), now)
    if any(is_fresh(item, now, settle) for item in items):
        _wait(settle)
        now = datetime.now(UTC)
        items = _compared(watch, list_folder(folder), now)
    judged = [
        _verified(watch, item, now) if is_settled(item, now, settle) else item for item in items
    ]
    _keep([after for before, after in zip(items, judged, strict=True) if after != before])
    return judged


def _look_at_channel(watch: Watch) -> None:
    with db_session() as session:
        known = {item.identity for item in queries.watches.items_of(session, watch.watch_id)}
    most = most_to_list(watch.place, known, settings().watch_first)
    entries = _listed(watch, most)
    while is_cut_off([entry.id for entry in entries], known, most):
        most += STEP
        entries = _listed(watch, most)
    order = newest_first(watch.place, [entry.published for entry in entries])
    _compared(watch, [_found(entries[place]) for place in order], datetime.now(UTC))


def _listed(watch: Watch, most: int) -> list[ChannelEntry]:
    return list_channel(watch.place, most=most, cookies=client_cookies(watch.client))


def _found(entry: ChannelEntry) -> Found:
    length_s = entry.duration_s
    return Found(
        identity=entry.id,
        location=entry.url,
        title=entry.title,
        duration_ms=None if length_s is None else round(length_s * 1000),
    )


def _compared(watch: Watch, found: list[Found], now: datetime) -> list[WatchedItem]:
    """The items after a look, as they are kept from now on."""
    with db_session() as session:
        known = queries.watches.items_of(session, watch.watch_id)
        items = after_look(watch, known, found, now, settings().watch_first)
        before = {item.identity: item for item in known}
        changed = [item for item in items if before.get(item.identity) != item]
        queries.watches.save_items(session, changed)
        if not watch.is_channel:
            queries.watches.forget_items(session, watch.watch_id, gone(known, found))
    return items


def _keep(items: list[WatchedItem]) -> None:
    with db_session() as session:
        queries.watches.save_items(session, items)


def _verified(watch: Watch, item: WatchedItem, now: datetime) -> WatchedItem:
    if _is_not_unicode(item.location):
        reason = "Its name, or a folder's on the way, is not UTF-8; rename it."
        return item.replace(state=ItemState.REFUSED, reason=reason)
    try:
        request = SourceRequest(location=item.location, client=watch.client)
        verified = verify(request, max_bytes=settings().max_source_bytes, shortest_ms=0)
    except Exception as error:  # noqa: BLE001 - whatever it is, the other files are looked at
        return not_whole(item, said(error), now)
    return whole(item, watch, verified.media.duration_ms)


def _is_not_unicode(path: str) -> bool:
    """Whether neither a database nor a server of runs can hold it."""
    try:
        path.encode()
    except UnicodeEncodeError:
        return True
    return False


def _wait(settle: timedelta) -> None:
    """Let files grow. Each report is where the work ends when the process is told to stop."""
    until = time.monotonic() + settle.total_seconds()
    while (left := until - time.monotonic()) > 0:
        progress.report("watch", 0.0, "looking once more whether files still grow")
        time.sleep(min(left, _STOP_WITHIN_S))
