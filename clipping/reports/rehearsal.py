"""One page about a rehearsal, readable from ``file://`` without a network."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from clipping.models import LATE_S, RehearsalReport
from clipping.reports.html import write_whole

_PAGE = Path(__file__).parent / "page"


def write_rehearsal_page(path: Path, report: RehearsalReport) -> None:
    """Write the page at ``path``, whole or not at all.

    :raises DiskFull: There is no space for it.
    :raises RenderFailed: It cannot be written for another reason.
    """
    style = "\n".join((_PAGE / name).read_text("utf-8") for name in ("page.css", "rehearsal.css"))
    text = (
        _environment()
        .get_template("rehearsal.html.j2")
        .render(
            report=report,
            late_minutes=LATE_S // 60,
            most=max((day.posts for day in report.by_day), default=1),
            style=style,
        )
    )
    write_whole(path, text)


@lru_cache(maxsize=1)
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(_PAGE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
