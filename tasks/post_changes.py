"""What people do to posts and to what may be posted: hold, cancel, retry, stop, resume.

Without Prefect, whose import takes seconds.
"""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from datetime import datetime

from clipping.db import queries
from clipping.models import Post, Stop
from clipping.publishing import acting, stopping
from clipping.publishing.changes import is_planners
from clipping.publishing.stopping import Resumption
from tasks.workplace import db_session, only_one, planning_of


def hold(post_id: str, by: str, why: str, now: datetime) -> Post:
    """As :func:`acting.hold`."""
    with db_session() as session:
        return acting.hold(session, post_id, by, why, now)


def cancel(post_id: str, by: str, why: str, now: datetime, *, not_public: bool = False) -> Post:
    """As :func:`acting.cancel`."""
    with db_session() as session:
        return acting.cancel(session, post_id, by, why, now, not_public=not_public)


def retry(post_id: str, by: str, now: datetime) -> Post:
    """As :func:`acting.retry`, while nobody plans what has failed or has lost its slot."""
    with db_session() as session:
        known = queries.posts.get_post(session, post_id)
    with unplanned(known), db_session() as session:
        return acting.retry(session, post_id, by, now)


def unplanned(post: Post) -> AbstractContextManager[None]:
    """Keep planners of its client out while a post goes on that they might choose about."""
    return only_one(planning_of(post.client)) if is_planners(post) else nullcontext()


def done(post_id: str, by: str, url: str, now: datetime) -> Post:
    """As :func:`acting.done`."""
    with db_session() as session:
        return acting.done(session, post_id, by, url, now)


def stop(wanted: Stop) -> Stop:
    """As :func:`stopping.stop`."""
    with db_session() as session:
        return stopping.stop(session, wanted)


def resumption(wanted: Stop, now: datetime) -> Resumption:
    """As :func:`stopping.resumption`."""
    with db_session() as session:
        return stopping.resumption(session, wanted, now)


def resume(found: Resumption, by: str, now: datetime) -> None:
    """As :func:`stopping.resume`."""
    with db_session() as session:
        stopping.resume(session, found, by, now)
