"""When each word of a known text is spoken: the best path of all through its sounds.

Viterbi search without pruning over :mod:`clipping.transcripts.lattice`. Costs are in the units of
the acoustic scores, 0.1024 nats per 10 ms frame.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clipping.transcripts.acoustics import FRAME_MS, Scores
from clipping.transcripts.figures import Reading
from clipping.transcripts.lattice import ANY_SPEECH, NO_TOKEN, Lattice, build, speech_senones

Costs = NDArray[np.float32]

# Measured on right and wrong texts over real and synthetic speech: right words cost 5 to 30 a
# frame more than the best sound of any kind, wrong ones 50 to 100.
_UNWRITTEN_FRAME = 40.0
_UNWRITTEN_ENTRY = 400.0
_SILENCE_ENTRY = 100.0
_LOUD_SILENCE = 400.0
_SKIPPED_TOKEN = 1500.0
_OUT_OF_WINDOW = 1e7
_IMPOSSIBLE = 1e9
_QUIETEST_SOUND_DB = 35.0
"""How far below loud speech its quietest sounds lie."""
_LEAST_WORD_FRAMES = 5
"""More words than one every 50 ms cannot be said, and are not searched for."""
_FLOOR_DB = -70.0
_FURTHEST_BACK = 8
_LEAST_FRAMES = 5


@dataclass(frozen=True)
class Placed:
    """Where a token was heard, in ms from the first sample.

    ``misfit`` is how much worse than the best sound of any kind the token's sounds fit, per
    frame: under 40 is a word that is really there.
    """

    start_ms: int
    end_ms: int
    misfit: float


@dataclass(frozen=True)
class Window:
    """Frames (10 ms) in which a token may be heard, half-open."""

    first: int
    last: int


def align(
    scores: Scores,
    loudness_db: NDArray[np.float32],
    tokens: Sequence[Sequence[Reading]],
    windows: Sequence[Window] | None = None,
) -> list[Placed | None]:
    """Place tokens, given by the ways to read them; None for one that is not heard.

    ``loudness_db`` has one value per frame of ``scores``. The result is in order and without
    overlaps.
    """
    if not tokens or len(scores) < _LEAST_WORD_FRAMES * len(tokens):
        return [None] * len(tokens)
    lattice = build(tokens)
    any_speech = scores[:, speech_senones()].min(axis=1).astype(np.float32)
    costs = _state_costs(lattice, scores, any_speech, loudness_db, windows)
    path = _Search(lattice, costs).run()
    return _snapped(_placed(lattice, path, costs, any_speech), loudness_db)


def _state_costs(
    lattice: Lattice,
    scores: Scores,
    any_speech: Costs,
    loudness_db: NDArray[np.float32],
    windows: Sequence[Window] | None,
) -> Costs:
    senones = np.array(lattice.senone)
    token = np.array(lattice.token)
    costs = scores[:, np.maximum(senones, 0)].astype(np.float32)
    wild = senones == ANY_SPEECH
    costs[:, wild] = (any_speech + _UNWRITTEN_FRAME)[:, np.newaxis]
    silent = (token == NO_TOKEN) & ~wild
    costs[:, silent] += _LOUD_SILENCE * _loud(loudness_db, len(scores))[:, np.newaxis]
    if windows is not None:
        _forbid_outside(costs, token, windows)
    return costs


def _loud(loudness_db: NDArray[np.float32], frames: int) -> Costs:
    """0 where a frame can be a pause, 1 where it is as loud as speech.

    The model's silence is too welcoming: it takes in whole syllables when a word fits badly.
    """
    level = np.resize(loudness_db, frames) if len(loudness_db) else np.zeros(frames)
    floor, full = np.percentile(level, [10, 95])
    loud: Costs = np.clip((level - 0.5 * (floor + full)) / 10, 0, 1).astype(np.float32)
    return loud


def _forbid_outside(costs: Costs, token: NDArray[np.intp], windows: Sequence[Window]) -> None:
    for place, window in enumerate(windows):
        mine = token == place
        costs[: max(0, window.first), mine] = _OUT_OF_WINDOW
        costs[max(0, window.last) :, mine] = _OUT_OF_WINDOW


class _Search:
    """One Viterbi pass; states first, then junctions, in one vector of costs so far."""

    def __init__(self, lattice: Lattice, costs: Costs) -> None:
        self._costs = costs
        self._tokens = lattice.tokens
        self._states = len(lattice.senone)
        before = np.array(lattice.before)
        enters = np.array(lattice.enters)
        self._source = np.where(before >= 0, before, self._states + enters)
        self._entry = np.zeros(self._states, np.float32)
        self._entry[lattice.silences] = _SILENCE_ENTRY
        self._entry[lattice.unwritten] = _UNWRITTEN_ENTRY
        self._entry[[lattice.silences[0], lattice.silences[-1]]] = 0
        widest = max(map(len, lattice.exits.values()))
        self._exits = np.full((lattice.junctions, widest), self._states, np.intp)
        for junction, states in lattice.exits.items():
            self._exits[junction, : len(states)] = states

    def run(self) -> NDArray[np.intp]:
        """The best path: the state of every frame."""
        frames = len(self._costs)
        junctions = len(self._exits)
        stayed = np.zeros((frames, self._states), bool)
        came_from = np.full((frames, junctions), -1, np.int32)
        cost = np.full(self._states + 1, _IMPOSSIBLE, np.float32)
        reached = np.full(junctions, _IMPOSSIBLE, np.float32)
        reached[: self._tokens + 1] = _SKIPPED_TOKEN * np.arange(self._tokens + 1)
        for frame in range(frames):
            joined = np.concatenate([cost[:-1], reached])
            moved = joined[self._source] + self._entry
            stayed[frame] = cost[:-1] <= moved
            cost[:-1] = np.minimum(cost[:-1], moved) + self._costs[frame]
            reached, came_from[frame] = self._arrive(cost)
        return self._trace(stayed, came_from, reached)

    def _arrive(self, cost: Costs) -> tuple[Costs, NDArray[np.int32]]:
        """Costs at junctions after a frame, and the states they came from.

        A token may be skipped: the cost of junction ``k`` is the least over all before it plus
        the toll of the tokens between.
        """
        arriving = cost[self._exits]
        best = arriving.argmin(axis=1)
        rows = np.arange(len(best))
        reached = arriving[rows, best]
        states = self._exits[rows, best].astype(np.int32)
        main = self._tokens + 1
        toll = _SKIPPED_TOKEN * np.arange(main, dtype=np.float32)
        cheapest = np.minimum.accumulate(reached[:main] - toll)
        own = (reached[:main] - toll) <= cheapest
        origin = np.maximum.accumulate(np.where(own, np.arange(main), 0))
        reached[:main] = cheapest + toll
        states[:main] = states[origin]
        return reached, states

    def _trace(
        self, stayed: NDArray[np.bool_], came_from: NDArray[np.int32], reached: Costs
    ) -> NDArray[np.intp]:
        frames = len(stayed)
        path = np.empty(frames, np.intp)
        state = int(came_from[-1, self._tokens])
        for frame in range(frames - 1, -1, -1):
            path[frame] = state
            if stayed[frame, state] or frame == 0:
                continue
            source = int(self._source[state])
            if source >= self._states:
                source = int(came_from[frame - 1, source - self._states])
            state = source
        return path


def _placed(
    lattice: Lattice, path: NDArray[np.intp], costs: Costs, any_speech: Costs
) -> list[Placed | None]:
    token = np.array(lattice.token)[path]
    excess = costs[np.arange(len(path)), path] - any_speech
    found: list[Placed | None] = [None] * lattice.tokens
    edges = np.flatnonzero(np.diff(token, prepend=-2, append=-2))
    for first, last in itertools.pairwise(edges):
        place = int(token[first])
        if place != NO_TOKEN and excess[first:last].max() < _OUT_OF_WINDOW / 2:
            misfit = float(excess[first:last].mean())
            found[place] = Placed(int(first) * FRAME_MS, int(last) * FRAME_MS, misfit)
    return found


# --- edges beside pauses ------------------------------------------------------------------------


def _snapped(
    placed: Sequence[Placed | None], loudness_db: NDArray[np.float32]
) -> list[Placed | None]:
    """Words beside a pause begin and end where the sound does.

    The model's silence is learnt from recordings with some reverberation, so alone it lets a word
    begin late after a pause and end late before one.
    """
    if not len(loudness_db):
        return list(placed)
    floor, full = np.maximum(np.percentile(loudness_db, [5, 95]), _FLOOR_DB)
    sounding = loudness_db > min(max(floor + 10, full - _QUIETEST_SOUND_DB), (floor + full) / 2)
    found = list(placed)
    words = [place for place, one in enumerate(found) if one is not None]
    for number, place in enumerate(words):
        one = found[place]
        before = found[words[number - 1]] if number else None
        after = found[words[number + 1]] if number + 1 < len(words) else None
        assert one is not None
        first, last = one.start_ms // FRAME_MS, one.end_ms // FRAME_MS
        earliest = before.end_ms // FRAME_MS if before else 0
        if first > earliest:
            first = _onset(sounding, first, last, earliest)
        if after is None or after.start_ms > one.end_ms:
            last = _ending(sounding, first, last)
        found[place] = Placed(first * FRAME_MS, last * FRAME_MS, one.misfit)
    return found


def _onset(sounding: NDArray[np.bool_], first: int, last: int, earliest: int) -> int:
    """Earlier while there is sound (not too far: it may be a breath), else later to the sound."""
    limit = max(earliest, first - _FURTHEST_BACK)
    start = first
    while start > limit and start - 1 < len(sounding) and sounding[start - 1]:
        start -= 1
    if start < first:
        return start
    while start < last - _LEAST_FRAMES and start < len(sounding) and not sounding[start]:
        start += 1
    return start


def _ending(sounding: NDArray[np.bool_], first: int, last: int) -> int:
    end = min(last, len(sounding))
    while end > first + _LEAST_FRAMES and not sounding[end - 1]:
        end -= 1
    return max(end, first + 1)
