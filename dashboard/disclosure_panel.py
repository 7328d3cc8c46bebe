"""What viewers are told by a client's accounts: shown, and decided for one or for all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import streamlit as st
from sqlmodel import Session

from clipping.models import Account, Disclosure
from clipping.publishing.disclosing import disclose
from dashboard import looks
from dashboard.actions import change, say, say_what_was_done
from dashboard.looks import Lead
from dashboard.words import Chip, Tone, account_name, many

_ALL = "all of them"
_LONGEST = 100
_MOST = 5


def disclosure(client: str, accounts: Sequence[Account]) -> None:
    """A line for each that is alike, and a form."""
    st.subheader("What viewers are told")
    if not accounts:
        st.caption("No accounts yet; each has its own.")
        return
    alike: dict[Disclosure, list[Account]] = {}
    for account in accounts:
        alike.setdefault(account.disclosure, []).append(account)
    with looks.listing():
        for told, those in sorted(alike.items(), key=lambda item: -len(item[1])):
            named = [account_name(one.platform, one.handle) for one in those[:_MOST]]
            more = f" and {len(those) - _MOST} more" if len(those) > _MOST else ""
            looks.row(
                Chip(many(len(those), "account"), Tone.CALM),
                in_words(told),
                (f"{', '.join(named)}{more}",),
                Lead("Open", "accounts", {"account": those[0].account_id})
                if len(those) == 1
                else None,
            )
    with st.expander("Change it"):
        _form(client, accounts)


def in_words(told: Disclosure) -> str:
    """What viewers are told, as a list."""
    parts = []
    if told.paid_partnership:
        by = f" with {', '.join(told.sponsors)}" if told.sponsors else ""
        parts.append(f"paid partnership{by}")
    if told.own_brand:
        parts.append("the owner's own business")
    if told.ai_generated:
        parts.append("made with AI")
    return ", ".join(parts) or "nothing: neither paid, nor own business, nor made with AI"


def _form(client: str, accounts: Sequence[Account]) -> None:
    names = {
        account.account_id: account_name(account.platform, account.handle) for account in accounts
    }
    key = f"disclosure {client}"
    with st.form(key, border=False):
        st.selectbox(
            "Accounts",
            [_ALL, *names],
            format_func=lambda one: names.get(one, _ALL),
            key=f"accounts {key}",
        )
        st.checkbox("Somebody else pays for its posts (paid partnership)", key=f"paid {key}")
        st.text_input(
            "Who pays, as the platform names them; with commas",
            max_chars=500,
            key=f"sponsors {key}",
        )
        st.checkbox("They promote the owner's own business", key=f"own {key}")
        st.checkbox(
            "Realistic pictures or sound in them are generated or altered", key=f"made {key}"
        )
        st.caption(
            "It holds for posts that are planned from now on, each in its platform's own field. "
            "Planned ones keep theirs. Where a platform has no field for it, nothing is posted."
        )
        st.form_submit_button(
            "Decide it", type="primary", on_click=_decide, args=(client, names, key)
        )
    say_what_was_done(at=key)


def _decide(client: str, names: Mapping[str, str], key: str) -> None:
    typed = st.session_state
    paid, sponsors = typed[f"paid {key}"], typed[f"sponsors {key}"]
    who_pays = tuple(part for one in sponsors.split(",") if (part := one.strip()[:_LONGEST]))
    if who_pays and not paid:
        say("Say that it is paid, or name nobody who pays.", done=False, at=key)
        return
    told = Disclosure(
        paid_partnership=paid,
        own_brand=typed[f"own {key}"],
        ai_generated=typed[f"made {key}"],
        sponsors=who_pays,
    )
    chosen = typed[f"accounts {key}"]
    ids = list(names) if chosen == _ALL else [str(chosen)]

    def act(session: Session, by: str, now: datetime) -> str:
        changed = disclose(session, ids, told, by, now)
        return f"{many(changed, 'account')} of {client} changed: {in_words(told)}."

    change(act)
