"""What a client wants, and what is written beside its clips, as the stages find it stored.

Without Prefect, whose import takes seconds: commands that only read use it too.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlmodel import Session

from clipping.copywriting import Commission, write_locally
from clipping.db import queries
from clipping.models import EditorialPolicy, Moment, OwnWords, PlatformName, SourceVideo
from clipping.reports import Beside


def policy_of(session: Session, client: str, *, in_batches: bool = False) -> EditorialPolicy:
    """What the client wants; whoever asks in batches comes back for the answers, in any case."""
    policy = queries.clients.editorial_policy(session, client)
    return policy.replace(when_down="wait") if in_batches else policy


def words_beside(
    session: Session, source: SourceVideo, moment: Moment, policy: EditorialPolicy | None = None
) -> Beside:
    """What is written beside a moment's clips; written here and now where nobody has so far.

    The hook is the moment's own, which a later detection may have worded anew.

    :param policy: The client's, if it has been read already.
    """
    policy = policy or policy_of(session, source.client)
    kept = queries.drafts.writings_of(session, [moment.moment_id]).get(moment.moment_id)
    if kept is None:
        newest = queries.lineage.transcripts_of(session, moment.moment_id)[0]
        _, transcript = queries.lineage.get_transcript(session, newest)
        kept = write_locally(moment, transcript, Commission(policy))
    worded = kept.replace(draft=kept.draft.replace(hook=moment.hook))
    return Beside(worded, policy.writing)


def own_with(
    session: Session, clip_id: str, captions: Mapping[PlatformName, str]
) -> dict[PlatformName, OwnWords]:
    """These captions as a person's own words; titles and hashtags stay as they are beside the clip.

    :raises Rejected: There is no such clip.
    """
    clip = queries.clips.get_clip(session, clip_id)
    if not captions:
        return {}
    source = queries.sources.get_source(session, clip.source_id)
    _, moment = queries.detections.get_moment(session, clip.moment_id)
    draft = words_beside(session, source, moment).writing.draft
    usual = OwnWords(title=draft.title, hashtags=draft.hashtags)
    known = queries.changes.own_words(session, clip_id)
    return {
        name: known.get(name, usual).replace(caption=caption) for name, caption in captions.items()
    }
