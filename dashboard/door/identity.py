"""Signing in through an identity provider: OpenID Connect, with an authorisation code and PKCE.

Whoever comes back is a user that was made here: nobody is made a user by the provider, and nobody
an admin. Waits for the provider and for Postgres.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
from collections.abc import Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from clipping.db.queries import people
from clipping.db.session import open_session
from clipping.errors import AppMisconfigured, MalformedReply, Rejected
from clipping.settings import settings
from dashboard.door.admission import database_url

_CALLBACK: Final = "/auth/oidc/callback"
# Signed with the provider's private key: neither unsigned nor with a secret that we know as well.
_ALGORITHMS: Final = ["RS256", "PS256", "ES256", "ES384", "RS384", "RS512", "EdDSA"]
_LEEWAY_S: Final = 60
_KEPT_S: Final = 3600.0
_NEEDED: Final = ("authorization_endpoint", "token_endpoint", "jwks_uri")


@dataclass(frozen=True)
class _Provider:
    """What an issuer says of itself."""

    issuer: str
    document: Mapping[str, Any]
    keys: KeySet
    read_at: float


_provider: _Provider | None = None
_lock = Lock()


def title() -> str:
    """What the provider is called in the form; empty when there is none."""
    return settings().oidc_title if settings().oidc_issuer else ""


def ask(visit: str, origin: str) -> str:
    """The address at the provider to which somebody is sent.

    :param visit: What this browser alone knows; what is sent along is made of it.
    :raises ClippingError: The provider cannot be used.
    """
    provider = _known()
    query = {
        "response_type": "code",
        "client_id": settings().oidc_client_id or "",
        "redirect_uri": f"{origin}{_CALLBACK}",
        "scope": "openid email",
        "state": _made("state", visit),
        "nonce": _made("nonce", visit),
        "code_challenge": _base64(hashlib.sha256(_made("verifier", visit).encode()).digest()),
        "code_challenge_method": "S256",
    }
    address = str(provider.document["authorization_endpoint"])
    return f"{address}{'&' if urlsplit(address).query else '?'}{urlencode(query)}"


def recognise(visit: str, origin: str, answer: Mapping[str, str]) -> str:
    """The id of the user whom the provider has sent back.

    :raises Rejected: It is nobody of ours, or not an answer to what this browser asked.
    :raises ClippingError: The provider cannot be used.
    """
    state = _made("state", visit)
    if not visit or not hmac.compare_digest(answer.get("state", "").encode(), state.encode()):
        raise Rejected("This sign-in was not begun in this browser: please try again.")
    provider = _known()
    # Another provider's answer, RFC 9207.
    if answer.get("iss", provider.issuer) != provider.issuer:
        raise Rejected("This answer comes from another provider.")
    if "code" not in answer:
        raise Rejected(f"{title()} did not let you in.")
    claims = _claims(provider, _exchange(provider, visit, origin, answer["code"]), visit)
    return _user_of(provider.issuer, claims)


def _exchange(provider: _Provider, visit: str, origin: str, code: str) -> str:
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": f"{origin}{_CALLBACK}",
        "client_id": settings().oidc_client_id or "",
        "code_verifier": _made("verifier", visit),
    }
    secret = settings().oidc_client_secret
    basic = None
    if secret is not None:
        basic = (settings().oidc_client_id or "", secret.get_secret_value())
    reply = _wire("POST", str(provider.document["token_endpoint"]), form=form, basic=basic)
    token = reply.get("id_token")
    if not isinstance(token, str):
        raise Rejected(f"{title()} did not say who you are.")
    return token


def _claims(provider: _Provider, token: str, visit: str) -> Mapping[str, Any]:
    """What the token says, after everything in it that can be checked was.

    :raises Rejected: It is not of this provider, for us, of now, or for this browser.
    """
    client = settings().oidc_client_id or ""
    registry = jwt.JWTClaimsRegistry(
        leeway=_LEEWAY_S,
        iss={"essential": True, "value": provider.issuer},
        aud={"essential": True, "value": client},
        exp={"essential": True},
        iat={"essential": True},
        sub={"essential": True},
        nonce={"essential": True, "value": _made("nonce", visit)},
    )
    try:
        decoded = _decoded(provider, token)
        registry.validate(decoded.claims)
    except (JoseError, ValueError) as error:
        raise Rejected(f"What {title()} says of you cannot be trusted.") from error
    claims: Mapping[str, Any] = decoded.claims
    # For several, it has to say that it was made for us.
    if isinstance(claims["aud"], list) and len(claims["aud"]) > 1 and claims.get("azp") != client:
        raise Rejected(f"What {title()} says of you was said to somebody else.")
    return claims


def _decoded(provider: _Provider, token: str) -> jwt.Token:
    try:
        return jwt.decode(token, provider.keys, algorithms=_ALGORITHMS)
    except (JoseError, ValueError):
        # Providers change their keys: looked up again, once.
        return jwt.decode(token, _known(anew=True).keys, algorithms=_ALGORITHMS)


def _user_of(issuer: str, claims: Mapping[str, Any]) -> str:
    subject, email = str(claims["sub"]), claims.get("email")
    with open_session(database_url()) as session:
        user = people.user_of_identity(session, issuer, subject)
        if user is None and isinstance(email, str) and claims.get("email_verified") is True:
            user = people.bind_identity(session, issuer, subject, email)
        if user is None or user.disabled_at is not None:
            raise Rejected("You are not a user of this dashboard: an admin has to make you one.")
        return user.user_id


def _known(*, anew: bool = False) -> _Provider:
    """The provider of the settings, as it described itself within the hour."""
    global _provider
    issuer = settings().oidc_issuer
    if not issuer or not settings().oidc_client_id:
        raise AppMisconfigured("No identity provider is set up here.")
    with _lock:
        kept = _provider
        fresh = kept is not None and time.monotonic() - kept.read_at < _KEPT_S
        if kept is None or kept.issuer != issuer or anew or not fresh:
            kept = _provider = _read(issuer)
        return kept


def _read(issuer: str) -> _Provider:
    document = _wire("GET", issuer.rstrip("/") + "/.well-known/openid-configuration")
    # Else one provider could speak for another.
    if document.get("issuer") != issuer:
        raise AppMisconfigured(f"{title()} calls itself by another name than CLIPPER_OIDC_ISSUER.")
    if not all(_is_private(document.get(name)) for name in _NEEDED):
        raise AppMisconfigured(f"{title()} does not say where it is asked, or not by https.")
    try:
        keys = KeySet.import_key_set(_wire("GET", str(document["jwks_uri"])))  # type: ignore[arg-type]
    except (JoseError, ValueError, KeyError, TypeError):
        raise MalformedReply(f"The keys of {title()} cannot be read.") from None
    return _Provider(issuer, document, keys, time.monotonic())


def _is_private(address: object) -> bool:
    if not isinstance(address, str):
        return False
    parts = urlsplit(address)
    on_this_machine = parts.hostname in {"127.0.0.1", "localhost", "::1"}
    return parts.scheme == "https" or (parts.scheme == "http" and on_this_machine)


def _wire(
    method: str,
    address: str,
    *,
    form: Mapping[str, str] | None = None,
    basic: tuple[str, str] | None = None,
) -> dict[str, Any]:
    # The platforms that come with it are needed by nobody who signs in with a password.
    from clipping.platforms.oauth.wire import Wire

    reply = Wire(title(), None).ask(method, address, form=form, basic=basic)
    if not reply.ok:
        raise Rejected(f"{title()} did not let you in (status {reply.status}).")
    return reply.body


def _made(what: str, visit: str) -> str:
    """Three secrets of one: who knows the state, which is in addresses, knows neither other."""
    return _base64(hmac.new(visit.encode(), what.encode(), "sha256").digest())


def _base64(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()
