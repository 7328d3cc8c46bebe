"""What a person reads of captions that came with a link."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from tasks import transcribe
from tests.db.values import a_source


@pytest.mark.parametrize(
    ("given", "read"), [("", "a-talk.json3"), ("mine.srt", "mine.srt")], ids=["link", "file"]
)
def test_captions_are_not_called_by_their_hash(
    given: str, read: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = SimpleNamespace(local_path=lambda key: tmp_path / Path(key).name)
    monkeypatch.setattr(transcribe, "media_store", lambda: store)
    source = a_source("acme", "0" * 64, file_name="a-talk.mp4")
    key = f"acme/captions/{'1' * 64}.json3"
    assert transcribe._recording(source, key, given, None, ()).captions_name == read
