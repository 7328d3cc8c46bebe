"""Who may sign in, where they have, and who tried in vain.

No page can read any of these: see ``docs/decisions/0011-row-level-security.md``.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy import text as sql
from sqlmodel import Field

from clipping.db.columns import Text, UtcTime
from clipping.db.tables.base import SAVED_AT, Row, belongs_to, one_of
from clipping.models import Role


class UserRow(Row, table=True):
    """Somebody who may sign in; ``login`` is the name as it is compared."""

    __tablename__ = "users"
    __table_args__ = (
        UniqueConstraint("login"),
        CheckConstraint(one_of("role", Role), name="role"),
        CheckConstraint("login <> ''", name="login"),
        CheckConstraint("password_hash LIKE '$argon2id$%'", name="password_hash"),
        Index(None, "email", unique=True, postgresql_where=sql("email <> ''")),
        Index(
            None,
            "oidc_issuer",
            "oidc_subject",
            unique=True,
            postgresql_where=sql("oidc_subject <> ''"),
        ),
    )

    user_id: str = Field(sa_type=Text, primary_key=True)
    login: str = Field(sa_type=Text)
    name: str = Field(sa_type=Text)
    role: str = Field(sa_type=Text)
    email: str = Field(sa_type=Text, default="")
    password_hash: str | None = Field(sa_type=Text, default=None)
    password_at: datetime | None = Field(sa_type=UtcTime, default=None)
    oidc_issuer: str = Field(sa_type=Text, default="")
    oidc_subject: str = Field(sa_type=Text, default="")
    disabled_at: datetime | None = Field(sa_type=UtcTime, default=None)
    created_at: datetime | None = Field(
        sa_type=UtcTime, default=None, nullable=False, sa_column_kwargs=SAVED_AT
    )


class UserClientRow(Row, table=True):
    """A client that an operator or a client's user may see."""

    __tablename__ = "user_clients"
    __table_args__ = (
        belongs_to("users", "user_id"),
        belongs_to("clients", "client_id"),
        Index(None, "client_id"),
    )

    user_id: str = Field(sa_type=Text, primary_key=True)
    client_id: str = Field(sa_type=Text, primary_key=True)


class SignInRow(Row, table=True):
    """A browser that is let in until ``expires_at``, by the hash of the token that it holds."""

    __tablename__ = "sign_ins"
    __table_args__ = (
        belongs_to("users", "user_id"),
        CheckConstraint("token_sha256 ~ '^[0-9a-f]{64}$'", name="token_sha256"),
        Index(None, "user_id"),
        Index(None, "expires_at"),
    )

    token_sha256: str = Field(sa_type=Text, primary_key=True)
    user_id: str = Field(sa_type=Text)
    created_at: datetime = Field(sa_type=UtcTime)
    seen_at: datetime = Field(sa_type=UtcTime)
    expires_at: datetime = Field(sa_type=UtcTime)
    revoked_at: datetime | None = Field(sa_type=UtcTime, default=None)
    agent: str = Field(sa_type=Text)
    address: str = Field(sa_type=Text)


class SignInAttemptRow(Row, table=True):
    """How often a name, or somebody at an address, failed to sign in of late.

    Only the hash of it is kept: people type passwords where names belong.
    """

    __tablename__ = "sign_in_attempts"
    __table_args__ = (
        CheckConstraint("failures >= 0", name="failures"),
        Index(None, "last_at"),
    )

    key_sha256: str = Field(sa_type=Text, primary_key=True)
    failures: int
    last_at: datetime = Field(sa_type=UtcTime)
