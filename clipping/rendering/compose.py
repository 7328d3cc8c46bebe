"""Making a clip: one ffmpeg command that decodes once and encodes once, and the clip's cover.

The file is written beside its destination and takes its name only when it is complete.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

from clipping.captions import FONTS_DIR
from clipping.captions import style as caption_style
from clipping.captions.ass import ass_document
from clipping.errors import RenderFailed
from clipping.media.ffmpeg import run_ffmpeg
from clipping.models import MediaInfo, RenderPlan
from clipping.rendering import picture
from clipping.rendering.cover import cover
from clipping.rendering.grid import Cut
from clipping.rendering.output import file_in_the_making, publish
from clipping.rendering.sound import audio_codec_args, soundtrack

__all__ = ["command", "cover", "render"]

_NO_GLYPH = re.compile(r"fontselect: failed to find any fallback with glyph 0x([0-9A-F]+)")
_OTHER_FONT = re.compile(r"fontselect: \((.+?), \d+, \d+\) -> .*[/\\]([^/\\,]+),")
"""A font of our own is named by its name, one of the system by its path."""

_MAX_KBPS = 20_000
"""Instagram refuses more than 25 Mbit/s (its publishing reference, read 2026-11)."""


def render(
    plan: RenderPlan,
    media_path: Path,
    media: MediaInfo,
    out_path: Path,
    on_progress: Callable[[float], None] | None = None,
) -> None:
    """Make the plan's clip at ``out_path``, whole or not at all.

    The same plan, source and ffmpeg give the same bytes.

    :param on_progress: Called with a rising fraction, 1.0 when the encoding is done.
    :raises RenderFailed: ffmpeg failed, took too long, or captions could not be drawn.
    :raises DiskFull: No space left for the clip.
    :raises Interrupted: ffmpeg was killed from outside.
    """
    cut = _cut(plan)
    with (
        file_in_the_making(out_path, ".ass") as ass_path,
        file_in_the_making(out_path, ".part") as part,
    ):
        captioned = bool(plan.captions or plan.hook)
        if captioned:
            look = caption_style(plan.style)
            ass_path.write_text(ass_document(plan.captions, plan.hook, look), encoding="utf-8")
        args = command(plan, media_path, media, ass_path if captioned else None, part)
        run = run_ffmpeg(
            args,
            timeout_s=_timeout_s(cut.duration_ms),
            duration_ms=cut.duration_ms,
            on_progress=on_progress,
        )
        if captioned:
            _require_drawn(run.log, out_path)
        publish(part, out_path)


def command(
    plan: RenderPlan, media_path: Path, media: MediaInfo, ass_path: Path | None, out_path: Path
) -> list[str]:
    """The arguments of the one ffmpeg command, without the binary; pure.

    The file is opened twice, once for the picture and once for the sound: each is sought and
    ended by its own rules, and badly interleaved files need no memory.
    """
    cut = _cut(plan)
    threads = str(plan.encoder.threads)
    track = soundtrack(media_path, media, cut, plan.mutes, plan.fade_ms)
    video = ",".join(
        [
            *picture.timing_filters(cut, media.video),
            *picture.framing_filters(plan.framings[0].crops[0], media.video),
            *(picture.caption_filters(ass_path, FONTS_DIR) if ass_path is not None else ()),
            picture.BT709_TAGS,
        ]
    )
    return [
        *("-threads", threads),
        *picture.input_args(cut, media_path),
        *track.input_args(),
        *("-filter_complex_threads", threads),
        # Two graphs: should one have to start anew in the middle, the other is left alone.
        *("-filter_complex", f"{video}[v]"),
        *("-filter_complex", track.filters(1, plan.loudness, "[a]")),
        *("-map", "[v]", "-map", "[a]", "-sn", "-dn"),
        *("-map_metadata", "-1", "-map_chapters", "-1"),
        *_video_codec_args(plan),
        *audio_codec_args(plan.encoder.audio_kbps),
        *("-fflags", "+bitexact", "-flags:a", "+bitexact"),
        # Negative composition offsets keep players that ignore edit lists in sync to half a frame.
        *("-movflags", "+faststart+negative_cts_offsets"),
        *("-f", "mp4", f"file:{out_path.absolute()}"),
    ]


def _video_codec_args(plan: RenderPlan) -> list[str]:
    encoder = plan.encoder
    keyframe_every = round(Fraction(plan.fps) * encoder.keyframe_seconds)
    if encoder.codec == "h264_nvenc":
        quality = ["-tune", "hq", "-rc", "vbr", "-cq", str(encoder.quality), "-b:v", "0"]
    else:
        quality = ["-crf", str(encoder.quality)]
    return [
        *("-c:v", encoder.codec, "-preset", encoder.preset, *quality),
        *("-maxrate", f"{_MAX_KBPS}k", "-bufsize", f"{2 * _MAX_KBPS}k"),
        *("-profile:v", "high", "-level:v", "4.1", "-pix_fmt", "yuv420p"),
        *("-g", str(keyframe_every), "-threads:v", str(encoder.threads)),
        *("-flags:v", "+cgop+bitexact", "-fps_mode:v", "passthrough"),
        *("-colorspace", "bt709", "-color_primaries", "bt709"),
        *("-color_trc", "bt709", "-color_range", "tv"),
    ]


def _cut(plan: RenderPlan) -> Cut:
    return Cut(plan.span, Fraction(plan.fps), plan.frames)


def _timeout_s(duration_ms: int) -> float:
    """Generous, for large pictures on one busy core; a hang still ends."""
    return 180 + 90 * duration_ms / 1000


def _require_drawn(log: str, out_path: Path) -> None:
    """A clip whose captions were lost looks normal: better to have none."""
    reason = None
    if missing := _NO_GLYPH.search(log):
        reason = f"no font has the character U+{missing[1]:>04}"
    elif other := _OTHER_FONT.search(log):
        reason = f"the font {other[1]} was not found ({other[2]} was taken)"
    elif "Added subtitle file" not in log:
        reason = "libass did not read them"
    if reason is not None:
        raise RenderFailed(
            f"The captions of {out_path.name} could not be drawn: {reason}.",
            log_tail=log[-4_000:],
        )
