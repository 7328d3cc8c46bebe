"""A video as YouTube has it: what is said of it on the way up, and what its status means."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from clipping.models import Consent, Disclosure, PostCopy, PostJob, Receipt
from clipping.platforms.base import Gone
from clipping.platforms.failures import FailureKind, failure
from clipping.platforms.youtube_errors import FAILURES, REJECTIONS, outcome

_TAG_CHARACTERS: Final = 500
_EVERYWHERE: Final = 240
"""Blocked in so many of the 249 countries, a video is public nowhere that counts."""
_CLOCKS_DIFFER: Final = timedelta(minutes=10)
_CHANNEL_ID: Final = re.compile(r"UC[\w-]{22}")
_CHANNEL_HANDLE: Final = re.compile(r"@[\w.·-]{3,30}")


def refused_disclosure(disclosure: Disclosure) -> list[str]:
    """Why what viewers have to be told cannot be said in YouTube's own fields."""
    found = []
    if disclosure.own_brand:
        found.append("YouTube has no field that says that a video promotes its owner's business.")
    if disclosure.sponsors and not disclosure.paid_partnership:
        found.append("Sponsors are named, but the post is not set as a paid partnership.")
    if len(disclosure.sponsors) > 1:
        found.append("YouTube takes one sponsor at most.")
    found += [
        f"{sponsor!r} is no channel's id (UC...) and no handle (@...)."
        for sponsor in disclosure.sponsors
        if not _CHANNEL_ID.fullmatch(sponsor) and not _CHANNEL_HANDLE.fullmatch(sponsor)
    ]
    return found


def resource(job: PostJob, category: str) -> tuple[str, dict[str, Any]]:
    """The parts that are sent, and the video as it is to be."""
    body: dict[str, Any] = {
        "snippet": {
            "title": job.words.title,
            "description": job.words.text,
            "tags": _tags(job.words, job.marker),
            "categoryId": category,
        },
        "status": {
            "privacyStatus": privacy_of(job.consent),
            # Without it the video waits for its owner to say so.
            "selfDeclaredMadeForKids": False,
            "containsSyntheticMedia": job.disclosure.ai_generated,
        },
    }
    if job.disclosure.paid_partnership:
        body["paidProductPlacementDetails"] = {"hasPaidProductPlacement": True}
        # A part that is named but not filled is an error, so it is added with its sponsor only.
        for sponsor in job.disclosure.sponsors:
            known = "channelHandle" if sponsor.startswith("@") else "channelId"
            body["brandPartner"] = {known: sponsor}
    return ",".join(body), body


def privacy_of(consent: Consent) -> str:
    """``public`` where the owner agreed to it, else ``private``."""
    return "public" if consent.privacy == "PUBLIC_TO_EVERYONE" else "private"


def verdict(video: Mapping[str, Any], privacy: str) -> bool:
    """Whether a video is out; False while YouTube is still at it. Raises why it never will be."""
    status = video.get("status", {})
    state = status.get("uploadStatus", "")
    if state == "rejected":
        raise outcome(REJECTIONS, status.get("rejectionReason", ""), "YouTube removed the video.")
    if state == "failed":
        raise outcome(FAILURES, status.get("failureReason", ""), "YouTube could not use the file.")
    if state == "deleted":
        raise outcome({}, "deleted", "Somebody deleted the video on YouTube.")
    processing = video.get("processingDetails", {})
    if processing.get("processingStatus") in ("failed", "terminated"):
        reason = processing.get("processingFailureReason", "")
        raise outcome(FAILURES, reason, "YouTube could not process the video.")
    if state != "processed":
        return False
    if status.get("privacyStatus") != privacy:
        # Until 2026-11-02 YouTube kept the uploads of unverified apps private; its owner may have
        # done it, too. So it says nothing of the app, and a person has to look at this one post.
        raise failure(
            FailureKind.PERMANENT_METADATA,
            f"YouTube took the video, but made it {status.get('privacyStatus')} instead of"
            f" {privacy}: change that in YouTube Studio, see whether the app is verified, then let"
            " the post go on.",
            code="privacyStatus",
        )
    return True


def is_ours(video: Mapping[str, Any], job: PostJob, receipt: Receipt) -> bool:
    """Whether a video of the channel is this post: by its marker, or by words and time."""
    snippet = video.get("snippet", {})
    if job.marker:
        return job.marker in snippet.get("tags", ())
    return (
        snippet.get("title") == job.words.title
        and snippet.get("description", "") == job.words.text
        and is_of_this_try(video, receipt)
    )


def is_of_this_try(video: Mapping[str, Any], receipt: Receipt) -> bool:
    """Whether a video was made since the post was armed."""
    at = datetime.fromisoformat(video["snippet"]["publishedAt"])
    return at >= (receipt.armed_at or at) - _CLOCKS_DIFFER


def stands(video: Mapping[str, Any]) -> bool:
    """Whether YouTube has kept a video, as far as it says by now."""
    fallen = ("rejected", "failed", "deleted")
    return video.get("status", {}).get("uploadStatus") not in fallen


def gone_because(video: Mapping[str, Any] | None) -> Gone | None:
    """Why a video is no longer public; None when it is."""
    if video is None:
        return Gone("The video is no longer on YouTube.")
    status = video.get("status", {})
    if status.get("uploadStatus") == "rejected":
        meaning = REJECTIONS.get(status.get("rejectionReason", ""))
        if meaning is None:
            return Gone("YouTube removed the video.")
        return Gone(meaning.sentence, of_post=meaning.kind is not FailureKind.ACCOUNT_BLOCKED)
    if status.get("uploadStatus") == "deleted":
        return Gone("The video was deleted on YouTube.")
    if status.get("privacyStatus") == "private":
        return Gone("The video was made private on YouTube.")
    where = video.get("contentDetails", {}).get("regionRestriction", {})
    if where.get("allowed") == [] or len(where.get("blocked", ())) >= _EVERYWHERE:
        return Gone("YouTube has blocked the video everywhere.", of_post=True)
    return None


def _tags(words: PostCopy, marker: str) -> list[str]:
    """The marker and the hashtags, as many as fit; commas between count, and none has a space."""
    kept: list[str] = []
    for tag in filter(None, (marker, *words.hashtags)):
        if len(",".join([*kept, tag])) <= _TAG_CHARACTERS:
            kept.append(tag)
    return kept
