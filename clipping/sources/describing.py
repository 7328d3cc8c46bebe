"""An exception of yt-dlp, or of what lies below it, as a :class:`Failure` without its classes."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from typing import Any

from yt_dlp.networking.exceptions import HTTPError
from yt_dlp.utils import ExtractorError, YoutubeDLError

from clipping.sources.exchange import Failure

_DEEPEST = 20
_FRAMES = 6
_ANY_ERROR = (Exception, BaseException, object)


def describe(error: BaseException) -> Failure:
    """What a person, or a table of rules, needs to know of it.

    The message is yt-dlp's own, of the outermost error that says something; addresses in it are
    taken out where it is shown.
    """
    chain = list(_chain(error))
    answers = [found for found in chain if isinstance(found, HTTPError)]
    known = [found for found in chain if isinstance(found, ExtractorError)]
    return Failure(
        types=tuple(dict.fromkeys(name for found in chain for name in _classes(found))),
        message=_message(chain, known),
        status=answers[0].status if answers else None,
        errno=_errno(chain),
        retry_after_s=_retry_after_s(answers),
        expected=any(found.expected for found in known),
        where=_where(error),
    )


def _classes(error: BaseException) -> list[str]:
    """Its own class, and those it is made of as far as they say anything."""
    return [cls.__name__ for cls in type(error).__mro__ if cls not in _ANY_ERROR]


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The error and those it was made of, outermost first; each once."""
    waiting: list[Any] = [error]
    seen: list[BaseException] = []
    while waiting and len(seen) < _DEEPEST:
        found = waiting.pop(0)
        if not isinstance(found, BaseException) or found in seen:
            continue
        seen.append(found)
        yield found
        exc_info = getattr(found, "exc_info", None) or (None, None, None)
        waiting += [
            getattr(found, "cause", None),
            exc_info[1],
            found.__cause__,
            found.__context__,
            getattr(found, "reason", None),
            *found.args,
        ]


def _message(chain: list[BaseException], known: list[ExtractorError]) -> str:
    if known:
        return str(known[0].orig_msg)
    said = [found for found in chain if isinstance(found, YoutubeDLError)]
    text = str(said[0].msg if said else chain[0])
    return text.removeprefix("ERROR: ").strip()


def _errno(chain: list[BaseException]) -> int | None:
    """Of the system; a failed lookup's numbers are of another kind."""
    for found in chain:
        if isinstance(found, OSError) and type(found).__name__ != "gaierror":
            number = found.errno
            if isinstance(number, int) and number > 0:
                return number
    return None


def _retry_after_s(answers: list[HTTPError]) -> float | None:
    for answer in answers:
        text = answer.response.get_header("Retry-After") or ""
        if text.isascii() and text.isdigit():
            return float(text)
    return None


def _where(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)[-_FRAMES:]
    return "\n".join(f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames)
