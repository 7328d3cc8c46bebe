"""How often a publication may be begun anew before it is given up."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from clipping.errors import ClippingError
from clipping.models import Receipt, Stage
from clipping.platforms.failures import FailureKind, failure, is_unsent, kind_of, unarmed

MOST_TRIES: Final = 3
"""New uploads, containers or sessions after the first one."""
_DOING_NOTHING: Final = (
    FailureKind.RETRY_AFTER,
    FailureKind.QUOTA_UNTIL,
    FailureKind.REAUTH,
    FailureKind.ACCOUNT_BLOCKED,
    FailureKind.APP_MISCONFIGURED,
    FailureKind.BILLING,
)
_PAUSE: Final = timedelta(seconds=60)
_GROWTH: Final = 4


def lost(receipt: Receipt, sentence: str, code: str = "") -> ClippingError:
    """The error of an upload that is lost without being public; permanent after several."""
    if receipt.tries < MOST_TRIES:
        return failure(FailureKind.RETRY_NEW_CONTAINER, sentence, code=code)
    often = f"{sentence.removesuffix('.')}, {receipt.tries + 1} times now."
    return failure(FailureKind.PERMANENT_MEDIA, often, code=code)


def bounded(error: ClippingError, receipt: Receipt) -> ClippingError:
    """The same error, unless it asks to begin anew once too often."""
    if kind_of(error) is not FailureKind.RETRY_NEW_CONTAINER:
        return error
    return lost(receipt, str(error), getattr(error, "code", ""))


def over(error: ClippingError, receipt: Receipt) -> ClippingError:
    """The error of a publication that its platform has ended, with nothing of it public.

    Only a new one can follow, for instance once a quota's window has passed.
    """
    error = bounded(error, receipt)
    if kind_of(error) is FailureKind.RETRY_NEW_CONTAINER:
        return error
    return unarmed(error, Receipt(tries=receipt.tries + 1))


def untaken(error: ClippingError, before: Receipt) -> ClippingError:
    """The error of the request that can make a post public.

    Where its platform says to come back later, or the answer concerns the account or the app,
    nothing was done; nor where nothing was sent.

    :param before: The receipt from which it is armed again.
    """
    nothing_done = kind_of(error) in _DOING_NOTHING or is_unsent(error)
    return unarmed(error, before) if nothing_done else error


def anew(receipt: Receipt, now: datetime, why: str) -> Receipt:
    """The receipt from which a lost publication begins again, after a pause that grows."""
    return Receipt(
        tries=receipt.tries + 1,
        not_before=now + _PAUSE * 2**receipt.tries,
        note=why,
    )


def taken_up(receipt: Receipt, sentence: str, now: datetime) -> Receipt:
    """What a reconciliation found; counted when it goes on from before ``ARMED``.

    The first time at once, then after a pause that grows. Raises what :func:`lost` gives when that
    has happened too often.
    """
    if receipt.stage not in (Stage.SENDING, Stage.SENT):
        return receipt
    if receipt.tries >= MOST_TRIES:
        raise lost(receipt, sentence)
    pause = _PAUSE * _GROWTH**receipt.tries if receipt.tries else timedelta(0)
    ready = max(receipt.not_before or now, now + pause)
    return receipt.replace(
        tries=receipt.tries + 1, not_before=ready if ready > now else receipt.not_before
    )
