"""What ``clipper client`` does."""

from __future__ import annotations

from clipping.errors import Rejected
from flows import console


def set_client(name: str, require_rights: bool | None) -> None:
    """Change what a client has decided, where something is given, and print all of it.

    :raises Rejected: Nothing is given, and nobody has heard of the client.
    """
    from clipping.db import queries
    from tasks.workplace import db_session

    with db_session() as session:
        decided = queries.client_settings(session, name)
        if require_rights is not None:
            decided = decided.replace(require_rights=require_rights)
            queries.save_client_settings(session, name, decided)
        known = queries.clients(session)
    if require_rights is None and name not in known:
        others = f" Known are {', '.join(known)}." if known else ""
        raise Rejected(f"There is no client {name} yet.{others}")
    wanted = "required before anything is rendered" if decided.require_rights else "not required"
    console.output.print(f"{name}: rights are {wanted}", markup=False)
