"""What runs show on Prefect's pages, apart from what a server keeps (``test_two_machines.py``)."""

from __future__ import annotations

import logging

import pytest

from flows import showing
from tasks.shown import ClipLine, Subject


def test_words_of_strangers_are_words_and_no_links_or_pictures() -> None:
    title = "[Click](https://evil.example) <img src=x> `code`"
    line = ClipLine("clip_1", title, "", 81, 24.0, "ready")
    shown = showing.covers([line], "https://clips.example")
    assert shown.count("](") == 2
    assert "\\<img src=x\\>" in shown
    assert "(https://clips.example/media/clips/clip_1.mp4)" in shown


def test_a_command_looks_nothing_up_for_pages_that_nobody_opens(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("PREFECT__RUNTIME__DEPLOYMENT__ID", raising=False)

    def find() -> Subject:
        pytest.fail("it was looked up")

    showing.label("render", find)
    showing.show_clips(["clip_1"])
    with showing.progress_shown("render"):
        pass


def test_what_cannot_be_shown_ends_no_run(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("PREFECT__RUNTIME__DEPLOYMENT__ID", "a-deployment")

    def find() -> Subject:
        raise RuntimeError("the server is gone")

    with caplog.at_level(logging.WARNING):
        showing.label("render", find)
    assert "do not show the run's name: the server is gone" in caplog.text
