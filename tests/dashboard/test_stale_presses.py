"""What was pressed on a page that says what is no more: of it nothing is done that nobody saw.

A button does what it was drawn for, also where others were faster, or it is pressed twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from streamlit.testing.v1 import AppTest

from clipping.db import queries
from clipping.db.session import open_session
from clipping.models import Decision, EditorialPolicy, RenderedClip, Role, Verdict
from clipping.publishing import deciding
from dashboard.reviewed import REASONS
from tests.dashboard.browser_place import more_clips_to_approve
from tests.dashboard.conftest import Workplace
from tests.dashboard.page_place import labels, open_page, press, run, said
from tests.db.values import a_clip, a_moment

NOW = datetime.now(UTC)
FIRST, SECOND, THIRD = "clip_good", "clip_three", "clip_two"


@pytest.fixture
def url(clips: list[RenderedClip], workplace: Workplace) -> str:
    """Three clips of acme wait, one of bravo is held, and somebody looks who works for both."""
    more_clips_to_approve(workplace, clips[0], SECOND, THIRD)
    held = a_clip(
        "clip_held",
        "bravo",
        moment_id=a_moment(2).moment_id,
        source_id=clips[1].source_id,
        proof=clips[0].proof,
    )
    with open_session(workplace.database_url) as session:
        queries.clips.save_clip(session, held)
    workplace.look_as("bo", Role.OPERATOR, "acme", "bravo")
    return workplace.database_url


def verdicts(url: str) -> Mapping[str, Verdict | None]:
    with open_session(url) as session:
        return {
            name: queries.verdicts.find_verdict(session, name) for name in (FIRST, SECOND, THIRD)
        }


def test_who_approves_twice_has_approved_once_and_is_one_clip_on(url: str) -> None:
    page = open_page("review")
    with open_session(url) as session:
        deciding.approve(session, [FIRST], "bo", "", NOW)
    page = press(page, "Approve")
    assert page.toast[0].value == "Approved\\."
    assert not page.error
    found = verdicts(url)
    assert [one.at for one in found.values() if one] == [NOW]
    assert (found[SECOND], found[THIRD]) == (None, None)
    assert page.query_params["clip"] == SECOND


def test_what_somebody_else_has_decided_meanwhile_stays(url: str) -> None:
    page = press(open_page("review"), "Reject")
    with open_session(url) as session:
        deciding.approve(session, [FIRST], "ann", "", NOW)
    page = press(page, REASONS[0])
    assert "has changed since you saw it. ann approved it." in said(page)
    found = verdicts(url)[FIRST]
    assert found is not None
    assert found.decision is Decision.APPROVED


@pytest.mark.parametrize("button", ["Approve 2", "Reject them"])
def test_of_several_that_were_ticked_none_is_decided_about_where_one_was_meanwhile(
    url: str, button: str
) -> None:
    page = open_page("review")
    page.button_group(key="review shown").set_value("List")
    run(page)
    for name in (FIRST, SECOND):
        page.checkbox(key=f"tick {name}").check()
    run(page)
    with open_session(url) as session:
        deciding.approve(session, [FIRST], "ann", "", NOW)
    page = press(page, button)
    assert "ann approved it." in said(page)
    assert verdicts(url)[SECOND] is None
    page.checkbox(key=f"tick {SECOND}").check()
    run(page)
    press(page, button.replace("2", "1"))
    assert verdicts(url)[SECOND] is not None


def test_nobody_agrees_to_what_holds_a_clip_before_they_have_seen_it(url: str) -> None:
    page = open_page("review", **{"for": "release"})
    with open_session(url) as session:
        session.execute(
            text(
                "UPDATE clipping.moments SET holds = holds || CAST(:more AS jsonb) "
                "WHERE moment_id = (SELECT moment_id FROM clipping.clips WHERE clip_id = :clip)"
            ),
            {"more": '[{"kind": "brand_safety", "reason": "It drinks."}]', "clip": "clip_held"},
        )
    page = press(page, "Release")
    assert "look at it once more" in said(page)
    assert "It drinks." in said(page)
    assert "Released" in press(page, "Release").toast[0].value
    assert "clip_held" not in said(page)


def test_what_was_drawn_for_somebody_else_does_nothing(url: str, workplace: Workplace) -> None:
    page = open_page("review")
    workplace.look_as("carl", Role.OPERATOR, "acme")
    page = press(page, "Approve")
    assert "Somebody else has signed in here meanwhile" in said(page)
    assert verdicts(url)[FIRST] is None


def test_a_strategy_is_saved_once(url: str) -> None:
    page = open_page("strategy", client="acme")
    next(one for one in page.text_input if one.label == "Tone").set_value("dry")
    press(page, "See what it changes")
    # The press before this one has done it.
    del page.session_state["strategy that is wanted"]
    page = press(page, "Save it")
    assert not page.error
    assert "Save it" not in labels(page)
    with open_session(url) as session:
        assert queries.clients.editorial_policy(session, "acme") == EditorialPolicy(
            approval="required"
        )


def test_what_is_said_on_a_page_that_is_cut_short_is_said_again() -> None:
    def script() -> None:
        import streamlit as st

        from dashboard.actions import forget_what_was_said, say, say_what_was_done

        st.button("Act", on_click=say, args=("Done.",))
        cut_short = st.checkbox("Cut short")
        say_what_was_done()
        if cut_short:
            st.stop()
        forget_what_was_said()

    page = AppTest.from_function(script)
    run(page).checkbox[0].check()
    press(page, "Act")
    assert [one.value for one in page.success] == ["Done\\."]
    page.checkbox[0].uncheck()
    assert [one.value for one in run(page).success] == ["Done\\."]
    assert not run(page).success
