"""What a client wants, and what is written beside its clips, as the stages find it stored.

Without Prefect, whose import takes seconds: commands that only read use it too.
"""

from __future__ import annotations

from sqlmodel import Session

from clipping.copywriting import Commission, write_locally
from clipping.db import queries
from clipping.models import EditorialPolicy, Moment, SourceVideo
from clipping.reports import Beside


def policy_of(session: Session, client: str, *, in_batches: bool = False) -> EditorialPolicy:
    """What the client wants; whoever asks in batches comes back for the answers, in any case."""
    policy = queries.editorial_policy(session, client)
    return policy.replace(when_down="wait") if in_batches else policy


def words_beside(
    session: Session, source: SourceVideo, moment: Moment, policy: EditorialPolicy | None = None
) -> Beside:
    """What is written beside a moment's clips; written here and now where nobody has so far.

    The hook is the moment's own, which a later detection may have worded anew.

    :param policy: The client's, if it has been read already.
    """
    policy = policy or policy_of(session, source.client)
    kept = queries.writings_of(session, [moment.moment_id]).get(moment.moment_id)
    if kept is None:
        newest = queries.transcripts_of(session, moment.moment_id)[0]
        _, transcript = queries.get_transcript(session, newest)
        kept = write_locally(moment, transcript, Commission(policy))
    worded = kept.replace(draft=kept.draft.replace(hook=moment.hook))
    return Beside(worded, policy.writing)
