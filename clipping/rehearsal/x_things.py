"""Media and posts as the fake of X keeps and shows them, and the form of its answers."""

from __future__ import annotations

import html
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from clipping.rehearsal.serving import Answered, Reply

PROBLEMS: Final = "https://api.x.com/2/problems"


@dataclass
class Media:
    """An upload of an account."""

    media_id: str
    media_key: str
    account: str
    total: int
    lapses_at: datetime
    parts: dict[int, bytes] = field(default_factory=dict)
    sha256: str = ""
    """Once it is complete; its bytes are forgotten then."""
    ready_at: datetime | None = None
    failure: str = ""

    def told(self, now: datetime) -> dict[str, Any]:
        """How far it is."""
        told: dict[str, Any] = {
            "id": self.media_id,
            "media_key": self.media_key,
            "expires_after_secs": max(0, int((self.lapses_at - now).total_seconds())),
        }
        if self.ready_at is None:
            return told
        wait_s = (self.ready_at - now).total_seconds()
        if wait_s > 0:
            info: dict[str, Any] = {"state": "in_progress", "check_after_secs": int(wait_s) or 1}
        elif self.failure:
            info = {"state": "failed", "error": {"code": 1, "name": self.failure}}
        else:
            info = {"state": "succeeded", "progress_percent": 100}
        return {**told, "processing_info": info}


@dataclass
class Post:
    """A post of an account; ``body`` is what it was made with."""

    post_id: str
    account: str
    text: str
    media: Media
    at: datetime
    body: dict[str, Any]
    gone: str = ""
    """``resource-not-found`` or ``not-authorized-for-resource``."""
    withheld: dict[str, Any] | None = None

    def shown(self) -> dict[str, Any]:
        """As look-ups give it: escaped, and with a link to its media behind."""
        shown: dict[str, Any] = {
            "id": self.post_id,
            "text": f"{html.escape(self.text, quote=False)} https://t.co/{self.post_id}",
            "created_at": self.at.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
            "attachments": {"media_keys": [self.media.media_key]},
        }
        return {**shown, "withheld": self.withheld} if self.withheld else shown


def answer(value: Any, counts: dict[str, str], status: int = 200) -> Reply:
    """A success, with the headers that say how many more calls are allowed."""
    made = Reply.json(value, status)
    return Reply(status, made.body, {**made.headers, **counts})


def problem(
    status: int, kind: str, title: str, detail: str, headers: dict[str, str] | None = None
) -> Answered:
    """A refusal as problem JSON."""
    body = {
        "title": title,
        "type": f"{PROBLEMS}/{kind}" if kind else "about:blank",
        "detail": detail,
        "status": status,
    }
    return Answered(answer(body, headers or {}, status))
