"""Making a clip: every picture is encoded once, by ffmpeg; and the clip's cover.

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
from clipping.media.ffmpeg import FfmpegRun, repeatable_x264_args, run_ffmpeg
from clipping.media.join import join
from clipping.models import OUTPUT_HEIGHT_PX, OUTPUT_WIDTH_PX, MediaInfo, RenderPlan
from clipping.rendering import picture
from clipping.rendering.cover import cover
from clipping.rendering.grid import Cut
from clipping.rendering.output import file_in_the_making, publish
from clipping.rendering.sound import Soundtrack, encode, soundtrack

__all__ = ["MASTER", "Piece", "Rendering", "command", "cover", "render"]

_NO_GLYPH = re.compile(r"fontselect: failed to find any fallback with glyph 0x([0-9A-F]+)")
_OTHER_FONT = re.compile(r"fontselect: \((.+?), \d+, \d+\) -> .*[/\\]([^/\\,]+),")
"""A font of our own is named by its name, one of the system by its path."""

_X264_PICTURES = re.compile(r"\[libx264 @ [^\]]*\] frame [IPB]:\s*(\d+)")
_LONGEST_ARGUMENT = 100_000
"""Bytes; Linux takes 131 071 of a single argument."""
MASTER = (OUTPUT_WIDTH_PX, OUTPUT_HEIGHT_PX)


@dataclass(frozen=True)
class Rendering:
    """What it took to make a clip."""

    frames_encoded: int
    """Of pictures; fewer than the clip has when its body was taken from another clip."""


@dataclass(frozen=True)
class Piece:
    """Frames of the clip, ``first`` up to, not including, ``end``, that one encoder makes."""

    name: str
    first: int
    end: int

    @property
    def frames(self) -> int:
        """How many they are."""
        return self.end - self.first


def render(
    plan: RenderPlan,
    media_path: Path,
    media: MediaInfo,
    out_path: Path,
    on_progress: Callable[[float], None] | None = None,
    *,
    sibling: Path | None = None,
    sound: Path | None = None,
    size: tuple[int, int] = MASTER,
) -> Rendering:
    """Make the plan's clip at ``out_path``, whole or not at all.

    The same plan, source and ffmpeg give the same bytes, with and without ``sibling`` and
    ``sound``.

    Each frame is encoded once: in one piece, or in two where the plan has a ``join_frame``. The
    second piece, the body, depends on nothing in the first.

    :param on_progress: Called with a rising fraction, 1.0 when the encoding is done.
    :param sibling: A finished clip whose plan has the same ``body_hash``: its body and its sound
        are copied, and only the head is encoded.
    :param sound: A file with the plan's sound: what ``clipping.rendering.loudness.measure`` kept,
        or a clip of the same span, mutes, loudness and ffmpeg. It is copied.
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
        sound = sound or sibling
        if sound is None:
            sound = beside(".sound")
            encode(_track(plan, media_path, media), plan.loudness, sound, plan.encoder.audio_kbps)
        graph_path, encoded, parts = beside(".graph"), 0, list[tuple[Path, int]]()
        for together in _commands(plan, pieces):
            graph = _graph(plan, media, ass_path, together, size)
            paths = [beside(f".{piece.name}") for piece in together]
            args = command(plan, media_path, _graph_args(graph, graph_path), paths)
            run = _run(args, plan, together, _share(on_progress, together, pieces))
            if ass_path is not None:
                _require_drawn(run.log, out_path)
            encoded += _counted(run.log) or _frames(together)
            parts += [(path, 0) for path in paths]
        if sibling is not None:
            parts.append((sibling, pieces[-1].end))
        part = beside(".part")
        join(parts, sound, Fraction(plan.fps), part)
        publish(part, out_path)
    return Rendering(encoded)


def _pieces(plan: RenderPlan, head_only: bool) -> list[Piece]:
    """What has to be encoded, in order."""
    if plan.join_frame is None:
        return [Piece("whole", 0, plan.frames)]
    head = Piece("head", 0, plan.join_frame)
    return [head] if head_only else [head, Piece("body", plan.join_frame, plan.frames)]


def _commands(plan: RenderPlan, pieces: Sequence[Piece]) -> list[Sequence[Piece]]:
    """Which pieces one ffmpeg encodes: their source is decoded once when it does all.

    But ffmpeg frees an encoder's memory only when it ends. So each piece has its own command where
    an encoder has a single thread: then there is a clip at work on every core.
    """
    if plan.encoder.threads > 1:
        return [pieces]
    return [[piece] for piece in pieces]


def _frames(pieces: Sequence[Piece]) -> int:
    return sum(piece.frames for piece in pieces)


def _run(
    args: Sequence[str],
    plan: RenderPlan,
    together: Sequence[Piece],
    on_progress: Callable[[float], None] | None,
) -> FfmpegRun:
    duration_ms = round(_frames(together) * 1000 / Fraction(plan.fps))
    # Generous, for large pictures on one busy core; a hang still ends.
    timeout_s = 180 + 90 * duration_ms / 1000
    return run_ffmpeg(args, timeout_s=timeout_s, duration_ms=duration_ms, on_progress=on_progress)


def _share(
    on_progress: Callable[[float], None] | None, together: Sequence[Piece], pieces: Sequence[Piece]
) -> Callable[[float], None] | None:
    """One command's progress within that of all pieces."""
    if on_progress is None:
        return None
    tell, before = on_progress, together[0].first - pieces[0].first
    return lambda done: tell((before + done * _frames(together)) / _frames(pieces))


def _counted(log: str) -> int:
    """How many pictures x264 says that it encoded; 0 where another encoder was used."""
    return sum(int(count) for count in _X264_PICTURES.findall(log))


def _track(plan: RenderPlan, media_path: Path, media: MediaInfo) -> Soundtrack:
    cut, denoise = _cut(plan), plan.loudness.denoise
    return soundtrack(media_path, media, cut, plan.mutes, plan.fade_ms, denoise=denoise)


def _graph(
    plan: RenderPlan,
    media: MediaInfo,
    ass_path: Path | None,
    together: Sequence[Piece],
    size: tuple[int, int],
) -> str:
    overlays = [] if size == MASTER else [picture.size_filter(*size)]
    overlays += [] if ass_path is None else picture.caption_filters(ass_path, FONTS_DIR)
    stretches = [(piece.first, piece.end) for piece in together]
    return picture.graph(_cut(plan), media.video, plan.framings, overlays, stretches)


def _graph_args(graph: str, path: Path) -> list[str]:
    """The graph as an argument, or written to ``path`` where it is too long for one."""
    if len(graph.encode()) <= _LONGEST_ARGUMENT:
        return ["-filter_complex", graph]
    path.write_text(graph, encoding="utf-8")
    return ["-/filter_complex", str(path.absolute())]


def command(
    plan: RenderPlan, media_path: Path, graph_args: Sequence[str], out_paths: Sequence[Path]
) -> list[str]:
    """The arguments of ffmpeg, without the binary, that encode one or more pieces; pure.

    :param graph_args: The picture's filter graph, from the source to ``[v0]``, ``[v1]``, ...
    :param out_paths: A file for each of these.
    """
    threads = str(plan.encoder.threads)
    args = [
        *("-threads", threads),
        *picture.input_args(_cut(plan), media_path),
        *("-filter_complex_threads", threads, *graph_args),
    ]
    for number, path in enumerate(out_paths):
        args += ["-map", f"[v{number}]", "-an", "-sn", "-dn"]
        args += ["-map_metadata", "-1", "-map_chapters", "-1", *_video_codec_args(plan)]
        args += ["-fflags", "+bitexact", "-f", "mp4", f"file:{path.absolute()}"]
    return args


def _video_codec_args(plan: RenderPlan) -> list[str]:
    encoder = plan.encoder
    keyframe_every = round(Fraction(plan.fps) * encoder.keyframe_seconds)
    if encoder.codec == "h264_nvenc":
        quality = ["-tune", "hq", "-rc", "vbr", "-cq", str(encoder.quality), "-b:v", "0"]
    else:
        quality = ["-crf", str(encoder.quality), *repeatable_x264_args()]
    if encoder.max_kbps is not None:
        # Head and body each begin with a buffer that is nearly full: half a second each.
        limits = "-maxrate", f"{encoder.max_kbps}k", "-bufsize", f"{encoder.max_kbps // 2}k"
        quality += limits
    return [
        *("-c:v", encoder.codec, "-preset", encoder.preset, *quality),
        *("-profile:v", "high", "-level:v", "4.1", "-pix_fmt", "yuv420p"),
        *("-g", str(keyframe_every), "-threads:v", str(encoder.threads)),
        *("-flags:v", "+cgop+bitexact", "-fps_mode:v", "passthrough"),
        *("-colorspace", "bt709", "-color_primaries", "bt709"),
        *("-color_trc", "bt709", "-color_range", "tv"),
    ]


def _cut(plan: RenderPlan) -> Cut:
    return Cut(plan.span, Fraction(plan.fps), plan.frames)


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
