"""Nothing is made of a source whose rights are not stated, where its client wants that."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from clipping.db import queries
from clipping.db.session import open_session
from clipping.errors import NeedsPerson, Rejected, RightsNotStated
from clipping.models import (
    ClientSettings,
    Ground,
    RenderChoices,
    RenderedClip,
    Rights,
    SourceRequest,
    SourceVideo,
)
from clipping.rendering.plan import PLAN_VERSION
from clipping.settings import settings
from flows.jobs import _stored
from tasks.ingest import ingest_source
from tasks.render import render_again, render_in_size, render_moment
from tasks.rights import check_rights_at, check_rights_of
from tests.db.values import a_clip, a_detection, a_plan, a_source, a_transcript
from tests.support.media import make_video

OWN = Rights(ground=Ground.OWN)
LENT = Rights(ground=Ground.PERMISSION, owner="Jo", note="mail of 3 May")
LINK = "https://www.youtube.com/watch?v=abcdefghijk"


@pytest.fixture
def place(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[Rights], None]]:
    """A client that requires rights; call it to store its source with these."""
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("CLIPPER_HOME", str(tmp_path / "home"))
    settings.cache_clear()

    def store(rights: Rights) -> None:
        with open_session(database_url) as session:
            queries.sources.save_source(session, a_source(rights=rights, location=LINK))

    with open_session(database_url) as session:
        queries.clients.save_client_settings(session, "acme", ClientSettings(require_rights=True))
    store(Rights())
    yield store
    settings.cache_clear()


@pytest.fixture
def clip(place: Callable[[Rights], None], database_url: str) -> RenderedClip:
    """A clip that was made before its client wanted to be asked; no file of it is left."""
    made = a_clip(plan=a_plan(version=PLAN_VERSION))
    with open_session(database_url) as session:
        transcript = queries.transcripts.save_transcript(
            session, a_source().source_id, None, a_transcript()
        )
        queries.detections.save_detection(session, made.source_id, transcript, "key", a_detection())
        queries.clips.save_clip(session, made)
    return made


def _render(clip: RenderedClip) -> None:
    transcript_id = queries.transcripts.transcript_id(clip.source_id, "captions", "1", None)
    render_moment.fn(clip.moment_id, transcript_id, RenderChoices().model_dump(mode="json"))


MAKING: dict[str, Callable[[RenderedClip], object]] = {
    "render": _render,
    "export": lambda clip: render_in_size.fn(clip.clip_id, (720, 1280), Path("/nowhere.mp4")),
    "render again": lambda clip: render_again.fn(clip.clip_id),
    "the commands": lambda clip: _stored(clip.clip_id, to_render=True),
}


@pytest.mark.parametrize("make", MAKING.values(), ids=MAKING.keys())
def test_no_media_is_made_before_rights_are_stated(
    make: Callable[[RenderedClip], object], place: Callable[[Rights], None], clip: RenderedClip
) -> None:
    with pytest.raises(RightsNotStated, match=r"acme .* talk\.mp4 .* --rights own"):
        make(clip)
    place(OWN)
    with suppress(NeedsPerson):  # the source's file is missing
        make(clip)


def test_a_stored_clip_can_still_be_shown(clip: RenderedClip) -> None:
    assert _stored(clip.clip_id).source.rights == Rights()


def test_a_source_is_refused_before_it_is_heard(place: Callable[[Rights], None]) -> None:
    with pytest.raises(RightsNotStated):
        check_rights_of.fn(a_source().source_id)
    place(OWN)
    check_rights_of.fn(a_source().source_id)


@pytest.mark.parametrize("location", [LINK, LINK.replace("www.y", "WWW.Y"), "/videos/new.mp4"])
def test_a_location_is_refused_before_it_is_fetched(
    location: str, place: Callable[[Rights], None]
) -> None:
    with pytest.raises(RightsNotStated) as refused:
        check_rights_at.fn(location, "acme", Rights())
    assert "?v=" not in str(refused.value)
    check_rights_at.fn(location, "acme", OWN)
    check_rights_at.fn(location, "umbrella", Rights())
    place(LENT)
    if location.startswith("https"):
        check_rights_at.fn(location, "acme", Rights())


def test_rights_in_part_are_refused_before_anything_is_fetched(
    place: Callable[[Rights], None],
) -> None:
    for rights in (Rights(ground=Ground.PERMISSION, owner="Jo"), Rights(ground=Ground.LICENSED)):
        with pytest.raises(Rejected, match="needs"):
            check_rights_at.fn(LINK, "umbrella", rights)
        with pytest.raises(Rejected, match="needs"):
            ingest_source.fn(SourceRequest(location="/videos/a.mp4", rights=rights), 1_000)


def test_ingest_records_rights_and_forgets_none(
    place: Callable[[Rights], None], tmp_path: Path, database_url: str
) -> None:
    talk = make_video(tmp_path / "talk.mp4", seconds=1)

    def taken_in(rights: Rights) -> SourceVideo:
        request = SourceRequest(location=str(talk), client="acme", rights=rights)
        source: SourceVideo = ingest_source.fn(request, 500)
        with open_session(database_url) as session:
            assert queries.sources.get_source(session, source.source_id) == source
        return source

    assert taken_in(Rights()).rights == Rights()
    assert taken_in(OWN).rights == Rights(ground=Ground.OWN, owner="acme")
    assert taken_in(Rights()).rights.owner == "acme"
    assert taken_in(LENT).rights == LENT
