"""What opens accounts: tokens and ways out, which are sealed on their way in."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from pydantic import SecretStr
from sqlalchemy import and_, delete, or_, update
from sqlmodel import Session, col, select

from clipping.db.queries.accounts import LOGGED_IN
from clipping.db.queries.sealed import place
from clipping.db.queries.upsert import save_row
from clipping.db.tables import AccountEventRow, AccountRow, AccountTokensRow
from clipping.models import PostingMethod, Tokens
from clipping.vault import Vault


def save_proxy(session: Session, vault: Vault, account_id: str, proxy: SecretStr | None) -> None:
    """Keep, or forget, the one way out that the account uses."""
    sealed = None if proxy is None else vault.seal(proxy, place("accounts", "proxy", account_id))
    session.execute(
        update(AccountRow).where(col(AccountRow.account_id) == account_id).values(proxy=sealed)
    )


def has_proxy(session: Session, account_id: str) -> bool:
    """Whether the account has a way out of its own."""
    return session.exec(_proxy(account_id)).first() is not None


def proxy_of(session: Session, vault: Vault, account_id: str) -> SecretStr | None:
    """The account's way out; None when it has none of its own."""
    sealed = session.exec(_proxy(account_id)).first()
    return None if sealed is None else vault.open(sealed, place("accounts", "proxy", account_id))


def _proxy(account_id: str) -> Any:
    return select(AccountRow.proxy).where(AccountRow.account_id == account_id)


def sealed_of(session: Session, account_ids: Collection[str]) -> dict[str, list[tuple[str, str]]]:
    """What is sealed of each of these accounts, with the place that it was sealed for.

    An account of which nothing is sealed is left out.
    """
    names = ("access", "refresh", "proxy")
    wanted = (
        select(
            AccountRow.account_id,
            AccountTokensRow.access,
            AccountTokensRow.refresh,
            AccountRow.proxy,
        )
        .join(
            AccountTokensRow,
            col(AccountTokensRow.account_id) == col(AccountRow.account_id),
            isouter=True,
        )
        .where(col(AccountRow.account_id).in_(account_ids))
        .order_by(col(AccountRow.account_id))
    )
    found: dict[str, list[tuple[str, str]]] = {}
    for account_id, *values in session.exec(wanted):
        for name, sealed in zip(names, values, strict=True):
            if sealed is not None:
                table = "accounts" if name == "proxy" else "account_tokens"
                found.setdefault(account_id, []).append((sealed, place(table, name, account_id)))
    return found


def open_accounts(session: Session, account_ids: Collection[str]) -> set[str]:
    """Those of these accounts whose owners have let us in, as each is posted to now.

    By tokens, or by a login in its own browser; one that people post to is not opened at all.
    """
    by_token = select(AccountTokensRow.account_id).where(
        AccountTokensRow.account_id == AccountRow.account_id
    )
    by_login = select(AccountEventRow.event_id).where(
        AccountEventRow.account_id == AccountRow.account_id, AccountEventRow.kind == LOGGED_IN
    )
    in_browser = col(AccountRow.method) == PostingMethod.BROWSER.value
    wanted = select(AccountRow.account_id).where(
        col(AccountRow.account_id).in_(account_ids),
        or_(and_(in_browser, by_login.exists()), and_(~in_browser, by_token.exists())),
    )
    return set(session.exec(wanted))


def save_tokens(session: Session, vault: Vault, account_id: str, tokens: Tokens) -> None:
    """Keep a new pair in the place of the one before."""
    before = session.get(AccountTokensRow, account_id, with_for_update=True)
    sealed = {
        name: vault.seal(secret, place("account_tokens", name, account_id))
        for name, secret in (("access", tokens.access), ("refresh", tokens.refresh))
        if secret is not None
    }
    values: dict[str, Any] = {
        "account_id": account_id,
        "refresh": None,
        **sealed,
        "expires_at": tokens.expires_at,
        "refresh_expires_at": tokens.refresh_expires_at,
        "scopes": list(tokens.scopes),
        "obtained_at": tokens.obtained_at,
        "version": 1 if before is None else before.version + 1,
        "refresh_begun_at": None,
    }
    save_row(session, AccountTokensRow, values, found_by=("account_id",))


def lock_tokens(session: Session, account_id: str) -> None:
    """Let nobody renew the pair until the transaction ends; to be taken before other locks."""
    session.get(AccountTokensRow, account_id, with_for_update=True)


def find_tokens(
    session: Session, vault: Vault, account_id: str, *, lock: bool = False
) -> Tokens | None:
    """What opens the account, or None; with ``lock`` nobody else renews it meanwhile.

    :raises NeedsPerson: No key of the vault opens what is stored.
    """
    row = session.get(
        AccountTokensRow, account_id, with_for_update=lock or None, populate_existing=True
    )
    if row is None:
        return None
    opened = {
        name: vault.open(sealed, place("account_tokens", name, account_id))
        for name, sealed in (("access", row.access), ("refresh", row.refresh))
        if sealed is not None
    }
    kept = row.model_dump(exclude={"account_id", "access", "refresh"})
    return Tokens.model_validate({**kept, **opened})


def token_dates(session: Session, account_id: str) -> Tokens | None:
    """The same without the secrets, which nothing is opened for."""
    row = session.get(AccountTokensRow, account_id, populate_existing=True)
    if row is None:
        return None
    kept = row.model_dump(exclude={"account_id", "access", "refresh"})
    hidden = None if row.refresh is None else SecretStr("")
    return Tokens.model_validate({**kept, "access": SecretStr(""), "refresh": hidden})


def note_refresh(session: Session, account_id: str, version: int, begun_at: datetime) -> None:
    """Note that a pair newer than ``version`` is asked for, before it is; the first time stays."""
    session.execute(
        update(AccountTokensRow)
        .where(
            col(AccountTokensRow.account_id) == account_id,
            col(AccountTokensRow.version) == version,
            col(AccountTokensRow.refresh_begun_at).is_(None),
        )
        .values(refresh_begun_at=begun_at)
    )


def forget_refresh(session: Session, account_id: str) -> None:
    """Note that a refresh was answered, and that the pair is still the same."""
    session.execute(
        update(AccountTokensRow)
        .where(col(AccountTokensRow.account_id) == account_id)
        .values(refresh_begun_at=None)
    )


def expire_tokens(session: Session, account_id: str, at: datetime) -> None:
    """The platform does not take the token any more, whatever was said of its life: renew it."""
    session.execute(
        update(AccountTokensRow)
        .where(
            col(AccountTokensRow.account_id) == account_id,
            col(AccountTokensRow.expires_at).is_not(None),
            col(AccountTokensRow.expires_at) > at,
        )
        .values(expires_at=at)
    )


def forget_tokens(session: Session, account_id: str) -> bool:
    """Delete what opens the account; whether there was anything."""
    found = session.get(AccountTokensRow, account_id, with_for_update=True)
    session.execute(delete(AccountTokensRow).where(col(AccountTokensRow.account_id) == account_id))
    session.expire_all()
    return found is not None
