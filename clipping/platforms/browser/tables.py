"""What a table of selectors holds: where a platform's pages are, and by what their parts are known.

A table is data. Each part has several looks, tried in order: what people read (roles with their
names, labels) before what only the page's makers see. Names are English; the account's page has
to be. A table says when it was written and when it was last tried on the live page.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Final
from urllib.parse import quote, urljoin

from clipping.models import PlatformName


class By(StrEnum):
    """How a part is looked for."""

    ROLE = "role"
    LABEL = "label"
    TEXT = "text"
    DIALOG = "dialog"
    """A dialog that says this."""
    CSS = "css"


@dataclass(frozen=True)
class Look:
    """One way to find a part; ``name`` and texts are regular expressions, whatever the case."""

    by: By
    what: str
    name: str = ""

    def __str__(self) -> str:
        return f"{self.by} {self.what} {self.name}".strip()

    @property
    def pattern(self) -> re.Pattern[str]:
        """What has to be read there."""
        return re.compile(self.name if self.by is By.ROLE else self.what, re.IGNORECASE)


Looks = tuple[Look, ...]


def role(what: str, name: str) -> Look:
    """A part of this role whose accessible name fits."""
    return Look(By.ROLE, what, name)


def label(what: str) -> Look:
    """What a label that fits belongs to."""
    return Look(By.LABEL, what)


def text(what: str) -> Look:
    """The innermost part that says this."""
    return Look(By.TEXT, what)


def dialog(what: str) -> Look:
    """A dialog that says this."""
    return Look(By.DIALOG, what)


def css(what: str) -> Look:
    """A part by its markup: test ids, ids, attributes."""
    return Look(By.CSS, what)


@dataclass(frozen=True)
class Press:
    """Press something on the way; never what publishes."""

    part: str
    optional: bool = False
    """Left out where it is not there after a moment, such as a notice that is shown once."""
    when: str = ""
    """Only when this is wanted, see :mod:`~clipping.platforms.browser.wanted`."""


@dataclass(frozen=True)
class Write:
    """Write something and read it back."""

    part: str
    what: str


@dataclass(frozen=True)
class Switch:
    """Turn something on that is wanted; one that is not found stops the post."""

    part: str
    what: str
    always: bool = False
    """Also turned off where it is not wanted, and so it has to be there in any case."""


@dataclass(frozen=True)
class Await:
    """Wait until something shows: the end of an upload."""

    part: str


Act = Press | Write | Switch | Await


@dataclass(frozen=True)
class Posts:
    """Where an account's own posts are listed, and how one reads there; selectors are CSS."""

    path: str
    row: str
    link: str
    words: str = ""
    """Empty where the list shows none: then each unknown post's own page is read."""
    time: str = "time[datetime]"
    public_id: str = r"/(\w+)/?$"
    """Found in the link's address."""
    address: str = ""
    """Of the post, with ``{id}`` and ``{handle}``; empty where the link leads there."""
    shows: str = "caption"
    """``caption`` or ``title``."""
    page_words: str = "h1"


@dataclass(frozen=True)
class Table:
    """The selectors of one platform.

    ``parts`` has at least ``file``, ``publish``, ``success``, ``owner`` (who is signed in, with
    ``{handle}`` in it) and ``no posts``; ``opening`` leads to the file's field and ``filling`` from
    there to what publishes, which is in neither.
    """

    platform: PlatformName
    title: str
    written_on: date
    tried_on: date | None
    """When it was last tried on the live page; None for never."""
    origin: str
    upload_path: str
    posts: Posts
    parts: Mapping[str, Looks]
    filling: tuple[Act, ...]
    opening: tuple[Act, ...] = ()
    discloses: frozenset[str] = frozenset()
    """Which disclosures the page has a field for."""
    other_hosts: tuple[str, ...] = ()
    """Where its pages may lead besides."""
    login_urls: str = r"/login"
    challenge_urls: str = r"/(challenge|checkpoint)"
    success_urls: str = ""
    challenges: Looks = ()
    logins: Looks = ()
    suspensions: Looks = ()
    own_dialogs: str = ""
    """CSS of dialogs that belong to it, beside those that hold what is written, switched, waited
    for or published."""
    only_after: Mapping[str, str] = field(default_factory=dict)
    """Parts that are there only after another was pressed; for the check, which presses nothing."""

    def upload_url(self, origin: str = "") -> str:
        """Where a post begins."""
        return urljoin(origin or self.origin, self.upload_path)

    def posts_url(self, handle: str, origin: str = "") -> str:
        """The account's own list."""
        path = self.posts.path.format(handle=quote(handle))
        return urljoin(origin or self.origin, path)

    def looks(self, part: str, handle: str = "") -> Looks:
        """The looks of a part, for this account."""
        exact = re.escape(handle)
        return tuple(
            Look(
                look.by,
                look.what.replace("{handle}", handle if look.by is By.CSS else exact),
                look.name.replace("{handle}", exact),
            )
            for look in self.parts[part]
        )


_ASKED: Final = (
    r"(verify|confirm|prove) (that )?(it.?s you|you.?re (human|not a robot)|your identity|"
    r"your account|you are (human|not a robot))|are you a robot|security (check|verification)|"
    r"(suspicious|unusual) (login|activity|attempt)|drag the (slider|puzzle)|captcha|"
    r"enter (the|your) (confirmation |verification |security )?code"
)
CHALLENGES: Final[Looks] = (
    css(
        'iframe[src*="captcha" i], iframe[title*="captcha" i], iframe[src*="arkoselabs" i], '
        'iframe[title*="challenge" i], [id*="captcha" i]'
    ),
    role("heading", _ASKED),
    dialog(_ASKED),
)
"""What asks for a person, on whichever platform."""
LOGINS: Final[Looks] = (
    css('input[type="password"]'),
    role("heading", r"^(log|sign) ?in\b"),
)
SUSPENSIONS: Final[Looks] = (
    role("heading", r"your (account|channel) (is|was|has been) (suspended|banned|disabled)"),
)
