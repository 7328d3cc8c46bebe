"""What the commands do: check the input, run a flow in process, write and print the results."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict

from clipping import progress
from clipping.errors import NothingToClip
from clipping.models import SHORTEST_WISH_S, ClipReport, Ground, Rights
from flows import console
from flows.checks import check_source
from flows.next_step import next_line
from flows.outcomes import numbered

if TYPE_CHECKING:
    from flows.export import Export


class ClipJob(BaseModel):
    """The parameters of ``clip_source``, as the command line gives them."""

    model_config = ConfigDict(frozen=True)

    location: str
    captions: str | None = None
    client: str = "default"
    count: int | None = None
    min_seconds: int | None = None
    max_seconds: int | None = None
    style: str = "highlight"
    hook_style: str = "auto"
    framing: tuple[str, ...] = ()
    denoise: bool = False
    transcriber: str = "auto"
    detector: str = "auto"
    rights: Rights = Rights()
    complex_source: bool = False

    def wrong_option(self) -> str | None:
        """A sentence about the first option that cannot be meant, or None."""
        from clipping.captions import STYLES
        from clipping.moments import DETECTORS
        from clipping.rendering.choices import HOOK_LOOKS, parse_framing
        from clipping.transcripts import TRANSCRIBERS

        if (self.min_seconds or 0) > (self.max_seconds or 600):
            return "--min-seconds is more than --max-seconds"
        for option, value, known in (
            ("--style", self.style, list(STYLES)),
            ("--hook-style", self.hook_style, list(HOOK_LOOKS)),
            ("--transcriber", self.transcriber, ["auto", *TRANSCRIBERS]),
            ("--detector", self.detector, ["auto", *DETECTORS]),
        ):
            if value not in known:
                return f"{option} {value!r} is not one of {', '.join(known)}"
        try:
            for text in self.framing:
                parse_framing(text)
        except ValueError as error:
            return f"--framing: {error}"
        return None


def clip_video(job: ClipJob, out: Path, *, as_json: bool) -> bool:
    """Run the main job and show its clips; whether any is ready. Raises what the engine raises."""
    from flows.folders import check_writable

    started = time.monotonic()
    with console.showing_progress() as stages:
        check_source(
            job.location, job.client, job.captions, (job.min_seconds or SHORTEST_WISH_S) * 1000
        )
        check_writable(out)
        from flows.local_run import local_run

        with local_run():
            exported = _run(job, out)
            rights = next((report.source.rights for report, _ in exported.clips), job.rights)
            after = next_line(job.client, rights)
    seconds = {"total": round(time.monotonic() - started, 3), **stages.seconds()}
    tell(exported, seconds, as_json=as_json)
    if not as_json:
        console.output.print(after)
    # One that waits for a person is made as well.
    made = any(report.proof.passed for report, _ in exported.clips)
    if not made:
        console.errors.print("No clip passed its proof; the reports say what failed.")
    return made


def tell(exported: Export, seconds: dict[str, float], *, as_json: bool) -> None:
    """Print what lies in the folder of a run now, and how long each stage took."""
    if as_json:
        _print_json(
            {
                "folder": str(exported.folder),
                "report": str(exported.folder / "report.html"),
                "detection": exported.detection_key,
                "clips": _clips_told(exported.clips),
                "seconds": seconds,
                "notes": exported.notes,
                "rejections": numbered(exported.detection.dropped),
            }
        )
        return
    _print_clips(exported.clips)
    for note in exported.notes:
        console.output.print(f"\n{note}")
    console.output.print(f"\nReport: {exported.folder / 'report.html'}")


def _clips_told(clips: Sequence[tuple[ClipReport, Path]]) -> list[dict[str, Any]]:
    return [{"path": str(path), **report.model_dump(mode="json")} for report, path in clips]


def _print_clips(clips: Sequence[tuple[ClipReport, Path]]) -> None:
    console.output.print(console.clip_table(clips))
    waiting = console.waiting_line([report for report, _ in clips])
    if waiting:
        console.output.print(f"\n{waiting}")


def _run(job: ClipJob, out: Path) -> Export:
    from flows.clip import clip_source
    from flows.export import export

    try:
        detection_key, clip_ids = clip_source(**job.model_dump(mode="json"))
    except NothingToClip as error:
        from clipping.db import queries
        from tasks.workplace import db_session

        with db_session() as session:
            key = getattr(error, "detection_key", "")
            _, _, detection = queries.lineage.get_detection(session, key)
        raise NothingToClip(str(error), detection_key=key, dropped=detection.dropped) from error
    return export(clip_ids, detection_key, out)


def clip_demo(client: str, out: Path, seconds: int, count: int, *, as_json: bool) -> bool:
    """Make the demo talk and clip it for a client; whether any clip is ready."""
    from clipping.demo import make_demo
    from clipping.rights import in_full
    from clipping.settings import settings

    with console.showing_progress():
        talk = make_demo(settings().home / "demo", seconds)
    rights = in_full(Rights(ground=Ground.OWN), client)
    job = ClipJob(location=str(talk.video), client=client, count=count, rights=rights)
    return clip_video(job, out, as_json=as_json)


def _stored(clip_id: str, *, to_render: bool = False) -> ClipReport:
    """The report of a stored clip, Rejected when there is no such clip.

    With ``to_render``, RightsNotStated when no media may be made of its source yet.
    """
    from clipping.db import queries
    from clipping.reports import clip_report
    from tasks.words import words_beside
    from tasks.workplace import db_session

    with db_session() as session:
        clip = queries.clips.get_clip(session, clip_id)
        source = queries.sources.get_source(session, clip.source_id)
        if to_render:
            from tasks.rights import check_rights

            check_rights(session, source)
        _, moment = queries.detections.get_moment(session, clip.moment_id)
        transcriber, detector = queries.lineage.engines_of(session, clip.moment_id)
        own = queries.changes.own_words(session, clip_id)
        beside = replace(words_beside(session, source, moment), own=own)
        releases = queries.releases.releases_of(session, clip.moment_id)
        verdict = queries.verdicts.find_verdict(session, clip_id)
    told = (clip, source, moment, transcriber, detector, beside)
    return clip_report(*told, releases=releases, verdict=verdict)


def show_clip(clip_id: str, *, as_json: bool) -> None:
    """Print a clip's report."""
    report = _stored(clip_id)
    if as_json:
        _print_json(report.model_dump(mode="json"))
        return
    console.output.print(console.report_view(report))


def render_clip(clip_id: str, *, as_json: bool) -> bool:
    """Render a clip's recipe again; True when the pictures are the same."""
    from flows.local_run import local_run

    with console.showing_progress(), local_run(lambda: _stored(clip_id, to_render=True)):
        from flows.render import render_clip_again

        same_frames, same_file = render_clip_again(clip_id)
    if as_json:
        _print_json({"clip_id": clip_id, "same_frames": same_frames, "same_file": same_file})
    elif same_file:
        console.output.print(f"{clip_id}: the same file, byte for byte")
    elif same_frames:
        console.output.print(f"{clip_id}: the same pictures; the file differs")
    else:
        console.output.print(f"{clip_id}: the pictures differ")
    return bool(same_frames)


def vary_clip(
    clip_id: str, hooks: list[str], hook_style: str | None, out: Path, *, as_json: bool
) -> bool:
    """Make variations of a clip with other hooks and write them to a folder; whether all are ready.

    :param hooks: Texts; an empty one is a variation without a hook. Without any, the further hooks
        that were found for its moment.
    """
    from flows.folders import check_writable
    from flows.local_run import local_run

    with console.showing_progress():
        check_writable(out)
        with local_run(lambda: _stored(clip_id, to_render=True)):
            from flows.export import export_variations
            from flows.render import vary

            made: Any = vary(clip_id, hooks, hook_style)
            written = export_variations(clip_id, made, out)
    return _show_variations(clip_id, written, as_json=as_json)


def vary_clip_by(
    clip_id: str, factor: str, values: Sequence[str], out: Path, *, as_json: bool
) -> bool:
    """The same with variations that differ in something else than their hooks.

    :param factor: One of :class:`~clipping.models.Factor`.
    """
    from flows.folders import check_writable
    from flows.local_run import local_run

    with console.showing_progress():
        check_writable(out)
        with local_run(lambda: _stored(clip_id, to_render=True)):
            from flows.export import export_variations
            from flows.render import vary_one

            made: Any = vary_one(clip_id, factor, list(values))
            written = export_variations(clip_id, made, out)
    return _show_variations(clip_id, written, as_json=as_json)


def _show_variations(
    clip_id: str, written: Sequence[tuple[ClipReport, Path]], *, as_json: bool
) -> bool:
    """Print variations of a clip; whether all are ready."""
    if as_json:
        _print_json({"clip_id": clip_id, "clips": _clips_told(written)})
    else:
        _print_clips(written)
    return all(report.proof.passed for report, _ in written)


def export_clip(clip_id: str, size: tuple[int, int], out: Path, *, as_json: bool) -> bool:
    """Render a clip in another size into a folder; whether its file passed every check."""
    from flows.folders import check_writable
    from flows.local_run import local_run

    with console.showing_progress():
        check_writable(out)
        with local_run(lambda: _stored(clip_id, to_render=True)):
            report = _stored(clip_id)
            from clipping.sources.files import slugify
            from flows.render import export_clip as export_flow

            name = f"{slugify(Path(report.source.file_name).stem)}-{clip_id.removeprefix('clip_')}"
            path = (out / f"{name}-{size[0]}x{size[1]}.mp4").absolute()
            proof: Any = export_flow(clip_id, *size, str(path))
    if as_json:
        _print_json({"clip_id": clip_id, "path": str(path), "proof": proof.model_dump(mode="json")})
    else:
        console.output.print(console.proof_view(proof))
        console.output.print(f"\n{path}")
    return bool(proof.passed)


def prove_file(path: Path, *, as_json: bool) -> bool:
    """Measure any MP4 as the proof measures clips; whether every check passed."""
    from clipping.rendering.inspect import inspect

    with console.showing_progress():
        progress.report("prove", 0.0, path.name)
        proof = inspect(path)
        progress.report("prove", 1.0, path.name)
    if as_json:
        _print_json({"path": str(path), "proof": proof.model_dump(mode="json")})
    else:
        console.output.print(console.proof_view(proof))
    return proof.passed


def _print_json(document: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(document, ensure_ascii=False, indent=2) + "\n")
