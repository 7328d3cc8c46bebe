"""Of a client's cookies the child gets those of the site, and nobody else sees any."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from yt_dlp.cookies import YoutubeDLCookieJar

from clipping.errors import UnusableCookies
from clipping.sources.cookies import LARGEST_FILE_BYTES, cookies_of, read_cookies

OWN = ".youtube.com\tTRUE\t/\tTRUE\t1900000000\tSID\thidden-one"
HTTP_ONLY = "#HttpOnly_.youtube.com\tTRUE\t/\tTRUE\t0\tHSID\thidden-two"
WITHOUT_EXPIRY = "www.youtube.com\tFALSE\t/\tTRUE\t\tPREF\thidden-three"
FOREIGN = ".bank.example.com\tTRUE\t/\tTRUE\t1900000000\tSESSION\thidden-four"
LOOK_ALIKE = ".youtube.com.evil.org\tTRUE\t/\tTRUE\t1900000000\tSID\thidden-five"
FILE = "\n".join(["# Netscape HTTP Cookie File", "", OWN, HTTP_ONLY, WITHOUT_EXPIRY, FOREIGN])


def _cookies(text: str) -> str:
    return cookies_of(text, ("youtube.com", "youtu.be"), "cookies.txt", "YouTube")


def test_only_the_lines_of_the_site_are_passed_on() -> None:
    kept = _cookies(f"{FILE}\n{LOOK_ALIKE}\n").splitlines()
    assert kept[0].startswith("# Netscape")
    assert kept[1:] == [OWN, HTTP_ONLY, WITHOUT_EXPIRY]


@pytest.mark.parametrize(
    "line",
    [
        "SID=hidden",
        ".youtube.com TRUE / TRUE 0 SID hidden",
        ".youtube.com\tTRUE\t/\tTRUE\tsoon\tSID\thidden",
        ".youtube.com\tFALSE\t/\tTRUE\t0\tSID\thidden",
        ".youtube.com\tTRUE\t/\tTRUE\t0\tSID\thidden\tmore",
    ],
)
def test_lines_that_yt_dlp_would_print_as_faulty_are_dropped(line: str) -> None:
    assert line not in _cookies(f"{OWN}\n{line}\n")


def test_what_is_passed_on_is_read_by_yt_dlp_without_a_word(
    capfd: pytest.CaptureFixture[str],
) -> None:

    jar = YoutubeDLCookieJar(io.StringIO(_cookies(FILE)))
    jar.load()
    assert {cookie.name for cookie in jar} == {"SID", "HSID", "PREF"}
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no cookies in Netscape's format"),
        ('[{"name": "SID", "value": "hidden"}]', "no cookies in Netscape's format"),
        (FOREIGN, "no cookies of YouTube"),
    ],
)
def test_a_file_without_cookies_of_the_site_is_refused_without_repeating_it(
    text: str, words: str
) -> None:
    with pytest.raises(UnusableCookies, match=words) as caught:
        _cookies(text)
    assert "hidden" not in str(caught.value)


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    large, binary = tmp_path / "large.txt", tmp_path / "binary.txt"
    with large.open("wb") as file:
        file.truncate(LARGEST_FILE_BYTES + 1)
    binary.write_bytes(b"\xff\xfe\x00")
    for path in (tmp_path / "none.txt", tmp_path, large, binary):
        with pytest.raises(UnusableCookies, match=path.name):
            read_cookies(path, ("youtube.com",), "YouTube")
