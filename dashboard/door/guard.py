"""The door itself: nothing behind it is reached by whoever has not signed in.

Plain ASGI, around everything that Streamlit serves: pages, files, uploads and the WebSocket.
"""

from __future__ import annotations

import hmac
import logging
import time
from collections.abc import Callable
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Router
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from clipping.db.queries.sign_ins import Admitted
from clipping.errors import ClippingError
from clipping.models import Role
from dashboard.adding.routes import ADD_ROUTES
from dashboard.door import admission, cookies, passing
from dashboard.door.answers import bounce, in_words, sign_in_address
from dashboard.door.routes import ROUTES
from dashboard.door.site import FORM_POLICY, FRAME_POLICY, Site, page_policy, security_headers

_SAFE: Final = {"GET", "HEAD", "OPTIONS"}
_OURS: Final = ("/auth/", "/media/clips/", "/media/covers/")
_ADD: Final = "/adding/"
"""Ours as well; but what is changed there shows the page's token in a header."""
_FRAME: Final = "/adding/upload"
_OPEN: Final = (
    "/auth/sign-in",
    "/auth/oidc/start",
    "/auth/oidc/callback",
    "/auth/style.css",
    "/auth/icon.svg",
)
_HEALTH: Final = "/_stcore/health"
# Streamlit's own ways in, its remote control, and its uploads, which it keeps in memory.
_SHUT: Final = ("/_stcore/agent", "/oauth2callback", "/_stcore/upload_file", "/_stcore/metrics")
_STATIC: Final = "/static/"
_STATIC_FRESH_S: Final = 5.0
"""Streamlit's scripts are everybody's: for a hundred of them one look at a sign-in is enough."""
_MOST_KNOWN: Final = 1000

_log = logging.getLogger(__name__)


class Door:
    """Lets in who has signed in, and tells what is behind it who that is.

    :param app: What is behind.
    :param hashes: Of the inline scripts that its pages may run.
    :param rerun: What has it run a page from the top.
    """

    def __init__(
        self, app: ASGIApp, *, site: Callable[[], Site], hashes: list[str], rerun: bytes
    ) -> None:
        self._app, self._site, self._hashes, self._rerun = app, site, hashes, rerun
        self._own = Router([*ADD_ROUTES, *ROUTES])
        self._known: dict[str, tuple[float, Admitted]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One connection."""
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        origin = self._site().origin(scope["scheme"], headers.get("host", ""))
        visit = _Visit(scope, receive, send, headers, origin or "", self._policy(scope, origin))
        try:
            await self._judge(visit)
        except HTTPException as error:
            await visit.answer(in_words(f"{error.detail}.", error.status_code))
        except ClippingError as error:
            _log.warning("%s", error)
            # The sentence may say where the database is, or a file.
            who: Admitted | None = visit.scope.get("clipper.person")
            known = who is not None and who.role is not Role.CLIENT
            told = str(error) if known else "The dashboard cannot answer just now."
            await visit.answer(in_words(told, 503))
        except Exception:  # noqa: BLE001 - else an answer without our headers
            _log.exception("A request to the dashboard failed")
            await visit.answer(in_words("Something went wrong.", 500))

    def _policy(self, scope: Scope, origin: str | None) -> str:
        if origin is None or scope["path"].startswith("/auth/"):
            return FORM_POLICY
        if scope["path"] == _FRAME:
            return FRAME_POLICY
        return page_policy(self._hashes, origin)

    async def _judge(self, visit: _Visit) -> None:
        if not visit.origin:
            await visit.answer(in_words("There is no such place here.", 400))
        elif visit.path.startswith("//") or visit.path.startswith(_SHUT):
            await visit.answer(in_words("There is nothing here.", 404))
        elif visit.changes and visit.headers.get("origin", "").lower() != visit.origin:
            await visit.answer(in_words("This was sent from another site.", 403))
        elif visit.path in _OPEN:
            await visit.pass_on(self._own)
        elif visit.path == _HEALTH and not visit.changes:
            await visit.pass_on(self._app)
        else:
            await self._admit(visit)

    async def _admit(self, visit: _Visit) -> None:
        token = cookies.read(visit.headers, cookies.SIGN_IN, visit.origin)
        token_sha256 = passing.hashed(token) if token else ""
        admitted = await self._find(token_sha256, visit.path) if token else None
        if admitted is None:
            await visit.answer(_stranger(visit))
            return
        ours = visit.path.startswith(_OURS)
        if visit.changes and not ours and not visit.shows(token_sha256):
            await visit.answer(in_words("This was not sent by a page of ours.", 403))
            return
        visit.introduce(token_sha256, admitted)
        if visit.is_socket:
            await visit.pass_on(self._app, self._watched(visit, token_sha256))
        else:
            ours = ours or visit.path.startswith(_ADD)
            await visit.pass_on(self._own if ours else self._app)

    async def _find(self, token_sha256: str, path: str) -> Admitted | None:
        now = time.monotonic()
        if path.startswith(_STATIC):
            looked_at, admitted = self._known.get(token_sha256, (-_STATIC_FRESH_S, None))
            if admitted is not None and now - looked_at < _STATIC_FRESH_S:
                return admitted
        found = await run_in_threadpool(admission.admit, token_sha256)
        self._known.pop(token_sha256, None)
        if found is not None:
            if len(self._known) >= _MOST_KNOWN:
                self._known.clear()
            self._known[token_sha256] = (now, found)
        return found

    def _watched(self, visit: _Visit, token_sha256: str) -> Receive:
        """What comes through an open socket, as long as its sign-in holds.

        The first thing that comes after it is not passed on: in its place the page is run from the
        top, where it finds nobody and says so. With the next one the socket closes.
        """
        over = False

        async def receive() -> Message:
            nonlocal over
            message = await visit.receive()
            if message["type"] != "websocket.receive":
                return message
            if not over and await self._find(token_sha256, visit.path) is not None:
                return message
            if not over:
                over = True
                return {"type": "websocket.receive", "bytes": self._rerun}
            await visit.send({"type": "websocket.close", "code": 1008, "reason": "signed out"})
            return {"type": "websocket.disconnect", "code": 1008}

        return receive


class _Visit:
    """One connection, and how it is answered."""

    def __init__(
        self,
        scope: Scope,
        receive: Receive,
        send: Send,
        headers: Headers,
        origin: str,
        policy: str,
    ) -> None:
        self.scope, self.receive, self.headers, self.origin = scope, receive, headers, origin
        self.path: str = scope["path"]
        self.is_socket = scope["type"] == "websocket"
        # A socket can change whatever a page can.
        self.changes = self.is_socket or scope["method"] not in _SAFE
        self._told = security_headers(policy, origin)
        self._send, self._begun = send, False
        # Whoever calls himself somebody is not believed.
        kept = [(name, value) for name, value in scope["headers"] if not _is_ours(name)]
        scope["headers"] = [*kept, (passing.ORIGIN.encode(), origin.encode("latin-1"))]
        scope["clipper.origin"] = origin

    def introduce(self, token_sha256: str, admitted: Admitted) -> None:
        """Tell what is behind the door who comes."""
        known = (passing.SIGN_IN.encode(), passing.written(token_sha256).encode())
        self.scope["headers"].append(known)
        self.scope["clipper.person"] = admitted
        self.scope["clipper.sign_in"] = token_sha256

    def shows(self, token_sha256: str) -> bool:
        """Whether it was sent by a page of ours."""
        if self.is_socket or self.path.startswith("/_stcore/"):
            return True  # Streamlit's pages send no more than their origin, and its own token.
        shown = self.headers.get(passing.CSRF, "")
        return hmac.compare_digest(shown.encode(), passing.csrf_token(token_sha256).encode())

    async def pass_on(self, app: ASGIApp, receive: Receive | None = None) -> None:
        """Let it in."""
        await app(self.scope, receive or self.receive, self.send)

    async def send(self, message: Message) -> None:
        """Answer, with what stands in every answer."""
        if message["type"] in {
            "http.response.start",
            "websocket.http.response.start",
            "websocket.accept",
        }:
            self._begun = True
            headers = MutableHeaders(raw=list(message.get("headers", ())))
            for name in [name for name in headers if name.startswith("access-control-")]:
                del headers[name]
            for name, value in self._told:
                headers[name.decode()] = value.decode("latin-1")
            message = {**message, "headers": headers.raw}
        await self._send(message)

    async def answer(self, response: Response) -> None:
        """Say that it ends here; nothing when an answer has begun."""
        self._told = security_headers(FORM_POLICY, self.origin)
        if self._begun:
            if self.is_socket:
                await self._send({"type": "websocket.close", "code": 1011})
            return
        if not self.is_socket or "websocket.http.response" in self.scope.get("extensions", {}):
            await response(self.scope, self.receive, self.send)
        else:
            await self._send({"type": "websocket.close", "code": 1008})


def _is_ours(name: bytes) -> bool:
    return name.decode("latin-1").lower().replace("_", "-") in passing.OURS


def _stranger(visit: _Visit) -> Response:
    """What somebody is told who has not signed in."""
    wants_page = not visit.changes and "text/html" in visit.headers.get("accept", "")
    if visit.is_socket or not wants_page:
        told = "You are not signed in, or not any more: load this page again."
        return PlainTextResponse(told, 403 if visit.is_socket else 401)
    query = visit.scope["query_string"].decode("latin-1")
    wanted = visit.path + (f"?{query}" if query else "")
    # Followed from a mail or another site, browsers show no strict cookie: only to ourselves.
    if visit.headers.get("sec-fetch-site") == "cross-site":
        return bounce(wanted)
    return RedirectResponse(sign_in_address(wanted), 303, {"cache-control": "no-store"})
