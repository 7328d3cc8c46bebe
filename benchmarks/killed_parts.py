"""A day's posts while each part of ``clipper up`` is killed in turn.

``python -m benchmarks.killed_parts [ACCOUNTS]`` starts ``clipper up`` with the four platforms on
loopback and books a post for each of 64 accounts, or so many. A quarter of them is let out at a
time, and while those are on their way the dashboard, the cpu worker, the Prefect server and
Postgres are killed with SIGKILL, one in each quarter. It ends with 1 unless everything answers
again and every post is public once.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import Final
from urllib.error import URLError

import psutil
import psycopg
from pydantic import SecretStr
from sqlalchemy import make_url
from sqlalchemy.exc import OperationalError

from benchmarks.two_machines import _free_port as free_port
from clipping.db import embedded, queries
from clipping.db.session import open_session
from clipping.errors import Broken, Transient
from clipping.models import Account, PlatformName, Post, PostCopy, PostState, post_id
from clipping.rehearsal import stock
from clipping.rehearsal.cast import CLIENT, Cast, Piece
from clipping.rehearsal.clock import WallClock
from clipping.rehearsal.stage import Stage, tokens_of
from clipping.rehearsal.world import PublicPost, World
from clipping.settings import CHECKOUT, Settings
from clipping.storage.keys import clip_key
from clipping.vault import Vault, new_key

ACCOUNTS: Final = 64
_LATER, _EACH = timedelta(hours=2), timedelta(seconds=3)
_UP_S, _AGAIN_S, _ALL_S = 300.0, 300.0, 600.0


@dataclass
class Up:
    """A running ``clipper up``, and what it has been asked to post."""

    home: Path
    stage: Stage
    vault_key: SecretStr = field(default_factory=new_key)
    port: int = field(default_factory=free_port)
    pages: int = field(default_factory=free_port)

    @contextmanager
    def running(self, urls: Mapping[str, str]) -> Iterator[None]:
        """While the block runs, with the platforms at these addresses."""
        kept = {
            name: text
            for name, text in os.environ.items()
            if not name.startswith(("CLIPPER", "PREFECT")) and name != "DATABASE_URL"
        }
        environment = {
            **kept,
            **self.stage.apps(),
            **{f"CLIPPER_{name.upper()}_URL": url for name, url in urls.items()},
            "CLIPPER_HOME": str(self.home),
            "CLIPPER_VAULT_KEYS": self.vault_key.get_secret_value(),
            "DO_NOT_TRACK": "1",
        }
        command = [sys.executable, "-m", "flows.cli", "up"]
        command += ["--port", str(self.port), "--dashboard-port", str(self.pages)]
        with subprocess.Popen(command, cwd=CHECKOUT, env=environment) as process:
            try:
                until(_UP_S, lambda: self.answers(self.pages, "/auth/sign-in"), "it is up")
                yield
            finally:
                process.send_signal(signal.SIGINT)
                process.wait(timeout=120)
        say("clipper up ended with", process.returncode)

    @cached_property
    def database(self) -> str:
        """Address of its database."""
        with embedded.database_url(Settings(home=self.home, DATABASE_URL=None)) as url:
            return url

    def answers(self, port: int, path: str) -> bool:
        """Whether a server says that it is well."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as reply:
                return int(reply.status) == 200
        except (URLError, OSError):
            return False

    def book(self, count: int) -> list[str]:
        """So many accounts with tokens, clips with files, and a post for each, hours from now."""
        cast = Cast(count, 1, 7, 0.0)
        accounts = [
            one.replace(premium=one.platform is PlatformName.X, timezone="UTC")
            for one in cast.members()
        ]
        pieces = list(cast.pieces[:count])
        for name in PlatformName:
            self.stage.work_at(name, 3.0, 5.0)
        vault, at = Vault([self.vault_key]), datetime.now(UTC) + _LATER
        booked: list[str] = []
        sources: dict[str, str] = {}
        with open_session(self.database) as session:
            for source, cut in stock.sources(cast):
                queries.sources.save_source(session, source)
                heard = queries.transcripts.save_transcript(
                    session, source.source_id, None, stock.transcript()
                )
                found = stock.detection(cast, cut)
                queries.detections.save_detection(
                    session, source.source_id, heard, source.source_id, found
                )
                for rank, piece in enumerate(cut, 1):
                    queries.clips.save_clip(session, stock.clip(cast, source, rank, piece))
                    self._put(piece)
                    sources[piece.clip_id] = source.source_id
            for account, piece in zip(accounts, pieces, strict=True):
                self.stage.join(account)
                queries.accounts.save_account(session, account)
                tokens = tokens_of(self.stage.grant(account))
                queries.tokens.save_tokens(session, vault, account.account_id, tokens)
                post = _post(cast, account, piece, sources[piece.clip_id], at)
                assert queries.posts.reserve_post(session, post, at)
                booked.append(post.post_id)
        return booked

    def let_out(self, post_ids: Sequence[str]) -> None:
        """They are due from now on, one after the other."""
        now = datetime.now(UTC)
        with open_session(self.database) as session:
            for number, name in enumerate(post_ids):
                before, at = queries.posts.get_post(session, name, lock=True), now + _EACH * number
                after = before.replace(due_at=at, next_at=at)
                queries.posts.save_post(session, before, after, now)

    def _put(self, piece: Piece) -> None:
        path = self.home / "store" / clip_key(CLIENT, piece.clip_id, "mp4")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(piece.content())

    def states(self, post_ids: Sequence[str]) -> Counter[PostState]:
        """How many of them stand how; nothing while nobody answers."""
        try:
            with open_session(self.database) as session:
                return Counter(queries.posts.get_post(session, name).state for name in post_ids)
        except (Broken, Transient, OperationalError):
            return Counter()

    def pids(self, *words: str) -> list[int]:
        """Processes of this home whose command line holds all of these."""
        found = []
        for process in psutil.process_iter():
            try:
                line = " ".join(process.cmdline())
                ours = process.environ().get("CLIPPER_HOME") == str(self.home)
            except psutil.Error:
                continue
            if ours and all(word in line for word in words):
                found.append(process.pid)
        return found

    def postmaster(self) -> int:
        """Its process."""
        return int((self.home / "postgres" / "data" / "postmaster.pid").read_text().split()[0])

    def database_answers(self) -> bool:
        """Whether Postgres does."""
        url = make_url(self.database)
        try:
            with psycopg.connect(url.render_as_string(hide_password=False), connect_timeout=5):
                return True
        except psycopg.OperationalError:
            return False


def _post(cast: Cast, account: Account, piece: Piece, source_id: str, at: datetime) -> Post:
    said = stock.words(cast, piece)
    assert account.consent is not None
    return Post(
        post_id=post_id(account.account_id, piece.clip_id, piece.clip_id),
        client=CLIENT,
        account_id=account.account_id,
        platform=account.platform,
        clip_id=piece.clip_id,
        moment_id=piece.moment_id,
        source_id=source_id,
        slot_id=piece.clip_id,
        due_at=at,
        next_at=at,
        words=PostCopy(
            platform=account.platform,
            title="" if account.platform is PlatformName.X else said.title,
            caption=said.caption,
            hashtags=said.hashtags,
        ),
        consent=account.consent,
        marker=piece.clip_id,
    )


def say(what: str, figure: object) -> None:
    """A line of the report."""
    sys.stdout.write(f"{what}: {figure if not isinstance(figure, float) else f'{figure:.1f} s'}\n")
    sys.stdout.flush()


def until(most_s: float, is_so: Callable[[], bool], what: str) -> float:
    """Seconds that it took.

    :raises TimeoutError: It does not come true.
    """
    began = time.monotonic()
    while not is_so():
        if time.monotonic() - began > most_s:
            raise TimeoutError(f"after {most_s:.0f} s it was not so that {what}")
        time.sleep(0.5)
    return time.monotonic() - began


def _kill(
    up: Up, name: str, pids: list[int], is_back: Callable[[], bool], post_ids: Sequence[str]
) -> None:
    """Kill a part while these posts are on their way, and wait until all of them are public."""
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
    took = until(_AGAIN_S, is_back, f"the {name} is back")
    public = Counter({PostState.POSTED: len(post_ids)})
    went = took + until(_ALL_S, lambda: up.states(post_ids) == public, "its posts are public")
    say(f"{name} killed, back after {took:.1f} s, {len(post_ids)} posts public after", went)


def kill_each(up: Up, post_ids: Sequence[str]) -> None:
    """Kill one part after the other, each while its quarter of the posts is on its way.

    :raises TimeoutError: A part does not come back, or its posts do not become public.
    """
    kills: list[tuple[str, Callable[[], list[int]], Callable[[], bool]]] = [
        (
            "dashboard",
            lambda: up.pids("streamlit", "run"),
            lambda: up.answers(up.pages, "/auth/sign-in"),
        ),
        (
            "cpu worker",
            lambda: up.pids("worker", "start", "cpu-worker"),
            lambda: bool(up.pids("worker", "start", "cpu-worker")),
        ),
        (
            "Prefect server",
            lambda: up.pids("server", "start"),
            lambda: up.answers(up.port, "/api/health") or up.answers(up.port, "/api/ready"),
        ),
        ("Postgres", lambda: [up.postmaster()], up.database_answers),
    ]
    for number, (name, pids, is_back) in enumerate(kills):
        these = post_ids[number :: len(kills)]
        up.let_out(these)
        began = until(_ALL_S, lambda these=these: _on_their_way(up, these), "posts are begun")  # type: ignore[misc]
        say("the first of its posts is on its way after", began)
        _kill(up, name, pids(), is_back, these)


def _on_their_way(up: Up, post_ids: Sequence[str]) -> bool:
    found = up.states(post_ids)
    return any(found[state] for state in found if state is not PostState.RESERVED)


def main(count: int = ACCOUNTS) -> None:
    """Run it once and say what was seen."""
    stage = Stage(World(WallClock()), full_size=True)
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="killed-"))) / "home"
        urls = stack.enter_context(stage.serving())
        up = Up(home, stage)
        with up.running(urls):
            kill_each(up, up.book(count))
    twice = doubled(stage.world.ledger)
    say("public on the platforms", len(stage.world.ledger))
    say("twice", twice)
    say("rules of platforms broken", len(stage.world.violations))
    if twice or len(stage.world.ledger) != count or stage.world.violations:
        sys.exit(1)


def doubled(ledger: Sequence[PublicPost]) -> int:
    """How many too many are public, of accounts with one post each and files of their own."""
    found = Counter((one.platform, one.account) for one in ledger)
    files = Counter(one.sha256 for one in ledger)
    return sum(count - 1 for count in chain(found.values(), files.values()))


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:]))
