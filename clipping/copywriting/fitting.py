"""Fitting a draft to a platform: within its limits, whatever was drafted."""

from __future__ import annotations

from typing import Final

from clipping.copywriting.cutting import cut
from clipping.copywriting.hashtags import gather, lifted, with_fewer
from clipping.copywriting.limits import RULES, Limit, Rules
from clipping.copywriting.links import without_links
from clipping.copywriting.wording import Ban, clean, first_that_remains, permitted, sentences
from clipping.models import Draft, PlatformName, PostCopy, WritingPolicy

NO_TITLE: Final = "Clip"
"""Where a title is required and nothing that was drafted can be one."""
_TAGS_SHARE: Final = 0.4
"""Hashtags take at most this share of a post: its caption comes first."""
_ANGLES: Final = str.maketrans("<>", "‹›")


def fit(draft: Draft, platform: PlatformName, policy: WritingPolicy | None = None) -> PostCopy:
    """The draft as ``platform`` takes it; any draft at all comes out fitted.

    Words that may not be written are gone or masked, links and supernumerary signs too, and what
    is too long ends after a sentence or a word. ``trimmed`` says what was changed.
    """
    return _Fitting(RULES[platform], policy or WritingPolicy()).fit(draft, platform)


class _Fitting:
    """One draft on its way, and what is said about it."""

    def __init__(self, rules: Rules, policy: WritingPolicy) -> None:
        self._rules = rules
        self._policy = policy
        self._ban = Ban(policy.banned_words)
        self._notes: list[str] = []

    def fit(self, draft: Draft, platform: PlatformName) -> PostCopy:
        caption, inline = lifted(self._tidy(draft.caption))
        caption = first_that_remains(
            [self._allowed(text, "caption") for text in (caption, *self._spare(draft))]
        )
        tags = self._tags([*self._policy.default_hashtags, *draft.hashtags, *inline])
        caption, tags = self._within(caption, tags, platform)
        return PostCopy(
            platform=platform,
            title=self._title(draft, caption),
            caption=caption,
            hashtags=tuple(tags),
            trimmed=tuple(dict.fromkeys(self._notes)),
        )

    def _spare(self, draft: Draft) -> list[str]:
        """What a caption is made of when nothing of the drafted one may be written."""
        return [lifted(self._tidy(text))[0] for text in (draft.hook, draft.title)]

    def _tidy(self, text: str) -> str:
        text = clean(text)
        return text if self._rules.angle_brackets else text.translate(_ANGLES)

    def _allowed(self, text: str, part: str) -> str:
        """A cleaned text without what this platform or this client does not want."""
        rules = self._rules
        fewer = with_fewer(text, most_mentions=rules.mentions, most_cashtags=rules.cashtags)
        if fewer != text:
            self._notes.append(f"Signs of mentions or cashtags left out: {rules.name} counts them.")
        if not rules.links and (linkless := without_links(fewer)) != fewer:
            self._notes.append(f"Links left out of the {part} for {rules.name}.")
            fewer = clean(linkless)
        kept = permitted(fewer, self._policy, self._ban)
        if kept != fewer:
            self._notes.append(f"Words that may not be written left out of the {part}, or masked.")
        return clean(kept)

    def _tags(self, wanted: list[str]) -> list[str]:
        tags = gather(wanted, self._policy, self._ban)
        most = min(self._policy.most_hashtags, self._rules.usual_hashtags)
        self._lost(tags[most:])
        return tags[:most]

    def _lost(self, tags: list[str]) -> None:
        if tags:
            self._notes.append(f"Hashtags left out: {', '.join(tags)}.")

    def _within(
        self, caption: str, tags: list[str], platform: PlatformName
    ) -> tuple[str, list[str]]:
        """Caption and hashtags that fit together; hashtags give way first, then the caption."""
        limit = self._rules.text

        def size(text: str, kept: list[str]) -> int:
            post = PostCopy(platform=platform, title="", caption=text, hashtags=tuple(kept))
            return limit.measure(post.text)

        while tags and size("", tags) > _TAGS_SHARE * limit.most:
            self._lost(tags[-1:])
            tags = tags[:-1]
        over = size(caption, tags) - limit.most
        if over > 0:
            room = limit.most - (size("", tags) + 2 if tags else 0)
            caption = self._shortened(caption, Limit(room, limit.measure, limit.unit), "caption")
        return caption, tags

    def _shortened(self, text: str, limit: Limit, part: str) -> str:
        # A cut can part a name from the word that made it harmless.
        short = permitted(cut(text, limit.most, limit.measure), self._policy, self._ban)
        if short != text:
            self._notes.append(
                f"The {part} had {limit.measure(text)} {limit.unit}; {limit.most} fit."
            )
        return first_that_remains([short])

    def _title(self, draft: Draft, caption: str) -> str:
        limit = self._rules.title
        if limit is None:
            return ""
        sources = [draft.title, draft.hook, *sentences(caption)[:1]]
        for source in sources:
            text = lifted(" ".join(self._tidy(source).split()))[0]
            text = self._shortened(self._allowed(text, "title"), limit, "title")
            if text:
                return text
        return NO_TITLE
