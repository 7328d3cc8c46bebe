"""``clipper publish``, ``posts``, ``stop`` and ``resume``: what goes out, and what must not."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Annotated

import typer

from clipping.models import PlatformName, PostState
from flows.options import Json, OneClient
from flows.outcomes import outcomes

_ADDRESS = re.compile(r"https?://[^\s/]+\.[^\s]+")

publish_app = typer.Typer(help="Publish what is due.", no_args_is_help=True)
posts_app = typer.Typer(help="Posts: planned, on their way, public.", no_args_is_help=True)

PostId = Annotated[str, typer.Argument(help="Id of a post.", show_default=False)]
By = Annotated[str, typer.Option(help="Who says so.", show_default=False)]
Why = Annotated[str, typer.Option(help="Why, for whoever asks later.", show_default=False)]
OnePlatform = Annotated[PlatformName | None, typer.Option("--platform", help="Only there.")]
OneAccount = Annotated[
    str | None, typer.Option("--account", help="Only this account: its id, or PLATFORM:@HANDLE.")
]
OneSource = Annotated[
    str | None, typer.Option("--source", help="Only clips of this source, by id.")
]


@publish_app.command("run")
def run(
    once: Annotated[bool, typer.Option("--once", help="Look once, and end.")] = False,
    as_json: Json = False,
) -> None:
    """Publish what is due until Ctrl-C; any number of these may run side by side."""
    from flows.publishing import publish

    with outcomes(as_json):
        publish(once=once, as_json=as_json)


@posts_app.command("list")
def show_all(
    client: OneClient = None,
    account: OneAccount = None,
    state: Annotated[
        list[PostState] | None, typer.Option(help="Only these; repeatable.", show_default=False)
    ] = None,
    since: Annotated[
        datetime | None, typer.Option(help="Only from this time on, in UTC.", show_default=False)
    ] = None,
    until: Annotated[
        datetime | None, typer.Option(help="Only before this time, in UTC.", show_default=False)
    ] = None,
    as_json: Json = False,
) -> None:
    """Say which posts there are, when, and how they stand."""
    from flows.posts import list_posts

    begin, end = (one.replace(tzinfo=UTC) if one else None for one in (since, until))
    with outcomes(as_json):
        list_posts(client, account, state or (), begin, end, as_json=as_json)


@posts_app.command()
def show(post_id: PostId, as_json: Json = False) -> None:
    """Say all there is to know of a post, and what happened to it."""
    from flows.posts import show_post

    with outcomes(as_json):
        show_post(post_id, as_json=as_json)


@posts_app.command()
def hold(post_id: PostId, by: By, why: Why = "by hand") -> None:
    """Keep a post back until it is retried or cancelled."""
    from flows.posts import change_post

    _named(by)
    with outcomes(as_json=False):
        change_post("hold", post_id, by, why)


@posts_app.command()
def cancel(
    post_id: PostId,
    by: By,
    why: Why = "by hand",
    not_public: Annotated[
        bool,
        typer.Option("--not-public", help="Somebody looked at the account: it is not there."),
    ] = False,
) -> None:
    """Give a post up; its slot and its clip are free again."""
    from flows.posts import change_post

    _named(by)
    with outcomes(as_json=False):
        change_post("cancel", post_id, by, why, not_public=not_public)


@posts_app.command()
def retry(post_id: PostId, by: By) -> None:
    """Let a post go on that was held or has failed; what may be public is looked for first."""
    from flows.posts import change_post

    _named(by)
    with outcomes(as_json=False):
        change_post("retry", post_id, by)


@posts_app.command()
def done(
    post_id: PostId,
    by: By = "its owner",
    url: Annotated[str, typer.Option(help="Address of the post.", show_default=False)] = "",
) -> None:
    """Note that a person has posted it."""
    from flows.posts import change_post

    _named(by)
    if url and not _ADDRESS.fullmatch(url):
        raise typer.BadParameter(f"--url {url!r} is no address such as https://...")
    with outcomes(as_json=False):
        change_post("done", post_id, by, url)


def stop(
    by: By,
    why: Why,
    client: OneClient = None,
    platform: OnePlatform = None,
    account: OneAccount = None,
    source: OneSource = None,
) -> None:
    """Let nothing be posted, of everything or of a client, a platform, an account, a source."""
    from flows.posts import scope, stop_posting

    _named(by, why)
    with outcomes(as_json=False):
        stop_posting(scope(by, why, client, platform, account, source))


def resume(
    by: By,
    client: OneClient = None,
    platform: OnePlatform = None,
    account: OneAccount = None,
    source: OneSource = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do it without asking.")] = False,
) -> None:
    """Lift a stop; says first what will go out."""
    from flows.posts import resume_posting, scope

    _named(by)
    with outcomes(as_json=False):
        resume_posting(scope(by, "", client, platform, account, source), sure=yes)


def _named(*texts: str) -> None:
    if not all(text.strip() for text in texts):
        raise typer.BadParameter("--by and --why must say something")
