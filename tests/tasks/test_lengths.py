"""How many clips of which lengths a run makes: as it was told, else as its client wants."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from clipping.db import queries
from clipping.db.session import open_session
from clipping.errors import Rejected
from clipping.models import DetectOptions, EditorialPolicy
from clipping.settings import settings
from flows import detect
from tasks.lengths import lengths_of_transcript, wanted_lengths
from tests.db.values import a_source, a_transcript

WISHES = EditorialPolicy(shortest_seconds=20, longest_seconds=40, clips_a_source=7)


@pytest.fixture
def heard(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The transcript of a source of acme, which has wishes; bravo has none."""
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("CLIPPER_HOME", str(tmp_path / "home"))
    settings.cache_clear()
    with open_session(database_url) as session:
        for client in ("bravo", "acme"):
            source = a_source(client)
            queries.sources.save_source(session, source)
            kept = queries.transcripts.save_transcript(
                session, source.source_id, None, a_transcript()
            )
        queries.clients.save_editorial_policy(session, "acme", WISHES)
    yield kept
    settings.cache_clear()


def options(count: int, shortest: int, longest: int) -> DetectOptions:
    return DetectOptions(count=count, min_ms=shortest * 1000, max_ms=longest * 1000)


@pytest.mark.parametrize(
    ("told", "made"),
    [
        pytest.param((None, None, None), options(7, 20, 40), id="as the client wants"),
        pytest.param((3, None, None), options(3, 20, 40), id="so many"),
        pytest.param((None, 10, 50), options(7, 10, 50), id="other lengths"),
        pytest.param((None, 30, None), options(7, 30, 40), id="longer ones at least"),
        pytest.param((None, None, 30), options(7, 20, 30), id="shorter ones at most"),
        pytest.param((None, 50, None), options(7, 50, 50), id="the longest moves along"),
        pytest.param((None, None, 10), options(7, 10, 10), id="the shortest moves along"),
        pytest.param((1, 25, 25), options(1, 25, 25), id="one length alone"),
    ],
)
def test_a_run_makes_what_it_was_told_and_else_what_its_client_wants(
    heard: str, told: tuple[int | None, int | None, int | None], made: DetectOptions
) -> None:
    assert wanted_lengths("acme", *told) == made
    assert lengths_of_transcript(heard, *told) == made


def test_one_clients_wishes_are_no_others(heard: str) -> None:
    assert wanted_lengths("bravo", None, None, None) == DetectOptions()
    assert wanted_lengths("nobody yet", None, 70, None) == options(5, 70, 70)


def test_two_lengths_that_no_clip_could_have_are_refused(heard: str) -> None:
    with pytest.raises(Rejected, match=r"No clip is 31 s or longer and 30 s or shorter\."):
        wanted_lengths("acme", None, 31, 30)


def test_moments_of_a_source_are_looked_for_as_its_client_wants(
    heard: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[DetectOptions] = []

    def detect_moments(_transcript: str, _detector: str, given: DetectOptions, *_: bool) -> str:
        asked.append(given)
        raise Rejected("Enough is known.")

    monkeypatch.setattr(detect, "detect_moments", detect_moments)
    monkeypatch.setattr(detect, "label", lambda *_: None)
    with pytest.raises(Rejected, match="Enough is known"):
        detect.detect.fn(heard)
    with pytest.raises(Rejected, match="Enough is known"):
        detect.detect.fn(heard, count=2, max_seconds=60)
    assert asked == [options(7, 20, 40), options(2, 20, 60)]
