"""The detector that asks Claude: it reads, compares and explains; the local machinery cuts."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Final

from clipping.claude.door import Door
from clipping.errors import ClippingError, Transient
from clipping.models import Detection, EditorialPolicy, Moment
from clipping.moments.base import Detector, Footage
from clipping.moments.claude import hooks, judge, telling
from clipping.moments.claude.choosing import Choice, choose
from clipping.moments.claude.finalists import Fallen, Finalist, finalists
from clipping.moments.claude.holds import holds
from clipping.moments.claude.hooks import Clip
from clipping.moments.claude.lines import Script, script_of
from clipping.moments.claude.places import Places
from clipping.moments.claude.prompting import Brief, edition
from clipping.moments.claude.scout import Scouting, scout
from clipping.moments.guard import guarded
from clipping.moments.local import LocalDetector, listen
from clipping.moments.rubric import Rubric
from clipping.moments.selection import select
from clipping.moments.talk import Talk
from clipping.progress import report
from clipping.settings import settings

_LISTENING_SHARE: Final = 0.4
_SCOUTED_SHARE: Final = 0.65
_JUDGED_SHARE: Final = 0.9
_NO_DOOR: Final = "There is no key for the Claude API."

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Models:
    """Which model does what; full ids."""

    scout: str
    judge: str
    complex_judge: str

    @classmethod
    def from_settings(cls) -> Models:
        """As this process is set up."""
        found = settings()
        return cls(found.claude_scout_model, found.claude_judge_model, found.claude_complex_model)


class _NoUse(Exception):
    """Claude's answers lead to no detection; the message says why, as one sentence."""


class ClaudeDetector(Detector):
    """Scouts the whole talk cheaply, then judges the finalists together.

    Whatever is answered, a moment is a candidate that the local machinery allows. When nothing
    usable is answered, or nobody can be asked, the local detector's detection is given, with a
    note.
    """

    name = "claude"
    version = f"1-{edition()}"

    def __init__(self, models: Models | None = None) -> None:
        self._models = models or Models.from_settings()

    def conditions(
        self, policy: EditorialPolicy, *, complex_source: bool = False
    ) -> tuple[str, ...]:
        """The models and the client's wishes."""
        judge_model = self._models.complex_judge if complex_source else self._models.judge
        return (self._models.scout, judge_model, policy.choosing)

    @classmethod
    def available(cls, *, claude: bool = False) -> str | None:
        """It needs a door."""
        return None if claude else _NO_DOOR

    def detect(self, footage: Footage) -> Detection:
        """The moments of the footage.

        Raises Transient errors of the door when the client's policy is to wait.
        """
        talk = listen(footage, _LISTENING_SHARE)
        try:
            detection = self._asked(footage, talk)
        except _NoUse as why:
            detection = _local(footage, talk, str(why))
        except Transient as error:
            if footage.policy.patient:
                raise
            detection = _local(footage, talk, str(error))
        except ClippingError as error:
            # Somebody has to see to it, or every source ends like this one.
            _log.warning("The local detector chooses, because Claude could not: %s", error)
            detection = _local(footage, talk, str(error))
        found = len(detection.moments)
        report("detect", 1.0, "1 moment" if found == 1 else f"{found} moments")
        return detection

    def _asked(self, footage: Footage, talk: Talk) -> Detection:
        if footage.door is None:
            raise _NoUse(_NO_DOOR)
        script = script_of(talk, footage.transcript.sounds)
        if not script.lines:
            raise _NoUse("There are no words to read.")
        run = _Run(footage, footage.door, talk, script, self._models)
        return run.detection((footage.transcript_id, self.name, self.version))


class _Run:
    """One search of one talk."""

    def __init__(
        self, footage: Footage, door: Door, talk: Talk, script: Script, models: Models
    ) -> None:
        self._footage, self._door, self._talk, self._script = footage, door, talk, script
        self._models = models
        self._judge_model = models.complex_judge if footage.complex_source else models.judge
        pace = Rubric(talk, footage.options.min_ms, footage.options.max_ms).usual_pace
        self._brief = Brief(footage.policy, footage.options, pace, footage.transcript.language)
        self._notes: list[str] = []

    def detection(self, identity: tuple[str, str, str]) -> Detection:
        report("detect", _LISTENING_SHARE, "scouting")
        scouted = scout(self._door, self._script, self._brief, self._models.scout)
        self._note_scouting(scouted)
        asides = [
            at
            for aside in scouted.asides
            for at in range(*_half_open(self._script.sentences(aside.first, aside.last)))
        ]
        places = Places(self._talk, self._footage.options, asides)
        entries, fallen = finalists(places, self._script, scouted.nominees)
        if not entries:
            raise _NoUse("Nothing was proposed that can be cut as a whole.")
        report("detect", _SCOUTED_SHARE, "judging")
        choice = self._judged(places, entries)
        report("detect", _JUDGED_SHARE, "checking hooks")
        moments = self._moments(places, choice, identity)
        self._note_count(choice)
        return Detection(
            detector=identity[1],
            detector_version=identity[2],
            moments=moments,
            rejections=tuple(
                telling.rejection(places, one, self._footage.policy)
                for one in _in_order([*fallen, *choice.fallen])
            ),
            notes=tuple(self._notes),
        )

    def _judged(self, places: Places, entries: list[Finalist]) -> Choice:
        reading = judge.judge(
            self._door, places, self._script, entries, self._brief, self._judge_model
        )
        if reading.useless:
            raise _NoUse(f"The judge's answer could not be used: {reading.useless}.")
        if reading.faults:
            self._notes.append("Parts of the judge's answer could not be used and were left out.")
        return choose(places, self._script, entries, reading)

    def _moments(
        self, places: Places, choice: Choice, identity: tuple[str, str, str]
    ) -> tuple[Moment, ...]:
        policy, language = self._footage.policy, self._footage.transcript.language
        clips = [self._clip(places, one.window) for one in choice.chosen]
        written = [
            hooks.candidates(one.verdict, clip, policy, same_language=policy.in_language(language))
            if one.verdict
            else []
            for one, clip in zip(choice.chosen, clips, strict=True)
        ]
        said, trouble = hooks.checked(
            self._door,
            self._script,
            clips,
            written,
            self._judge_model,
            patient=policy.patient,
        )
        self._notes += [trouble] if trouble else []
        return tuple(
            telling.moment(
                places,
                one,
                rank,
                identity,
                self._judge_model,
                said[rank - 1],
                holds(
                    policy,
                    one.flags,
                    clips[rank - 1].words,
                ),
                policy.banned_words,
            )
            for rank, one in enumerate(choice.chosen, start=1)
        )

    def _clip(self, places: Places, window: int) -> Clip:
        first, last = places.sentences(window)
        items = self._talk.sentences.items
        spoken = self._talk.words[items[first].first : items[last].last]
        return Clip(*self._script.numbers(first, last), tuple(word.text for word in spoken))

    def _note_scouting(self, scouted: Scouting) -> None:
        if len(scouted.missed) == scouted.parts:
            raise _NoUse(f"The scout's answers could not be used: {scouted.missed[0]}.")
        if scouted.missed:
            self._notes.append(
                f"{len(scouted.missed)} of {scouted.parts} parts of the talk could not be scouted"
                f" ({scouted.missed[0]}): there the rubric alone proposed."
            )
        if scouted.odd:
            self._notes.append(
                "Some of the scout's proposals could not be used and were left out, such as"
                " numbers of sentences that do not exist."
            )

    def _note_count(self, choice: Choice) -> None:
        wanted, found = self._footage.options.count, len(choice.chosen)
        if choice.filled:
            self._notes.append(
                f"{choice.filled} moments that the judge finds weak fill up the least number."
            )
        if found < wanted:
            self._notes.append(f"{wanted} moments were asked for, and {found} found good enough.")


def _half_open(bounds: tuple[int, int]) -> tuple[int, int]:
    return bounds[0], bounds[1] + 1


def _in_order(fallen: list[Fallen]) -> list[Fallen]:
    return sorted(fallen, key=lambda one: (one.first, one.last, one.code, -one.score))


def _local(footage: Footage, talk: Talk, why: str) -> Detection:
    """What the local detector finds, with a note that says why it was its turn."""
    found = select(
        talk, footage.options, footage.transcript_id, LocalDetector.name, LocalDetector.version
    )
    note = f"The local detector chose the moments, because Claude could not. {why}"
    return guarded(found.replace(notes=(note, *found.notes)), footage.policy)
