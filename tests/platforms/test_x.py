from __future__ import annotations

import json
import logging
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from clipping.errors import (
    AccountBlocked,
    AppMisconfigured,
    AuthorizationExpired,
    ClippingError,
    OutcomeUnknown,
    PostRefused,
    QuotaExhausted,
    RateLimited,
    ServiceUnavailable,
    StartAgain,
)
from clipping.models import AccountLimits, Disclosure, PostCopy, Receipt, Stage
from clipping.platforms.base import Access, Gone
from clipping.platforms.x import CHUNK_BYTES
from clipping.platforms.x_check import takes
from clipping.rehearsal.serving import Fault
from clipping.rehearsal.x import FakeX
from clipping.rehearsal.x_things import Media, Post
from tests.platforms.publishing import Publishing, x

_POST = "POST /2/tweets"
_FINALIZE = "POST /2/media/upload/{media}/finalize"
_TIMELINE = "GET /2/users/{account}/tweets"


def _fake(one: Publishing) -> FakeX:
    assert isinstance(one.fake, FakeX)
    return one.fake


def _armed(one: Publishing) -> Receipt:
    """Walk as far as the post, which has not been sent."""
    receipt = Receipt()
    while receipt.stage is not Stage.ARMED:
        if receipt.not_before is not None:
            one.fake.world.clock.advance_to(receipt.not_before)
        receipt = one.step(receipt, mine=True)
    return receipt


def _lost(one: Publishing) -> Receipt:
    """The post is out, and nobody has heard of it."""
    receipt = _armed(one)
    one.fake.fail(Fault(cut="after"), on=_POST)
    with pytest.raises(OutcomeUnknown, match="whether it is public is not known"):
        one.step(receipt, mine=True)
    return receipt


def test_id_and_key_of_the_media_are_known_before_its_first_byte(tmp_path: Path) -> None:
    with x(tmp_path) as one:
        receipt = one.step(Receipt(), mine=False)
        assert (receipt.stage, receipt.sent_bytes) == (Stage.SENDING, 0)
        assert set(receipt.handle) == {"media_id", "media_key", "lapses_at"}


def test_a_part_is_small_enough_by_every_reading_of_the_limit() -> None:
    assert CHUNK_BYTES * 4 / 3 < 5_000_000
    assert 512_000_000 / CHUNK_BYTES < 999


def test_x_is_asked_as_often_as_it_says_until_the_video_is_ready(tmp_path: Path) -> None:
    with x(tmp_path) as one:
        _fake(one).preparing_s = 40
        one.run()
        (waiting,) = [one for one in one.stored if one.stage is Stage.SENT]
        assert waiting.not_before is not None
        assert one.fake.asked.count("GET /2/media/upload") == 1


def test_a_video_that_x_cannot_use_is_refused(tmp_path: Path) -> None:
    with x(tmp_path) as one:
        _fake(one).failing = "InvalidMedia"
        with pytest.raises(PostRefused, match="cannot use the video"):
            one.run()


def test_an_upload_that_was_ended_before_is_not_ended_again(tmp_path: Path) -> None:
    with x(tmp_path) as one:
        one.fake.fail(Fault(cut="after"), on=_FINALIZE)
        assert one.run().tries == 0
        assert one.fake.asked.count(_FINALIZE) == 2


@pytest.mark.parametrize("hours", [23.9, 25], ids=["about to lapse", "lapsed"])
def test_media_that_lapses_is_uploaded_anew(hours: float, tmp_path: Path) -> None:
    with x(tmp_path) as one:
        one.stored.append(one.step(Receipt(), mine=False))
        one.fake.world.clock.advance(hours * 3600)
        assert one.run().tries == 1
        assert len(one.fake.world.ledger) == 1


def test_media_that_is_lost_again_and_again_is_given_up(tmp_path: Path) -> None:
    with x(tmp_path) as one:
        receipt = one.step(Receipt(tries=3), mine=False)
        _fake(one)._media.clear()
        with pytest.raises(PostRefused, match="4 times now"):
            one.step(receipt, mine=False)
        _fake(one).failing = "InternalError"
        one.stored = [Receipt(tries=3)]
        with pytest.raises(PostRefused, match="4 times now"):
            one.run()


def test_media_that_x_has_forgotten_is_uploaded_anew(tmp_path: Path) -> None:
    with x(tmp_path) as one:
        one.stored.append(one.step(Receipt(), mine=False))
        _fake(one)._media.clear()
        assert one.run().tries == 1
        assert isinstance(one.errors[0], StartAgain)


@pytest.mark.parametrize(
    ("disclosure", "fields"),
    [
        (Disclosure(), {}),
        (Disclosure(ai_generated=True), {"made_with_ai": True}),
        (Disclosure(paid_partnership=True), {"paid_partnership": True}),
    ],
    ids=["nothing", "generated", "paid"],
)
def test_what_is_disclosed_stands_in_xs_own_fields(
    disclosure: Disclosure, fields: dict[str, Any], tmp_path: Path
) -> None:
    with x(tmp_path, disclosure=disclosure) as one:
        receipt = one.run()
        body = _fake(one).posts[receipt.public_id].body
        assert {name: body[name] for name in body if name not in ("text", "media")} == fields
        assert receipt.url == f"https://x.com/acme/status/{receipt.public_id}"


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"disclosure": Disclosure(own_brand=True)}, "X has no field that says"),
        ({"disclosure": Disclosure(sponsors=("brand",))}, "X has no field that names sponsors"),
        ({"inbox": True}, "X has no drafts"),
    ],
)
def test_what_x_cannot_do_is_refused_before_it_is_sent(
    changes: dict[str, Any], sentence: str, tmp_path: Path
) -> None:
    with x(tmp_path, **changes) as one:
        (found,) = one.platform.check(one.job, one.account, AccountLimits())
        assert found.startswith(sentence)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"width_px": 1080, "height_px": 1920}, "X takes 720x1280 at most from an account"),
        ({"duration_ms": 140_001}, "X takes 140 s at most from an account without Premium"),
        ({"size_bytes": 512_000_001}, "X takes no file of more than 512 MB."),
        ({"size_bytes": 0}, "The file is empty."),
        ({"duration_ms": 499}, "X takes no video of less than half a second."),
        ({"fps": 60.1}, "X takes 60 pictures a second at most."),
        ({"width_px": 31, "height_px": 90}, "X takes no video with a side of less than 32"),
        ({"width_px": 400, "height_px": 1201}, "X takes no video narrower than 1:3."),
    ],
)
def test_a_file_that_x_would_refuse_is_refused_before_it_is_sent(
    changes: dict[str, Any], sentence: str, tmp_path: Path
) -> None:
    with x(tmp_path) as one:
        assert one.platform.check(one.job, one.account, AccountLimits()) == []
        job = one.job.replace(file=one.job.file.replace(**changes))
        (found,) = one.platform.check(job, one.account, AccountLimits())
        assert found.startswith(sentence)


def test_a_premium_account_takes_the_common_file(tmp_path: Path) -> None:
    with x(tmp_path) as one:
        file = one.job.file.replace(width_px=1080, height_px=1920, duration_ms=170_000)
        job, account = one.job.replace(file=file), one.account.replace(premium=True)
        assert one.platform.check(job, account, AccountLimits()) == []
    assert (takes(premium=False).width_px, takes(premium=False).longest_ms) == (720, 140_000)


@pytest.mark.parametrize(
    ("caption", "sentence"),
    [
        ("see example.com", "A link makes a post on X cost 13 times as much."),
        ("é漢" * 100, "The caption with its hashtags has"),
        ("$AAA and $BBB", "It has 2 cashtags; X takes 1."),
    ],
)
def test_words_that_x_would_refuse_or_charge_for_are_refused(
    caption: str, sentence: str, tmp_path: Path
) -> None:
    with x(tmp_path) as one:
        job = one.job.replace(words=one.job.words.replace(caption=caption))
        (found,) = one.platform.check(job, one.account, AccountLimits())
        assert found.startswith(sentence)


def test_an_account_that_cannot_be_read_or_did_not_agree_is_not_posted_to(tmp_path: Path) -> None:
    with x(tmp_path) as one:
        job = one.job.replace(
            consent=one.job.consent.replace(privacy="SELF_ONLY"),
            words=PostCopy(platform="youtube", title="t", caption="c", hashtags=()),
        )
        account = one.account.replace(platform_user_id="")
        assert one.platform.check(job, account, AccountLimits(blocked="It is closed.")) == [
            "The words of the post were written for youtube.",
            "A post on X is public, and the owner has not agreed to that.",
            "The account's id on X is not known: connect it again.",
            "It is closed.",
        ]


@pytest.mark.parametrize("keyed", [True, False], ids=["by its media", "by its words"])
def test_a_post_that_nobody_heard_of_is_found(keyed: bool, tmp_path: Path) -> None:
    with x(tmp_path) as one:
        receipt = _lost(one)
        if not keyed:
            next(iter(_fake(one).posts.values())).media.media_key = ""
        soon = one.step(receipt, mine=False)
        assert (soon.stage, soon.not_before) == (
            Stage.ARMED,
            one.clock.now + timedelta(seconds=30),
        )
        one.fake.world.clock.advance(30)
        after = one.step(receipt, mine=False)
        assert (after.stage, after.public_id) == (
            Stage.POSTED,
            one.fake.world.ledger[0].public_id,
        )


def test_a_post_of_somebody_else_is_not_taken_for_ours(tmp_path: Path) -> None:
    with x(tmp_path) as one:
        receipt = _armed(one)
        account, now = one.account.platform_user_id, one.clock.now
        theirs = Media("1", "13_1", account, 1, now)
        _fake(one).posts["9"] = Post("9", account, "Something else", theirs, now, {})
        one.fake.world.clock.advance(60)
        assert one.step(receipt, mine=False).stage is Stage.SENT


def test_a_list_that_does_not_say_it_is_empty_is_no_proof(tmp_path: Path) -> None:
    with x(tmp_path) as one:
        receipt = _armed(one)
        one.fake.world.clock.advance(60)
        one.fake.fail(Fault(body=b"{}"), on=_TIMELINE)
        with pytest.raises(ServiceUnavailable):
            one.step(receipt, mine=False)
        gone = b'{"errors": [{"type": "https://api.x.com/2/problems/resource-not-found"}]}'
        one.fake.fail(Fault(body=gone), on=_TIMELINE)
        with pytest.raises(PostRefused):
            one.step(receipt, mine=False)


def test_what_is_not_there_is_posted_again_with_the_same_words_and_media(tmp_path: Path) -> None:
    with x(tmp_path) as one:
        receipt = _armed(one)
        one.fake.world.clock.advance(60)
        again = one.step(receipt, mine=False)
        assert again.handle["media_id"] == receipt.handle["media_id"]
        one.stored.append(again)
        one.run()
        assert len(one.fake.world.ledger) == 1
        assert one.fake.asked.count("POST /2/media/upload/initialize") == 1


def test_a_duplicate_is_looked_for_since_the_first_try(tmp_path: Path) -> None:
    with x(tmp_path) as one:
        _fake(one).same_words_s = 86_400
        # So slow a list that the first look, after 30 s, finds nothing.
        _fake(one).shows_up_s = 600
        absent = one.step(
            _lost(one).replace(armed_at=one.clock.now - timedelta(hours=1)), mine=False
        )
        one.fake.world.clock.advance(1200)
        again = one.step(absent, mine=False)
        assert (absent.stage, again.stage) == (Stage.SENT, Stage.ARMED)
        after = one.step(again, mine=True)
        assert (after.stage, after.public_id) == (
            Stage.POSTED,
            one.fake.world.ledger[0].public_id,
        )
        assert len(one.fake.world.ledger) == 1


def test_a_duplicate_that_shows_nowhere_is_never_called_posted_and_never_loops(
    tmp_path: Path,
) -> None:
    with x(tmp_path) as one:
        _fake(one).same_words_s = 10 * 86_400
        _fake(one).shows_up_s = 10 * 86_400
        one.stored.append(_lost(one))
        began = one.clock.now
        with pytest.raises(AssertionError, match="still"):
            one.run(most_steps=70)
        assert one.clock.now - began > timedelta(hours=4)
        assert one.fake.asked.count(_POST) < 16
        assert len(one.fake.world.ledger) == 1
        assert one.stored[-1].note.startswith("X does not say whether it took the post")


@pytest.mark.parametrize(("rounds", "minutes"), [(0, None), (1, 1), (4, 8), (11, 60)])
def test_what_leaves_no_trace_goes_out_less_and_less_often(
    rounds: int, minutes: int | None, tmp_path: Path
) -> None:
    with x(tmp_path) as one:
        receipt = _armed(one)
        receipt = receipt.replace(handle={**receipt.handle, "rounds": str(rounds)})
        one.fake.world.clock.advance(60)
        after = one.step(receipt, mine=False)
        wait = None if minutes is None else one.clock.now + timedelta(minutes=minutes)
        assert (after.stage, after.not_before) == (Stage.SENT, wait)


def test_an_answer_is_not_waited_for_without_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with x(tmp_path) as one:
        receipt = _armed(one)
        monkeypatch.setattr("clipping.platforms.x_api._TIMEOUT_S", 0.05)
        one.fake.fail(Fault(delay_s=0.5), on=_POST)
        with pytest.raises(OutcomeUnknown):
            one.step(receipt, mine=True)


def test_a_redirect_is_not_followed(tmp_path: Path) -> None:
    with x(tmp_path) as one:
        receipt = _armed(one)
        away = {"Location": f"{one.fake.url}/2/tweets"}
        one.fake.fail(Fault(status=307, headers=away), on=_POST)
        with pytest.raises(OutcomeUnknown):
            one.step(receipt, mine=True)
        assert one.fake.asked.count(_POST) == 1


def test_a_pause_that_x_asks_for_is_passed_on_and_not_slept(tmp_path: Path) -> None:
    with x(tmp_path) as one:
        receipt = _armed(one)
        reset = {"x-rate-limit-reset": str(int(one.clock.now.timestamp()) + 400)}
        one.fake.fail(Fault(status=429, body=b"{}", headers=reset), on=_POST)
        with pytest.raises(RateLimited, match="wait 400 s"):
            one.step(receipt, mine=True)


def test_a_day_that_is_full_and_credits_that_are_used_up_stop_the_account_and_the_app(
    tmp_path: Path,
) -> None:
    with x(tmp_path) as one:
        receipt = _armed(one)
        _fake(one).credits = 0
        with pytest.raises(QuotaExhausted, match="credits at X are used up") as caught:
            one.step(receipt, mine=True)
        assert caught.value.__dict__["whole_app"]
        _fake(one).credits = None
        _fake(one)._of_day.most = 1
        _fake(one)._of_day.take(one.account.platform_user_id, one.clock.now)
        with pytest.raises(QuotaExhausted, match="account may post nothing more") as caught:
            one.step(receipt, mine=True)
        assert not caught.value.__dict__["whole_app"]


def test_a_post_that_x_took_and_did_not_name_is_not_called_posted(tmp_path: Path) -> None:
    with x(tmp_path) as one:
        receipt = _armed(one)
        one.fake.fail(Fault(body=b'{"data": {}}'), on=_POST)
        with pytest.raises(OutcomeUnknown, match="did not name it"):
            one.step(receipt, mine=True)


def test_what_is_gone_is_told_with_its_reason(tmp_path: Path) -> None:
    with x(tmp_path) as one:
        one.run()
        first = one.stored[-1]
        post = _fake(one).posts[first.public_id]
        names = ("fine", "deleted", "hidden", "withheld", "everywhere", "somewhere")
        seen = {"never": Receipt()}
        for number, name in enumerate(names):
            _fake(one).posts[str(number)] = Post(
                str(number), post.account, name, post.media, post.at, {}
            )
            seen[name] = first.replace(public_id=str(number))
        posts = _fake(one).posts
        del posts["1"]
        posts["2"].gone = "not-authorized-for-resource"
        posts["3"].withheld = {"copyright": True, "country_codes": ["US"]}
        posts["4"].withheld = {"copyright": False, "country_codes": ["XX"]}
        posts["5"].withheld = {"copyright": False, "country_codes": ["DE"]}
        assert one.platform.still_public(seen, one.access, one.clock) == {
            "deleted": Gone("The post is no longer on X."),
            "hidden": Gone("The post is no longer public: its account is protected or suspended."),
            "withheld": Gone("X withholds the post over copyright.", of_post=True),
            "everywhere": Gone("X withholds the post everywhere, for legal reasons.", of_post=True),
        }
        gone = {"deleted": seen["deleted"]}
        assert set(one.platform.still_public(gone, one.access, one.clock)) == {"deleted"}


@pytest.mark.parametrize("closed", ["protected", "suspended"])
def test_posts_that_their_account_hides_are_not_called_removed(closed: str, tmp_path: Path) -> None:
    with x(tmp_path) as one:
        one.run()
        first = one.stored[-1]
        seen = {"hidden": first, "withheld": first.replace(public_id="2")}
        access = one.access
        getattr(_fake(one), closed).add(one.account.platform_user_id)
        # Looking up posts is let through; who they belong to is asked for besides.
        found = b'{"data": [{"id": "2", "withheld": {"copyright": true}}], "errors": [%b]}'
        error = {
            "resource_id": first.public_id,
            "type": "https://api.x.com/2/problems/not-authorized-for-resource",
        }
        answer = Fault(status=200, body=found % json.dumps(error).encode())
        one.fake.fail(answer, on="GET /2/tweets")
        assert one.platform.still_public(seen, access, one.clock) == {
            "withheld": Gone("X withholds the post over copyright.", of_post=True)
        }


def test_the_limits_say_whether_the_login_opens_this_account(tmp_path: Path) -> None:
    with x(tmp_path) as one:
        assert one.platform.limits(one.access, one.clock) == AccountLimits(longest_ms=140_000)
        other = Access(one.account.replace(platform_user_id="9"), one.access.token)
        assert "another account" in one.platform.limits(other, one.clock).blocked
        _fake(one).protected.add(one.account.platform_user_id)
        assert "protected" in one.platform.limits(one.access, one.clock).blocked
        _fake(one).suspended.add(one.account.platform_user_id)
        with pytest.raises(AccountBlocked, match="has suspended this account"):
            one.platform.limits(one.access, one.clock)


def test_the_only_proxy_is_the_accounts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with x(tmp_path) as one:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, "http://127.0.0.1:9")
        assert one.platform.limits(one.access, one.clock).blocked == ""
        one.fake.asked.clear()
        access = Access(one.account, one.access.token, proxy="http://user:hunter2@127.0.0.1:9")
        with pytest.raises(ServiceUnavailable, match="cannot be reached"):
            one.platform.limits(access, one.clock)
        assert one.fake.asked == []


def test_a_proxy_that_cannot_be_used_is_named_without_its_password(tmp_path: Path) -> None:
    with x(tmp_path) as one:
        access = Access(one.account, one.access.token, proxy="ftp://user:hunter2@127.0.0.1:9")
        with pytest.raises(AppMisconfigured, match="proxy") as caught:
            one.platform.limits(access, one.clock)
        assert "hunter2" not in repr(caught.value)


def test_a_file_that_is_missing_is_not_sent(tmp_path: Path) -> None:
    with x(tmp_path) as one:
        Path(one.job.file.path).unlink()
        with pytest.raises(PostRefused, match="cannot be read"):
            one.run()


def test_the_token_is_not_logged_or_told(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    for name in ("tweepy", "urllib3", "oauthlib", "requests_oauthlib"):
        logging.getLogger(name).setLevel(logging.NOTSET)
    caplog.set_level(logging.DEBUG)
    with x(tmp_path) as one:
        token = one.token()
        one.token = lambda: token
        one.fake.fail(Fault(status=503), Fault(cut="before"), at=2)
        _fake(one).tokens.revoke("nobody")
        one.fake.fail(Fault(status=401, body=b'{"title": "Unauthorized"}'), on=_POST)
        with pytest.raises(AuthorizationExpired, match="connect the account again"):
            one.run()
        errors: list[ClippingError] = one.errors
        assert token.access not in caplog.text + repr(errors) + repr(one.access)
