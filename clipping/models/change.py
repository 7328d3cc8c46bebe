"""What a person wants to be other in a finished clip."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from pydantic import Field

from clipping.models.base import Value
from clipping.models.copy import Draft, PlatformName


class OwnWords(Value):
    """What a person wrote beside a clip for one platform; it is fitted to it like any draft."""

    title: str = ""
    caption: str = ""
    hashtags: tuple[str, ...] = ()

    def over(self, draft: Draft) -> Draft:
        """The draft with these words in place of its own."""
        return draft.replace(title=self.title, caption=self.caption, hashtags=self.hashtags)


class ClipEdit(Value):
    """What is to be other; None leaves it as it is."""

    hook: str | None = None
    """Empty is without a hook."""
    hook_style: str | None = None
    style: str | None = None
    framing: tuple[str, ...] | None = None
    """As :func:`clipping.rendering.choices.parse_framing` reads it."""
    start: int = Field(default=0, ge=-50, le=50)
    """Sentences by which it begins later; less than 0 is earlier."""
    end: int = Field(default=0, ge=-50, le=50)
    words: Mapping[PlatformName, OwnWords] = {}

    @property
    def renders(self) -> bool:
        """Whether another film comes of it."""
        looks = (self.hook, self.hook_style, self.style, self.framing)
        return bool(self.start or self.end) or any(one is not None for one in looks)

    @property
    def told(self) -> str:
        """What is other, in a few words."""
        parts = []
        if self.hook is not None:
            parts.append("another hook" if self.hook else "no hook")
        if self.hook_style is not None and self.hook != "":
            parts.append(f"hook as {self.hook_style}")
        if self.style is not None:
            parts.append(f"captions as {self.style}")
        if self.framing is not None:
            parts.append(f"camera {', '.join(self.framing) or 'auto'}")
        if self.start:
            parts.append(f"start {_moved(self.start)}")
        if self.end:
            parts.append(f"end {_moved(self.end)}")
        if self.words:
            parts.append(f"words on {', '.join(platform.value for platform in self.words)}")
        return ", ".join(parts)


def _moved(by: int) -> str:
    many = "sentence" if abs(by) == 1 else "sentences"
    return f"{abs(by)} {many} {'later' if by > 0 else 'earlier'}"


class ChangeState(StrEnum):
    """How far a change is."""

    ASKED = "asked"
    RENDERING = "rendering"
    DONE = "done"
    FAILED = "failed"


class ClipChange(Value):
    """Somebody has changed a clip, or it is being rendered anew for them."""

    change_id: str
    clip_id: str
    wanted: ClipEdit
    by: str
    asked_at: datetime
    state: ChangeState = ChangeState.ASKED
    fraction: float = Field(default=0.0, ge=0, le=1)
    heard_at: datetime
    """When whoever renders it was heard of last."""
    told: str = ""
    """Why nothing came of it, or what did: one sentence."""
    made_clip_id: str | None = None
    """The clip that came of it; the same one where only its words are other."""

    @property
    def open(self) -> bool:
        """Whether it is under way."""
        return self.state in (ChangeState.ASKED, ChangeState.RENDERING)
