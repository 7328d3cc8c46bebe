"""Posts that a person makes: a folder with the file, its words and a reminder."""

from __future__ import annotations

import os
import shutil
from datetime import datetime
from pathlib import Path
from tempfile import mkdtemp
from typing import Final
from zoneinfo import ZoneInfo

from clipping.db import queries
from clipping.errors import DiskFull, NeedsPerson
from clipping.models import Account, PlatformName, Post, Receipt, Stage
from clipping.settings import settings
from clipping.storage.keys import client_folder
from tasks.post_files import local_file
from tasks.workplace import db_session, files_held, media_store


def package_folder(post: Post, account: Account) -> Path:
    """Where the package of a post lies: by client, account and time."""
    local = post.due_at.astimezone(ZoneInfo(account.timezone))
    name = f"{local:%Y-%m-%d-%H%M}-{post.post_id.removeprefix('post_')[:8]}"
    account_folder = f"{account.platform.value}-{client_folder(account.handle)}"
    return settings().home / "to-post" / client_folder(post.client) / account_folder / name


def hand_over(post: Post, account: Account, now: datetime) -> Receipt:
    """Write the package; who finds it there writes nothing.

    :raises NeedsPerson: It cannot be written.
    """
    folder = package_folder(post, account)
    if not folder.exists():
        try:
            _write(folder, post, account)
        except OSError as error:
            if error.errno in (28, 122):
                raise DiskFull(f"No space left for {folder}.") from error
            raise NeedsPerson(f"Cannot write to {folder}: {error.strerror}.") from error
    note = f"To be posted by hand from {folder}; then: clipper posts done {post.post_id}"
    return Receipt(stage=Stage.INBOX, note=note)


def _write(folder: Path, post: Post, account: Account) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    making = Path(mkdtemp(prefix=".making-", dir=folder.parent))
    try:
        with files_held():
            shutil.copyfile(local_file(post), making / "clip.mp4")
            cover = _cover(post)
            if cover is not None:
                shutil.copyfile(cover, making / f"cover{cover.suffix}")
        texts = _texts(post)
        files = [] if cover is None else [f"Cover: cover{cover.suffix}."]
        files.append(f"Words: {', '.join(texts)}.")
        texts["reminder.txt"] = _reminder(post, account, files)
        for name, text in texts.items():
            (making / name).write_text(f"{text}\n", encoding="utf-8")
        making.chmod(0o755)
        # Whole or not at all: a person may look into the folder at any time.
        os.rename(making, folder)  # noqa: PTH104 - onto a name that another process may take
    except BaseException as error:
        shutil.rmtree(making, ignore_errors=True)
        if not (isinstance(error, OSError) and folder.exists()):
            raise


def _cover(post: Post) -> Path | None:
    """The picture that was made for it; None where the store has it no more."""
    with db_session() as session:
        key = queries.clips.get_clip(session, post.clip_id).cover_key
    store = media_store()
    return store.local_path(key) if store.exists(key) else None


def _texts(post: Post) -> dict[str, str]:
    """The words by the names of their files; there is none for what is not said."""
    words = post.words
    said = {
        "title.txt": words.title,
        "caption.txt": words.caption,
        "hashtags.txt": " ".join(f"#{tag}" for tag in words.hashtags),
    }
    return {name: text for name, text in said.items() if text}


def _reminder(post: Post, account: Account, files: list[str]) -> str:
    local = post.due_at.astimezone(ZoneInfo(account.timezone))
    told = post.disclosure
    labels = {
        "paid partnership": told.paid_partnership,
        "your own brand": told.own_brand,
        "made with AI": told.ai_generated,
    }
    lines = [
        f"Post this on {account.platform.value} @{account.handle} on {local:%A %d %B %Y at %H:%M}"
        f" ({account.timezone}).",
        " ".join(["Video: clip.mp4.", *files]),
        *(f"Mark it as: {name}." for name, is_so in labels.items() if is_so),
        *(f"Name the sponsor: {sponsor}." for sponsor in told.sponsors),
        *_agreed(account),
        f"Then say so: clipper posts done {post.post_id} --url ADDRESS",
    ]
    return "\n".join(lines)


_SEEN_BY: Final = {
    "PUBLIC_TO_EVERYONE": "everyone",
    "MUTUAL_FOLLOW_FRIENDS": "friends",
    "FOLLOWER_OF_CREATOR": "followers",
    "SELF_ONLY": "only you",
}
"""TikTok's levels, as its app calls them."""


def _agreed(account: Account) -> list[str]:
    """What its owner has agreed to, where whoever posts it has to choose."""
    consent = account.consent
    if consent is None:
        return []
    if account.platform is not PlatformName.TIKTOK:
        # Only TikTok has these choices; elsewhere anything but everybody is nobody else.
        everybody = consent.privacy == "PUBLIC_TO_EVERYONE"
        return [] if everybody else ["Who may see it: only its owner."]
    allowed = {
        "comments": consent.allow_comments,
        "duets": consent.allow_duet,
        "stitches": consent.allow_stitch,
    }
    yes = ", ".join(what for what, is_so in allowed.items() if is_so)
    no = ", ".join(what for what, is_so in allowed.items() if not is_so)
    told = [f"Who may see it: {_SEEN_BY.get(consent.privacy, consent.privacy)}."]
    return told + [f"{word}: {what}." for word, what in (("Allow", yes), ("Allow no", no)) if what]
