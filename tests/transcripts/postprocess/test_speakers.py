from __future__ import annotations

from clipping.transcripts.postprocess.speakers import ChunkVoices, named, renamed
from tests.transcripts.postprocess.words import said

MARIA, TOM, EVE = (1.0, 0.1, 0.0), (0.0, 1.0, 0.1), (0.1, 0.0, 1.0)


def test_a_voice_keeps_its_name_when_chunks_call_it_otherwise() -> None:
    first = ChunkVoices(
        said("a b", 0, speaker="S0") + said("c", 900, speaker="S1"), {"S0": MARIA, "S1": TOM}
    )
    second = ChunkVoices(
        said("d", 60_000, speaker="S0") + said("e", 60_900, speaker="S1"),
        {"S0": (0.1, 0.9, 0.1), "S1": (0.9, 0.2, 0.0)},
    )
    assert named([first, second]) == [
        {"S0": "Speaker 1", "S1": "Speaker 2"},
        {"S0": "Speaker 2", "S1": "Speaker 1"},
    ]


def test_a_new_voice_gets_a_new_name_and_an_old_one_is_found_chunks_later() -> None:
    chunks = [
        ChunkVoices(said("a", 0, speaker="S0"), {"S0": MARIA}),
        ChunkVoices(said("b", 60_000, speaker="S0"), {"S0": TOM}),
        ChunkVoices(
            said("c", 120_000, speaker="S0") + said("d", 121_000, speaker="S1"),
            {"S0": EVE, "S1": MARIA},
        ),
    ]
    assert named(chunks)[1:] == [
        {"S0": "Speaker 2"},
        {"S0": "Speaker 3", "S1": "Speaker 1"},
    ]


def test_two_voices_of_a_chunk_never_share_a_name() -> None:
    chunks = [
        ChunkVoices(said("a", 0, speaker="S0"), {"S0": MARIA}),
        ChunkVoices(
            said("b", 60_000, speaker="S0") + said("c", 61_000, speaker="S1"),
            {"S0": (1.0, 0.3, 0.0), "S1": MARIA},
        ),
    ]
    assert named(chunks)[1] == {"S0": "Speaker 2", "S1": "Speaker 1"}


def test_without_embeddings_who_speaks_in_what_both_heard_decides() -> None:
    first = ChunkVoices(
        said("one two", 56_000, speaker="X") + said("three four", 58_000, speaker="Y"), {}
    )
    second = ChunkVoices(
        said("one two", 56_020, speaker="Y")
        + said("three four", 58_020, speaker="X")
        + said("five", 64_000, speaker="Z"),
        {},
    )
    assert named([first, second])[1] == {
        "Y": "Speaker 1",
        "X": "Speaker 2",
        "Z": "Speaker 3",
    }


def test_who_sounds_otherwise_is_not_matched_by_overlap() -> None:
    first = ChunkVoices(said("one two", 58_000, speaker="S0"), {"S0": MARIA})
    second = ChunkVoices(said("one two", 58_000, speaker="S0"), {"S0": TOM})
    assert named([first, second])[1] == {"S0": "Speaker 2"}


def test_an_embedding_that_is_no_direction_counts_as_none() -> None:
    first = ChunkVoices(said("one two", 58_000, speaker="S0"), {"S0": (0.0, 0.0)})
    second = ChunkVoices(said("one two", 58_000, speaker="S1"), {"S1": (float("nan"), 1.0)})
    assert named([first, second])[1] == {"S1": "Speaker 1"}


def test_words_without_a_speaker_stay_without_one() -> None:
    words = said("a", 0) + said("b", 300, speaker="S0")
    assert [word.speaker for word in renamed(words, {"S0": "Speaker 4"})] == [None, "Speaker 4"]
    assert named([ChunkVoices(said("a"), {}), ChunkVoices(said("b"), {})]) == [{}, {}]
