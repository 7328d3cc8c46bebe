"""What a person approves is posted, and what a person rejects is not."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from clipping.db import queries
from clipping.errors import Rejected
from clipping.models import (
    Cause,
    Decision,
    EditorialPolicy,
    PlatformName,
    Post,
    PostState,
    Receipt,
    Stage,
    Standing,
    Verdict,
)
from clipping.publishing import gates
from clipping.settings import settings
from flows import approving, cli
from tasks.reserve import new_post
from tests.support.commands import CliRunner
from tests.tasks.plan_place import CLIENT, NOW, PlanPlace, plan_place

TIKTOK = PlatformName.TIKTOK
IN_TWO_DAYS = datetime.now(UTC).date() + timedelta(days=2)


@pytest.fixture
def place(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[PlanPlace]:
    with plan_place(database_url, tmp_path / "home", monkeypatch) as made:
        made.account(TIKTOK, timezone="Europe/Berlin")
        made.more_clips(3)
        yield made


def run(*arguments: object) -> tuple[int, str]:
    done = CliRunner().invoke(cli.app, [*map(str, arguments)])
    return done.exit_code, " ".join(done.output.replace("│", " ").split())


def want_approval(place: PlanPlace) -> None:
    with place.session() as session:
        queries.clients.save_editorial_policy(session, CLIENT, EditorialPolicy(approval="required"))


def decide(place: PlanPlace, clip_id: str, decision: Decision) -> None:
    with place.session() as session:
        verdict = Verdict(clip_id=clip_id, decision=decision, person="Jo", why="too loud", at=NOW)
        queries.verdicts.save_verdict(session, verdict)


def standing(place: PlanPlace, post: Post) -> Standing:
    with place.session() as session:
        found = queries.stops.standing_of(session, post, NOW)
    assert found is not None
    return found


def test_only_approved_clips_are_planned_where_a_client_wants_that(place: PlanPlace) -> None:
    assert run("policy", CLIENT, "--set", "approval=required")[0] == 0
    plan = place.plan()
    assert (len(plan.assignments), plan.missing) == (0, 2)
    assert plan.shortages[0].kept_out == {Cause.APPROVAL: 3}
    assert "3 waiting for approval" in plan.shortages[0].sentence
    # What merely waits is not asked of the detector.
    assert plan.moments_wanted == 0
    code, said = run("approve", "clip_02", "clip_03", "--by", " Jo  Doe ", "--note", "fine")
    assert (code, said) == (
        0,
        "clip_02: Jo Doe approved it: fine. clip_03: Jo Doe approved it: fine.",
    )
    assert {one.clip_id for one in place.plan().assignments} == {"clip_02", "clip_03"}


def test_a_planned_clip_loses_its_slot_when_approval_is_wanted_from_now_on(
    place: PlanPlace,
) -> None:
    first, second = (one.clip_id for one in place.plan().assignments)
    want_approval(place)
    decide(place, second, Decision.APPROVED)
    plan = place.plan()
    assert [one.clip_id for one in plan.assignments] == [second]
    (gone,) = place.posts(PostState.CANCELLED)
    assert gone.clip_id == first
    assert gone.note == "The planner: Its clip may not go there any more (approval)."


def test_a_rejected_clip_gives_its_slot_to_another(place: PlanPlace) -> None:
    run("plan", "--client", CLIENT, "--day", IN_TWO_DAYS)
    post, other = place.posts()
    code, said = run("reject", post.clip_id, "--by", "Jo", "--why", "he looks tired")
    assert code == 0, said
    (account,) = place.accounts
    where = f"tiktok @{account.handle}, {account.clock(post.due_at)} ({post.post_id})"
    assert said == (
        f"{post.clip_id}: Jo rejected it: he looks tired. Cancelled: {where}. "
        "Its slot has clip_03 now."
    )
    (gone,) = place.posts(PostState.CANCELLED)
    assert gone.note == f"{post.clip_id} may not be posted: Jo rejected it: he looks tired."
    living = {one.slot_id: one.clip_id for one in place.posts(PostState.RESERVED)}
    assert living == {post.slot_id: "clip_03", other.slot_id: other.clip_id}
    with place.session() as session:
        assert queries.posts.post_events(session, post.post_id)[-1].by == "Jo"


def test_a_rejection_says_that_a_slot_is_free_or_that_nothing_was_planned(
    place: PlanPlace,
) -> None:
    run("plan", "--client", CLIENT, "--day", IN_TWO_DAYS)
    post, other = place.posts()
    assert run("reject", "clip_03", "--by", "Jo", "--why", "no")[1].endswith(
        "clip_03: Jo rejected it: no. No post of it was planned."
    )
    assert run("reject", other.clip_id, "--by", "Jo", "--why", "no")[1].endswith(
        f"Europe/Berlin ({other.post_id}). Its slot is free."
    )
    assert [one.post_id for one in place.posts(PostState.RESERVED)] == [post.post_id]


def test_clips_that_wait_for_a_person_are_listed(place: PlanPlace) -> None:
    code, said = run("approve", "--client", CLIENT)
    assert (code, said) == (
        0,
        "No clip waits for a person. acme wants none approved: clipper policy acme --set "
        "approval=required changes that.",
    )
    want_approval(place)
    _state(place, "held")
    with place.session() as session:
        session.execute(
            text("UPDATE clipping.moments SET holds = :holds WHERE moment_id = 'mom_02'"),
            {"holds": '[{"kind": "brand_safety", "reason": "It may harm the brand."}]'},
        )
    decide(place, "clip_03", Decision.APPROVED)
    place.more_clips(1)
    decide(place, "clip_04", Decision.REJECTED)
    code, said = run("approve")
    assert code == 0, said
    hook = "Ünexpected"
    folder = settings().store_dir.absolute() / CLIENT / "clips"
    assert f"acme 89 approval {hook}" in said
    assert str(folder / "clip_01.mp4") in said.replace(" ", "")
    assert "held: It may harm the brand. first: clipper release clip_02 --by NAME" in said
    assert "clip_03" not in said
    assert "clip_04" not in said
    documents = json.loads(CliRunner().invoke(cli.app, ["approve", "--json"]).output)
    assert [(one["clip_id"], one["waits_for"], one["score"]) for one in documents] == [
        ("clip_01", "approval", 89),
        ("clip_02", "release", 88),
    ]
    done = CliRunner().invoke(cli.app, ["approve", "clip_01", "--by", "Jo", "--json"])
    assert [one["decision"] for one in json.loads(done.output)] == ["approved"]


def test_what_is_out_waits_for_nobody_and_a_list_that_is_cut_says_so(
    place: PlanPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.plan()
    public, reserved = place.posts()
    place.change(public, state=PostState.POSTED, receipt=Receipt(stage=Stage.POSTED))
    want_approval(place)

    def listed() -> set[str]:
        return {one["clip_id"] for one in json.loads(run("approve", "--json")[1])}

    assert listed() == {*place.clips} - {public.clip_id}
    assert reserved.clip_id in listed()
    place.change(public, state=PostState.FAILED, receipt=Receipt())
    assert listed() == {*place.clips}
    assert "of more" not in run("approve")[1]
    monkeypatch.setattr(approving, "_MOST_LISTED", 2)
    code, said = run("approve")
    assert (code, "These are the first 2 of more" in said) == (0, True)


def test_an_empty_list_of_clips_is_not_approved_in_silence(place: PlanPlace) -> None:
    for options in (("--by", "Jo"), ("--note", "fine")):
        code, said = run("approve", *options)
        assert (code, "name the clips" in said) == (2, True), said


def test_what_was_rejected_is_planned_no_more_until_somebody_approves_it(
    place: PlanPlace,
) -> None:
    decide(place, "clip_01", Decision.REJECTED)
    place.account(TIKTOK)
    plan = place.plan()
    assert {one.clip_id for one in plan.assignments} == {"clip_02", "clip_03"}
    # It is not even counted among those that there are.
    assert {cause for one in plan.shortages for cause in one.kept_out} == {Cause.TAKEN}
    decide(place, "clip_01", Decision.APPROVED)
    assert {one.clip_id for one in place.plan().assignments} == {"clip_01", "clip_02", "clip_03"}


def test_a_clip_that_is_rejected_behind_the_planner_s_back_loses_its_slot(
    place: PlanPlace,
) -> None:
    first, second = (one.clip_id for one in place.plan().assignments)
    decide(place, first, Decision.REJECTED)
    assert {one.clip_id for one in place.plan().assignments} == {second, "clip_03"}
    (gone,) = place.posts(PostState.CANCELLED)
    assert gone.clip_id == first


@pytest.mark.parametrize("how", ["begun", "held", "armed"])
def test_a_post_that_has_begun_is_not_cancelled_by_a_rejection(place: PlanPlace, how: str) -> None:
    run("plan", "--client", CLIENT, "--day", IN_TWO_DAYS)
    post, _ = place.posts()
    changes: dict[str, Any] = {"begun_at": NOW, "state": PostState.SUBMITTING}
    if how == "armed":
        changes |= {"state": PostState.UNKNOWN, "receipt": {"stage": "armed"}}
    if how == "held":
        changes |= {"state": PostState.HELD}
    place.change(post, **changes)
    _, said = run("reject", post.clip_id, "--by", "Jo", "--why", "no")
    at = place.accounts[0].clock(post.due_at)
    where = f"tiktok @{place.accounts[0].handle}, {at} ({post.post_id})"
    told = {
        "begun": f"Begun (submitting): {where}; it stops before its next step.",
        "held": f"Begun (held): {where}; it stops before its next step.",
        "armed": f"Begun (unknown): {where}; it may be public already, so a person has to take it "
        "down there.",
    }
    assert told[how] in said
    assert place.posts(PostState.CANCELLED) == []
    begun = next(one for one in place.posts() if one.post_id == post.post_id)
    stopped = gates.obstacle(begun, standing(place, begun))
    assert stopped == (
        f"{post.clip_id} may not be posted: Jo rejected it: no." if how != "armed" else ""
    )


def test_a_publisher_sends_no_clip_without_the_approval_that_its_client_wants(
    place: PlanPlace,
) -> None:
    place.plan()
    post, _ = place.posts()
    assert gates.obstacle(post, standing(place, post)) == ""
    want_approval(place)
    assert gates.obstacle(post, standing(place, post)) == (
        f"Its client wants each clip approved, and nobody has approved {post.clip_id}."
    )
    decide(place, post.clip_id, Decision.APPROVED)
    assert gates.obstacle(post, standing(place, post)) == ""
    decide(place, post.clip_id, Decision.REJECTED)
    assert "Jo rejected it: too loud." in gates.obstacle(post, standing(place, post))


def test_no_post_is_made_of_what_waits_for_approval_or_was_rejected(place: PlanPlace) -> None:
    (account,) = place.accounts
    with place.session() as session:
        assert new_post(session, "clip_01", account.account_id, NOW, "slot")
    decide(place, "clip_01", Decision.REJECTED)
    want_approval(place)
    with place.session() as session:
        for clip_id, said in (
            ("clip_01", "clip_01 may not be posted: Jo rejected it: too loud."),
            ("clip_02", "clip_02 waits for approval: clipper approve clip_02 --by NAME"),
        ):
            with pytest.raises(Rejected, match=said):
                new_post(session, clip_id, account.account_id, NOW, "slot")


def _state(place: PlanPlace, state: str) -> None:
    with place.session() as session:
        session.execute(
            text("UPDATE clipping.clips SET state = :state WHERE clip_id = 'clip_02'"),
            {"state": state},
        )


@pytest.mark.parametrize(
    ("arguments", "state", "code", "said"),
    [
        (("approve", "clip_01", "clip_02"), "held", 3, "clip_02 is held, which comes first"),
        (("approve", "clip_01", "clip_02"), "failed_proof", 3, "clip_02 failed its proof"),
        (("approve", "clip_01", "clip_9"), "ready", 3, "clip_9"),
        (("reject", "clip_9", "--why", "no"), "ready", 3, "clip_9"),
        (("reject", "clip_01", "--why", " "), "ready", 2, "give --why it must not be posted"),
        (("approve", "clip_01", "--by", " "), "ready", 2, "give --by the name"),
        (("approve", "clip_01", "--client", CLIENT), "ready", 2, "--client narrows the list"),
        (("approve", "--client", "nobody"), "ready", 3, "There is no client nobody yet. Known are"),
    ],
    ids=[
        "held",
        "failed proof",
        "no clip",
        "no clip to reject",
        "no reason",
        "nobody",
        "a client beside clips",
        "an unknown client",
    ],
)
def test_what_cannot_be_decided_is_one_sentence_and_changes_nothing(
    place: PlanPlace, arguments: tuple[str, ...], state: str, code: int, said: str
) -> None:
    _state(place, state)
    by = () if "--by" in arguments or "nobody" in arguments else ("--by", "Jo")
    done, output = run(*arguments, *by)
    assert (done, said in output) == (code, True), output
    with place.session() as session:
        assert queries.verdicts.find_verdict(session, "clip_01") is None


def test_a_policy_takes_no_other_word_for_approval(place: PlanPlace) -> None:
    code, said = run("policy", CLIENT, "--set", "approval=maybe")
    assert (code, "approval takes 'required' or 'not_needed', not 'maybe'" in said) == (2, True)
