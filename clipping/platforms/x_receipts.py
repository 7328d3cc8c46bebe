"""What X's answers make of a receipt."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from clipping.models import Account, Receipt, Stage
from clipping.platforms.x_errors import processing_failed


def prepared(receipt: Receipt, state: Mapping[str, Any], now: datetime) -> Receipt:
    """Armed once X has prepared the video; without a word about that, it is ready."""
    info = state.get("processing_info") or {}
    if info.get("state") == "failed":
        raise processing_failed(info.get("error") or {})
    if info.get("state", "succeeded") == "succeeded":
        handle = {"armed_first_at": now.isoformat(), **receipt.handle}
        return receipt.replace(stage=Stage.ARMED, handle=handle, armed_at=now, not_before=None)
    wait = timedelta(seconds=max(1, int(info.get("check_after_secs") or 5)))
    return receipt.replace(stage=Stage.SENT, not_before=now + wait)


def posted(receipt: Receipt, account: Account, post: str) -> Receipt:
    """The receipt of a post that X has named."""
    return receipt.replace(
        stage=Stage.POSTED,
        public_id=post,
        url=address(account, post),
        not_before=None,
        note="",
    )


def lapses(receipt: Receipt, by: datetime) -> bool:
    """Whether X forgets the uploaded media by then."""
    return datetime.fromisoformat(receipt.handle["lapses_at"]) <= by


def address(account: Account, post: str) -> str:
    """Where a post is seen."""
    return f"https://x.com/{account.handle}/status/{post}"
