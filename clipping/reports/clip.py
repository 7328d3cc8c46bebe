"""The report that stands beside a clip as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from clipping.copywriting import fit
from clipping.models import (
    CameraShot,
    ClipReport,
    Moment,
    OwnWords,
    PlatformName,
    PostCopy,
    Release,
    RenderedClip,
    ReportSource,
    SourceVideo,
    Verdict,
    Writing,
    WritingPolicy,
)


@dataclass(frozen=True)
class Beside:
    """What is written beside a clip, and how its client wishes to be written for."""

    writing: Writing
    policy: WritingPolicy
    own: Mapping[PlatformName, OwnWords] = field(default_factory=dict)
    """What a person wrote beside this very clip."""


def clip_report(
    clip: RenderedClip,
    source: SourceVideo,
    moment: Moment,
    transcriber: str,
    detector: str,
    beside: Beside | None = None,
    *,
    releases: Sequence[Release] = (),
    verdict: Verdict | None = None,
) -> ClipReport:
    """Join what the stages know about one clip.

    ``span`` is what was cut, on the source clock; word times are relative to the clip. The rubric
    is ``{name: {value, weight, evidence}}`` in the detector's order. The posts are fitted now, so
    that a word which was banned after they were written is in none. Raises ``ValueError`` when
    the clip is not of this source and moment.
    """
    if clip.source_id != source.source_id or clip.moment_id != moment.moment_id:
        raise ValueError(f"{clip.clip_id} is not a clip of {source.source_id}, {moment.moment_id}")
    fps = Fraction(clip.plan.fps)
    return ClipReport(
        clip_id=clip.clip_id,
        client=clip.client,
        source=ReportSource(
            sha256=source.sha256,
            file_name=source.file_name,
            duration_ms=source.media.duration_ms,
            rights=source.rights,
        ),
        span=clip.plan.span,
        score=moment.score,
        rubric={
            line.name: {"value": line.value, "weight": line.weight, "evidence": line.evidence}
            for line in moment.rubric
        },
        reason=moment.reason,
        hook=_hook(clip, moment),
        natural_start=moment.natural_start if clip.plan.hook is None else "",
        state=clip.state,
        holds=moment.holds,
        releases=tuple(releases),
        verdict=verdict,
        rescued_at=moment.rescued_at,
        words=clip.plan.words,
        transcriber=transcriber,
        detector=detector,
        recipe_hash=clip.recipe_hash,
        style=clip.style,
        camera=tuple(
            CameraShot(
                start_ms=round(framing.start_frame * 1000 / fps),
                end_ms=round(framing.end_frame * 1000 / fps),
                layout=framing.layout,
                moves=len(framing.moves),
                reason=framing.reason,
            )
            for framing in clip.plan.framings
        ),
        posts=_posts(beside),
        writer="" if beside is None else beside.writing.writer,
        writing_notes=() if beside is None else beside.writing.notes,
        proof=clip.proof,
    )


def _posts(beside: Beside | None) -> tuple[PostCopy, ...]:
    if beside is None:
        return ()
    draft, own = beside.writing.draft, beside.own
    return tuple(
        fit(own[name].over(draft) if name in own else draft, name, beside.policy)
        for name in PlatformName
    )


def _hook(clip: RenderedClip, moment: Moment) -> str:
    """The text as it was written; empty without a hook."""
    if clip.plan.hook is None:
        return ""
    return moment.hook if clip.plan.choices.hook is None else clip.plan.choices.hook
