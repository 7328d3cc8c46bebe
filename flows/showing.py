"""What operators see of a run on Prefect's pages: its name, client, progress, and what came of it.

Only of runs of deployments: a command has pages nobody opens, and tells its own terminal. Nothing
here ends a run: what cannot be shown is logged.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import copy_context
from functools import partial
from threading import Event, Thread
from typing import TYPE_CHECKING, Any, Final, TypeVar
from urllib.parse import quote
from uuid import UUID

from prefect import runtime
from prefect.artifacts import (
    create_markdown_artifact,
    create_progress_artifact,
    create_table_artifact,
    update_progress_artifact,
)
from prefect.client.orchestration import get_client

from clipping import progress
from clipping.settings import settings
from flows.console import Stages

if TYPE_CHECKING:
    from tasks.shown import ClipLine, Subject

REFRESH_S: Final = 5.0
"""How often a bar moves at most."""
LAST_WORD_S: Final = 10.0
"""How long the end of a stage waits for a server that does not take its last figure."""

_Made = TypeVar("_Made")
_log = logging.getLogger(__name__)


def is_shown() -> bool:
    """Whether this is the run of a deployment, whose page somebody may open."""
    return bool(runtime.deployment.id)


def label(verb: str, find: Callable[[], Subject]) -> None:
    """Name the run after what it does to what, and tag it by the client.

    :param find: Looks the subject up; it is not called where nothing is shown.
    """

    def write() -> None:
        subject = find()
        _write_labels(subject.client, f"{verb} {subject.title}")

    _shown("the run's name", write)


def tag(client: str | None) -> None:
    """Tag the run by its client, when it has one alone."""
    if client:
        _shown("the run's client", lambda: _write_labels(client))


def _write_labels(client: str, name: str | None = None) -> None:
    tags = {*runtime.flow_run.tags, f"client:{client}"}
    with get_client(sync_client=True) as server:
        server.update_flow_run(UUID(str(runtime.flow_run.id)), name=name, tags=sorted(tags))


@contextmanager
def progress_shown(stage: str) -> Iterator[None]:
    """A bar on the run's page while the block works at that stage."""
    bar = _shown("its progress", lambda: _Bar(stage))
    if bar is None:
        yield
        return
    with bar.moving():
        yield


class _Bar:
    """An artifact that follows the reports of a stage, from a thread of its own.

    A server that is slow or gone holds up the thread, and never the work.
    """

    def __init__(self, stage: str) -> None:
        self._stage = stage
        self._stages = Stages()
        self._percent = 0.0
        self._ended = Event()
        made = create_progress_artifact(0.0, key=f"{stage}-progress", description=f"{stage}: begun")
        self._artifact: UUID = made  # type: ignore[assignment]  # it may be awaited, too

    @contextmanager
    def moving(self) -> Iterator[None]:
        # Of this context: which server it is, and which run.
        run = copy_context().run
        mover = Thread(target=run, args=(self._move,), name=f"{self._stage} bar", daemon=True)
        with progress.listening(self._hear):
            mover.start()
            try:
                yield
            finally:
                self._ended.set()
                mover.join(LAST_WORD_S)

    def _hear(self, event: progress.Progress) -> None:
        if event.stage == self._stage:
            self._percent = round(100 * self._stages.fraction(event), 1)

    def _move(self) -> None:
        said, over = 0.0, False
        while not over:
            over = self._ended.wait(REFRESH_S)
            if self._percent != said:
                said = self._percent
                _tried("its progress", partial(update_progress_artifact, self._artifact, said))


def show_clips(clip_ids: Sequence[str]) -> None:
    """A table of clips, and their covers where the dashboard has an address to link to."""
    from tasks.shown import clip_lines

    def write() -> None:
        lines = clip_lines(clip_ids)
        address = dashboard()
        create_table_artifact(
            [_row(place, line, address) for place, line in enumerate(lines, 1)],
            key="clips",
            description=f"{len(lines)} clips, the best moment first",
        )
        if address and lines:
            create_markdown_artifact(covers(lines, address), key="covers")

    _shown("its clips", write)


def _row(place: int, line: ClipLine, address: str | None) -> dict[str, Any]:
    row = {
        "place": place,
        "score": line.score,
        "title": line.title,
        "hook": line.hook,
        "seconds": line.seconds,
        "state": line.state,
        "clip": line.clip_id,
    }
    return {**row, "link": _film(address, line)} if address else row


def covers(lines: Sequence[ClipLine], address: str) -> str:
    """Markdown: each clip's cover, which leads to its film; both are for who is signed in."""
    return "\n\n".join(
        f"**{place}. {_plain(line.title)}** · {line.score} points · {line.seconds:.1f} s\n\n"
        f"[![cover]({address}/media/covers/{quote(line.clip_id, safe='')}.jpg)]"
        f"({_film(address, line)})"
        for place, line in enumerate(lines, 1)
    )


def _film(address: str, line: ClipLine) -> str:
    return f"{address}/media/clips/{quote(line.clip_id, safe='')}.mp4"


def _plain(text: str) -> str:
    """Without what would be formatting, a picture or a link: the words are a stranger's."""
    return "".join(f"\\{one}" if one in "\\`*_{}[]()<>#!|~&" else one for one in text)


def dashboard() -> str | None:
    """Where people's browsers find the dashboard; None when nobody has said."""
    return settings().dashboard_url


def show_counts(key: str, description: str, counts: Mapping[str, int]) -> None:
    """A table of how many ended how; none of nothing, which is how most runs end."""
    if counts:
        rows = [{"what": what, "how many": count} for what, count in sorted(counts.items())]
        show_table(key, description, rows)


def show_table(key: str, description: str, rows: list[dict[str, Any]]) -> None:
    """A table on the run's page."""

    def write() -> None:
        create_table_artifact(rows, key=key, description=description)

    _shown(f"its {key}", write)


def _shown(what: str, write: Callable[[], _Made]) -> _Made | None:
    return _tried(what, write) if is_shown() else None


def _tried(what: str, write: Callable[[], _Made]) -> _Made | None:
    try:
        return write()
    except Exception as error:  # noqa: BLE001 - whatever it is, the work goes on
        _log.warning("Prefect's pages do not show %s: %s", what, error)
        return None
