"""The interface of an authorisation: from the owner's consent to tokens, and to newer tokens."""

from __future__ import annotations

import base64
import hashlib
import secrets
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, ClassVar, Final
from urllib.parse import urlencode

from pydantic import SecretStr

from clipping.errors import AppMisconfigured, ClippingError, MalformedReply
from clipping.models import Connected, PlatformName, PostingMethod, Tokens
from clipping.platforms.failures import FailureKind, failure
from clipping.platforms.oauth.wire import Reply, Wire
from clipping.vault import redact, remember

AHEAD: Final = timedelta(minutes=10)
"""Access tokens are renewed so long before they expire: a step of a publication takes less."""


@dataclass(frozen=True)
class Attempt:
    """One way to the owner and back: what is asked, and by what the answer is known."""

    redirect_uri: str
    method: PostingMethod = PostingMethod.API
    measuring: bool = True
    """Whether what only figures need is asked for as well."""
    state: str = field(default_factory=lambda: secrets.token_urlsafe(24), repr=False)
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(48), repr=False)

    def __post_init__(self) -> None:
        remember(SecretStr(self.state), SecretStr(self.verifier))


def below(url: str, host: str) -> str:
    """The host's address, moved below another one."""
    return f"{url.rstrip('/')}/{host.removeprefix('https://')}"


class OAuth(ABC):
    """One platform's OAuth 2, as its app: consent, exchange, renewal, withdrawal.

    Nothing here stores anything. To add one: a subclass in a file of its own, a line in ``OAUTH``,
    a block with the app's secrets in ``blocks/``, its answers in ``tests/support/oauth.py``.

    :param app: The secrets of ``app_fields``, as the platform's console gave them.
    :param hosts: Other addresses than ``hosts`` of the class, by the same names.
    :param proxy: The account's one fixed way out.
    :raises AppMisconfigured: A secret of the app is missing.
    """

    platform: ClassVar[PlatformName]
    login_path: ClassVar[str] = ""
    title: ClassVar[str]
    """As people call it."""
    app_fields: ClassVar[tuple[str, ...]]
    optional_fields: ClassVar[tuple[str, ...]] = ()
    hosts: ClassVar[Mapping[str, str]]
    single_use: ClassVar[bool] = False
    """Whether a refresh token is good for one refresh only."""

    def __init__(
        self,
        app: Mapping[str, SecretStr],
        *,
        hosts: Mapping[str, str] | None = None,
        proxy: SecretStr | None = None,
    ) -> None:
        missing = [name for name in self.app_fields if name not in app]
        if missing:
            raise AppMisconfigured(f"The app at {self.title} has no {' and no '.join(missing)}.")
        self.app = dict(app)
        remember(*self.app.values())
        self.at = {**self.hosts, **(hosts or {})}
        self.wire = Wire(self.title, proxy)

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"

    @classmethod
    def hosts_at(cls, url: str) -> dict[str, str]:
        """Its hosts without those that people's browsers open, at another address: a gateway's."""
        return {name: url.rstrip("/") for name in cls.hosts if name != "pages"}

    @classmethod
    @abstractmethod
    def needed(cls, method: PostingMethod) -> tuple[str, ...]:
        """The scopes without which nothing can be posted in this way."""

    @classmethod
    def measuring(cls) -> tuple[str, ...]:
        """Further scopes, for figures and labels; an owner may refuse them."""
        return ()

    @classmethod
    def missing(cls, granted: tuple[str, ...], method: PostingMethod) -> tuple[str, ...]:
        """The needed scopes that were not granted."""
        return tuple(scope for scope in cls.needed(method) if scope not in granted)

    @classmethod
    def due(cls, tokens: Tokens, now: datetime) -> bool:
        """Whether the pair should be renewed before it is used."""
        return tokens.expires_at is not None and tokens.expires_at - now <= AHEAD

    @abstractmethod
    def authorize_url(self, attempt: Attempt) -> str:
        """The address that the owner opens."""

    @abstractmethod
    def exchange(self, code: str, attempt: Attempt, now: datetime) -> Tokens:
        """What the code that came back is good for.

        :raises ClippingError: What the platform answers, sorted; without secrets.
        """

    @abstractmethod
    def refresh(self, tokens: Tokens, now: datetime) -> Tokens:
        """A newer pair.

        :raises AuthorizationExpired: The owner has to be asked again.
        :raises Transient: Nobody knows whether it was renewed; asking again is right.
        """

    @abstractmethod
    def revoke(self, tokens: Tokens) -> None:
        """Tell the platform that we do not want to get in any more."""

    @abstractmethod
    def accounts(self, tokens: Tokens) -> list[Connected]:
        """The accounts that the tokens open, each with its own."""

    def opens(self, tokens: Tokens, user_id: str) -> bool:
        """Whether they open the account that the platform knows by this id."""
        return any(one.platform_user_id == user_id for one in self.accounts(tokens))

    def _scopes(self, attempt: Attempt) -> tuple[str, ...]:
        return self.needed(attempt.method) + (self.measuring() if attempt.measuring else ())

    def _secret(self, name: str) -> str:
        return self.app[name].get_secret_value()

    def nothing_to_renew(self) -> ClippingError:
        """The error of tokens that cannot be renewed."""
        return failure(
            FailureKind.REAUTH, f"{self.title} gave no refresh token: connect the account again."
        )

    def refused(self, code: str, said: str) -> ClippingError:
        """The error for an OAuth error code (RFC 6749, 5.2), with what the platform says of it."""
        kind = REFUSALS.get(code, FailureKind.APP_MISCONFIGURED)
        told = redact(said or code).strip().rstrip(".")[:200]
        return failure(kind, f"{self.title} {_WORDS[kind]}: {told}.", code=code)


NOT_GRANTED: Final = ("scope_not_authorized", "scope_permission_missed")
"""Codes of TikTok's for what the owner was not asked for; the tokens hold."""

REFUSALS: Final = {
    "invalid_grant": FailureKind.REAUTH,
    "access_denied": FailureKind.REAUTH,
    "invalid_token": FailureKind.REAUTH,
    **dict.fromkeys(NOT_GRANTED, FailureKind.REAUTH),
    "invalid_client": FailureKind.APP_MISCONFIGURED,
    "invalid_request": FailureKind.APP_MISCONFIGURED,
    "invalid_scope": FailureKind.APP_MISCONFIGURED,
    "unauthorized_client": FailureKind.APP_MISCONFIGURED,
    "unsupported_grant_type": FailureKind.APP_MISCONFIGURED,
    "server_error": FailureKind.RETRY_BACKOFF,
    "temporarily_unavailable": FailureKind.RETRY_BACKOFF,
}
"""What the codes of RFC 6749 mean; an unknown one is no reason to forget an account's tokens."""

_WORDS: Final = {
    FailureKind.REAUTH: "wants the account to be connected again",
    FailureKind.APP_MISCONFIGURED: "refuses our app",
    FailureKind.RETRY_BACKOFF: "cannot answer just now",
}


def with_query(address: str, **parts: str) -> str:
    """The address with these parts behind it."""
    return f"{address}?{urlencode(parts)}"


def challenge(verifier: str) -> str:
    """What the verifier is known by: base64url of its SHA-256 (RFC 7636, 4.2)."""
    digest = hashlib.sha256(verifier.encode("ascii")).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")


def granted(
    reply: Reply, title: str, now: datetime, *, between: str = " ", before: Tokens | None = None
) -> Tokens:
    """The tokens of an ordinary token answer (RFC 6749, 5.1).

    :param between: What stands between scopes.
    :param before: Where the answer names no new refresh token or scopes, those of this pair stay.
    :raises MalformedReply: It has none.
    """
    body = reply.body
    try:
        refresh, life = body.get("refresh_token"), body.get("refresh_expires_in")
        tokens = Tokens(
            access=SecretStr(_text(body["access_token"])),
            refresh=SecretStr(_text(refresh)) if refresh else before and before.refresh,
            expires_at=_after(now, body.get("expires_in")),
            refresh_expires_at=_after(now, life) or (before and before.refresh_expires_at),
            scopes=_parts(body.get("scope"), between) or (before.scopes if before else ()),
            obtained_at=now,
        )
    except (KeyError, TypeError, ValueError, OverflowError):
        raise MalformedReply(f"{title} answered without a token.") from None
    remember(tokens.access, *([tokens.refresh] if tokens.refresh else []))
    return tokens


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise TypeError
    return value


def _after(now: datetime, seconds: Any) -> datetime | None:
    # Zero is how some say that there is no date.
    return now + timedelta(seconds=int(seconds)) if seconds else None


def _parts(scope: Any, between: str) -> tuple[str, ...]:
    names = scope if isinstance(scope, list) else str(scope or "").split(between)
    return tuple(name for part in names if (name := str(part).strip()))
