"""Sources: how far each has come, and why candidates were dropped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import streamlit as st
from sqlmodel import Session

from clipping.db import queries
from clipping.db.queries.overview import SourceOverview
from clipping.models import Detection
from clipping.timing import timecode
from dashboard import looks
from dashboard.choosing import client_choice
from dashboard.door.person import person
from dashboard.page import plain, reading
from dashboard.paging import Pages

PER_PAGE = 50


def overview() -> None:
    looks.begin("Sources", "The videos that clips are made of, the newest first.")
    left, _ = st.columns([1, 2])
    with left:
        client = client_choice(person())
    with reading() as session:
        pages = Pages("sources", client)
        more = queries.overview.recent_sources(session, client, PER_PAGE + 1, pages.after)
        pages.step_back_if_empty(more)
        found = more[:PER_PAGE]
        if not found:
            whose = f" of {client}" if client else ""
            looks.empty(f"No sources{whose} yet", "Files and links are taken in on the page Add.")
            return
        picked = st.dataframe(
            [_row(item) for item in found],
            hide_index=True,
            on_select="rerun",
            selection_mode="single-row",
            # What is picked on a page is not picked on the next.
            key=f"sources {pages.after}",
        )
        pages.show(found[-1].key, more=len(more) > PER_PAGE)
        rows = picked["selection"]["rows"]
        if rows and rows[0] < len(found):
            detail(session, found[rows[0]])
        elif len(found) == 1:
            detail(session, found[0])
        else:
            st.caption("Choose a row to see its transcript, moments and dropped candidates.")


def _row(item: SourceOverview) -> dict[str, object]:
    source = item.source
    return {
        "file": source.file_name,
        "client": source.client,
        "stage": item.stage.value,
        "length": timecode(source.media.duration_ms),
        "words": _counted(item.words),
        "moments": _counted(item.moments),
        "ready": item.ready,
        "held": item.held,
        "failed proof": item.failed,
        "dropped": item.rejections,
        "ingested (UTC)": source.ingested_at.strftime("%Y-%m-%d %H:%M"),
    }


def _counted(number: int | None) -> str:
    """Nothing, where it has not come so far."""
    return "" if number is None else f"{number:,}"


def detail(session: Session, item: SourceOverview) -> None:
    source, media = item.source, item.source.media
    st.header(plain(source.file_name))
    st.caption(
        plain(
            f"{media.video.width_px}×{media.video.height_px}, {media.video.codec}, "
            f"{timecode(media.duration_ms)}, {media.size_bytes / 1e6:.0f} MB, "
            f"SHA-256 {source.sha256[:16]}"
        )
    )
    if item.words is None:
        st.info("Not transcribed yet.")
        return
    _, transcript = queries.transcripts.latest_transcript(session, source.source_id)
    st.subheader("Transcript")
    st.markdown(plain(f"{transcript.engine}, {item.words} words, {transcript.language}"))
    for note in (transcript.chosen_because, *transcript.notes):
        st.caption(plain(note))
    detection = queries.detections.detection_of(session, source.source_id)
    if detection is None:
        st.info("No moments have been searched yet.")
        return
    _moments(detection)
    _rejections(detection)


def _moments(detection: Detection) -> None:
    st.subheader(f"Moments ({len(detection.moments)})")
    for note in detection.notes:
        st.caption(plain(note))
    if not detection.moments:
        st.info("Nothing in this video was worth a clip.")
        return
    _table(
        "moments",
        [
            {
                "rank": moment.rank,
                "score": moment.score,
                "span": str(moment.span),
                "hook": moment.hook,
                "reason": moment.reason,
                "waits for": " ".join(hold.reason for hold in moment.holds),
                "brought back": _day_of(moment.rescued_at),
            }
            for moment in detection.moments
        ],
        ("hook", "reason", "waits for"),
    )


def _day_of(at: datetime | None) -> str:
    return "" if at is None else f"{at:%d %b %H:%M} UTC"


def _rejections(detection: Detection) -> None:
    st.subheader(f"Dropped candidates ({len(detection.dropped)})")
    codes = sorted({rejection.code for _, rejection in detection.dropped})
    wanted = st.multiselect("Reasons", codes, format_func=lambda code: code.replace("_", " "))
    _table(
        "rejections",
        [
            {
                "number": number,
                "score": rejection.score,
                "span": str(rejection.span),
                "seconds": rejection.span.duration_ms / 1000,
                "code": rejection.code.replace("_", " "),
                "reason": rejection.reason,
                "text": rejection.text,
            }
            for number, rejection in sorted(detection.dropped, key=lambda found: -found[1].score)
            if not wanted or rejection.code in wanted
        ],
        ("reason", "text"),
    )


def _table(key: str, rows: Sequence[Mapping[str, object]], long: Sequence[str]) -> None:
    """Rows of which one can be chosen to be read whole.

    :param long: Columns that are cut in the table.
    """
    picked = st.dataframe(
        rows, hide_index=True, on_select="rerun", selection_mode="single-row", key=key
    )
    chosen = picked["selection"]["rows"]
    if not chosen or chosen[0] >= len(rows):
        st.caption("Choose a row to read it whole.")
        return
    row = rows[chosen[0]]
    looks.lines([(name, str(row[name])) for name in long if row[name]])


overview()
