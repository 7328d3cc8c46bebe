"""The gate lets plain links of allowed sites through, and nothing that only looks like one."""

from __future__ import annotations

import urllib.parse
from pathlib import Path

import pytest
import urllib3.util
from hypothesis import example, given
from hypothesis import strategies as st

from clipping.errors import NeedsPerson, UnsafeUrl
from clipping.sources import guard
from clipping.sources.guard import (
    LONGEST_LINK,
    SITES,
    check_link,
    check_request,
    extra_domains,
    registrable_domain,
)


@pytest.mark.parametrize(
    ("url", "site", "normal"),
    [
        ("https://www.youtube.com/watch?v=abc", "youtube", None),
        ("https://youtube.com/watch?v=abc&list=x", "youtube", None),
        ("https://m.youtube.com/shorts/abc", "youtube", None),
        ("https://youtu.be/abc?t=3", "youtube", None),
        ("https://www.tiktok.com/@name/video/1", "tiktok", None),
        ("https://vm.tiktok.com/abc/", "tiktok", None),
        ("https://www.instagram.com/reel/abc/", "instagram", None),
        ("https://x.com/name/status/1", "x", None),
        ("https://twitter.com/name/status/1", "x", None),
        ("https://www.twitch.tv/videos/1", "twitch", None),
        ("https://clips.twitch.tv/abc", "twitch", None),
        ("https://player.vimeo.com/video/1", "vimeo", None),
        ("https://YouTube.com/Watch", "youtube", "https://youtube.com/Watch"),
        ("HTTPS://youtube.com/a", "youtube", "https://youtube.com/a"),
        ("https://youtube.com:443/a", "youtube", "https://youtube.com/a"),
        ("https://youtube.com", "youtube", "https://youtube.com/"),
        ("https://youtube.com?v=a", "youtube", "https://youtube.com/?v=a"),
        ("https://youtube.com/a#t=3", "youtube", "https://youtube.com/a"),
        ("https://youtube.com/a#__youtubedl_smuggle=b", "youtube", "https://youtube.com/a"),
        ("https://youtube.com/ä", "youtube", "https://youtube.com/%C3%A4"),
        ("https://youtube.com/%C3%A4?q=%40", "youtube", "https://youtube.com/%C3%A4?q=%40"),
        ("https://youtube.com//evil.org/@x", "youtube", None),
    ],
)
def test_links_of_allowed_sites_pass_in_their_plain_form(
    url: str, site: str, normal: str | None
) -> None:
    link = check_link(url)
    assert link.site == site
    assert link.url == (normal or url)
    assert link.extractors == next(known.extractors for known in SITES if known.key == site)


NOT_LISTED = "is not a site whose links are fetched"
NUMBERED = "names a machine by its number"
LOOK_ALIKE = "can be mistaken"


@pytest.mark.parametrize(
    ("url", "words"),
    [
        # Hosts that end or begin like an allowed one.
        ("https://evil-youtube.com/", NOT_LISTED),
        ("https://evilyoutube.com/", NOT_LISTED),
        ("https://youtube.com.evil.org/", NOT_LISTED),
        ("https://youtube.com-evil.org/", NOT_LISTED),
        ("https://youtube.co/", NOT_LISTED),
        ("https://youtube/", NOT_LISTED),
        ("https://com/", NOT_LISTED),
        ("https://co.uk/", NOT_LISTED),
        ("https://evil.org/youtube.com", NOT_LISTED),
        ("https://evil.org?youtube.com", NOT_LISTED),
        ("https://evil.org#.youtube.com", NOT_LISTED),
        ("https://localhost/", NOT_LISTED),
        # Who is before the @, and who after it.
        ("https://user@youtube.com/", "user name"),
        ("https://youtube.com@evil.org/", "user name"),
        ("https://user:secret@youtube.com/", "user name"),
        ("https://youtube.com:secret@evil.org/", "user name"),
        ("https://@youtube.com/", "user name"),
        ("https://youtube.com%40evil.org/", "encoded"),
        # Ports.
        ("https://youtube.com:80/", "port"),
        ("https://youtube.com:8443/", "port"),
        ("https://youtube.com:/", "port"),
        ("https://youtube.com:0443/", "port"),
        ("https://youtube.com:443:443/", "port"),
        ("https://youtube.com:https/", "port"),
        ("https://youtube.com:99999999999/", "port"),
        # Letters that look like others, and forms that become others.
        ("https://уoutube.com/", LOOK_ALIKE),
        ("https://youtubе.com/", LOOK_ALIKE),
        ("https://yοutube.com/", LOOK_ALIKE),
        ("https://ti\u212atok.com/", LOOK_ALIKE),
        ("https://ⓨoutube.com/", LOOK_ALIKE),
        ("https://youtube。com/", LOOK_ALIKE),
        ("https://youtube.com\u2024evil.org/", LOOK_ALIKE),
        ("https://youtube.com／.evil.org/", LOOK_ALIKE),
        ("https://xn--youtub-3ya.com/", LOOK_ALIKE),
        ("https://xn--e1awd7f.youtube.com/", LOOK_ALIKE),
        ("https://１２７.0.0.1/", LOOK_ALIKE),
        # Numbers instead of names.
        ("https://127.0.0.1/", NUMBERED),
        ("https://127.1/", NUMBERED),
        ("https://2130706433/", NUMBERED),
        ("https://0177.0.0.1/", NUMBERED),
        ("https://0x7f.0.0.1/", NUMBERED),
        ("https://0x7f000001/", NUMBERED),
        ("https://127.0.0.0x1/", NUMBERED),
        ("https://8.8.8.8/", NUMBERED),
        ("https://127.0.0.1./", NUMBERED),
        ("https://[::1]/", NUMBERED),
        ("https://[::ffff:127.0.0.1]/", NUMBERED),
        ("https://[fe80::1%25eth0]/", NUMBERED),
        ("https://[::1]:443/", NUMBERED),
        ("https://[::1/", NUMBERED),
        ("https://[youtube.com]/", NUMBERED),
        ("https://youtube.com.1/", NUMBERED),
        # Hosts that are no names.
        ("https:///youtube.com", "names no host"),
        ("https://", "names no host"),
        ("https://?youtube.com", "names no host"),
        ("https://:443/", "names no host"),
        ("https://youtube.com./", "not the name of a host"),
        ("https://youtube.com../", "not the name of a host"),
        ("https://.youtube.com/", "not the name of a host"),
        ("https://www..youtube.com/", "not the name of a host"),
        ("https://-www.youtube.com/", "not the name of a host"),
        ("https://www;youtube.com/", "not the name of a host"),
        (f"https://{'a' * 64}.youtube.com/", "not the name of a host"),
        (f"https://{'a.' * 130}youtube.com/", "not the name of a host"),
        ("https://youtube.com%2eevil.org/", "encoded"),
        ("https://%79outube.com/", "encoded"),
        ("https://youtube.com%00.evil.org/", "encoded"),
        # Other schemes, and slashes of all kinds.
        ("http://youtube.com/", "not http:"),
        ("ftp://youtube.com/", "not ftp:"),
        ("file:///etc/passwd", "not file:"),
        ("javascript:alert(1)", "not javascript:"),
        ("https:youtube.com", "not https:"),
        ("https:/youtube.com", "not https:"),
        ("//youtube.com/", "begin with https://"),
        ("youtube.com/watch", "begin with https://"),
        ("", "begin with https://"),
        ("ytsearch:cats", "not ytsearch:"),
        ("https://youtube.com\\@evil.org/", "backslash"),
        ("https:\\\\youtube.com/", "backslash"),
        ("https://evil.org\\.youtube.com/", "backslash"),
        # What cannot be seen.
        (" https://youtube.com/", "invisible"),
        ("https://youtube.com/\n", "invisible"),
        ("https://youtube.com/ a", "invisible"),
        ("https://you\ttube.com/", "invisible"),
        ("https://youtube.com/\x00", "invisible"),
        ("https://youtube.com/\u200b", "invisible"),
        ("https://youtube.com/\u202e", "invisible"),
        ("https://youtube.com\u00a0/", "invisible"),
        ("https://you\u00adtube.com/", "invisible"),
        ("https://youtube.com/\ud800", "invisible"),
        (f"https://youtube.com/{'a' * LONGEST_LINK}", "longer than"),
    ],
)
def test_whatever_is_not_a_plain_link_of_an_allowed_site_is_refused_in_a_sentence(
    url: str, words: str
) -> None:
    with pytest.raises(UnsafeUrl) as caught:
        check_link(url)
    sentence = str(caught.value)
    assert words in sentence
    assert sentence.endswith(".")
    assert "secret" not in sentence
    assert sentence.isprintable()
    assert len(sentence) < 300


def test_a_refusal_repeats_neither_path_nor_query() -> None:
    with pytest.raises(UnsafeUrl) as caught:
        check_link("https://evil.org/hidden/path?token=hidden")
    assert "evil.org" in str(caught.value)
    assert "hidden" not in str(caught.value)


def test_a_domain_of_the_settings_is_allowed_with_all_below_it_and_no_other() -> None:
    link = check_link("https://tube.example.org/v/1", ("example.org",))
    assert (link.site, link.domains) == ("example.org", ("example.org",))
    assert link.extractors == ("default", "-generic")
    for host in ("example.com", "notexample.org", "example.org.evil.net"):
        with pytest.raises(UnsafeUrl, match=NOT_LISTED):
            check_link(f"https://{host}/v/1", ("example.org",))


def test_a_domain_of_the_settings_may_be_international_in_its_plain_form() -> None:
    assert check_link("https://www.xn--bcher-kva.example.org/", ("example.org",)).url
    assert check_link("https://www.xn--bcher-kva.de/v", ("xn--bcher-kva.de",)).url
    with pytest.raises(UnsafeUrl, match=LOOK_ALIKE):
        check_link("https://bücher.de/v", ("xn--bcher-kva.de",))


def test_one_user_of_a_hosting_domain_does_not_vouch_for_another() -> None:
    assert registrable_domain("a.github.io") == "a.github.io"
    with pytest.raises(UnsafeUrl, match=NOT_LISTED):
        check_link("https://b.github.io/v", ("a.github.io",))


@pytest.mark.parametrize(
    ("setting", "domains"),
    [
        ("", ()),
        ("example.org", ("example.org",)),
        (" Example.org , example.co.uk ,", ("example.org", "example.co.uk")),
    ],
)
def test_further_domains_stand_in_the_settings(setting: str, domains: tuple[str, ...]) -> None:
    assert extra_domains(setting) == domains


@pytest.mark.parametrize(
    "setting",
    ["co.uk", "www.example.org", "https://example.org", "localhost", "10.0.0.1", "*", "é.org"],
)
def test_a_setting_that_is_no_registrable_domain_is_refused(setting: str) -> None:
    with pytest.raises(NeedsPerson, match="CLIPPER_LINK_HOSTS"):
        extra_domains(setting)


@pytest.mark.parametrize(
    "url",
    [
        "https://rr1---sn-abc.googlevideo.com/videoplayback?expire=1",
        "https://v16-webapp.tiktok_cdn.com/a",
        "https://video.twimg.com:443/a.m3u8",
        "https://cdn.example.com:8443/a.mp4",
        f"https://cdn.example.com/{'a' * 9000}",
    ],
)
def test_media_may_lie_on_any_name_of_the_internet(url: str) -> None:
    check_request(url)


@pytest.mark.parametrize(
    "url",
    [
        "http://cdn.example.com/a",
        "https://127.0.0.1/a",
        "https://[::1]/a",
        "https://2130706433/",
        "https://localhost/a",
        "https://intranet/a",
        "https://printer.local/a",
        "https://metadata.google.internal/",
        "https://kubernetes.default.svc.cluster.local/",
        "https://user@cdn.example.com/",
        "https://cdn.example.com:0/",
        "file:///etc/passwd",
        "ws://cdn.example.com/",
    ],
)
def test_a_request_to_anything_else_is_refused(url: str) -> None:
    with pytest.raises(UnsafeUrl):
        check_request(url)


PIECES = """https:// youtube.com youtu.be tiktok.com evil.org @ : 443 / \\ # ? [ ] % %2e . ..
127.0.0.1 0x7f 。 ß ſ K Ⓨ xn-- - _ www m""".split()
HOSTILE = st.lists(
    st.sampled_from([*PIECES, "\t", "\n", " "]) | st.text(max_size=3), max_size=8
).map("".join)


@given(HOSTILE.map("https://".__add__) | HOSTILE)
@example("https://youtube.com/\\..")
def test_what_passes_names_the_same_machine_to_every_reader(url: str) -> None:
    try:
        link = check_link(url)
    except UnsafeUrl:
        return
    host = urllib.parse.urlsplit(link.url).hostname
    assert host is not None
    assert host == urllib3.util.parse_url(link.url).host
    assert host == urllib.parse.urlsplit(url).hostname
    assert registrable_domain(host) in {domain for site in SITES for domain in site.domains}
    assert link.url.isascii()
    assert "#" not in link.url
    assert check_link(link.url) == link


def test_the_suffix_list_is_neither_fetched_nor_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    guard._suffix_list.cache_clear()

    def no_network(*_: object, **__: object) -> None:
        raise AssertionError("the network was asked")

    monkeypatch.setattr("requests.Session.send", no_network)
    assert registrable_domain("a.b.co.uk") == "b.co.uk"
    assert list(tmp_path.rglob("*")) == []
