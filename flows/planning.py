"""What ``clipper plan`` does."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from clipping.errors import Rejected
from flows import console
from flows.clients import refuse_unknown
from flows.folders import check_new_file

if TYPE_CHECKING:
    from clipping.models import Account, DayPlan, Post


def show_plans(
    client: str,
    day: date | None,
    days: int,
    *,
    dry_run: bool,
    picture: Path | None,
    as_json: bool,
) -> None:
    """Plan so many days, print them, and draw them if that is wanted.

    :raises Rejected: Nobody has heard of the client, it has no accounts, or the picture's folder
        is not there.
    """
    from tasks import planning
    from tasks.days import today

    if picture is not None:
        check_new_file(picture, "the picture")
    accounts, now = _accounts(client), datetime.now(UTC)
    first = day or today(accounts, now)
    _refuse_past(first, accounts, now)
    plans = planning.plan_days(client, first, days, now, dry_run=dry_run)
    if picture is not None:
        _draw(plans, accounts, picture, quiet=as_json)
    if as_json:
        found = [plan.model_dump(mode="json") for plan in plans]
        sys.stdout.write(json.dumps(found, ensure_ascii=False, indent=2) + "\n")
        return
    _print(plans, accounts)
    if dry_run:
        console.output.print("Nothing is reserved.")
        return
    for plan in plans:
        for ask in planning.asks_for(client, plan.day):
            console.output.print(
                f"The next scheduled run asks {ask.source_id} for {ask.more} more moments, "
                f"{ask.options.count} in all."
            )


def _refuse_past(day: date, accounts: Sequence[Account], now: datetime) -> None:
    """Rejected for a day that is over on the clock of each account."""
    from tasks.days import days_to_plan

    under_way = days_to_plan(accounts, now)
    if under_way and day < under_way[0]:
        raise Rejected(
            f"{day} is over on the clocks of all accounts of this client: the first day that can "
            f"be planned is {under_way[0]}."
        )


def _accounts(client: str) -> list[Account]:
    from clipping.db import queries
    from tasks.workplace import db_session

    with db_session() as session:
        refuse_unknown(session, client)
        return queries.accounts.accounts(session, client)


def _slot_of(post_id: str) -> tuple[str | None, dict[str, Account]]:
    """The slot that a post has, and the accounts of its client by their ids."""
    from clipping.db import queries
    from tasks.workplace import db_session

    with db_session() as session:
        post = queries.posts.get_post(session, post_id)
        known = queries.accounts.accounts(session, post.client)
        return post.slot_id, {one.account_id: one for one in known}


def _account(post: Post) -> Account:
    from clipping.db import queries
    from tasks.workplace import db_session

    with db_session() as session:
        return queries.accounts.get_account(session, post.account_id)


def _print(plans: Sequence[DayPlan], accounts: Sequence[Account]) -> None:
    from clipping.db import queries
    from clipping.scheduling import plan_table
    from tasks.workplace import db_session

    clips = {one.clip_id for plan in plans for one in (*plan.assignments, *plan.others)}
    with db_session() as session:
        found = queries.posting_facts.posting_facts(session, clips)
    hooks = {clip_id: facts.hook for clip_id, facts in found.items()}
    for number, plan in enumerate(plans):
        # Lines as they are: a table that is wrapped cannot be read.
        sys.stdout.write(("\n" if number else "") + plan_table(plan, accounts, hooks) + "\n")


def _draw(
    plans: Sequence[DayPlan], accounts: Sequence[Account], file: Path, *, quiet: bool
) -> None:
    from clipping.scheduling import plan_picture

    for plan in plans:
        name = file if len(plans) == 1 else file.with_stem(f"{file.stem}-{plan.day}")
        try:
            name.write_text(plan_picture(plan, accounts), encoding="utf-8")
        except OSError as error:
            raise Rejected(f"{name} cannot be written: {error.strerror}.") from error
        if not quiet:
            console.output.print(f"Picture: {name}", soft_wrap=True)


def change_plan(what: str, post_id: str, by: str, why: str, to: datetime | None) -> None:
    """Hold, cancel or move a post, and say what follows.

    :param to: On the clock of the post's account, or of the zone that it names.
    """
    from tasks import plan_changes

    now = datetime.now(UTC)
    if to is not None:
        post = plan_changes.move(post_id, to, by, now)
        console.output.print(f"{post_id} goes out on {_account(post).clock(post.due_at)}.")
        return
    slot, accounts = _slot_of(post_id)
    plan = (
        plan_changes.hold(post_id, by, why, now)
        if what == "hold"
        else plan_changes.cancel(post_id, by, why, now)
    )
    console.output.print(f"{post_id} is {'held' if what == 'hold' else 'cancelled'}.")
    if plan is None:
        console.output.print("It had no slot, so nothing is planned anew.")
        return
    for one in plan.changes:
        after = one.after or "nothing"
        if one.slot_id == slot:
            console.output.print(f"Its slot has {after} now.")
            continue
        account = accounts[one.account_id]
        console.output.print(
            f"Another slot, of {account.platform} @{account.handle}: "
            f"{one.before or 'nothing'} -> {after}. {one.sentence}"
        )
    if not any(one.slot_id == slot for one in plan.changes):
        console.output.print("No other clip may go into its slot.")
