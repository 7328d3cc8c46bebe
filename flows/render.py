"""Render the clips of a detection, side by side."""

from __future__ import annotations

import os
from typing import Any

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.exceptions import TerminationSignal
from prefect.task_runners import ThreadPoolTaskRunner

from clipping import progress
from clipping.settings import settings
from flows.stages import finished
from tasks.detect import load_detection
from tasks.render import render_again, render_moment


def _workers() -> int:
    return settings().render_workers or os.cpu_count() or 1


@flow(name="render", flow_run_name="render {detection_key}")
def render(detection_key: str, style: str = "highlight") -> State[Any]:
    """Render every moment of a detection and prove the clips.

    Args:
        detection_key: what ``detect`` returned.
        style: the captions' look.

    Returns:
        The clips' ids, best moment first.
    """
    transcript_id, detection = load_detection(detection_key)
    moments = [moment.moment_id for moment in detection.moments]
    # One single-threaded encoder per core: more clips a minute than one encoder on all cores.
    side_by_side: ThreadPoolTaskRunner[Any] = ThreadPoolTaskRunner(max_workers=_workers())
    with side_by_side as runner:
        futures = [
            runner.submit(
                render_moment,
                parameters={
                    "moment_id": moment_id,
                    "transcript_id": transcript_id,
                    "style": style,
                    "parts": len(moments),
                },
            )
            for moment_id in moments
        ]
        try:
            return finished([future.result() for future in futures])
        except (KeyboardInterrupt, TerminationSignal):
            # The signal ended this thread's wait alone; the encoders run in others.
            progress.stop()
            raise


@flow(name="render-again", flow_run_name="render {clip_id} again")
def render_clip_again(clip_id: str) -> tuple[bool, bool]:
    """Render a stored clip's recipe anew; whether (the pictures, the whole file) are the same."""
    return render_again(clip_id)
