"""What operators may ask for: engines by name, languages by tag."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from clipping.errors import NeedsPerson, NotInstalled, Rejected
from clipping.transcripts import Recording, choose, wrong_wish
from tests.transcripts.recordings import recorded


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Recording:
    path = tmp_path_factory.mktemp("wishes") / "talk.mp4"
    return recorded(path, np.zeros(16_000, np.int16))


@pytest.mark.parametrize("language", [None, "", "en", "pt-BR", "zh-Hant-TW", "haw"])
def test_a_tag_is_a_language(language: str | None) -> None:
    assert wrong_wish("auto", language) is None


@pytest.mark.parametrize("language", ["english", "e", "en us", "de_DE", "en-"])
def test_what_is_no_tag_is_refused_with_an_example(language: str, recording: Recording) -> None:
    assert "such as en or pt-BR" in str(wrong_wish("auto", language))
    with pytest.raises(ValueError, match="is no language"):
        choose("auto", replace(recording, language=language))


def test_an_engine_of_one_language_is_not_taken_for_another_one(recording: Recording) -> None:
    german = replace(recording, language="de-AT")
    with pytest.raises(NeedsPerson, match=r"talk\.mp4: it knows English only") as caught:
        choose("pocketsphinx", german)
    assert not isinstance(caught.value, Rejected), "the video would be forgotten"
    with pytest.raises(NotInstalled, match="not pocketsphinx: it knows English only"):
        choose("auto", german)
    assert choose("pocketsphinx", replace(recording, language="en-GB"))[0].name == "pocketsphinx"
