"""Names that accounts can have: pure, and no stricter than the platforms are."""

from __future__ import annotations

import re
from typing import Final

from clipping.models import PlatformName

# Handles as the platforms' own sign-up pages take them, 2026-11. A channel of YouTube without a
# handle is known by its title, so there only what no name holds is refused.
_FORMS: Final = {
    PlatformName.TIKTOK: (re.compile(r"[A-Za-z0-9_.]{2,24}"), "2 to 24 letters, digits, _ and ."),
    PlatformName.INSTAGRAM: (
        re.compile(r"[A-Za-z0-9_.]{1,30}"),
        "up to 30 letters, digits, _ and .",
    ),
    PlatformName.YOUTUBE: (re.compile(r"[^\x00-\x1f\x7f/@]{1,100}"), "up to 100 letters"),
    PlatformName.X: (re.compile(r"[A-Za-z0-9_]{1,15}"), "up to 15 letters, digits and _"),
}


def why_no_handle(platform: PlatformName, handle: str) -> str:
    """Why no account of the platform can have this name, as one sentence; empty when one can."""
    form, told = _FORMS[platform]
    if form.fullmatch(handle):
        return ""
    return f"@{handle} is no name that {platform} gives: it has {told}."
