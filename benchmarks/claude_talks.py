"""Talks of two hours for the benchmark of costs: each another one, the same for the same seed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random

from clipping.evaluation.planted import Kind
from clipping.evaluation.reading import Passage, passages, read, subjects
from clipping.models import MediaInfo, Transcript, Word
from clipping.timing import TimeSpan
from tests.db.values import MEDIA
from tests.support.claude_protocol import tokens

TOKENS = 40_000
"""Of what is said, without the numbers of sentences and the names of speakers."""
_PAUSE_MS = (350, 800)
_COMMA_MS = (100, 250)
_TURN_OF = (1, 5)
"""Passages that a guest speaks before the host does."""

_WHO = (
    "the people who came after us|my first partner|everybody in the second team|the woman next door"
    "|a man from the ministry|the editor of a small paper|our oldest customer|the night shift"
    "|half of the committee|a friend of my brother|the driver of the other car|some of the parents"
    "|whoever had the key that week|the new owners|an engineer whom we had borrowed"
).split("|")
_DID = (
    "had been looking for|never quite understood|kept talking about|paid for|carried away"
    "|asked three times about|left behind|wrote down|believed in|gave up on|counted"
    "|simply walked around|wanted to sell|brought along|made a list of"
).split("|")
_WHAT = (
    "the papers that nobody had signed|a smaller and much older machine|the road behind the station"
    "|what was left of the money|the question of who decides|a map with the wrong scale"
    "|the habits of the whole street|an answer that fits on one page|the third floor"
    "|those long evenings in the workshop|the difference between a rule and a reason"
    "|the letters from the first winter|a door that opens to the wrong side|the price of silence"
).split("|")
_WHEN = (
    "for most of that year|before the bridge was closed|on an ordinary Tuesday|without telling us"
    "|while the rest of us were asleep|in the middle of the summer|as far as I can remember"
    "|and that went on for weeks|although it had been promised otherwise|once the lights were out"
    "|between two meetings|with the radio on|until somebody laughed|in front of the whole town"
).split("|")
_AND = (
    "so we started again from the beginning|and I thought that this was normal"
    "|which is how these things usually go|but it did not matter very much at the time"
    "|and there was a certain logic in it|because that is what you do when you are new"
    "|so the two sides did not speak|and it took us a while to see it"
    "|which I can explain in a moment|but you have to imagine the noise|"
).split("|")


def talk(seed: int, number: int, least: int = TOKENS) -> tuple[Transcript, MediaInfo]:
    """Source ``number`` of a month: an interview of so many tokens, and the film it is from."""
    chance = Random(f"{seed} {number}")
    telling = _Telling(chance)
    for passage in _running(chance):
        telling.tell(passage)
        if telling.tokens >= least:
            break
    transcript = Transcript(
        engine="written",
        engine_version="1",
        language="en",
        words=tuple(telling.words),
        chosen_because="The talk was written for a benchmark.",
    )
    return transcript, MEDIA.replace(duration_ms=telling.now_ms)


def _running(chance: Random) -> Iterator[Passage]:
    """Every passage there is, in any order, each between stretches of mere talk; then only talk."""
    told = [
        passage
        for source in (*map(read, subjects()), read())
        for section, entries in source.items()
        for entry in entries
        for passage in passages(section, entry, chance)
    ]
    chance.shuffle(told)
    while True:
        yield _rambling(chance)
        if told:
            yield told.pop()


def _rambling(chance: Random) -> Passage:
    sentences = []
    for _ in range(chance.randint(4, 9)):
        parts = [chance.choice(words) for words in (_WHO, _DID, _WHAT, _WHEN, _AND)]
        line = f"{' '.join(parts[:4])}, {parts[4]}" if parts[4] else " ".join(parts[:4])
        sentences.append(line[0].upper() + line[1:] + ".")
    return Passage(Kind.PLAIN, tuple(sentences))


@dataclass
class _Telling:
    """A talk while it is being told, at about 180 words a minute."""

    chance: Random
    now_ms: int = 400
    words: list[Word] = field(default_factory=list)
    letters: int = 0
    speaker: str = "Guest"
    turns: int = 0

    @property
    def tokens(self) -> int:
        """Of what was said so far."""
        return tokens("x" * self.letters)

    def tell(self, passage: Passage) -> None:
        self._take_turns(passage)
        for at, sentence in enumerate(passage.sentences):
            asks = at < passage.questions
            self._say(sentence, "Host" if asks else "Guest" if passage.questions else self.speaker)

    def _take_turns(self, passage: Passage) -> None:
        if self.turns <= 0 and not passage.questions:
            self.speaker = "Host" if self.speaker == "Guest" else "Guest"
            self.turns = 1 if self.speaker == "Host" else self.chance.randint(*_TURN_OF)
        self.turns -= 1

    def _say(self, sentence: str, speaker: str) -> None:
        self.letters += len(sentence) + 1
        for text in sentence.split():
            lasts_ms = 100 + 38 * min(9, len(text))
            span = TimeSpan(start_ms=self.now_ms, end_ms=self.now_ms + lasts_ms)
            self.words.append(Word(text=text, span=span, speaker=speaker))
            pause = self.chance.randint(*_COMMA_MS) if text[-1] == "," else 20
            self.now_ms += lasts_ms + pause
        self.now_ms += self.chance.randint(*_PAUSE_MS)
