"""Transient errors are tried again, others are not."""

from __future__ import annotations

import asyncio

import pytest
from prefect.states import exception_to_failed_state

from clipping import errors
from tasks.retry import is_transient


def _leaves(cls: type[errors.ClippingError]) -> list[type[errors.ClippingError]]:
    below = [leaf for child in cls.__subclasses__() for leaf in _leaves(child)]
    return below or [cls]


@pytest.mark.parametrize("cls", _leaves(errors.ClippingError), ids=lambda cls: cls.__name__)
def test_only_transient_errors_are_tried_again(cls: type[errors.ClippingError]) -> None:
    state = asyncio.run(exception_to_failed_state(cls("What happened.")))
    assert is_transient(None, None, state) == issubclass(cls, errors.Transient)


def test_a_foreign_error_is_not_tried_again() -> None:
    state = asyncio.run(exception_to_failed_state(RuntimeError("x")))
    assert not is_transient(None, None, state)
