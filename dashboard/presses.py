"""Holds Streamlit to doing what was pressed, whatever is pressed after it.

Each press has the page run anew, and ends the run of the press before: with an exception, wherever
that run next asks Streamlit for something. For what is drawn that is as it should be. But it also
ends what a button does (``on_click``) where that reads what was typed, and a press for which no run
has begun yet is thrown away. Streamlit has no setting for either; docs/decisions/0012-presses.md
says what else was looked at.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from threading import Lock
from typing import Any, Final
from weakref import WeakValueDictionary

from streamlit import config
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.WidgetStates_pb2 import WidgetStates
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.scriptrunner import ScriptRunner, get_script_run_ctx
from streamlit.runtime.scriptrunner_utils.script_requests import (
    ScriptRequestType,
    _coalesce_widget_states,
)
from streamlit.runtime.state.safe_session_state import SafeSessionState

_CALL_BACK: Final = SafeSessionState.on_script_will_rerun
_RUN: Final = AppSession.request_rerun


def keep_presses() -> None:
    """From now on, in this process."""
    SafeSessionState.on_script_will_rerun = _to_the_end  # type: ignore[assignment,method-assign]
    AppSession.request_rerun = _with_what_waits  # type: ignore[assignment,method-assign]


def _to_the_end(state: SafeSessionState, *given: Any, **named: Any) -> None:
    """Call back whatever was pressed; another press ends the run only then, and waits till then."""
    end_if_asked = state._yield_callback
    object.__setattr__(state, "_yield_callback", lambda: None)
    try:
        with _one_at_a_time():
            _CALL_BACK(state, *given, **named)
    finally:
        object.__setattr__(state, "_yield_callback", end_if_asked)


# Two runs of one tab share what it holds, but no lock: Streamlit's own is of one run.
_locks: Final = WeakValueDictionary[str, Any]()
_finding = Lock()


def _one_at_a_time() -> AbstractContextManager[Any]:
    """A lock of the tab; it is gone once nobody holds it or waits for it."""
    ctx = get_script_run_ctx()
    with _finding:
        lock: AbstractContextManager[Any] = _locks.setdefault(ctx.session_id if ctx else "", Lock())
    return lock


def _with_what_waits(session: AppSession, client_state: ClientState | None) -> None:
    """Have the page run, also for what was pressed before and waits for a run that is to end."""
    runner = session._scriptrunner
    ends = bool(config.get_option("runner.fastReruns"))
    if ends and runner is not None and client_state is not None and not client_state.fragment_id:
        waiting = _taken_from(runner)
        with_it = _coalesce_widget_states(waiting, client_state.widget_states)
        if waiting is not None and with_it is not None:
            # What the session remembers of its browser stays as it is.
            told, client_state = client_state, ClientState()
            client_state.CopyFrom(told)
            client_state.widget_states.CopyFrom(with_it)
    _RUN(session, client_state)


def _taken_from(runner: ScriptRunner) -> WidgetStates | None:
    """What a run waits for that has not begun; it does not begin any more."""
    requests = runner._requests
    with requests._lock:
        if requests._state is not ScriptRequestType.RERUN:
            return None
        requests._state = ScriptRequestType.STOP
        return requests._rerun_data.widget_states
