"""The eyes of the camera: where a source cuts, whose faces are where, and who moves the mouth."""

from __future__ import annotations

from functools import lru_cache

from clipping.faces.base import FaceDetector, FoundFace
from clipping.faces.centerface import CenterFace

__all__ = ["CenterFace", "FaceDetector", "FoundFace", "detector"]


@lru_cache(maxsize=1)
def detector() -> FaceDetector:
    """What finds faces in this process; loaded once, by the first caller.

    :raises NotInstalled: onnxruntime or the weights are missing.
    """
    return CenterFace()
