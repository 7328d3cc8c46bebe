"""What a day's plan is made of, and what is kept of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, case, func, select
from sqlmodel import Session, col

from clipping.db.queries.clients import client_id
from clipping.db.queries.upsert import save_row
from clipping.db.queries.verdicts import VERDICT, is_approved, verdict_of
from clipping.db.tables import (
    AccountRow,
    ArchivedObjectRow,
    ClientRow,
    ClipRow,
    DraftRow,
    MomentRow,
    PlanRow,
    PostRow,
    SourceRow,
    VerdictRow,
)
from clipping.db.tables.posts import OVER
from clipping.models import (
    AppUse,
    ClipCandidate,
    ClipState,
    DayPlan,
    Decision,
    Ground,
    PastPost,
    PlatformName,
    PostingMethod,
    PostState,
    StoredPlan,
)
from clipping.timing import TimeSpan

_MADE = (ClipState.READY.value, ClipState.HELD.value)
_OVER = [state.value for state in OVER]
_LIVES = col(PostRow.state).not_in(_OVER)
_AT = case(
    (col(PostRow.state) == PostState.HELD.value, col(PostRow.due_at)),
    else_=func.coalesce(PostRow.posted_at, PostRow.begun_at, PostRow.due_at),
)
"""When a post went out, or will."""


@dataclass(frozen=True)
class KnownPost:
    """A post as the planner needs it."""

    post_id: str
    slot_id: str | None
    state: PostState
    due_at: datetime
    reason: str
    score: int
    goes_on: bool
    """Whether it is looked at again by itself; else it is over, or waits for a person."""
    past: PastPost


@dataclass(frozen=True)
class GivenUp:
    """A post that was cancelled or has failed."""

    clip_id: str
    account_id: str
    platform: PlatformName
    state: PostState
    due_at: datetime
    kind: str
    """Of its failure; empty without one."""
    sentence: str
    slot_id: str | None = None
    begun: bool = False
    """Whether anything of it was sent."""


def clip_candidates(
    session: Session,
    client: str,
    platforms: Collection[PlatformName],
    slot_ids: Collection[str],
    most: int,
) -> list[ClipCandidate]:
    """Clips that passed their proof and are not yet on all of these platforms.

    Those that are nowhere come first, of such the best; ``most`` at most. One that waits for a
    person is there as well, as not approved. What a person rejected is there only with its slot.

    :param slot_ids: The clips of these slots are there in any case, before all others.
    """
    on = (
        select(col(PostRow.clip_id), func.count().label("on"))
        .where(
            col(PostRow.client_id) == client_id(client),
            _LIVES,
            col(PostRow.platform).in_([platform.value for platform in platforms]),
        )
        .group_by(col(PostRow.clip_id))
        .subquery()
    )
    posted = func.coalesce(on.c.on, 0)
    in_slots = col(ClipRow.clip_id).in_(
        select(col(PostRow.clip_id)).where(col(PostRow.slot_id).in_(slot_ids), _LIVES)
    )
    rows = session.execute(
        select(
            col(ClipRow.clip_id),
            col(ClipRow.moment_id),
            col(ClipRow.source_id),
            col(ClipRow.state),
            col(ClipRow.style),
            col(ClipRow.proof)["passed"].as_boolean(),
            col(MomentRow.start_ms),
            col(MomentRow.end_ms),
            col(MomentRow.score),
            col(MomentRow.title),
            col(DraftRow.draft)["hashtags"],
            col(SourceRow.rights_ground),
            is_approved(),
            *VERDICT,
        )
        .join(ClientRow, col(ClientRow.client_id) == col(ClipRow.client_id))
        .join(MomentRow, col(MomentRow.moment_id) == col(ClipRow.moment_id))
        .join(SourceRow, col(SourceRow.source_id) == col(ClipRow.source_id))
        .join(DraftRow, col(DraftRow.moment_id) == col(ClipRow.moment_id), isouter=True)
        .join(VerdictRow, col(VerdictRow.clip_id) == col(ClipRow.clip_id), isouter=True)
        .join(on, on.c.clip_id == col(ClipRow.clip_id), isouter=True)
        .where(
            col(ClipRow.client_id) == client_id(client),
            col(ClipRow.state).in_(_MADE),
            ((posted < len(platforms)) & _not_rejected()) | in_slots,
            ~_dropped(),
        )
        .order_by(in_slots.desc(), posted, col(MomentRow.score).desc(), col(ClipRow.clip_id))
        .limit(most)
    ).all()
    return [_candidate(*row) for row in rows]


def _dropped() -> Any:
    """Whether its file is nowhere any more, see docs/keeping.md."""
    return (
        select(col(ArchivedObjectRow.key))
        .where(
            col(ArchivedObjectRow.key) == col(ClipRow.video_key),
            col(ArchivedObjectRow.dropped_at).is_not(None),
        )
        .exists()
    )


def _not_rejected() -> Any:
    return func.coalesce(VerdictRow.decision, "") != Decision.REJECTED.value


def _candidate(
    clip_id: str,
    moment_id: str,
    source_id: str,
    state: str,
    style: str,
    proof_passed: bool,
    start_ms: int,
    end_ms: int,
    score: int,
    title: str,
    hashtags: list[str] | None,
    ground: str,
    approved: bool | None,
    *verdict: Any,
) -> ClipCandidate:
    decided = verdict_of(clip_id, *verdict)
    return ClipCandidate(
        clip_id=clip_id,
        moment_id=moment_id,
        source_id=source_id,
        span=TimeSpan(start_ms=start_ms, end_ms=end_ms),
        score=score,
        keywords=tuple(dict.fromkeys([*title.split(), *(hashtags or [])])),
        style=style,
        ready=True,
        proof_passed=proof_passed,
        rights_recorded=ground != Ground.UNSTATED.value,
        # It is the account's, which always says something; whether it can be sent, is checked.
        disclosure_set=True,
        approved=state == ClipState.READY.value and bool(approved),
        held=decided.sentence if decided and decided.rejects else "",
    )


def known_posts(
    session: Session, client: str, since: datetime, clip_ids: Collection[str]
) -> list[KnownPost]:
    """The client's posts that live: those since then, all on X, and all of these clips."""
    wanted = _posts().where(
        col(PostRow.client_id) == client_id(client),
        _LIVES,
        (col(PostRow.due_at) >= since)
        | (col(PostRow.platform) == PlatformName.X.value)
        | col(PostRow.clip_id).in_(clip_ids),
    )
    return [_known(*row) for row in session.execute(wanted).all()]


def _posts() -> Select[Any]:
    return (
        select(
            col(PostRow.post_id),
            col(PostRow.slot_id),
            col(PostRow.state),
            col(PostRow.due_at),
            col(PostRow.reason),
            col(PostRow.clip_id),
            col(PostRow.moment_id),
            col(PostRow.source_id),
            col(PostRow.account_id),
            col(PostRow.platform),
            _AT,
            col(MomentRow.start_ms),
            col(MomentRow.end_ms),
            col(MomentRow.score),
            col(PostRow.next_at).is_not(None),
        )
        .join(MomentRow, col(MomentRow.moment_id) == col(PostRow.moment_id))
        .order_by(col(PostRow.due_at), col(PostRow.post_id))
    )


def _known(
    post_id: str,
    slot_id: str | None,
    state: str,
    due_at: datetime,
    reason: str,
    clip_id: str,
    moment_id: str,
    source_id: str,
    account_id: str,
    platform: str,
    at: datetime,
    start_ms: int,
    end_ms: int,
    score: int,
    goes_on: bool,
) -> KnownPost:
    past = PastPost(
        clip_id=clip_id,
        moment_id=moment_id,
        account_id=account_id,
        platform=PlatformName(platform),
        at=at,
        source_id=source_id,
        span=TimeSpan(start_ms=start_ms, end_ms=end_ms),
        slotless=slot_id is None,
    )
    return KnownPost(post_id, slot_id, PostState(state), due_at, reason, score, goes_on, past)


def given_up_posts(
    session: Session, client: str, since: datetime, clip_ids: Collection[str]
) -> list[GivenUp]:
    """The client's posts since then that were cancelled or have failed, and of these clips all."""
    rows = session.execute(
        select(
            col(PostRow.clip_id),
            col(PostRow.account_id),
            col(PostRow.platform),
            col(PostRow.state),
            col(PostRow.due_at),
            col(PostRow.failure),
            col(PostRow.note),
            col(PostRow.slot_id),
            col(PostRow.begun_at).is_not(None),
        ).where(
            col(PostRow.client_id) == client_id(client),
            col(PostRow.state).in_(_OVER),
            (col(PostRow.due_at) >= since) | col(PostRow.clip_id).in_(clip_ids),
        )
    ).all()
    found = []
    for clip_id, account_id, platform, state, due_at, failure, note, slot_id, begun in rows:
        told: Mapping[str, str] = failure or {}
        found.append(
            GivenUp(
                clip_id,
                account_id,
                PlatformName(platform),
                PostState(state),
                due_at,
                told.get("kind", ""),
                told.get("sentence", "") or note,
                slot_id,
                begun,
            )
        )
    return found


def app_uses(
    session: Session,
    client: str,
    apps: Mapping[PlatformName, Collection[str]],
    since: datetime,
    until: datetime,
) -> list[AppUse]:
    """What other clients post through the same apps, between the two times; of each app that is
    used at all.

    :param apps: Of each platform the names of the apps that count.
    """
    found: dict[tuple[PlatformName, str], list[tuple[str, datetime]]] = defaultdict(list)
    for platform, names in apps.items():
        rows = session.execute(
            select(col(AccountRow.app), col(PostRow.account_id), _AT)
            .join(AccountRow, col(AccountRow.account_id) == col(PostRow.account_id))
            .where(
                col(PostRow.client_id) != client_id(client),
                col(PostRow.platform) == platform.value,
                _LIVES,
                col(PostRow.due_at) >= since,
                col(PostRow.due_at) < until,
                col(AccountRow.app).in_(names),
                col(AccountRow.method).in_([PostingMethod.API.value, PostingMethod.INBOX.value]),
            )
        ).all()
        for app, account_id, at in rows:
            found[platform, app].append((account_id, at))
    return [
        AppUse(platform=platform, app=app, posted=tuple(posted))
        for (platform, app), posted in sorted(found.items())
    ]


def save_plan(session: Session, plan: DayPlan, at: datetime) -> None:
    """Keep what a day's plan says beside its posts; a later plan of the day takes its place."""
    values = {
        "client_id": client_id(plan.client),
        "day": plan.day,
        "plan": plan.model_dump(mode="json", exclude={"assignments", "others"}),
        "posts": len(plan.assignments),
        "planned_at": at,
    }
    save_row(session, PlanRow, values, found_by=("client_id", "day"))


def find_plan(session: Session, client: str, day: date) -> StoredPlan | None:
    """What was kept of a day's plan last, or None."""
    row = session.get(PlanRow, (client_id(client), day), populate_existing=True)
    if row is None:
        return None
    return StoredPlan(
        plan=DayPlan.model_validate(row.plan), posts=row.posts, planned_at=row.planned_at
    )
