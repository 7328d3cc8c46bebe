"""Which clip of the review is in front: the page's address says it.

A browser says its address as it was when something was pressed in it. Until the page has run to its
end where somebody has gone to, that is behind: whoever presses ``j`` twice at once is two clips on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import streamlit as st

_GONE: Final = "review gone to"
_CLIP: Final = "clip"


@dataclass(frozen=True)
class _Gone:
    """Where somebody has gone to, and which addresses their browser may still be at."""

    to: str | None
    left: tuple[str | None, ...]


def go(clip_id: str | None) -> None:
    """Have another clip in front, in the run that comes next.

    :param clip_id: None for the first that waits.
    """
    gone, address = _gone(), st.query_params.get(_CLIP)
    left = (*gone.left, gone.to) if gone else ()
    st.session_state[_GONE] = _Gone(clip_id, (*left, address))


def go_on(seen: str, to: str | None) -> None:
    """The same, unless somebody has gone on from the clip already."""
    gone = _gone()
    if gone is None or gone.to == seen:
        go(to)


def at(ids: Sequence[str], seen: int | None) -> int | None:
    """The place of the clip in front among those that were shown; None where it is none of them.

    :param seen: Where it was when they were shown.
    """
    gone = _gone()
    if gone is None:
        return seen
    return ids.index(gone.to) if gone.to in ids else None


def catch_up() -> None:
    """At the begin of a page: the address says what is in front, whatever a browser said."""
    gone, address = _gone(), st.query_params.get(_CLIP)
    if gone is None or address == gone.to:
        return
    if address not in gone.left:
        # A link was followed meanwhile.
        arrived()
    elif gone.to is None:
        del st.query_params[_CLIP]
    else:
        st.query_params[_CLIP] = gone.to


def arrived() -> None:
    """At the end of a page: it shows what is in front, and so does the address."""
    st.session_state.pop(_GONE, None)


def _gone() -> _Gone | None:
    found: _Gone | None = st.session_state.get(_GONE)
    return found
