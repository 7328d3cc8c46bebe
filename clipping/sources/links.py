"""Links: the video behind one becomes a file, and a channel becomes a list of links.

The work is done by a child process (:mod:`clipping.sources.fetching`); here is what surrounds it:
the gate before it, the folder that outlives it, and the file that its tracks become.
"""

from __future__ import annotations

import os
import shutil
import sysconfig
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import ValidationError

from clipping import progress
from clipping.errors import (
    LoginNeeded,
    NeedsPerson,
    NotInstalled,
    NoUsableFormat,
    UnreadableMedia,
    UnsafeUrl,
)
from clipping.media.container import container_of
from clipping.media.probe import probe
from clipping.media.tracks import join_tracks, joined_suffix
from clipping.models import make_id
from clipping.scratch import scratch_folder
from clipping.settings import settings
from clipping.sources.cookies import read_cookies
from clipping.sources.exchange import Failure, Job, Message
from clipping.sources.failures import explained
from clipping.sources.fetch_process import CERTIFICATES, converse
from clipping.sources.fetched import (
    ChannelEntry,
    FetchedCaptions,
    FetchedLink,
    plain_title,
    published_at,
    seconds,
)
from clipping.sources.files import slugify
from clipping.sources.guard import Link, check_link, extra_domains
from clipping.sources.part_folders import part_folder, writing

_STAGE = "ingest"
_DOWNLOAD_SHARE = 0.95
"""Of the whole; the rest is joining the tracks."""

_RECORD = "fetched.json"
_PROXIES = ("http", "https", "socks5h")
_NO_DENO = "No JavaScript runtime (deno) is installed, so YouTube offers fewer formats, or none."


def link_id(url: str, *, client: str = "default") -> str:
    """The id of a client's link, by which a caller may know it again before it is fetched.

    :raises UnsafeUrl: It may not be fetched.
    """
    return _id(check_link(url, extra_domains(settings().link_hosts)), client)


@contextmanager
def fetched_link(
    url: str, *, client: str = "default", cookies: Path | None = None, share: float = 1.0
) -> Iterator[FetchedLink]:
    """The video behind a link, as a file that is there while the block runs.

    Progress is reported as stage ``ingest``. What was fetched when the work broke off, or when the
    block ended by an error that another try can mend, is kept for some days: the next call with
    the same link and client goes on from there, without a request when all was fetched. When the
    block ends well, or by an error that no try can mend, it is gone. Another run of the same link
    is waited for.

    :param client: Whose link it is; clients share no download, because cookies may have opened it.
    :param cookies: The client's cookies file in Netscape's format. It is only read.
    :param share: The fraction of the stage that this work is.
    :raises UnsafeUrl: The link, or anything it leads to, may not be fetched.
    :raises LinkRefused: The video cannot be had; each reason has its own class.
    :raises NeedsPerson: Somebody has to sign in, give cookies, free space, update or set up.
    :raises Transient: The network or the site fails just now.
    :raises UnreadableMedia: What the site sent is damaged.
    """
    link = check_link(url, extra_domains(settings().link_hosts))
    with part_folder(_id(link, client)) as folder:
        yield _finished(folder) or _fetch(link, folder, cookies, share)


def list_channel(url: str, *, most: int = 50, cookies: Path | None = None) -> list[ChannelEntry]:
    """The videos of a channel or playlist as its site lists them, usually the newest first.

    One page of the site is read, no video. Live and announced ones are left out.

    :param most: How many to list, of each tab where a channel has several.
    :raises ClippingError: As :func:`fetched_link` does; UnsupportedLink when it is no list.
    """
    hosts = extra_domains(settings().link_hosts)
    link = check_link(url, hosts)
    said: list[Message] = []
    with scratch_folder("listing") as folder, writing(folder):
        job = _job("list", link, folder, cookies, most=most)
        converse(job, link.site_name, said.append, lambda: progress.report("list", 0.0))
    found = (_entry(message["entry"], hosts) for message in said if message["kind"] == "entry")
    return [entry for entry in found if entry is not None]


def _id(link: Link, client: str) -> str:
    return make_id("link", client, link.url)


def _entry(said: dict[str, Any], hosts: tuple[str, ...]) -> ChannelEntry | None:
    """None for what a page lists and may not be fetched."""
    try:
        link = check_link(str(said["url"]), hosts)
    except UnsafeUrl:
        return None
    return ChannelEntry(
        id=plain_title(said["id"]),
        url=link.url,
        title=plain_title(said.get("title")),
        duration_s=seconds(said.get("duration_s")),
        published=published_at(said),
    )


def _fetch(link: Link, folder: Path, cookies: Path | None, share: float) -> FetchedLink:
    notes: list[str] = []
    at = 0.0

    def idle() -> None:
        # Also where the work ends when the process is told to stop.
        progress.report(_STAGE, at * _DOWNLOAD_SHARE * share, link.site_name)

    def heard(message: Message) -> None:
        nonlocal at
        if message["kind"] == "progress":
            at = max(at, float(message["fraction"]))
        elif message["kind"] == "note":
            notes.append(str(message["text"]))

    job = _job("fetch", link, folder, cookies)
    if job.deno is None and link.site == "youtube":
        notes.append(_NO_DENO)
    with writing(folder):
        try:
            said = converse(job, link.site_name, heard, idle)["video"]
        except NoUsableFormat as error:
            if job.deno is not None or link.site != "youtube":
                raise
            # Of the machine, not of this video: with one there may well be a format.
            missing = "no JavaScript runtime (deno) is installed"
            raise NotInstalled(f"{str(error)[:-1]}, and {missing}.") from error
        except LoginNeeded as error:
            if cookies is None:
                raise
            raise type(error)(
                f"The cookies file {cookies.name} does not open this video of {link.site_name}; "
                "export it again, from an account that may see it."
            ) from error
        at = 1.0
        idle()
        fetched = _assembled(link, folder, said, tuple(notes))
    progress.report(_STAGE, share, fetched.title)
    return fetched


def _job(
    task: Literal["fetch", "list"], link: Link, folder: Path, cookies: Path | None, *, most: int = 0
) -> Job:
    machine = settings()
    return Job(
        task=task,
        url=link.url,
        extractors=link.extractors,
        folder=str(folder.absolute()),
        max_bytes=machine.max_source_bytes,
        max_duration_s=machine.max_source_minutes * 60,
        most=most,
        deno=javascript_runtime(),
        system_certificates=any(os.environ.get(name) for name in CERTIFICATES),
        proxy=_proxy(),
        cookies=read_cookies(cookies, link.domains, link.site_name) if cookies else None,
    )


def _assembled(
    link: Link, folder: Path, said: dict[str, Any], notes: tuple[str, ...]
) -> FetchedLink:
    """Make one file of the tracks, and leave a record of it that the next run finds."""
    title = plain_title(said.get("title"))
    tracks = [folder / Path(track["name"]).name for track in said["tracks"]]
    path = _one_file(folder, tracks, slugify(title), plain=bool(said.get("plain")))
    length_s = seconds(said.get("duration_s"))
    if length_s is None:
        _check_length(path, link)
    fetched = FetchedLink(
        path=path,
        title=title,
        site=link.site,
        video_id=plain_title(said.get("video_id")),
        webpage_url=_page(said.get("webpage_url"), link),
        uploader=plain_title(said["uploader"]) if said.get("uploader") else None,
        duration_ms=None if length_s is None else round(length_s * 1000),
        published_at=published_at(said),
        language=said.get("language"),
        captions=_captions(folder, said.get("captions")),
        notes=notes,
    )
    part = folder / f"{_RECORD}.part"
    part.write_text(fetched.model_dump_json(), encoding="utf-8")
    part.replace(folder / _RECORD)
    for track in tracks:
        if track != path:
            track.unlink(missing_ok=True)
    return fetched


def _check_length(path: Path, link: Link) -> None:
    """The limit, where the site did not say how long the video is.

    :raises TooLong: It is longer.
    """
    length_ms = probe(path).duration_ms
    if length_ms > settings().max_source_minutes * 60_000:
        raise explained(Failure(declined="too_long", value=length_ms / 1000), link.site_name)


def _captions(folder: Path, said: dict[str, Any] | None) -> FetchedCaptions | None:
    if said is None:
        return None
    path = folder / Path(said["name"]).name
    return FetchedCaptions(path=path, kind=said["kind"], language=said["language"])


def _one_file(folder: Path, tracks: list[Path], stem: str, *, plain: bool) -> Path:
    """The video as one file. The tracks stay until it is on record."""
    whole = _whole_suffix(tracks[0]) if plain and len(tracks) == 1 else None
    path = folder / f"{stem}{whole or joined_suffix(tracks)}"
    if path in tracks:
        path = path.with_stem(f"{stem}-1")  # a title may be anything, also the name of a track
    if whole is None:
        join_tracks(tracks, path)
        return path
    path.unlink(missing_ok=True)
    try:
        path.hardlink_to(tracks[0])
    except OSError:
        return tracks[0]  # a file system without links; the name is all that is lost
    return path


def _whole_suffix(path: Path) -> str | None:
    """For a file that can stay as it is, None when it must be put into another container."""
    try:
        return f".{container_of(path)}"
    except UnreadableMedia:
        return None


def _finished(folder: Path) -> FetchedLink | None:
    """What an earlier run fetched whole and did not get to use."""
    try:
        fetched = FetchedLink.model_validate_json((folder / _RECORD).read_bytes())
    except (OSError, ValidationError):
        return None
    captions = fetched.captions
    there = fetched.path.is_file() and (captions is None or captions.path.is_file())
    return fetched if there and fetched.path.parent == folder else None


def _page(said: Any, link: Link) -> str:
    """The page's own address of the video where it is a plain one of the site."""
    try:
        return check_link(str(said), link.domains).url
    except UnsafeUrl:
        return link.url


def javascript_runtime() -> str | None:
    """The deno that YouTube's player needs: beside Python, or on the path."""
    beside = Path(sysconfig.get_path("scripts")) / "deno"
    found = str(beside) if os.access(beside, os.X_OK) else shutil.which("deno")
    return found and str(Path(found).absolute())


def _proxy() -> str | None:
    """:raises NeedsPerson: The setting is no proxy; it is not repeated, it may hold a password."""
    secret = settings().link_proxy
    if secret is None or not secret.get_secret_value():
        return None
    address = secret.get_secret_value()
    try:
        parts = urlsplit(address)
        usable = parts.scheme in _PROXIES and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise NeedsPerson(
            "CLIPPER_LINK_PROXY is not the address of a proxy, such as http://proxy.example:3128."
        )
    return address
