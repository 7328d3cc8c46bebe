"""Choose the moments of a source."""

from __future__ import annotations

from typing import Any

from prefect import flow
from prefect.client.schemas.objects import State

from clipping.errors import NothingToClip
from clipping.models import DetectOptions
from flows.stages import finished
from tasks.detect import detect_moments, load_detection


@flow(name="detect", flow_run_name="detect {transcript_id}")
def detect(
    transcript_id: str,
    detector: str = "auto",
    count: int = 5,
    min_seconds: int = 15,
    max_seconds: int = 60,
) -> State[Any]:
    """Choose the moments worth a clip.

    Args:
        transcript_id: what ``transcribe`` returned.
        detector: a detector's name, or ``auto`` for the best that can run here.
        count: how many moments at most.
        min_seconds: the shortest clip.
        max_seconds: the longest clip.

    Returns:
        The detection's key.

    Raises:
        NothingToClip: no moment passed; the stored rejections say why.
    """
    options = DetectOptions(count=count, min_ms=min_seconds * 1000, max_ms=max_seconds * 1000)
    key = detect_moments(transcript_id, detector, options)
    _, detection = load_detection(key)
    if not detection.moments:
        raise NothingToClip(
            f"No moment is worth a clip: {len(detection.rejections)} candidates were dropped.",
            detection_key=key,
        )
    return finished(key)
