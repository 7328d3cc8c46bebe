"""What the door itself answers: signing in and out, one's own account, the files of clips."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Final

from pydantic import SecretStr
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response
from starlette.routing import Route

from clipping.db.queries.sign_ins import Admitted
from clipping.errors import ClippingError, RateLimited, Rejected
from dashboard.door import accounts, admission, cookies, forms, identity
from dashboard.door.answers import local, page
from dashboard.door.files import clip_cover, clip_video
from dashboard.door.passing import csrf_token, hashed

_ICON: Final = Path(__file__).resolve().parents[1] / "icon.svg"
_STYLE: Final = Path(__file__).parent / "templates" / "style.css"
_PLAYER: Final = Path(__file__).with_name("player.js")
_KEPT: Final = {"cache-control": "max-age=3600"}
_VISIT_S: Final = 3600


async def show_form(request: Request) -> Response:
    """The form; whoever has signed in already goes on."""
    wanted = local(request.query_params.get("next", "/"))
    token = cookies.read(request.headers, cookies.SIGN_IN, forms.origin_of(request))
    admitted = await run_in_threadpool(admission.admit, hashed(token)) if token else None
    if admitted is not None:
        return RedirectResponse(wanted, 303)
    return _form(request, wanted)


async def sign_in(request: Request) -> Response:
    """A form that was filled in."""
    fields = await forms.read(request)
    wanted = local(fields.get("next", "/"))
    visit = forms.visit_of(request)
    if not visit:
        return _form(request, wanted, "This form was open for too long: please try again.", 403)
    forms.check(fields.get("token"), forms.token_of(visit))
    name = fields.get("name", "")
    try:
        token = await run_in_threadpool(
            admission.sign_in,
            name,
            SecretStr(fields.get("password", "")),
            request.headers.get("user-agent", ""),
            address_of(request),
        )
    except RateLimited as error:
        seconds = math.ceil(error.retry_after_s or 1)
        told = f"Too many attempts were wrong. Try again in {_span(seconds)}."
        response = _form(request, wanted, told, 429, name)
        response.headers["retry-after"] = str(seconds)
        return response
    except Rejected as error:
        return _form(request, wanted, str(error), 401, name)
    return await admit_with(request, token, RedirectResponse(wanted, 303))


async def admit_with(request: Request, token: str, response: Response) -> Response:
    """An answer with which the browser is let in; whoever was let in by it before is not."""
    origin = forms.origin_of(request)
    before = cookies.read(request.headers, cookies.SIGN_IN, origin)
    if before:
        await run_in_threadpool(admission.sign_out, hashed(before))
    cookies.write(response, cookies.SIGN_IN, token, origin)
    cookies.forget(response, cookies.VISIT, origin)
    response.headers["cache-control"] = "no-store"
    return response


async def sign_out(request: Request) -> Response:
    """The browser is let in no more."""
    await _own_form(request)
    await run_in_threadpool(admission.sign_out, request.scope["clipper.sign_in"])
    response = RedirectResponse("/auth/sign-in", 303, {"clear-site-data": '"cache", "storage"'})
    cookies.forget(response, cookies.SIGN_IN, forms.origin_of(request))
    return response


async def show_account(request: Request) -> Response:
    """Who somebody is here, and where else they have signed in."""
    return await _account(request)


async def change_password(request: Request) -> Response:
    """Have another password; every other browser is signed out."""
    fields = await _own_form(request)
    who: Admitted = request.scope["clipper.person"]
    if fields.get("new") != fields.get("again"):
        return await _account(request, "The new password was not typed the same twice.", 400)
    try:
        token = await run_in_threadpool(
            accounts.change_password,
            who,
            SecretStr(fields.get("old", "")),
            SecretStr(fields.get("new", "")),
            request.headers.get("user-agent", ""),
            address_of(request),
        )
    except RateLimited:
        return await _account(request, "Too many attempts were wrong: try again later.", 429)
    except Rejected as error:
        return await _account(request, str(error), 400)
    return await admit_with(request, token, RedirectResponse("/auth/account?changed=1", 303))


async def end_others(request: Request) -> Response:
    """Every other browser is signed out."""
    await _own_form(request)
    who: Admitted = request.scope["clipper.person"]
    await run_in_threadpool(accounts.end_others, who.user_id, request.scope["clipper.sign_in"])
    return RedirectResponse("/auth/account", 303)


async def to_provider(request: Request) -> Response:
    """On to the identity provider."""
    visit = forms.new_visit()
    try:
        address = await run_in_threadpool(identity.ask, visit, forms.origin_of(request))
    except ClippingError as error:
        return _form(request, "/", str(error), 503)
    response = RedirectResponse(address, 303, {"cache-control": "no-store"})
    origin = forms.origin_of(request)
    cookies.write(response, cookies.OIDC, visit, origin, seconds=600, from_elsewhere=True)
    return response


async def from_provider(request: Request) -> Response:
    """Back from the identity provider."""
    origin = forms.origin_of(request)
    visit = cookies.read(request.headers, cookies.OIDC, origin)
    try:
        user_id = await run_in_threadpool(
            identity.recognise, visit, origin, dict(request.query_params)
        )
    except ClippingError as error:
        response = _form(request, "/", str(error), 403)
        cookies.forget(response, cookies.OIDC, origin)
        return response
    agent = request.headers.get("user-agent", "")
    token = await run_in_threadpool(admission.let_in, user_id, agent, address_of(request))
    # Redirected to, the browser would still come from the provider, and show no strict cookie.
    response = await admit_with(request, token, page("bounce", path="/"))
    cookies.forget(response, cookies.OIDC, origin)
    return response


async def style(_request: Request) -> Response:
    """How the door's own pages look."""
    return FileResponse(_STYLE, media_type="text/css", headers=dict(_KEPT))


async def icon(_request: Request) -> Response:
    """The mark of the program."""
    return FileResponse(_ICON, media_type="image/svg+xml", headers=dict(_KEPT))


async def player(request: Request) -> Response:
    """The script of the keys of films, for who has signed in."""
    return FileResponse(_PLAYER, media_type="text/javascript", headers=dict(_KEPT))


def address_of(request: Request) -> str:
    """Where it came from, as far as the server knows."""
    return request.client.host if request.client else ""


def _form(
    request: Request, wanted: str, problem: str = "", status: int = 200, name: str = ""
) -> Response:
    visit = forms.visit_of(request) or forms.new_visit()
    response = page(
        "sign_in",
        status,
        token=forms.token_of(visit),
        wanted=wanted,
        problem=problem,
        name=name[:200],
        provider=identity.title(),
    )
    cookies.write(response, cookies.VISIT, visit, forms.origin_of(request), seconds=_VISIT_S)
    return response


async def _account(request: Request, problem: str = "", status: int = 200) -> Response:
    who: Admitted = request.scope["clipper.person"]
    mine = request.scope["clipper.sign_in"]
    user, found = await run_in_threadpool(accounts.of, who.user_id)
    return page(
        "account",
        status,
        who=who,
        user=user,
        sign_ins=[(one, one.token_sha256 == mine) for one in found],
        token=csrf_token(mine),
        problem=problem,
        changed="changed" in request.query_params,
    )


async def _own_form(request: Request) -> dict[str, str]:
    """A form of the account page.

    :raises HTTPException: It is another's.
    """
    fields = await forms.read(request)
    forms.check(fields.get("token"), csrf_token(request.scope["clipper.sign_in"]))
    return fields


def _span(seconds: int) -> str:
    minutes = math.ceil(seconds / 60)
    return f"{seconds} seconds" if seconds < 90 else f"{minutes} minutes"


async def not_found(_request: Request) -> Response:
    """Nothing else is ours."""
    raise HTTPException(404)


ROUTES: Final = [
    Route("/auth/sign-in", show_form, methods=["GET"]),
    Route("/auth/sign-in", sign_in, methods=["POST"]),
    Route("/auth/sign-out", sign_out, methods=["POST"]),
    Route("/auth/account", show_account, methods=["GET"]),
    Route("/auth/password", change_password, methods=["POST"]),
    Route("/auth/end-others", end_others, methods=["POST"]),
    Route("/auth/oidc/start", to_provider, methods=["GET"]),
    Route("/auth/oidc/callback", from_provider, methods=["GET"]),
    Route("/auth/style.css", style, methods=["GET"]),
    Route("/auth/player.js", player, methods=["GET"]),
    Route("/auth/icon.svg", icon, methods=["GET"]),
    Route("/media/clips/{clip_id}.mp4", clip_video, methods=["GET"]),
    Route("/media/covers/{clip_id}.jpg", clip_cover, methods=["GET"]),
    Route("/{rest:path}", not_found),
]
