"""The clip's picture as a chain of ffmpeg filters: timing, framing, captions, colour."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path

from clipping.media.container import only_itself
from clipping.models import (
    OUTPUT_HEIGHT_PX,
    OUTPUT_WIDTH_PX,
    Crop,
    Framing,
    Layout,
    VideoStream,
)
from clipping.rendering.framing import PANEL_HEIGHT_PX, centre_crop, fit_box, offsets, window
from clipping.rendering.grid import Cut, grid
from clipping.timing import seconds_text

BT709_TAGS = "setparams=colorspace=bt709:color_primaries=bt709:color_trc=bt709:range=tv"

FILL_PX = (OUTPUT_WIDTH_PX // 8, OUTPUT_HEIGHT_PX // 8)
FILL_BLUR_PX = 5
FILL_LIGHT = 0.55
_LEAD_MS = 500
_HD_HEIGHT_PX = 720
HDR_TRANSFERS = ("smpte2084", "arib-std-b67")
_TONE_MAPPING = (
    "format=gbrpf32le",
    "zscale=p=bt709",
    # Skin and paper stay as they are (below 0.7 of white), highlights up to 1000 cd/m2 are bent in.
    "tonemap=mobius:param=0.7:peak=4.93:desat=0",
    "zscale=t=bt709:m=bt709:r=tv",
)


def input_args(cut: Cut, media_path: Path) -> list[str]:
    """The ffmpeg input: sought by keyframe to just before the cut, so its place costs nothing.

    ``-noaccurate_seek`` keeps every frame from that keyframe on. The default throws away what
    begins before the seek point, also a still frame that is on screen at the cut.
    ``-reinit_filter 0`` keeps the filters when the picture changes its size half-way (a shared
    screen does): the default starts them anew, and their count of frames with them.
    """
    start = seconds_text(cut.span.start_ms - _lead_ms(cut))
    path = f"file:{media_path.absolute()}"
    how = [*only_itself(media_path), "-noaccurate_seek", "-reinit_filter", "0"]
    return [*how, "-ss", start, "-i", path]


def _lead_ms(cut: Cut) -> int:
    return min(_LEAD_MS, cut.span.start_ms)


def timing_filters(
    cut: Cut, video: VideoStream, stretch: tuple[int, int] | None = None
) -> Iterator[str]:
    """From source frames to exactly ``cut.frames`` frames at ``cut.fps``, the first at time 0.

    With a ``stretch``, its first frame and its end, only its frames come out, at the same times.

    Each clip frame shows the source frame nearest to its time. A constant rate is first moved
    onto the clip's grid: the cut's milliseconds, Matroska's rounded timestamps and an average rate
    that is not quite the real one all put frames a little beside it, and half-way between two clip
    frames a millisecond decides. Where several source frames make one clip frame, they are placed
    so that the first of them wins by the widest margin.
    """
    rates = grid(video)
    zero = Fraction(_lead_ms(cut), 1000)
    shift = f"({zero})"
    if rates.cut_rate is not None:
        in_frames = f"(STARTT-{zero})*{_number(rates.cut_rate)}"
        off_grid = f"({in_frames}-round({in_frames}))/{_number(rates.cut_rate)}"
        centring = (Fraction(1, 2) - Fraction(1, 2 * rates.keep_every)) / rates.fps
        shift = f"({zero}+{off_grid}-{_number(centring)})"
    stream = "V:0" if video.index is None else video.index
    # Before any change of rate: half-pictures belong together as they were filmed. Pictures that
    # are not marked as interlaced pass unchanged.
    weaving = "bwdif=mode=send_frame:deint=interlaced," if video.interlaced else ""
    yield f"[0:{stream}]{weaving}settb=AVTB"
    yield f"setpts='PTS-{shift}/TB'"
    yield f"fps={cut.fps}:start_time=0:round=near"
    yield "tpad=stop=-1:stop_mode=clone"
    first, end = stretch or (0, cut.frames)
    yield f"trim=start_frame={first}:end_frame={end}" if first else f"trim=end_frame={end}"


def _number(value: Fraction) -> str:
    return f"({value})"


def graph(
    cut: Cut,
    video: VideoStream,
    framings: Sequence[Framing],
    overlays: Sequence[str],
    stretches: Sequence[tuple[int, int]] = (),
) -> str:
    """The whole filter graph of the picture: source frames in, the clip's frames out.

    They come out at ``[v0]``, or at ``[v0]``, ``[v1]``, ... where several stretches are wanted.

    Every framing is a branch of its own between a ``split`` and a ``concat``, so each costs only
    what it needs and only for its own frames; frames that a branch does not show are dropped
    before anything is done to them, and nothing waits in memory.

    :param overlays: Filters that draw over the framed picture, on the clip's own time.
    :param stretches: First frame and end of each part of the clip that is wanted, one following
        the other; each comes out from time 0 on, and each of its frames is the whole clip's.
    """
    stretches = stretches or [(0, cut.frames)]
    first, end = stretches[0][0], stretches[-1][1]
    source = ",".join([*timing_filters(cut, video, (first, end)), *_common_filters(video)])
    shown = [
        (number, framing)
        for number, framing in enumerate(framings)
        if framing.start_frame < end and framing.end_frame > first
    ]
    chains: list[str] = []
    if len(shown) > 1:
        names = "".join(f"[s{number}]" for number, _ in shown)
        chains.append(f"{source},split={len(shown)}{names}")
        for number, framing in shown:
            start, stop = (max(0, f - first) for f in (framing.start_frame, framing.end_frame))
            made = framing_chain(framing, video, number, cut.fps)
            part = f"trim=start_frame={start}:end_frame={stop}"
            chains.append(f"[s{number}]{part},{made},setpts=PTS-STARTPTS[f{number}]")
        parts = "".join(f"[f{number}]" for number, _ in shown)
        # Frames are counted anew, so that no rounding of times adds up over the parts.
        unit = f"{cut.fps.denominator}/{cut.fps.numerator}"
        framed = f"{parts}concat=n={len(shown)}:v=1:a=0,settb={unit},setpts=N+{first}"
    else:
        framed = f"{source},{framing_chain(shown[0][1], video, shown[0][0], cut.fps)}"
    drawn = ",".join([framed, *overlays, BT709_TAGS])
    return ";".join([*chains, *_outputs(drawn, stretches)])


def _outputs(drawn: str, stretches: Sequence[tuple[int, int]]) -> Iterator[str]:
    """The ends of the graph, each from time 0 on."""
    (first, _), count = stretches[0], len(stretches)
    if count == 1:
        yield f"{drawn},setpts=PTS-STARTPTS[v0]" if first else f"{drawn}[v0]"
        return
    yield f"{drawn},split={count}" + "".join(f"[o{number}]" for number in range(count))
    for number, (start, end) in enumerate(stretches):
        part = f"trim=start_frame={start - first}:end_frame={end - first}"
        yield f"[o{number}]{part},setpts=PTS-STARTPTS[v{number}]"


def _common_filters(video: VideoStream) -> Iterator[str]:
    # Does nothing, unless the picture changes its size: then it keeps the first one.
    yield "scale=iw:ih:flags=bicubic"


def _camera_commands(framing: Framing, number: int, fps: Fraction) -> str:
    """Where a moving crop is in every frame in which it moves, in the words of ``sendcmd``.

    Each time is half a frame early: written exactly, it is rounded to the wrong side for a quarter
    of all frames, and they come one frame late.
    """
    return ";".join(
        f"{max(0.0, float((frame - Fraction(1, 2)) / fps)):.6f}"
        f" crop@c{number} x {x}, crop@c{number} y {y}"
        for frame, x, y in offsets(framing)
    )


def framing_chain(framing: Framing, video: VideoStream, number: int, fps: Fraction) -> str:
    """From shown source frames to 1080x1920, 4:2:0, BT.709 in limited range."""
    if framing.layout is Layout.SPLIT:
        return _split(framing, video, number)
    if framing.layout is Layout.FIT:
        return _fit(framing, video, number)
    crop = framing.crops[0]
    if not framing.moves:
        return ",".join(_scaled(crop, video, OUTPUT_WIDTH_PX, OUTPUT_HEIGHT_PX))
    whole = window(framing)
    _, x, y = next(iter(offsets(framing)))
    moving = f"crop@c{number}=w={OUTPUT_WIDTH_PX}:h={OUTPUT_HEIGHT_PX}:x={x}:y={y}:exact=1"
    return ",".join(
        [
            *_scaled(whole.crop, video, whole.width_px, whole.height_px),
            f"sendcmd=commands={escape(_camera_commands(framing, number, fps))}",
            moving,
        ]
    )


def _split(framing: Framing, video: VideoStream, number: int) -> str:
    upper, lower = (
        ",".join(_scaled(crop, video, OUTPUT_WIDTH_PX, PANEL_HEIGHT_PX)) for crop in framing.crops
    )
    top, bottom = f"[u{number}]", f"[l{number}]"
    return (
        f"split=2{top}{bottom};{top}{upper}{top[:-1]}s];{bottom}{lower}{bottom[:-1]}s];"
        f"{top[:-1]}s]{bottom[:-1]}s]vstack"
    )


def _fit(framing: Framing, video: VideoStream, number: int) -> str:
    """The picture over itself, blurred and darkened. The fill is made an eighth as wide: cheap."""
    crop = framing.crops[0]
    box = fit_box(crop)
    fill = ",".join(_scaled(centre_crop(video), video, *FILL_PX, flags="bilinear"))
    shown = ",".join(_scaled(crop, video, box.right - box.left, box.bottom - box.top))
    behind, before = f"[b{number}]", f"[p{number}]"
    return (
        f"split=2{behind}{before};{behind}{fill},gblur=sigma={FILL_BLUR_PX}"
        f",lutyuv=y='16+(val-16)*{FILL_LIGHT}'"
        f",scale={OUTPUT_WIDTH_PX}:{OUTPUT_HEIGHT_PX}:flags=bicubic{behind[:-1]}s]"
        f";{before}{shown}{before[:-1]}s]"
        f";{behind[:-1]}s]{before[:-1]}s]overlay=x={box.left}:y={box.top}"
    )


def _scaled(
    crop: Crop, video: VideoStream, width_px: int, height_px: int, flags: str = "lanczos"
) -> Iterator[str]:
    """Crop, then scale to that size: limited-range BT.709 4:2:0 with square pixels.

    ffmpeg turns the picture before the first filter; anamorphic pixels are still as they were
    coded. The crop, in pixels as shown, is therefore given as shares of what the filter sees.
    """
    yield (
        f"crop=w=iw*{crop.width_px}/{video.width_px}:h=ih*{crop.height_px}/{video.height_px}"
        f":x=iw*{crop.left_px}/{video.width_px}:y=ih*{crop.top_px}/{video.height_px}"
    )
    matrix = _matrix(video)
    if video.color_transfer in HDR_TRANSFERS:
        # 203 cd/m2 is the white of graphics and paper in HDR (ITU-R BT.2408).
        yield (f"zscale=tin={video.color_transfer}:pin=bt2020:min=bt2020nc:t=linear:npl=203")
        yield from _TONE_MAPPING
        matrix = "bt709"
    yield (
        f"scale={width_px}:{height_px}:flags={flags}+accurate_rnd+bitexact"
        f":in_color_matrix={matrix}:out_color_matrix=bt709:out_range=tv"
    )
    yield "format=yuv420p"
    yield "setsar=1"


def _matrix(video: VideoStream) -> str:
    """The source's YCbCr matrix; untagged pictures are read by their size, as players do."""
    if video.color_matrix in ("bt709", "smpte170m", "bt470bg", "fcc", "smpte240m", "bt2020nc"):
        return video.color_matrix
    return "bt709" if video.coded_height_px >= _HD_HEIGHT_PX else "smpte170m"


def size_filter(width_px: int, height_px: int) -> str:
    """The framed picture in another size, before text is drawn on it: letters stay sharp."""
    return f"scale={width_px}:{height_px}:flags=lanczos+accurate_rnd+bitexact"


def caption_filters(ass_path: Path, fonts_dir: Path) -> Iterator[str]:
    """The one ASS file, drawn at output size on the clip's own time."""
    yield f"ass=filename={escape(str(ass_path.absolute()))}:fontsdir={escape(str(fonts_dir))}"


def escape(value: str) -> str:
    """A value for a filter option within a filter graph, with any characters.

    It is read twice, by the graph's parser and by the filter's: each takes a backslash away.
    """
    for special in ("\\':", "\\'[],;"):
        value = "".join(
            f"\\{character}" if character in special or character.isspace() else character
            for character in value
        )
    return value
