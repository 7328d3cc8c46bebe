"""Plan the days of clients, and ask for more moments where clips are missing."""

from __future__ import annotations

import logging
from datetime import date
from typing import Any

from prefect import flow, runtime
from prefect.client.schemas.objects import State
from prefect.deployments import run_deployment

from flows import form_lists, forms
from flows.detect import detect
from flows.render import render_alike
from flows.showing import label, show_table, tag
from flows.stages import finished
from tasks.plan import find_asks, find_days, keep_asks, plan_one
from tasks.shown import of_transcript

_log = logging.getLogger(__name__)


@flow(name="plan-day", flow_run_name="plan posts")
def plan_day(client: forms.OneClient = None, day: forms.Day = None) -> State[Any]:
    """Plan the posts of today and, from noon on, of tomorrow, by the clocks of clients' accounts.

    What is planned already stays; what was freed meanwhile is filled again.

    Args:
        client: only this client's.
        day: only this day.

    Returns:
        For each client and day how many posts there are, and are missing, or why it has no plan.
    """
    tag(client)
    found: dict[str, Any] = {}
    rows: list[dict[str, Any]] = []
    days = find_days(client) if client is None or day is None else [(client, day)]
    for name, one in days:
        if day in (None, one):
            planned = found[f"{name} {one}"] = _planned(name, one)
            rows.append({"client": name, "day": f"{one}", **planned})
    show_table("planned-days", "Posts of each client and day", rows)
    return finished(found)


def _planned(client: str, day: date) -> dict[str, Any]:
    """One client's day, whose troubles are its own; the next run tries again."""
    try:
        found = plan_one(client, day)
        _ask_for_more(client, day)
    except Exception as error:  # noqa: BLE001 - whatever it is, the other clients go on
        _log.warning("The day %s of %s is not planned: %s", day, client, error)
        return {"error": str(error)}
    return found


def _ask_for_more(client: str, day: date) -> None:
    """Let sources that have more be searched for it; nobody waits for that here."""
    asks = find_asks(client, day)
    for ask in asks:
        wanted: dict[str, Any] = {
            "transcript_id": ask["transcript_id"],
            "detector": ask["detector"],
            "count": ask["options"]["count"],
            "min_ms": ask["options"]["min_ms"],
            "max_ms": ask["options"]["max_ms"],
        }
        if runtime.deployment.id:
            run_deployment(
                f"{more_moments.name}/{more_moments.name}",
                parameters=wanted,
                timeout=0,
                as_subflow=False,
                idempotency_key=f"more:{client}:{day}:{ask['source_id']}:{wanted['count']}",
            )
        else:
            more_moments(**wanted)
    # Afterwards, and all at once: whoever is killed in between asks all again, with the same keys.
    keep_asks(client, day, asks)


@flow(name="more-moments", flow_run_name="more moments of {transcript_id}")
def more_moments(
    transcript_id: forms.TranscriptId,
    detector: form_lists.Detector,
    count: forms.Moments,
    min_ms: forms.ShortestMs,
    max_ms: forms.LongestMs,
) -> State[Any]:
    """Search a source again for more moments than before, and render those that have no clip.

    Args:
        transcript_id: what ``transcribe`` returned.
        detector: the one that found the others.
        count: how many moments in all.
        min_ms: the shortest clip.
        max_ms: the longest clip.

    Returns:
        The ids of all clips of the source's detection.
    """
    label("more moments of", lambda: of_transcript(transcript_id))
    key: Any = detect(
        transcript_id,
        detector=detector,
        count=count,
        min_seconds=min_ms // 1000,
        max_seconds=max_ms // 1000,
    )
    return finished(render_alike(key))
