"""How a fake Instagram hands out tokens, by either of its logins."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from clipping.rehearsal.instagram_state import DAY_S, InstagramState, refuse
from clipping.rehearsal.serving import Reply, Request, route
from clipping.rehearsal.tokens import Grant, InvalidGrant

_LEAST_AGE: Final = timedelta(hours=24)


class InstagramLogin(InstagramState):
    """The calls by which an owner's consent becomes tokens."""

    @route("POST", "/api.instagram.com/oauth/access_token")
    def _serve_short_token(self, request: Request) -> Reply:
        form = request.form()
        self._check_app(form)
        grant = self._exchanged(form.get("code", "").removesuffix("#_"))
        flat = {
            "access_token": grant.access,
            "user_id": grant.account,
            "permissions": ",".join(grant.scopes),
        }
        return Reply.json({"data": [flat]})

    @route("GET", "/graph.instagram.com/access_token")
    def _serve_long_token(self, request: Request) -> Reply:
        grant = self.tokens.owner(request.query.get("access_token", ""))
        if grant is None or request.query.get("grant_type") != "ig_exchange_token":
            refuse(400, 190, 463)
        return self._token(self.tokens.grant(grant.account, grant.scopes))

    @route("GET", "/graph.instagram.com/refresh_access_token")
    def _serve_refreshed_token(self, request: Request) -> Reply:
        grant = self.tokens.owner(request.query.get("access_token", ""))
        if grant is None:
            refuse(400, 190, 463, "Session has expired")
        if self.world.clock.now - grant.issued_at < _LEAST_AGE:
            refuse(400, 100, 0, "The token must be at least 24 hours old")
        return self._token(self.tokens.grant(grant.account, grant.scopes))

    @route("GET", "/graph.facebook.com/{version}/oauth/access_token")
    def _serve_facebook_token(self, request: Request) -> Reply:
        self._check_app(request.query)
        if request.query.get("grant_type") == "fb_exchange_token":
            found = self.tokens.owner(request.query.get("fb_exchange_token", ""))
            if found is None:
                refuse(400, 190, 463)
            return self._token(self.tokens.grant(found.account, found.scopes))
        return self._token(self._exchanged(request.query.get("code", "")))

    @route("GET", "/graph.facebook.com/{version}/me/accounts")
    def _serve_pages(self, request: Request) -> Reply:
        profile = self.profile(request)
        page = {
            "id": f"page-{profile.user_id}",
            "name": profile.username,
            "access_token": self.tokens.grant(profile.user_id, ("page",)).access,
            "instagram_business_account": {"id": profile.user_id, "username": profile.username},
        }
        return self.say(profile, {"data": [page]})

    @route("GET", "/graph.facebook.com/{version}/me/permissions")
    def _serve_permissions(self, request: Request) -> Reply:
        profile = self.profile(request)
        grant = self.tokens.owner(request.bearer() or request.query.get("access_token", ""))
        scopes = grant.scopes if grant else ()
        rows = [{"permission": scope, "status": "granted"} for scope in scopes]
        return self.say(profile, {"data": rows})

    @route("GET", "/graph.instagram.com/me")
    def _serve_me(self, request: Request) -> Reply:
        profile = self.profile(request)
        return self.say(profile, {"user_id": profile.user_id, "username": profile.username})

    def _check_app(self, given: Any) -> None:
        if {name: given.get(name) for name in self.app} != self.app:
            refuse(400, 101, 0, "Error validating application")

    def _exchanged(self, code: str) -> Grant:
        try:
            return self.tokens.exchange(code)
        except InvalidGrant:
            refuse(400, 100, 36009, "This authorization code has been used")

    def _token(self, grant: Grant) -> Reply:
        said = {"access_token": grant.access, "token_type": "bearer"}
        return Reply.json({**said, "expires_in": int(60 * DAY_S)})
