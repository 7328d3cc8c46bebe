"""Clients: their ids, and what they have decided."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError
from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col, select

from clipping.db.columns import storable
from clipping.db.tables import ClientRow
from clipping.errors import Broken
from clipping.models import ClientSettings, EditorialPolicy, make_id


def client_id(name: str) -> str:
    """The id of the client with that name."""
    return make_id("client", storable(name))


def save_client(session: Session, name: str) -> str:
    """The client's id; the row is made by the first save."""
    made = client_id(name)
    session.execute(insert(ClientRow).values(client_id=made, name=name).on_conflict_do_nothing())
    return made


def lock_client(session: Session, name: str) -> None:
    """Nobody else who locks the client goes on until the transaction ends."""
    # Rows that only refer to the client can still be written meanwhile.
    session.exec(
        select(ClientRow.client_id)
        .where(ClientRow.client_id == client_id(name))
        .with_for_update(key_share=True)
    ).first()


def clients(session: Session) -> list[str]:
    """Names of all clients, in alphabetical order."""
    return list(session.exec(select(ClientRow.name).order_by(ClientRow.name)))


def client_settings(session: Session, name: str) -> ClientSettings:
    """What the client has decided; of one that was never heard of, what holds for all at first."""
    found = session.get(ClientRow, client_id(name))
    if found is None:
        return ClientSettings()
    return ClientSettings(
        require_rights=found.require_rights, monthly_budget_usd=found.monthly_budget_usd
    )


def save_client_settings(session: Session, name: str, settings: ClientSettings) -> None:
    """What the client has decided from now on."""
    session.execute(
        update(ClientRow)
        .where(col(ClientRow.client_id) == save_client(session, name))
        .values(**settings.model_dump())
    )


def editorial_policy(session: Session, name: str) -> EditorialPolicy:
    """What the client wants of its clips; of one that was never heard of, what all want at first.

    Only what a client wants otherwise is kept. Raises Broken for what this program cannot have
    stored.
    """
    kept = session.exec(
        select(ClientRow.editorial_policy).where(ClientRow.client_id == client_id(name))
    ).first()
    try:
        return EditorialPolicy.model_validate(kept or {})
    except ValidationError as error:
        fields = ", ".join(sorted({".".join(map(str, one["loc"])) for one in error.errors()}))
        raise Broken(f"The stored policy of {name} cannot be read: {fields}.") from None


def save_editorial_policy(session: Session, name: str, policy: EditorialPolicy) -> None:
    """What the client wants of its clips from now on."""
    session.execute(
        update(ClientRow)
        .where(col(ClientRow.client_id) == save_client(session, name))
        .values(editorial_policy=kept_policy(policy))
    )


def kept_policy(policy: EditorialPolicy) -> dict[str, Any]:
    """What is stored of a policy: what its client wants otherwise than all."""
    return policy.model_dump(mode="json", exclude_defaults=True)
