"""Each platform's own way of counting; cases for X are from twitter-text's conformance suite."""

from __future__ import annotations

import pytest

from clipping.copywriting.counting import characters, utf8_bytes, utf16_units, x_weight
from clipping.copywriting.links import link_spans, without_links

FAMILY = "👨\u200d👩\u200d👧\u200d👦"
ENGLAND = "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"


@pytest.mark.parametrize(
    ("text", "weight"),
    [
        ("Hi http://test.co", 26),
        ("http://test.co", 23),
        ("https://www.twitter.com/aloha " * 10, 240),
        ("故人西辞黄鹤楼，" * 20, 320),
        ("the" + "故" * 160, 323),
        ("😷" * 160, 320),
        ("A\u0301B", 2),
        ("A\ufb2c", 4),
        (f"H🐱☺{FAMILY}", 7),
        ("😷👾😡🔥💩", 10),
        ("🙋🏽👨\u200d🎤", 4),
        (FAMILY * 140, 280),
        ("1\u20e3", 2),
        (f"Unicode 10.0 emoji: 🤪; 🧕; 🧕🏾; {ENGLAND}", 34),
        ("Unicode 9.0 emoji: 🤠; 💃; 💃🏾", 29),
        ("‐ ‑ ‒ – — ― ‖  ‗ ‘ ’ ‚ ‛ “ ” „ ‟ ′ ″ ‴ ‵ ‶ ‷", 44),
        ("© 2026", 6),
        ("©\ufe0f 2026", 7),
        ("🇩🇪🇫🇷", 4),
        ("", 0),
    ],
)
def test_x_weighs_wide_characters_and_emoji_twice_and_links_23(text: str, weight: int) -> None:
    assert x_weight(text) == weight


def test_units_differ_where_a_character_is_beyond_the_basic_plane_or_ascii() -> None:
    assert (characters("né😀"), utf16_units("né😀"), utf8_bytes("né😀")) == (3, 4, 7)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("See https://example.org/a?b=c.", "See  ."),
        ("See www.example.org now", "See   now"),
        ("We sold it to Booking.com, then left.", "We sold it to Booking dot com, then left."),
        ("On shop.example.co.uk today", "On shop dot example dot co dot uk today"),
        ("Path example.org/x here", "Path   here"),
        ("日本example.comへ", "日本example dot comへ"),
        ("例え.みんな", "例え dot みんな"),
        ("At 3.5 percent, the U.S. said e.g. no.", "At 3.5 percent, the U.S. said e.g. no."),
        ("Dr. No and Node.js", "Dr. No and Node.js"),
    ],
)
def test_links_go_and_names_of_sites_are_spelled_out(text: str, left: str) -> None:
    assert without_links(text) == left
    assert link_spans(left) == []
