"""TikTok's authorisation (platforms.md 1.1, 2026-11-05)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar, Final

from clipping.errors import MalformedReply
from clipping.models import Connected, PlatformName, PostingMethod, Tokens
from clipping.platforms.oauth.base import Attempt, OAuth, granted, with_query
from clipping.platforms.oauth.wire import Reply

_IDLE: Final = timedelta(days=30)
"""A refresh token that has less left is renewed although its access token still holds."""


_NO_ACCESS: Final = {"access_token_invalid": "invalid_token"}


_UNSAID: Final = "TikTok did not say whose account it is."


class TikTokOAuth(OAuth):
    """Access for hours, refresh for months; a refresh may put both in the place of the old ones."""

    platform = PlatformName.TIKTOK
    title = "TikTok"
    app_fields = ("client_key", "client_secret")
    hosts: ClassVar[Mapping[str, str]] = {
        "pages": "https://www.tiktok.com",
        "api": "https://open.tiktokapis.com",
    }
    single_use = True

    @classmethod
    def needed(cls, method: PostingMethod) -> tuple[str, ...]:
        """Direct posts and drafts are two permissions."""
        post = "video.upload" if method is PostingMethod.INBOX else "video.publish"
        return ("user.info.basic", "user.info.profile", post, "video.list")

    @classmethod
    def measuring(cls) -> tuple[str, ...]:
        """Followers."""
        return ("user.info.stats",)

    @classmethod
    def due(cls, tokens: Tokens, now: datetime) -> bool:
        """Also when the refresh token of an account that rests comes near its end."""
        ends = tokens.refresh_expires_at
        rests = ends is not None and ends - now <= _IDLE
        return super().due(tokens, now) or (rests and now - tokens.obtained_at >= timedelta(days=1))

    def authorize_url(self, attempt: Attempt) -> str:
        """With PKCE, whose challenge is hexadecimal here, not base64url."""
        return with_query(
            f"{self.at['pages']}/v2/auth/authorize/",
            client_key=self._secret("client_key"),
            scope=",".join(self._scopes(attempt)),
            redirect_uri=attempt.redirect_uri,
            state=attempt.state,
            response_type="code",
            code_challenge=hashlib.sha256(attempt.verifier.encode("ascii")).hexdigest(),
            code_challenge_method="S256",
        )

    def exchange(self, code: str, attempt: Attempt, now: datetime) -> Tokens:
        """The first pair."""
        reply = self._ask_tokens(
            grant_type="authorization_code",
            code=code,
            redirect_uri=attempt.redirect_uri,
            code_verifier=attempt.verifier,
        )
        return granted(reply, self.title, now, between=",")

    def refresh(self, tokens: Tokens, now: datetime) -> Tokens:
        """The next pair."""
        if tokens.refresh is None:
            raise self.nothing_to_renew()
        reply = self._ask_tokens(
            grant_type="refresh_token", refresh_token=tokens.refresh.get_secret_value()
        )
        return granted(reply, self.title, now, between=",", before=tokens)

    def revoke(self, tokens: Tokens) -> None:
        """Ends the access token, and with it the owner's consent."""
        self._checked(
            self.wire.ask(
                "POST",
                f"{self.at['api']}/v2/oauth/revoke/",
                form={**self._app_form(), "token": tokens.access.get_secret_value()},
            )
        )

    def accounts(self, tokens: Tokens) -> list[Connected]:
        """One."""
        user = self._user(tokens, "open_id,username")
        try:
            return [
                Connected(handle=user["username"], platform_user_id=user["open_id"], tokens=tokens)
            ]
        except (KeyError, ValueError):
            raise MalformedReply(_UNSAID) from None

    def opens(self, tokens: Tokens, user_id: str) -> bool:
        """By the id alone: names take one permission more."""
        user = self._user(tokens, "open_id")
        if "open_id" not in user:
            raise MalformedReply(_UNSAID)
        return bool(user["open_id"] == user_id)

    def _user(self, tokens: Tokens, fields: str) -> dict[str, Any]:
        reply = self.wire.ask(
            "GET",
            f"{self.at['api']}/v2/user/info/",
            query={"fields": fields},
            bearer=tokens.access,
        )
        self._checked(reply)
        try:
            return {**reply.body["data"]["user"]}
        except (KeyError, TypeError):
            raise MalformedReply(_UNSAID) from None

    def _app_form(self) -> dict[str, str]:
        return {name: self._secret(name) for name in self.app_fields}

    def _ask_tokens(self, **form: str) -> Reply:
        return self._checked(
            self.wire.ask(
                "POST", f"{self.at['api']}/v2/oauth/token/", form={**self._app_form(), **form}
            )
        )

    def _checked(self, reply: Reply) -> Reply:
        """Errors come with status 200, too; a call's own error is called ok when there is none."""
        error: Any = reply.body.get("error")
        said: Any = reply.body.get("error_description")
        if isinstance(error, dict):
            error, said = error.get("code"), error.get("message")
        if error in (None, "", "ok") and reply.ok:
            return reply
        code = str(error or reply.status)
        raise self.refused(_NO_ACCESS.get(code, code), str(said or code))
