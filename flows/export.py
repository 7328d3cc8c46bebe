"""The folder an operator opens: ``out/<slug>/`` with clips, covers, reports and one page."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from clipping.db import queries
from clipping.errors import DiskFull, NeedsPerson
from clipping.models import ClipReport, Detection, RenderedClip, SourceVideo
from clipping.reports import clip_report, write_report_page
from clipping.sources.files import slugify
from tasks.words import words_beside
from tasks.workplace import db_session, files_held, media_store, only_one

MANIFEST = ".clipper.json"
PART = ".part"


@dataclass(frozen=True)
class Export:
    """What lies in the folder: reports and video paths, best clip first."""

    folder: Path
    clips: tuple[tuple[ClipReport, Path], ...]
    detection: Detection
    detection_key: str
    notes: tuple[str, ...]
    """How far the words and the moments are to be trusted."""


def export(clip_ids: list[str], detection_key: str, out: Path) -> Export:
    """Write the folder anew; files of an earlier export of the same source are replaced.

    Every file is written beside its name and then moved, so none is ever half there.
    """
    with db_session() as session:
        source_id, transcript_id, detection = queries.lineage.get_detection(session, detection_key)
        source = queries.sources.get_source(session, source_id)
        _, transcript = queries.lineage.get_transcript(session, transcript_id)
        rendered = [queries.clips.get_clip(session, clip_id) for clip_id in clip_ids]
        by_id = {moment.moment_id: moment for moment in detection.moments}
        for clip in rendered:
            # A moment that an earlier detection cut alike keeps its clip.
            if clip.moment_id not in by_id:
                by_id[clip.moment_id] = queries.detections.get_moment(session, clip.moment_id)[1]
        beside = [words_beside(session, source, by_id[clip.moment_id]) for clip in rendered]
        releases = {
            clip.moment_id: queries.releases.releases_of(session, clip.moment_id)
            for clip in rendered
        }
        verdicts = {
            clip.clip_id: queries.verdicts.find_verdict(session, clip.clip_id) for clip in rendered
        }
    stems = [
        f"{number:02d}-{slugify(by_id[clip.moment_id].title)}"
        for number, clip in enumerate(rendered, 1)
    ]
    with _writing_into(out):
        folder = _claim(out, source, stems)
        written = [
            _write_clip(
                folder / f"{stem}.mp4",
                clip,
                clip_report(
                    clip,
                    source,
                    by_id[clip.moment_id],
                    transcript.engine,
                    detection.detector,
                    words,
                    releases=releases[clip.moment_id],
                    verdict=verdicts[clip.clip_id],
                ),
            )
            for stem, clip, words in zip(stems, rendered, beside, strict=True)
        ]
        page = folder / "report.html"
        doubts = (*transcript.notes, *detection.notes)
        notes = (transcript.chosen_because, *doubts)
        pages = [(report, video, video.with_suffix(".jpg")) for report, video in written]
        write_report_page(page, source, pages, detection.dropped, notes, detection_key)
        _forget_older(folder, source, stems)
    return Export(folder, tuple(written), detection, detection_key, doubts)


def export_variations(
    clip_id: str, variation_ids: list[str], out: Path
) -> tuple[tuple[ClipReport, Path], ...]:
    """Write variations of a clip as ``<slug>-<id>.mp4``, with cover and report, into ``out``.

    Files of a variation that was written before are replaced; nothing else is touched.
    """
    with db_session() as session:
        clips = [queries.clips.get_clip(session, one) for one in variation_ids]
        source = queries.sources.get_source(session, clips[0].source_id)
        _, moment = queries.detections.get_moment(session, clips[0].moment_id)
        transcriber, detector = queries.lineage.engines_of(session, clips[0].moment_id)
        beside = words_beside(session, source, moment)
        releases = queries.releases.releases_of(session, clips[0].moment_id)
        verdicts = {
            one.clip_id: queries.verdicts.find_verdict(session, one.clip_id) for one in clips
        }
    with _writing_into(out):
        out.mkdir(parents=True, exist_ok=True)
        return tuple(
            _write_clip(
                out / f"{slugify(moment.title)}-{clip.clip_id.removeprefix('clip_')[:8]}.mp4",
                clip,
                clip_report(
                    clip,
                    source,
                    moment,
                    transcriber,
                    detector,
                    beside,
                    releases=releases,
                    verdict=verdicts[clip.clip_id],
                ),
            )
            for clip in clips
        )


@contextmanager
def _writing_into(out: Path) -> Iterator[None]:
    """One export at a time into a folder; what keeps it from writing is said in a sentence."""
    try:
        with only_one(f"export:{out.resolve()}"):
            yield
    except OSError as error:
        raise _cannot_write(out, error) from error


def _cannot_write(out: Path, error: OSError) -> NeedsPerson:
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return DiskFull(f"No space left in {out}; free some and run again.")
    return NeedsPerson(f"Cannot write to {out}: {error.strerror}.")


def _claim(out: Path, source: SourceVideo, stems: list[str]) -> Path:
    """The source's own folder, marked as such before anything else is written into it.

    ``out/<slug>``; where that belongs to another video or client, the source's id is appended.
    """
    slug = slugify(Path(source.file_name).stem)
    folder = out / slug
    if folder.exists() and _manifest(folder).get("source_id", source.source_id) != source.source_id:
        folder = out / f"{slug}-{source.source_id.removeprefix('src_')}"
    folder.mkdir(parents=True, exist_ok=True)
    ours = {*_stems(folder), *stems}
    for leftover in folder.glob(f"*{PART}"):
        # Another command may be writing a variation beside these clips just now.
        if leftover.name.partition(".")[0] in ours:
            leftover.unlink()
    _write_manifest(folder, source, sorted(ours))
    return folder


def _write_manifest(folder: Path, source: SourceVideo, stems: list[str]) -> None:
    _write(folder / MANIFEST, json.dumps({"source_id": source.source_id, "stems": stems}))


def _stems(folder: Path) -> list[str]:
    """Names of the clips that exports of this source have written here."""
    stems = _manifest(folder).get("stems", [])
    return (
        [str(stem) for stem in stems if os.sep not in str(stem)] if isinstance(stems, list) else []
    )


def _manifest(folder: Path) -> dict[str, object]:
    with contextlib.suppress(OSError, ValueError):
        content = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        if isinstance(content, dict):
            return content
    return {}


@files_held()
def _write_clip(video: Path, clip: RenderedClip, report: ClipReport) -> tuple[ClipReport, Path]:
    store = media_store()
    _copy(store.local_path(clip.video_key), video)
    _copy(store.local_path(clip.cover_key), video.with_suffix(".jpg"))
    text = json.dumps(report.model_dump(mode="json"), indent=2, ensure_ascii=False)
    _write(video.with_suffix(".json"), text + "\n")
    return report, video


def _copy(source: Path, target: Path) -> None:
    temporary = target.with_name(target.name + PART)
    try:
        shutil.copyfile(source, temporary)
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)


def _write(target: Path, text: str) -> None:
    temporary = target.with_name(target.name + PART)
    try:
        temporary.write_text(text, encoding="utf-8")
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)


def _forget_older(folder: Path, source: SourceVideo, stems: list[str]) -> None:
    """Remove what an earlier export left under other names; nothing else is ever touched."""
    for stem in set(_stems(folder)) - set(stems):
        for suffix in (".mp4", ".jpg", ".json"):
            (folder / f"{stem}{suffix}").unlink(missing_ok=True)
    _write_manifest(folder, source, stems)
