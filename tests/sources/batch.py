"""Many jobs for one child: starting Python and yt-dlp costs more than most of them."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from clipping.errors import ClippingError
from clipping.settings import CHECKOUT
from clipping.sources.exchange import Failure, Job
from clipping.sources.failures import explained
from tests.sources.children import children
from tests.sources.internet import FakeInternet

Case = dict[str, Any]
"""A ``job``; as need be what ``names`` lead to, ``without`` which guards, and what ``patches``."""


def run_batch(
    net: FakeInternet, cases: list[Case], path: str = "/nonexistent"
) -> list[dict[str, Any]]:
    """The last thing that the child says to each case; ``path`` is where it finds programs."""
    child = children().Popen(
        list(net.command(cases=cases)),
        cwd=CHECKOUT,
        env={
            "SSL_CERT_FILE": str(net.ca),
            "HOME": "/nonexistent",
            "YTDLP_NO_PLUGINS": "1",
            "PATH": path,
        },
    )
    child.stdin.close()
    with child.stdout:
        said = child.stdout.read()
    assert child.wait(timeout=10) == 0
    answers: list[dict[str, Any]] = json.loads(said)
    return answers


def batch_job(url: str, folder: Path, **more: Any) -> dict[str, Any]:
    """A job of the fake site, with a folder of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    job = Job(
        task="fetch",
        url=url,
        extractors=("fakesite",),
        folder=str(folder),
        max_bytes=10**9,
        max_duration_s=3600,
        system_certificates=True,
    )
    values: dict[str, Any] = json.loads(replace(job, **more).to_json())
    return values


def error_of(answer: dict[str, Any]) -> ClippingError | None:
    """What the parent would raise; None for what went well."""
    if answer["kind"] == "done":
        return None
    return explained(Failure.from_message(answer), "Fake Site")
