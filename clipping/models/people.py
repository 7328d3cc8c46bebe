"""Who may look at the dashboard, and what of it."""

from __future__ import annotations

import unicodedata
from datetime import datetime
from enum import StrEnum

from clipping.models.base import Value


class Role(StrEnum):
    """What somebody may see and do on the dashboard."""

    ADMIN = "admin"
    """Everything, of all clients."""
    OPERATOR = "operator"
    """Everything of the clients that are named for them."""
    CLIENT = "client"
    """The clips, approvals and numbers of the clients that are named for them."""


class User(Value):
    """Somebody who may sign in; what proves that it is them is not part of it."""

    user_id: str
    name: str
    """As it was written when the user was made; it is typed in at sign-in, in any case."""
    role: Role
    clients: tuple[str, ...] = ()
    """Names of the clients that they see; none for an admin, who sees all."""
    email: str = ""
    """By which an identity provider's answer is known to be of this user, the first time."""
    has_password: bool = False
    created_at: datetime
    disabled_at: datetime | None = None
    """When they were shut out; they cannot sign in, and no sign-in of theirs counts."""


class SignIn(Value):
    """A browser in which somebody has signed in; the token that it holds is not part of it."""

    token_sha256: str
    user_id: str
    created_at: datetime
    seen_at: datetime
    expires_at: datetime
    agent: str = ""
    """What the browser calls itself, shortened."""
    address: str = ""


def folded(text: str) -> str:
    """A name or address as it is compared: in one case and one form, without outer spaces."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())
