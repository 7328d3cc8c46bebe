"""Instagram's own authorisation, path A (platforms.md 2.2, 2026-03-13): no Facebook Page needed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar, Final

from clipping.errors import AuthorizationExpired, MalformedReply
from clipping.models import Connected, PlatformName, PostingMethod, Tokens
from clipping.platforms.failures import FailureKind, failure
from clipping.platforms.oauth.base import Attempt, OAuth, below, granted, with_query
from clipping.platforms.oauth.meta import checked
from clipping.platforms.oauth.wire import Reply

_YOUNGEST: Final = timedelta(hours=24)
_WEEK: Final = timedelta(days=7)


class InstagramOAuth(OAuth):
    """One token of 60 days that renews itself, once it is a day old and as long as it is valid."""

    platform = PlatformName.INSTAGRAM
    login_path = "instagram"
    title = "Instagram"
    app_fields = ("client_id", "client_secret")
    hosts: ClassVar[Mapping[str, str]] = {
        "pages": "https://www.instagram.com",
        "tokens": "https://api.instagram.com",
        "api": "https://graph.instagram.com",
    }

    @classmethod
    def hosts_at(cls, url: str) -> dict[str, str]:
        """Each below that address, by its name."""
        return {name: below(url, host) for name, host in cls.hosts.items() if name != "pages"}

    @classmethod
    def needed(cls, method: PostingMethod) -> tuple[str, ...]:
        """To know the account and to publish."""
        return ("instagram_business_basic", "instagram_business_content_publish")

    @classmethod
    def measuring(cls) -> tuple[str, ...]:
        """Figures."""
        return ("instagram_business_manage_insights",)

    @classmethod
    def due(cls, tokens: Tokens, now: datetime) -> bool:
        """Once a week, because what has expired cannot be renewed; never before it is a day old."""
        age = now - tokens.obtained_at
        ends = tokens.expires_at
        return age >= _WEEK or (age >= _YOUNGEST and ends is not None and ends - now <= _WEEK)

    def authorize_url(self, attempt: Attempt) -> str:
        """It knows no PKCE."""
        return with_query(
            f"{self.at['pages']}/oauth/authorize",
            client_id=self._secret("client_id"),
            redirect_uri=attempt.redirect_uri,
            response_type="code",
            scope=",".join(self._scopes(attempt)),
            state=attempt.state,
        )

    def exchange(self, code: str, attempt: Attempt, now: datetime) -> Tokens:
        """A token of an hour, then in its place one of 60 days."""
        short = checked(
            self.wire.ask(
                "POST",
                f"{self.at['tokens']}/oauth/access_token",
                form={
                    "client_id": self._secret("client_id"),
                    "client_secret": self._secret("client_secret"),
                    "grant_type": "authorization_code",
                    "redirect_uri": attempt.redirect_uri,
                    # It arrives with this behind it.
                    "code": code.removesuffix("#_"),
                },
            )
        )
        body = _flat(short)
        first = granted(
            Reply(short.status, {**body, "scope": body.get("permissions")}),
            self.title,
            now,
            between=",",
        )
        longer = checked(
            self.wire.ask(
                "GET",
                f"{self.at['api']}/access_token",
                query={
                    "grant_type": "ig_exchange_token",
                    "client_secret": self._secret("client_secret"),
                    "access_token": first.access.get_secret_value(),
                },
            )
        )
        return granted(longer, self.title, now, between=",", before=first)

    def refresh(self, tokens: Tokens, now: datetime) -> Tokens:
        """The same token for another 60 days, or another one."""
        if tokens.expires_at is not None and tokens.expires_at <= now:
            raise AuthorizationExpired(
                "Instagram's token has expired, and such a one cannot be renewed: connect the "
                "account again.",
                kind=FailureKind.REAUTH,
            )
        if now - tokens.obtained_at < _YOUNGEST:
            # Instagram would refuse it.
            return tokens
        reply = checked(
            self.wire.ask(
                "GET",
                f"{self.at['api']}/refresh_access_token",
                query={
                    "grant_type": "ig_refresh_token",
                    "access_token": tokens.access.get_secret_value(),
                },
            )
        )
        return granted(reply, self.title, now, between=",", before=tokens)

    def revoke(self, tokens: Tokens) -> None:
        """Only the owner can, in Instagram's settings under Apps and websites."""
        raise failure(
            FailureKind.APP_MISCONFIGURED,
            "Instagram lets only the owner end it, in its settings under Apps and websites.",
        )

    def accounts(self, tokens: Tokens) -> list[Connected]:
        """One."""
        reply = checked(
            self.wire.ask(
                "GET",
                f"{self.at['api']}/me",
                query={
                    "fields": "user_id,username",
                    "access_token": tokens.access.get_secret_value(),
                },
            )
        )
        user = _flat(reply)
        try:
            return [
                Connected(
                    handle=user["username"], platform_user_id=str(user["user_id"]), tokens=tokens
                )
            ]
        except (KeyError, ValueError):
            raise MalformedReply("Instagram did not say whose account it is.") from None


def _flat(reply: Reply) -> dict[str, Any]:
    """The object itself, or the one in ``data[0]``: the documentation and answers differ."""
    inner = reply.body.get("data")
    if isinstance(inner, list) and inner and isinstance(inner[0], dict):
        return inner[0]
    return reply.body
