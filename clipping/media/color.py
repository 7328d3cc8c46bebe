"""How colour is coded: ffmpeg's names for the code points of ITU-T H.273 (tables 3 and 4)."""

from __future__ import annotations

from av.video.frame import VideoFrame
from av.video.reformatter import Colorspace

UNKNOWN = "unknown"

_UNSPECIFIED = 2
_MATRICES = {
    0: "gbr",
    1: "bt709",
    4: "fcc",
    5: "bt470bg",
    6: "smpte170m",
    7: "smpte240m",
    8: "ycgco",
    9: "bt2020nc",
    10: "bt2020c",
    14: "ictcp",
}
_TRANSFERS = {
    1: "bt709",
    4: "bt470m",
    5: "bt470bg",
    6: "smpte170m",
    7: "smpte240m",
    8: "linear",
    11: "iec61966-2-4",
    13: "iec61966-2-1",
    14: "bt2020-10",
    15: "bt2020-12",
    16: "smpte2084",
    17: "smpte428",
    18: "arib-std-b67",
}
_HD_HEIGHT_PX = 720


def matrix_of(frame: VideoFrame) -> str:
    """The YCbCr matrix, ``unknown`` when the file does not say."""
    return _MATRICES.get(frame.colorspace, UNKNOWN)


def transfer_of(frame: VideoFrame) -> str:
    """The transfer characteristic, ``unknown`` when the file does not say."""
    return _TRANSFERS.get(frame.color_trc, UNKNOWN)


def reading_matrix(frame: VideoFrame) -> Colorspace | None:
    """What to read an untagged picture with: BT.709 from 720 lines on, as players do.

    None leaves it to the frame's own tag, or to BT.601 for small untagged pictures.
    """
    untagged = frame.colorspace == _UNSPECIFIED
    return Colorspace.ITU709 if untagged and frame.height >= _HD_HEIGHT_PX else None
