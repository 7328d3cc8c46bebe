"""Render the clips of a detection, side by side."""

from __future__ import annotations

import os
from collections.abc import Collection
from pathlib import Path
from typing import Any

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.exceptions import TerminationSignal
from prefect.task_runners import ThreadPoolTaskRunner

from clipping import progress
from clipping.captions import HOOK_STYLES, STYLES
from clipping.captions.hook import hook_fits
from clipping.errors import Rejected
from clipping.models import Factor, Proof, RenderChoices
from clipping.moments.bounds import Move
from clipping.profanity import mask
from clipping.rendering.choices import AUTO, HOOK_LOOKS, parse_framing, usual_choices
from clipping.settings import settings
from flows import form_lists, forms
from flows.showing import label, progress_shown, show_clips
from flows.stages import finished
from tasks.detect import load_detection
from tasks.experiments import check_hooks, move_ends, record_experiment
from tasks.render import find_clip, other_hooks, render_again, render_in_size, render_moment
from tasks.rescue import bring_back, find_looks
from tasks.shown import of_clip, of_detection
from tasks.workplace import only_one
from tasks.write import write_words_for


def _workers() -> int:
    return settings().render_workers or os.cpu_count() or 1


@flow(name="render", flow_run_name="render {detection_key}")
def render(
    detection_key: forms.DetectionKey,
    style: form_lists.Style = "highlight",
    hook_style: form_lists.HookStyle = AUTO,
    framing: forms.Framings = None,
    denoise: forms.Denoise = False,
) -> State[Any]:
    """Render every moment of a detection and prove the clips.

    Args:
        detection_key: what ``detect`` returned.
        style: the captions' look.
        hook_style: the hook's look; ``none`` starts without a hook, ``auto`` does where the moment
            is better so.
        framing: what the camera is to do, as ``[TIME=]auto|centre|left|right|fit|split|0..1``.
        denoise: take steady noise away.

    Returns:
        The clips' ids, best moment first.
    """
    label("render clips of", lambda: of_detection(detection_key))
    transcript_id, detection = load_detection(detection_key)
    choices = render_choices(style, hook_style, framing, denoise)
    work = [
        (
            moment.moment_id,
            transcript_id,
            usual_choices(choices, moment) if hook_style == AUTO else choices,
        )
        for moment in detection.moments
    ]
    return finished(side_by_side(work))


@flow(name="rescue", flow_run_name="rescue from {detection_key}")
def rescue(detection_key: forms.DetectionKey, numbers: forms.Numbers) -> State[Any]:
    """Bring dropped candidates back as moments, and render them like the others.

    Args:
        detection_key: what ``detect`` returned.
        numbers: places of the candidates among those that the detection dropped, from 1.

    Returns:
        The ids of all clips of the detection, in its order; those brought back come last.
    """
    label("rescue clips of", lambda: of_detection(detection_key))
    write_words_for(detection_key, bring_back(detection_key, numbers))
    return finished(render_alike(detection_key))


def render_alike(detection_key: str) -> list[str]:
    """Ids of the clips of all moments of a detection; those without one get the others' look."""
    work = [
        (moment_id, transcript_id, RenderChoices.model_validate(choices))
        for moment_id, transcript_id, choices in find_looks(detection_key)
    ]
    return side_by_side(work)


@flow(name="vary", flow_run_name="vary {clip_id}")
def vary(
    clip_id: forms.ClipId,
    hooks: forms.Hooks = None,
    hook_style: forms.AnotherHookStyle = None,
) -> State[Any]:
    """Make variations of a clip with other hooks: only its first seconds are encoded anew.

    Args:
        clip_id: the clip.
        hooks: a text for each variation; an empty one starts without a hook. Without any, the
            further hooks that were found for its moment.
        hook_style: another look of the hooks than the clip's own.

    Returns:
        The clips' ids, in the order of the hooks.
    """
    label("vary the hook of", lambda: of_clip(clip_id))
    if hook_style is not None:
        _check_known(hook_style, HOOK_STYLES)
    hooks = hooks or other_hooks(clip_id)
    check_hooks(clip_id, hooks)
    moment_id, transcript_id, own = find_clip(clip_id)
    made = RenderChoices.model_validate(own)
    look = hook_style or ("plate" if made.hook_style == "none" else made.hook_style)
    for text in hooks:
        if not hook_fits(mask(text), STYLES[made.style], look):
            raise Rejected(f"The hook {text[:40]!r}… is too long to be shown; use fewer words.")
    work = [
        (
            moment_id,
            transcript_id,
            made.model_copy(
                update={"hook": mask(text) or None, "hook_style": look if text else "none"}
            ),
        )
        for text in hooks
    ]
    clips = side_by_side(work)
    record_experiment(clip_id, Factor.HOOK, clips)
    return finished(clips)


@flow(name="vary-one", flow_run_name="vary {factor} of {clip_id}")
def vary_one(clip_id: forms.ClipId, factor: forms.VaryBy, values: forms.Values) -> State[Any]:
    """Make variations of a clip that differ in one factor, and record them as an experiment.

    Args:
        clip_id: the clip.
        factor: ``style``, ``framing`` or ``bounds``; hooks are varied by ``vary``.
        values: one for each variation: a style's name; framings, parted by commas; or how the
            ends move in sentences, as ``start -1, end +2``.

    Returns:
        The clips' ids, in the order of the values.
    """
    label(f"vary {factor} of", lambda: of_clip(clip_id))
    moment_id, transcript_id, own = find_clip(clip_id)
    made = RenderChoices.model_validate(own)
    if factor == Factor.BOUNDS:
        moves = [Move.read(value) for value in values]
        moments = [move_ends(clip_id, transcript_id, move) for move in moves]
        work = [(moment, transcript_id, made) for moment in moments]
    else:
        changes = [_change(factor, value) for value in values]
        work = [(moment_id, transcript_id, made.replace(**change)) for change in changes]
    clips = side_by_side(work)
    record_experiment(clip_id, Factor(factor), clips)
    return finished(clips)


def _change(factor: str, value: str) -> dict[str, Any]:
    """The fields of the choices that change.

    :raises Rejected: A style or a framing that does not exist.
    """
    if factor == Factor.STYLE:
        return {"style": render_choices(value, "none", None, denoise=False).style}
    if factor == Factor.FRAMING:
        wanted = [part.strip() for part in value.split(",")]
        return {"framing": render_choices("highlight", "none", wanted, denoise=False).framing}
    raise Rejected(f"A clip cannot be varied by {factor} here.")


def render_choices(
    style: str, hook_style: str, framing: list[str] | None, denoise: bool
) -> RenderChoices:
    """The choices as one value; ``auto`` is the usual look of hooks.

    :raises Rejected: A style or a framing that does not exist.
    """
    _check_known(style, STYLES)
    _check_known(hook_style, HOOK_LOOKS)
    try:
        wanted = tuple(parse_framing(text) for text in framing or ())
    except ValueError as error:
        raise Rejected(f"--framing: {error}.") from error
    look = RenderChoices().hook_style if hook_style == AUTO else hook_style
    return RenderChoices(style=style, hook_style=look, framing=wanted, denoise=denoise)


def _check_known(name: str, known: Collection[str]) -> None:
    if name not in known:
        raise Rejected(f"There is no style {name!r}; choose one of {', '.join(known)}.")


def side_by_side(work: list[tuple[str, str, RenderChoices]]) -> list[str]:
    """Ids of the clips of (moment id, transcript id, choices), in the order of the work."""
    # One single-threaded encoder per core: more clips a minute than one encoder on all cores.
    side_by_side: ThreadPoolTaskRunner[Any] = ThreadPoolTaskRunner(max_workers=_workers())
    with progress_shown("render"), side_by_side as runner:
        futures = [
            runner.submit(
                render_moment,
                parameters={
                    "moment_id": moment_id,
                    "transcript_id": transcript_id,
                    "choices": choices.model_dump(mode="json"),
                    "parts": len(work),
                },
            )
            for moment_id, transcript_id, choices in work
        ]
        try:
            clips = [future.result() for future in futures]
        except (KeyboardInterrupt, TerminationSignal):
            # The signal ended this thread's wait alone; the encoders run in others.
            progress.stop()
            raise
    show_clips(clips)
    return clips


@flow(name="render-again", flow_run_name="render {clip_id} again")
def render_clip_again(clip_id: str) -> tuple[bool, bool]:
    """Render a stored clip's recipe anew; whether (the pictures, the whole file) are the same."""
    return render_again(clip_id)


@flow(name="export-clip", flow_run_name="export {clip_id}")
def export_clip(clip_id: str, width_px: int, height_px: int, out: str) -> Proof:
    """Render a stored clip's recipe in another size, from the source; what was measured of it."""
    with only_one(f"export:{Path(out).resolve()}"):
        return render_in_size(clip_id, (width_px, height_px), Path(out))
