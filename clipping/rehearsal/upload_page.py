"""A fake of the pages that people post with: login, upload page, list of posts.

It carries the roles, labels and test ids by which the tables know the real pages, as far as those
are publicly known; nobody has compared the two.
"""

from __future__ import annotations

import hashlib
import html
import json
from dataclasses import dataclass
from datetime import datetime
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any, Final, Literal

from clipping.models import PlatformName
from clipping.rehearsal.serving import Answered, FakeService, Reply, Request, route
from clipping.rehearsal.world import World

_PAGES: Final = Path(__file__).with_name("pages")
_YEAR_S: Final = 365 * 24 * 3600
_CLOSE: Final = {"Connection": "close"}
"""On a connection that was kept a browser sends a request again by itself."""
_SHORTENED: Final = 80
"""Letters of a caption that TikTok's list shows here."""

When = Literal["", "opening", "uploaded", "clicked"]


@dataclass(frozen=True)
class Shown:
    """A post in the account's list."""

    public_id: str
    handle: str
    text: str
    title: str
    at: datetime
    on: dict[str, bool]
    """What was switched on."""


class FakeUploadPage(FakeService):
    """An upload page on loopback.

    :ivar challenge: When it asks for its owner; what is clicked then is not public.
    :ivar dialog: When it shows a dialog that nobody has heard of.
    :ivar renamed: Parts, as CSS, that have lost what they were known by.
    :ivar upload_s: How long an upload takes, in real seconds.
    :ivar refuses: Whether it does not take the file.
    :ivar silent: Whether it says nothing after the click; the post is public.
    :ivar listed_after_s: How long after its click a post shows in the list.
    :ivar posts: All that were published.
    """

    def __init__(self, platform: PlatformName, world: World | None = None) -> None:
        super().__init__(world)
        self.of = platform
        self.challenge: When = ""
        self.dialog: When = ""
        self.renamed = ""
        self.upload_s = 0.0
        self.refuses = False
        self.silent = False
        self.listed_after_s = 0.0
        self.posts: list[Shown] = []
        self._files: dict[str, str] = {}

    def cookie(self, handle: str) -> dict[str, str]:
        """What a browser holds in which this account is logged in."""
        return {"name": "session", "value": handle, "url": self.url}

    @route("GET", "/login")
    def _login(self, request: Request) -> Reply:
        form = (
            "<h1>Log in to continue</h1><form method=post action=/fake/login>"
            "<label>Name <input name=user></label>"
            "<label>Password <input name=password type=password></label>"
            "<button>Log in</button></form>"
        )
        return _html(form)

    @route("POST", "/fake/login")
    def _logged_in(self, request: Request) -> Reply:
        cookie = f"session={request.form()['user']}; Max-Age={_YEAR_S}; Path=/; HttpOnly"
        return Reply(303, b"", {"Set-Cookie": cookie, "Location": "/fake/home"})

    @route("GET", "/fake/home")
    @route("GET", "/tiktokstudio/upload")
    @route("GET", "/compose/post")
    @route("GET", "/")
    @route("GET", "/channel/UC/videos/upload")
    def _upload_page(self, request: Request) -> Reply:
        handle = self._signed_in(request)
        if self.challenge == "opening":
            return _html("<h1>Confirm it's you</h1><p>Drag the slider to fit the puzzle.</p>")
        known = {
            "upload_s": self.upload_s,
            "challenge": self.challenge,
            "dialog": self.dialog,
            "renamed": self.renamed,
            "refuses": self.refuses,
            "writes_name": self.of is PlatformName.TIKTOK,
            "early": False,
        }
        script = (_PAGES / "page.js").read_text(encoding="utf-8")
        return _html(
            self._page(self.of.value, handle=handle)
            + f"<script>const KNOWN = {json.dumps(known)};\n{script}</script>"
        )

    @route("GET", "/tiktokstudio/content")
    @route("GET", "/channel/UC/videos/short")
    @route("GET", "/{handle}")
    @route("GET", "/{handle}/reels/")
    def _posts_page(self, request: Request) -> Reply:
        handle = self._signed_in(request)
        now = self.world.clock.now
        listed = [
            one
            for one in reversed(self.posts)
            if one.handle == handle and (now - one.at).total_seconds() >= self.listed_after_s
        ]
        rows = "".join(map(self._row, listed)) or f"<p>{self._nothing()}</p>"
        return _html(self._page(f"{self.of.value}_posts", handle=handle, rows=rows))

    @route("GET", "/reel/{public_id}/")
    def _post_page(self, request: Request) -> Reply:
        self._signed_in(request)
        [post] = [one for one in self.posts if one.public_id == request.at["public_id"]]
        told = f"<h1>{html.escape(post.text)}</h1><time datetime={post.at.isoformat()}></time>"
        return _html(told)

    @route("POST", "/fake/files")
    def _file(self, request: Request) -> Reply:
        self._signed_in(request)
        made = f"file{len(self._files) + 1}"
        self._files[made] = hashlib.sha256(request.body).hexdigest()
        return Reply.json({"id": made}, Connection="close")

    @route("POST", "/fake/posts")
    def _post(self, request: Request) -> Reply:
        handle = self._signed_in(request)
        if self.challenge == "clicked":
            return Reply.json({"challenge": True})
        asked: dict[str, Any] = request.json()
        public_id = f"70{len(self.posts) + 1:06d}"
        now = self.world.clock.now
        text = str(asked["text"])
        self.posts.append(Shown(public_id, handle, text, asked["title"], now, asked["on"]))
        self.world.publish(self.of, handle, public_id, self._files[asked["file"]], text)
        return Reply.json({"address": self._address(public_id, handle), "silent": self.silent})

    def _signed_in(self, request: Request) -> str:
        held = SimpleCookie(request.headers.get("cookie", "")).get("session")
        if held is None:
            raise Answered(Reply(303, b"", {"Location": "/login"}))
        return held.value

    def _address(self, public_id: str, handle: str) -> str:
        shapes = {
            PlatformName.TIKTOK: f"/@{handle}/video/{public_id}",
            PlatformName.INSTAGRAM: f"/reel/{public_id}/",
            PlatformName.YOUTUBE: f"/shorts/{public_id}",
            PlatformName.X: f"/{handle}/status/{public_id}",
        }
        return shapes[self.of]

    def _row(self, post: Shown) -> str:
        text, at = html.escape(post.text), post.at.isoformat()
        link = self._address(post.public_id, post.handle)
        if self.of is PlatformName.TIKTOK:
            short = text if len(text) <= _SHORTENED else f"{text[:_SHORTENED]}…"
            return f'<div role="row"><a href="{link}">{short}</a> Nov 26</div>'
        if self.of is PlatformName.INSTAGRAM:
            return f'<a href="{link}"><img alt="Reel" width=9 height=16></a>'
        if self.of is PlatformName.YOUTUBE:
            edit, title = f"/video/{post.public_id}/edit", html.escape(post.title)
            return f'<ytcp-video-row><a id="video-title" href="{edit}">{title}</a></ytcp-video-row>'
        return (
            f'<article data-testid="tweet"><div data-testid="tweetText">{text}</div>'
            f'<a href="{link}"><time datetime="{at}">now</time></a></article>'
        )

    def _nothing(self) -> str:
        told = {
            PlatformName.TIKTOK: "No posts yet",
            PlatformName.INSTAGRAM: "No posts yet",
            PlatformName.YOUTUBE: "No content available",
            PlatformName.X: "@ada hasn't posted",
        }
        return told[self.of]

    def _page(self, name: str, **values: str) -> str:
        page = (_PAGES / f"{name}.html").read_text(encoding="utf-8")
        for key, value in values.items():
            page = page.replace(f"{{{key}}}", value)
        return page


def _html(body: str) -> Reply:
    document = (
        "<!doctype html><html lang=en><meta charset=utf-8><link rel=icon href=data:,>"
        f"<body>{body}</body></html>"
    )
    return Reply(200, document.encode(), {"Content-Type": "text/html; charset=utf-8", **_CLOSE})
