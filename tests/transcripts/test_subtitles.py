from __future__ import annotations

import json
from itertools import pairwise

import pysubs2
import pytest

from clipping.models import Transcript, Word
from clipping.timing import TimeSpan
from clipping.transcripts.subtitles import FORMATS, LINE_CHARACTERS, cues, srt, vtt

TALK = (
    "Nobody tells you this about money. The first year, I lost forty thousand dollars, and do you "
    "know why? Because I was afraid to ask a simple question. No. Really & truly <never>."
)


def a_transcript(text: str = TALK, language: str = "en", **changes: object) -> Transcript:
    words = [
        Word(text=word, span=TimeSpan(start_ms=300 * n + 100, end_ms=300 * n + 350))
        for n, word in enumerate(text.split(" "))
    ]
    values = {
        "engine": "whisperx",
        "engine_version": "1",
        "language": language,
        "words": tuple(words),
        "chosen_because": "",
        "notes": ("A note.",),
    }
    return Transcript.model_validate(values | changes)


def test_all_words_are_shown_once_and_in_order() -> None:
    shown = [line for cue in cues(a_transcript()) for line in cue.lines]
    assert " ".join(shown) == TALK


def test_cues_do_not_overlap_and_lines_are_short() -> None:
    found = cues(a_transcript())
    for cue in found:
        assert len(cue.lines) <= 2
        assert all(0 < len(line) <= LINE_CHARACTERS for line in cue.lines)
        assert cue.end_ms > cue.start_ms
    for before, after in pairwise(found):
        assert before.end_ms <= after.start_ms


def test_a_sentence_ends_a_cue_but_a_very_short_one_does_not() -> None:
    first, *_, last = cues(a_transcript())
    assert first.lines == ("Nobody tells you this about money.",)
    assert last.lines[0].startswith("No. Really")


def test_a_pause_and_another_speaker_begin_a_new_cue() -> None:
    words = a_transcript("one two three four").words
    late = words[2].model_copy(update={"span": TimeSpan(start_ms=3_000, end_ms=3_200)})
    other = words[3].model_copy(
        update={"span": TimeSpan(start_ms=3_200, end_ms=3_400), "speaker": "Speaker 2"}
    )
    found = cues(a_transcript(words=(*words[:2], late, other)))
    assert [cue.lines for cue in found] == [("one two",), ("three",), ("four",)]
    assert found[2].speaker == "Speaker 2"


def test_a_cue_stands_long_enough_to_read_where_there_is_room() -> None:
    (cue,) = cues(a_transcript("Hi."))
    assert cue.end_ms - cue.start_ms >= 1_000


def test_a_language_without_spaces_is_joined_without_them() -> None:
    text = " ".join("今日はとても良い天気ですね" * 5)
    shown = "".join(line for cue in cues(a_transcript(text, "ja")) for line in cue.lines)
    assert shown == text.replace(" ", "")


def test_a_word_longer_than_a_line_is_not_lost() -> None:
    long = "x" * 60
    assert [cue.lines for cue in cues(a_transcript(f"a {long} b"))][1] == (long,)


@pytest.mark.parametrize("form", ["srt", "vtt"])
def test_players_read_what_is_written(form: str) -> None:
    transcript = a_transcript()
    read = pysubs2.SSAFile.from_string(FORMATS[form](transcript), form)
    expected = cues(transcript)
    assert [(line.start, line.end) for line in read] == [(c.start_ms, c.end_ms) for c in expected]
    assert read[0].plaintext == expected[0].lines[0]


def test_srt_numbers_its_cues_and_keeps_every_mark() -> None:
    text = srt(a_transcript("a {b} & <c>"))
    assert text == "1\n00:00:00,100 --> 00:00:01,650\na {b} & <c>\n"


def test_vtt_names_voices_and_escapes_what_it_must() -> None:
    words = tuple(
        w.model_copy(update={"speaker": "Tom & Ann"}) for w in a_transcript("a <c>").words
    )
    text = vtt(a_transcript(words=words))
    assert text.startswith("WEBVTT\nLanguage: en\n\n00:00:00.100 --> ")
    assert text.endswith("\n<v Tom &amp; Ann>a &lt;c&gt;\n")


def test_json_holds_everything() -> None:
    document = json.loads(FORMATS["json"](a_transcript()))
    assert document["language"] == "en"
    assert document["words"][0] == {
        "text": "Nobody",
        "span": {"start_ms": 100, "end_ms": 350},
        "speaker": None,
        "confidence": None,
        "interpolated": False,
    }
    assert document["notes"] == ["A note."]
    assert Transcript.model_validate(document) == a_transcript()


def test_hours_are_written_with_two_figures() -> None:
    word = Word(text="late", span=TimeSpan(start_ms=3 * 3_600_000, end_ms=3 * 3_600_000 + 900))
    assert "03:00:00,000 --> 03:00:01,300" in srt(a_transcript(words=(word,)))


def test_no_words_are_no_cues() -> None:
    empty = a_transcript(words=())
    assert cues(empty) == []
    assert vtt(empty) == "WEBVTT\n"
