"""Every error the engine raises, split by what the caller does next.

::

    ClippingError
    ├── Transient            try again, later
    │   ├── RateLimited          the service says when (retry_after_s)
    │   ├── ServiceUnavailable   database, object store or API not reachable just now
    │   └── Interrupted          a child process was killed from outside
    ├── NeedsPerson          stop and tell somebody
    │   ├── AuthorizationExpired
    │   ├── QuotaExhausted
    │   ├── BudgetSpent
    │   ├── DiskFull             free space, then run again
    │   └── NotInstalled         an engine or binary that was asked for is missing
    ├── Rejected             this input will never work, and why
    │   ├── UnreadableMedia
    │   ├── UnreadableCaptions
    │   ├── CaptionsMismatch     captions that belong to another video
    │   ├── NoSpeech
    │   ├── PostRefused
    │   └── UnsafeUrl
    ├── NothingToClip        understood, and found no moment worth a clip (rejections say why)
    ├── Unknown              it may have happened: reconcile before anything else
    │   └── OutcomeUnknown
    └── Broken               our fault
        ├── RenderFailed         carries the end of ffmpeg's log
        └── MalformedReply

Each message is one sentence for the person who reads it. Every class survives pickling, because
errors cross process borders; arguments beyond the message are keywords kept in ``__dict__``.
"""

from __future__ import annotations

from typing import Any


class ClippingError(Exception):
    """Root of the tree. ``str(error)`` is one clear sentence."""

    def __init__(self, message: str = "", **details: Any) -> None:
        super().__init__(message)
        self.__dict__.update(details)

    def __reduce__(self) -> tuple[Any, ...]:
        return (_rebuild, (type(self), self.args, dict(self.__dict__)))


def _rebuild(
    cls: type[ClippingError], args: tuple[Any, ...], details: dict[str, Any]
) -> ClippingError:
    return cls(*args, **details)


class Transient(ClippingError):
    """Trying again may work."""


class RateLimited(Transient):
    """The service asks to wait ``retry_after_s`` seconds (None: it did not say)."""

    retry_after_s: float | None = None


class ServiceUnavailable(Transient):
    """A service that the stage needs cannot be reached just now."""


class Interrupted(Transient):
    """A child process was killed by a signal from outside."""


class NeedsPerson(ClippingError):
    """Nothing the program can do alone: stop and alert."""


class AuthorizationExpired(NeedsPerson):
    """An account has to be authorised again."""


class QuotaExhausted(NeedsPerson):
    """A platform's quota is used up."""


class BudgetSpent(NeedsPerson):
    """The client's budget does not allow another call."""


class DiskFull(NeedsPerson):
    """No space left where the stage writes."""


class NotInstalled(NeedsPerson):
    """An engine, model or binary that was asked for is not on this machine."""


class Rejected(ClippingError):
    """This input will never work."""


class UnreadableMedia(Rejected):
    """The file is not a video that can be clipped."""


class UnreadableCaptions(Rejected):
    """The captions file cannot be read as captions."""


class CaptionsMismatch(Rejected):
    """The captions do not belong to this video."""


class NoSpeech(Rejected):
    """Nobody speaks in this video."""


class PostRefused(Rejected):
    """A platform refused the post for good."""


class UnsafeUrl(Rejected):
    """The address may not be fetched."""


class NothingToClip(ClippingError):
    """The source was understood and holds no moment worth a clip."""


class Unknown(ClippingError):
    """The act may or may not have happened."""


class OutcomeUnknown(Unknown):
    """Reconcile with the outside service before doing anything else."""


class Broken(ClippingError):
    """A fault of ours."""


class RenderFailed(Broken):
    """ffmpeg failed; ``log_tail`` holds the end of what it said."""

    log_tail: str = ""


class MalformedReply(Broken):
    """A reply does not have the promised form."""
