"""Why a clip goes where it goes, and why something is missing: sentences for people."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Final

from clipping.models import (
    Assignment,
    Cause,
    ClipCandidate,
    DayPlan,
    PlanChange,
    PlatformName,
    Shortage,
    Slot,
)
from clipping.scheduling.choices import Day
from clipping.scheduling.problem import Problem

_CLIPS: Final = {
    Cause.HELD: "stopped",
    Cause.NOT_READY: "not rendered",
    Cause.PROOF: "failed in their proof",
    Cause.RIGHTS: "without recorded rights",
    Cause.DISCLOSURE: "without a disclosure",
    Cause.APPROVAL: "waiting for approval",
    Cause.STYLE: "in another caption style",
    Cause.BARRED: "not taken by the platform or account",
    Cause.ON_PLATFORM: "already on the platform",
    Cause.ELSEWHERE: "already posted elsewhere",
    Cause.MOMENT: "of moments that another account shows",
    Cause.LIKENESS: "like one that another account shows",
    Cause.REPEAT: "like one that the account has just shown",
    Cause.TAKEN: "used in other slots of the day",
}
"""How clips that are left out are told of, after their number."""


def better_ones(problem: Problem, chosen: Mapping[int, int]) -> dict[int, int]:
    """Of each slot that has a clip: how many others that were considered are worth more there."""
    worths: dict[int, list[int]] = defaultdict(list)
    for (place, _), worth in problem.choices.items():
        worths[place].append(worth)
    found = {}
    for place, clip in chosen.items():
        ordered = sorted(worths[place])
        found[place] = len(ordered) - bisect_right(ordered, problem.choices[place, clip])
    return found


def why_here(day: Day, place: int, clip: int, chosen: Mapping[int, int], better: int) -> str:
    """Why this clip goes into this slot.

    :param better: How many of those that were considered for it are worth more there.
    """
    slot, one = day.slots[place], day.clips[clip]
    account = day.accounts[slot.account_id]
    told = [f"Score {one.score}"]
    told.append(
        f"{better} better for it {'goes' if better == 1 else 'go'} elsewhere or must wait"
        if better
        else "the best for it"
    )
    if account.angle:
        shared = ", ".join(day.fitting.shared_words(clip, slot.account_id))
        fit = f"fits its angle by {day.fit(place, clip):.0%}"
        told.append(f"{fit} ({shared})" if shared else fit)
    told.append(f"the hour is worth {slot.worth:.0%}")
    if not day.rules.fresh(one):
        told.append("it is on another platform already")
    elif any(other == clip and there != place for there, other in chosen.items()):
        told.append("it goes to another platform too")
    return "; ".join(told) + "."


def shortages(day: Day, problem: Problem, chosen: Mapping[int, int]) -> list[Shortage]:
    """What is missing at slots that stay empty, one for each account and cause."""
    found: dict[tuple[str, Cause], list[Shortage]] = defaultdict(list)
    for place, slot in enumerate(day.slots):
        if place not in chosen:
            shortage = _empty(day, problem, place, slot, chosen)
            found[slot.account_id, shortage.cause].append(shortage)
    return [same[0].replace(missing=len(same)) for same in found.values()]


def _empty(
    day: Day, problem: Problem, place: int, slot: Slot, chosen: Mapping[int, int]
) -> Shortage:
    full = (cap.sentence for cap in problem.caps if place in cap.slots and cap.full(chosen))
    shut = (cap.sentence for cap in problem.account_caps if cap.shuts_out(place, chosen))
    sentence = next(chain(full, shut), "")
    causes = (day.rules.why_not(clip, slot) or Cause.TAKEN for clip in day.clips)
    out = dict(sorted(Counter(causes).items()))
    name = day.accounts[slot.account_id].handle
    return Shortage(
        platform=slot.platform,
        account_id=slot.account_id,
        missing=1,
        cause=Cause.LIMIT if sentence else Cause.CLIPS,
        sentence=sentence or _no_clip(name, len(day.clips), out),
        kept_out=out,
    )


def _no_clip(handle: str, clips: int, out: Mapping[Cause, int]) -> str:
    if not clips:
        return f"There is no clip for @{handle}."
    counts = sorted(out.items(), key=lambda one: (-one[1], one[0]))
    told = ", ".join(f"{number} {_CLIPS[cause]}" for cause, number in counts)
    return f"None of {clips} clip{'' if clips == 1 else 's'} is left for @{handle}: {told}."


def wanted(day: Day, found: Sequence[Shortage]) -> tuple[int, int]:
    """How many new moments, and clips of them, would fill what lacks clips.

    Clips that only wait for approval are counted on. A moment serves each platform once, and its
    clip too, unless the client has each clip posted once.
    """
    waiting = [clip for clip in day.clips if day.rules.unfit(clip) is Cause.APPROVAL]
    missing: Counter[PlatformName] = Counter()
    for shortage in found:
        if shortage.cause is Cause.CLIPS:
            missing[shortage.platform] += shortage.missing
    if not missing:
        return 0, 0
    once = day.request.policy.post_once
    moments = max(0, max(missing.values()) - len({clip.moment_id for clip in waiting}))
    clips = max(0, missing.total() - len(waiting)) if once else moments
    return (max(moments, min(1, clips)), clips)


def changes(earlier: DayPlan | None, now: Sequence[Assignment], day: Day) -> list[PlanChange]:
    """What differs from the earlier plan, and why it does."""
    if earlier is None:
        return []
    before = {one.slot.slot_id: one for one in earlier.assignments}
    after = {one.slot.slot_id: one for one in now}
    clips = {clip.clip_id: clip for clip in day.clips}
    found: list[PlanChange] = []
    for slot_id in sorted({*before, *after}):
        old, new = before.get(slot_id), after.get(slot_id)
        same = old is not None and new is not None and old.clip_id == new.clip_id
        if same and old is not None and new is not None and old.slot.at == new.slot.at:
            continue
        one = new or old
        assert one is not None
        found.append(
            PlanChange(
                account_id=one.slot.account_id,
                slot_id=slot_id,
                before=old.clip_id if old else "",
                after=new.clip_id if new else "",
                sentence=_why_changed(old, new, clips, day),
            )
        )
    return found


def _why_changed(
    old: Assignment | None,
    new: Assignment | None,
    clips: Mapping[str, ClipCandidate],
    day: Day,
) -> str:
    if old is None:
        return "A slot that was empty has a clip now."
    there = {slot.slot_id: slot for slot in day.slots}
    slot = there.get(old.slot.slot_id)
    if slot is None:
        return "Its account has no slot there any more."
    clip = clips.get(old.clip_id)
    if clip is None:
        return "Its clip is no longer offered."
    if (cause := day.rules.why_not(clip, slot)) is not None:
        return f"Its clip may not go there any more ({cause.value.replace('_', ' ')})."
    if new is not None and new.clip_id == old.clip_id:
        return "Its time has moved."
    return "Its clip makes room, so that more slots can be filled."
