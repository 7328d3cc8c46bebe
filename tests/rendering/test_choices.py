"""What a person may write for the camera."""

from __future__ import annotations

import pytest

from clipping.models import FramingChoice, Layout
from clipping.rendering.choices import framing_text, parse_framing


@pytest.mark.parametrize(
    ("text", "choice"),
    [
        ("auto", FramingChoice()),
        ("fit", FramingChoice(layout=Layout.FIT)),
        ("SPLIT", FramingChoice(layout=Layout.SPLIT)),
        ("centre", FramingChoice(centre=0.5)),
        ("0.25", FramingChoice(centre=0.25)),
        (".7", FramingChoice(centre=0.7)),
        ("1", FramingChoice(centre=1)),
        ("51=fit", FramingChoice(at_ms=51_000, layout=Layout.FIT)),
        ("0:51.5=0.3", FramingChoice(at_ms=51_500, centre=0.3)),
        ("1:02:03=auto", FramingChoice(at_ms=3_723_000)),
    ],
)
def test_a_framing_is_read_as_it_is_meant(text: str, choice: FramingChoice) -> None:
    assert parse_framing(text) == choice
    assert parse_framing(framing_text(choice)) == choice


@pytest.mark.parametrize("text", ["", "wide", "1.2", "-0.1", "=fit", "noon=fit", "0:51=", "1e-1"])
def test_what_is_no_framing_is_refused_with_what_may_be_written(text: str) -> None:
    with pytest.raises(ValueError, match="write"):
        parse_framing(text)
