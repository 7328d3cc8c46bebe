"""What a person reads in a terminal."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console, RenderableType

from clipping import progress
from clipping.models import (
    ClipState,
    Decision,
    Ground,
    Hold,
    HoldKind,
    Proof,
    ProofCheck,
    Release,
    Rights,
    Verdict,
)
from flows.console import (
    clip_table,
    proof_view,
    rejection_table,
    report_view,
    showing_progress,
    waiting_line,
)
from tests.reports.values import a_report, rejections


def test_on_eighty_columns_nothing_of_the_table_of_clips_is_lost() -> None:
    names = ("loudness_lufs", "longest_key_frame_gap_ms")
    failed = tuple(
        ProofCheck(name=name, value=1.0, limit="<= 0", unit="", passed=False) for name in names
    )
    bad = a_report(2, proof=Proof(passed=False, checks=failed))
    out = StringIO()
    clips = [
        (a_report(1), Path("out/demo/01-smart-people-wait-for-the-second-offer.mp4")),
        (bad, Path("out/demo/02-rosa-runs-tiny.mp4")),
    ]
    Console(file=out, width=80).print(clip_table(clips))
    said = out.getvalue()
    assert "\N{HORIZONTAL ELLIPSIS}" not in said
    assert max(map(len, said.splitlines())) <= 80
    together = "".join(said.split())
    for report, path in clips:
        assert report.clip_id in said
        assert str(path) in together
        assert report.hook in said
    assert "notready:" + ",".join(names) in together
    assert "\n1     79  0:20-0:24  ready   Hook number 1\n" in re.sub(r" +\n", "\n", said)


def _printed(what: RenderableType) -> str:
    out = StringIO()
    Console(file=out, width=200).print(what)
    return out.getvalue()


HELD = Hold(kind=HoldKind.PERSONAL_DATA, reason="It seems to hold a mail address.")
AT = datetime(2026, 11, 26, 9, 5, tzinfo=UTC)


def test_a_held_clip_is_shown_with_its_reasons_and_the_command_that_releases_it() -> None:
    held = a_report(1, state=ClipState.HELD, holds=(HELD,))
    said = _printed(clip_table([(held, Path("a.mp4"))]))
    assert "held   Hook number 1" in said
    assert "held: It seems to hold a mail address." in said
    assert "held for  It seems to hold a mail address." in _printed(report_view(held))
    assert waiting_line([a_report(2)]) == ""
    assert waiting_line([held, a_report(2)]) == (
        f"1 clip waits for a person: look, then clipper release {held.clip_id} --by NAME"
    )
    assert "2 clips wait for a person: look, then clipper release CLIP_ID" in waiting_line(
        [held] * 2
    )


def test_a_released_clip_is_ready_and_says_who_has_agreed() -> None:
    agreed = Release(clip_id="c", holds=(HELD,), person="Jo", note="Asked.", released_at=AT)
    report = a_report(holds=(HELD,), releases=(agreed,), rescued_at=AT)
    said = _printed(report_view(report))
    assert "released  by Jo on 2026-11-26 09:05 UTC: Asked." in said
    assert "rescued   2026-11-26 09:05 UTC" in said
    assert HELD.reason not in said
    table = _printed(clip_table([(report, Path("a.mp4"))]))
    assert "ready" in table
    assert "brought back by hand" in table
    assert "held" not in table


def test_a_clip_without_a_hook_says_why() -> None:
    for why, said in (("It opens on a scream.", "It opens on a scream."), ("", "none was wanted")):
        report = a_report(hook="", natural_start=why)
        assert f"no hook: {said}" in _printed(clip_table([(report, Path("a.mp4"))]))
        assert f"none: {said}" in _printed(report_view(report))


def test_dropped_candidates_keep_their_numbers_in_every_order() -> None:
    dropped = list(enumerate(rejections(30), start=1))
    few = _printed(rejection_table(dropped)).splitlines()
    assert len(few) == 11
    assert few[1].split()[0] == "30"
    every = _printed(rejection_table(dropped, None, words=True))
    assert " 1  0:00.000-0:15.000  0      low score        Reason 0." in every
    assert "“candidate 0”" in every


def test_under_the_measurements_stands_how_many_were_within_their_limits() -> None:
    good = ProofCheck(name="fps", value=25.0, limit="25", unit="", passed=True)
    bad = ProofCheck(name="loudness_lufs", value=-20.0, limit="-14", unit="", passed=False)
    for checks, verdict in (
        ((good, good), "all 2 checks passed"),
        ((good, bad), "1 of 2 checks failed: loudness_lufs"),
    ):
        out = StringIO()
        Console(file=out, width=80).print(proof_view(Proof(passed=False, checks=checks)))
        assert out.getvalue().splitlines()[-1].strip() == verdict


def test_a_report_says_on_what_ground_its_source_was_clipped() -> None:
    report = a_report()
    lent = Rights(ground=Ground.PERMISSION, owner="Jo Doe", note="mail of 3 May")
    for rights, line in ((Rights(), "not stated"), (lent, "permission of Jo Doe (mail of 3 May)")):
        out = StringIO()
        shown = report.replace(source=report.source.replace(rights=rights))
        Console(file=out, width=80).print(report_view(shown))
        assert re.search(
            f"^rights +{re.escape(line)}$", re.sub(r" +\n", "\n", out.getvalue()), re.M
        )


def test_each_video_of_a_pass_over_several_is_followed_from_its_beginning(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with showing_progress():
        for name in ("a.mp4", "b.mp4"):
            for fraction in (0.0, 0.5, 1.0, 1.0):
                progress.report("ingest", fraction, name)
    assert capsys.readouterr().err.splitlines() == [
        "ingest: 0% a.mp4",
        "ingest: 100% a.mp4",
        "ingest: 0% b.mp4",
        "ingest: 100% b.mp4",
    ]


def test_long_work_is_told_of_in_steps_where_there_is_no_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flows.console.PLAIN_INTERVAL_S", 0.0)
    with showing_progress(0.25):
        for percent in range(0, 101, 5):
            progress.report("rehearse", percent / 100)
    told = [line.split(",")[0].strip() for line in capsys.readouterr().err.splitlines()]
    assert told == [f"rehearse: {percent}%" for percent in (0, 25, 50, 75, 100)]


def test_time_left_is_told_once_something_was_done_meanwhile(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flows.console.PLAIN_INTERVAL_S", 0.0)
    now = 0.0
    monkeypatch.setattr("flows.console.time.monotonic", lambda: now)
    with showing_progress():
        for fraction in (0.2, 0.4, 0.6):
            now += 10
            progress.report("render", fraction)
    assert [line.strip() for line in capsys.readouterr().err.splitlines()] == [
        "render: 20%",
        "render: 40%, about 30 s left",
        "render: 60%, about 20 s left",
    ]


def test_a_part_that_begins_after_another_ended_does_not_take_its_share_away(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with showing_progress():
        for part, fraction in (("1", 1.0), ("2", 0.0), ("2", 1.0), ("3", 1.0)):
            progress.report("render", fraction, part=part, parts=3)
    assert capsys.readouterr().err.splitlines()[-1] == "render: 100%"


def test_what_somebody_decided_is_said_with_name_time_and_reason() -> None:
    at = datetime(2026, 11, 26, 9, 5, tzinfo=UTC)
    verdict = Verdict(clip_id="c", decision=Decision.REJECTED, person="Jo", why="too loud", at=at)
    report, said = a_report(verdict=verdict), "rejected by Jo on 2026-11-26 09:05 UTC: too loud"
    assert said in " ".join(_printed(report_view(report)).split())
    assert said in " ".join(_printed(clip_table([(report, Path("out/1.mp4"))])).split())
    assert "verdict" not in _printed(report_view(a_report()))


def test_whole_numbers_of_a_proof_have_no_point() -> None:
    checks = (
        ProofCheck(name="audio_rate_hz", value=48000.0, limit=48000.0, unit="Hz", passed=True),
        ProofCheck(name="size", value=None, limit=">= 1", unit="bytes", passed=True),
    )
    said = " ".join(_printed(proof_view(Proof(passed=True, checks=checks))).split())
    assert "audio_rate_hz 48000 48000 Hz yes" in said
    assert "size - >= 1 bytes yes" in said
