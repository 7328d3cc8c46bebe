"""A channel becomes a list of links."""

from __future__ import annotations

from pathlib import Path

from clipping.sources.links import list_channel
from tests.sources.conftest import Plugged
from tests.sources.internet import FakeInternet
from tests.sources.pieces import left_in
from tests.sources.places import SITE

TAB = {"_type": "playlist", "id": "tab", "extractor": "fakesite", "extractor_key": "FakeSite"}


def test_a_channel_is_listed_without_asking_for_its_videos(
    net: FakeInternet, plugged: Plugged, scratch: Path
) -> None:
    def entry(name: str, **more: object) -> dict[str, object]:
        return {"_type": "url", "id": name, "url": f"https://{SITE}/v/{name}", **more}

    net.page(
        "/c/channel",
        {
            "entries": [
                entry("a", title="First\n talk", duration=600, timestamp=1_700_000_000),
                entry("b", title="Short", duration=30.5, upload_date="20260102"),
                entry("live", live_status="is_live"),
                entry("soon", live_status="is_upcoming"),
                entry("was", live_status="was_live"),
                entry("a", title="The same again"),
                {"_type": "url", "id": "evil", "url": "https://127.0.0.1/v/evil"},
                {**TAB, "entries": [entry(f"streamed-{number}") for number in range(20)]},
                entry("one too many"),
            ]
        },
    )
    found = list_channel(f"https://{SITE}/c/channel", most=8)
    assert [entry.id for entry in found] == ["a", "b", "was", *(f"streamed-{n}" for n in range(8))]
    assert found[0].title == "First talk"
    assert found[0].duration_s == 600
    assert found[0].published is not None
    assert found[1].published is not None
    assert found[1].published.date().isoformat() == "2026-01-02"
    assert found[2].url == f"https://{SITE}/v/was"
    assert found[2].title == "Untitled"
    assert net.paths() == ["/c/channel"]
    assert left_in(scratch) == []
