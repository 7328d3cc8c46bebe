"""What ``clipper accounts`` does to one account: its owner's consent, pauses, its end.

``name`` is always as :func:`~flows.account_names.named_account` takes it.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from clipping.errors import ClippingError, Rejected
from clipping.models import Consent, PlatformName
from flows import console
from flows.account_names import account_id_of, account_named
from flows.account_settings import consent_in_words

_TIKTOK_PRIVACY: Final = (
    "PUBLIC_TO_EVERYONE",
    "MUTUAL_FOLLOW_FRIENDS",
    "FOLLOWER_OF_CREATOR",
    "SELF_ONLY",
)


def give_consent(name: str, client: str | None, consent: Consent | None) -> None:
    """Record what an account's owner agreed to, or that it was taken back.

    :param consent: Without a privacy it is everybody; not at TikTok, which wants no default there
        (platforms.md 1.9).
    :raises Rejected: There it lacks one, or names one that TikTok does not have.
    """
    from clipping.db import queries
    from tasks.workplace import db_session

    with db_session() as session:
        account_id = account_named(session, name, client).account_id
        account = queries.accounts.get_account(session, account_id, lock=True)
        if consent is not None and not consent.privacy:
            if account.platform is PlatformName.TIKTOK:
                raise Rejected(
                    "TikTok wants its owner to choose who sees the posts: give --privacy, one of "
                    f"{', '.join(_TIKTOK_PRIVACY)}."
                )
            consent = consent.replace(privacy="PUBLIC_TO_EVERYONE")
        if (
            consent is not None
            and account.platform is PlatformName.TIKTOK
            and consent.privacy not in _TIKTOK_PRIVACY
        ):
            known = ", ".join(_TIKTOK_PRIVACY)
            raise Rejected(f"TikTok knows no privacy {consent.privacy}: it is one of {known}.")
        queries.accounts.save_account(session, account.replace(consent=consent))
        before, after = (
            consent_in_words(one, account.platform) for one in (account.consent, consent)
        )
        queries.accounts.note_event(session, account_id, "consent", before, after)
    console.output.print(f"{account.platform} @{account.handle}: {after}")


def pause(name: str, client: str | None, reason: str) -> None:
    """Let nothing be posted to the account until it is resumed."""
    from clipping.db import queries
    from tasks.workplace import db_session

    with db_session() as session:
        account = account_named(session, name, client)
        queries.accounts.pause_account(session, account.account_id, reason)
    console.output.print(f"{account.platform} @{account.handle} is paused: {reason}")


def resume(name: str, client: str | None) -> None:
    """Let the account be posted to again."""
    from clipping.db import queries
    from tasks.workplace import db_session

    with db_session() as session:
        account = account_named(session, name, client)
        was = queries.accounts.resume_account(session, account.account_id)
    what = "is no longer paused" if was else "was not paused"
    console.output.print(f"{account.platform} @{account.handle} {what}.")


def reinstate(name: str, client: str | None, by: str) -> None:
    """Take an account for well again, because somebody has seen that it is."""
    from tasks.reinstating import reinstate as reinstate_account
    from tasks.workplace import database

    with database():
        account_id = account_id_of(name, client)
        account = reinstate_account(account_id, by, datetime.now(UTC))
    console.output.print(f"{account.platform} @{account.handle} is posted to again.")


def disconnect(name: str, client: str | None) -> None:
    """Forget what opens an account, and tell its platform, as far as it listens."""
    from clipping.db import queries
    from clipping.models import AccountStatus
    from clipping.vault import open_vault
    from flows.connecting import blocks_within_reach
    from tasks.apps import oauth_of
    from tasks.workplace import db_session

    vault, told = open_vault(), ""
    with db_session() as session:
        account = account_named(session, name, client)
        account_id = account.account_id
    with blocks_within_reach(account.app), db_session() as session:
        tokens = queries.tokens.find_tokens(session, vault, account_id, lock=True)
        if tokens is None:
            raise Rejected(f"{account.platform} @{account.handle} is not connected.")
        try:
            oauth_of(account, queries.tokens.proxy_of(session, vault, account_id)).revoke(tokens)
        except ClippingError as error:
            told = f" Its platform was not told: {error}"
        queries.tokens.forget_tokens(session, account_id)
        queries.accounts.note_event(session, account_id, "disconnected")
        queries.accounts.change_status(
            session, account_id, AccountStatus.REAUTHORISE, "It was disconnected here."
        )
    console.output.print(f"{account.platform} @{account.handle} is disconnected.{told}")
