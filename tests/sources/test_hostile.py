"""A hostile site: nothing it sends makes the child ask a machine of the inside.

Each attack runs with all guards, then with each guard alone that is meant to stop it, and then with
none of these, when it must succeed: otherwise it would prove nothing. All cases run in one child.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from clipping.errors import (
    ClippingError,
    LinkRefused,
    NoUsableFormat,
    SiteChanged,
    UnsafeUrl,
    UnsupportedLink,
)
from clipping.settings import CHECKOUT
from tests.sources.attacks import ADDRESSES, ATTACKS, GUARDS, REDIRECTS, Attack
from tests.sources.batch import Case, batch_job, error_of, run_batch
from tests.sources.internet import FakeInternet
from tests.sources.pieces import FORMAT
from tests.sources.places import MEDIA, SITE


@dataclass(frozen=True)
class Outcome:
    """What one case came to."""

    error: ClippingError | None
    hits: int


Outcomes = dict[tuple[str, frozenset[str]], Outcome]


def _sets(attack: Attack) -> list[frozenset[str]]:
    """The sets of guards that stand: all, each one alone, none of those that stop it."""
    alone = [frozenset({guard}) for guard in attack.stopped_by]
    return [frozenset(GUARDS), *alone, frozenset()]


@pytest.fixture(scope="module")
def outcomes(net: FakeInternet, tmp_path_factory: pytest.TempPathFactory) -> Outcomes:
    """All attacks with all sets of guards."""
    folder = tmp_path_factory.mktemp("downloads")
    net.file("/piece.ts", b"\x47" * 1880)
    cases: list[Case] = []
    keys = []
    for number, attack in enumerate(ATTACKS):
        for standing in _sets(attack):
            name = f"{number}-{len(cases)}"
            port = net.inside(name, attack.address)
            attack.prepare(net, f"/v/{name}", port)
            cases.append(
                {
                    "job": batch_job(f"https://{SITE}/v/{name}", folder / name),
                    "names": {host: list(map(list, leads)) for host, leads in attack.names},
                    "without": sorted(set(GUARDS) - standing),
                }
            )
            keys.append((attack.name, standing, name))
    answers = run_batch(net, cases)
    hits = net.hits
    return {
        (attack, standing): Outcome(error_of(answer), hits.get(name, 0))
        for (attack, standing, name), answer in zip(keys, answers, strict=True)
    }


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_an_attack_is_refused_and_asks_nobody_inside(attack: Attack, outcomes: Outcomes) -> None:
    outcome = outcomes[attack.name, frozenset(GUARDS)]
    assert isinstance(outcome.error, UnsafeUrl), outcome.error
    assert outcome.hits == 0


@pytest.mark.parametrize(
    ("attack", "guard"),
    [
        pytest.param(attack, guard, id=f"{attack.name}, {guard}")
        for attack in ATTACKS
        for guard in attack.stopped_by
    ],
)
def test_each_guard_stops_an_attack_alone(attack: Attack, guard: str, outcomes: Outcomes) -> None:
    outcome = outcomes[attack.name, frozenset({guard})]
    assert isinstance(outcome.error, UnsafeUrl), outcome.error
    assert outcome.hits == 0


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_an_attack_succeeds_when_no_guard_stands(attack: Attack, outcomes: Outcomes) -> None:
    outcome = outcomes[attack.name, frozenset()]
    assert outcome.hits > 0
    assert not isinstance(outcome.error, UnsafeUrl)


SAMPLE_URL = f"https://{MEDIA}/sample.m3u8"
SAMPLE_AES = b"""#EXTM3U
#EXT-X-TARGETDURATION:1
#EXT-X-KEY:METHOD=SAMPLE-AES,URI="https://cdn.fakemedia.net/key"
#EXTINF:1,
https://cdn.fakemedia.net/piece.ts
#EXT-X-ENDLIST
"""


@pytest.fixture(scope="module")
def others(net: FakeInternet, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Attacks that have nobody to hit on a machine of tests, and what else must not work."""
    folder = tmp_path_factory.mktemp("others")
    cases: dict[str, dict[str, Any]] = {}

    def case(name: str, url: str, without: tuple[str, ...] = (), **names: Any) -> None:
        job = batch_job(url, folder / str(len(cases)))
        cases[name] = {"job": job, "without": list(without), "names": names.get("names", {})}

    for number, address in enumerate(ADDRESSES):
        url = net.redirect(f"/v/a{number}", "https://far.fakesite.com/secret?token=hidden")
        case(address, url, names={"far.fakesite.com": [[address]]})
    for number, (target, _) in enumerate(REDIRECTS):
        case(target, net.redirect(f"/v/r{number}", target))
    case("generic", net.page("/v/g", {"url_result": f"https://{SITE}/any", "ie": "Generic"}))
    case("another extractor", net.page("/v/o", {"url_result": "https://vimeo.com/1"}))
    case("unknown page", f"https://{SITE}/nothing/known")
    case("a page without end", f"https://{SITE}/v/endless")
    net.pages[f"{SITE}/v/endless"] = (200, {}, b" " * 2_000_000)
    for act in ("start_program", "start_shell", "show_handlers", "show_generic"):
        case(act, net.page(f"/v/{act}", {"act": act}))
    for act in ("old_lookup", "send_datagram"):
        case(act, net.page(f"/v/{act}", {"act": act, "port": 9}))
    case("connect_unix", net.page("/v/unix", {"act": "connect_unix", "path": "/run/a.sock"}))
    net.file("/sample.m3u8", SAMPLE_AES)
    encrypted = {"formats": [{**FORMAT, "protocol": "m3u8_native", "url": SAMPLE_URL}]}
    case("for ffmpeg", net.page("/v/ffmpeg", encrypted))
    for act in ("start_program", "start_shell"):
        case(f"{act} without its guard", f"https://{SITE}/v/{act}", without=("program",))
    cases["a page without end"]["patches"] = {"ytdlp.LARGEST_PAGE_BYTES": 1_000_000}
    answers = run_batch(net, list(cases.values()))
    return dict(zip(cases, map(error_of, answers), strict=True))


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_name_that_leads_to_an_address_of_the_inside_is_refused_with_both(
    address: str, others: dict[str, Any]
) -> None:
    error = others[address]
    assert isinstance(error, UnsafeUrl)
    assert f"far.fakesite.com, which is the internal address {address}" in str(error)
    assert "hidden" not in str(error)


@pytest.mark.parametrize(("target", "words"), REDIRECTS, ids=[target for target, _ in REDIRECTS])
def test_a_redirect_that_leaves_plain_https_is_refused(
    target: str, words: str, others: dict[str, Any]
) -> None:
    error = others[target]
    assert isinstance(error, UnsafeUrl)
    assert words in str(error)
    assert "secret" not in str(error)


@pytest.mark.parametrize("name", ["generic", "another extractor", "unknown page"])
def test_only_the_extractors_of_the_site_read_its_pages(name: str, others: dict[str, Any]) -> None:
    assert isinstance(others[name], UnsupportedLink)


def test_no_extractor_gets_hold_of_the_generic_one(others: dict[str, Any]) -> None:
    assert isinstance(others["show_generic"], SiteChanged)
    assert "seen" not in str(others["show_generic"])


def test_a_page_without_end_is_not_read_to_it(others: dict[str, Any]) -> None:
    assert isinstance(others["a page without end"], LinkRefused)
    assert "without end" in str(others["a page without end"])


@pytest.mark.parametrize("act", ["start_program", "start_shell"])
def test_no_program_is_started(act: str, others: dict[str, Any]) -> None:
    assert "refused to start" in str(others[act])
    assert ": started" in str(others[f"{act} without its guard"])


def test_ffmpeg_is_never_given_an_address(
    net: FakeInternet, tmp_path: Path, others: dict[str, Any]
) -> None:
    assert isinstance(others["for ffmpeg"], NoUsableFormat)
    ffmpeg = tmp_path / "ffmpeg"
    ffmpeg.write_text('#!/bin/sh\necho "$@" >> "$0.log"\necho "ffmpeg version 6.1"\n')
    ffmpeg.chmod(0o755)
    job = batch_job(f"https://{SITE}/v/ffmpeg", tmp_path / "folder")
    for without in ([], ["program"]):
        run_batch(net, [{"job": job, "without": without}], path=str(tmp_path))
        log = tmp_path / "ffmpeg.log"
        # Without the guard yt-dlp hands the playlist to it.
        assert (log.exists() and SAMPLE_URL in log.read_text()) is bool(without)


@pytest.mark.parametrize("act", ["old_lookup", "send_datagram", "connect_unix"])
def test_no_other_way_to_a_machine_is_open(act: str, others: dict[str, Any]) -> None:
    assert isinstance(others[act], UnsafeUrl)


def test_there_is_one_way_out_to_the_network(others: dict[str, Any]) -> None:
    assert str(others["show_handlers"]).endswith("seen: Guarded.")


def test_the_switches_of_tests_are_none_of_production() -> None:
    # Walls are an argument of main(), which the real entry calls without one.
    source = (CHECKOUT / "clipping/sources/fetching.py").read_text()
    assert source.endswith('if __name__ == "__main__":\n    main()\n')
    for name in ("addresses", "confine", "exchange", "fetching", "guard", "ytdlp"):
        text = (CHECKOUT / f"clipping/sources/{name}.py").read_text()
        assert "environ[" not in text
        assert "environ." not in text
        assert "getenv" not in text
