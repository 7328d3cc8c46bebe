"""What opens an account: secrets, which leave a process only sealed."""

from __future__ import annotations

from datetime import datetime
from typing import NoReturn, SupportsIndex

from pydantic import SecretStr

from clipping.models.base import Value


class Tokens(Value):
    """What a platform gave for one account; masked when printed, and cannot be pickled."""

    access: SecretStr
    refresh: SecretStr | None = None
    """None where the access token itself is renewed, or nothing is."""
    expires_at: datetime | None = None
    """Of the access token; None where it has no date."""
    refresh_expires_at: datetime | None = None
    """None where the platform does not say."""
    scopes: tuple[str, ...] = ()
    """What its owner really granted."""
    obtained_at: datetime
    version: int = 0
    """Counts the pairs that were stored for the account."""
    refresh_begun_at: datetime | None = None
    """Since when an answer that would have replaced this pair is missing."""

    def __reduce_ex__(self, protocol: SupportsIndex) -> NoReturn:
        raise TypeError("tokens do not leave the process that opened them: pass the account's id")


class Connected(Value):
    """An account as its platform knows it, with what opens it."""

    handle: str
    """Without a sign in front."""
    platform_user_id: str
    tokens: Tokens

    def __reduce_ex__(self, protocol: SupportsIndex) -> NoReturn:
        raise TypeError("tokens do not leave the process that opened them: pass the account's id")


class AccountEvent(Value):
    """A change of an account that somebody may ask about later."""

    account_id: str
    at: datetime
    kind: str
    """``connected``, ``added``, ``disconnected``, ``status``, ``paused``, ``resumed``, ``consent``
    or ``settings``."""
    before: str = ""
    after: str = ""
    reason: str = ""
    """One sentence, without secrets."""


class AccountCheck(Value):
    """Whether an account could be posted to when it was looked at."""

    account_id: str
    why_not: tuple[str, ...] = ()
    """Empty when it could."""
    checked_at: datetime

    @property
    def sentence(self) -> str:
        """For people."""
        return "; ".join(reason.rstrip(".") for reason in self.why_not) or "it can"
