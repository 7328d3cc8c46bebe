"""What ``clipper rescue`` does."""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from clipping.errors import Rejected
from flows import console
from flows.outcomes import numbered

if TYPE_CHECKING:
    from sqlmodel import Session

    from clipping.models import Detection, SourceVideo


def show_dropped(what: str, client: str | None, *, as_json: bool) -> None:
    """Print what a detection dropped, each with its number and its reason.

    :raises Rejected: Nothing has been searched there.
    """
    from tasks.workplace import db_session

    with db_session() as session:
        key, source, detection = _found(session, what, client)
    if as_json:
        told = {
            "detection": key,
            "source": source.file_name,
            "client": source.client,
            "rejections": numbered(detection.dropped),
        }
        sys.stdout.write(json.dumps(told, ensure_ascii=False, indent=2) + "\n")
        return
    if not detection.dropped:
        console.output.print(f"{source.file_name}: no candidate was dropped.")
        return
    console.output.print(console.rejection_table(detection.dropped, None, words=True))
    console.output.print(f"\nTo make a clip of one after all: clipper rescue {key} --take NUMBER")


def take_dropped(
    what: str, client: str | None, numbers: list[int], out: Path, *, as_json: bool
) -> bool:
    """Make clips of dropped candidates, beside the others; whether each that was brought back is
    whole.

    :raises Rejected: There is no such candidate, or a clip of it would break a promise.
    """
    from flows.folders import check_writable
    from flows.jobs import tell
    from flows.local_run import local_run

    started = time.monotonic()
    keys: list[str] = []
    with console.showing_progress() as stages:
        check_writable(out)
        with local_run(lambda: keys.append(_checked(what, client, numbers))):
            from flows.export import export
            from flows.render import rescue

            clip_ids: Any = rescue(keys[0], numbers)
            exported = export(clip_ids, keys[0], out)
    seconds = {"total": round(time.monotonic() - started, 3), **stages.seconds()}
    tell(exported, seconds, as_json=as_json)
    return all(report.proof.passed for report, _ in exported.clips if report.rescued_at)


def _checked(what: str, client: str | None, numbers: list[int]) -> str:
    """The detection's key, once its candidates have these numbers."""
    from clipping.moments.rescue import numbered_in
    from tasks.workplace import db_session

    with db_session() as session:
        key, _, detection = _found(session, what, client)
    for number in numbers:
        numbered_in(detection, number)
    return key


def _found(session: Session, what: str, client: str | None) -> tuple[str, SourceVideo, Detection]:
    """The key of a detection, its source, and what it found.

    :raises Rejected: It is another client's than the one that was named.
    """
    from clipping.db import queries

    key = _detection_key(session, what, client or "default")
    source_id, _, detection = queries.lineage.get_detection(session, key)
    source = queries.sources.get_source(session, source_id)
    if client is not None and source.client != client:
        raise Rejected(f"{what} is not {client}'s.")
    return key, source, detection


def _detection_key(session: Session, what: str, client: str) -> str:
    """Key of the newest detection that an id, a file or a link means."""
    from clipping.db import queries

    if what.startswith("det_"):
        queries.lineage.get_detection(session, what)
        return what
    if what.startswith("clip_"):
        clip = queries.clips.get_clip(session, what)
        # Of a variation with other ends, the talk that it is from is meant.
        key = queries.rescues.newest_detection(
            session, clip.source_id, clip.moment_id
        ) or queries.rescues.newest_detection(session, clip.source_id)
    else:
        key = queries.rescues.newest_detection(session, _source_id(session, what, client))
    if key is None:
        raise Rejected(f"Nothing has been searched in {what} yet: clip it first.")
    return key


def _source_id(session: Session, what: str, client: str) -> str:
    from clipping.db import queries
    from clipping.settings import settings
    from clipping.sources.files import is_link
    from clipping.sources.guard import check_link, extra_domains
    from clipping.storage.base import hash_file

    if what.startswith("src_"):
        return queries.sources.get_source(session, what).source_id
    if is_link(what):
        what = check_link(what, extra_domains(settings().link_hosts)).url
    # A file is kept under the name by which it was given.
    places = dict.fromkeys((what, str(Path(what).absolute()), str(Path(what).resolve())))
    known = (queries.sources.source_at(session, client, place) for place in places)
    source = next((source for source in known if source is not None), None)
    # A path raises for a name that is too long.
    if source is None and os.path.isfile(what):  # noqa: PTH113
        source = queries.sources.find_source(session, client, hash_file(Path(what)))
    if source is None:
        raise Rejected(f"{what} has not been taken in for {client} yet.")
    return source.source_id
