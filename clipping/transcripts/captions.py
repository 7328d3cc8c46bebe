"""The captions engine: somebody wrote the words down, and the sound says when they fall."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from clipping.errors import CaptionsMismatch, NoSpeech
from clipping.media.decode import read_speech
from clipping.models import Transcript
from clipping.timing import TimeSpan, timecode
from clipping.transcripts import stage
from clipping.transcripts.alignment import Placed
from clipping.transcripts.base import Recording, Transcriber
from clipping.transcripts.captions_file import Captions, Line, read_captions
from clipping.transcripts.language import is_english, language_of, named_in
from clipping.transcripts.listening import Listened, listen
from clipping.transcripts.notebook import Notebook
from clipping.transcripts.placing import Fit, Placer
from clipping.transcripts.postprocess import counted
from clipping.transcripts.postprocess.glossary import Glossary
from clipping.transcripts.word_times import TimedWord, in_order
from clipping.transcripts.wording import Untimed, between, given_times

_LISTENING_SHARE = 0.25
"""Share of the progress for the first pass, which looks for voices."""
_BEHIND_END_MS = 2_000
_MOST_BEHIND_END = 0.1
_LEAST_SPOKEN_MS = 300
_LEAST_COVERED = 0.5
_VOICE_IN_LINE = 0.1
_NEAR_MS = 500
_SAMPLED_BLOCKS = 6
_LONGEST_LINE_MS = 30_000
_FEW_TOKENS = 60


class CaptionsTranscriber(Transcriber):
    """Words from a captions file, times from the file or by forced alignment with the sound."""

    name: ClassVar[str] = "captions"
    version: ClassVar[str] = "1"

    @classmethod
    def available(cls) -> str | None:
        """Always: the aligner's model comes with the package."""
        return None

    def edition(self, recording: Recording) -> str:
        """The version, the language that the operator or the file's name says, the glossary."""
        language = recording.language or named_in(recording.captions_name)
        parts = (self.version, language, recording.glossary_mark)
        return "-".join(part for part in parts if part)

    def suits(self, recording: Recording) -> str | None:
        """Needs a captions file."""
        return None if recording.captions_path else "there is no captions file (--captions)"

    def because(self, recording: Recording) -> str:
        """Written words beat recognised ones."""
        assert recording.captions_path is not None
        return (
            f"The captions in {recording.captions_name} hold the words as they were written "
            "down, which is better than recognising them from the sound."
        )

    def transcribe(self, recording: Recording, notebook: Notebook) -> Transcript:
        """Words of the captions with their times in the sound.

        :raises UnreadableCaptions: The file is not captions.
        :raises CaptionsMismatch: The captions belong to another video.
        :raises NoSpeech: The captions hold no words, or nobody speaks.
        """
        return _Run(recording).transcript()


class _Run:
    """One transcription: what was read, heard and found so far."""

    def __init__(self, recording: Recording) -> None:
        assert recording.captions_path is not None
        self._recording = recording
        self._captions_name = recording.captions_name
        self._media_name = recording.media_name
        self._duration_ms = recording.media.duration_ms
        self._notes: list[str] = []
        self._captions = read_captions(recording.captions_path)
        self._lines = self._lines_within(self._captions)
        self._language = self._told_language()
        self._listened = self._listen()
        self._activity = self._listened.activity

    def transcript(self) -> Transcript:
        words = self._timed_by_file() if self._captions.timed else self._timed_by_sound()
        # Many captions were written by a machine that knows no names either.
        glossary = Glossary(self._recording.glossary)
        words, corrected = glossary.corrected(words, english=is_english(self._language))
        ordered = in_order(words, self._duration_ms)
        self._notes += counted(ordered, corrected)
        stage.report(1.0, f"{len(ordered)} words")
        return Transcript(
            engine=CaptionsTranscriber.name,
            engine_version=CaptionsTranscriber().edition(self._recording),
            language=self._language,
            words=ordered,
            chosen_because="",
            notes=tuple(self._notes),
            sounds=self._listened.sounds,
        )

    # --- what the file says ---------------------------------------------------------------------

    def _lines_within(self, captions: Captions) -> list[Line]:
        """Lines that hold words and begin before the video ends."""
        spoken = [line for line in captions.lines if line.tokens]
        if not spoken:
            raise NoSpeech(f"The captions in {self._captions_name} hold no spoken words.")
        inside = [line for line in spoken if line.start_ms < self._duration_ms]
        late = [line for line in spoken if line.start_ms >= self._duration_ms + _BEHIND_END_MS]
        if not inside or len(late) > _MOST_BEHIND_END * len(spoken):
            raise CaptionsMismatch(
                f"The captions in {self._captions_name} run until {timecode(spoken[-1].end_ms)}, "
                f"but {self._media_name} ends at {timecode(self._duration_ms)}: they belong to "
                "another video or another cut of it."
            )
        if len(inside) < len(spoken):
            self._notes.append(
                f"{len(spoken) - len(inside)} captions lie behind the end of the video and were "
                "left out."
            )
        return [part for line in inside for part in _of_usual_length(line, self._duration_ms)]

    def _told_language(self) -> str:
        # In a store the file has lost its name.
        named = named_in(self._captions_name)
        told = self._recording.language or self._captions.language or named
        tokens = [token for line in self._lines for token in line.tokens]
        return told or language_of(tokens)

    def _listen(self) -> Listened:
        """The first pass over the sound: how loud it is and where somebody speaks."""
        return listen(
            self._recording,
            lambda done: stage.report(_LISTENING_SHARE * done, "listening for voices"),
        )

    def _read(self, span: TimeSpan) -> NDArray[np.int16]:
        return read_speech(self._recording.media_path, self._recording.media, span=span)

    # --- times ----------------------------------------------------------------------------------

    def _timed_by_sound(self) -> list[TimedWord]:
        """Word times for captions that time only lines."""
        if not is_english(self._language):
            self._check_voices()
            self._notes.append(
                "Words are timed within their captions by length, because only English can be "
                "aligned with the sound."
            )
            return between(self._lines, {}, self._activity)
        placer = Placer(self._lines, self._activity, self._read, self._duration_ms)
        placed = placer.place(self._report_placing)
        self._check_fit(placer.fit)
        heard: dict[Untimed, Placed] = {}
        for token, found in zip(placer.tokens, placed, strict=True):
            if found is not None:
                heard[Untimed(token.line, token.place)] = found
        return between(self._lines, heard, self._activity)

    def _timed_by_file(self) -> list[TimedWord]:
        """Captions that time their words keep those times; only their belonging is checked."""
        if is_english(self._language):
            placer = Placer(self._lines, self._activity, self._read, self._duration_ms)
            self._check_fit(placer.sample(_SAMPLED_BLOCKS))
        else:
            self._check_voices()
        return given_times(self._lines, self._activity)

    def _report_placing(self, fraction: float) -> None:
        done = _LISTENING_SHARE + (1 - _LISTENING_SHARE) * fraction
        stage.report(done, "placing the words of the captions")

    # --- whose captions -------------------------------------------------------------------------

    def _check_fit(self, fit: Fit) -> None:
        if fit.belongs:
            return
        if self._activity.spoken_ms < _LEAST_SPOKEN_MS:
            raise NoSpeech(f"Nobody speaks in {self._media_name}.")
        if fit.belongs is None:
            self._check_voices()
            return
        raise self._mismatch("what they say is not what is heard")

    def _check_voices(self) -> None:
        """For captions that cannot be aligned: most of them must lie where somebody speaks."""
        if self._activity.spoken_ms < _LEAST_SPOKEN_MS:
            raise NoSpeech(f"Nobody speaks in {self._media_name}.")
        covered = sum(
            self._activity.share(self._near(line)) >= _VOICE_IN_LINE for line in self._lines
        )
        if covered < _LEAST_COVERED * len(self._lines):
            raise self._mismatch("most of them lie where nobody speaks")

    def _near(self, line: Line) -> TimeSpan:
        start = max(0, line.start_ms - _NEAR_MS)
        return TimeSpan(start_ms=start, end_ms=max(start + 1, line.end_ms + _NEAR_MS))

    def _mismatch(self, reason: str) -> CaptionsMismatch:
        return CaptionsMismatch(
            f"The captions in {self._captions_name} do not belong to {self._media_name}: {reason}."
        )


def _of_usual_length(line: Line, duration_ms: int) -> list[Line]:
    """The line with its end inside the video and, when it is very long, in parts.

    A caption left standing for minutes says little about when its words are spoken, and sound is
    searched for as long as it stands.
    """
    end = min(line.end_ms, duration_ms)
    if end - line.start_ms <= _LONGEST_LINE_MS:
        return [replace(line, end_ms=max(end, line.start_ms + 1))]
    if len(line.tokens) <= _FEW_TOKENS:
        return [replace(line, end_ms=line.start_ms + _LONGEST_LINE_MS)]
    count = min(len(line.tokens), -(-(end - line.start_ms) // _LONGEST_LINE_MS))
    edges = [len(line.tokens) * part // count for part in range(count + 1)]
    times = [line.start_ms + (end - line.start_ms) * part // count for part in range(count + 1)]
    return [
        replace(
            line,
            start_ms=times[part],
            end_ms=times[part + 1],
            tokens=line.tokens[edges[part] : edges[part + 1]],
            starts=line.starts[edges[part] : edges[part + 1]],
            confidences=line.confidences[edges[part] : edges[part + 1]],
        )
        for part in range(count)
    ]
