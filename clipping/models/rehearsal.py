"""What a rehearsal has shown."""

from __future__ import annotations

from datetime import date

from clipping.models.base import Value

LATE_S = 15 * 60
"""A post that is public so long after its time, or later, is late."""


class RehearsedPart(Value):
    """Posts of one platform, one account or one day."""

    name: str
    posts: int = 0
    """That were reserved, whatever became of them."""
    slots: int = 0
    """In which there was a post, some more than once."""
    posted: int = 0
    late: int = 0
    failed: int = 0
    held: int = 0
    cancelled: int = 0
    unknown: int = 0
    note: str = ""


class Reason(Value):
    """Why posts are not public."""

    state: str
    sentence: str
    count: int


class RehearsalReport(Value):
    """A whole rehearsal, counted.

    Everything but ``took_s`` and ``kills`` follows from the seed.
    """

    accounts: int
    days: int
    first_day: date
    seed: int
    faults: str
    planned: int
    """Slots in which a post was reserved."""
    wanted: int
    """Slots that there are."""
    posts: int
    """Posts that were reserved: more than slots, where one took another's place."""
    states: dict[str, int]
    """How many posts ended in which state."""
    late: int
    """Of those that are public, later than :data:`LATE_S` after their time."""
    minutes_late: dict[str, float]
    """Of all that are public: half of them, 95 of 100, and all are no later than so."""
    reasons: tuple[Reason, ...]
    removed: int
    """Public once, and taken down by their platform."""
    duplicates: tuple[str, ...]
    """One sentence for each clip that is public twice on a platform."""
    lost: tuple[str, ...]
    """Posts that ended nowhere, and public ones that no post knows of."""
    violations: tuple[str, ...]
    """Limits of a platform that were not kept, one sentence for each kind and account."""
    kills: int
    """Of the publisher's process, each of which the next one survived."""
    renewals: int
    """Of tokens, that were stored."""
    exchanges: int
    """Requests to the platforms, those for tokens included."""
    met: dict[str, int]
    """What requests met, and what happened besides."""
    person: dict[str, int]
    """What a person did meanwhile."""
    platforms: tuple[RehearsedPart, ...]
    by_account: tuple[RehearsedPart, ...]
    by_day: tuple[RehearsedPart, ...]
    took_s: float = 0.0

    @property
    def posted(self) -> int:
        """How many are public, or were."""
        return self.states.get("posted", 0)

    @property
    def size(self) -> str:
        """For people: ``30 accounts, 31 days from 2027-03-01``."""
        accounts, days = _counted(self.accounts, "account"), _counted(self.days, "day")
        return f"{accounts}, {days} from {self.first_day}"

    @property
    def killed(self) -> str:
        """For people: how often the publisher was."""
        return "once" if self.kills == 1 else f"{self.kills} times"

    @property
    def wrongs(self) -> tuple[str, ...]:
        """What must not be, one sentence each; empty when all is well."""
        lost = "post is lost." if len(self.lost) == 1 else "posts are lost."
        limits = "limit was not kept." if len(self.violations) == 1 else "limits were not kept."
        found = [
            *(f"{_counted(len(self.duplicates), 'duplicate')}." for _ in self.duplicates[:1]),
            *(f"{len(self.lost)} {lost}" for _ in self.lost[:1]),
            *(f"{len(self.violations)} {limits}" for _ in self.violations[:1]),
        ]
        on_time = self.posted - self.late
        if self.faults == "none" and on_time < self.wanted:
            found.append(f"Without faults, {on_time} of {self.wanted} posts were on time.")
        return tuple(found)

    @property
    def passed(self) -> bool:
        """Whether it shows nothing that must not be."""
        return not self.wrongs


def _counted(number: int, thing: str) -> str:
    return f"{number} {thing}{'' if number == 1 else 's'}"
