"""Errors cross process borders whole."""

from __future__ import annotations

import pickle

import pytest

from clipping import errors


def _all(cls: type[errors.ClippingError]) -> list[type[errors.ClippingError]]:
    return [cls, *(below for child in cls.__subclasses__() for below in _all(child))]


@pytest.mark.parametrize("cls", _all(errors.ClippingError), ids=lambda cls: cls.__name__)
def test_every_error_survives_pickling_with_message_and_details(
    cls: type[errors.ClippingError],
) -> None:
    error = cls("One clear sentence.", log_tail="the end", retry_after_s=3.5)
    copy = pickle.loads(pickle.dumps(error))
    assert type(copy) is cls
    assert str(copy) == str(error)
    assert copy.args == ("One clear sentence.",)
    details = vars(copy)
    assert details["log_tail"] == "the end"
    assert details["retry_after_s"] == 3.5
