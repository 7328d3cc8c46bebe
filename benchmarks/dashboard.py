"""The pages' data: 50 clients, 1,500 accounts, 1 million clips and posts, as who may see what."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any, Final

import psutil
import psycopg
from sqlalchemy import event
from sqlmodel import Session

from benchmarks.dashboard_pages import OWN as OWN_PAGES
from benchmarks.dashboard_pages import STAFF, usable
from benchmarks.measure import Row
from clipping.db import migrate, server
from clipping.db.queries import (
    account_lines,
    alert_lines,
    clip_lines,
    desk,
    own_clips,
    post_lines,
    review_lines,
    strategies,
)
from clipping.db.queries.account_lines import AccountChoice
from clipping.db.queries.accounts import account_events, accounts, get_account
from clipping.db.queries.changes import recent_changes
from clipping.db.queries.clip_lines import ClipChoice
from clipping.db.queries.overview import recent_sources
from clipping.db.queries.post_lines import PostChoice
from clipping.db.queries.posts import get_post, post_events
from clipping.db.queries.review_lines import ReviewChoice, WaitsFor
from clipping.db.session import engine, open_session, open_session_as
from clipping.models import ClipState, PostState, Role
from clipping.publishing import stopping
from dashboard import costs, needs, reviewed
from tests.dashboard.door_place import a_user
from tests.dashboard.seeded import Size, account, client, seed
from tests.dashboard.seeded_costs import seed_costs
from tests.support.chromium import CHROMIUM
from tests.support.database import embedded_database

POSTS: Final = int(os.environ.get("CLIPPER_BENCH_POSTS", "1000000"))
CLIENTS: Final = 50
ACCOUNTS: Final = 1_500
CALLS: Final = POSTS
"""Of Claude in a year: one for each clip and post, as a batch of questions makes it."""
LIMIT_MS: Final = 300
ROUNDS: Final = 11
_LARGE: Final = ("posts", "clips", "moments", "post_events", "verdicts", "ledger")
"""Tables that no page may read from end to end."""
_SETTLING: Final = (PostState.UNKNOWN, PostState.FAILED, PostState.HELD)
_PAGE: Final = 31
_REVIEW_PAGE: Final = 21
_CLIP_PAGE: Final = 26
_SOURCE_PAGE: Final = 51

Page = Callable[[Session, datetime], Any]


def _calendar(session: Session, now: datetime) -> Any:
    lines = account_lines.account_page(session, AccountChoice(client=client(1)), now, _PAGE)
    ids = [line.account.account_id for line in lines]
    week = timedelta(days=7)
    return post_lines.posts_between(session, ids, now - week / 2, now + week / 2)


def _post(session: Session, now: datetime) -> Any:
    post_id = f"post_{POSTS // 2 // CLIENTS * CLIENTS + 1}"
    post = get_post(session, post_id)
    return get_account(session, post.account_id), post_events(session, post_id)


def _account(session: Session, now: datetime) -> Any:
    choice = AccountChoice(account_id=account(1))
    events = account_events(session, account(1))
    around = timedelta(days=3)
    posts = post_lines.posts_between(session, [account(1)], now - around, now + around)
    return account_lines.account_page(session, choice, now, 1), events, posts


def _posts(choice: PostChoice, *, deep: bool = False) -> Page:
    def read(session: Session, now: datetime) -> Any:
        after = (now - timedelta(days=POSTS / ACCOUNTS / 4), "post") if deep else None
        return post_lines.post_page(session, choice, _PAGE, after)

    return read


def _accounts(choice: AccountChoice, *, deep: bool = False) -> Page:
    def read(session: Session, now: datetime) -> Any:
        after = ("Client 20", "tiktok", "m", "") if deep else None
        return account_lines.account_page(session, choice, now, _PAGE, after)

    return read


def _review(choice: ReviewChoice, *, deep: bool = False) -> Page:
    """What the review page reads for one click: the queue, its length, and the clip in front."""

    def read(session: Session, now: datetime) -> Any:
        after = review_lines.waiting_page(session, choice, 5)[-1].key if deep else None
        lines = review_lines.waiting_page(session, choice, _REVIEW_PAGE, after)
        count = review_lines.count_waiting(session, choice, 500)
        changes = recent_changes(session, choice.client, now - timedelta(days=3), 50)
        front = reviewed.read(session, lines[0].clip_id, staff=True) if lines else None
        return lines, count, changes, front

    return read


def _resuming(session: Session, now: datetime) -> Any:
    """What the confirmation shows before an account is resumed."""
    return stopping.unpausing(session, account(1), now)


def _costs(month_ago: int, whose: str | None = None) -> Page:
    def read(session: Session, now: datetime) -> Any:
        return costs.read(session, costs.months(now)[month_ago], whose, now)

    return read


def _strategy(session: Session, now: datetime) -> Any:
    found = strategies.strategy(session, client(1))
    planned = strategies.planned_posts(session, client(1), now)
    history = strategies.strategy_changes(session, client(1), 20)
    return found, planned, history, accounts(session, client(1))


def _clips(choice: ClipChoice, *, deep: bool = False) -> Page:
    def read(session: Session, now: datetime) -> Any:
        after = (now - timedelta(days=POSTS / ACCOUNTS / 4), "clip") if deep else None
        return clip_lines.clip_page(session, choice, _CLIP_PAGE, after)

    return read


def _sources(whose: str | None) -> Page:
    return lambda session, _now: recent_sources(session, whose, _SOURCE_PAGE)


def _own_clips(session: Session, _now: datetime) -> Any:
    found = own_clips.own_clips(session, 21)
    return found, own_clips.own_posts(session, [clip.clip_id for clip in found])


def _numbers(session: Session, now: datetime) -> Any:
    month, week = timedelta(days=30), timedelta(days=7)
    return (
        own_clips.posted_by_day(session, now - month, now),
        own_clips.coming_posts(session, now, week),
        desk.waiting_clips_of_all(session, now - month / 2),
        post_lines.next_posts(session, now, now + week, 32),
        post_lines.post_page(session, PostChoice(states=(PostState.POSTED,)), 8),
    )


PAGES: Final[Mapping[str, Page]] = {
    "Today": needs.read,
    "Calendar, a week of a client": _calendar,
    "Accounts": _accounts(AccountChoice()),
    "Accounts, a later page": _accounts(AccountChoice(), deep=True),
    "Accounts, in trouble": _accounts(AccountChoice(troubled=True)),
    "Accounts, by a part of the handle": _accounts(AccountChoice(named="ideas.1")),
    "Account": _account,
    "Account, before it is resumed": _resuming,
    "Posts": _posts(PostChoice()),
    "Posts, far back": _posts(PostChoice(), deep=True),
    "Posts, to settle": _posts(PostChoice(states=_SETTLING)),
    "Posts, of a client": _posts(PostChoice(client=client(1))),
    "Posts, posted ones of an account": _posts(
        PostChoice(account_id=account(1), states=(PostState.POSTED,))
    ),
    "Post": _post,
    "Review": _review(ReviewChoice()),
    "Review, of a client": _review(ReviewChoice(client=client(2))),
    "Review, a later page": _review(ReviewChoice(), deep=True),
    "Review, what is held": _review(ReviewChoice(waits_for=WaitsFor.RELEASE)),
    "Alarms": lambda session, now: alert_lines.open_alerts(session, 51),
    "Alarms, done": lambda session, now: alert_lines.settled_alerts(session, _PAGE),
    "Clips": _clips(ClipChoice()),
    "Clips, far back": _clips(ClipChoice(), deep=True),
    "Clips, those that failed": _clips(ClipChoice(state=ClipState.FAILED_PROOF)),
    "Clips, of a client": _clips(ClipChoice(client=client(1), state=ClipState.READY)),
    "Sources": _sources(None),
    "Sources, of a client": _sources(client(1)),
    "Strategy": _strategy,
    "Costs": _costs(0),
    "Costs, of the month before": _costs(1),
    "Costs, of a client": _costs(1, client(1)),
}
"""What each page reads for one run."""
OWN: Final[Mapping[str, Page]] = {"Clips, a client's": _own_clips, "Numbers": _numbers}
"""The same of the pages of a client's own people."""


def measure(folder: Path) -> list[Row]:
    """How long each page's data takes, and whether a large table was read from end to end."""
    kept = dict(server.SETTINGS)
    # Only while it is filled does this matter; what is measured reads.
    server.SETTINGS.update(fsync="off", max_wal_size="4GB")
    try:
        with embedded_database(folder / "dashboard") as url:
            return _measure(url, folder / "pages")
    finally:
        server.SETTINGS.clear()
        server.SETTINGS.update(kept)


def _measure(url: str, folder: Path) -> list[Row]:
    now = datetime.now(UTC)
    migrate.upgrade(url)
    begun = time.monotonic()
    with open_session(url) as session:
        seed(session, Size(clients=CLIENTS, accounts=ACCOUNTS, posts=POSTS), now)
        seed_costs(session, CLIENTS, CALLS, now)
    whos = {
        "an admin": a_user(url, "admin", Role.ADMIN),
        "an operator of two clients": a_user(url, "operator", Role.OPERATOR, client(1), client(2)),
    }
    outside = a_user(url, "client", Role.CLIENT, client(1))
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")
    print(f"  filled in {time.monotonic() - begun:.0f} s", flush=True)
    rows = []
    every = [(who, user_id, PAGES) for who, user_id in whos.items()]
    for who, user_id, pages in [*every, ("the client", outside, OWN)]:
        for name, page in pages.items():
            rows.append(_row(url, user_id, f"{name}, as {who}", page, now))
            _tell(rows[-1])
    if CHROMIUM is None:
        print("  no Chromium on this machine: how soon pages can be used is not measured")
        return rows
    people = {"admin": STAFF, "operator": STAFF, "client": OWN_PAGES}
    for row in usable(url, folder, people):
        rows.append(row)
        _tell(row)
    return rows


def _tell(row: Row) -> None:
    print(f"  {row.name}: {row.figure} {row.ratio}", flush=True)


def _row(url: str, user_id: str, name: str, page: Page, now: datetime) -> Row:
    with open_session_as(url, user_id) as session:
        # The connection that all rounds have, the pool's latest.
        server_pid = session.connection().connection.driver_connection.info.backend_pid  # type: ignore[union-attr]
        page(session, now)
    took, spent_s = [], _cpu_s(server_pid)
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        with open_session_as(url, user_id) as session:
            page(session, now)
        took.append((time.perf_counter() - begun) * 1000)
    cpu_ms = (_cpu_s(server_pid) - spent_s) * 1000 / ROUNDS
    with open_session_as(url, user_id) as session, _asked(url) as statements:
        page(session, now)
    read = sorted(set(_read_whole(url, user_id, statements)))
    told = f"{median(took):.0f} ms ({min(took):.0f}–{max(took):.0f}), {len(statements)} statements"
    if read:
        told += f", reads all of {', '.join(read)}"
    within = cpu_ms <= LIMIT_MS and not read
    return Row(name, f"{cpu_ms:.0f} ms CPU", told, f"≤ {LIMIT_MS} ms CPU", within)


def _cpu_s(server_pid: int) -> float:
    """CPU time of this process and of the server's that answers it.

    Everything that is read lies in memory by then, so on a machine with nothing else to do it is
    the time that passes; on another one that says nothing.
    """
    answering = psutil.Process(server_pid).cpu_times()
    return time.process_time() + float(answering.user) + float(answering.system)


@contextmanager
def _asked(url: str) -> Iterator[list[tuple[str, Any]]]:
    """What Postgres is asked meanwhile."""
    asked: list[tuple[str, Any]] = []

    def note(_c: Any, _cursor: Any, statement: str, values: Any, *_rest: Any) -> None:
        asked.append((statement, values))

    event.listen(engine(url), "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(engine(url), "before_cursor_execute", note)


def _read_whole(url: str, user_id: str, statements: list[tuple[str, Any]]) -> Iterator[str]:
    """Large tables that one of the statements reads from end to end, as their plans say."""
    for statement, values in statements:
        with open_session_as(url, user_id) as session:
            raw = session.connection().connection.cursor()
            raw.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}", values)
            found = raw.fetchone()
        if found is None:
            continue
        if os.environ.get("CLIPPER_BENCH_PLANS"):
            _print(found[0][0]["Plan"])
            print(f"  = {found[0][0]['Execution Time']:.1f} ms\n")
        yield from _whole(found[0][0]["Plan"])


def _whole(plan: Mapping[str, Any]) -> Iterator[str]:
    large = plan["Node Type"] == "Seq Scan" and plan.get("Relation Name") in _LARGE
    if large and plan.get("Actual Loops", 1):
        yield plan["Relation Name"]
    for part in plan.get("Plans", ()):
        yield from _whole(part)


def _print(plan: Mapping[str, Any], depth: int = 2) -> None:
    named = plan.get("Index Name") or plan.get("Relation Name") or ""
    conditions = {
        key: value for key, value in plan.items() if key.endswith("Cond") or key == "Filter"
    }
    print(
        f"{'  ' * depth}{plan['Node Type']} {named} rows={plan.get('Actual Rows')} "
        f"loops={plan.get('Actual Loops')} ms={plan.get('Actual Total Time')} "
        f"{str(conditions)[:260]}"
    )
    for part in plan.get("Plans", ()):
        _print(part, depth + 1)
