"""How a detection's clips look, so that one more looks like the others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from clipping.captions import STYLES
from clipping.models import Moment, RenderChoices, RenderedClip
from clipping.rendering.choices import usual_choices

_Look = tuple[object, ...]


def looks_of(
    moments: Sequence[Moment], clips: Mapping[str, Sequence[RenderedClip]]
) -> list[RenderChoices]:
    """The choices for each moment: those of its own clip, or of the others' for one without.

    What most moments have a clip of counts, of equals what was rendered last. A clip with a hook of
    its own is a variation and does not count.

    :param clips: By moment id, the newest first.
    """
    plain = {key: [clip for clip in found if _is_plain(clip)] for key, found in clips.items()}
    look = _usual_look(plain)
    own = {key: [clip for clip in found if _look(clip) == look] for key, found in plain.items()}
    choices = [_own(moment, own.get(moment.moment_id, [])) for moment in moments]
    hooks = [
        found.hook_style
        for moment, found in zip(moments, choices, strict=True)
        if found is not None and not moment.natural_start
    ]
    made = next((found for found in choices if found is not None), RenderChoices())
    usual = made.replace(hook_style=next(iter(hooks), RenderChoices().hook_style))
    return [
        usual_choices(usual, moment) if found is None else found
        for moment, found in zip(moments, choices, strict=True)
    ]


def _is_plain(clip: RenderedClip) -> bool:
    choices = clip.plan.choices
    # An early clip may have a style that there is no longer.
    return choices.hook is None and choices.style in STYLES


def _look(clip: RenderedClip) -> _Look:
    choices = clip.plan.choices
    return choices.style, choices.framing, choices.denoise


def _usual_look(clips: Mapping[str, Sequence[RenderedClip]]) -> _Look | None:
    newest = {_look(clip): clip.rendered_at for found in clips.values() for clip in reversed(found)}
    counted = {
        look: sum(any(_look(clip) == look for clip in found) for found in clips.values())
        for look in newest
    }
    return max(newest, key=lambda look: (counted[look], newest[look]), default=None)


def _own(moment: Moment, clips: Sequence[RenderedClip]) -> RenderChoices | None:
    """Of the moment's newest clip, one as a run makes it before a variation without a hook."""
    wanted = bool(moment.natural_start)
    usual = (one for one in clips if (one.plan.choices.hook_style == "none") is wanted)
    clip = next(usual, next(iter(clips), None))
    return None if clip is None else clip.plan.choices
