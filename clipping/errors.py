"""Every error the engine raises, split by what the caller does next.

::

    ClippingError
    ├── Transient            try again, later
    │   ├── RateLimited          the service says when (retry_after_s)
    │   ├── ServiceUnavailable   database, object store or API not reachable just now
    │   ├── NetworkDown          nothing outside can be reached just now
    │   ├── StartAgain           an upload is lost and nothing of it is public: begin a new one
    │   └── Interrupted          a child process was killed from outside
    ├── NeedsPerson          stop and tell somebody
    │   ├── AuthorizationExpired
    │   ├── QuotaExhausted
    │   ├── AccountBlocked       a platform has restricted, suspended or banned an account
    │   ├── AppMisconfigured     a platform refuses our app, whatever the account
    │   ├── VaultLocked          the vault has no key, or not the one that is needed
    │   ├── BudgetSpent
    │   ├── DiskFull             free space, then run again
    │   ├── NotInstalled         an engine or binary that was asked for is missing
    │   ├── LoginNeeded          a site shows the video to signed-in accounts only
    │   │   ├── AgeRestricted        and only to adults
    │   │   └── MembersOnly          and only to those who paid or subscribed
    │   ├── BotCheck             a site takes this machine for a robot
    │   ├── UnusableCookies      the client's cookies file cannot be used
    │   └── SiteChanged          yt-dlp no longer understands a site: update it
    ├── Rejected             this input will never work, and why
    │   ├── UnreadableMedia
    │   │   └── TooShort             a whole video, and shorter than what is asked for
    │   ├── UnreadableCaptions
    │   ├── CaptionsMismatch     captions that belong to another video
    │   ├── NoSpeech
    │   ├── RightsNotStated      the client wants to be told who owns it, first
    │   ├── PostRefused
    │   ├── UnsafeUrl
    │   └── LinkRefused          a link whose video cannot be had
    │       ├── UnsupportedLink      no video, or of a kind that is not known
    │       ├── NotOneVideo          a playlist or channel where one video was asked for
    │       ├── PrivateVideo
    │       ├── RemovedVideo
    │       ├── GeoBlocked
    │       ├── LiveStream           running, announced or just ended
    │       ├── TooLong
    │       ├── TooLarge
    │       ├── DrmProtected
    │       └── NoUsableFormat
    ├── NothingToClip        understood, and found no moment worth a clip (rejections say why)
    ├── Unknown              it may have happened: reconcile before anything else
    │   └── OutcomeUnknown
    └── Broken               our fault
        ├── RenderFailed         carries the end of ffmpeg's log
        ├── FetchFailed          a download ended in a way that nobody planned
        └── MalformedReply

Each message is one sentence for the person who reads it. Every class survives pickling, because
errors cross process borders; arguments beyond the message are keywords kept in ``__dict__``.
"""

from __future__ import annotations

import re
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
    """Trying again may work, after ``retry_after_s`` seconds (None: nobody said when)."""

    retry_after_s: float | None = None


class RateLimited(Transient):
    """The service asks to wait ``retry_after_s`` seconds (None: it did not say).

    The sentence says so: it is all that another process is told, which reads it with :meth:`read`.
    """

    def __str__(self) -> str:
        said = super().__str__()
        if not self.retry_after_s:
            return said
        return f"{said.removesuffix('.')} (wait {self.retry_after_s:.0f} s)."

    @classmethod
    def read(cls, sentence: str) -> RateLimited:
        """The error that says this sentence."""
        found = re.fullmatch(r"(.*) \(wait (\d+) s\)\.", sentence, re.DOTALL)
        return cls(f"{found[1]}.", retry_after_s=float(found[2])) if found else cls(sentence)


class ServiceUnavailable(Transient):
    """A service that the stage needs cannot be reached just now."""


class NetworkDown(Transient):
    """This machine, or its proxy, reaches nothing outside just now."""


class StartAgain(Transient):
    """An upload, container or session is lost, and provably nothing of it is public."""


class Interrupted(Transient):
    """A child process was killed by a signal from outside."""


class NeedsPerson(ClippingError):
    """Nothing the program can do alone: stop and alert."""


class AuthorizationExpired(NeedsPerson):
    """An account has to be authorised again."""


class QuotaExhausted(NeedsPerson):
    """A platform's quota is used up."""


class AccountBlocked(NeedsPerson):
    """A platform has restricted, suspended or banned the account."""


class AppMisconfigured(NeedsPerson):
    """A platform refuses the app itself: not audited, not enrolled, or set up wrongly."""


class VaultLocked(NeedsPerson):
    """The vault has no key, or none that opens what is stored: its operator has to give one."""


class BudgetSpent(NeedsPerson):
    """The client's budget does not allow another call."""


class DiskFull(NeedsPerson):
    """No space left where the stage writes."""


class NotInstalled(NeedsPerson):
    """An engine, model or binary that was asked for is not on this machine."""


class LoginNeeded(NeedsPerson):
    """A site shows the video to signed-in accounts only."""


class AgeRestricted(LoginNeeded):
    """A site shows the video to signed-in adults only."""


class MembersOnly(LoginNeeded):
    """A site shows the video only to accounts that paid or subscribed."""


class BotCheck(NeedsPerson):
    """A site takes this machine for a robot and shows it nothing."""


class UnusableCookies(NeedsPerson):
    """The cookies file that the client provided cannot be used."""


class SiteChanged(NeedsPerson):
    """A site answers in a way that the installed yt-dlp does not understand."""


class Rejected(ClippingError):
    """This input will never work."""


class UnreadableMedia(Rejected):
    """The file is not a video that can be clipped."""


class TooShort(UnreadableMedia):
    """The video is shorter than the shortest clip, or than its watch wants."""


class UnreadableCaptions(Rejected):
    """The captions file cannot be read as captions."""


class CaptionsMismatch(Rejected):
    """The captions do not belong to this video."""


class NoSpeech(Rejected):
    """Nobody speaks in this video."""


class RightsNotStated(Rejected):
    """Nobody has said on what ground this may be clipped, and its client wants that first."""


class PostRefused(Rejected):
    """A platform refused the post for good."""


class UnsafeUrl(Rejected):
    """The address may not be fetched."""


class LinkRefused(Rejected):
    """The video behind a link cannot be had."""


class UnsupportedLink(LinkRefused):
    """The page holds no video, or is of a kind that is not known."""


class NotOneVideo(LinkRefused):
    """The link leads to a playlist or channel where one video was asked for."""


class PrivateVideo(LinkRefused):
    """Its owner shows the video to invited people only."""


class RemovedVideo(LinkRefused):
    """The video is gone, or never was there."""


class GeoBlocked(LinkRefused):
    """The video is not shown in the country of this machine."""


class LiveStream(LinkRefused):
    """The video is not a finished recording: it runs, is announced, or has just ended."""


class TooLong(LinkRefused):
    """The video runs longer than the settings allow."""


class TooLarge(LinkRefused):
    """The video holds more bytes than the settings allow."""


class DrmProtected(LinkRefused):
    """The video is encrypted against copying."""


class NoUsableFormat(LinkRefused):
    """The site offers the video in no form that can be fetched safely and clipped."""


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


class FetchFailed(Broken):
    """A download ended in a way that nobody planned; ``log_tail`` says where, without addresses."""

    log_tail: str = ""


class MalformedReply(Broken):
    """A reply does not have the promised form."""
