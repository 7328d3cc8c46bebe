"""What a person reads in a terminal."""

from __future__ import annotations

import re
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from clipping import progress
from clipping.models import Ground, Proof, ProofCheck, Rights
from flows.console import clip_table, proof_view, report_view, showing_progress
from tests.reports.values import a_report


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


def test_a_part_that_begins_after_another_ended_does_not_take_its_share_away(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with showing_progress():
        for part, fraction in (("1", 1.0), ("2", 0.0), ("2", 1.0), ("3", 1.0)):
            progress.report("render", fraction, part=part, parts=3)
    assert capsys.readouterr().err.splitlines()[-1] == "render: 100%"
