"""What ``clipper estimate`` does."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from clipping.errors import Rejected
from flows import console

if TYPE_CHECKING:
    from clipping.claude import Question
    from clipping.models import DetectOptions, Transcript


_SENTENCE = "Fourteen words in a sentence are about as many as people use when they talk."
_SENTENCES_A_SECOND = 150 / 60 / 14


@dataclass(frozen=True)
class CostEstimate:
    """What Claude will cost for one source, about."""

    heard: bool
    """Whether its words are known; else an ordinary pace is assumed."""
    minutes: int
    calls: int
    prompt_tokens: int
    usd: Decimal
    batch_usd: Decimal

    def as_json(self) -> dict[str, Any]:
        """The same for programs."""
        return {
            "heard": self.heard,
            "minutes": self.minutes,
            "calls": self.calls,
            "prompt_tokens": self.prompt_tokens,
            "usd": float(round(self.usd, 6)),
            "batch_usd": float(round(self.batch_usd, 6)),
        }

    @property
    def told(self) -> str:
        """One sentence."""
        from clipping.claude.budget import dollars

        known = "" if self.heard else ", if people speak as usual"
        return (
            f"About {dollars(self.usd)} for {self.minutes} min{known}: {self.calls} calls with "
            f"{self.prompt_tokens:,} tokens; {dollars(self.batch_usd)} in batches."
        )


def show_estimate(
    source: str,
    client: str,
    options: DetectOptions,
    *,
    complex_source: bool = False,
    as_json: bool,
) -> None:
    """Print what choosing the moments of a source will cost.

    :raises Rejected: It is a link that nobody has taken in, or no video.
    """
    from clipping.moments.claude.detector import Models
    from clipping.moments.claude.foreseeing import foreseen, unheard

    heard, duration_ms = _heard(source, client)
    asked = foreseen(
        heard or unheard(duration_ms),
        duration_ms,
        options,
        Models.from_settings(),
        complex_source=complex_source,
    )
    if asked and asked[-1].purpose == "check":
        asked += words_beside(options)
    found = estimate_of(asked, heard=heard is not None, minutes=round(duration_ms / 60_000))
    if as_json:
        sys.stdout.write(json.dumps(found.as_json()) + "\n")
    else:
        console.output.print(found.told, markup=False)


def words_beside(options: DetectOptions) -> list[Question]:
    """What is asked for the words beside as many clips as are wanted, about as long as it will be.

    Each clip is of a middling length, and each post has a title and two sentences.
    """
    from clipping.copywriting.asking import Spoken, question
    from clipping.models import WritingPolicy
    from clipping.moments.claude import claims
    from clipping.settings import settings

    model = settings().claude_writer_model
    seconds = (options.min_ms + options.max_ms) / 2000
    said = (_SENTENCE,) * max(1, round(seconds * _SENTENCES_A_SECOND))
    clips = [Spoken(1 + place * len(said), said, _SENTENCE) for place in range(options.count)]
    posts = [[_SENTENCE] * 3 for _ in clips]
    return [
        question(clips, WritingPolicy(), "en", model),
        claims.question(["\n".join(clip.sentences) for clip in clips], posts, model),
    ]


def estimate_of(asked: list[Question], *, heard: bool, minutes: int) -> CostEstimate:
    """What these questions will cost together."""
    from clipping.claude.prices import likely_usd, prompt_tokens

    today = datetime.now(UTC).date()
    return CostEstimate(
        heard=heard,
        minutes=minutes,
        calls=len(asked),
        prompt_tokens=sum(prompt_tokens(one) for one in asked),
        usd=likely_usd(asked, today, batch=False),
        batch_usd=likely_usd(asked, today, batch=True),
    )


def _heard(source: str, client: str) -> tuple[Transcript | None, int]:
    """What is said in the source, where that is known, and its length in milliseconds."""
    from clipping.db import queries
    from clipping.models import SourceRequest
    from clipping.settings import settings
    from clipping.sources.files import is_link, verify
    from clipping.sources.guard import check_link, extra_domains
    from tasks.workplace import db_session

    if is_link(source):
        place = check_link(source, extra_domains(settings().link_hosts)).url
    else:
        request = SourceRequest(location=source, client=client)
        found = verify(request, max_bytes=settings().max_source_bytes, shortest_ms=0)
        place = str(found.path)
    with db_session() as session:
        # A file is kept under the name by which it was given.
        known = queries.sources.source_at(session, client, place) or queries.sources.source_at(
            session, client, source
        )
        if known is None and is_link(source):
            raise Rejected(f"{place} has not been taken in for {client} yet.")
        if known is None:
            return None, found.media.duration_ms
        try:
            _, transcript = queries.transcripts.latest_transcript(session, known.source_id)
        except Rejected:
            return None, known.media.duration_ms
    return transcript, known.media.duration_ms
