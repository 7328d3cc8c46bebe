"""Facebook Login for Business, Instagram's path B (platforms.md 2.2): through a linked Page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, ClassVar

from pydantic import SecretStr

from clipping.errors import MalformedReply, Rejected
from clipping.models import Connected, PlatformName, PostingMethod, Tokens
from clipping.platforms.oauth.base import Attempt, OAuth, below, granted, with_query
from clipping.platforms.oauth.meta import checked
from clipping.platforms.oauth.wire import Reply
from clipping.vault import remember


class FacebookOAuth(OAuth):
    """The token of a Page, which has no date, but dies with a permission or a password."""

    platform = PlatformName.INSTAGRAM
    login_path = "facebook"
    title = "Instagram"
    app_fields = ("client_id", "client_secret")
    # v26.0 is of 2026-07-29; versions live two years.
    hosts: ClassVar[Mapping[str, str]] = {
        "pages": "https://www.facebook.com/v26.0",
        "api": "https://graph.facebook.com/v26.0",
    }

    @classmethod
    def hosts_at(cls, url: str) -> dict[str, str]:
        """Each below that address, by its name."""
        return {name: below(url, host) for name, host in cls.hosts.items() if name != "pages"}

    @classmethod
    def needed(cls, method: PostingMethod) -> tuple[str, ...]:
        """To find the account behind its Page, and to publish."""
        return (
            "instagram_basic",
            "instagram_content_publish",
            "pages_show_list",
            "pages_read_engagement",
        )

    @classmethod
    def measuring(cls) -> tuple[str, ...]:
        """Figures, Pages that a business owns, and the label of paid partnerships."""
        return (
            "instagram_manage_insights",
            "business_management",
            "instagram_branded_content_creator",
        )

    @classmethod
    def due(cls, tokens: Tokens, now: datetime) -> bool:
        """Never: there is nothing to renew."""
        return False

    def authorize_url(self, attempt: Attempt) -> str:
        """It knows no PKCE with a secret."""
        return with_query(
            f"{self.at['pages']}/dialog/oauth",
            client_id=self._secret("client_id"),
            redirect_uri=attempt.redirect_uri,
            response_type="code",
            scope=",".join(self._scopes(attempt)),
            state=attempt.state,
        )

    def exchange(self, code: str, attempt: Attempt, now: datetime) -> Tokens:
        """The user's token of 60 days, of which :meth:`accounts` makes those of Pages."""
        first = self._ask_tokens(now, redirect_uri=attempt.redirect_uri, code=code)
        user = self._ask_tokens(
            now,
            grant_type="fb_exchange_token",
            fb_exchange_token=first.access.get_secret_value(),
        )
        return user.replace(scopes=self._granted(user))

    def refresh(self, tokens: Tokens, now: datetime) -> Tokens:
        """There is no such thing.

        :raises AuthorizationExpired: Always.
        """
        raise self.nothing_to_renew()

    def revoke(self, tokens: Tokens) -> None:
        """Takes all permissions back that the owner gave to the app."""
        self._ask("DELETE", "me/permissions", tokens)

    def accounts(self, tokens: Tokens) -> list[Connected]:
        """The professional accounts behind the owner's Pages, each with its Page's token.

        :raises Rejected: There is none.
        """
        reply = self._ask(
            "GET",
            "me/accounts",
            tokens,
            fields="id,name,access_token,instagram_business_account{id,username}",
            limit="100",
        )
        found = list(_behind_pages(reply, tokens))
        if not found:
            raise Rejected(
                "No Page of this Facebook account has a professional Instagram account linked "
                "to it, or none was chosen when access was granted."
            )
        return found

    def _granted(self, user: Tokens) -> tuple[str, ...]:
        reply = self._ask("GET", "me/permissions", user)
        lines: list[dict[str, Any]] = reply.body.get("data") or []
        return tuple(
            str(line.get("permission")) for line in lines if line.get("status") == "granted"
        )

    def _ask_tokens(self, now: datetime, **query: str) -> Tokens:
        app = {name: self._secret(name) for name in self.app_fields}
        reply = self.wire.ask("GET", f"{self.at['api']}/oauth/access_token", query={**app, **query})
        return granted(checked(reply), self.title, now)

    def _ask(self, method: str, path: str, tokens: Tokens, **query: str) -> Reply:
        given = {"access_token": tokens.access.get_secret_value(), **query}
        return checked(self.wire.ask(method, f"{self.at['api']}/{path}", query=given))


def _behind_pages(reply: Reply, user: Tokens) -> Iterator[Connected]:
    pages: list[dict[str, Any]] = reply.body.get("data") or []
    for page in pages:
        account = page.get("instagram_business_account")
        if not account:
            continue
        try:
            secret = SecretStr(page["access_token"])
            remember(secret)
            opened = user.replace(access=secret, refresh=None, expires_at=None)
            yield Connected(
                handle=account["username"], platform_user_id=account["id"], tokens=opened
            )
        except (KeyError, TypeError, ValueError):
            raise MalformedReply("Instagram did not say whose account it is.") from None
