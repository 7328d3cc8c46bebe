"""What ``clipper watch`` does."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.table import Table
from rich.text import Text

from clipping.errors import Rejected, UnsafeUrl
from clipping.models import ItemState, Rights, Watch, WatchedItem
from flows import console

_SHOWN = 5
"""Items with a reason, of each watch."""


@dataclass(frozen=True)
class WatchOverview:
    """A watch, how much it has found, and the latest that did not go well."""

    watch: Watch
    counts: dict[ItemState, int]
    notable: tuple[WatchedItem, ...]

    def as_json(self) -> dict[str, Any]:
        """The same for programs."""
        return {
            **self.watch.model_dump(mode="json"),
            "items": {state.value: count for state, count in self.counts.items()},
            "notable": [item.model_dump(mode="json") for item in self.notable],
        }


def add_watch(
    place: str,
    client: str,
    min_seconds: int,
    clip: bool,
    rights: Rights,
    *,
    withdraw_rights: bool = False,
) -> None:
    """Watch a place from now on, or change what is asked of it.

    :param withdraw_rights: Whether rights that were stated before are taken back.
    :raises Rejected: There is no such folder, or the link may not be fetched.
    :raises RightsNotStated: Clips are wanted, and the client wants rights to be stated first.
    """
    from clipping.db import queries
    from clipping.rights import check_stated
    from clipping.sources.naming import called
    from tasks.workplace import db_session

    found = located(place)
    watch = Watch(
        watch_id=queries.watches.watch_id(client, found),
        client=client,
        place=found,
        min_seconds=min_seconds,
        clip=clip,
        rights=rights,
    )
    if not watch.is_channel:
        _check_folder(Path(found))
    with db_session() as session:
        queries.watches.save_watch(session, watch, withdraw_rights=withdraw_rights)
        kept = next(
            w for w in queries.watches.watches(session, client) if w.watch_id == watch.watch_id
        )
        if clip:
            required = queries.clients.client_settings(session, client).require_rights
            check_stated(kept.rights, required=required, client=client, name=called(found))
    console.output.print(
        f"Watching {found} for {client}: what is new and {min_seconds} s long or longer is "
        f"{_what(kept)}.\nclipper up looks every quarter of an hour, clipper watch run now.",
        markup=False,
    )


def _check_folder(folder: Path) -> None:
    from clipping.sources.folders import list_folder

    if not folder.is_dir():
        raise Rejected(f"There is no folder {folder}.")
    list_folder(folder)


def remove_watch(place: str, client: str) -> None:
    """Watch a place no longer.

    :raises Rejected: It is not watched for this client.
    """
    from clipping.db import queries
    from tasks.workplace import db_session

    try:
        names = {place, located(place)}
    except UnsafeUrl:
        names = {place}
    with db_session() as session:
        found = [
            watch for watch in queries.watches.watches(session, client) if watch.place in names
        ]
        for watch in found:
            queries.watches.forget_watch(session, watch.watch_id)
    if not found:
        raise Rejected(f"{place} is not watched for {client}; clipper watch list shows what is.")
    console.output.print(f"{found[0].place} is no longer watched for {client}.", markup=False)


def located(place: str) -> str:
    """The place by the one name under which it is watched.

    :raises UnsafeUrl: It is a link that may not be fetched.
    """
    from clipping.settings import settings
    from clipping.sources.files import is_link
    from clipping.sources.guard import check_link, extra_domains

    if is_link(place):
        return check_link(place, extra_domains(settings().link_hosts)).url
    try:
        return str(Path(place).expanduser().resolve())
    except (RuntimeError, ValueError, OSError) as error:
        raise Rejected(f"{place!r} is not the path of a folder.") from error


def list_watches(client: str | None, *, as_json: bool) -> None:
    """Print the watches."""
    overviews = _overviews(client)
    if as_json:
        document = [overview.as_json() for overview in overviews]
        sys.stdout.write(json.dumps(document, ensure_ascii=False, indent=2) + "\n")
    elif overviews:
        console.output.print(watch_table(overviews))
    else:
        console.output.print("Nothing is watched: clipper watch add FOLDER_OR_CHANNEL_URL.")


def _overviews(client: str | None) -> list[WatchOverview]:
    from clipping.db import queries
    from tasks.workplace import db_session

    with db_session() as session:
        counts = queries.watches.item_counts(session)
        return [
            WatchOverview(
                watch,
                {s: counts[watch.watch_id, s] for s in ItemState if (watch.watch_id, s) in counts},
                tuple(queries.watches.items_with_reasons(session, watch.watch_id, _SHOWN)),
            )
            for watch in queries.watches.watches(session, client)
        ]


def watch_table(overviews: Sequence[WatchOverview]) -> Table:
    """One row per watch: whose, how it is, and below its place what did not go well."""
    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in ("client", "looked at", "items"):
        table.add_column(name, no_wrap=name == "looked at")
    table.add_column("watch", overflow="fold")
    for one in overviews:
        watch = one.watch
        asked = watch.asked_at.strftime("%Y-%m-%d %H:%M UTC") if watch.asked_at else "not yet"
        items = [f"{count} {state.value.replace('_', ' ')}" for state, count in one.counts.items()]
        lines = [watch.place, f"{watch.min_seconds} s or longer, {_what(watch)}"]
        if watch.rights.stated:
            lines.append(f"rights: {watch.rights.summary}")
        if watch.trouble:
            lines.append(f"trouble: {watch.trouble}")
        lines += [_notable(item) for item in one.notable]
        table.add_row(Text(watch.client), asked, "\n".join(items) or "none", Text("\n".join(lines)))
    return table


def _notable(item: WatchedItem) -> str:
    tried = f", tried {item.attempts} times" if item.attempts > 1 else ""
    return f"{item.state.value}{tried}: {item.title}: {item.reason}"


def _what(watch: Watch) -> str:
    return "taken in, heard and clipped" if watch.clip else "taken in and heard"


def run_watches(client: str | None, most_items: int, *, again: bool = False, as_json: bool) -> bool:
    """One pass over the watches, now; whether none of them has trouble.

    :raises Rejected: Nothing is watched.
    """
    from flows.local_run import local_run

    def check() -> None:
        if not _overviews(client):
            raise Rejected("Nothing is watched: clipper watch add FOLDER_OR_CHANNEL_URL.")

    with console.showing_progress(), local_run(check):
        from flows.watch import BUSY, watch_sources

        ended: Any = watch_sources(client=client, ask_now=True, most_items=most_items, again=again)
        busy = ended.get(BUSY, 0)
    if busy:
        console.errors.print(f"Another run works on {busy} of the watches; it sees what is new.")
    list_watches(client, as_json=as_json)
    return not any(one.watch.trouble for one in _overviews(client))
