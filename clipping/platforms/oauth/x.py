"""X's authorisation (platforms.md 4.2)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from clipping.errors import MalformedReply
from clipping.models import Connected, PlatformName, PostingMethod, Tokens
from clipping.platforms.oauth.base import Attempt, OAuth, challenge, granted, with_query
from clipping.platforms.oauth.wire import Reply


class XOAuth(OAuth):
    """Access for two hours; a refresh token is good for one refresh, and brings the next one."""

    platform = PlatformName.X
    title = "X"
    app_fields = ("client_id",)
    optional_fields = ("client_secret",)
    hosts: ClassVar[Mapping[str, str]] = {"pages": "https://x.com", "api": "https://api.x.com"}
    single_use = True

    @classmethod
    def needed(cls, method: PostingMethod) -> tuple[str, ...]:
        """Without ``offline.access`` there is no refresh token."""
        return ("tweet.read", "tweet.write", "users.read", "media.write", "offline.access")

    def authorize_url(self, attempt: Attempt) -> str:
        """The redirect must be registered to the letter."""
        return with_query(
            f"{self.at['pages']}/i/oauth2/authorize",
            response_type="code",
            client_id=self._secret("client_id"),
            redirect_uri=attempt.redirect_uri,
            scope=" ".join(self._scopes(attempt)),
            state=attempt.state,
            code_challenge=challenge(attempt.verifier),
            code_challenge_method="S256",
        )

    def exchange(self, code: str, attempt: Attempt, now: datetime) -> Tokens:
        """The first pair; a code lives 30 seconds."""
        reply = self._ask(
            "token",
            grant_type="authorization_code",
            code=code,
            redirect_uri=attempt.redirect_uri,
            code_verifier=attempt.verifier,
        )
        return granted(reply, self.title, now)

    def refresh(self, tokens: Tokens, now: datetime) -> Tokens:
        """The next pair; the old refresh token is of no use from then on."""
        if tokens.refresh is None:
            raise self.nothing_to_renew()
        reply = self._ask(
            "token",
            grant_type="refresh_token",
            refresh_token=tokens.refresh.get_secret_value(),
        )
        return granted(reply, self.title, now, before=tokens)

    def revoke(self, tokens: Tokens) -> None:
        """Ends the refresh token, or the access token where there is none."""
        ended = tokens.refresh or tokens.access
        self._ask("revoke", token=ended.get_secret_value())

    def accounts(self, tokens: Tokens) -> list[Connected]:
        """One."""
        reply = self.wire.ask("GET", f"{self.at['api']}/2/users/me", bearer=tokens.access)
        if reply.status == 401:
            raise self.refused("invalid_token", "the token is not accepted")
        try:
            user: dict[str, Any] = reply.body["data"]
            return [Connected(handle=user["username"], platform_user_id=user["id"], tokens=tokens)]
        except (KeyError, TypeError, ValueError):
            raise MalformedReply(
                f"X did not say whose account it is (status {reply.status})."
            ) from None

    def _ask(self, what: str, **form: str) -> Reply:
        basic = None
        if "client_secret" in self.app:
            basic = (self._secret("client_id"), self._secret("client_secret"))
        else:
            form["client_id"] = self._secret("client_id")
        reply = self.wire.ask("POST", f"{self.at['api']}/2/oauth2/{what}", form=form, basic=basic)
        if reply.ok and "error" not in reply.body:
            return reply
        code = str(reply.body.get("error") or reply.status)
        said = str(reply.body.get("error_description") or reply.body.get("detail") or "")
        # Its token endpoint says invalid_request of a used or unknown token, too (4.6).
        if code == "invalid_request" and form.get("grant_type") == "refresh_token":
            code = "invalid_grant"
        raise self.refused(code, said)
