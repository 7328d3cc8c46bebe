"""What somebody can do about their own account. Waits for Postgres."""

from __future__ import annotations

from datetime import UTC, datetime

from pydantic import SecretStr

from clipping.db.queries import people, sign_ins
from clipping.db.queries.sign_ins import Admitted
from clipping.db.session import open_session
from clipping.errors import Rejected
from clipping.models import SignIn, User
from clipping.people import passwords
from dashboard.door import admission


def of(user_id: str) -> tuple[User | None, list[SignIn]]:
    """Who they are, and where they are signed in."""
    with open_session(admission.database_url()) as session:
        found = sign_ins.sign_ins_of(session, user_id, datetime.now(UTC))
        return people.find_user(session, user_id), found


def end_others(user_id: str, token_sha256: str) -> None:
    """Sign them out everywhere else."""
    with open_session(admission.database_url()) as session:
        sign_ins.end_sign_ins(session, user_id, datetime.now(UTC), but=token_sha256)


def change_password(who: Admitted, old: SecretStr, new: SecretStr, agent: str, address: str) -> str:
    """The token of a new sign-in, the only one that is left of theirs.

    :raises RateLimited: Too many were wrong of late.
    :raises Rejected: The old password is wrong, or the new one is none.
    """
    hashed = passwords.hash_password(new)
    try:
        # Guesses are counted here as they are at the door.
        admission.sign_in(who.name, old, agent, address)
    except Rejected:
        raise Rejected("The old password is wrong.") from None
    now = datetime.now(UTC)
    with open_session(admission.database_url()) as session:
        people.set_password(session, who.user_id, hashed, now)
        sign_ins.end_sign_ins(session, who.user_id, now)
    return admission.let_in(who.user_id, agent, address)
