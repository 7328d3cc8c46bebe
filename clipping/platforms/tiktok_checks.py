"""What TikTok would refuse after the upload (Content Posting API, media limits, 2026-08)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from clipping.models import AccountLimits, PostFile, PostJob

_MOST_BYTES: Final = 4_000_000_000
_LONGEST_MS: Final = 600_000
_SIDE_PX: Final = (360, 4096)
_FPS: Final = (23.0, 60.0)
_MOST_TEXT: Final = 2_200
_ONLY_ME: Final = "SELF_ONLY"


def refusals(job: PostJob, limits: AccountLimits) -> list[str]:
    """A sentence for each thing that TikTok would refuse, or has no field for."""
    return [*_of_file(job.file, limits), *(_of_draft(job) if job.inbox else _of_post(job, limits))]


def _of_file(file: PostFile, limits: AccountLimits) -> Iterator[str]:
    longest_ms = min(_LONGEST_MS, limits.longest_ms or _LONGEST_MS)
    if not 0 < file.size_bytes <= _MOST_BYTES:
        yield "TikTok takes files of up to 4 GB."
    if not 0 < file.duration_ms <= longest_ms:
        yield f"This TikTok account may post up to {longest_ms // 1000} seconds."
    if not all(_SIDE_PX[0] <= side <= _SIDE_PX[1] for side in (file.width_px, file.height_px)):
        yield "TikTok takes pictures of 360 to 4096 pixels a side."
    if not _FPS[0] <= file.fps <= _FPS[1]:
        yield "TikTok takes 23 to 60 frames a second."
    if not 0 <= file.cover_ms <= file.duration_ms:
        yield "The cover lies outside of the clip."


def _of_draft(job: PostJob) -> Iterator[str]:
    told = job.disclosure
    if told.paid_partnership or told.own_brand or told.ai_generated or told.sponsors:
        yield "TikTok's drafts have no field for a disclosure: post it directly."


def _of_post(job: PostJob, limits: AccountLimits) -> Iterator[str]:
    privacy, told = job.consent.privacy, job.disclosure
    # UTF-16 units, in which an emoji is two.
    if len(job.words.text.encode("utf-16-le", "surrogatepass")) // 2 > _MOST_TEXT:
        yield "TikTok takes captions of up to 2200 characters, hashtags included."
    if limits.privacy_levels and privacy not in limits.privacy_levels:
        yield f"TikTok does not offer this account the privacy level {privacy}."
    if told.paid_partnership and privacy == _ONLY_ME:
        yield "TikTok shows no paid partnership that only its owner can see."
    if told.sponsors:
        yield "TikTok has no field for who pays: leave the sponsors empty."


def post_info(job: PostJob, limits: AccountLimits) -> dict[str, Any]:
    """What is sent beside the file of a direct post."""
    consent, told = job.consent, job.disclosure
    return {
        "title": job.words.text,
        "privacy_level": consent.privacy,
        "disable_comment": limits.comments_off or not consent.allow_comments,
        "disable_duet": limits.duet_off or not consent.allow_duet,
        "disable_stitch": limits.stitch_off or not consent.allow_stitch,
        "video_cover_timestamp_ms": job.file.cover_ms,
        "brand_content_toggle": told.paid_partnership,
        "brand_organic_toggle": told.own_brand,
        "is_aigc": told.ai_generated,
    }
