"""What comes after the first clips of a client, in one line."""

from __future__ import annotations

import shlex

from clipping.models import Ground, Rights

_GROUNDS = "|".join(ground for ground in Ground if ground is not Ground.UNSTATED)


def next_line(client: str, rights: Rights) -> str:
    """Whose the clips are, and what is still between them and a first post.

    :param rights: Of the source that was clipped.
    """
    from clipping.db import queries
    from tasks.workplace import db_session

    with db_session() as session:
        if queries.posts.posts(session, client, most=1):
            return f"The clips are {client}'s."
        return told(
            client,
            rights_stated=rights.ground is not Ground.UNSTATED,
            waiting=bool(queries.waiting.waiting_clips(session, client, 1)),
            has_account=bool(queries.accounts.accounts(session, client)),
        )


def told(client: str, *, rights_stated: bool, waiting: bool, has_account: bool) -> str:
    """The line, with the steps that are left."""
    name = shlex.quote(client)
    steps = [
        (not rights_stated, f"state the rights (the same command with --rights {_GROUNDS})"),
        (waiting, f"approve what may be posted (clipper approve --client {name})"),
        (not has_account, f"add an account (clipper accounts connect PLATFORM --client {name})"),
        (True, f"plan its posts (clipper plan --client {name})"),
    ]
    left = ", then ".join(step for is_left, step in steps if is_left)
    return f"The clips are {client}'s. Next: {left}."
