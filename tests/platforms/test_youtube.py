from __future__ import annotations

import logging
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from clipping.errors import (
    AccountBlocked,
    AppMisconfigured,
    AuthorizationExpired,
    OutcomeUnknown,
    PostRefused,
    QuotaExhausted,
    ServiceUnavailable,
    StartAgain,
)
from clipping.models import AccountLimits, Disclosure, PostJob, Receipt, Stage
from clipping.platforms.base import Access, Clock, Gone
from clipping.platforms.failures import FailureKind, kind_of
from clipping.rehearsal.serving import Fault
from clipping.rehearsal.youtube import FakeYouTube
from tests.platforms.publishing import GRAIN, Publishing, youtube

_PUT = "PUT /upload/youtube/v3/videos"
_BEGIN = "POST /upload/youtube/v3/videos"
_PAID = Disclosure(paid_partnership=True)


def _fake(one: Publishing) -> FakeYouTube:
    assert isinstance(one.fake, FakeYouTube)
    return one.fake


def _armed(one: Publishing) -> Receipt:
    """Walk as far as the last part, which has not been sent."""
    receipt = Receipt()
    while receipt.stage is not Stage.ARMED:
        receipt = one.step(receipt, mine=True)
    return receipt


def _lost_at_the_end(one: Publishing) -> Receipt:
    """The last part has arrived, and nobody has heard of it."""
    receipt = _armed(one)
    one.fake.fail(Fault(cut="after"), on=_PUT)
    with pytest.raises(OutcomeUnknown, match="not known"):
        one.step(receipt, mine=True)
    return receipt


def test_the_session_is_known_before_the_first_byte_goes_out(tmp_path: Path) -> None:
    with youtube(tmp_path) as one:
        receipt = one.step(Receipt(), mine=False)
        assert receipt.stage is Stage.SENDING
        assert receipt.handle["session"].startswith(one.fake.url)
        assert one.fake.asked == [_BEGIN]


def test_what_youtube_did_not_keep_is_sent_again(tmp_path: Path) -> None:
    with youtube(tmp_path) as one:
        _fake(one).chunk_bytes, _fake(one).store_at_most = 2 * GRAIN, GRAIN
        one.platform = _fake(one).client()
        assert one.run().stage is Stage.POSTED
        assert one.fake.world.ledger[0].sha256 == one.job.file.sha256


def test_the_parts_of_a_file_are_eight_mebibytes() -> None:
    from clipping.platforms.youtube_api import CHUNK_BYTES

    assert CHUNK_BYTES == 8 * 1024**2
    assert CHUNK_BYTES % GRAIN == 0


def test_an_upload_that_lapsed_before_its_end_begins_anew(tmp_path: Path) -> None:
    with youtube(tmp_path) as one:
        receipt = one.step(Receipt(), mine=False)
        one.fake.world.clock.advance(2 * 86_400)
        one.stored.append(receipt)
        assert one.run().tries == 1
        assert [kind_of(error) for error in one.errors] == [FailureKind.RETRY_NEW_CONTAINER]
        assert len(one.fake.world.ledger) == 1


def test_an_upload_that_lapses_again_and_again_is_given_up(tmp_path: Path) -> None:
    with youtube(tmp_path) as one:
        receipt = one.step(Receipt(tries=3), mine=False)
        _fake(one).session_s = 0
        with pytest.raises(PostRefused, match="4 times now"):
            one.step(receipt, mine=False)


@pytest.mark.parametrize("marker", ["clip-7f3a91", ""], ids=["marker", "words"])
def test_a_forgotten_session_is_looked_for_among_the_uploads(marker: str, tmp_path: Path) -> None:
    with youtube(tmp_path, marker=marker) as one:
        receipt = _lost_at_the_end(one)
        _fake(one).session_s = 0
        after = one.step(receipt, mine=False)
        assert after.stage is Stage.PROCESSING
        assert after.public_id == one.fake.world.ledger[0].public_id


@pytest.mark.parametrize("marker", ["clip-7f3a91", ""], ids=["marker", "words"])
def test_an_upload_that_was_rejected_is_not_made_again(marker: str, tmp_path: Path) -> None:
    with youtube(tmp_path, marker=marker) as one:
        _fake(one).rejecting = "copyright"
        one.stored.append(_lost_at_the_end(one))
        _fake(one).session_s = 0
        one.fake.world.clock.advance(1200)
        with pytest.raises(PostRefused, match="over copyright"):
            one.run()
        assert len(_fake(one).videos) == 1


def test_an_upload_that_was_rejected_earlier_does_not_stand_for_a_later_one(tmp_path: Path) -> None:
    with youtube(tmp_path) as one:
        _fake(one).rejecting = "copyright"
        with pytest.raises(PostRefused):
            one.run()
        one.fake.world.clock.advance(3600)
        receipt = _armed(one)
        _fake(one).session_s = 0
        assert one.step(receipt, mine=False).stage is Stage.ARMED


@pytest.mark.parametrize("marker", ["clip-7f3a91", ""], ids=["marker", "words"])
def test_another_upload_is_not_taken_for_ours(marker: str, tmp_path: Path) -> None:
    with youtube(tmp_path, marker=marker) as one:
        words = one.job.words.replace(caption="Something else")
        other = one.job.replace(words=words, marker=marker and "clip-000000")
        mine, one.job = one.job, other
        one.run()
        one.job = mine
        receipt = _armed(one)
        _fake(one).session_s = 0
        later = one.step(receipt, mine=False)
        assert (later.stage, later.not_before) == (
            Stage.ARMED,
            one.clock.now + timedelta(minutes=1),
        )
        one.fake.world.clock.advance(600)
        anew = one.step(receipt, mine=False)
        assert (anew.stage, anew.tries, anew.handle) == (Stage.NEW, 1, {})


def test_a_channel_that_cannot_be_read_is_no_proof_that_nothing_is_there(tmp_path: Path) -> None:
    with youtube(tmp_path) as one:
        receipt = _lost_at_the_end(one)
        _fake(one).session_s = 0
        one.fake.world.clock.advance(3600)
        page = b'{"kind": "x", "items": [], "pageInfo": {"totalResults": 0}}'
        one.fake.fail(Fault(body=page), on="GET /youtube/v3/channels")
        with pytest.raises(AccountBlocked, match="no YouTube channel"):
            one.step(receipt, mine=False)
        one.fake.fail(Fault(body=b"{}"), on="GET /youtube/v3/playlistItems")
        with pytest.raises(ServiceUnavailable, match="form nobody knows"):
            one.step(receipt, mine=False)


def _sent(one: Publishing) -> dict[str, Any]:
    receipt = one.run()
    return _fake(one).videos[receipt.public_id].body


@pytest.mark.parametrize(
    ("disclosure", "parts"),
    [
        (Disclosure(), {}),
        (_PAID, {"paidProductPlacementDetails": {"hasPaidProductPlacement": True}}),
        (
            _PAID.replace(sponsors=("@brand.shop",)),
            {
                "paidProductPlacementDetails": {"hasPaidProductPlacement": True},
                "brandPartner": {"channelHandle": "@brand.shop"},
            },
        ),
        (
            _PAID.replace(sponsors=("UCabcdefghijklmnopqrstuv",)),
            {
                "paidProductPlacementDetails": {"hasPaidProductPlacement": True},
                "brandPartner": {"channelId": "UCabcdefghijklmnopqrstuv"},
            },
        ),
    ],
    ids=["nothing", "paid", "handle", "channel"],
)
def test_who_pays_is_said_in_youtubes_own_parts(
    disclosure: Disclosure, parts: dict[str, Any], tmp_path: Path
) -> None:
    with youtube(tmp_path, disclosure=disclosure) as one:
        body = _sent(one)
        assert {name: body[name] for name in body if name not in ("snippet", "status")} == parts


@pytest.mark.parametrize("generated", [False, True])
def test_the_status_says_for_whom_and_how_it_was_made(generated: bool, tmp_path: Path) -> None:
    with youtube(tmp_path, disclosure=Disclosure(ai_generated=generated)) as one:
        body = _sent(one)
        assert body["status"] == {
            "privacyStatus": "public",
            "selfDeclaredMadeForKids": False,
            "containsSyntheticMedia": generated,
        }
        assert body["snippet"]["tags"] == ["clip-7f3a91", "baking"]


@pytest.mark.parametrize(
    ("disclosure", "sentence"),
    [
        (Disclosure(own_brand=True), "YouTube has no field that says"),
        (Disclosure(sponsors=("@brand",)), "not set as a paid partnership"),
        (_PAID.replace(sponsors=("@brand", "@other")), "one sponsor at most"),
        (_PAID.replace(sponsors=("Brand Ltd",)), "'Brand Ltd' is no channel's id"),
    ],
)
def test_what_cannot_be_disclosed_is_not_posted(
    disclosure: Disclosure, sentence: str, tmp_path: Path
) -> None:
    with youtube(tmp_path, disclosure=disclosure) as one:
        (found,) = one.platform.check(one.job, one.account, AccountLimits())
        assert sentence in found


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"duration_ms": 180_001}, "A Short has 180 s at most."),
        ({"width_px": 1281}, "A Short is square or upright."),
        ({"size_bytes": 0}, "The file is empty."),
    ],
)
def test_a_file_that_is_no_short_is_refused_before_it_is_sent(
    changes: dict[str, int], sentence: str, tmp_path: Path
) -> None:
    with youtube(tmp_path) as one:
        job = one.job.replace(file=one.job.file.replace(**changes))
        assert one.platform.check(job, one.account, AccountLimits()) == [sentence]
        assert one.platform.check(one.job, one.account, AccountLimits()) == []


def test_words_that_youtube_would_refuse_are_refused_before_they_are_sent(tmp_path: Path) -> None:
    with youtube(tmp_path) as one:
        words = one.job.words.replace(title="x" * 101, caption="<b>")
        job = one.job.replace(words=words, inbox=True)
        found = one.platform.check(job, one.account, AccountLimits(blocked="It is closed."))
        assert [sentence.split(";")[0] for sentence in found] == [
            "The title has 101 characters",
            "YouTube takes no angle brackets.",
            "YouTube has no drafts for its owner to post.",
            "It is closed.",
        ]


def test_an_owner_who_wants_it_private_gets_it_private(tmp_path: Path) -> None:
    with youtube(tmp_path) as one:
        one.job = one.job.replace(consent=one.job.consent.replace(privacy="SELF_ONLY"))
        assert one.run().stage is Stage.POSTED
        assert one.fake.world.ledger == []


def test_a_video_that_youtube_keeps_private_is_not_called_public(tmp_path: Path) -> None:
    with youtube(tmp_path) as one:
        _fake(one).locked_private = True
        with pytest.raises(PostRefused, match="made it private instead of public"):
            one.run()
        assert one.stored[-1].stage is Stage.PROCESSING


def test_youtube_is_asked_at_a_pace_until_the_video_is_processed(tmp_path: Path) -> None:
    with youtube(tmp_path) as one:
        _fake(one).processing_s = 3 * 3600
        receipt = one.step(_armed(one), mine=True)
        waits = []
        armed_at = one.clock.now
        for hours in (0.0, 0.5, 2.0):
            one.fake.world.clock.advance_to(armed_at + timedelta(hours=hours))
            receipt = one.step(receipt, mine=False)
            assert receipt.not_before is not None
            waits.append((receipt.not_before - one.clock.now).total_seconds())
        assert waits == [20, 180, 900]


def test_a_video_that_is_refused_in_the_end_says_why(tmp_path: Path) -> None:
    with youtube(tmp_path) as one:
        _fake(one).rejecting = "copyright"
        with pytest.raises(PostRefused, match="removed the video over copyright"):
            one.run()


def test_a_duplicate_is_the_post_that_was_taken_for_lost(tmp_path: Path) -> None:
    with youtube(tmp_path) as one:
        first = one.run().public_id
        one.stored.append(Receipt())
        _fake(one).rejecting = "duplicate"
        assert one.run().public_id == first


def test_a_duplicate_of_something_else_is_refused(tmp_path: Path) -> None:
    with youtube(tmp_path) as one:
        _fake(one).rejecting = "duplicate"
        with pytest.raises(PostRefused, match="duplicate of another one"):
            one.run()


_NO_VIDEO = Fault(status=200, body=b'{"items": [], "pageInfo": {"totalResults": 0}}')
_VIDEOS = "GET /youtube/v3/videos"


def test_a_video_that_is_not_listed_yet_is_waited_for_and_a_lost_one_is_for_a_person(
    tmp_path: Path,
) -> None:
    with youtube(tmp_path) as one:
        receipt = one.step(_armed(one), mine=True)
        _fake(one).videos.clear()
        assert one.step(receipt, mine=False).not_before is not None
        one.fake.world.clock.advance(3600)
        once = one.step(receipt, mine=False)
        assert (once.stage, once.not_before) == (
            Stage.PROCESSING,
            one.clock.now + timedelta(minutes=5),
        )
        one.fake.world.clock.advance(300)
        with pytest.raises(PostRefused, match="look at the channel") as caught:
            one.step(once, mine=False)
        # Nobody knows that it is not public, so the post must not count as refused.
        assert kind_of(caught.value) is FailureKind.PERMANENT_METADATA


def test_looks_that_find_nothing_count_only_in_a_row(tmp_path: Path) -> None:
    with youtube(tmp_path) as one:
        _fake(one).processing_s = 7200
        receipt = one.step(_armed(one), mine=True)
        for faults in ([_NO_VIDEO], [], [_NO_VIDEO]):
            one.fake.world.clock.advance(1200)
            one.fake.fail(*faults, on=_VIDEOS)
            receipt = one.step(receipt, mine=False)
        assert receipt.stage is Stage.PROCESSING


def test_what_is_gone_is_told_with_its_reason(tmp_path: Path) -> None:
    with youtube(tmp_path) as one:
        one.run()
        posted = one.stored[-1]
        seen = {"fine": posted, "never": Receipt()}
        for name in ("removed", "private", "blocked", "deleted"):
            one.stored = [Receipt()]
            one.run()
            seen[name] = one.stored[-1]
        videos = _fake(one).videos
        _fake(one).take_down(seen["removed"].public_id)
        videos[seen["private"].public_id].privacy = "private"
        videos[seen["blocked"].public_id].blocked = ("XX",) * 249
        del videos[seen["deleted"].public_id]
        assert one.platform.still_public(seen, one.access, one.clock) == {
            "removed": Gone("YouTube removed the video over copyright.", of_post=True),
            "private": Gone("The video was made private on YouTube."),
            "blocked": Gone("YouTube has blocked the video everywhere.", of_post=True),
            "deleted": Gone("The video is no longer on YouTube."),
        }


def test_the_limits_say_whether_the_login_opens_this_channel(tmp_path: Path) -> None:
    with youtube(tmp_path) as one:
        assert one.platform.limits(one.access, one.clock) == AccountLimits(longest_ms=180_000)
        other = Access(one.account.replace(platform_user_id="UCother"), one.access.token)
        assert "another channel" in one.platform.limits(other, one.clock).blocked
        _fake(one).suspended.add(one.account.platform_user_id)
        with pytest.raises(AccountBlocked, match="suspended or closed"):
            one.platform.limits(one.access, one.clock)


def test_an_answer_is_not_waited_for_without_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with youtube(tmp_path) as one:
        receipt = _armed(one)
        monkeypatch.setattr("clipping.platforms.youtube_api._TIMEOUT_S", 0.05)
        one.fake.fail(Fault(delay_s=0.5), on=_PUT)
        with pytest.raises(OutcomeUnknown):
            one.step(receipt, mine=True)


def test_the_token_goes_to_youtube_alone(tmp_path: Path) -> None:
    with youtube(tmp_path) as one:
        away = {"Location": "http://127.0.0.1:9/upload"}
        one.fake.fail(Fault(status=200, headers=away), on=_BEGIN)
        with pytest.raises(StartAgain, match="no address of its own"):
            one.step(Receipt(), mine=False)


def test_the_only_proxy_is_the_accounts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with youtube(tmp_path) as one:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, "http://127.0.0.1:9")
        assert one.platform.limits(one.access, one.clock).blocked == ""
        one.fake.asked.clear()
        access = Access(one.account, one.access.token, proxy="http://user:hunter2@127.0.0.1:9")
        with pytest.raises(ServiceUnavailable, match="cannot be reached"):
            one.platform.limits(access, one.clock)
        assert one.fake.asked == []


def test_a_proxy_that_cannot_be_used_is_named_without_its_password(tmp_path: Path) -> None:
    with youtube(tmp_path) as one:
        access = Access(one.account, one.access.token, proxy="ftp://user:hunter2@127.0.0.1:9")
        with pytest.raises(AppMisconfigured, match="proxy") as caught:
            one.platform.limits(access, one.clock)
        assert "hunter2" not in repr(caught.value)


def test_a_file_that_has_changed_is_not_sent(tmp_path: Path) -> None:
    with youtube(tmp_path) as one:
        Path(one.job.file.path).write_bytes(b"short")
        with pytest.raises(PostRefused, match="missing or has changed"):
            one.run()
        Path(one.job.file.path).unlink()
        with pytest.raises(PostRefused, match="missing or has changed"):
            one.run()


def test_neither_token_nor_upload_address_is_logged_or_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    for name in ("httpx", "httpcore", "googleapiclient"):
        logging.getLogger(name).setLevel(logging.NOTSET)
    caplog.set_level(logging.DEBUG)
    with youtube(tmp_path) as one:
        token = one.token()
        one.token = lambda: token
        faults = [Fault(status=503), Fault(cut="before"), Fault(status=401, body=b"{}")]
        one.fake.fail(*faults, on=_PUT)
        with pytest.raises(AuthorizationExpired, match="connect the channel again"):
            one.run()
        said = caplog.text + repr(one.errors) + repr(one.access)
        assert token.access not in said
        assert "upload_id" not in said


def test_a_day_holds_no_more_inserts_than_the_apps_bucket(tmp_path: Path) -> None:
    with youtube(tmp_path) as one:
        _fake(one)._most["insert"] = 0
        with pytest.raises(QuotaExhausted, match="daily quota"):
            one.run()
        assert [broken.rule for broken in one.fake.world.violations] == ["quota"]


def test_to_look_at_an_upload_sends_nothing_of_it(tmp_path: Path) -> None:
    with youtube(tmp_path) as one:
        receipt = one.step(_armed(one), mine=False)
        assert (receipt.stage, receipt.sent_bytes) == (Stage.SENDING, 2 * GRAIN)
        assert one.fake.world.ledger == []


def test_a_last_part_that_is_never_taken_is_sent_again_ever_more_rarely_and_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with youtube(tmp_path) as one:
        began, armed = one.clock.now, one.platform.submit

        def submit(job: PostJob, receipt: Receipt, access: Access, clock: Clock) -> Receipt:
            if receipt.stage is Stage.ARMED:
                one.fake.fail(Fault(status=503), on=_PUT)
            return armed(job, receipt, access, clock)

        monkeypatch.setattr(one.platform, "submit", submit)
        with pytest.raises(PostRefused, match="does not take the last part of the upload, 4 times"):
            one.run()
        assert len(one.errors) == 5
        assert timedelta(minutes=20) < one.clock.now - began < timedelta(minutes=25)
        assert one.fake.world.ledger == []


def test_a_video_that_is_there_is_found_by_its_session(tmp_path: Path) -> None:
    with youtube(tmp_path) as one:
        receipt = one.step(_lost_at_the_end(one), mine=False)
        assert receipt.stage is Stage.PROCESSING
        assert receipt.public_id == one.fake.world.ledger[0].public_id
