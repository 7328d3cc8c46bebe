"""The main job: a long video in, finished vertical clips out."""

from __future__ import annotations

from typing import Any

from prefect import flow

from clipping import transcripts
from clipping.errors import RightsNotStated
from clipping.models import Rights
from clipping.rendering.choices import AUTO
from flows import form_lists, forms
from flows.detect import detect
from flows.hear import heard, taken_in
from flows.naming import run_of
from flows.render import render, render_choices
from flows.showing import show_clips, tag
from flows.stages import run_stage
from flows.transcribe import check_wishes
from tasks.ingest import discard_source
from tasks.lengths import wanted_lengths
from tasks.rights import check_rights_at, check_rights_of


@flow(name="clip-source", flow_run_name=run_of("clip"))
def clip_source(
    location: forms.Location,
    client: forms.Client = "default",
    captions: forms.Captions = None,
    count: forms.AnyCount = None,
    min_seconds: forms.AnyShortest = None,
    max_seconds: forms.AnyLongest = None,
    style: form_lists.Style = "highlight",
    hook_style: form_lists.HookStyle = AUTO,
    framing: forms.Framings = None,
    denoise: forms.Denoise = False,
    transcriber: form_lists.Engine = "auto",
    detector: form_lists.Detector = "auto",
    rights: forms.Stated = None,
    complex_source: forms.Complex = False,
    in_batches: forms.Batches = False,
) -> tuple[str, list[str]]:
    """Ingest, transcribe, detect and render one video.

    Args:
        location: a link, or the path of the video as the workers see it.
        client: whose video it is.
        captions: path of a captions file; without it, one beside the video is used.
        count: how many clips at most; without, what the client's policy says.
        min_seconds: the shortest clip; without, what the client's policy says.
        max_seconds: the longest clip; without, what the client's policy says.
        style: the captions' look.
        hook_style: the hook's look; ``none`` starts without a hook, ``auto`` does where the moment
            is better so.
        framing: what the camera is to do, as ``[TIME=]auto|centre|left|right|fit|split|0..1``.
        denoise: take steady noise away.
        transcriber: an engine's name, or ``auto``.
        detector: a detector's name, or ``auto``.
        rights: who owns it and why it may be clipped; without, what was stated before stays.
        complex_source: whether it deserves the best judge.
        in_batches: whether nobody waits for it: Claude is asked at half the price, and its
            answers may have to be come back for.

    Returns:
        The detection's key, and the clips' ids, best moment first.

    Raises:
        RightsNotStated: the client wants rights to be stated, and nobody has.
        ServiceUnavailable: in batches, Claude is still at it.
    """
    choices: dict[str, Any] = {
        "style": style,
        "hook_style": hook_style,
        "framing": framing,
        "denoise": denoise,
    }
    tag(client)
    # Before hours of transcription, not after them.
    render_choices(**choices)
    check_wishes(transcriber, None)
    check_rights_at(location, client, rights or Rights())
    lengths = wanted_lengths(client, count, min_seconds, max_seconds)
    source = taken_in(location, client, captions, lengths.min_ms // 1000, rights)
    try:
        check_rights_of(source["source_id"])
    except RightsNotStated:
        discard_source(source["source_id"], source["captions_key"])
        raise
    transcript_id = heard(source, transcriber)
    # In this process lies a speech model, perhaps, whose gigabytes the pictures need now.
    transcripts.free()
    detection_key: str = run_stage(
        detect,
        transcript_id=transcript_id,
        detector=detector,
        count=lengths.count,
        min_seconds=lengths.min_ms // 1000,
        max_seconds=lengths.max_ms // 1000,
        complex_source=complex_source,
        in_batches=in_batches,
    )
    clip_ids: list[str] = run_stage(render, detection_key=detection_key, **choices)
    show_clips(clip_ids)
    return detection_key, clip_ids
