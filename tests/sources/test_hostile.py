"""A hostile site: nothing it sends makes the child ask a machine of the inside.

Each attack runs with all guards, then with each guard alone that is meant to stop it, and then with
none of these, when it must succeed: otherwise it would prove nothing. All cases run in one child.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from clipping.errors import ClippingError, LinkRefused, UnsafeUrl, UnsupportedLink
from clipping.settings import CHECKOUT
from clipping.sources.exchange import Failure, Job
from clipping.sources.failures import explained
from tests.sources.internet import INSIDE, MEDIA, OUTSIDE, SITE, FakeInternet

GUARDS = ("gate", "lookup", "connection", "program")
INNER = f"inner.{SITE}"
"""A name of the site that leads inside."""
FORMAT = {"format_id": "1", "ext": "mp4", "protocol": "https"}


@dataclass(frozen=True)
class Attack:
    """How a site tries to have the inside asked; ``port`` is that of the machine it means."""

    name: str
    prepare: Callable[[FakeInternet, str, int], None]
    """Puts its pages up; the second argument is the path of the page."""
    stopped_by: tuple[str, ...]
    address: str = INSIDE
    names: tuple[tuple[str, tuple[tuple[str, ...], ...]], ...] = ()


def _redirected(target: str, status: int = 302) -> Callable[[FakeInternet, str, int], None]:
    def prepare(net: FakeInternet, path: str, port: int) -> None:
        net.redirect(path, target.format(port=port), status=status)

    return prepare


def _page(**content: Any) -> Callable[[FakeInternet, str, int], None]:
    def prepare(net: FakeInternet, path: str, port: int) -> None:
        net.page(path, json.loads(json.dumps(content).replace("PORT", str(port))))

    return prepare


def _by_way_of_another_host(net: FakeInternet, path: str, port: int) -> None:
    net.redirect(path, f"https://othersite.net{path}")
    net.redirect(path, f"https://{MEDIA}{path}", host="othersite.net")
    net.redirect(path, f"https://{INNER}:{port}/", host=MEDIA)


def _playlist(text: str) -> Callable[[FakeInternet, str, int], None]:
    def prepare(net: FakeInternet, path: str, port: int) -> None:
        content = text.replace("PORT", str(port)).encode()
        net.page(path, {"m3u8": net.file(f"{path}.m3u8", content)})

    return prepare


def _manifest(net: FakeInternet, path: str, port: int) -> None:
    text = f"""<?xml version="1.0"?>
    <MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" mediaPresentationDuration="PT2S">
     <Period><BaseURL>https://{INNER}:{port}/</BaseURL>
      <AdaptationSet mimeType="video/mp4"><Representation id="a" codecs="avc1.4d401e,mp4a.40.2"
       bandwidth="1000" width="320" height="180"><SegmentList duration="1">
        <SegmentURL media="1.mp4"/><SegmentURL media="2.mp4"/>
       </SegmentList></Representation></AdaptationSet></Period></MPD>"""
    net.page(path, {"mpd": net.file(f"{path}.mpd", text.encode())})


INSIDE_NAME = ((INNER, ((INSIDE,),)),)
MEDIA_LIST = "#EXTM3U\n#EXT-X-TARGETDURATION:1\n{}\n#EXT-X-ENDLIST\n"
ACTING = {"names": ()}

ATTACKS = (
    Attack(
        "redirect to http and a number",
        _redirected("http://127.0.0.1:{port}/"),
        ("gate", "lookup", "connection"),
    ),
    Attack(
        "redirect to https and a number",
        _redirected("https://127.0.0.1:{port}/", 307),
        ("gate", "lookup", "connection"),
    ),
    Attack(
        "redirect to an IPv6 number",
        _redirected("https://[::1]:{port}/", 308),
        ("gate", "lookup", "connection"),
        address="::1",
    ),
    Attack(
        "redirect to a name that leads inside",
        _redirected(f"https://{INNER}:{{port}}/"),
        ("lookup", "connection"),
        names=INSIDE_NAME,
    ),
    Attack(
        "redirect by way of other hosts",
        _by_way_of_another_host,
        ("lookup", "connection"),
        names=INSIDE_NAME,
    ),
    Attack(
        "redirect to a name of the machine",
        _redirected("https://localhost:{port}/"),
        ("gate", "lookup", "connection"),
        names=(("localhost", ((INSIDE,),)),),
    ),
    Attack(
        "a name that leads outside first and inside then",
        _page(formats=[{**FORMAT, "url": f"https://{SITE}:PORT/a.mp4"}]),
        ("lookup", "connection"),
        names=((SITE, ((OUTSIDE,), (INSIDE,))),),
    ),
    Attack(
        "a name that leads to both at once",
        _redirected(f"https://{INNER}:{{port}}/"),
        ("lookup", "connection"),
        names=((INNER, ((INSIDE, OUTSIDE),)),),
    ),
    Attack(
        "media inside",
        _page(formats=[{**FORMAT, "url": f"https://{INNER}:PORT/a.mp4"}]),
        ("lookup", "connection"),
        names=INSIDE_NAME,
    ),
    Attack(
        "a playlist with pieces inside",
        _playlist(MEDIA_LIST.format(f"#EXTINF:1,\nhttps://{INNER}:PORT/1.ts")),
        ("lookup", "connection"),
        names=INSIDE_NAME,
    ),
    Attack(
        "a playlist with pieces at a number",
        _playlist(MEDIA_LIST.format("#EXTINF:1,\nhttp://127.0.0.1:PORT/1.ts")),
        ("gate", "lookup", "connection"),
    ),
    Attack(
        "a playlist whose key lies inside",
        _playlist(
            MEDIA_LIST.format(
                f'#EXT-X-KEY:METHOD=AES-128,URI="https://{INNER}:PORT/k"\n#EXTINF:1,\n'
                f"https://{MEDIA}/piece.ts"
            )
        ),
        ("lookup", "connection"),
        names=INSIDE_NAME,
    ),
    Attack(
        "a playlist whose beginning lies inside",
        _playlist(
            MEDIA_LIST.format(
                f'#EXT-X-MAP:URI="https://{INNER}:PORT/i.mp4"\n#EXTINF:1,\nhttps://{MEDIA}/piece.ts'
            )
        ),
        ("lookup", "connection"),
        names=INSIDE_NAME,
    ),
    Attack(
        "a playlist of playlists inside",
        _playlist(
            f"#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1000,RESOLUTION=320x180\n"
            f"https://{INNER}:PORT/list.m3u8\n"
        ),
        ("lookup", "connection"),
        names=INSIDE_NAME,
    ),
    Attack("a manifest with pieces inside", _manifest, ("lookup", "connection"), names=INSIDE_NAME),
    Attack(
        "captions inside",
        _page(
            formats=[{**FORMAT, "url": f"https://{MEDIA}/piece.ts"}],
            subtitles={"en": [{"ext": "vtt", "url": f"https://{INNER}:PORT/en.vtt"}]},
            language="en",
        ),
        ("lookup", "connection"),
        names=INSIDE_NAME,
    ),
    Attack(
        "a lookup past Python's", _page(act="connect_past_the_lookup", port="PORT"), ("connection",)
    ),
    Attack("a connection by name", _page(act="connect_by_name", port="PORT"), ("connection",)),
    Attack("a connection that tells", _page(act="connect_ex", port="PORT"), ("connection",)),
    Attack("a mapped address", _page(act="connect_mapped", port="PORT"), ("connection",)),
)


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


def _run(net: FakeInternet, cases: list[dict[str, Any]], **config: Any) -> list[dict[str, Any]]:
    done = subprocess.run(
        net.command(cases=cases, **config),
        cwd=CHECKOUT,
        env={"SSL_CERT_FILE": str(net.ca), "HOME": "/nonexistent", "YTDLP_NO_PLUGINS": "1"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    answers: list[dict[str, Any]] = json.loads(done.stdout)
    return answers


def _job(url: str, folder: Path, **more: Any) -> dict[str, Any]:
    folder.mkdir(parents=True, exist_ok=True)
    job = Job(
        task="fetch",
        url=url,
        extractors=("fakesite",),
        folder=str(folder),
        max_bytes=10**9,
        max_duration_s=3600,
        system_certificates=True,
        **more,
    )
    values: dict[str, Any] = json.loads(job.to_json())
    return values


def _error(answer: dict[str, Any]) -> ClippingError | None:
    if answer["kind"] == "done":
        return None
    return explained(Failure.from_message(answer), "Fake Site")


@pytest.fixture(scope="module")
def outcomes(net: FakeInternet, tmp_path_factory: pytest.TempPathFactory) -> Outcomes:
    """All attacks with all sets of guards."""
    folder = tmp_path_factory.mktemp("downloads")
    net.file("/piece.ts", b"\x47" * 1880)
    cases, keys = [], []
    for number, attack in enumerate(ATTACKS):
        for standing in _sets(attack):
            name = f"{number}-{len(cases)}"
            port = net.inside(name, attack.address)
            attack.prepare(net, f"/v/{name}", port)
            cases.append(
                {
                    "job": _job(f"https://{SITE}/v/{name}", folder / name),
                    "names": {host: list(map(list, leads)) for host, leads in attack.names},
                    "without": sorted(set(GUARDS) - standing),
                }
            )
            keys.append((attack.name, standing, name))
    answers = _run(net, cases)
    hits = net.hits
    return {
        (attack, standing): Outcome(_error(answer), hits.get(name, 0))
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


ADDRESSES = (
    "10.0.0.1",
    "127.0.0.1",
    "169.254.169.254",
    "172.16.0.1",
    "192.168.1.1",
    "100.64.0.1",
    "0.0.0.0",
    "224.0.0.1",
    "168.63.129.16",
    "::1",
    "::",
    "fd00:ec2::254",
    "fe80::1",
    "::ffff:169.254.169.254",
    "64:ff9b::a9fe:a9fe",
    "2002:7f00:1::",
    "ff02::1",
)

REDIRECTS = (
    ("http://cdn.fakemedia.net/a.mp4", "not http:"),
    ("ftp://cdn.fakemedia.net/a.mp4", "not ftp:"),
    ("file:///etc/passwd", "not file:"),
    ("data:application/json,{}", "not data:"),
    ("https://user:secret@cdn.fakemedia.net/", "user name"),
    ("https://2130706433/", "by its number"),
    ("https://0x7f000001/", "by its number"),
    ("https://intranet/", "no name of the internet"),
    ("https://metadata.google.internal/", "no name of the internet"),
)


@pytest.fixture(scope="module")
def others(net: FakeInternet, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Attacks that have nobody to hit on a machine of tests, and what else must not work."""
    folder = tmp_path_factory.mktemp("others")
    cases: dict[str, dict[str, Any]] = {}

    def case(name: str, url: str, without: tuple[str, ...] = (), **names: Any) -> None:
        job = _job(url, folder / str(len(cases)))
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
    for act in ("start_program", "start_shell", "show_handlers", "old_lookup", "send_datagram"):
        case(act, net.page(f"/v/{act}", {"act": act, "port": 9}))
    case("connect_unix", net.page("/v/unix", {"act": "connect_unix", "path": "/run/a.sock"}))
    for act in ("start_program", "start_shell"):
        case(f"{act} without its guard", f"https://{SITE}/v/{act}", without=("program",))
    answers = _run(net, list(cases.values()), patches={"ytdlp.LARGEST_PAGE_BYTES": 1_000_000})
    return dict(zip(cases, map(_error, answers), strict=True))


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


def test_a_page_without_end_is_not_read_to_it(others: dict[str, Any]) -> None:
    assert isinstance(others["a page without end"], LinkRefused)
    assert "without end" in str(others["a page without end"])


@pytest.mark.parametrize("act", ["start_program", "start_shell"])
def test_no_program_is_started(act: str, others: dict[str, Any]) -> None:
    assert "refused to start" in str(others[act])
    assert ": started" in str(others[f"{act} without its guard"])


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
