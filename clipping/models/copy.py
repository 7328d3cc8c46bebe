"""The words beside a clip: as they are drafted, what a client allows, and what is posted."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field

from clipping.models.base import Value


class PlatformName(StrEnum):
    """Where clips are posted."""

    TIKTOK = "tiktok"
    INSTAGRAM = "instagram"
    YOUTUBE = "youtube"
    X = "x"


class ProfanityPolicy(StrEnum):
    """What happens to a profanity in written words."""

    MASK = "mask"
    """Its first letter stays, the rest become asterisks."""
    LEAVE_OUT = "leave_out"
    """The sentence that holds it is left out."""
    ALLOW = "allow"


class Draft(Value):
    """The words for one clip before they are fitted to any platform."""

    hook: str
    """For the first seconds of the picture; also stands in for a missing caption or title."""
    caption: str
    """What is written beside the clip, several sentences at most."""
    hashtags: tuple[str, ...] = ()
    """With or without their sign, the most telling first."""
    title: str = ""
    language: str = "und"
    """BCP 47, ``und`` when unknown."""


class WritingPolicy(Value):
    """How a client wants to be written for."""

    tone: str = "plain"
    """A few words for whoever drafts: ``plain``, ``warm and curious``."""
    language: str = ""
    """BCP 47; empty writes in the language of the talk."""
    banned_words: tuple[str, ...] = ()
    """Words and phrases that are never written: their sentence, or hashtag, is left out."""
    profanity: ProfanityPolicy = ProfanityPolicy.MASK
    default_hashtags: tuple[str, ...] = ()
    """The client's own, which come first."""
    most_hashtags: int = Field(default=5, ge=0, le=30)
    """Fewer where a platform takes fewer."""


class Writing(Value):
    """A draft as it is kept: who wrote it, for which wishes, and what there is to say about it."""

    draft: Draft
    writer: str
    """``claude`` or ``local``."""
    writer_version: str
    wishes: str
    """A hash of what was asked for: other wishes make another draft."""
    notes: tuple[str, ...] = ()
    """What was left out of it or went wrong, a sentence each."""


class PostCopy(Value):
    """The words of one post, fitted to its platform."""

    platform: PlatformName
    title: str
    """Empty where the platform has none."""
    caption: str
    hashtags: tuple[str, ...]
    """Without their sign."""
    trimmed: tuple[str, ...] = ()
    """What was changed or left out of the draft, a sentence each."""

    @property
    def text(self) -> str:
        """Caption and hashtags as they are sent."""
        tags = " ".join(f"#{tag}" for tag in self.hashtags)
        return "\n\n".join(filter(None, (self.caption, tags)))
