"""X's composer."""

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
    Table,
    Write,
    css,
    role,
    text,
)

X: Final = Table(
    platform=PlatformName.X,
    title="X",
    written_on=date(2026, 11, 26),
    tried_on=None,
    origin="https://x.com",
    upload_path="/compose/post",
    posts=Posts(
        path="/{handle}",
        row='article[data-testid="tweet"]',
        link='a[href*="/status/"]:has(time)',
        words='[data-testid="tweetText"]',
        public_id=r"/status/(\d+)",
        address="https://x.com/{handle}/status/{id}",
    ),
    parts={
        "file": (css('input[data-testid="fileInput"]'), css('input[type="file"]')),
        "uploaded": (text(r"^uploaded \(100%\)"), css('[data-testid="attachments"] video')),
        "failed": (text(r"(media|video).*(failed|could not be) (to )?upload"),),
        "caption": (
            css('[role="dialog"] [data-testid="tweetTextarea_0"]'),
            css('[data-testid="tweetTextarea_0"]'),
            role("textbox", r"^post text"),
        ),
        "publish": (css('button[data-testid="tweetButton"]'),),
        "success": (css('[data-testid="toast"] a[href*="/status/"]'), text(r"^your post was sent")),
        "success link": (css('[data-testid="toast"] a[href*="/status/"]'),),
        "owner": (
            css('[data-testid="AppTabBar_Profile_Link"][href="/{handle}" i]'),
            css('a[href="/{handle}" i][aria-label="Profile"]'),
        ),
        "no posts": (css('[data-testid="emptyState"]'), text(r"hasn.?t posted")),
    },
    filling=(Write("caption", "text"), Await("uploaded")),
    # Its composer has no switch that is known for a paid partnership or for what AI made.
    discloses=frozenset(),
    other_hosts=("twitter.com",),
    login_urls=r"/(i/flow/)?(login|signup)",
    challenge_urls=r"/account/access|/i/flow/(consent|verify)",
    challenges=CHALLENGES,
    logins=LOGINS,
    suspensions=SUSPENSIONS,
    only_after={"uploaded": "an upload"},
)
"""Written from what is publicly known of the page; the live one was not at hand."""
