"""YouTube Studio's upload dialog."""

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
    Switch,
    Table,
    Write,
    css,
    role,
    text,
)

YOUTUBE: Final = Table(
    platform=PlatformName.YOUTUBE,
    title="YouTube",
    written_on=date(2026, 11, 26),
    tried_on=None,
    origin="https://studio.youtube.com",
    # Studio puts the channel of who is signed in for the bare UC.
    upload_path="/channel/UC/videos/upload?d=ud",
    posts=Posts(
        path="/channel/UC/videos/short",
        row="ytcp-video-row",
        link='a#video-title, a[href*="/video/"]',
        words="#video-title",
        public_id=r"/video/([\w-]+)",
        address="https://www.youtube.com/shorts/{id}",
        shows="title",
    ),
    parts={
        "file": (css('ytcp-uploads-file-picker input[type="file"]'), css('input[type="file"]')),
        "uploaded": (text(r"(upload complete|processing (up to|complete)|checks complete)"),),
        "failed": (text(r"^(processing abandoned|upload failed|daily upload limit reached)"),),
        "title": (css("#title-textarea #textbox"), role("textbox", r"^add a title")),
        "description": (
            css("#description-textarea #textbox"),
            role("textbox", r"^tell viewers about your video"),
        ),
        "not for kids": (
            css('[name="VIDEO_MADE_FOR_KIDS_NOT_MFK"]'),
            role("radio", r"^no, it.?s not made for kids"),
        ),
        "show more": (css("#toggle-button"), role("button", r"^show more")),
        "paid promotion": (
            css('[name="VIDEO_PAID_PRODUCT_PLACEMENT_YES"]'),
            role("checkbox", r"my video contains paid promotion"),
        ),
        "altered content": (css('[name="VIDEO_HAS_ALTERED_CONTENT_YES"]'),),
        "next": (css("#next-button"), role("button", r"^next$")),
        "public": (css('[name="PUBLIC"]'), role("radio", r"^public$")),
        "publish": (css("#done-button"), role("button", r"^(publish|done)$")),
        "success": (
            role("heading", r"^video (published|processing)"),
            css("ytcp-video-share-dialog"),
        ),
        "success link": (css("#share-url"),),
        "owner": (
            css('[data-handle="@{handle}" i]'),
            text(r"^@?{handle}$"),
        ),
        "no posts": (text(r"^no content available"),),
    },
    filling=(
        Write("title", "title"),
        Write("description", "text"),
        Switch("not for kids", "always_so", always=True),
        Press("show more", when="anything_disclosed"),
        Switch("paid promotion", "paid_partnership"),
        Switch("altered content", "ai_generated"),
        Press("next"),
        Press("next"),
        Press("next"),
        Switch("public", "always_so", always=True),
        # What is published earlier becomes public when the upload ends, and nobody would look.
        Await("uploaded"),
    ),
    discloses=frozenset({"paid_partnership", "ai_generated"}),
    other_hosts=("youtube.com",),
    login_urls=r"accounts\.google\.com|/login",
    challenge_urls=r"accounts\.google\.com/.*(challenge|speedbump)",
    challenges=CHALLENGES,
    logins=LOGINS,
    suspensions=SUSPENSIONS,
    only_after={
        **dict.fromkeys(
            ("uploaded", "title", "description", "not for kids", "show more", "next"), "an upload"
        ),
        **dict.fromkeys(("paid promotion", "altered content"), '"show more"'),
        **dict.fromkeys(("public", "publish"), 'three times "next"'),
    },
)
"""Written from what is publicly known of the page; the live one was not at hand."""
