"""What ``clipper accounts`` does beside connecting: list, check, set, consent, pause."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from rich.table import Table
from rich.text import Text

from clipping.errors import ClippingError, Rejected
from clipping.models import Account, AccountEvent, Consent, PlatformName, Tokens
from flows import console

if TYPE_CHECKING:
    from pydantic import SecretStr
    from sqlmodel import Session


@dataclass(frozen=True)
class Line:
    """An account with what else a list shows of it; nothing secret."""

    account: Account
    tokens: Tokens | None
    """Its dates and scopes alone."""
    proxy: bool

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        dates = self.tokens and self.tokens.model_dump(
            mode="json", include={"expires_at", "refresh_expires_at", "obtained_at", "scopes"}
        )
        return {
            **self.account.model_dump(mode="json"),
            "tokens": dates,
            "proxy": "***" if self.proxy else None,
        }


def lines(session: Session, client: str | None, account_id: str | None = None) -> list[Line]:
    """The accounts of a client, or of all, or one.

    :raises Rejected: There is no such account.
    """
    from clipping.db import queries

    if account_id is not None:
        found = [queries.get_account(session, account_id)]
    else:
        found = queries.accounts(session, client)
    return [
        Line(
            account,
            queries.token_dates(session, account.account_id),
            queries.has_proxy(session, account.account_id),
        )
        for account in found
    ]


def list_accounts(client: str | None, *, as_json: bool) -> None:
    """Print all accounts, or a client's."""
    from tasks.workplace import db_session

    with db_session() as session:
        found = lines(session, client)
    if as_json:
        _write_json([line.as_json() for line in found])
    elif found:
        console.output.print(account_table(found))
    else:
        console.output.print("No accounts yet: clipper accounts connect PLATFORM --client NAME")


def account_table(found: Sequence[Line]) -> Table:
    """One row for each: whose, where, how it is posted to, how it stands."""
    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in ("client", "account", "method", "status", "awake", "token until", "id"):
        table.add_column(name, no_wrap=name != "status")
    for line in found:
        one = line.account
        table.add_row(
            one.client,
            f"{one.platform} @{one.handle}",
            one.method.value,
            Text(f"paused ({one.paused})" if one.paused else one.status.value),
            f"{one.wakes_at:%H:%M}-{one.sleeps_at:%H:%M} {one.timezone}",
            _until(line.tokens),
            one.account_id,
        )
    return table


def _until(tokens: Tokens | None) -> str:
    if tokens is None:
        return "-"
    if tokens.refresh is not None:
        ends = tokens.refresh_expires_at
        return f"{ends:%Y-%m-%d}" if ends else "renewed"
    return f"{tokens.expires_at:%Y-%m-%d}" if tokens.expires_at else "no date"


def set_account(
    account_id: str, choices: Sequence[str], proxy: SecretStr | None, *, drop_proxy: bool = False
) -> None:
    """Change what was decided for an account, and print all of it.

    :param choices: As ``clipping.platforms.choices`` reads them.
    :raises Rejected: One is not known, or cannot be.
    """
    from clipping.db import queries
    from clipping.platforms.choices import chosen, proxy_address
    from clipping.vault import open_vault
    from flows.keeping import refuse_anothers
    from tasks.workplace import db_session

    if proxy is not None:
        proxy = proxy_address(proxy)
    with db_session() as session:
        before = queries.get_account(session, account_id, lock=True)
        after = chosen(before, choices)
        _refuse_taken(session, after)
        if after.handle != before.handle:
            refuse_anothers(session, after)
        queries.save_account(session, after)
        for name in type(after).model_fields:
            old, new = getattr(before, name), getattr(after, name)
            if old != new:
                queries.note_event(session, account_id, "settings", f"{name}: {old}", f"{new}")
        if proxy is not None or drop_proxy:
            queries.save_proxy(session, open_vault(), account_id, proxy)
            done = "set" if proxy else "removed"
            queries.note_event(session, account_id, "settings", "proxy", done)
        shown = lines(session, None, account_id)[0]
    console.output.print(account_view(shown))


def _refuse_taken(session: Session, account: Account) -> None:
    from clipping.db import queries

    for other in queries.accounts(session, account.client, account.platform):
        if other.handle == account.handle and other.account_id != account.account_id:
            raise Rejected(
                f"{account.client} has another account {account.platform} @{account.handle}, "
                f"which is {other.account_id}."
            )


def account_view(line: Line) -> Table:
    """All that was decided for one account."""
    table = Table(box=None, show_header=False, pad_edge=False)
    one = line.account
    told = one.disclosure
    facts = {
        "account": f"{one.platform} @{one.handle} of {one.client}",
        "id": one.account_id,
        "method": one.method.value,
        "status": one.status.value,
        "paused": one.paused or "no",
        "awake": f"{one.wakes_at:%H:%M}-{one.sleeps_at:%H:%M} {one.timezone}",
        "angle": one.angle or "-",
        "caption style": one.caption_style or "any",
        "disclosure": ", ".join(
            [name for name, value in told if value is True] + [f"by {who}" for who in told.sponsors]
        )
        or "none",
        "proxy": "***" if line.proxy else "none",
        "consent": _consent(one.consent),
        "first post": str(one.first_post_on or "-"),
    }
    for name, value in facts.items():
        table.add_row(name, Text(value))
    return table


def _consent(consent: Consent | None) -> str:
    if consent is None:
        return "not recorded: nothing is posted"
    allowed = [
        name.removeprefix("allow_")
        for name, value in consent
        if name.startswith("allow_") and value
    ]
    also = f", with {', '.join(allowed)}" if allowed else ""
    return f"{consent.owner} on {consent.given_at:%Y-%m-%d}: {consent.privacy}{also}"


_TIKTOK_PRIVACY: Final = (
    "PUBLIC_TO_EVERYONE",
    "MUTUAL_FOLLOW_FRIENDS",
    "FOLLOWER_OF_CREATOR",
    "SELF_ONLY",
)


def give_consent(account_id: str, consent: Consent | None) -> None:
    """Record what an account's owner agreed to, or that it was taken back.

    :param consent: Without a privacy it is everybody; not at TikTok, which wants no default there
        (platforms.md 1.9).
    :raises Rejected: There it lacks one, or names one that TikTok does not have.
    """
    from clipping.db import queries
    from tasks.workplace import db_session

    with db_session() as session:
        account = queries.get_account(session, account_id, lock=True)
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
        queries.save_account(session, account.replace(consent=consent))
        queries.note_event(
            session, account_id, "consent", _consent(account.consent), _consent(consent)
        )
    console.output.print(f"{account.platform} @{account.handle}: {_consent(consent)}")


def pause(account_id: str, reason: str) -> None:
    """Let nothing be posted to the account until it is resumed."""
    from clipping.db import queries
    from tasks.workplace import db_session

    with db_session() as session:
        queries.pause_account(session, account_id, reason)
        account = queries.get_account(session, account_id)
    console.output.print(f"{account.platform} @{account.handle} is paused: {reason}")


def resume(account_id: str) -> None:
    """Let the account be posted to again."""
    from clipping.db import queries
    from tasks.workplace import db_session

    with db_session() as session:
        was = queries.resume_account(session, account_id)
        account = queries.get_account(session, account_id)
    what = "is no longer paused" if was else "was not paused"
    console.output.print(f"{account.platform} @{account.handle} {what}.")


def reinstate(account_id: str, by: str) -> None:
    """Take an account for well again, because somebody has seen that it is."""
    from tasks.reinstating import reinstate as reinstate_account

    account = reinstate_account(account_id, by, datetime.now(UTC))
    console.output.print(f"{account.platform} @{account.handle} is posted to again.")


def show_history(account_id: str, *, as_json: bool) -> None:
    """Print all that happened to an account."""
    from clipping.db import queries
    from tasks.workplace import db_session

    with db_session() as session:
        queries.get_account(session, account_id)
        found: list[AccountEvent] = queries.account_events(session, account_id)
    if as_json:
        _write_json([event.model_dump(mode="json") for event in found])
        return
    for event in found:
        change = " -> ".join(part for part in (event.before, event.after) if part)
        told = f"{event.at:%Y-%m-%d %H:%M} {event.kind}: {change} {event.reason}"
        console.output.print(told.rstrip(" :"))


def disconnect(account_id: str) -> None:
    """Forget what opens an account, and tell its platform, as far as it listens."""
    from clipping.db import queries
    from clipping.models import AccountStatus
    from clipping.vault import open_vault
    from flows.connecting import blocks_within_reach
    from tasks.apps import oauth_of
    from tasks.workplace import db_session

    vault, told = open_vault(), ""
    with db_session() as session:
        account = queries.get_account(session, account_id)
    with blocks_within_reach(account.app), db_session() as session:
        tokens = queries.find_tokens(session, vault, account_id, lock=True)
        if tokens is None:
            raise Rejected(f"{account.platform} @{account.handle} is not connected.")
        try:
            oauth_of(account, queries.proxy_of(session, vault, account_id)).revoke(tokens)
        except ClippingError as error:
            told = f" Its platform was not told: {error}"
        queries.forget_tokens(session, account_id)
        queries.note_event(session, account_id, "disconnected")
        queries.change_status(
            session, account_id, AccountStatus.REAUTHORISE, "It was disconnected here."
        )
    console.output.print(f"{account.platform} @{account.handle} is disconnected.{told}")


def _write_json(document: Any) -> None:
    sys.stdout.write(json.dumps(document, ensure_ascii=False, indent=2) + "\n")
