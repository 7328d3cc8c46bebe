"""What the transcriber heard besides the words: it counts where it is close, and never twice."""

from __future__ import annotations

import numpy as np
import pytest

from clipping.models import Detection, DetectOptions, Moment, SoundEvent, SoundKind, Transcript
from clipping.moments.reactions import (
    Covered,
    Heard,
    close_to_a_line,
    heard_in,
    joined,
    through_reactions,
    under_music,
    unheard,
)
from clipping.moments.rubric import WEIGHTS, Rubric
from clipping.moments.selection import select
from clipping.moments.snap import Cuts
from clipping.moments.talk import Talk, study
from clipping.moments.windows import Windows, enumerate_windows
from clipping.timing import TimeSpan
from tests.moments.spoken import duration_of, speak, transcript, voice

Pair = tuple[int, int]


def span(start_ms: int, end_ms: int) -> TimeSpan:
    return TimeSpan(start_ms=start_ms, end_ms=end_ms)


def spans(*pairs: Pair) -> list[TimeSpan]:
    return [span(*pair) for pair in pairs]


def event(kind: SoundKind, start_ms: int, end_ms: int, strength: float = 0.8) -> SoundEvent:
    return SoundEvent(span=span(start_ms, end_ms), kind=kind, strength=strength)


# --- pure pieces ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sounds", "wanted"),
    [
        pytest.param([], Heard(), id="none"),
        pytest.param(
            [event(SoundKind.LAUGHTER, 0, 900), event(SoundKind.APPLAUSE, 500, 1_500)],
            Heard(laughter=(span(0, 900),), applause=(span(500, 1_500),)),
            id="by kind",
        ),
        pytest.param([event(SoundKind.LAUGHTER, 0, 900, 0.24)], Heard(), id="too weak"),
        pytest.param(
            [event(SoundKind.MUSIC, 0, 900, 0.25)], Heard(music=(span(0, 900),)), id="just enough"
        ),
        pytest.param([event(SoundKind.SHOUTING, 0, 900)], Heard(), id="loudness says it already"),
        pytest.param(
            [event(SoundKind.MUSIC, 9_000, 12_000), event(SoundKind.LAUGHTER, 10_000, 11_000)],
            Heard(music=(span(9_000, 10_000),)),
            id="beyond the media",
        ),
    ],
)
def test_what_counts_of_a_transcripts_sounds(sounds: list[SoundEvent], wanted: Heard) -> None:
    assert heard_in(sounds, 10_000) == wanted


@pytest.mark.parametrize(
    ("given", "pause_ms", "wanted"),
    [
        ([], 700, []),
        ([(0, 500), (1_200, 2_000)], 700, [(0, 2_000)]),
        ([(0, 500), (1_201, 2_000)], 700, [(0, 500), (1_201, 2_000)]),
        ([(900, 1_000), (0, 3_000)], 0, [(0, 3_000)]),
    ],
    ids=["none", "close", "apart", "inside"],
)
def test_what_follows_at_once_is_one(given: list[Pair], pause_ms: int, wanted: list[Pair]) -> None:
    assert joined(spans(*given), pause_ms) == tuple(spans(*wanted))


@pytest.mark.parametrize(
    ("known", "beyond_ms"),
    [
        pytest.param([], 2_000, id="news"),
        pytest.param([(1_000, 3_000)], None, id="known"),
        pytest.param([(0, 9_000)], None, id="known as a longer one"),
        pytest.param([(1_500, 2_000)], 1_500, id="known in part"),
    ],
)
def test_what_was_heard_already_does_not_count_again(
    known: list[Pair], beyond_ms: int | None
) -> None:
    found = unheard([span(1_000, 3_000)], spans(*known))
    assert found == ([] if beyond_ms is None else [(span(1_000, 3_000), beyond_ms)])


@pytest.mark.parametrize(
    ("start_ms", "close"),
    [(500, False), (1_000, True), (3_400, True), (3_500, True), (3_501, False), (6_000, True)],
)
def test_a_laugh_is_about_the_line_it_begins_in_or_right_after(start_ms: int, close: bool) -> None:
    starts, ends = np.array([1_000, 5_500]), np.array([2_000, 7_000])
    one = span(start_ms, start_ms + 800)
    assert close_to_a_line([one], starts, ends) == ([one] if close else [])


CUTS = Cuts(
    earliest=np.array([200, 5_200]),
    start=np.array([800, 5_800]),
    first=np.array([1_000, 6_000]),
    last=np.array([3_000, 8_000]),
    end=np.array([3_300, 8_300]),
    latest=np.array([4_500, 9_500]),
)


@pytest.mark.parametrize(
    ("reactions", "ends"),
    [
        pytest.param([], [3_300, 8_300], id="none"),
        pytest.param([(3_200, 4_400)], [4_550, 8_300], id="right after"),
        pytest.param([(2_500, 3_900)], [4_050, 8_300], id="into the last word"),
        pytest.param([(3_050, 3_100)], [3_300, 8_300], id="over before the cut"),
        pytest.param([(4_501, 5_500)], [3_300, 8_300], id="too late"),
        pytest.param([(3_500, 7_000)], [5_800, 8_300], id="into the next sentence"),
        pytest.param([(8_100, 20_000)], [3_300, 11_000], id="longer than a clip waits"),
        pytest.param([(3_200, 3_600), (4_000, 5_000)], [5_150, 8_300], id="the last of two"),
    ],
)
def test_a_cut_waits_for_the_reaction(reactions: list[Pair], ends: list[int]) -> None:
    found = through_reactions(CUTS, spans(*reactions), 30_000)
    assert found.end.tolist() == ends
    assert (found.latest >= found.end).all()
    assert (found.end[:-1] <= found.start[1:]).all()
    for name in ("earliest", "start", "first", "last"):
        assert (getattr(found, name) == getattr(CUTS, name)).all()


def test_a_cut_never_waits_beyond_the_end_of_the_media() -> None:
    assert through_reactions(CUTS, spans((8_000, 9_999)), 9_200).end.tolist() == [3_300, 9_200]


@pytest.mark.parametrize(
    ("music", "stretch", "share"),
    [
        pytest.param([], (0, 10_000), 0.0, id="none"),
        pytest.param([(0, 4_999)], (0, 10_000), 0.0, id="a sting"),
        pytest.param([(0, 5_000)], (0, 10_000), 0.5, id="long"),
        pytest.param([(0, 6_000), (8_000, 20_000)], (4_000, 10_000), 4 / 6, id="two"),
        pytest.param([(0, 90_000)], (0, 10_000), 1.0, id="not yet a bed"),
        pytest.param([(0, 120_000)], (0, 10_000), 0.0, id="a bed under most of the talk"),
    ],
)
def test_how_much_of_a_stretch_is_under_long_music(
    music: list[Pair], stretch: Pair, share: float
) -> None:
    start, end = np.array([stretch[0]]), np.array([stretch[1]])
    assert under_music(spans(*music), 200_000).share(start, end) == pytest.approx([share])


def test_a_talk_without_music_is_under_none_to_the_last_bit() -> None:
    share = Covered(()).share(np.array([0, 5]), np.array([10, 20]))
    assert share.tolist() == [0.0, 0.0]


# --- a whole talk ---------------------------------------------------------------------------------

LINES = (
    "The first rule of my kitchen is that nobody touches the knife of the chef.",
    "My brother touched it on the very first day, and he never did that again.",
    "A pan has to be hot before anything goes into it, and most people never wait.",
    "My mother waited for an hour once, and then the fire brigade came to dinner.",
    "Salt belongs into the water, not onto the plate, and that is all there is to it.",
    "The knife of the chef is still in the wall, and the chef is still not amused.",
)
WORDS = speak(LINES, line_ms=3_200)
LASTS = duration_of(WORDS, tail_ms=5_000)
TRACK = voice(WORDS, LASTS)
OPTIONS = DetectOptions(count=2, min_ms=15_000, max_ms=30_000)


def told(*sounds: SoundEvent) -> Transcript:
    return transcript(WORDS).model_copy(update={"sounds": sounds})


def studied(*sounds: SoundEvent) -> Talk:
    return study(told(*sounds), TRACK, LASTS)


def detected(*sounds: SoundEvent) -> Detection:
    return select(studied(*sounds), OPTIONS, "tr", "local", "2")


def after(line: int, begins_ms: int = 200, lasts_ms: int = 1_800) -> Pair:
    """A stretch that begins so long after the end of a line."""
    said = [word for word in WORDS if word.text.endswith(".")]
    begin = said[line].span.end_ms + begins_ms
    return begin, begin + lasts_ms


def laugh(line: int, **when: int) -> SoundEvent:
    return event(SoundKind.LAUGHTER, *after(line, **when))


def windows_of(talk: Talk) -> tuple[Windows, Rubric]:
    windows = enumerate_windows(talk, OPTIONS.min_ms, OPTIONS.max_ms)
    return windows, Rubric(talk, OPTIONS.min_ms, OPTIONS.max_ms)


def scores(*sounds: SoundEvent) -> dict[Pair, float]:
    """By first and last sentence."""
    windows, rubric = windows_of(studied(*sounds))
    pairs = zip(windows.first.tolist(), windows.last.tolist(), strict=True)
    return dict(zip(pairs, rubric.score(windows).tolist(), strict=True))


def test_a_laugh_after_a_line_raises_what_ends_on_it_and_holds_it() -> None:
    before, now = scores(), scores(laugh(3))
    assert now.keys() == before.keys()
    with_it = {pair for pair in now if pair[0] <= 3 <= pair[1]}
    assert with_it
    assert all(now[pair] > before[pair] for pair in with_it)
    gain = {pair: now[pair] - before[pair] for pair in with_it}
    ending = [pair for pair in with_it if pair[1] == 3]
    assert ending
    assert min(gain[pair] for pair in ending) > max(gain[pair] for pair in with_it if pair[1] != 3)
    assert all(now[pair] == before[pair] for pair in now.keys() - with_it)


def test_a_clip_ends_behind_the_laugh_and_says_so() -> None:
    reaction = laugh(3)
    windows, _ = windows_of(studied(reaction))
    ending = windows.last == 3
    assert (windows.end_ms[ending] >= reaction.span.end_ms).all()
    assert (windows.end_ms - windows.start_ms <= OPTIONS.max_ms).all()
    moment = _holding(detected(reaction, laugh(1)), reaction.span)
    criterion = next(one for one in moment.rubric if one.name == "laughter")
    assert criterion.value == 1.0
    assert criterion.evidence.endswith(" s of laughter, to its end")
    assert "ends on its payoff (“My mother waited for an hour once" in moment.reason
    assert "which draws laughter)" in moment.reason


def _holding(detection: Detection, inner: TimeSpan) -> Moment:
    return next(one for one in detection.moments if one.span.overlap_ms(inner) == inner.duration_ms)


@pytest.mark.parametrize(
    "ignored",
    [
        pytest.param(laugh(3, begins_ms=2_000, lasts_ms=900), id="long after any line"),
        pytest.param(event(SoundKind.LAUGHTER, 0, 250), id="before the first"),
        pytest.param(event(SoundKind.LAUGHTER, *after(3), strength=0.2), id="too weak"),
        pytest.param(event(SoundKind.SHOUTING, *after(3)), id="shouting"),
        pytest.param(event(SoundKind.MUSIC, *after(3)), id="a sting"),
        pytest.param(event(SoundKind.MUSIC, 0, LASTS), id="a bed under it all"),
    ],
)
def test_what_does_not_count_changes_no_score(ignored: SoundEvent) -> None:
    assert scores(ignored) == scores()


def test_long_music_lowers_what_lies_under_it_and_says_so() -> None:
    begin, end = WORDS[0].span.start_ms, WORDS[0].span.start_ms + LASTS // 3
    music = event(SoundKind.MUSIC, begin, end)
    before, now = scores(), scores(music)
    under = {pair for pair in now if pair[0] == 0}
    assert all(now[pair] < before[pair] for pair in under)
    assert all(before[pair] - now[pair] <= WEIGHTS["substance"] + 1e-9 for pair in under)
    substance = [
        one.evidence
        for moment in detected(music).moments
        for one in moment.rubric
        if one.name == "substance" and moment.span.start_ms < end
    ]
    assert all(evidence.endswith("% under music") for evidence in substance)


def test_a_gap_that_the_transcriber_calls_music_is_music() -> None:
    begin, _ = after(2)
    gap = event(SoundKind.MUSIC, begin, begin + 3_000)
    assert studied().music_ms.tolist() == [0.0] * len(LINES)
    assert np.flatnonzero(studied(gap).music_ms).tolist() == [2]


def test_laughter_that_captions_name_counts_once() -> None:
    named = speak((LINES[0], "[laughter]", LINES[1]), line_ms=300)
    mark = next(word for word in named if word.text == "[laughter]")
    lasts = duration_of(named)
    heard = event(SoundKind.LAUGHTER, mark.span.start_ms, mark.span.end_ms)
    plain = transcript(named)
    both = plain.model_copy(update={"sounds": (heard,)})
    track = voice(named, lasts)
    once = study(plain, track, lasts).laughter_ms
    assert once.sum() > 0
    assert study(both, track, lasts).laughter_ms.tolist() == once.tolist()


def test_a_transcript_without_sounds_gives_what_it_gave_before_there_were_any() -> None:
    # Written down with the detector's third version.
    [moment] = detected().moments
    assert (moment.span.start_ms, moment.span.end_ms, moment.score) == (8_630, 31_430, 49)
    assert not studied().rings_out.any()
