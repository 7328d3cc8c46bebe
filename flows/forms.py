"""The parameters of runs as fields of a form: what Prefect's pages call them, and what they take.

What a field means stands in the docstring of its flow. What is refused beyond these bounds is
refused by the server before a run is made, and by Prefect before a flow is begun.

Fields whose lists come from what makes clips stand in ``form_lists``: not every run needs that.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Annotated, Any

from pydantic import Field

from clipping.models import Factor, Rights


def field(title: str, among: Iterable[str] = (), **bounds: Any) -> Any:
    """What pydantic knows of a field with this title; with ``among`` the form has a list.

    The flow itself says in a sentence what it cannot take, so a list binds the form alone.
    """
    extra: dict[str, Any] = {"title": title}
    if known := list(among):
        extra["enum"] = known
    return Field(json_schema_extra=extra, **bounds)


Location = Annotated[str, field("Video or link")]
Client = Annotated[str, field("Client", min_length=1, max_length=100)]
OneClient = Annotated[str | None, field("Client alone")]
Captions = Annotated[str | None, field("Captions file")]
Stated = Annotated[Rights | None, field("Rights")]
Count = Annotated[int, field("Clips at most", ge=1, le=50)]
AnyCount = Annotated[int | None, field("Clips at most", ge=1, le=50)]
Moments = Annotated[int, field("Moments at most", ge=1, le=500)]
AnyShortest = Annotated[int | None, field("Shortest clip, seconds", ge=1, le=600)]
AnyLongest = Annotated[int | None, field("Longest clip, seconds", ge=1, le=600)]
ShortestVideo = Annotated[int, field("Shortest video, seconds", ge=1, le=86_400)]
AnotherHookStyle = Annotated[str | None, field("Another look of the hooks")]
Framings = Annotated[list[str] | None, field("Framing")]
Denoise = Annotated[bool, field("Take noise away")]
Language = Annotated[str | None, field("Language")]
Complex = Annotated[bool, field("Complex source")]
Batches = Annotated[bool, field("In batches")]
CaptionsKey = Annotated[str | None, field("Captions in the store")]
CaptionsName = Annotated[str, field("Name of the captions")]
CaptionsGiven = Annotated[bool, field("Captions were named by a person")]
SourceId = Annotated[str, field("Source", min_length=1)]
TranscriptId = Annotated[str, field("Transcript", min_length=1)]
DetectionKey = Annotated[str, field("Detection", min_length=1)]
ChangeId = Annotated[str, field("Change", min_length=1)]
ClipId = Annotated[str, field("Clip", min_length=1)]
VaryBy = Annotated[str, field("What differs", [factor for factor in Factor if factor != "hook"])]
Seconds = Annotated[int, field("Seconds", ge=0, le=3_600)]
Numbers = Annotated[list[int], field("Numbers of the candidates", min_length=1)]
Hooks = Annotated[list[str] | None, field("Hooks")]
Values = Annotated[list[str], field("Values", min_length=1)]
AskNow = Annotated[bool, field("Ask channels now")]
MostItems = Annotated[int, field("Items of each watch at most", ge=1, le=10_000)]
Again = Annotated[bool, field("Try again what was given up")]
Day = Annotated[date | None, field("Day alone")]
ShortestMs = Annotated[int, field("Shortest clip, milliseconds", ge=1_000, le=600_000)]
LongestMs = Annotated[int, field("Longest clip, milliseconds", ge=1_000, le=600_000)]
Apply = Annotated[bool, field("Do it, and not only tell")]
BackupFolder = Annotated[str | None, field("Another folder")]
Backups = Annotated[int | None, field("Backups kept")]
