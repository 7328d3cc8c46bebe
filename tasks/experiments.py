"""Experiments: variations of a clip that are made to be compared."""

from __future__ import annotations

from prefect import task

from clipping.db import queries
from clipping.errors import Rejected
from clipping.models import (
    VARIATION,
    Detection,
    DetectOptions,
    Factor,
    RenderPlan,
    make_id,
)
from clipping.moments.base import Footage
from clipping.moments.bounds import Move, moved
from clipping.moments.guard import guarded, holds_phrase
from clipping.moments.local import listen
from clipping.profanity import mask
from clipping.rendering.choices import framing_text
from tasks.retry import POLICY
from tasks.words import policy_of
from tasks.workplace import db_session, files_held, media_store, only_one

_RULES = "1"
"""Of how ends are moved: raised whenever the same move could give another moment."""


@task(name="move ends of a moment", **POLICY)
@files_held()
def move_ends(clip_id: str, transcript_id: str, move: Move, other_hook: str | None = None) -> str:
    """Id of the clip's moment with other ends; found when they were moved so before.

    :param other_hook: What will be shown over it, where that is not what the clip shows.
    :raises Rejected: The talk does not allow it; the sentence says why.
    """
    with db_session() as session:
        clip = queries.clips.get_clip(session, clip_id)
        source_id, moment = queries.detections.get_moment(session, clip.moment_id)
        policy = policy_of(session, clip.client)
    shown = clip.plan.hook.text if clip.plan.hook else ""
    hook = shown if other_hook is None else other_hook
    # What holds the moment holds its variations, also what was found since they were made.
    asked = (transcript_id, moment.moment_id, move, hook, moment.holds, policy.choosing)
    key = make_id("det", VARIATION, _RULES, *asked)
    with only_one(f"detect:{key}"):
        with db_session() as session:
            found = queries.detections.find_detection(session, key)
            source = queries.sources.get_source(session, source_id)
            _, transcript = queries.lineage.get_transcript(session, transcript_id)
        if found is None:
            footage = Footage(
                transcript_id=transcript_id,
                transcript=transcript,
                media_path=media_store().local_path(source.media_key),
                media=source.media,
                options=DetectOptions(),
            )
            made = moved(listen(footage, 1.0), moment, source_id, move, hook)
            found = guarded(
                Detection(
                    detector=VARIATION, detector_version=_RULES, moments=(made,), rejections=()
                ),
                policy,
            )
            with db_session() as session:
                queries.detections.save_detection(session, source_id, transcript_id, key, found)
    return found.moments[0].moment_id


def check_hooks(clip_id: str, hooks: list[str]) -> None:
    """Rejected when one of the hooks holds a word that the clip's client has banned by now."""
    with db_session() as session:
        banned = policy_of(session, queries.clips.get_clip(session, clip_id).client).banned_words
    for text in hooks:
        for word in banned:
            if holds_phrase(word, text.split()):
                raise Rejected(
                    f"The hook {text!r} holds {mask(word)!r}, which the client has banned."
                )


@task(name="record experiment", **POLICY)
def record_experiment(clip_id: str, factor: Factor, clip_ids: list[str]) -> str | None:
    """Id of the experiment whose control is the clip; recording the same again changes nothing.

    A variation that shows what the clip shows, such as the framing that its camera chose anyway,
    is no arm: nothing could come of it. None when there is no other one.
    """
    with db_session() as session:
        control, *made = [queries.clips.get_clip(session, one) for one in (clip_id, *clip_ids)]
        arms = [clip for clip in made if clip.frames_sha256 != control.frames_sha256]
        if not arms:
            return None
        told = [(clip.clip_id, _value(clip.plan, factor)) for clip in arms]
        return queries.experiments.save_arms(
            session, factor, (clip_id, _value(control.plan, factor)), told
        )


def _value(plan: RenderPlan, factor: Factor) -> str:
    """What a clip has of the factor, in a few words."""
    match factor:
        case Factor.HOOK:
            return f"{mask(plan.hook.text)} ({plan.hook.style})" if plan.hook else "no hook"
        case Factor.BOUNDS:
            return str(plan.span)
        case Factor.STYLE:
            return plan.style
        case Factor.FRAMING:
            return ", ".join(map(framing_text, plan.choices.framing)) or "auto"
