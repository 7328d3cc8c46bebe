"""What opens an account, as tasks get it: renewed when it is due, by one process at a time.

A call of :func:`access_to` gives secrets to its own process. Between tasks and flows pass the
account's id, never what it returns.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from pydantic import SecretStr

from clipping.db import queries
from clipping.errors import (
    AuthorizationExpired,
    ClippingError,
    MalformedReply,
    ServiceUnavailable,
    Transient,
)
from clipping.models import Account, AccountStatus, Tokens
from clipping.platforms.base import Access
from clipping.platforms.oauth import OAUTH
from clipping.platforms.standing import to_connect
from clipping.publishing.troubles import status_after
from clipping.vault import Vault, open_vault
from tasks.aftermath import note_account
from tasks.apps import app_secrets, oauth_of
from tasks.workplace import database, db_session

if TYPE_CHECKING:
    from clipping.platforms.oauth import OAuth

_log = logging.getLogger(__name__)

_LEAST_LEFT: Final = timedelta(minutes=1)
"""What a token that cannot be renewed just now must still be good for."""

OAuthOf = Callable[[Account, SecretStr | None], "OAuth"]


def access_to(
    account_id: str,
    now: datetime | None = None,
    *,
    refused: SecretStr | None = None,
    oauth_for: OAuthOf = oauth_of,
) -> Access:
    """What opens the account; a pair that is due is renewed, and stored, before it is used.

    :param now: The time of a rehearsal.
    :param refused: A token that the platform did not accept, so that it is due whatever its date.
    :param oauth_for: Whom a rehearsal asks for newer tokens.
    :raises AuthorizationExpired: Its owner has to connect it again; its status says so.
    :raises NeedsPerson: A key of the vault, or a secret of the app, is missing.
    :raises Transient: The platform does not answer, and what there is has expired.
    """
    now = now or datetime.now(UTC)
    vault = open_vault()
    with database():
        with db_session() as session:
            account = queries.accounts.get_account(session, account_id)
            tokens = queries.tokens.find_tokens(session, vault, account_id)
            proxy = queries.tokens.proxy_of(session, vault, account_id)
        if tokens is None or account.status is AccountStatus.REAUTHORISE:
            raise _closed(account)
        due = OAUTH[account.platform, account.login_path].due(tokens, now)
        if due or tokens.access == refused:
            server = oauth_for(account, proxy)
            tokens = _renewed(account, tokens, now, vault, server, refused)
        if tokens.access == refused:
            note_answer(account_id, again := _closed(account), now)
            raise again
    return Access(
        account=account,
        token=tokens.access,
        app=app_secrets(account.platform, account.app),
        proxy=None if proxy is None else proxy.get_secret_value(),
    )


def note_answer(account_id: str, error: ClippingError, now: datetime) -> bool:
    """Note what an error of its platform says of the account itself; whether that is new."""
    status = status_after(error)
    if status is None:
        return False
    with db_session() as session:
        account = queries.accounts.get_account(session, account_id)
        return note_account(session, account, status, str(error), now)


def _renewed(
    account: Account,
    seen: Tokens,
    now: datetime,
    vault: Vault,
    server: OAuth,
    rejected: SecretStr | None,
) -> Tokens:
    """The pair after a renewal, by whomever."""
    # Committed before anything is asked, so that an answer that never comes leaves a trace.
    with db_session() as session:
        queries.tokens.note_refresh(session, account.account_id, seen.version, now)
    with db_session() as session:
        tokens = queries.tokens.find_tokens(session, vault, account.account_id, lock=True)
        account = queries.accounts.get_account(session, account.account_id)
        if tokens is None or account.status is AccountStatus.REAUTHORISE:
            raise _closed(account)
        if tokens.version != seen.version:
            return tokens
        try:
            newer = server.refresh(tokens, now)
            queries.tokens.save_tokens(session, vault, account.account_id, newer)
            return newer.replace(version=tokens.version + 1)
        except ClippingError as error:
            refused = _told(error, account, tokens, now, single_use=server.single_use)
            # Of all other failures the platform has told us, and the pair is still the same.
            if not isinstance(error, ServiceUnavailable | MalformedReply):
                queries.tokens.forget_refresh(session, account.account_id)
            if isinstance(error, MalformedReply):
                # Of whatever stands before the platform, most likely: no fault of the post's.
                refused = ServiceUnavailable(str(error))
        if isinstance(refused, AuthorizationExpired):
            note_account(session, account, AccountStatus.REAUTHORISE, str(refused), now)
        elif (
            isinstance(refused, Transient)
            and _still_good(tokens, now)
            and tokens.access != rejected
        ):
            _log.warning("The old token of %s is used: %s", account.handle, refused)
            return tokens
    raise refused


def _still_good(tokens: Tokens, now: datetime) -> bool:
    return tokens.expires_at is None or tokens.expires_at - now >= _LEAST_LEFT


def _told(
    error: ClippingError,
    account: Account,
    tokens: Tokens,
    now: datetime,
    *,
    single_use: bool,
) -> ClippingError:
    """The refusal, and whether it is our own fault: an answer that was lost."""
    lost = tokens.refresh_begun_at
    again = isinstance(error, AuthorizationExpired) and single_use
    if not again or lost is None or lost >= now:
        return error
    title = OAUTH[account.platform, account.login_path].title
    told = (
        f"The answer to a refresh of {account.handle}'s token on {lost:%Y-%m-%d at %H:%M} UTC was "
        f"lost, and {title} takes each refresh token once: connect the account again."
    )
    return AuthorizationExpired(told, **vars(error))


def _closed(account: Account) -> AuthorizationExpired:
    return AuthorizationExpired(
        f"The account {account.handle} has to be connected (again): {to_connect(account)}"
    )
