"""Choose the moments of a source."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from prefect import flow
from prefect.client.schemas.objects import State

from clipping.errors import NothingToClip
from clipping.models import Rejection
from clipping.timing import timecode
from flows import form_lists, forms
from flows.showing import label
from flows.stages import finished
from tasks.detect import detect_moments, load_detection
from tasks.lengths import lengths_of_transcript
from tasks.shown import of_transcript
from tasks.write import write_words


@flow(name="detect", flow_run_name="detect {transcript_id}")
def detect(
    transcript_id: forms.TranscriptId,
    detector: form_lists.Detector = "auto",
    count: forms.AnyCount = None,
    min_seconds: forms.AnyShortest = None,
    max_seconds: forms.AnyLongest = None,
    complex_source: forms.Complex = False,
    in_batches: forms.Batches = False,
) -> State[Any]:
    """Choose the moments worth a clip, and write the words that stand beside each.

    Args:
        transcript_id: what ``transcribe`` returned.
        detector: a detector's name, or ``auto`` for the best that can run here.
        count: how many moments at most; without, what the client's policy says.
        min_seconds: the shortest clip; without, what the client's policy says.
        max_seconds: the longest clip; without, what the client's policy says.
        complex_source: whether the source deserves the best judge.
        in_batches: whether nobody waits for it: Claude is asked at half the price, and its
            answers may have to be come back for.

    Returns:
        The detection's key.

    Raises:
        NothingToClip: no moment passed; the stored rejections say why.
        ServiceUnavailable: in batches, Claude is still at it.
    """
    label("detect moments of", lambda: of_transcript(transcript_id))
    options = lengths_of_transcript(transcript_id, count, min_seconds, max_seconds)
    key = detect_moments(transcript_id, detector, options, complex_source, in_batches)
    _, detection = load_detection(key)
    if not detection.moments:
        raise NothingToClip(nothing_to_clip(detection.rejections), detection_key=key)
    write_words(key, detector, in_batches)
    return finished(key)


def nothing_to_clip(rejections: Sequence[Rejection]) -> str:
    """What the run's page says: how many were dropped, and why the best one was."""
    if not rejections:
        return "No moment is worth a clip: there was no candidate."
    best = max(rejections, key=lambda one: one.score)
    were = "1 candidate was" if len(rejections) == 1 else f"{len(rejections)} candidates were"
    return (
        f"No moment is worth a clip: {were} dropped. The best, at {timecode(best.span.start_ms)}, "
        f"scored {best.score}: {best.reason}"
    )
