"""The command line: ``clipper``.

Exit codes: 0 done, 1 failed, 2 wrong usage, 3 input rejected, 4 nothing worth clipping,
130 stopped by Ctrl-C.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from clipping.garbage import spare_what_is_loaded
from flows.account_cli import accounts_app
from flows.alarm_cli import alarms_app
from flows.alert_cli import alerts
from flows.change_cli import change
from flows.client_cli import client, cost, estimate, policy
from flows.eval_cli import eval_app
from flows.keep_cli import backup, health, restore, sweep
from flows.options import (
    ClipId,
    Framings,
    Json,
    Owner,
    Results,
    RightsNote,
    StatedGround,
    stated_rights,
)
from flows.outcomes import FAILED, outcomes
from flows.plan_cli import plan_app
from flows.publish_cli import posts_app, publish_app, resume, stop
from flows.rehearse_cli import rehearse
from flows.review_cli import approve, reject, release, rescue
from flows.stop_cli import stops
from flows.unique_cli import (
    Sentences,
    VariedFramings,
    VariedStyles,
    experiments,
    uniqueness,
    varied_beside_hooks,
)
from flows.user_cli import users_app
from flows.vault_cli import vault_app
from flows.watch_cli import watch_app

if TYPE_CHECKING:
    from flows.jobs import ClipJob

app = typer.Typer(
    help="Long videos in, finished vertical clips out.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    callback=spare_what_is_loaded,
)
app.add_typer(watch_app, name="watch")
app.add_typer(accounts_app, name="accounts")
app.add_typer(vault_app, name="vault")
app.add_typer(users_app, name="users")
app.add_typer(alarms_app, name="alarms")
app.add_typer(plan_app, name="plan")
app.add_typer(publish_app, name="publish")
app.add_typer(posts_app, name="posts")
app.command()(stop)
app.command()(resume)
app.command()(stops)
app.command()(rehearse)
app.command()(client)
app.command()(policy)
app.command()(cost)
app.command()(estimate)
app.command()(rescue)
app.command()(release)
app.command()(approve)
app.command()(reject)
app.command()(change)
app.command()(alerts)
app.command()(sweep)
app.command()(backup)
app.command()(restore)
app.command()(health)
app.command()(uniqueness)
app.command()(experiments)
app.add_typer(eval_app)


@app.command()
def clip(
    source: Annotated[str, typer.Argument(help="A video file or link.", show_default=False)],
    captions: Annotated[
        Path | None, typer.Option(help="Captions of the video: SRT, VTT, ASS or json3.")
    ] = None,
    out: Results = Path("out"),
    client: Annotated[str, typer.Option(help="Whose video it is.")] = "default",
    count: Annotated[
        int | None,
        typer.Option(min=1, max=50, help="Clips at most; else as the client wants."),
    ] = None,
    min_seconds: Annotated[
        int | None,
        typer.Option(min=1, max=600, help="Shortest clip; else as the client wants."),
    ] = None,
    max_seconds: Annotated[
        int | None,
        typer.Option(min=1, max=600, help="Longest clip; else as the client wants."),
    ] = None,
    style: Annotated[str, typer.Option(help="Look of the captions.")] = "highlight",
    hook_style: Annotated[
        str,
        typer.Option(help="Look of the hook; none starts without one, auto where that is better."),
    ] = "auto",
    framing: Framings = None,
    denoise: Annotated[bool, typer.Option("--denoise", help="Take steady noise away.")] = False,
    transcriber: Annotated[str, typer.Option(help="Engine that hears the words.")] = "auto",
    detector: Annotated[str, typer.Option(help="Detector that picks the moments.")] = "auto",
    complex_source: Annotated[
        bool, typer.Option("--complex", help="Let the best judge compare its moments.")
    ] = False,
    rights: StatedGround = None,
    owner: Owner = "",
    rights_note: RightsNote = "",
    as_json: Json = False,
) -> None:
    """Clip one video: ingest, transcribe, detect, render, prove."""
    from flows.jobs import ClipJob

    _clip(
        ClipJob(
            location=source,
            captions=str(captions) if captions else None,
            client=client,
            count=count,
            min_seconds=min_seconds,
            max_seconds=max_seconds,
            style=style,
            hook_style=hook_style,
            framing=tuple(framing or ()),
            denoise=denoise,
            transcriber=transcriber,
            detector=detector,
            rights=stated_rights(rights, owner, rights_note, client),
            complex_source=complex_source,
        ),
        out,
        as_json,
    )


def _clip(job: ClipJob, out: Path, as_json: bool) -> None:
    from flows.jobs import clip_video

    wrong = job.wrong_option()
    if wrong:
        raise typer.BadParameter(wrong)
    with outcomes(as_json):
        if not clip_video(job, out, as_json=as_json):
            raise typer.Exit(FAILED)


@app.command()
def transcribe(
    source: Annotated[str, typer.Argument(help="A video file or link.", show_default=False)],
    transcriber: Annotated[str, typer.Option(help="Engine that hears the words.")] = "auto",
    form: Annotated[str, typer.Option("--format", help="srt, vtt or json.")] = "srt",
    out: Annotated[Path | None, typer.Option(help="File for the result; stdout without.")] = None,
    captions: Annotated[
        Path | None, typer.Option(help="Captions of the video: SRT, VTT, ASS or json3.")
    ] = None,
    language: Annotated[
        str | None, typer.Option(help="What is spoken, such as en; told from the sound without.")
    ] = None,
    client: Annotated[str, typer.Option(help="Whose video it is.")] = "default",
    rights: StatedGround = None,
    owner: Owner = "",
    rights_note: RightsNote = "",
) -> None:
    """Hear one video and write its words down, with times."""
    from flows.listening import HearJob, transcribe_file

    job = HearJob(
        location=source,
        captions=str(captions) if captions else None,
        client=client,
        transcriber=transcriber,
        language=language,
        rights=stated_rights(rights, owner, rights_note, client),
    )
    wrong = job.wrong_option(form)
    if wrong:
        raise typer.BadParameter(wrong)
    with outcomes(as_json=False):
        transcribe_file(job, form, out)


@app.command()
def glossary(
    file: Annotated[
        Path | None,
        typer.Argument(
            help="Lines such as 'Anthropic: and tropic, and throw pick'; shown without.",
            show_default=False,
        ),
    ] = None,
    client: Annotated[str, typer.Option(help="Whose glossary it is.")] = "default",
) -> None:
    """Say how a client writes names, brands and slang that engines mishear."""
    from flows.listening import set_glossary, show_glossary

    with outcomes(as_json=False):
        if file is None:
            show_glossary(client)
        else:
            set_glossary(client, file)


@app.command()
def demo(
    client: Annotated[str, typer.Option(help="Whose clips they become.")] = "default",
    out: Results = Path("out"),
    seconds: Annotated[int, typer.Option(min=60, max=900, help="Length of the talk.")] = 90,
    count: Annotated[int, typer.Option(min=1, max=50, help="Clips at most.")] = 3,
    as_json: Json = False,
) -> None:
    """Make a demo talk with a synthetic voice and clip it."""
    from flows.jobs import clip_demo

    with outcomes(as_json):
        if not clip_demo(client, out, seconds, count, as_json=as_json):
            raise typer.Exit(FAILED)


@app.command()
def show(
    clip_id: ClipId,
    as_json: Json = False,
) -> None:
    """Print the stored report of a clip."""
    from flows.jobs import show_clip

    with outcomes(as_json):
        show_clip(clip_id, as_json=as_json)


@app.command()
def render(
    clip_id: ClipId,
    as_json: Json = False,
) -> None:
    """Render a clip's recipe again and say whether the result is the same."""
    from flows.jobs import render_clip

    with outcomes(as_json):
        if not render_clip(clip_id, as_json=as_json):
            raise typer.Exit(FAILED)


@app.command()
def vary(
    clip_id: ClipId,
    hook: Annotated[
        list[str] | None, typer.Option(help="Text of a variation's hook; repeatable.")
    ] = None,
    no_hook: Annotated[
        bool, typer.Option("--no-hook", help="A variation without a hook as well.")
    ] = False,
    hook_style: Annotated[
        str | None, typer.Option(help="Look of the hooks; else the clip's own.")
    ] = None,
    style: VariedStyles = None,
    framing: VariedFramings = None,
    start_earlier: Sentences = 0,
    start_later: Sentences = 0,
    end_earlier: Sentences = 0,
    end_later: Sentences = 0,
    out: Results = Path("out"),
    as_json: Json = False,
) -> None:
    """Make variations of a clip in one thing: its hook, style, framing, or first and last sentence.

    They become an experiment with the clip as its control. With another hook, only the first
    seconds are encoded anew.
    """
    from clipping.captions import HOOK_STYLES
    from flows.jobs import vary_clip, vary_clip_by

    bounds = (start_earlier, start_later, end_earlier, end_later)
    other = varied_beside_hooks(
        bool(hook or no_hook or hook_style), style or (), framing or (), bounds
    )
    if other is not None:
        with outcomes(as_json):
            if not vary_clip_by(clip_id, *other, out, as_json=as_json):
                raise typer.Exit(FAILED)
        return
    hooks = [text.strip() for text in hook or ()]
    if not all(hooks):
        raise typer.BadParameter("give --hook a text, once for each variation, or --no-hook")
    if hook_style is not None and hook_style not in HOOK_STYLES:
        known = ", ".join(HOOK_STYLES)
        raise typer.BadParameter(f"--hook-style {hook_style!r} is not one of {known}")
    if hook_style == "none" and (hooks or not no_hook):
        raise typer.BadParameter("--hook-style none shows no hook: use --no-hook")
    with outcomes(as_json):
        wanted = hooks + ([""] if no_hook else [])
        if not vary_clip(clip_id, wanted, hook_style, out, as_json=as_json):
            raise typer.Exit(FAILED)


@app.command()
def export(
    clip_id: ClipId,
    size: Annotated[str, typer.Option(help="WIDTHxHEIGHT, in the shape 9:16.")] = "720x1280",
    out: Annotated[Path, typer.Option(help="Folder for the result.")] = Path("out"),
    as_json: Json = False,
) -> None:
    """Render a clip in another size, from its source: for accounts that take no 1080x1920."""
    from flows.jobs import export_clip

    width, _, height = size.partition("x")
    wanted = (int(width), int(height)) if width.isdecimal() and height.isdecimal() else (0, 0)
    if not 0 < wanted[0] <= 1080 or wanted[0] % 18 or wanted[0] * 16 != wanted[1] * 9:
        raise typer.BadParameter(
            f"--size {size!r} is not 9:16 and at most 1080x1920, such as 720x1280"
        )
    with outcomes(as_json):
        if not export_clip(clip_id, wanted, out, as_json=as_json):
            raise typer.Exit(FAILED)


@app.command()
def prove(
    file: Annotated[Path, typer.Argument(help="An MP4 file.", show_default=False)],
    as_json: Json = False,
) -> None:
    """Measure any MP4 the way finished clips are measured."""
    from flows.jobs import prove_file

    with outcomes(as_json):
        if not prove_file(file, as_json=as_json):
            raise typer.Exit(FAILED)


@app.command()
def doctor(as_json: Json = False) -> None:
    """Say what this machine has, what each stage will use, and what is missing."""
    from flows.doctor import examine

    with outcomes(as_json):
        if not examine(as_json=as_json):
            raise typer.Exit(FAILED)


@app.command()
def up(
    port: Annotated[int, typer.Option(help="Port of the Prefect server.")] = 4200,
    dashboard_port: Annotated[int, typer.Option(help="Port of the dashboard.")] = 8501,
) -> None:
    """Run Postgres, the Prefect server, a cpu and a gpu worker and the dashboard; Ctrl-C ends."""
    from flows.supervisor import run

    with outcomes(as_json=False):
        run(port, dashboard_port)


if __name__ == "__main__":
    app()
