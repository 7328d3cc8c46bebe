"""``clipper publish``, ``posts``, ``stop`` and ``resume``: what they say, and what they do."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from clipping.db import queries
from clipping.db.session import open_session
from clipping.errors import NeedsPerson, Rejected
from clipping.models import Alert, Ground, Post, PostState, Receipt, Rights, Stage
from clipping.settings import settings
from flows import cli
from flows.publishing import Ahead
from tasks import posting
from tasks.reserve import new_post, reserve
from tests.db.test_account_rows import an_account
from tests.db.test_drafts import a_writing
from tests.db.test_queries import save_everything
from tests.db.values import a_moment, a_source
from tests.platforms.cases import AGREED
from tests.support.commands import CliRunner
from tests.tasks.post_place import KEY, VAULT, a_post, save_clip

NOW = datetime.now(UTC).replace(microsecond=0)
ACCOUNT = an_account().replace(consent=AGREED)


def run(*arguments: str, given: str = "") -> tuple[int, str]:
    done = CliRunner().invoke(cli.app, [*arguments], input=given)
    return done.exit_code, done.output


@pytest.fixture
def url(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("CLIPPER_HOME", str(tmp_path))
    monkeypatch.setenv("CLIPPER_VAULT_KEYS", KEY.get_secret_value())
    settings.cache_clear()
    with open_session(database_url) as session:
        save_everything(session)
        queries.sources.save_source(
            session, a_source(rights=Rights(ground=Ground.OWN, owner="acme"))
        )
        queries.accounts.save_account(session, ACCOUNT)
        for number in range(1, 5):
            save_clip(session, f"clip_{number}", "b" * 64, 1_000)
    yield database_url
    settings.cache_clear()


def booked(url: str, number: int = 1, *, late: timedelta = timedelta(), **changes: Any) -> Post:
    post = a_post(ACCOUNT, f"clip_{number}", NOW - late)
    with open_session(url) as session:
        assert queries.posts.reserve_post(session, post, NOW)
        if changes:
            queries.posts.save_post(session, post, post.replace(**changes), NOW, vault=VAULT)
    return post


def state(url: str, post: Post) -> PostState:
    with open_session(url) as session:
        return queries.posts.get_post(session, post.post_id).state


def test_posts_are_listed_and_shown_without_secrets(url: str) -> None:
    handle = {"upload_url": "https://upload.example/?upload_token=CANARY"}
    post = booked(url, receipt=Receipt(stage=Stage.SENDING, handle=handle))
    code, said = run("posts", "list", "--client", "acme")
    assert code == 0
    assert post.post_id in said
    assert "tiktok @clips" in said
    code, said = run("posts", "show", post.post_id)
    assert "reserved (sending)" in said
    code, document = run("posts", "show", post.post_id, "--json")
    assert json.loads(document)["events"][0]["after"] == "reserved"
    assert "CANARY" not in said + document
    assert run("posts", "list", "--state", "failed")[1] == "No such posts.\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ("posts", "list", "--client", "nobody"),
        ("stop", "--client", "nobody", "--by", "Ann", "--why", "x"),
        ("resume", "--client", "nobody", "--by", "Ann"),
    ],
    ids=lambda arguments: arguments[0],
)
def test_an_unknown_client_is_refused_and_the_known_ones_are_named(
    url: str, arguments: tuple[str, ...]
) -> None:
    code, said = run(*arguments)
    assert (code, said) == (3, "There is no client nobody yet. Known are acme.\n")


def test_posts_of_an_account_are_listed_and_stopped_by_its_name(url: str) -> None:
    post = booked(url)
    assert post.post_id in run("posts", "list", "--account", "tiktok:@clips")[1]
    assert run("posts", "list", "--account", "tiktok:@nobody")[0] == 3
    stopping = ("--account", "tiktok:@clips", "--by", "Ann")
    assert run("stop", *stopping, "--why", "a mistake")[0] == 0
    with open_session(url) as session:
        assert [one.account_id for one in queries.stops.stops(session)] == [ACCOUNT.account_id]
    assert "Ann stopped account" in run("posts", "list")[1]
    assert "a mistake" in run("posts", "list", "--account", "tiktok:@clips")[1]
    assert json.loads(run("posts", "list", "--json")[1])[0]["stopped"] is True
    assert run("resume", *stopping, "--yes")[0] == 0
    assert "Ann" not in run("posts", "list")[1]
    assert json.loads(run("posts", "list", "--json")[1])[0]["stopped"] is False


def test_what_goes_out_next_is_said_once_and_when_it_changes(
    url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with open_session(url) as session:
        queries.accounts.save_account(session, ACCOUNT.replace(timezone="Europe/Berlin"))
    ahead = Ahead()

    def said(*, changed: bool = True) -> str:
        ahead.tell(changed=changed)
        return capsys.readouterr().out

    assert said() == (
        "Publishing until Ctrl-C. No post is reserved: clipper plan --client NAME reserves some.\n"
    )
    later, sooner = (booked(url, number, late=-timedelta(hours=3 - number)) for number in (1, 2))
    assert said(changed=False) == ""
    line = "Next: tiktok @clips of acme, {} Europe/Berlin ({})."
    at = sooner.due_at.astimezone(ZoneInfo("Europe/Berlin"))
    assert said() == line.format(at.isoformat(" ", "minutes"), sooner.post_id) + "\n"
    assert said() == ""
    # One that waits for its platform goes out after one that is due later.
    waits = sooner.replace(next_at=later.due_at + timedelta(hours=1))
    with open_session(url) as session:
        queries.posts.save_post(session, sooner, waits, NOW)
    assert f"({later.post_id})" in said()
    with open_session(url) as session:
        queries.posts.save_post(session, waits, sooner, NOW)
    assert f"({sooner.post_id})" in said()
    assert run("posts", "cancel", sooner.post_id, "--by", "Ann")[0] == 0
    # Also what somebody else does is seen before long.
    told = "".join(said(changed=False) for _ in range(10))
    assert later.post_id in told
    assert run("stop", "--by", "Ann", "--why", "a mistake")[0] == 0
    assert "It will be held: Ann stopped everything: a mistake." in said()


def test_a_post_is_held_retried_and_cancelled(url: str) -> None:
    post = booked(url)
    code, said = run("posts", "hold", post.post_id, "--by", "Ann", "--why", "the caption is wrong")
    assert (code, said) == (
        0,
        f"{post.post_id} is held. Ann holds it: the caption is wrong.\n",
    )
    assert run("posts", "retry", post.post_id, "--by", "Ann")[0] == 0
    assert state(url, post) is PostState.RESERVED
    assert run("posts", "cancel", post.post_id, "--by", "Ann")[0] == 0
    assert state(url, post) is PostState.CANCELLED
    code, said = run("posts", "retry", post.post_id, "--by", "Ann")
    assert (code, "there is nothing to retry" in said) == (3, True)
    with open_session(url) as session:
        events = queries.posts.post_events(session, post.post_id)
    assert [one.by for one in events] == ["", "Ann", "Ann", "Ann"]


@pytest.mark.parametrize("what", ["hold", "cancel"])
def test_what_may_be_public_is_neither_held_nor_cancelled(url: str, what: str) -> None:
    post = booked(url, receipt=Receipt(stage=Stage.ARMED), state=PostState.UNKNOWN)
    code, said = run("posts", what, post.post_id, "--by", "Ann")
    assert (code, "it is followed to its end" in said) == (3, True)
    assert run("posts", "retry", post.post_id, "--by", "Ann")[0] == 0
    assert state(url, post) is PostState.UNKNOWN
    # Somebody has looked.
    given_up = run("posts", "cancel", post.post_id, "--by", "Ann", "--not-public")
    assert given_up[0] == 0


def test_a_person_says_that_it_is_posted(url: str) -> None:
    post = booked(url, state=PostState.UNKNOWN, next_at=None, receipt=Receipt(stage=Stage.ARMED))
    address = "https://www.tiktok.com/@clips/video/1"
    wrong, said = run("posts", "done", post.post_id, "--by", "Ann", "--url", "notaurl")
    assert (wrong, "is no address" in said) == (2, True)
    with open_session(url) as session:
        told = Alert(kind="manual", sentence="By hand.", at=datetime.now(UTC), client="acme",
                     post_id=post.post_id)  # fmt: skip
        queries.alerts.add_alert(session, told)
        queries.alerts.add_alert(session, told.replace(post_id="post_other"))
    assert run("posts", "done", post.post_id, "--by", "Ann", "--url", address)[0] == 0
    assert state(url, post) is PostState.POSTED
    with open_session(url) as session:
        assert [one.post_id for one in queries.alerts.alerts(session)] == ["post_other"]


def test_a_failed_post_whose_clip_went_elsewhere_is_not_retried(url: str) -> None:
    post = booked(url, state=PostState.FAILED, next_at=None)
    with open_session(url) as session:
        other = an_account(handle="others").replace(consent=AGREED)
        queries.accounts.save_account(session, other)
        assert queries.posts.reserve_post(session, a_post(other, "clip_1", NOW), NOW)
    code, said = run("posts", "retry", post.post_id, "--by", "Ann")
    assert (code, "has another post on tiktok by now" in said) == (3, True)


def test_a_stop_is_said_and_lifted_after_saying_what_goes_out(url: str) -> None:
    due, late = booked(url, 1), booked(url, 2, late=timedelta(hours=13))
    coming = booked(url, 3, late=-timedelta(hours=5))
    stop = ("stop", "--client", "acme", "--by", "Ann", "--why", "a mistake")
    code, said = run(*stop)
    assert (code, said) == (
        0,
        "Stopped: everything of acme. What may be public already is followed to its end.\n"
        "What it keeps back, and how it is lifted: clipper stops\n",
    )
    assert run(*stop)[0] == 3
    code, said = run("resume", "--client", "acme", "--by", "Bob", given="")
    assert (code, "--yes resumes without asking" in said) == (1, True)
    code, said = run("resume", "--client", "acme", "--by", "Bob", given="n\n")
    assert code == 1
    assert said.endswith("Nothing was resumed.\n")
    told = said.splitlines()
    for line, post in (
        ("Go out at once: 1", due),
        ("Are cancelled, because their time went by: 1", late),
        ("Go out at their times: 1", coming),
    ):
        which = told[told.index(line) + 1]
        assert f"({post.post_id})" in which
        assert "UTC" in which
    with open_session(url) as session:
        assert len(queries.stops.stops(session)) == 1
    code, said = run("resume", "--by", "Bob", "--yes")
    assert (code, "There is no stop of everything. There is: " in said) == (3, True)
    assert run("resume", "--client", "acme", "--by", "Bob", "--yes")[0] == 0
    with open_session(url) as session:
        assert queries.stops.stops(session) == []


def test_a_stop_names_who_and_why(url: str) -> None:
    assert run("stop", "--by", " ", "--why", "x")[0] == 2
    assert run("stop", "--by", "Ann", "--why", "x", "--account", "account_none")[0] == 3


def test_publishing_once_says_what_became_of_what_was_due(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    booked(url, 1, late=timedelta(hours=13))
    monkeypatch.setattr(posting, "all_platforms", dict)
    assert json.loads(run("publish", "run", "--once", "--json")[1]) == {"cancelled": 1}
    said = run("publish", "run", "--once")[1]
    assert "nothing is due" in said
    assert "No post is reserved: clipper plan --client NAME reserves some." in said


def test_a_slot_is_reserved_with_words_for_its_platform(url: str) -> None:
    with open_session(url) as session:
        queries.drafts.save_writings(session, {a_moment().moment_id: a_writing()})
        made = reserve(session, "clip_1", ACCOUNT.account_id, NOW, "noon", NOW, "The best.")
        assert made is not None
        assert queries.posts.get_post(session, made.post_id) == made
        assert made.words.caption == "Why it came."
        assert (made.consent, made.slot_id, made.reason) == (AGREED, "noon", "The best.")
        assert reserve(session, "clip_2", ACCOUNT.account_id, NOW, "noon", NOW) is None


@pytest.mark.parametrize(
    ("change", "error"),
    [("consent", NeedsPerson), ("proof", Rejected), ("client", Rejected), ("rights", Rejected)],
)
def test_nothing_is_reserved_that_may_not_be_posted(
    url: str, change: str, error: type[Exception]
) -> None:
    with open_session(url) as session:
        account, clip_id = ACCOUNT, "clip_1"
        if change == "consent":
            queries.accounts.save_account(session, account.replace(consent=None))
        if change == "proof":
            clip = queries.clips.get_clip(session, clip_id)
            queries.clips.save_clip(session, clip.replace(proof=clip.proof.replace(passed=False)))
        if change == "client":
            account = an_account("somebody").replace(consent=AGREED)
            queries.accounts.save_account(session, account)
        if change == "rights":
            # They stay when a source is saved again without.
            from sqlalchemy import text

            session.execute(text("UPDATE clipping.sources SET rights_ground = 'unstated'"))
        with pytest.raises(error):
            new_post(session, clip_id, account.account_id, NOW, "noon")
