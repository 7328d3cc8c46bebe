"""A video as the fake of YouTube keeps and shows it, and the form of its answers."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from clipping.rehearsal.serving import Answered, Reply, Request


@dataclass
class Video:
    """A video of a channel; ``body`` is what its uploader said of it."""

    video_id: str
    channel: str
    body: dict[str, Any]
    sha256: str
    at: datetime
    processing_s: float
    failure: str = ""
    rejection: str = ""
    privacy: str = "public"
    blocked: tuple[str, ...] = ()

    def shown(self, parts: Set[str], now: datetime) -> dict[str, Any]:
        """These parts of it, as they are now."""
        done = now >= self.at + timedelta(seconds=self.processing_s)
        status: dict[str, Any] = {
            **self.body.get("status", {}),
            "privacyStatus": self.privacy,
            "uploadStatus": "processed" if done else "uploaded",
        }
        if done and self.failure:
            status |= {"uploadStatus": "failed", "failureReason": self.failure}
        elif done and self.rejection:
            status |= {"uploadStatus": "rejected", "rejectionReason": self.rejection}
        blocked = {"regionRestriction": {"blocked": list(self.blocked)}} if self.blocked else {}
        known = {
            **self.body,
            "snippet": {
                **self.body["snippet"],
                "channelId": self.channel,
                "publishedAt": self.at.strftime("%Y-%m-%dT%H:%M:%SZ"),
            },
            "status": status,
            "processingDetails": {"processingStatus": "succeeded" if done else "processing"},
            "contentDetails": blocked,
            # Figures come as text.
            "statistics": {"viewCount": "0", "likeCount": "0"},
        }
        named = {name: value for name, value in known.items() if name in parts}
        return {"kind": "youtube#video", "id": self.video_id, **named}


def asked_parts(request: Request, known: Set[str]) -> set[str]:
    """The parts that a request names; none but known ones."""
    parts = set(request.query.get("part", "").split(","))
    if not parts <= known:
        raise refused(400, "unknownPart", "No such part.")
    return parts


def page(items: list[dict[str, Any]]) -> Reply:
    """A whole list."""
    counted = {"totalResults": len(items), "resultsPerPage": len(items)}
    return Reply.json({"kind": "youtube#listResponse", "items": items, "pageInfo": counted})


def refused(status: int, reason: str, message: str, domain: str = "global") -> Answered:
    """A refusal in the form of all Google APIs."""
    one = {"domain": domain, "reason": reason, "message": message}
    body = {"error": {"code": status, "message": message, "errors": [one]}}
    return Answered(Reply.json(body, status))
