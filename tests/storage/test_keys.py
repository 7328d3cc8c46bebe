"""Keys stay within the client's own folder, whatever the client is called."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clipping.errors import Broken
from clipping.storage.keys import captions_key, client_folder, clip_key, source_key

SHA = "ab" * 32


def test_keys_are_readable_and_begin_with_the_client() -> None:
    assert source_key("acme", SHA, ".MP4") == f"acme/sources/{SHA}.mp4"
    assert captions_key("acme", SHA, ".srt") == f"acme/captions/{SHA}.srt"
    assert clip_key("acme", "clip_0123abcd", ".jpg") == "acme/clips/clip_0123abcd.jpg"
    assert source_key("acme", SHA, "") == f"acme/sources/{SHA}"


@pytest.mark.parametrize(
    "client",
    ["../other", "/etc", "..", ".", "", "a/b", "a\\b", "a\0b", "~root", "con", "x" * 500, "日本"],
    ids=repr,
)
def test_a_client_cannot_leave_its_folder(client: str) -> None:
    parts = PurePosixPath(source_key(client, SHA, ".mp4")).parts
    assert len(parts) == 3
    assert not parts[0].startswith((".", "~", "/"))
    assert len(parts[0].encode()) < 100


@given(st.text(max_size=30), st.text(max_size=30))
def test_two_clients_never_share_a_folder(first: str, second: str) -> None:
    same = client_folder(first).lower() == client_folder(second).lower()
    assert same == (first == second)


@pytest.mark.parametrize(
    ("first", "second"), [("Acme", "acme"), ("a/b", "a-b"), ("a b", "a-b"), ("a", "a ")]
)
def test_names_that_look_alike_are_kept_apart(first: str, second: str) -> None:
    assert client_folder(first) != client_folder(second)


@pytest.mark.parametrize("suffix", ["./../x", ".mp4/../../x", ".a\0b", "." + "x" * 300], ids=repr)
def test_a_suffix_cannot_smuggle_a_path(suffix: str) -> None:
    parts = PurePosixPath(source_key("acme", SHA, suffix)).parts
    assert len(parts) == 3
    assert len(parts[2]) <= 64 + 11


@pytest.mark.parametrize("sha256", ["", "ab", "../" + "a" * 61, "A" * 64, "g" * 64], ids=repr)
def test_a_digest_that_is_none_makes_no_key(sha256: str) -> None:
    with pytest.raises(Broken, match="not a SHA-256"):
        source_key("acme", sha256, ".mp4")


@pytest.mark.parametrize("clip_id", ["", "../x", "a/b", ".hidden", "x" * 200], ids=repr)
def test_an_id_that_is_no_name_makes_no_key(clip_id: str) -> None:
    with pytest.raises(Broken, match="not the id of a clip"):
        clip_key("acme", clip_id, ".mp4")
