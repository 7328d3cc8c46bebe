from __future__ import annotations

import numpy as np

from clipping.transcripts.postprocess.silence import without_silence
from clipping.transcripts.voice_activity import Activity
from tests.transcripts.postprocess.words import activity, said, texts


def test_text_over_silence_is_left_out_and_noted() -> None:
    words = said("this was said", 500) + said("Thank you for watching!", 20_000)
    kept, (left_out,) = without_silence(words, activity(30, (0, 3)))
    assert texts(kept) == "this was said"
    assert left_out.words == 4
    assert "4 words were left out at 0:19" in left_out.note()
    assert "nobody speaks" in left_out.note()


def test_a_single_word_over_silence_is_left_out_too() -> None:
    kept, (left_out,) = without_silence(said("you", 20_000), activity(30, (0, 3)))
    assert kept == []
    assert left_out.note().startswith("One word was")


def test_words_over_speech_are_kept_whatever_their_confidence() -> None:
    words = said("mumbled words are words", 1_000, confidence=0.05)
    assert without_silence(words, activity(10, (1, 3)))[0] == words


def test_a_word_beside_a_detected_voice_is_kept() -> None:
    words = said("so yes", 1_000)
    assert without_silence(words, activity(10, (1.45, 1.6)))[0] == words


def test_whispering_that_the_meter_does_not_know_is_kept_when_the_engine_is_sure() -> None:
    sound = activity(30, (0, 5))
    sound.level_db[1_000:1_500] = -35
    sure = said("come here and listen", 10_500, confidence=0.9)
    unsure = said("come here and listen", 10_500, confidence=0.2)
    assert without_silence(sure, sound)[0] == sure
    assert without_silence(unsure, sound)[0] == []


def test_a_short_answer_in_a_loud_room_is_kept() -> None:
    level_db = np.full(3_000, -30, np.float32)
    words = said("yeah", 20_000, confidence=0.3)
    assert without_silence(words, Activity(level_db, np.zeros(3_000, bool)))[0] == words


def test_words_behind_the_end_of_the_sound_are_left_out() -> None:
    kept, left_out = without_silence(said("late", 40_000), activity(30, (0, 30)))
    assert kept == []
    assert len(left_out) == 1
