"""Making a clip: one ffmpeg command that decodes once and encodes once, and the clip's cover.

The file is written beside its destination and takes its name only when it is complete.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from clipping.captions import FONTS_DIR
from clipping.captions import style as caption_style
from clipping.captions.ass import ass_document
from clipping.errors import RenderFailed
from clipping.media.ffmpeg import repeatable_x264_args, run_ffmpeg
from clipping.media.join import join
from clipping.models import OUTPUT_HEIGHT_PX, OUTPUT_WIDTH_PX, MediaInfo, RenderPlan
from clipping.rendering import picture
from clipping.rendering.cover import cover
from clipping.rendering.grid import Cut
from clipping.rendering.output import file_in_the_making, publish
from clipping.rendering.sound import audio_codec_args, soundtrack

__all__ = ["MASTER", "Piece", "Rendering", "command", "cover", "render"]

_NO_GLYPH = re.compile(r"fontselect: failed to find any fallback with glyph 0x([0-9A-F]+)")
_OTHER_FONT = re.compile(r"fontselect: \((.+?), \d+, \d+\) -> .*[/\\]([^/\\,]+),")
"""A font of our own is named by its name, one of the system by its path."""

_X264_PICTURES = re.compile(r"\[libx264 @ [^\]]*\] frame [IPB]:\s*(\d+)")
MASTER = (OUTPUT_WIDTH_PX, OUTPUT_HEIGHT_PX)
_MAX_KBPS = 20_000
"""Instagram refuses more than 25 Mbit/s (its publishing reference, read 2026-11)."""


@dataclass(frozen=True)
class Rendering:
    """What it took to make a clip."""

    frames_encoded: int
    """Of pictures; fewer than the clip has when its body was taken from another clip."""


def render(
    plan: RenderPlan,
    media_path: Path,
    media: MediaInfo,
    out_path: Path,
    on_progress: Callable[[float], None] | None = None,
    *,
    sibling: Path | None = None,
    size: tuple[int, int] = MASTER,
) -> Rendering:
    """Make the plan's clip at ``out_path``, whole or not at all.

    The same plan, source and ffmpeg give the same bytes, with and without a sibling.

    A plan with a ``join_frame`` is encoded in two pieces by two encoders of the same command, each
    frame by one of them. The second piece, the body, depends on nothing in the first.

    :param on_progress: Called with a rising fraction, 1.0 when the encoding is done.
    :param sibling: A finished clip whose plan has the same ``body_hash``: its body and its sound
        are copied, and only the head is encoded.
    :param size: Width and height of the picture; another than the master's is made from the
        source as well, never from the master.
    :raises RenderFailed: ffmpeg failed, took too long, or captions could not be drawn.
    :raises DiskFull: No space left for the clip.
    :raises Interrupted: ffmpeg was killed from outside.
    """
    pieces = _pieces(plan, sibling is not None)
    with ExitStack() as stack:

        def beside(suffix: str) -> Path:
            return stack.enter_context(file_in_the_making(out_path, suffix))

        ass_path = beside(".ass") if plan.captions or plan.hook else None
        if ass_path is not None:
            look = caption_style(plan.style)
            ass_path.write_text(ass_document(plan.captions, plan.hook, look), encoding="utf-8")
        camera_path, part = beside(".camera"), beside(".part")
        camera_path.write_text(picture.camera_commands(plan.framings, Fraction(plan.fps)), "utf-8")
        outputs = [part] if plan.join_frame is None else [beside(f".{p.name}") for p in pieces]
        encoded = sum(piece.frames for piece in pieces)
        duration_ms = round(encoded * 1000 / Fraction(plan.fps))
        run = run_ffmpeg(
            command(plan, media_path, media, ass_path, camera_path, pieces, outputs, size),
            timeout_s=_timeout_s(duration_ms),
            duration_ms=duration_ms,
            on_progress=on_progress,
        )
        if ass_path is not None:
            _require_drawn(run.log, out_path)
        if plan.join_frame is not None:
            _join(plan, outputs, sibling, part)
        publish(part, out_path)
    return Rendering(_counted(run.log) or encoded)


@dataclass(frozen=True)
class Piece:
    """Frames of the clip, ``first`` up to, not including, ``end``, that one encoder makes."""

    name: str
    first: int
    end: int
    sound: bool

    @property
    def frames(self) -> int:
        """How many they are."""
        return self.end - self.first


def _counted(log: str) -> int:
    """How many pictures x264 says that it encoded; 0 where another encoder was used."""
    return sum(int(count) for count in _X264_PICTURES.findall(log))


def _pieces(plan: RenderPlan, head_only: bool) -> list[Piece]:
    """What has to be encoded, in order; the sound is encoded along with the last piece."""
    if plan.join_frame is None:
        return [Piece("whole", 0, plan.frames, sound=True)]
    head = Piece("head", 0, plan.join_frame, sound=False)
    if head_only:
        return [head]
    return [head, Piece("body", plan.join_frame, plan.frames, sound=True)]


def _join(plan: RenderPlan, outputs: list[Path], sibling: Path | None, part: Path) -> None:
    assert plan.join_frame is not None
    body = (outputs[1], 0) if sibling is None else (sibling, plan.join_frame)
    join([(outputs[0], 0), body], body[0], Fraction(plan.fps), part)


def command(
    plan: RenderPlan,
    media_path: Path,
    media: MediaInfo,
    ass_path: Path | None,
    camera_path: Path,
    pieces: Sequence[Piece],
    outputs: Sequence[Path],
    size: tuple[int, int] = MASTER,
) -> list[str]:
    """The arguments of the one ffmpeg command, without the binary; pure.

    The file is opened twice, once for the picture and once for the sound: each is sought and
    ended by its own rules, and badly interleaved files need no memory.

    :param outputs: A file for each of the pieces.
    """
    cut = _cut(plan)
    threads = str(plan.encoder.threads)
    track = soundtrack(
        media_path, media, cut, plan.mutes, plan.fade_ms, denoise=plan.loudness.denoise
    )
    overlays = [] if size == MASTER else [picture.size_filter(*size)]
    overlays += [] if ass_path is None else picture.caption_filters(ass_path, FONTS_DIR)
    labels = [(piece.name, piece.first, piece.end) for piece in pieces]
    whole_sound = any(piece.sound for piece in pieces)
    video = picture.graph(cut, media.video, plan.framings, overlays, camera_path, labels)
    args = [
        *("-threads", threads),
        *picture.input_args(cut, media_path),
        *(track.input_args() if whole_sound else ()),
        *("-filter_complex_threads", threads),
        # Two graphs: should one have to start anew in the middle, the other is left alone.
        *("-filter_complex", video),
        *(("-filter_complex", track.filters(1, plan.loudness, "[a]")) if whole_sound else ()),
    ]
    for piece, path in zip(pieces, outputs, strict=True):
        args += ["-map", f"[{piece.name}]", *(("-map", "[a]") if piece.sound else ()), "-sn", "-dn"]
        args += ["-map_metadata", "-1", "-map_chapters", "-1", *_video_codec_args(plan)]
        args += audio_codec_args(plan.encoder.audio_kbps) if piece.sound else []
        args += ["-fflags", "+bitexact", "-flags:a", "+bitexact"]
        # Negative composition offsets keep players that ignore edit lists in sync to half a frame.
        args += ["-movflags", "+faststart+negative_cts_offsets"]
        args += ["-f", "mp4", f"file:{path.absolute()}"]
    return args


def _video_codec_args(plan: RenderPlan) -> list[str]:
    encoder = plan.encoder
    keyframe_every = round(Fraction(plan.fps) * encoder.keyframe_seconds)
    if encoder.codec == "h264_nvenc":
        quality = ["-tune", "hq", "-rc", "vbr", "-cq", str(encoder.quality), "-b:v", "0"]
    else:
        quality = ["-crf", str(encoder.quality), *repeatable_x264_args()]
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
