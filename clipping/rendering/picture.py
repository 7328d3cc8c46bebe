"""The clip's picture as a chain of ffmpeg filters: timing, framing, captions, colour."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

from clipping.models import OUTPUT_HEIGHT_PX, OUTPUT_WIDTH_PX, Crop, VideoStream
from clipping.rendering.grid import Cut, grid
from clipping.timing import seconds_text

BT709_TAGS = "setparams=colorspace=bt709:color_primaries=bt709:color_trc=bt709:range=tv"

_LEAD_MS = 500
_HD_HEIGHT_PX = 720
_HDR_TRANSFERS = ("smpte2084", "arib-std-b67")
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
    return ["-noaccurate_seek", *("-reinit_filter", "0"), "-ss", start, "-i", path]


def _lead_ms(cut: Cut) -> int:
    return min(_LEAD_MS, cut.span.start_ms)


def timing_filters(cut: Cut, video: VideoStream) -> Iterator[str]:
    """From source frames to exactly ``cut.frames`` frames at ``cut.fps``, the first at time 0.

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
    yield f"[0:{stream}]settb=AVTB"
    yield f"setpts='PTS-{shift}/TB'"
    yield f"fps={cut.fps}:start_time=0:round=near"
    yield "tpad=stop=-1:stop_mode=clone"
    yield f"trim=end_frame={cut.frames}"


def _number(value: Fraction) -> str:
    return f"({value})"


def framing_filters(crop: Crop, video: VideoStream) -> Iterator[str]:
    """Crop, then scale to the output: limited-range BT.709 4:2:0 with square pixels.

    ffmpeg turns the picture before the first filter; anamorphic pixels are still as they were
    coded. The crop, in pixels as shown, is therefore given as shares of what the filter sees.
    """
    # Does nothing, unless the picture changes its size: then it keeps the first one.
    yield "scale=iw:ih:flags=bicubic"
    yield (
        f"crop=w=iw*{crop.width_px}/{video.width_px}:h=ih*{crop.height_px}/{video.height_px}"
        f":x=iw*{crop.left_px}/{video.width_px}:y=ih*{crop.top_px}/{video.height_px}"
    )
    matrix = _matrix(video)
    if video.color_transfer in _HDR_TRANSFERS:
        # 203 cd/m2 is the white of graphics and paper in HDR (ITU-R BT.2408).
        yield (f"zscale=tin={video.color_transfer}:pin=bt2020:min=bt2020nc:t=linear:npl=203")
        yield from _TONE_MAPPING
        matrix = "bt709"
    yield (
        f"scale={OUTPUT_WIDTH_PX}:{OUTPUT_HEIGHT_PX}:flags=lanczos+accurate_rnd+bitexact"
        f":in_color_matrix={matrix}:out_color_matrix=bt709:out_range=tv"
    )
    yield "format=yuv420p"
    yield "setsar=1"


def _matrix(video: VideoStream) -> str:
    """The source's YCbCr matrix; untagged pictures are read by their size, as players do."""
    if video.color_matrix in ("bt709", "smpte170m", "bt470bg", "fcc", "smpte240m", "bt2020nc"):
        return video.color_matrix
    return "bt709" if video.coded_height_px >= _HD_HEIGHT_PX else "smpte170m"


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
