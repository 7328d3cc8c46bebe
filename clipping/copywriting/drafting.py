"""The words beside the clips of a detection: by Claude where there is a door, else by this machine.

Nothing is written that the clip does not say: each line that Claude writes is held against the
clip's words, and what is not said there is left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import regex

from clipping.claude.again import ask
from clipping.claude.door import Door
from clipping.copywriting.asking import (
    Spoken,
    WrittenPost,
    edition,
    question,
    read_posts,
    spoken,
)
from clipping.copywriting.local import write
from clipping.copywriting.wording import first_that_remains, sentences
from clipping.errors import ClippingError, Transient
from clipping.models import Draft, EditorialPolicy, Moment, Transcript, Writing, make_id

CLAUDE: Final = "claude"
LOCAL: Final = "local"
VERSIONS: Final = {CLAUDE: f"1-{edition()}", LOCAL: "1"}
_AROUND_MS: Final = 120_000
"""Of the talk before and after a clip: what comes back there is what it is about."""


class Claims(Protocol):
    """Tells of lines beside clips which say no more than their clip does.

    Gives a truth for each line of each clip, and in a few words why nobody could be asked, if so.
    """

    def __call__(
        self,
        door: Door,
        sentences: Sequence[Sequence[str]],
        lines: Sequence[Sequence[str]],
        model: str,
        *,
        same_language: bool,
        patient: bool = False,
    ) -> tuple[list[tuple[bool, ...]], str]:
        """``sentences`` are those of each clip."""
        ...


@dataclass(frozen=True)
class Commission:
    """For whom something is written, and by whom if possible."""

    policy: EditorialPolicy
    writer: str = LOCAL
    model: str = ""
    """Full id; of Claude."""

    def wishes(self, writer: str | None = None) -> str:
        """A hash of all that decides what is written, by whoever writes it."""
        by = writer or self.writer
        model = self.model if by == CLAUDE else ""
        return make_id("wish", by, VERSIONS[by], model, self.policy.writing.model_dump_json())


class _NoUse(Exception):
    """Nothing that Claude wrote can be used; the message says why, as one sentence."""


def write_locally(moment: Moment, transcript: Transcript, commission: Commission) -> Writing:
    """What this machine writes beside a moment's clips, without asking anybody."""
    around = moment.span.start_ms - _AROUND_MS, moment.span.end_ms + _AROUND_MS
    near = (word for word in transcript.words if around[0] <= word.span.start_ms < around[1])
    return Writing(
        draft=write(
            moment,
            " ".join(word.text for word in near),
            commission.policy.writing,
            transcript.language,
        ),
        writer=LOCAL,
        writer_version=VERSIONS[LOCAL],
        wishes=commission.wishes(LOCAL),
    )


def write_words(
    moments: Sequence[Moment],
    transcript: Transcript,
    commission: Commission,
    door: Door | None,
    claims: Claims,
) -> dict[str, Writing]:
    """What is written beside the clips of each moment, by its id.

    When Claude can't be asked or writes nothing usable, the local writer stands in, and a note
    says why. Raises Transient errors of the door when the client's policy is to wait.
    """
    own = {one.moment_id: write_locally(one, transcript, commission) for one in moments}
    if not moments or commission.writer != CLAUDE:
        return own
    try:
        if door is None:
            raise _NoUse("There is no key for the Claude API.")
        return _Asking(moments, transcript, commission, door, claims).writings(own)
    except _NoUse as why:
        because = str(why)
    except Transient as error:
        if commission.policy.patient:
            raise
        because = str(error)
    except ClippingError as error:
        because = str(error)
    note = f"The local writer wrote this, because Claude could not. {because}"
    return {moment_id: one.replace(notes=(note,)) for moment_id, one in own.items()}


class _Asking:
    """One detection whose words Claude writes."""

    def __init__(
        self,
        moments: Sequence[Moment],
        transcript: Transcript,
        commission: Commission,
        door: Door,
        claims: Claims,
    ) -> None:
        self._moments, self._door, self._claims = moments, door, claims
        self._commission, self._policy = commission, commission.policy
        self._language = transcript.language
        self._clips = spoken(moments)

    def writings(self, own: dict[str, Writing]) -> dict[str, Writing]:
        posts = self._posts()
        lines = [_lines(posts.get(number)) for number in range(1, len(self._clips) + 1)]
        truths, trouble = self._claims(
            self._door,
            [clip.sentences for clip in self._clips],
            lines,
            self._commission.model,
            same_language=self._policy.in_language(self._language),
            patient=self._policy.patient,
        )
        found = {}
        for place, (moment, clip) in enumerate(zip(self._moments, self._clips, strict=True)):
            stand_in = own[moment.moment_id].replace(wishes=self._commission.wishes())
            post = posts.get(place + 1)
            if post is None:
                note = "The local writer wrote this: what Claude wrote could not be used."
                found[moment.moment_id] = stand_in.replace(notes=(note,))
            else:
                found[moment.moment_id] = self._writing(
                    post, clip, truths[place], stand_in, trouble
                )
        return found

    def _posts(self) -> dict[int, WrittenPost]:
        asked = question(self._clips, self._policy.writing, self._language, self._commission.model)
        reading = ask(
            self._door,
            [asked],
            lambda _, reply: read_posts(reply, self._clips),
            patient=self._policy.patient,
        )[0]
        if reading.useless:
            raise _NoUse(f"Its answer could not be used: {reading.useless}.")
        return {post.clip: post for post in reading.items["posts"]}

    def _writing(
        self,
        post: WrittenPost,
        clip: Spoken,
        truths: Sequence[bool],
        stand_in: Writing,
        trouble: str,
    ) -> Writing:
        """What remains of a post; the local writer's words for what does not."""
        title, *told = _lines(post)
        notes = [f"The words could not be checked ({trouble}): only literal ones were kept."]
        notes = notes if trouble else []
        kept = "".join(line for line, true in zip(told, truths[1:], strict=True) if true).strip()
        caption = first_that_remains([kept])
        if not caption:
            notes.append(
                "The caption is the local writer's: the clip does not say the written one."
            )
        elif not all(truths[1:]):
            notes.append("Sentences that the clip does not say were left out of the caption.")
        if not truths[0]:
            notes.append("The title is the local writer's: the clip does not say the written one.")
        local = stand_in.draft
        draft = Draft(
            hook=local.hook,
            caption=caption or local.caption,
            hashtags=tuple(tag for tag in post.hashtags if _figures_said(tag, clip)),
            title=title if truths[0] else local.title,
            language=self._policy.language or self._language,
        )
        changes: dict[str, object] = {"draft": draft, "notes": tuple(notes)}
        if trouble:
            # Another time the words can be checked, perhaps.
            changes["wishes"] = self._commission.wishes(LOCAL)
        if not caption and not truths[0]:
            return stand_in.replace(**changes)
        return stand_in.replace(**changes, writer=CLAUDE, writer_version=VERSIONS[CLAUDE])


def _lines(post: WrittenPost | None) -> list[str]:
    """What is claimed line by line: the title, then each sentence of the caption."""
    return [] if post is None else [post.title, *sentences(post.caption)]


def _figures_said(tag: str, clip: Spoken) -> bool:
    """Whether every figure of a hashtag stands in the clip."""
    said = set(regex.findall(r"\p{Nd}+", " ".join(clip.sentences)))
    return set(regex.findall(r"\p{Nd}+", tag)) <= said
