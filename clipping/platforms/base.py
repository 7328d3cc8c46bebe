"""The interface of a platform: how one clip gets onto one account, step by step."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar, NoReturn

from pydantic import SecretStr

from clipping.errors import NeedsPerson
from clipping.models import Account, AccountLimits, PlatformName, PostJob, Receipt


@dataclass(frozen=True)
class Access:
    """What opens an account: its token, and which app asks.

    ``app`` holds what the platform's console gave the app (``client_key``, ``client_secret``, ...)
    and ``proxy`` the account's one fixed way out, if it has one.
    """

    account: Account
    token: SecretStr
    app: Mapping[str, SecretStr] = field(default_factory=dict)
    # It may hold a password.
    proxy: str | None = field(default=None, repr=False)

    def __reduce__(self) -> NoReturn:
        raise TypeError("an access does not leave its process: pass the account's id")


@dataclass(frozen=True)
class Gone:
    """Why a post is no longer public, as a sentence."""

    why: str
    of_post: bool = False
    """Whether its platform says what this post was found to be, such as a claim on it; without
    that it may be the account that is not to be seen."""


@dataclass(frozen=True)
class Clock:
    """What time it is; a rehearsal brings its own."""

    now: datetime


@dataclass(frozen=True)
class Shown:
    """A post that an account shows, whoever made it."""

    public_id: str
    url: str
    at: datetime
    words: str
    marks: tuple[str, ...] = ()
    """Its tags, of which one may be a post's marker."""


class Platform(ABC):
    """Publishes on one platform, so that whoever is killed anywhere posts exactly once.

    A publication is a walk of a :class:`~clipping.models.Receipt` from ``NEW`` to ``POSTED`` (or
    ``INBOX``). The caller stores the receipt after each step, before the next one; a step is one
    HTTP exchange, or a few that can be repeated without harm. The step that can make the post
    public begins only from a *stored* ``ARMED``, and a receipt that is found ``ARMED`` by anybody
    but the one who has just armed it is given to :meth:`reconcile`, never to :meth:`submit`.

    To add one: write ``clipping/platforms/<name>.py`` with a subclass, its table of error codes and
    its fake in ``clipping/rehearsal``; add one line to ``PLATFORMS``. The contract tests in
    ``tests/platforms/test_contract.py`` kill it at every exchange and at every write.
    """

    name: ClassVar[PlatformName]

    @abstractmethod
    def check(self, job: PostJob, account: Account, limits: AccountLimits) -> list[str]:
        """What the platform would refuse after the upload, as sentences; empty when nothing. Pure.

        A disclosure that cannot be sent in the platform's own field is refused here.
        """

    @abstractmethod
    def limits(self, access: Access, clock: Clock) -> AccountLimits:
        """What the account may post just now, read live where the platform tells.

        Raises what ``failures.failure`` makes.
        """

    @abstractmethod
    def submit(self, job: PostJob, receipt: Receipt, access: Access, clock: Clock) -> Receipt:
        """The next step from ``NEW``, ``SENDING``, ``SENT``, or from an ``ARMED`` of our own.

        Raises what ``failures.failure`` makes. From ``ARMED`` every cut connection, timeout and
        5xx is ``unknown_outcome``; elsewhere they can be tried again.
        """

    @abstractmethod
    def poll(self, job: PostJob, receipt: Receipt, access: Access, clock: Clock) -> Receipt:
        """Ask what became of a ``PROCESSING`` one; ``not_before`` says when to ask again."""

    @abstractmethod
    def reconcile(self, job: PostJob, receipt: Receipt, access: Access, clock: Clock) -> Receipt:
        """Find out from the platform whether an ``ARMED`` one is public; only reading.

        Gives ``POSTED`` or ``PROCESSING`` when it is (or will be); ``SENT``, ``SENDING`` or ``NEW``
        when it provably is not and may be submitted from there; the same receipt with a later
        ``not_before`` while nobody can tell.
        """

    def shown(self, access: Access, since: datetime, clock: Clock) -> list[Shown]:
        """All that the account has shown since then; only reading.

        :raises NeedsPerson: The platform does not list an account's posts to us, or not so many.
        """
        raise NeedsPerson(f"{self.name} does not list an account's posts: look at the account.")

    def let_go(self, post_id: str) -> None:  # noqa: B027 - most hold nothing
        """Give back what is held open for a post between its steps; its publisher leaves it."""

    @abstractmethod
    def still_public(
        self, receipts: Mapping[str, Receipt], access: Access, clock: Clock
    ) -> dict[str, Gone]:
        """Of posted ones (by post id), those that are gone, each with the reason."""
