"""What a rehearsal has done with the database: by the planner, the publisher, and by a person."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from pydantic import SecretStr

from clipping.db import queries
from clipping.errors import Rejected
from clipping.models import (
    Account,
    AccountStatus,
    DetectOptions,
    Post,
    PostState,
    Stage,
    Stop,
)
from clipping.platforms.base import Access
from clipping.rehearsal import stock
from clipping.rehearsal.cast import CLIENT, Cast
from clipping.rehearsal.clock import SharedClock
from clipping.rehearsal.stage import Stage as Platforms
from clipping.rehearsal.stage import tokens_of
from clipping.rehearsal.tally import Row
from clipping.rehearsal.world import World
from clipping.scratch import scratch_folder
from clipping.storage.keys import clip_key
from clipping.vault import open_vault
from tasks import post_changes
from tasks.planning import plan_client
from tasks.post_files import size_for
from tasks.posting import Publisher
from tasks.reinstating import reinstate
from tasks.removals import look_for_removed
from tasks.tokens import access_to
from tasks.workplace import db_session, media_store

PERSON: Final = "the rehearsal's operator"
_FULL: Final = (1080, 1920)
_OPEN: Final = (
    PostState.RESERVED,
    PostState.SUBMITTING,
    PostState.PROCESSING,
    PostState.UNKNOWN,
    PostState.HELD,
)
_OUT: Final = (AccountStatus.SUSPENDED, AccountStatus.BANNED, AccountStatus.REAUTHORISE)
"""Accounts that stand so are planned for no more."""
_KEPT: Final = timedelta(days=3)
_GIVEN_UP: Final = (PostState.FAILED, PostState.CANCELLED)


@dataclass(frozen=True)
class Given:
    """What a process of a rehearsal is told at its start."""

    clock: str
    """Path of the file that holds the time."""
    urls: dict[str, str]
    """Of the platforms."""
    cast: dict[str, Any]
    """Its numbers."""


class Workplace:
    """Carries orders out."""

    def __init__(self, given: Given, life: int) -> None:
        self._clock = SharedClock(Path(given.clock))
        self._cast = Cast(**given.cast)
        self._platforms = Platforms(World(self._clock))
        self._platforms.at(given.urls)
        chance = random.Random(f"publisher {self._cast.seed} {life}")
        self._publisher = Publisher(
            self._platforms.clients(),
            now=self._now,
            access=self._access,
            chance=chance.random,
            threads=1,
        )
        self._acts: dict[str, Callable[[dict[str, Any]], Any]] = {
            "prepare": self._prepare,
            "plan": self._plan,
            "round": self._round,
            "removed": self._removed,
            "next": self._next,
            "look": self._look,
            "person": self._person,
            "rows": self._rows,
        }

    def _now(self) -> datetime:
        return self._clock.now

    def _access(self, account_id: str, now: datetime) -> Access:
        return access_to(account_id, now, oauth_for=self._oauth)

    def _oauth(self, account: Account, _proxy: SecretStr | None) -> Any:
        return self._platforms.oauth(account)

    def carry_out(self, order: dict[str, Any]) -> Any:
        """One order, by its ``act``."""
        return self._acts[order["act"]](order)

    def _prepare(self, order: dict[str, Any]) -> None:
        """Accounts with tokens, and all clips."""
        vault = open_vault()
        with db_session() as session:
            for account in self._cast.members():
                queries.accounts.save_account(session, account)
                tokens = tokens_of(order["tokens"][account.account_id])
                queries.tokens.save_tokens(session, vault, account.account_id, tokens)
        for source, pieces in stock.sources(self._cast):
            with db_session() as session:
                queries.sources.save_source(session, source)
                heard = queries.transcripts.save_transcript(
                    session, source.source_id, None, stock.transcript()
                )
                found = stock.detection(self._cast, pieces)
                options = DetectOptions(count=len(pieces), min_ms=10_000)
                key = f"rehearsal {source.source_id}"
                queries.detections.save_detection(
                    session, source.source_id, heard, key, found, options
                )
                written = {piece.moment_id: stock.writing(self._cast, piece) for piece in pieces}
                queries.drafts.save_writings(session, written)
                for rank, piece in enumerate(pieces, 1):
                    queries.clips.save_clip(session, stock.clip(self._cast, source, rank, piece))

    def _plan(self, order: dict[str, Any]) -> dict[str, int]:
        """A client's day; what it posts gets its files, and what is over loses them."""
        now = self._now()
        plan = plan_client(CLIENT, date.fromisoformat(order["day"]), now)
        with db_session() as session:
            is_open = queries.posts.posts(session, states=_OPEN)
            posted = queries.posts.posts(session, states=[PostState.POSTED], since=now - _KEPT)
            accounts = {one.account_id: one for one in queries.accounts.accounts(session)}
        needed = {post.clip_id for post in is_open}
        for post in posted:
            if post.clip_id not in needed:
                media_store().delete(post.file_key)
        for post in is_open:
            if post.state is PostState.RESERVED:
                self._put(post, accounts[post.account_id])
        return {"posts": len(plan.assignments), "missing": sum(s.missing for s in plan.shortages)}

    def _put(self, post: Post, account: Account) -> None:
        width_px, height_px = size_for(account)
        size = "" if (width_px, height_px) == _FULL else f"-{width_px}x{height_px}"
        key, store = clip_key(CLIENT, f"{post.clip_id}{size}", "mp4"), media_store()
        if not store.exists(key):
            with scratch_folder("rehearsed") as folder:
                path = folder / "clip.mp4"
                path.write_bytes(self._cast.by_clip[post.clip_id].content(size))
                store.put(path, key)

    def _round(self, order: dict[str, Any]) -> dict[str, Any]:
        """What is due."""
        found = self._publisher.round()
        return {"found": found, **self._next(order)}

    def _removed(self, order: dict[str, Any]) -> dict[str, Any]:
        """Whether posts were taken down."""
        return {"found": look_for_removed(self._publisher, order["most"]), **self._next(order)}

    def _next(self, _order: dict[str, Any]) -> dict[str, Any]:
        """When something is due again."""
        with db_session() as session:
            at = queries.claims.next_due_at(session)
        return {"next": None if at is None else at.isoformat()}

    def _look(self, order: dict[str, Any]) -> dict[str, Any]:
        """What a person would look at, and a sign of what a planner would find changed."""
        since = datetime.fromisoformat(order["since"])
        with db_session() as session:
            standing = {
                one.account_id: one.status.value
                for one in queries.accounts.accounts(session, CLIENT)
            }
            stops = [stop.model_dump(mode="json") for stop in queries.stops.stops(session)]
            is_open = queries.posts.posts(session, states=_OPEN)
            over = queries.posts.posts(session, states=_GIVEN_UP, since=since)
        # A stop or a suspension may end before its posts are due; one without a slot left it free.
        slotless = sorted(post.post_id for post in is_open if post.slot_id is None)
        waiting = [_row(post) for post in is_open if post.next_at is None]
        out = [name for name, status in standing.items() if AccountStatus(status) in _OUT]
        return {
            "standing": standing,
            "stops": stops,
            "waiting": waiting,
            "moving": sum(post.next_at is not None for post in is_open),
            "sign": [sorted(post.post_id for post in over), slotless, sorted(out)],
        }

    def _person(self, order: dict[str, Any]) -> dict[str, Any]:
        """What a person decides; whether it could be done."""
        now, target = self._now(), order.get("id", "")
        known: dict[str, Callable[[], object]] = {
            "connected": lambda: self._connect(target, order["tokens"], now),
            "reinstated": lambda: reinstate(target, PERSON, now),
            "resumed": lambda: post_changes.resume(
                post_changes.resumption(Stop.model_validate(order["stop"]), now), PERSON, now
            ),
            "found public": lambda: post_changes.done(target, PERSON, "", now),
            "found missing": lambda: post_changes.cancel(
                target, PERSON, "it is not there", now, not_public=True
            ),
            "retried": lambda: post_changes.retry(target, PERSON, now),
        }
        try:
            known[order["what"]]()
        except Rejected as error:
            return {"done": False, "why": str(error), **self._next(order)}
        return {"done": True, **self._next(order)}

    def _connect(self, account_id: str, granted: dict[str, Any], now: datetime) -> None:
        """The account's owner lets us in again."""
        with db_session() as session:
            queries.tokens.lock_tokens(session, account_id)
            queries.tokens.save_tokens(session, open_vault(), account_id, tokens_of(granted))
            told = "Its owner connected it again."
            queries.accounts.change_status(session, account_id, AccountStatus.ACTIVE, told, at=now)

    def _rows(self, _order: dict[str, Any]) -> dict[str, Any]:
        """All posts as they are in the end."""
        with db_session() as session:
            found = [_row(post) for post in queries.posts.posts(session)]
            dates = [
                queries.tokens.token_dates(session, one.account_id) for one in self._cast.members()
            ]
        return {"rows": found, "versions": sum(one.version for one in dates if one is not None)}


def _row(post: Post) -> dict[str, Any]:
    return Row(
        post_id=post.post_id,
        account_id=post.account_id,
        platform=post.platform,
        clip_id=post.clip_id,
        slot_id=post.slot_id,
        due_at=post.due_at,
        state=post.state,
        posted_at=post.posted_at,
        public_id=post.receipt.public_id if post.receipt.stage is Stage.POSTED else "",
        sha256=post.file.sha256 if post.file else "",
        waits=post.next_at is not None,
        sentence=post.failure.sentence if post.failure else post.note,
        gone=post.gone,
    ).model_dump(mode="json")
