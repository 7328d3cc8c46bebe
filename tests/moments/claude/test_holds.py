"""A judge's flags as holds."""

from __future__ import annotations

import pytest

from clipping.models import BrandRisk, EditorialPolicy
from clipping.moments.claude.answers import Flag
from clipping.moments.claude.holds import holds

MINDS = EditorialPolicy(forbidden_topics=("the merger",), brand_risks=(BrandRisk.ADULT,))
EASY = EditorialPolicy(brand_risks=(), hold_personal_data=False)


@pytest.mark.parametrize(
    ("kind", "what", "policy", "reason"),
    [
        pytest.param("forbidden_topic", "the merger", MINDS, "topic: the merger", id="topic"),
        pytest.param("forbidden_topic", "war", MINDS, "topic: war", id="a topic in other words"),
        pytest.param("forbidden_topic", "war", EASY, "", id="no topic is forbidden"),
        pytest.param("personal_data", "her illness", MINDS, "data: her illness", id="data"),
        pytest.param("personal_data", "her illness", EASY, "", id="data that nobody minds"),
        pytest.param("brand_safety", "Adult", MINDS, "risk: Adult", id="risk"),
        pytest.param("brand_safety", "drugs", MINDS, "", id="a risk that the client takes"),
        pytest.param("brand_safety", "gambling", MINDS, "gambling", id="a risk that has no name"),
        pytest.param("brand_safety", "gambling", EASY, "", id="no risk is minded"),
        pytest.param("brand_safety", "\u0000", MINDS, "not said which", id="nothing said"),
    ],
)
def test_a_flag_holds_what_the_client_minds(
    kind: str, what: str, policy: EditorialPolicy, reason: str
) -> None:
    flag = Flag.model_validate({"kind": kind, "what": what})
    found = holds(policy, [flag, flag], ["Fine", "words."])
    assert [reason in hold.reason for hold in found] == ([True] if reason else [])


def test_words_hold_a_moment_that_no_flag_holds() -> None:
    assert len(holds(MINDS, [], "We like the merger.".split())) == 1
