"""Google's authorisation for YouTube (platforms.md 3.1)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar, Final

from clipping.errors import MalformedReply, Rejected
from clipping.models import Connected, PlatformName, PostingMethod, Tokens
from clipping.platforms.oauth.base import Attempt, OAuth, challenge, granted, with_query
from clipping.platforms.oauth.wire import Reply

_SCOPE: Final = "https://www.googleapis.com/auth/"


class YouTubeOAuth(OAuth):
    """Access for an hour; the refresh token stays the same until it dies."""

    platform = PlatformName.YOUTUBE
    title = "YouTube"
    app_fields = ("client_id", "client_secret")
    hosts: ClassVar[Mapping[str, str]] = {
        "pages": "https://accounts.google.com",
        "tokens": "https://oauth2.googleapis.com",
        "api": "https://www.googleapis.com",
    }

    @classmethod
    def needed(cls, method: PostingMethod) -> tuple[str, ...]:
        """The scope for uploads alone cannot read what became of them."""
        return (f"{_SCOPE}youtube.upload", f"{_SCOPE}youtube.readonly")

    @classmethod
    def measuring(cls) -> tuple[str, ...]:
        """Watch time."""
        return (f"{_SCOPE}yt-analytics.readonly",)

    def authorize_url(self, attempt: Attempt) -> str:
        """``prompt=consent``, because only a grant with consent brings a refresh token."""
        return with_query(
            f"{self.at['pages']}/o/oauth2/v2/auth",
            client_id=self._secret("client_id"),
            redirect_uri=attempt.redirect_uri,
            response_type="code",
            scope=" ".join(self._scopes(attempt)),
            access_type="offline",
            prompt="consent",
            include_granted_scopes="true",
            state=attempt.state,
            code_challenge=challenge(attempt.verifier),
            code_challenge_method="S256",
        )

    def exchange(self, code: str, attempt: Attempt, now: datetime) -> Tokens:
        """The first pair.

        :raises MalformedReply: Without a refresh token, with which it would end in an hour.
        """
        reply = self._ask_tokens(
            grant_type="authorization_code",
            code=code,
            redirect_uri=attempt.redirect_uri,
            code_verifier=attempt.verifier,
        )
        tokens = granted(reply, self.title, now)
        if tokens.refresh is None:
            raise MalformedReply(
                "YouTube gave no refresh token: take our app's access away at "
                "myaccount.google.com/permissions, then connect again."
            )
        return tokens

    def refresh(self, tokens: Tokens, now: datetime) -> Tokens:
        """A new access token beside the same refresh token."""
        if tokens.refresh is None:
            raise self.nothing_to_renew()
        reply = self._ask_tokens(
            grant_type="refresh_token", refresh_token=tokens.refresh.get_secret_value()
        )
        return granted(reply, self.title, now, before=tokens)

    def revoke(self, tokens: Tokens) -> None:
        """Ends all that the owner has granted to the app, for every channel of theirs."""
        ended = tokens.refresh or tokens.access
        self._checked(
            self.wire.ask(
                "POST", f"{self.at['tokens']}/revoke", form={"token": ended.get_secret_value()}
            )
        )

    def accounts(self, tokens: Tokens) -> list[Connected]:
        """The channel that the owner chose.

        :raises Rejected: There is none.
        """
        reply = self.wire.ask(
            "GET",
            f"{self.at['api']}/youtube/v3/channels",
            query={"part": "snippet", "mine": "true"},
            bearer=tokens.access,
        )
        if reply.status == 401:
            raise self.refused("invalid_token", "the token is not accepted")
        if not reply.ok:
            raise self.refused(str(reply.status), _message(reply))
        channels: list[dict[str, Any]] = reply.body.get("items") or []
        if not channels:
            raise Rejected("This Google account has no YouTube channel that could be posted to.")
        try:
            return [
                Connected(
                    handle=_handle(channel["snippet"]),
                    platform_user_id=channel["id"],
                    tokens=tokens,
                )
                for channel in channels
            ]
        except (KeyError, TypeError, ValueError, AttributeError):
            raise MalformedReply("YouTube did not say whose channel it is.") from None

    def _ask_tokens(self, **form: str) -> Reply:
        app = {name: self._secret(name) for name in self.app_fields}
        return self._checked(
            self.wire.ask("POST", f"{self.at['tokens']}/token", form={**app, **form})
        )

    def _checked(self, reply: Reply) -> Reply:
        if reply.ok and "error" not in reply.body:
            return reply
        code = str(reply.body.get("error") or reply.status)
        raise self.refused(code, str(reply.body.get("error_description") or ""))


def _handle(snippet: dict[str, Any]) -> str:
    return str(snippet.get("customUrl") or snippet["title"]).removeprefix("@")


def _message(reply: Reply) -> str:
    error = reply.body.get("error")
    return str(error.get("message") or "") if isinstance(error, dict) else ""
