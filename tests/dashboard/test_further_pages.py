"""Strategy, costs, runs, and what a client's own people see: on an agency's database."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlmodel import Session
from streamlit.testing.v1 import AppTest

from clipping.claude.question import Usage
from clipping.claude.savings import forecast, saved_by_cache
from clipping.db import queries
from clipping.db.queries import bills, own_clips
from clipping.db.queries.strategies import change_strategy, strategy, strategy_changes
from clipping.db.session import open_session, open_session_as
from clipping.errors import ClippingError, NeedsPerson, Rejected, ServiceUnavailable
from clipping.models import (
    ClientSettings,
    Decision,
    Disclosure,
    EditorialPolicy,
    PostState,
    Role,
    Verdict,
)
from clipping.publishing.disclosing import disclose
from clipping.settings import settings
from dashboard import costs, runs
from dashboard.own import chip
from dashboard.runs import Kind, is_theirs, read_run, reason
from dashboard.strategy import NAMES, follows, wanted
from tests.dashboard.conftest import Workplace, agency_with
from tests.dashboard.page_place import (
    MOST_STATEMENTS,
    labels,
    open_alone,
    open_page,
    press,
    said,
    statements,
)
from tests.dashboard.seeded import Size, account, client, seed
from tests.dashboard.seeded_costs import seed_costs
from tests.support.prefect_api import FakePrefect

SIZE = Size()
NOW = datetime.now(UTC)
OURS, THEIRS = client(1), client(0)
SCRIPT = "<script>window.stolen=1</script>**x**"


@pytest.fixture(scope="module")
def agency(postgres: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workplace]:
    """Two clients with a year of costs; an admin looks, unless somebody else does."""

    def fill(session: Session) -> None:
        seed(session, SIZE, NOW)
        seed_costs(session, SIZE.clients, 4_000, NOW)

    with agency_with(postgres, tmp_path_factory, fill) as made:
        yield made


def now_strategy(agency: Workplace, name: str = OURS) -> Any:
    with open_session(agency.database_url) as session:
        found = strategy(session, name)
    assert found is not None
    return found


# --- strategy ------------------------------------------------------------------------------------


def test_an_operator_changes_what_a_client_wants_after_seeing_what_it_does(
    agency: Workplace, look_as: Any
) -> None:
    look_as(Role.OPERATOR, OURS)
    with statements(agency.database_url) as asked:
        page = open_page("strategy")
    assert len(asked) <= MOST_STATEMENTS, asked
    assert THEIRS not in said(page)
    area(page, "themes").set_value(f"pricing\n{SCRIPT}")
    field(page.selectbox, "posts_in_two_days").set_value(2)
    field(page.text_input, "monthly_budget_usd").set_value("75.50")
    text = said(press(page, "See what it changes"))
    assert "3 changes" in text
    assert "&lt;script&gt;" in text
    assert "two a day, 12 hours apart → one a day" in text
    assert "planned posts keep their places" in text
    assert "no limit → $75.50" in text
    assert now_strategy(agency).policy.themes == ()
    text = said(press(page, "Save it"))
    assert f"The strategy of {OURS} is saved." in text
    after = now_strategy(agency)
    assert after.policy.themes == ("pricing", SCRIPT)
    assert (after.policy.posts_in_two_days, after.settings.monthly_budget_usd) == (2, 75.5)
    assert "operator" in text
    assert "Pace of each account" in text


def field(found: Any, name: str) -> Any:
    return next(one for one in found if one.label == NAMES[name])


def area(page: AppTest, name: str) -> Any:
    return field(page.text_area, name)


def test_what_cannot_be_meant_is_said_at_its_field_and_nothing_is_saved(
    agency: Workplace, ids: Mapping[str, str]
) -> None:
    before = now_strategy(agency)
    page = open_page("strategy", client=OURS)
    field(page.number_input, "most_hashtags").set_value(31)
    field(page.text_input, "language").set_value("no language")
    field(page.text_input, "monthly_budget_usd").set_value("a lot")
    text = said(press(page, "See what it changes"))
    assert "Hashtags at most: takes a whole number from 0 to 30, not 31." in text
    assert "Language: 'no language' is no language such as en or pt-BR." in text
    assert "Budget for Claude, dollars a month: a number such as 60, or nothing." in text
    assert "3 fields above cannot be as given" in text
    assert "Save it" not in labels(page)
    assert now_strategy(agency) == before


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"shortest_seconds": 90}, "The longest clip is shorter than the shortest."),
        ({"default_hashtags": "two words"}, "'two words' is no hashtag"),
        ({"themes": "x" * 300}, "longer than 200 characters"),
        ({"themes": "\n".join("abc" for _ in range(101))}, "at most 100 entries"),
        ({"monthly_budget_usd": "-1"}, "a number such as 60"),
        ({"monthly_budget_usd": "NaN"}, "a number such as 60"),
        ({"shortest_seconds": 4}, "from 5 to 600"),
    ],
)
def test_a_form_takes_what_the_command_line_takes(given: dict[str, Any], told: str) -> None:
    before = a_strategy()
    found = wanted(given, before)
    assert told in " ".join(found.wrong.values())
    assert (found.policy, found.settings) == (before.policy, before.settings) or given == {
        "shortest_seconds": 90
    }


def a_strategy() -> Any:
    from clipping.db.queries.strategies import Strategy

    return Strategy(ClientSettings(), EditorialPolicy(), 0)


def test_every_field_of_the_models_is_on_the_page() -> None:
    assert set(NAMES) == {*EditorialPolicy.model_fields, *ClientSettings.model_fields}


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"approval": "required"}, "nothing is posted that nobody has approved"),
        ({"tone": "dry"}, "from the next run of a video on"),
        ({"longest_seconds": 90}, "unless a run says others"),
        ({"post_once": True}, "7 planned posts keep their places"),
        ({"profanity": "allow"}, "7 planned posts keep their places and words"),
        ({"require_rights": True}, "not clipped from now on"),
        ({"when_down": "wait"}, "wait for Claude in any case"),
    ],
)
def test_a_change_says_from_when_on_it_holds(given: dict[str, Any], told: str) -> None:
    before = a_strategy()
    [sentence] = follows(before, wanted(given, before), 7)
    assert told in sentence
    assert follows(before, wanted({}, before), 7) == []


def test_who_saves_second_is_told_and_overwrites_nothing(
    agency: Workplace, ids: Mapping[str, str]
) -> None:
    page = open_page("strategy", client=OURS)
    field(page.text_input, "tone").set_value("mine")
    press(page, "See what it changes")
    with open_session_as(agency.database_url, ids["operator"], writes=True) as session:
        theirs = queries.clients.editorial_policy(session, OURS).replace(tone="theirs")
        seen = strategy(session, OURS).version  # type: ignore[union-attr]
        change_strategy(session, OURS, by="otto", at=NOW, policy=theirs, seen=seen)
    text = said(press(page, "Save it"))
    assert "otto (on " in text
    assert "nothing of yours was saved" in text
    assert now_strategy(agency).policy.tone == "theirs"
    assert "otto has changed this since you opened it." in text
    press(page, "Show it as it is now")
    assert field(page.text_input, "tone").value == "theirs"


def test_a_strategy_is_changed_by_who_works_for_the_client_alone(
    agency: Workplace, ids: Mapping[str, str]
) -> None:
    url, policy = agency.database_url, EditorialPolicy(tone="stolen")
    before = now_strategy(agency, THEIRS)
    with open_session_as(url, ids["operator"], writes=True) as session:
        with pytest.raises(Rejected, match="There is no client"):
            change_strategy(session, THEIRS, by="otto", at=NOW, policy=policy, seen=before.version)
        assert strategy(session, THEIRS) is None
        assert strategy_changes(session, THEIRS, 9) == []
    ours = now_strategy(agency)
    # A client reads its own row, and changes nothing of it.
    with open_session_as(url, ids["client"], writes=True) as session:
        with pytest.raises(Rejected, match="There is no client"):
            change_strategy(session, OURS, by="clara", at=NOW, policy=policy, seen=ours.version)
        assert strategy_changes(session, OURS, 9) == []
    assert now_strategy(agency) == ours
    assert now_strategy(agency, THEIRS) == before


def test_what_viewers_are_told_is_decided_for_accounts_of_ones_clients(
    agency: Workplace, ids: Mapping[str, str], look_as: Any
) -> None:
    told = Disclosure(ai_generated=True)
    with open_session_as(agency.database_url, ids["operator"], writes=True) as session:
        with pytest.raises(Rejected, match="There is no account"):
            disclose(session, [account(0)], told, "otto", NOW)
        assert disclose(session, [account(1), account(1)], told, "otto", NOW) == 1
        assert disclose(session, [account(1)], told, "otto", NOW) == 0
        events = queries.accounts.account_events(session, account(1))
    assert [one.reason for one in events if "ai_generated" in one.before] == ["otto decided it"]
    look_as(Role.OPERATOR, OURS)
    page = open_page("strategy")
    text = said(page)
    assert "made with AI" in text
    field_named(page.checkbox, "Somebody else pays").set_value(True)
    text = said(press(page, "Decide it"))
    assert f"15 accounts of {OURS} changed: paid partnership." in text


def field_named(found: Any, label: str) -> Any:
    return next(one for one in found if one.label.startswith(label))


# --- costs ---------------------------------------------------------------------------------------


def test_costs_show_an_operator_their_clients_bill_and_nobody_elses_in_few_statements(
    agency: Workplace, look_as: Any
) -> None:
    with open_session(agency.database_url) as session:
        before = queries.clients.client_settings(session, OURS)
        budget = before.model_copy(update={"monthly_budget_usd": Decimal("75.50")})
        queries.clients.save_client_settings(session, OURS, budget)
    look_as(Role.OPERATOR, OURS)
    with statements(agency.database_url) as asked:
        page = open_page("costs", client=THEIRS, month="'; DROP TABLE")
    text = said(page)
    assert len(asked) <= MOST_STATEMENTS, asked
    assert THEIRS not in text
    for expected in ("spent on Claude", "saved by batches", "judging moments", "of $75.50", "GB"):
        assert expected in text, expected


def test_a_bill_adds_up_whichever_way_it_is_cut(agency: Workplace, ids: Mapping[str, str]) -> None:
    month = f"{NOW - timedelta(days=40):%Y-%m}"
    with open_session_as(agency.database_url, ids["admin"]) as session:
        whole = bills.bill(session, month)
        parts = [bills.bill(session, month, name) for name in (OURS, THEIRS)]
        spent = [queries.claude.spent_usd(session, name, month) for name in (OURS, THEIRS)]
    assert [part.usd for part in parts] == spent
    assert whole.usd == sum(spent, Decimal(0)) > 0
    assert sum(one.usd for one in whole.by_purpose.values()) == whole.usd
    assert sum(sum(day.values()) for day in whole.by_day.values()) == whole.usd
    assert sum(one.usd for one in whole.by_model) == whole.usd
    assert sum(one.calls for one in whole.by_model) == sum(
        one.calls for one in whole.by_client.values()
    )
    with open_session_as(agency.database_url, ids["client"]) as session:
        assert bills.bill(session, month).usd == 0
        assert bills.stored_bytes(session) == []


def test_clips_that_were_posted_in_a_month_are_counted_once(
    agency: Workplace, ids: Mapping[str, str]
) -> None:
    month = f"{NOW:%Y-%m}"
    with open_session_as(agency.database_url, ids["operator"]) as session:
        [ours] = bills.client_months(session, month)
        first, until = queries.claude.month_span(month)
        posted = own_clips.posted_by_day(session, first, until)
    assert ours.client == OURS
    assert ours.posts == ours.clips == sum(one.posts for one in posted)


def test_a_month_is_foreseen_by_its_last_week() -> None:
    first = datetime(2026, 11, 1, tzinfo=UTC)
    spent, lately = Decimal(40), Decimal(14)
    assert forecast(spent, lately, first, datetime(2026, 11, 24, tzinfo=UTC)) == Decimal(54)
    assert forecast(spent, lately, first, datetime(2026, 12, 2, tzinfo=UTC)) == spent


def test_what_the_cache_saves_is_less_what_filling_it_costs() -> None:
    on = datetime(2026, 11, 26, tzinfo=UTC).date()
    read = Usage(input_tokens=1_000_000, cache_read_tokens=1_000_000)
    written = Usage(cache_write_1h_tokens=1_000_000)
    saved = [
        saved_by_cache("claude-opus-5-5", usage, 1, on, batch=False) for usage in (read, written)
    ]
    assert saved == [Decimal("3.8"), Decimal(-4)]
    assert saved_by_cache("claude-opus-5-5", read, 1, on, batch=True) == Decimal("1.9")
    assert saved_by_cache("nobody-knows", read, 1, on, batch=True) == 0


def test_a_client_over_its_budget_stands_out(agency: Workplace, ids: Mapping[str, str]) -> None:
    with open_session_as(agency.database_url, ids["admin"]) as session:
        found = costs.read(session, f"{NOW:%Y-%m}", None, NOW)
    meters = {one.name: one for one in costs.client_meters(found)}
    assert "no limit" in meters[OURS].said or "of $" in meters[OURS].said
    assert all(one.link.startswith("/costs?client=") for one in meters.values())


# --- runs ----------------------------------------------------------------------------------------


def test_an_operator_sees_the_runs_of_their_clients_alone(
    prefect: FakePrefect, look_as: Any
) -> None:
    prefect.add("clip ours.mp4", "FAILED", OURS, message=f"{PREFIX}NoSpeech: Nobody speaks.")
    prefect.add("clip theirs.mp4", "FAILED", THEIRS, message="x")
    prefect.add("plan posts", "FAILED", message="x")
    prefect.add("both.mp4", "FAILED", OURS, THEIRS)
    look_as(Role.OPERATOR, OURS)
    page = open_page("runs")
    text = said(page)
    assert "clip ours.mp4" in text
    assert "Nobody speaks." in text
    assert "NoSpeech" not in text
    for hidden in ("theirs.mp4", "plan posts", "both.mp4", THEIRS):
        assert hidden not in text
    assert "plan posts" not in said(open_page("runs", client=THEIRS))
    look_as(Role.ADMIN)
    text = said(open_page("runs"))
    assert "plan posts" in text
    assert "clip theirs.mp4" in text


PREFIX = "Flow run encountered an exception: "


def test_a_running_run_says_how_far_it_is(prefect: FakePrefect, ids: Mapping[str, str]) -> None:
    made = prefect.add(f"render {SCRIPT}", "RUNNING", OURS)
    prefect.percents[made["id"]] = 43.0
    page = open_page("runs", kind="running")
    assert [bar.proto.text for bar in page.get("progress")] == ["43 %"]
    assert "&lt;script&gt;" in said(page)
    assert "<script>" not in said(page)


def test_a_failed_run_is_started_again_once_with_what_it_was_started_with(
    prefect: FakePrefect, look_as: Any
) -> None:
    failed = prefect.add("clip ours.mp4", "CRASHED", OURS, message="Its worker went silent.")
    prefect.add("render clips of ours.mp4", "FAILED", OURS, parent_task_run_id="task")
    look_as(Role.OPERATOR, OURS)
    page = open_page("runs")
    assert labels(page).count("Run again") == 1
    assert "Started again: clip ours.mp4." in said(press(page, "Run again"))
    runs.start_again(failed["id"], [OURS], "otto")
    [started] = prefect.started.values()
    assert started["parameters"] == failed["parameters"]
    assert f"client:{OURS}" in started["tags"]


@pytest.mark.parametrize(
    ("state", "whose"),
    [("FAILED", THEIRS), ("RUNNING", OURS), ("COMPLETED", OURS)],
    ids=["another client's", "running", "done"],
)
def test_no_other_run_is_started_again(
    prefect: FakePrefect, agency: Workplace, state: str, whose: str
) -> None:
    made = prefect.add("clip it", state, whose)
    with pytest.raises(Rejected):
        runs.start_again(made["id"], [OURS], "otto")
    assert prefect.started == {}


def test_a_run_of_nobody_is_an_admins(agency: Workplace) -> None:
    run_of_all = read_run({"id": "1", "tags": ["stage:plan"]})
    assert is_theirs(run_of_all, None)
    assert not is_theirs(run_of_all, [OURS])
    assert not is_theirs(read_run({"id": "1", "tags": [f"client:{OURS}"]}), [])


def test_a_server_that_is_slow_or_down_is_a_sentence_and_soon(
    prefect: FakePrefect, ids: Mapping[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    prefect.slow_s = 5
    begun = time.monotonic()
    with pytest.raises(ServiceUnavailable):
        runs.look(Kind.TO_SEE, None, NOW)
    assert time.monotonic() - begun < 2
    prefect.slow_s, prefect.answers_nonsense = 0, True
    with pytest.raises(ServiceUnavailable):
        runs.look(Kind.TO_SEE, None, NOW)
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:1/api")
    settings.cache_clear()
    page = open_page("runs")
    assert "Runs cannot be shown just now" in said(page)
    assert "The Prefect server does not answer just now." in said(page)
    monkeypatch.delenv("PREFECT_API_URL")
    settings.cache_clear()
    assert "PREFECT_API_URL names one" in said(open_page("runs"))


def test_a_wrong_password_is_said_without_it(
    prefect: FakePrefect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PREFECT_API_AUTH_STRING", "clipper:canary")
    settings.cache_clear()
    with pytest.raises(NeedsPerson, match="does not let the dashboard in") as caught:
        runs.look(Kind.TO_SEE, None, NOW)
    assert "canary" not in str(caught.value)


def test_what_was_answered_is_shown_again_for_a_few_seconds_to_who_may_see_it(
    prefect: FakePrefect, agency: Workplace
) -> None:
    prefect.add("clip ours.mp4", "FAILED", OURS)
    first = runs.look(Kind.TO_SEE, [OURS], NOW)
    asked = prefect.asked
    assert runs.look(Kind.TO_SEE, [OURS], NOW) is first
    assert prefect.asked == asked
    assert runs.look(Kind.TO_SEE, [THEIRS], NOW).runs == ()
    assert runs.look(Kind.TO_SEE, [], NOW).runs == ()


@pytest.mark.parametrize(
    ("message", "told"),
    [
        (f"{PREFIX}clipping.errors.NoSpeech: Nobody speaks in it.", "Nobody speaks in it."),
        ("Crashed: no heartbeat", "Crashed: no heartbeat"),
        ("", ""),
        ("x" * 400, "x" * 300 + "…"),
    ],
)
def test_the_reason_of_an_end_is_told_plainly(message: str, told: str) -> None:
    assert reason(message) == told


# --- a client's own people -----------------------------------------------------------------------

INTERNAL = ("score", "proof", "recipe", "Prefect", "rubric", "Claude", "budget", "policy", "mom_")


def test_a_client_sees_their_clips_and_numbers_in_plain_words_alone(
    agency: Workplace, look_as: Any
) -> None:
    look_as(Role.CLIENT, OURS)
    with open_session_as(agency.database_url, "") as nobody:
        assert own_clips.own_clips(nobody, 9) == []
    for view in ("clips", "numbers"):
        with statements(agency.database_url) as asked:
            page = open_page(view)
        text = said(page)
        assert len(asked) <= MOST_STATEMENTS, asked
        assert THEIRS not in text
        assert OURS in text
        for word in INTERNAL:
            assert word.lower() not in text.lower(), word
    text = said(open_page("clips", clip=f"clip_{SIZE.posts - 1}"))
    assert "Where it goes" in text or "There is no such clip" in text
    assert "There is no such clip" in said(open_page("clips", clip="clip_0"))


def test_pages_of_operators_tell_a_client_nothing_when_run_by_hand(
    agency: Workplace, prefect: FakePrefect, look_as: Any
) -> None:
    prefect.add("clip ours.mp4", "FAILED", OURS)
    look_as(Role.CLIENT, OURS)
    for view in ("strategy", "runs", "costs"):
        text = said(open_alone(view))
        for hidden in ("ours.mp4", "judging", "Tone", "Save it", "GB"):
            assert hidden not in text, (view, hidden)


def test_how_a_clip_stands_is_told_in_a_word(agency: Workplace, ids: Mapping[str, str]) -> None:
    with open_session_as(agency.database_url, ids["admin"], writes=True) as session:
        found = {one.clip_id: one for one in own_clips.own_clips(session, 300)}
        posts = own_clips.own_posts(session, list(found))
        waiting = next(one for one in found.values() if one.wants_approval and not one.verdict)
        verdict = Verdict(
            clip_id=waiting.clip_id, decision=Decision.REJECTED, person="clara", at=NOW
        )
        queries.verdicts.save_verdict(session, verdict)
        [after] = own_clips.own_clips(session, 1, clip_id=waiting.clip_id)
    public = [post for post in posts if post.is_posted]
    coming = [post for post in posts if not post.is_posted]
    assert chip(found[public[0].clip_id], public[:1]).text == "posted"
    assert chip(found[coming[0].clip_id], coming[:1]).text == "planned"
    assert chip(waiting, ()).text in ("waits for you", "being checked")
    assert chip(after, ()).text == "not wanted"


def test_a_clients_list_of_clips_goes_on_behind_its_last_line(
    agency: Workplace, ids: Mapping[str, str]
) -> None:
    with open_session_as(agency.database_url, ids["admin"]) as session:
        whole = own_clips.own_clips(session, 100)
        assert own_clips.own_clips(session, 100, after=whole[9].key)[:90] == whole[10:]


def test_errors_of_pages_are_of_ours() -> None:
    assert issubclass(ServiceUnavailable, ClippingError)
    assert PostState.POSTED not in own_clips.COMING
