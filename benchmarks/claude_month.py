"""A month's sources through the Claude detector; run in a process of its own.

The first day is worked from the talks on. What its sources ask is asked again on every other day,
each time of a talk that nobody has asked about: the calls, the batches, the caches and the ledger
are those of a month, and only the choosing, which costs no money, is not done again.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final
from unittest.mock import patch

from pydantic import SecretStr

from benchmarks.claude_desk import BusyCache, FakeDesk
from benchmarks.claude_talks import TOKENS, talk
from clipping.claude import Door, Question, Reply
from clipping.claude.api import Api
from clipping.claude.asking import DirectDoor
from clipping.claude.batches import BatchDoor
from clipping.copywriting import Commission
from clipping.copywriting.drafting import CLAUDE, write_words
from clipping.models import DetectOptions, EditorialPolicy
from clipping.moments import Footage
from clipping.moments.claude import ClaudeDetector, Models, detector
from clipping.moments.claude.claims import all_said
from clipping.moments.sound import measure as sound_of
from clipping.moments.talk import study
from clipping.settings import settings
from tasks.claude import PostgresBooks
from tests.claude.asked import FakeClock
from tests.support import claude_protocol
from tests.support.claude import FakeClaude

SOURCES_A_DAY: Final = 62
AGAIN: Final = 10
"""One source of so many is looked at twice in the month: a run again, or another style."""
BEGINS: Final = datetime(2026, 11, 1, tzinfo=UTC)
THRIFTY, PLAIN = "acme", "acme-plain"
"""Who asks with batches and caches, and who without."""
_SEED = 1
_BYTES_PER_TOKEN = 3.2
"""Of English: the 5.5 models take 30 % more tokens than those before them."""
_BATCH_S = 240.0


def month(database: str, sources: int, tokens: int = TOKENS) -> None:
    """Work the first sources of the month into the ledgers of both clients."""
    claude_protocol.bytes_per_token = _BYTES_PER_TOKEN
    os.environ |= {"DATABASE_URL": database, "NO_PROXY": "127.0.0.1"}
    settings.cache_clear()
    with FakeClaude(FakeDesk().answer).serving() as claude:
        office = _Office(claude, tokens)
        for number in range(sources):
            office.clock.time = BEGINS + number * timedelta(days=1) / SOURCES_A_DAY
            office.work(number)
            if number % AGAIN == 0:
                office.work(number)
        office.api.close()


class _Forgetful(PostgresBooks):
    """Books whose replies nobody looks up."""

    def find(self, fingerprint: str) -> Reply | None:
        return None


@dataclass
class _Heard:
    """A door that remembers what was asked at once."""

    door: Door
    asked: list[list[Question]] = field(default_factory=list)

    def ask(self, questions: Sequence[Question]) -> list[Reply]:
        self.asked.append(list(questions))
        return self.door.ask(questions)


def _unmarked(question: Question) -> Question:
    return question.replace(
        system=tuple(block.replace(cached=False) for block in question.system),
        user=tuple(block.replace(cached=False) for block in question.user),
    )


def _on_day(day: int, question: Question) -> Question:
    """The same of another day's talk: neither our books nor the API's cache know its words."""
    if day == 0:
        return question
    first, *others = question.user
    return question.replace(
        user=(first.replace(text=f"Said on day {day + 1}.\n{first.text}"), *others)
    )


@dataclass
class _Office:
    """Both clients, and the clock by which they work."""

    claude: FakeClaude
    tokens: int
    """Of a source."""
    clock: FakeClock = field(default_factory=FakeClock)
    asked: dict[int, list[list[Question]]] = field(default_factory=dict)
    """Of the first day's sources, by their place in it."""

    def __post_init__(self) -> None:
        self.claude.now = lambda: self.clock.time.timestamp()
        self.claude.cache = BusyCache(_SEED)
        self.claude.batches.ends_after_s = _BATCH_S
        self.api = Api(SecretStr(self.claude.key), url=self.claude.url)
        self.models = Models.from_settings()
        clock = self.clock.clock
        self.thrifty = BatchDoor(
            self.api, PostgresBooks(THRIFTY), patience_s=7200, poll_s=_BATCH_S, clock=clock
        )
        self.plain = DirectDoor(self.api, _Forgetful(PLAIN), clock=clock)

    def work(self, number: int) -> None:
        """Ask all that a source needs at one door, then at the other without marks for a cache."""
        day, place = divmod(number, SOURCES_A_DAY)
        if day == 0:
            self.asked[place] = self._chosen(number)
        rounds = [[_on_day(day, one) for one in questions] for questions in self.asked[place]]
        if day > 0:
            for questions in rounds:
                self.thrifty.ask(questions)
        for questions in rounds:
            self.plain.ask([_unmarked(question) for question in questions])
        self._forget()

    def _chosen(self, number: int) -> list[list[Question]]:
        """What was asked at once to choose the moments of a source and to write their posts."""
        transcript, media = talk(_SEED, number, self.tokens)
        footage = Footage(f"trs_{number}", transcript, Path("talk.mp4"), media, DetectOptions())
        door = _Heard(self.thrifty)
        heard = study(transcript, sound_of(()), media.duration_ms)
        # The talk has no sound, which no question would hold anyhow.
        with patch.object(detector, "listen", lambda *_: heard):
            found = ClaudeDetector(self.models).detect(replace(footage, door=door))
        if found.detector != "claude":
            raise SystemExit(f"source {number}: {found.notes[0]}")
        model = settings().claude_writer_model
        commission = Commission(EditorialPolicy(), CLAUDE, model)
        written = write_words(found.moments, transcript, commission, door, all_said)
        for writing in written.values():
            if writing.writer != CLAUDE:
                raise SystemExit(f"source {number}: {writing.notes}")
        return door.asked

    def _forget(self) -> None:
        """What the fake keeps for tests."""
        self.claude.prompts.clear()
        self.claude.billed.clear()
        self.claude.asked.clear()
        for kept in (self.claude.batches.made, self.claude.batches.requests):
            kept.clear()
        self.claude.batches.results.clear()
