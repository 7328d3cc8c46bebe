"""The report that stands beside a clip as JSON."""

from __future__ import annotations

from clipping.models import ClipReport, Moment, RenderedClip, ReportSource, SourceVideo


def clip_report(
    clip: RenderedClip, source: SourceVideo, moment: Moment, transcriber: str, detector: str
) -> ClipReport:
    """Join what the stages know about one clip.

    ``span`` is what was cut, on the source clock; word times are relative to the clip. The rubric
    is ``{name: {value, weight, evidence}}`` in the detector's order. Raises ``ValueError`` when
    the clip is not of this source and moment.
    """
    if clip.source_id != source.source_id or clip.moment_id != moment.moment_id:
        raise ValueError(f"{clip.clip_id} is not a clip of {source.source_id}, {moment.moment_id}")
    return ClipReport(
        clip_id=clip.clip_id,
        client=clip.client,
        source=ReportSource(
            sha256=source.sha256,
            file_name=source.file_name,
            duration_ms=source.media.duration_ms,
        ),
        span=clip.plan.span,
        score=moment.score,
        rubric={
            line.name: {"value": line.value, "weight": line.weight, "evidence": line.evidence}
            for line in moment.rubric
        },
        reason=moment.reason,
        hook=moment.hook,
        words=clip.plan.words,
        transcriber=transcriber,
        detector=detector,
        recipe_hash=clip.recipe_hash,
        style=clip.style,
        proof=clip.proof,
    )
