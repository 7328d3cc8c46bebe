"""The page and the screen about a rehearsal."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path
from typing import Any

from rich.console import Console

from clipping.models import Reason, RehearsalReport, RehearsedPart
from clipping.reports import write_rehearsal_page
from flows.rehearsing import rehearsal_view

HOSTILE = "<script>alert(1)</script> [bold]"


def a_report(**changes: Any) -> RehearsalReport:
    part = {"posts": 62, "slots": 62, "posted": 60, "late": 1, "failed": 2}
    values: dict[str, Any] = {
        "accounts": 30,
        "days": 31,
        "first_day": date(2027, 3, 1),
        "seed": 7,
        "faults": "brutal",
        "planned": 1860,
        "wanted": 1860,
        "posts": 1901,
        "states": {"cancelled": 30, "failed": 11, "posted": 1860},
        "late": 41,
        "minutes_late": {"median": 0.4, "p95": 9.5, "most": 301.0},
        "reasons": (Reason(state="failed", sentence=HOSTILE, count=11),),
        "removed": 6,
        "duplicates": (),
        "lost": (),
        "violations": (),
        "kills": 23,
        "renewals": 1400,
        "exchanges": 17_000,
        "met": {"kill": 23, "outage": 12},
        "person": {"connected": 4},
        "platforms": (RehearsedPart(name="tiktok", **part),),
        "by_account": (RehearsedPart(name="tiktok00", **part),),
        "by_day": (RehearsedPart(name="2027-03-01", **part),),
        "took_s": 500.0,
    }
    return RehearsalReport(**values | changes)


def on_screen(report: RehearsalReport) -> str:
    screen = Console(file=io.StringIO(), width=200, markup=False)
    screen.print(rehearsal_view(report))
    assert isinstance(screen.file, io.StringIO)
    return screen.file.getvalue()


def test_the_page_stands_alone_and_escapes_what_was_said(tmp_path: Path) -> None:
    page = tmp_path / "rehearsal.html"
    write_rehearsal_page(page, a_report())
    text = page.read_text()
    assert "default-src 'none'" in text
    assert "<script" not in text
    assert "&lt;script&gt;" in text
    assert "http://" not in text
    assert "https://" not in text
    for told in ("1860 of 1860", "2027-03-01", "tiktok00", "Nothing public twice"):
        assert told in text


def test_page_and_screen_say_what_must_not_be(tmp_path: Path) -> None:
    wrong = a_report(duplicates=("clip_1 is public 2 times on x.",))
    write_rehearsal_page(tmp_path / "rehearsal.html", wrong)
    for text in ((tmp_path / "rehearsal.html").read_text(), on_screen(wrong)):
        assert "clip_1 is public 2 times on x." in text
        assert "1 duplicate." in text
        assert "Nothing public twice" not in text


def test_the_screen_shows_counts_reasons_and_the_verdict() -> None:
    text = on_screen(a_report())
    for told in (
        "1860 of 1860 slots",
        "killed 23 times",
        HOSTILE,
        "what a person did: 4 connected",
        "Nothing public twice, nothing lost, every limit kept.",
    ):
        assert told in text


def test_one_of_a_thing_is_said_in_the_singular(tmp_path: Path) -> None:
    small = a_report(accounts=1, days=1, kills=1)
    write_rehearsal_page(tmp_path / "rehearsal.html", small)
    page = (tmp_path / "rehearsal.html").read_text()
    assert "<h1>1 account, 1 day from 2027-03-01</h1>" in page
    assert "<dd>once</dd>" in page
    assert "1 account, 1 day from 2027-03-01, faults brutal" in on_screen(small)
    assert "30 accounts, 31 days from" in on_screen(a_report())
