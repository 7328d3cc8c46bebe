"""What Instagram would refuse after the upload (content publishing guide, 2026-06-30)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Final

from clipping.models import Account, Disclosure, PostFile, PostJob

_MOST_BYTES: Final = 300_000_000
_LENGTH_MS: Final = (3_000, 900_000)
_FPS: Final = (23.0, 60.0)
_WIDEST_PX: Final = 1920
_SHAPES: Final = (0.01, 10.0)
_MOST_TEXT: Final = 2_200
_MOST_HASHTAGS: Final = 5
"""The API page says 30; the app has taken 5 at most since 2025-12."""
_MOST_MENTIONS: Final = 20
_MOST_SPONSORS: Final = 2
_PUBLIC: Final = "PUBLIC_TO_EVERYONE"
FACEBOOK: Final = "facebook"
INSTAGRAM: Final = "instagram"


def refusals(job: PostJob, account: Account) -> list[str]:
    """A sentence for each thing that Instagram would refuse, or has no field for."""
    return [
        *_of_way(job, account),
        *_of_file(job.file),
        *_of_text(job.words.text),
        *_of_disclosure(job.disclosure, account),
    ]


def _of_way(job: PostJob, account: Account) -> Iterator[str]:
    if account.login_path not in (FACEBOOK, INSTAGRAM):
        yield "It is not known how this account was connected: by Facebook or by Instagram."
    if account.login_path == INSTAGRAM and not job.file.url.startswith("https://"):
        yield (
            "An account that was connected by Instagram posts from a public https address of the "
            "file: put it to one, or connect the account by Facebook."
        )
    if job.inbox:
        yield "Instagram takes no drafts."
    if job.consent.privacy != _PUBLIC:
        yield "Instagram posts in public only."


def _of_file(file: PostFile) -> Iterator[str]:
    if not 0 < file.size_bytes <= _MOST_BYTES:
        yield "Instagram takes files of up to 300 MB."
    if not _LENGTH_MS[0] <= file.duration_ms <= _LENGTH_MS[1]:
        yield "Instagram takes Reels of 3 seconds to 15 minutes."
    if not _FPS[0] <= file.fps <= _FPS[1]:
        yield "Instagram takes 23 to 60 frames a second."
    if not 0 < file.width_px <= _WIDEST_PX:
        yield "Instagram takes pictures of up to 1920 pixels across."
    shape = file.width_px / file.height_px if file.height_px > 0 else 0.0
    if not _SHAPES[0] <= shape <= _SHAPES[1]:
        yield "Instagram does not take a picture of this shape."
    if not 0 <= file.cover_ms <= file.duration_ms:
        yield "The cover lies outside of the clip."


def _of_text(text: str) -> Iterator[str]:
    if len(text) > _MOST_TEXT:
        yield "Instagram takes captions of up to 2200 characters, hashtags included."
    if len(re.findall(r"#\w", text)) > _MOST_HASHTAGS:
        yield "Instagram takes five hashtags."
    if len(re.findall(r"@\w", text)) > _MOST_MENTIONS:
        yield "Instagram takes twenty mentions."


def _of_disclosure(told: Disclosure, account: Account) -> Iterator[str]:
    if told.own_brand:
        yield "Instagram has no field that says a post is for the account's own business."
    if told.paid_partnership and account.login_path == INSTAGRAM:
        yield (
            "A paid partnership cannot be declared for an account that was connected by Instagram: "
            "connect it by Facebook."
        )
    if told.sponsors and not told.paid_partnership:
        yield "Sponsors are named, and the post is not declared a paid partnership."
    if len(told.sponsors) > _MOST_SPONSORS:
        yield "Instagram takes two sponsors."


def container_fields(job: PostJob, account: Account) -> dict[str, str]:
    """The fields of a new container."""
    told = job.disclosure
    fields = {
        "media_type": "REELS",
        "caption": job.words.text,
        "share_to_feed": "true",
        "thumb_offset": str(job.file.cover_ms),
        "is_ai_generated": str(told.ai_generated).lower(),
    }
    if account.login_path == INSTAGRAM:
        return {**fields, "video_url": job.file.url}
    fields["upload_type"] = "resumable"
    if told.paid_partnership:
        fields["is_paid_partnership"] = "true"
    if told.sponsors:
        fields["branded_content_sponsor_ids"] = json.dumps(list(told.sponsors))
    return fields
