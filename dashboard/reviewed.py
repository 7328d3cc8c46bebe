"""What the review page shows of one clip, and what was changed on it. Pure but for the reading."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Final

from sqlmodel import Session

from clipping.copywriting import fit
from clipping.db import queries
from clipping.db.queries.review_lines import Waiting, platforms_of
from clipping.models import (
    ClipChange,
    ClipEdit,
    ClipWord,
    Draft,
    OwnWords,
    PlatformName,
    PostCopy,
    RenderedClip,
    Sentence,
    Verdict,
    Word,
)
from clipping.models.base import Value
from clipping.moments.sentences import split
from clipping.rendering.choices import framing_text
from clipping.timing import TimeSpan
from dashboard import library
from dashboard.library import ClipCard
from dashboard.looks import Lead

REASONS: Final = (
    "It is not interesting enough",
    "It begins or ends badly",
    "It misleads out of its context",
    "The captions are wrong",
    "Picture or sound is bad",
    "It does not fit the brand",
)
"""Why clips are rejected most often; each has its number as a key."""
CAMERA: Final = {
    "as it is": None,
    "by itself": "auto",
    "centre": "centre",
    "left": "left",
    "right": "right",
    "whole picture": "fit",
    "two, one above the other": "split",
}
"""What the camera may do in the whole clip."""
_MOST_CHANGES: Final = 20
_PAUSE_MS: Final = 600
_LINE_WORDS: Final = 12
_BESIDE: Final = 3


@dataclass(frozen=True)
class Reviewed:
    """A clip in front of somebody who decides about it."""

    card: ClipCard
    verdict: Verdict | None
    changes: list[ClipChange]
    being_changed: bool
    """Whether another film of it is being made, also for who may not see what was asked for."""
    superseded_by: str | None
    copies: list[PostCopy]
    """Of each platform on which its client has accounts."""
    own: Mapping[PlatformName, OwnWords]
    """As a person wrote them, or as they were drafted: what may be edited."""
    written: Mapping[PlatformName, OwnWords]
    """Those of them that a person wrote."""

    @property
    def clip(self) -> RenderedClip:
        """The clip."""
        return self.card.clip

    @property
    def hook(self) -> str:
        """What lists call it."""
        return self.card.hook

    @property
    def mark(self) -> str:
        """Of the clip and its words: a button with it says nothing of what was not shown."""
        return f"{self.clip.clip_id} {_digest(self.copies)}"

    @property
    def words_mark(self) -> str:
        """Of the clip and what may be edited beside it."""
        return f"{self.clip.clip_id} {_digest(self.own.values())}"


def review_lead(waiting: Waiting) -> Lead:
    """To the review of a clip that waits, among the others of its client."""
    query = {"client": waiting.client, "for": waiting.waits_for.value, "clip": waiting.clip_id}
    return Lead("Review", "review", query)


def _digest(shown: Iterable[Value]) -> str:
    told = "\0".join(one.model_dump_json() for one in shown)
    return sha256(told.encode()).hexdigest()[:8]


def read(session: Session, clip_id: str, *, staff: bool) -> Reviewed | None:
    """All of it; None where there is no such clip for who asks."""
    card = library.card(session, clip_id)
    if card is None:
        return None
    clip = card.clip
    # A client's own people see no detection, and none may be left; the moment is there.
    card = replace(card, moment=queries.detections.find_moment(session, clip.moment_id))
    draft = _draft(session, card)
    own = queries.changes.own_words(session, clip_id)
    policy = queries.clients.editorial_policy(session, clip.client).writing
    shown = platforms_of(session, clip.client) or list(PlatformName)
    drafted = OwnWords(title=draft.title, caption=draft.caption, hashtags=draft.hashtags)
    words = {name: own.get(name, drafted) for name in shown}
    return Reviewed(
        card=card,
        verdict=queries.verdicts.find_verdict(session, clip_id),
        changes=queries.changes.changes_of(session, clip_id, _MOST_CHANGES) if staff else [],
        being_changed=queries.changes.has_open_change(session, clip_id),
        superseded_by=queries.changes.superseded_by(session, clip_id),
        copies=[fit(one.over(draft), name, policy) for name, one in words.items()],
        own=words,
        written=own,
    )


def _draft(session: Session, card: ClipCard) -> Draft:
    moment = card.moment
    if moment is None:
        return Draft(hook=card.hook, caption="")
    kept = queries.drafts.writings_of(session, [moment.moment_id]).get(moment.moment_id)
    if kept is None:
        # It is written from the clip's own words when it is planned.
        return Draft(hook=moment.hook, caption="", title=moment.title)
    return kept.draft.replace(hook=moment.hook)


def sentences_around(
    session: Session, card: ClipCard
) -> tuple[list[Sentence], list[Sentence], list[Sentence]]:
    """A few sentences before a clip, those in it, a few after it; none where nobody knows."""
    transcripts = queries.lineage.transcripts_of(session, card.clip.moment_id)
    if not transcripts:
        return [], [], []
    _, transcript = queries.lineage.get_transcript(session, transcripts[0])
    return around(transcript.words, card.clip.plan.span)


def around(
    words: Sequence[Word], span: TimeSpan
) -> tuple[list[Sentence], list[Sentence], list[Sentence]]:
    """The sentences before, within and after a span, as the ends of moments count them."""
    items = split(words).items
    inside = [
        at for at, one in enumerate(items) if 2 * span.overlap_ms(one.span) > one.span.duration_ms
    ]
    if not inside:
        return [], [], []
    first, last = inside[0], inside[-1] + 1
    return (
        list(items[max(0, first - _BESIDE) : first]),
        list(items[first:last]),
        list(items[last : last + _BESIDE]),
    )


def lines_of(words: Iterable[ClipWord]) -> Iterator[tuple[int, list[ClipWord]]]:
    """What is said, in lines with the times at which they begin, relative to the clip."""
    line: list[ClipWord] = []
    for word in words:
        pause = line and word.start_ms - line[-1].end_ms > _PAUSE_MS
        ended = line and line[-1].text.rstrip("\"'”’)").endswith((".", "!", "?", "…"))
        if line and (pause or ended or len(line) >= _LINE_WORDS):
            yield line[0].start_ms, line
            line = []
        line.append(word)
    if line:
        yield line[0].start_ms, line


def film_edit(
    clip: RenderedClip,
    shown_hook: str,
    *,
    hook: str,
    hook_style: str,
    style: str,
    camera: str,
    start: int,
    end: int,
) -> ClipEdit:
    """What of a film is to be other than it is.

    :param shown_hook: As it is now; empty without one.
    :param camera: One of :data:`CAMERA`.
    """
    made = clip.plan.choices
    hook = " ".join(hook.split())
    other_hook = hook != shown_hook
    without = not hook or hook_style == "none"
    wish = CAMERA.get(camera, camera)
    return ClipEdit(
        hook=("" if without else hook) if other_hook or (without and shown_hook) else None,
        hook_style=None if without or hook_style == made.hook_style else hook_style,
        style=None if style == clip.style else style,
        framing=None if wish is None else (wish,),
        start=start,
        end=end,
    )


def camera_now(clip: RenderedClip) -> str:
    """What the camera of a clip was told."""
    return ", ".join(map(framing_text, clip.plan.choices.framing)) or "auto"


def words_edit(
    now: Mapping[PlatformName, OwnWords], then: Mapping[PlatformName, OwnWords]
) -> ClipEdit:
    """What is written beside a clip that is other than before."""
    return ClipEdit(words={name: words for name, words in then.items() if words != now.get(name)})


def tags_of(text: str) -> tuple[str, ...]:
    """Hashtags as somebody types them."""
    parts = text.replace(",", " ").split()
    return tuple(dict.fromkeys(tag for part in parts if (tag := part.lstrip("#"))))
