"""What Claude is asked to write beside clips, and what can be used of its answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Final

from pydantic import BaseModel, Field

from clipping.claude.again import MOST_TOKENS
from clipping.claude.forms import schema_of
from clipping.claude.question import Block, Question, Reply
from clipping.claude.reading import Reading, read
from clipping.copywriting.wording import clean, first_that_remains, sentences
from clipping.models import Moment, WritingPolicy

PROMPT_VERSION: Final = 1
"""A file is never changed: another wording is another version."""
FORM_VERSION: Final = 1
"""Changes with every word of the form below."""

_LONGEST_SENTENCE: Final = 1_000
_LONGEST_WISH: Final = 200
_MOST_WISHES: Final = 100
_LONGEST_TEXT: Final = 600
"""Letters of a caption or title that still is one; fitting cuts what is only a little long."""
_MOST_HASHTAGS: Final = 20
_ANSWER_TOKENS: Final = 1_000
_TOKENS_EACH: Final = 350
_ANGLES: Final = str.maketrans("<>", "‹›")


class WrittenPost(BaseModel):
    """The words beside one clip."""

    clip: int = Field(description="Number of the clip.")
    title: str = Field(description="3 to 12 words, at most 90 letters.")
    caption: str = Field(description="1 to 3 sentences, at most 250 letters.")
    hashtags: list[str] = Field(description="2 to 5, without their sign.")
    said_in: list[int] = Field(
        description="Numbers of the clip's sentences that say what title and caption claim."
    )


class Written(BaseModel):
    """One post for every clip."""

    posts: list[WrittenPost]


@dataclass(frozen=True)
class Spoken:
    """What is said in a clip: its sentences, the number of the first one, and its hook."""

    first: int
    sentences: tuple[str, ...]
    hook: str

    @property
    def last(self) -> int:
        """The number of the last sentence."""
        return self.first + len(self.sentences) - 1


def spoken(moments: Sequence[Moment]) -> list[Spoken]:
    """The clips of moments; sentences count from 1 through all of them."""
    clips, first = [], 1
    for moment in moments:
        lines = [_line(one, _LONGEST_SENTENCE) for one in sentences(clean(moment.text))]
        clip = Spoken(first, tuple(filter(None, lines)), _line(moment.hook, _LONGEST_WISH))
        clips.append(clip)
        first += len(clip.sentences)
    return clips


@cache
def prompt() -> str:
    """The newest version of the prompt."""
    file = resources.files("clipping.copywriting") / "prompts" / f"write-{PROMPT_VERSION}.md"
    return file.read_text(encoding="utf-8").strip()


def edition() -> str:
    """The versions of the prompt and of the answer's form."""
    return f"w{PROMPT_VERSION}f{FORM_VERSION}"


def question(clips: Sequence[Spoken], policy: WritingPolicy, language: str, model: str) -> Question:
    """What is asked about all clips of a detection at once.

    :param language: BCP 47 of what is said, or ``und``.
    """
    shown = "\n\n".join(_shown(number, clip) for number, clip in enumerate(clips, start=1))
    return Question(
        purpose="write",
        model=model,
        system=(Block(text=prompt(), cached=True), Block(text=_wishes(policy, language))),
        user=(Block(text=f"<clips>\n{shown}\n</clips>"),),
        schema_=schema_of(Written),
        max_tokens=min(MOST_TOKENS, _ANSWER_TOKENS + _TOKENS_EACH * len(clips)),
    )


def read_posts(reply: Reply, clips: Sequence[Spoken]) -> Reading:
    """The list ``posts`` of a reply: one :class:`WrittenPost` for each clip, cleaned."""
    seen: set[int] = set()

    def fault(post: WrittenPost) -> str:
        if not 1 <= post.clip <= len(clips):
            return f"there is no clip {post.clip}"
        if post.clip in seen:
            return f"clip {post.clip} stands there twice"
        clip = clips[post.clip - 1]
        if not any(clip.first <= number <= clip.last for number in post.said_in):
            return "said_in names no sentence of its clip"
        wrong = _wrong_text(post.title, "title") or _wrong_text(post.caption, "caption")
        if not wrong:
            seen.add(post.clip)
        return wrong

    found = read(reply, {"posts": WrittenPost}, {"posts": fault})
    if found.useless:
        return found
    left = [str(number) for number in range(1, len(clips) + 1) if number not in seen]
    if not seen:
        return Reading(useless="it was empty")
    missing = [f"There is no usable post for the clips {', '.join(left)}."] if left else []
    posts = tuple(_cleaned(post) for post in found.items["posts"])
    return Reading({"posts": posts}, found.faults).with_faults(missing)


def _wrong_text(text: str, part: str) -> str:
    tidy = clean(text)
    if not first_that_remains([tidy]):
        return f"the {part} is empty"
    return f"the {part} is too long" if len(tidy) > _LONGEST_TEXT else ""


def _cleaned(post: WrittenPost) -> WrittenPost:
    tags = [tag for tag in map(clean, post.hashtags[:_MOST_HASHTAGS]) if tag]
    changes: dict[str, Any] = {
        "title": " ".join(clean(post.title).split()),
        "caption": clean(post.caption),
        "hashtags": tags,
    }
    return post.model_copy(update=changes)


def _shown(number: int, clip: Spoken) -> str:
    rows = [f"clip {number}"]
    rows += [f"{clip.first + place} {text}" for place, text in enumerate(clip.sentences)]
    return "\n".join([*rows, f"over its first seconds: {clip.hook or 'nothing'}"])


def _wishes(policy: WritingPolicy, language: str) -> str:
    """What the client wants, one line per wish."""
    wanted = _line(policy.language, _LONGEST_WISH)
    heard = "" if language in ("", "und") else f" ({_line(language, _LONGEST_WISH)})"
    rows = [
        f"Tone: {_line(policy.tone, _LONGEST_WISH).rstrip('.') or 'plain'}.",
        f"Language: {wanted or f'the language of the talk{heard}'}.",
        f"Words that are never used: {_list(policy.banned_words)}.",
        f"The client's own hashtags: {_list(policy.default_hashtags)}.",
    ]
    return "What the client wants:\n" + "\n".join(f"- {row}" for row in rows)


def _list(entries: Sequence[str]) -> str:
    kept = [line for line in (_line(one, _LONGEST_WISH) for one in entries[:_MOST_WISHES]) if line]
    return "; ".join(kept) or "none"


def _line(text: str, longest: int) -> str:
    """One clean line that cannot be taken for a tag of the prompt."""
    line = " ".join(clean(text).translate(_ANGLES).split())
    return line if len(line) <= longest else line[: longest - 1].rstrip() + "…"
