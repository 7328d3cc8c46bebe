"""How accounts stood when they were looked at last."""

from __future__ import annotations

from sqlmodel import Session

from clipping.db.queries.upsert import save_row
from clipping.db.tables import AccountCheckRow
from clipping.models import AccountCheck


def save_account_check(session: Session, check: AccountCheck) -> None:
    """Keep how an account stands; it takes the place of what was found before."""
    values = {**check.model_dump(), "why_not": list(check.why_not)}
    save_row(session, AccountCheckRow, values, found_by=("account_id",))


def account_check(session: Session, account_id: str) -> AccountCheck | None:
    """How an account stood when it was looked at last; None when it never was."""
    row = session.get(AccountCheckRow, account_id, populate_existing=True)
    return None if row is None else AccountCheck.model_validate(row.model_dump())
