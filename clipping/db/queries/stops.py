"""What keeps posts from going on: stops, accounts, rights."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import DateTime, case, cast, func, or_, update
from sqlalchemy import select as columns
from sqlmodel import Session, col, select

from clipping.db.queries.accounts import account_of_row
from clipping.db.queries.clients import client_id, save_client
from clipping.db.queries.verdicts import VERDICT, is_approved, verdict_of
from clipping.db.tables import (
    AccountEventRow,
    AccountRow,
    BucketRow,
    ClientRow,
    ClipRow,
    OutageRow,
    PostRow,
    SourceRow,
    StopRow,
    VerdictRow,
)
from clipping.db.tables.posts import OVER
from clipping.models import (
    AccountStatus,
    ClipState,
    Ground,
    PlatformName,
    Post,
    Stage,
    Standing,
    Stop,
)

_TROUBLE = (
    AccountStatus.WARNED,
    AccountStatus.SUSPENDED,
    AccountStatus.BANNED,
    AccountStatus.REAUTHORISE,
)
_PERHAPS_PUBLIC = (Stage.ARMED, Stage.PROCESSING, Stage.INBOX, Stage.POSTED)


def add_stop(session: Session, stop: Stop) -> Stop:
    """Keep it; from its commit on nothing that it covers goes on."""
    row = StopRow(
        client_id=_whose(session, stop.client) if stop.client else None,
        platform=stop.platform.value if stop.platform else None,
        account_id=stop.account_id or None,
        source_id=stop.source_id or None,
        **stop.model_dump(include={"by", "at", "why", "lifted_at", "lifted_by"}),
    )
    session.add(row)
    session.flush()
    return stop.replace(stop_id=row.stop_id)


def _whose(session: Session, client: str) -> str:
    """The client's id; made only where there is none, which pages may not."""
    known = session.exec(
        select(ClientRow.client_id).where(ClientRow.client_id == client_id(client))
    ).first()
    return known or save_client(session, client)


def stops(session: Session, *, lifted: bool = False) -> list[Stop]:
    """The stops that hold, or with ``lifted`` all there ever were, in order."""
    wanted = (
        select(StopRow, ClientRow.name)
        .join(ClientRow, col(ClientRow.client_id) == col(StopRow.client_id), isouter=True)
        .order_by(col(StopRow.stop_id))
    )
    if not lifted:
        wanted = wanted.where(col(StopRow.lifted_at).is_(None))
    return [_stop(row, name) for row, name in session.exec(wanted).all()]


def lift_stop(session: Session, stop_id: int, by: str, at: datetime) -> bool:
    """Let what it covers go on; whether it held until now."""
    done = session.execute(
        update(StopRow)
        .where(col(StopRow.stop_id) == stop_id, col(StopRow.lifted_at).is_(None))
        .values(lifted_at=at, lifted_by=by)
        .returning(col(StopRow.stop_id))
    )
    return done.first() is not None


def look_again(session: Session, stop: Stop, now: datetime) -> None:
    """Posts that were held under a stop are looked at now, not minutes later, or at their time."""
    session.execute(
        update(PostRow)
        .where(
            *_covered(stop),
            col(PostRow.state) == "held",
            col(PostRow.next_at).is_not(None),
        )
        .values(next_at=func.greatest(col(PostRow.due_at), now))
    )


def _covered(stop: Stop) -> list[Any]:
    """Which posts a stop covers."""
    wanted: list[Any] = []
    if stop.client:
        wanted.append(col(PostRow.client_id) == client_id(stop.client))
    if stop.platform:
        wanted.append(col(PostRow.platform) == stop.platform.value)
    if stop.account_id:
        wanted.append(col(PostRow.account_id) == stop.account_id)
    if stop.source_id:
        wanted.append(col(PostRow.source_id) == stop.source_id)
    return wanted


def sources_of_clips(session: Session, client: str) -> set[str]:
    """Ids of the sources that a client has clips of, which a stop of one of them may keep back."""
    found = select(ClipRow.source_id).where(ClipRow.client_id == client_id(client)).distinct()
    return set(session.exec(found))


def stops_of(session: Session, post: Post) -> tuple[Stop, ...]:
    """The stops that cover a post."""
    rows = session.exec(select(StopRow).where(*_covering(post)).order_by(col(StopRow.stop_id)))
    return tuple(_stop(row, post.client if row.client_id else None) for row in rows)


def _covering(post: Post) -> list[Any]:
    """Which stops hold and cover a post."""
    matches = {
        "client_id": client_id(post.client),
        "platform": post.platform.value,
        "account_id": post.account_id,
        "source_id": post.source_id,
    }
    return [
        col(StopRow.lifted_at).is_(None),
        *(
            or_(getattr(StopRow, name).is_(None), getattr(StopRow, name) == value)
            for name, value in matches.items()
        ),
    ]


def _stop(row: StopRow, client: str | None) -> Stop:
    kept = row.model_dump(exclude={"client_id"})
    filled = {name: "" if value is None else value for name, value in kept.items()}
    return Stop.model_validate(
        {
            **filled,
            "client": client or "",
            "platform": row.platform,
            "lifted_at": row.lifted_at,
        }
    )


def standing_of(
    session: Session,
    post: Post,
    now: datetime,
    *,
    who: str | None = None,
    arming: bool = False,
    own_gate: str = "",
    app_gate: str = "",
) -> Standing | None:
    """What the database says just now of all that can keep the post from going on.

    :param who: Whose it has to be, or None is the answer; it cannot be claimed, nor, when it is not
        begun, another post of its account be begun, until the transaction ends.
    :param arming: Whether its next step is the last one, so that its account's others count again.
    :param own_gate: Name of what has to be open before its platform is asked for the account.
    :param app_gate: The same for its app, whose own name follows.
    """
    last_begun_at = last_public_at = None
    if post.begun_at is None or arming:
        # First, and in a statement of its own: what is read below has to be younger than the lock.
        if who is not None:
            session.execute(
                columns(col(AccountRow.account_id))
                .where(col(AccountRow.account_id) == post.account_id)
                .with_for_update()
            )
        last_begun_at, last_public_at = _latest_of_others(session, post)
    shut = (
        columns(func.max(BucketRow.closed_until))
        .where(
            or_(
                col(BucketRow.key) == own_gate,
                col(BucketRow.key) == func.concat(app_gate, AccountRow.app),
            ),
            col(BucketRow.closed_until) > now,
        )
        .correlate(AccountRow)
    )
    wanted = (
        columns(
            AccountRow,
            col(ClipRow.state),
            col(ClipRow.proof)["passed"],
            col(SourceRow.rights_ground),
            is_approved(),
            *VERDICT,
            col(OutageRow.failures),
            col(OutageRow.closed_until),
            shut.scalar_subquery(),
            columns(col(StopRow.stop_id)).where(*_covering(post)).exists(),
        )
        .select_from(PostRow)
        .join(AccountRow, col(AccountRow.account_id) == col(PostRow.account_id))
        .join(ClipRow, col(ClipRow.clip_id) == col(PostRow.clip_id))
        .join(ClientRow, col(ClientRow.client_id) == col(PostRow.client_id))
        .join(SourceRow, col(SourceRow.source_id) == col(ClipRow.source_id))
        .join(VerdictRow, col(VerdictRow.clip_id) == col(PostRow.clip_id), isouter=True)
        .join(OutageRow, col(OutageRow.service) == col(PostRow.platform), isouter=True)
        .where(col(PostRow.post_id) == post.post_id)
        .execution_options(populate_existing=True)
    )
    if who is not None:
        wanted = wanted.where(
            col(PostRow.leased_by) == who, col(PostRow.lease_until) > now
        ).with_for_update(of=PostRow)
    row = session.execute(wanted).first()
    if row is None:
        return None
    account, clip_state, passed, ground, approved, *verdict = row[:9]
    failures, closed_until, shut_until, stopped = row[9:]
    decided = verdict_of(post.clip_id, *verdict)
    return Standing(
        account=account_of_row(account, post.client),
        stops=stops_of(session, post) if stopped else (),
        clip_ready=clip_state == ClipState.READY.value,
        approved=bool(approved),
        rejected=decided.sentence if decided and decided.rejects else "",
        proof_passed=bool(passed),
        rights_stated=ground != Ground.UNSTATED.value,
        last_begun_at=last_begun_at,
        last_public_at=last_public_at,
        failures=failures or 0,
        platform_closed_until=closed_until,
        shut_until=shut_until,
    )


def _latest_of_others(session: Session, post: Post) -> tuple[datetime | None, datetime | None]:
    """When the account's latest other post was begun, and when it, or another, became public."""
    armed_at = cast(col(PostRow.receipt)["armed_at"].as_string(), DateTime(timezone=True))
    public = or_(
        col(PostRow.stage).in_([stage.value for stage in _PERHAPS_PUBLIC]),
        col(PostRow.receipt)["unsettled"].as_boolean(),
    )
    row = session.execute(
        columns(
            func.max(PostRow.begun_at),
            func.max(case((public, func.coalesce(armed_at, col(PostRow.posted_at))))),
        ).where(
            col(PostRow.account_id) == post.account_id,
            col(PostRow.post_id) != post.post_id,
            col(PostRow.state).not_in([state.value for state in OVER]),
        )
    ).one()
    return row[0], row[1]


def accounts_in_trouble(
    session: Session, client: str, platform: PlatformName, since: datetime
) -> list[str]:
    """Handles of a client's accounts that their platform has turned against since then."""
    found = session.exec(
        select(AccountRow.handle)
        .join(AccountEventRow, col(AccountEventRow.account_id) == col(AccountRow.account_id))
        .where(
            AccountRow.client_id == client_id(client),
            AccountRow.platform == platform.value,
            AccountEventRow.kind == "status",
            col(AccountEventRow.after).in_([status.value for status in _TROUBLE]),
            col(AccountEventRow.at) >= since,
        )
        .distinct()
        .order_by(AccountRow.handle)
    )
    return list(found)
