"""Circuit breakers: what is known to be away is asked by one, and by nobody else meanwhile."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from clipping.claude import breaker
from clipping.claude.door import Outage
from clipping.db import queries
from clipping.errors import ClippingError, ServiceUnavailable, Transient
from tasks.workplace import db_session

_log = logging.getLogger(__name__)


@contextmanager
def asking(service: str, now: datetime | None = None) -> Iterator[None]:
    """A block in which a service is asked; while it is known to be away, only a probe may.

    What goes wrong inside and is transient counts as a failure; anything else is an answer.

    :raises ServiceUnavailable: It is away, and nobody asks it before its pause is over.
    """
    at = now or datetime.now(UTC)
    with db_session() as session:
        known = queries.health.outage(session, service)
        pause_s = breaker.wait_s(known, at)
        if pause_s > 0:
            raise ServiceUnavailable(
                f"{service} is away; it is asked again in {pause_s:.0f} s.", retry_after_s=pause_s
            )
        probing = breaker.is_known(known)
        if probing:
            queries.health.outage(session, service, lambda one: breaker.probing(one, at))
    try:
        yield
    except Transient as error:
        _note_failure(service, at, str(error), probing)
        raise
    except ClippingError:
        _note_answer(service, known)
        raise
    _note_answer(service, known)


def _note_failure(service: str, at: datetime, said: str, probing: bool) -> None:
    try:
        with db_session() as session:
            queries.health.outage(
                session, service, lambda one: breaker.after_failure(one, at, probe=probing)
            )
            queries.health.note_service(session, service, at, said)
    except ClippingError as error:
        # The failure itself says more.
        _log.warning("That %s is away was not kept: %s", service, error)


def _note_answer(service: str, known: Outage) -> None:
    if known != Outage():
        with db_session() as session:
            queries.health.outage(session, service, breaker.after_answer)
