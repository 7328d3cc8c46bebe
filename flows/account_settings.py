"""``clipper accounts set``: what was decided for an account, and what its owner agreed to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from clipping.errors import Rejected
from clipping.models import Account, Consent, PlatformName
from flows import console
from flows.account_list import Line, lines, until
from flows.account_names import account_named, called

if TYPE_CHECKING:
    from pydantic import SecretStr
    from sqlmodel import Session


# By TikTok's names, which are kept for the other platforms, too.
_PRIVACY = {"PUBLIC_TO_EVERYONE": "everybody may see it", "SELF_ONLY": "only its owner may see it"}


def set_account(
    name: str,
    client: str | None,
    choices: Sequence[str],
    proxy: SecretStr | None,
    *,
    drop_proxy: bool = False,
) -> None:
    """Change what was decided for an account, and print all of it.

    :param name: As :func:`~flows.account_names.named_account` takes it.
    :param choices: As ``clipping.platforms.choices`` reads them.
    :raises Rejected: There is no such account; a choice is not known, or cannot be.
    """
    from clipping.captions import STYLES
    from clipping.db import queries
    from clipping.platforms.choices import chosen, proxy_address
    from clipping.vault import open_vault
    from flows.keeping import refuse_anothers
    from tasks.workplace import db_session

    if proxy is not None:
        proxy = proxy_address(proxy)
    with db_session() as session:
        account_id = account_named(session, name, client).account_id
        before = queries.accounts.get_account(session, account_id, lock=True)
        after = chosen(before, choices, STYLES)
        _refuse_taken(session, after)
        if after.handle != before.handle:
            refuse_anothers(session, after)
        queries.accounts.save_account(session, after)
        _note_changes(session, before, after)
        if proxy is not None or drop_proxy:
            queries.tokens.save_proxy(session, open_vault(), account_id, proxy)
            done = "set" if proxy else "removed"
            queries.accounts.note_event(session, account_id, "settings", "proxy", done)
        shown = lines(session, None, account_id)[0]
    console.output.print(account_view(shown))


def _note_changes(session: Session, before: Account, after: Account) -> None:
    from clipping.db import queries
    from clipping.platforms.choices import in_words

    old, new = in_words(before), in_words(after)
    for name in new:
        if old[name] != new[name]:
            was = f"{name}: {old[name]}"
            queries.accounts.note_event(session, after.account_id, "settings", was, new[name])


def _refuse_taken(session: Session, account: Account) -> None:
    from clipping.db import queries

    for other in queries.accounts.accounts(session, account.client, account.platform):
        if other.handle == account.handle and other.account_id != account.account_id:
            raise Rejected(
                f"{account.client} has another account {called(account)}, "
                f"which is {other.account_id}."
            )


def account_view(line: Line) -> Table:
    """All that was decided for one account, each by the name by which ``set`` changes it."""
    from clipping.platforms.choices import in_words

    table = Table(box=None, show_header=False, pad_edge=False)
    one = line.account
    facts = {
        "account": f"{called(one)} of {one.client}",
        "id": one.account_id,
        "state": line.state,
        **in_words(one),
        "app": one.app or "of the settings",
        "login": one.login_path,
        "proxy": "***" if line.proxy else "none",
        "token until": until(line.tokens),
        "consent": consent_in_words(one.consent, one.platform),
    }
    for name, value in facts.items():
        table.add_row(name, Text(value or "-"))
    return table


def consent_in_words(consent: Consent | None, platform: PlatformName) -> str:
    """Who agreed to what, or that nobody has; who may see it in TikTok's own words there."""
    if consent is None:
        return "not recorded: nothing is posted"
    allowed = [
        name.removeprefix("allow_")
        for name, value in consent
        if name.startswith("allow_") and value
    ]
    also = f", with {', '.join(allowed)}" if allowed else ""
    privacy = consent.privacy
    if platform is not PlatformName.TIKTOK:
        privacy = _PRIVACY.get(privacy, privacy)
    return f"{consent.owner} on {consent.given_at:%Y-%m-%d}: {privacy}{also}"
