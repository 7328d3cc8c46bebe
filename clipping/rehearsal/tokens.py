"""The tokens that a fake hands out: they expire, and some rotate.

Only what is decided about tokens is here; each fake puts it in its platform's own form.
"""

from __future__ import annotations

import base64
import hashlib
import itertools
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from clipping.rehearsal.world import WorldClock


class InvalidGrant(Exception):
    """A code or refresh token that is unknown, used up, revoked or expired."""


@dataclass(frozen=True)
class Grant:
    """A pair of tokens of an account."""

    account: str
    scopes: tuple[str, ...]
    access: str
    refresh: str
    issued_at: datetime
    access_until: datetime | None
    """None for a token without an end."""
    refresh_until: datetime | None


@dataclass(frozen=True)
class _Code:
    account: str
    scopes: tuple[str, ...]
    challenge: str


class Tokens:
    """All tokens of one platform.

    :param access_s: Life of an access token; None for no end.
    :param refresh_s: Life of a refresh token; None for no end.
    :param rotates: Whether a refresh gives a new refresh token and ends the one it was asked with.
    :param prefixes: How access and refresh tokens of this platform begin.
    :param challenge: How this platform makes PKCE's challenge of a verifier.
    """

    def __init__(
        self,
        clock: WorldClock,
        *,
        access_s: float | None,
        refresh_s: float | None,
        rotates: bool,
        prefixes: tuple[str, str] = ("access.", "refresh."),
        challenge: Callable[[str], str] | None = None,
    ) -> None:
        self._clock = clock
        self._access_s = access_s
        self._refresh_s = refresh_s
        self._rotates = rotates
        self._prefixes = prefixes
        self._challenge = challenge or challenge_of
        self._codes: dict[str, _Code] = {}
        self._by_access: dict[str, Grant] = {}
        self._by_refresh: dict[str, Grant] = {}
        self._numbers = itertools.count(1)

    def code(self, account: str, scopes: tuple[str, ...], challenge: str = "") -> str:
        """What the platform's consent page sends back; good for one exchange.

        :param challenge: PKCE's, by S256; empty where none was sent.
        """
        made = f"code{next(self._numbers):06d}"
        self._codes[made] = _Code(account, scopes, challenge)
        return made

    def exchange(self, code: str, verifier: str = "") -> Grant:
        """The first pair for a code. Raises InvalidGrant."""
        found = self._codes.pop(code, None)
        if found is None:
            raise InvalidGrant("The code is unknown or used up.")
        if found.challenge and found.challenge != self._challenge(verifier):
            raise InvalidGrant("The verifier does not fit its challenge.")
        return self.grant(found.account, found.scopes)

    def grant(self, account: str, scopes: tuple[str, ...]) -> Grant:
        """A new pair for an account, without any page."""
        number, now = next(self._numbers), self._clock.now
        made = Grant(
            account=account,
            scopes=scopes,
            access=f"{self._prefixes[0]}{account}-{number:06d}",
            refresh=f"{self._prefixes[1]}{account}-{number:06d}",
            issued_at=now,
            access_until=_later(now, self._access_s),
            refresh_until=_later(now, self._refresh_s),
        )
        self._keep(made)
        return made

    def refresh(self, token: str) -> Grant:
        """A new pair for a refresh token. Raises InvalidGrant."""
        found = self._by_refresh.get(token)
        if found is None or _past(found.refresh_until, self._clock.now):
            raise InvalidGrant("The refresh token is unknown, used up or expired.")
        made = self.grant(found.account, found.scopes)
        if self._rotates:
            del self._by_refresh[token]
            return made
        del self._by_refresh[made.refresh]
        made = Grant(**{**made.__dict__, "refresh": token, "refresh_until": found.refresh_until})
        self._keep(made)
        return made

    def owner(self, access: str) -> Grant | None:
        """Whose token this is; None when it is unknown, revoked or expired."""
        found = self._by_access.get(access)
        return None if found is None or _past(found.access_until, self._clock.now) else found

    def holder(self, token: str) -> str | None:
        """Whose access or refresh token this is, expired or not; None when it is unknown."""
        found = self._by_access.get(token) or self._by_refresh.get(token)
        return None if found is None else found.account

    def revoke(self, account: str) -> None:
        """End all tokens of an account."""
        for kept in (self._by_access, self._by_refresh):
            for token in [name for name, grant in kept.items() if grant.account == account]:
                del kept[token]

    def _keep(self, grant: Grant) -> None:
        self._by_access[grant.access] = grant
        self._by_refresh[grant.refresh] = grant


def challenge_of(verifier: str) -> str:
    """PKCE's challenge of a verifier, by S256."""
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def _later(now: datetime, seconds: float | None) -> datetime | None:
    return None if seconds is None else now + timedelta(seconds=seconds)


def _past(until: datetime | None, now: datetime) -> bool:
    return until is not None and until <= now
