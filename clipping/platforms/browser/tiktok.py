"""TikTok Studio's upload page."""

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
    label,
    role,
    text,
)

TIKTOK: Final = Table(
    platform=PlatformName.TIKTOK,
    title="TikTok",
    written_on=date(2026, 11, 26),
    tried_on=None,
    origin="https://www.tiktok.com",
    upload_path="/tiktokstudio/upload?from=upload",
    posts=Posts(
        path="/tiktokstudio/content",
        row='[data-tt="components_PostTable_Container"] [data-tt*="PostTable_Row"], '
        '[data-e2e="post-row"], [role="row"]:has(a[href*="/video/"])',
        link='a[href*="/video/"]',
        words='a[href*="/video/"]',
        public_id=r"/video/(\d+)",
        address="https://www.tiktok.com/@{handle}/video/{id}",
    ),
    parts={
        "file": (css('input[type="file"][accept*="video"]'), css('input[type="file"]')),
        "uploaded": (
            css('[data-e2e="upload_status_container"] .success'),
            css(".info-progress.success"),
            text(r"^uploaded\b"),
        ),
        "failed": (text(r"^(couldn.?t upload|upload failed)"),),
        "caption": (
            css('[data-e2e="caption_container"] [contenteditable="true"]'),
            css('div[contenteditable="true"][role="combobox"]'),
            label(r"^description"),
        ),
        "show more": (css('[data-e2e="advanced_settings_container"]'), text(r"^show more$")),
        "comment": (role("checkbox", r"^comments?$"), label(r"^comments?$")),
        "duet": (role("checkbox", r"^duet$"), label(r"^(duet|reuse of content)$")),
        "stitch": (role("checkbox", r"^stitch$"), label(r"^(stitch|reuse of content)$")),
        "disclose": (
            css('[data-e2e="disclose_content_container"] [role="switch"]'),
            role("switch", r"^disclose post content"),
        ),
        "your brand": (role("checkbox", r"^your brand"), label(r"^your brand")),
        "branded content": (role("checkbox", r"^branded content"), label(r"^branded content")),
        "ai": (
            css('[data-e2e="aigc_container"] [role="switch"]'),
            role("switch", r"^ai-generated content"),
        ),
        "publish": (css('button[data-e2e="post_video_button"]'), role("button", r"^post$")),
        "success": (
            text(r"^(video published|your video has been (uploaded|published))"),
            role("dialog", r"your video has been uploaded"),
        ),
        "owner": (css('a[href="/@{handle}" i], a[href$="tiktok.com/@{handle}" i]'),),
        "no posts": (text(r"^(no posts yet|you haven.?t posted|upload your first video)"),),
    },
    filling=(
        # The page writes the file's name into the caption when the upload ends.
        Await("uploaded"),
        Write("caption", "text"),
        Switch("comment", "comments", always=True),
        Switch("duet", "duets", always=True),
        Switch("stitch", "stitches", always=True),
        Press("show more", optional=True, when="anything_disclosed"),
        Switch("disclose", "promotion"),
        Switch("your brand", "own_brand"),
        Switch("branded content", "paid_partnership"),
        Switch("ai", "ai_generated"),
    ),
    discloses=frozenset({"paid_partnership", "own_brand", "ai_generated"}),
    login_urls=r"tiktok\.com/(login|signup)|^http://127\.0\.0\.1:\d+/login",
    success_urls=r"/tiktokstudio/content",
    challenges=(*CHALLENGES, css(".captcha_verify_container, .captcha-verify-container")),
    logins=LOGINS,
    suspensions=SUSPENSIONS,
    only_after=dict.fromkeys(
        (
            *("uploaded", "caption", "show more", "comment", "duet", "stitch", "publish"),
            *("disclose", "your brand", "branded content", "ai"),
        ),
        "an upload",
    ),
)
"""Written from what is publicly known of the page; the live one was not at hand."""
