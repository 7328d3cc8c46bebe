"""Instagram's "Create new post" on the web."""

from __future__ import annotations

from datetime import date
from typing import Final

from clipping.models import PlatformName
from clipping.platforms.browser.tables import (
    CHALLENGES,
    LOGINS,
    SUSPENSIONS,
    Await,
    Posts,
    Press,
    Table,
    Write,
    css,
    label,
    role,
    text,
)

INSTAGRAM: Final = Table(
    platform=PlatformName.INSTAGRAM,
    title="Instagram",
    written_on=date(2026, 11, 26),
    tried_on=None,
    origin="https://www.instagram.com",
    upload_path="/",
    posts=Posts(
        path="/{handle}/reels/",
        row='a[href*="/reel/"]',
        link="self",
        public_id=r"/reel/([\w-]+)",
        address="https://www.instagram.com/reel/{id}/",
    ),
    parts={
        "new post": (
            css('a:has(svg[aria-label="New post"])'),
            role("link", r"^(new post|create)"),
        ),
        "of kind post": (role("link", r"^post$"), role("menuitem", r"^post$")),
        "file": (
            css('[role="dialog"] input[type="file"][accept*="video"]'),
            css('[role="dialog"] input[type="file"]'),
        ),
        "reels notice": (
            css(
                '[role="dialog"]:has-text("now shared as reels") '
                ':is(button, [role="button"]):text-is("OK")'
            ),
        ),
        "next": (css('[role="dialog"] [role="button"]:text-is("Next")'),),
        "failed": (text(r"^(something went wrong|your video couldn.?t be)"),),
        "caption": (
            css('[role="dialog"] [aria-label^="Write a caption"]'),
            label(r"^write a caption"),
        ),
        "publish": (
            css('[role="dialog"] [role="button"]:text-is("Share")'),
            role("button", r"^share$"),
        ),
        "success": (text(r"^your (reel|post) has been shared"),),
        "owner": (css('a[href="/{handle}/" i]'),),
        "no posts": (text(r"^(no posts yet|share (photos|your first)|capture your first)"),),
    },
    opening=(Press("new post"), Press("of kind post", optional=True)),
    filling=(
        Press("reels notice", optional=True),
        # The crop, then the cover.
        Press("next"),
        Press("next"),
        Write("caption", "text"),
        # The file goes up when it is shared, so there is nothing to wait for.
        Await("publish"),
    ),
    # Its page on the web has no switch that is known for a label.
    discloses=frozenset(),
    own_dialogs=(
        '[aria-label="Create new post"], [aria-label="Crop"], [aria-label="Edit"], '
        '[aria-label="New reel"], :has-text("now shared as reels")'
    ),
    login_urls=r"/accounts/(login|emailsignup)|/login",
    challenge_urls=r"/(challenge|auth_platform|accounts/suspended)",
    challenges=CHALLENGES,
    logins=LOGINS,
    suspensions=SUSPENSIONS,
    only_after={
        **dict.fromkeys(("of kind post", "file"), '"new post"'),
        **dict.fromkeys(("reels notice", "next", "caption", "publish"), "an upload"),
    },
)
"""Written from what is publicly known of the page; the live one was not at hand."""
