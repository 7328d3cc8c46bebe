"""Errors of a stage that ran in another process."""

from __future__ import annotations

import asyncio

import pytest
from prefect.states import Cancelled, exception_to_failed_state

from clipping import errors
from flows.stages import _stage_error


@pytest.mark.parametrize(
    "error",
    [
        errors.NoSpeech("Nobody speaks in talk.mp4."),
        errors.DiskFull("No space."),
        errors.Broken("x"),
        errors.RateLimited("The site asks for a pause."),
        errors.RateLimited("The site asks for a pause.", retry_after_s=3600.0),
    ],
    ids=lambda error: type(error).__name__,
)
def test_the_error_of_a_stage_keeps_its_class_and_sentence(error: errors.ClippingError) -> None:
    state = asyncio.run(exception_to_failed_state(error))
    state.message = f"Flow run encountered an exception: {type(error).__name__}: {error}"
    rebuilt = _stage_error("transcribe", state)
    assert type(rebuilt) is type(error)
    assert str(rebuilt) == str(error)
    # A watch leaves a site alone for as long as that.
    asked = [getattr(one, "retry_after_s", None) for one in (rebuilt, error)]
    assert asked[0] == asked[1]


def test_a_foreign_error_of_a_stage_becomes_broken_and_is_quoted() -> None:
    state = asyncio.run(exception_to_failed_state(RuntimeError("odd")))
    state.message = "Flow run encountered an exception: RuntimeError: odd"
    rebuilt = _stage_error("detect", state)
    assert type(rebuilt) is errors.Broken
    assert "odd" in str(rebuilt)


def test_of_a_stage_that_was_cancelled_it_is_said_so() -> None:
    rebuilt = _stage_error("render", Cancelled(message="Flow run was cancelled."))
    said = "The stage render was cancelled, and so nothing after it was done."
    assert (type(rebuilt), str(rebuilt)) == (errors.Broken, said)
    limited = _stage_error("render", Cancelled(message="A limit was reached."))
    assert str(limited) == f"{said} A limit was reached."
