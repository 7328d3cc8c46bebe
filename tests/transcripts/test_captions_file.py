from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clipping.errors import UnreadableCaptions
from clipping.transcripts.captions_file import Captions, Line, read_captions

SRT = """1
00:00:01,000 --> 00:00:02,500
Hello there,

2
00:00:02,500 --> 00:00:04,000
café friend.
"""
VTT = """WEBVTT
Kind: captions
Language: en

NOTE this is never spoken

STYLE
::cue { color: red }

intro
01.000 --> 02.500
wrong stamp above, so no cue

00:01.000 --> 00:02.500 align:start position:0%
Hello there,

second
00:00:02.500 --> 00:00:04.000
café friend.
"""
ASS = """[Script Info]
ScriptType: v4.00+

[V4+ Styles]
Format: Name, Fontname, Fontsize
Style: Default,Arial,20

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
Comment: 0,0:00:00.00,0:00:05.00,Default,,0,0,0,,never spoken
Dialogue: 0,0:00:01.00,0:00:02.50,Default,,0,0,0,,{\\i1}Hello{\\i0} there,
Dialogue: 1,0:00:01.00,0:00:02.50,Default,,0,0,0,,{\\bord3}Hello there,
Dialogue: 0,0:00:02.50,0:00:04.00,Default,,0,0,0,,café\\Nfriend.
"""
JSON3 = json.dumps(
    {
        "wireMagic": "pb3",
        "events": [
            {"tStartMs": 0, "dDurationMs": 9000, "id": 1, "wpWinPosId": 1},
            {"tStartMs": 1000, "dDurationMs": 1500, "segs": [{"utf8": "Hello there,"}]},
            {"tStartMs": 2500, "dDurationMs": 1500, "segs": [{"utf8": "café\nfriend."}]},
        ],
    }
)
EXPECTED = [
    (1000, 2500, ("Hello", "there,")),
    (2500, 4000, ("café", "friend.")),
]


def written(folder: Path, data: str | bytes, name: str = "talk.srt") -> Path:
    path = folder / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


def plain(captions: Captions) -> list[tuple[int, int, tuple[str, ...]]]:
    return [(line.start_ms, line.end_ms, line.tokens) for line in captions.lines]


@pytest.mark.parametrize(
    ("text", "kind"),
    [(SRT, "SRT"), (VTT, "WebVTT"), (ASS, "ASS"), (JSON3, "YouTube json3")],
    ids=["srt", "vtt", "ass", "json3"],
)
def test_every_format_gives_the_same_lines_whatever_the_file_is_called(
    tmp_path: Path, text: str, kind: str
) -> None:
    captions = read_captions(written(tmp_path, text, "talk.txt"))
    assert plain(captions) == EXPECTED
    assert captions.kind == kind
    assert not captions.timed


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"]
)
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"], ids=["lf", "crlf", "cr"])
def test_every_usual_encoding_is_read(tmp_path: Path, encoding: str, newline: str) -> None:
    data = SRT.replace("\n", newline).encode(encoding)
    assert plain(read_captions(written(tmp_path, data))) == EXPECTED


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ("", "is empty"),
        (" \n\n ", "is empty"),
        ("\ufeff", "is empty"),
        ("Dear Anna,\nthis is a letter.\n", "is not a captions file"),
        ("<!DOCTYPE html><html><body>404</body></html>", "is not a captions file"),
        ('{"events": 3}', "not YouTube's json3"),
        ('{"events": [', "damaged"),
        ('{"events": [{"tStartMs": "soon", "segs": [{"utf8": "hi"}]}]}', "not numbers"),
        ('{"events": []}', "no captions with times"),
        ("WEBVTT\n\n", "no captions with times"),
        (b"\x00\x00\x00\x18ftypmp42" + bytes(range(256)) * 20, "not a text file"),
        (b"\x89PNG\r\n\x1a\n" + b"\0\0\0\0" * 600, "not a captions file"),
    ],
    ids=[
        "empty",
        "blank",
        "only a mark",
        "letter",
        "web page",
        "other json",
        "half a json",
        "times in words",
        "json without events",
        "vtt without cues",
        "binary",
        "zeros",
    ],
)
def test_what_is_not_captions_is_refused_in_one_sentence(
    tmp_path: Path, data: str | bytes, said: str
) -> None:
    with pytest.raises(UnreadableCaptions, match=said) as caught:
        read_captions(written(tmp_path, data))
    assert "talk.srt" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "talk.srt", tmp_path):
        with pytest.raises(UnreadableCaptions, match="cannot be read"):
            read_captions(path)


def test_captions_without_spoken_words_are_read_as_lines_without_words(tmp_path: Path) -> None:
    text = "1\n00:00:01,000 --> 00:00:02,000\n[Music]\n"
    assert read_captions(written(tmp_path, text)).lines == ()


@pytest.mark.parametrize(
    ("name", "text", "language"),
    [
        ("talk.en.srt", SRT, "en"),
        ("talk.pt-BR.srt", SRT, "pt-BR"),
        ("talk.srt", SRT, None),
        ("talk.vtt", VTT, "en"),
    ],
)
def test_the_language_is_taken_from_the_header_or_the_name(
    tmp_path: Path, name: str, text: str, language: str | None
) -> None:
    assert read_captions(written(tmp_path, text, name)).language == language


def test_json3_words_start_at_the_event_plus_their_offset(tmp_path: Path) -> None:
    events = [
        {
            "tStartMs": 1000,
            "dDurationMs": 3000,
            "segs": [
                {"utf8": "nobody", "acAsrConf": 255},
                {"utf8": " tells", "tOffsetMs": 400, "acAsrConf": 0},
                {"utf8": " you [ __ ]", "tOffsetMs": 900},
            ],
        },
        {"tStartMs": 2900, "dDurationMs": 10, "aAppend": 1, "segs": [{"utf8": "\n"}]},
        {"tStartMs": 3000, "dDurationMs": 1000, "segs": [{"utf8": "that"}]},
    ]
    captions = read_captions(written(tmp_path, json.dumps({"events": events}), "a.json3"))
    assert captions.timed
    assert captions.lines[0] == Line(
        1000,
        4000,
        ("nobody", "tells", "you", "[__]"),
        (1000, 1400, 1900, None),
        (1, None, None, None),
    )
    assert captions.lines[1].starts == (3000,)


ROLLING = """WEBVTT
Kind: captions
Language: en

00:00:00.000 --> 00:00:02.000 align:start position:0%
~
nobody<00:00:00.320><c> tells</c><00:00:00.900><c> you</c>

00:00:02.000 --> 00:00:02.010 align:start position:0%
nobody tells you
~

00:00:02.010 --> 00:00:04.000 align:start position:0%
nobody tells you
this<00:00:02.400><c> about</c><00:00:02.600><c> money</c>

00:00:04.000 --> 00:00:04.010 align:start position:0%
this about money
~

00:00:04.010 --> 00:00:05.000 align:start position:0%
this about money
okay
""".replace("~", " ")


def test_youtubes_rolling_captions_say_everything_once_and_time_every_word(
    tmp_path: Path,
) -> None:
    captions = read_captions(written(tmp_path, ROLLING, "talk.vtt"))
    assert captions.timed
    tokens = [token for line in captions.lines for token in line.tokens]
    starts = [start for line in captions.lines for start in line.starts]
    assert tokens == "nobody tells you this about money okay".split()
    assert starts == [0, 320, 900, 2010, 2400, 2600, 4010]


def test_rolling_captions_without_word_times_say_everything_once(tmp_path: Path) -> None:
    lines = ["nobody tells you", "this about money", "the first year", "I lost it all"]
    blocks = [
        f"{n}\n00:00:0{n},000 --> 00:00:0{n + 1},000\n{before}\n{line}\n"
        for n, (before, line) in enumerate(zip(["", *lines], lines, strict=False), 1)
    ]
    captions = read_captions(written(tmp_path, "\n".join(blocks)))
    assert [" ".join(line.tokens) for line in captions.lines] == lines


def test_people_who_repeat_themselves_are_left_alone(tmp_path: Path) -> None:
    texts = ["No.", "No.", "Listen to me.", "I said no.", "Fine then.", "Good.", "Let us go."]
    blocks = [
        f"{n}\n00:00:0{n},000 --> 00:00:0{n},900\n{text}\n" for n, text in enumerate(texts, 1)
    ]
    captions = read_captions(written(tmp_path, "\n".join(blocks)))
    assert [" ".join(line.tokens) for line in captions.lines] == texts


def test_a_speaker_lasts_until_the_next_mark(tmp_path: Path) -> None:
    texts = ["ANNA: One.", "Two.", ">> Three.", "BOB: Four.", "- Five.\n- Six."]
    blocks = [
        f"{n}\n00:00:0{n},000 --> 00:00:0{n},900\n{text}\n" for n, text in enumerate(texts, 1)
    ]
    captions = read_captions(written(tmp_path, "\n".join(blocks)))
    assert [(line.speaker, line.tokens[0]) for line in captions.lines] == [
        ("Anna", "One."),
        ("Anna", "Two."),
        (None, "Three."),
        ("Bob", "Four."),
        (None, "Five."),
        (None, "Six."),
    ]


def test_a_vtt_voice_is_the_speaker(tmp_path: Path) -> None:
    text = "WEBVTT\n\n00:01.000 --> 00:02.000\n<v.loud Anna Lee>Hello there\n"
    (line,) = read_captions(written(tmp_path, text, "talk.vtt")).lines
    assert (line.speaker, line.tokens) == ("Anna Lee", ("Hello", "there"))


@settings(max_examples=60)
@given(st.one_of(st.binary(max_size=400), st.text(max_size=200).map(str.encode)))
def test_any_bytes_are_either_captions_or_refused(
    tmp_path_factory: pytest.TempPathFactory, data: bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.srt"
    for head in (b"", b"WEBVTT\n\n", b"1\n00:00:01,000 --> 00:00:02,000\n", b'{"events":['):
        path.write_bytes(head + data)
        try:
            captions = read_captions(path)
        except UnreadableCaptions:
            continue
        assert all(line.tokens for line in captions.lines)
