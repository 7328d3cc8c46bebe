"""Posting to TikTok, against its fake."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from clipping.errors import (
    AccountBlocked,
    AppMisconfigured,
    AuthorizationExpired,
    OutcomeUnknown,
    PostRefused,
    QuotaExhausted,
    RateLimited,
    ServiceUnavailable,
    StartAgain,
)
from clipping.models import (
    AccountLimits,
    Disclosure,
    PlatformName,
    PostingMethod,
    PostJob,
    Receipt,
    Stage,
)
from clipping.platforms.base import Access, Clock
from clipping.platforms.tiktok import TikTok
from clipping.rehearsal.serving import Fault
from clipping.rehearsal.tiktok import FakeTikTok
from clipping.rehearsal.world import World
from tests.platforms.cases import AGREED, CASES, USER, Case, a_job
from tests.platforms.desk import Desk

CASE: Case = next(case for case in CASES if case.name == "tiktok")
PUT = "PUT /video/{publish_id}"
INIT = "POST /v2/post/publish/video/init/"
PUBLIC = AccountLimits(privacy_levels=("PUBLIC_TO_EVERYONE", "SELF_ONLY"), longest_ms=600_000)


@pytest.fixture
def fake() -> Iterator[FakeTikTok]:
    with CASE.fake(World()).serving() as serving:
        yield serving


@pytest.fixture
def job(tmp_path: Path) -> PostJob:
    return CASE.job(tmp_path)


def _publish(fake: FakeTikTok, job: PostJob, until: Stage | None = None) -> Receipt:
    return Desk(fake.world, job).run(*CASE.enter(fake), until=until)


def _submit(fake: FakeTikTok, job: PostJob, receipt: Receipt) -> Receipt:
    client, access = CASE.enter(fake)
    return client.submit(job, receipt, access, Clock(fake.world.clock.now))


def test_a_post_goes_up_in_chunks_and_gets_its_id_after_moderation(
    fake: FakeTikTok, job: PostJob
) -> None:
    fake.moderation_s = 0
    found = _publish(fake, job)
    assert fake.count(PUT) == 3
    assert found.public_id == fake.world.ledger[0].public_id
    assert found.url == f"https://www.tiktok.com/@ada/video/{found.public_id}"
    assert fake.world.ledger[0].text == "He never came back.\n\n#story"


def test_published_without_an_id_is_posted_and_the_id_is_learned_later(
    fake: FakeTikTok, job: PostJob
) -> None:
    found = _publish(fake, job)
    assert (found.stage, found.public_id) == (Stage.POSTED, "")
    client, access = CASE.enter(fake)
    assert client.poll(job, found, access, Clock(fake.world.clock.now)) == found
    fake.world.clock.advance(60)
    later = client.poll(job, found, access, Clock(fake.world.clock.now))
    assert later.public_id == fake.world.ledger[0].public_id


def test_what_viewers_have_to_be_told_is_sent_in_its_fields(fake: FakeTikTok, job: PostJob) -> None:
    told = Disclosure(paid_partnership=True, own_brand=True, ai_generated=True)
    agreed = AGREED.replace(allow_comments=True, allow_duet=True)
    _publish(fake, job.replace(disclosure=told, consent=agreed))
    [upload] = fake.uploads.values()
    assert upload.info == {
        "title": "He never came back.\n\n#story",
        "privacy_level": "PUBLIC_TO_EVERYONE",
        "disable_comment": False,
        "disable_duet": False,
        "disable_stitch": True,
        "video_cover_timestamp_ms": 1_000,
        "brand_content_toggle": True,
        "brand_organic_toggle": True,
        "is_aigc": True,
    }


def test_what_the_account_has_turned_off_stays_off(fake: FakeTikTok, job: PostJob) -> None:
    client, access = CASE.enter(fake)
    fake.creators[USER].comments_off = True
    agreed = AGREED.replace(allow_comments=True)
    client.submit(job.replace(consent=agreed), Receipt(), access, Clock(fake.world.clock.now))
    [upload] = fake.uploads.values()
    assert upload.info["disable_comment"] is True


def test_a_draft_ends_in_the_inbox_and_asks_nothing_of_direct_posts(
    fake: FakeTikTok, job: PostJob
) -> None:
    found = _publish(fake, job.replace(inbox=True))
    assert found.stage is Stage.INBOX
    assert fake.world.ledger == []
    assert fake.count("POST /v2/post/publish/creator_info/query/") == 0


def test_a_sixth_draft_waits(fake: FakeTikTok, job: PostJob) -> None:
    draft = job.replace(inbox=True)
    for _ in range(5):
        _submit(fake, draft, Receipt())
    fake.world.clock.advance(60)
    with pytest.raises(QuotaExhausted, match="inbox"):
        _submit(fake, draft, Receipt())


_REFUSED: list[tuple[dict[str, Any], dict[str, Any], str]] = [
    ({"size_bytes": 4_000_000_001}, {}, "4 GB"),
    ({"size_bytes": 0}, {}, "4 GB"),
    ({"duration_ms": 600_001}, {}, "600 seconds"),
    ({"width_px": 359}, {}, "360 to 4096"),
    ({"height_px": 4_097}, {}, "360 to 4096"),
    ({"fps": 22.9}, {}, "23 to 60"),
    ({"fps": 60.1}, {}, "23 to 60"),
    ({"cover_ms": 30_001}, {}, "cover"),
    ({}, {"caption": "x" * 2_193}, "2200"),
    ({}, {"caption": "\U0001f600" * 1_097}, "2200"),
    ({}, {"consent": AGREED.replace(privacy="FOLLOWER_OF_CREATOR")}, "FOLLOWER_OF_CREATOR"),
    (
        {},
        {
            "consent": AGREED.replace(privacy="SELF_ONLY"),
            "disclosure": Disclosure(paid_partnership=True),
        },
        "paid partnership",
    ),
    ({}, {"disclosure": Disclosure(paid_partnership=True, sponsors=("acme",))}, "sponsors"),
    ({}, {"inbox": True, "disclosure": Disclosure(ai_generated=True)}, "drafts"),
]


@pytest.mark.parametrize(("file", "post", "said"), _REFUSED, ids=[one[2] for one in _REFUSED])
def test_what_tiktok_would_refuse_is_refused_before_the_upload(
    tmp_path: Path, file: dict[str, Any], post: dict[str, Any], said: str
) -> None:
    job = a_job(PlatformName.TIKTOK, tmp_path)
    words = job.words.replace(caption=post.get("caption", "Words."))
    changes = {name: value for name, value in post.items() if name != "caption"}
    bad = job.replace(file=job.file.replace(**file), words=words, **changes)
    refused = TikTok().check(bad, CASE.account(), PUBLIC)
    assert len(refused) == 1
    assert said in refused[0]


def test_what_tiktok_takes_is_not_refused(tmp_path: Path) -> None:
    job = a_job(PlatformName.TIKTOK, tmp_path)
    longest = job.words.replace(caption="x" * 2_192)
    file = job.file.replace(size_bytes=4_000_000_000, duration_ms=600_000, fps=60, width_px=360)
    post = job.replace(words=longest, file=file)
    assert TikTok().check(post, CASE.account(), PUBLIC) == []


def test_the_accounts_own_longest_clip_counts(tmp_path: Path) -> None:
    job = a_job(PlatformName.TIKTOK, tmp_path)
    limits = PUBLIC.replace(longest_ms=29_999)
    assert TikTok().check(job, CASE.account(), limits) == [
        "This TikTok account may post up to 29 seconds."
    ]


def test_what_has_changed_since_the_plan_stops_the_post_before_any_byte(
    fake: FakeTikTok, job: PostJob
) -> None:
    client, access = CASE.enter(fake)
    fake.creators[USER].private = True
    with pytest.raises(PostRefused, match="privacy level"):
        client.submit(job, Receipt(), access, Clock(fake.world.clock.now))
    assert fake.count(INIT) == 0


def test_limits_are_read_live(fake: FakeTikTok) -> None:
    client, access = CASE.enter(fake)
    clock = Clock(fake.world.clock.now)
    fake.creators[USER].duet_off = True
    limits = client.limits(access, clock)
    assert limits.privacy_levels[0] == "PUBLIC_TO_EVERYONE"
    assert (limits.longest_ms, limits.duet_off, limits.posts_left) == (600_000, True, None)
    fake.post_by_others(USER, 15)
    full = client.limits(access, clock)
    assert full.posts_left == 0
    assert "24 hours" in full.blocked
    inbox = Access(access.account.replace(method=PostingMethod.INBOX), SecretStr("none"))
    assert client.limits(inbox, clock) == AccountLimits()


def test_a_limit_of_the_app_is_none_of_the_account(fake: FakeTikTok) -> None:
    client, access = CASE.enter(fake)
    full = b'{"data": {}, "error": {"code": "reached_active_user_cap", "message": ""}}'
    fake.fail(Fault(status=200, body=full))
    with pytest.raises(QuotaExhausted) as caught:
        client.limits(access, Clock(fake.world.clock.now))
    assert caught.value.__dict__["whole_app"]
    assert caught.value.__dict__["code"] == "reached_active_user_cap"


def test_a_banned_account_an_unaudited_app_and_a_full_day_stop_before_the_upload(
    fake: FakeTikTok, job: PostJob
) -> None:
    client, access = CASE.enter(fake)
    clock = Clock(fake.world.clock.now)
    fake.audited = False
    with pytest.raises(AppMisconfigured):
        client.submit(job, Receipt(), access, clock)
    fake.creators[USER].banned = True
    with pytest.raises(AccountBlocked):
        client.submit(job, Receipt(), access, clock)
    fake.creators[USER].banned = False
    fake.post_by_others(USER, 15)
    with pytest.raises(QuotaExhausted):
        client.submit(job, Receipt(), access, clock)
    assert fake.uploads == {}


def test_an_expired_token_asks_for_its_owner(fake: FakeTikTok, job: PostJob) -> None:
    client, access = CASE.enter(fake)
    fake.world.clock.advance(7_200)
    with pytest.raises(AuthorizationExpired):
        client.submit(job, Receipt(), access, Clock(fake.world.clock.now))


def test_too_many_beginnings_in_a_minute_are_told_to_wait(fake: FakeTikTok, job: PostJob) -> None:
    for _ in range(6):
        _submit(fake, job, Receipt())
    with pytest.raises(RateLimited) as limited:
        _submit(fake, job, Receipt())
    assert limited.value.retry_after_s == 60


def test_an_upload_goes_on_from_where_tiktok_says_it_is(fake: FakeTikTok, job: PostJob) -> None:
    first = _submit(fake, job, Receipt())
    assert _submit(fake, job, first).sent_bytes == 2_000
    # The first chunk's answer was never stored: it is sent again, and refused.
    assert _submit(fake, job, first).sent_bytes == 2_000


@pytest.mark.parametrize("said", ["bytes 0-2000/7000", "bytes 0-1999/7000", ""])
def test_a_count_a_last_place_and_silence_all_tell_what_is_stored(
    fake: FakeTikTok, job: PostJob, said: str
) -> None:
    first = _submit(fake, job, Receipt())
    fake.fail(Fault(status=206, served=True, headers={"Content-Range": said}), on=PUT)
    assert _submit(fake, job, first).sent_bytes == 2_000


def test_an_upload_that_was_not_completed_in_its_hour_begins_anew(
    fake: FakeTikTok, job: PostJob
) -> None:
    first = _submit(fake, job, Receipt())
    fake.world.clock.advance(3_600)
    with pytest.raises(StartAgain):
        _submit(fake, job, first)


def test_an_armed_upload_begins_anew_only_when_its_address_is_dead(
    fake: FakeTikTok, job: PostJob
) -> None:
    armed = _publish(fake, job, until=Stage.ARMED)
    client, access = CASE.enter(fake)
    again = client.reconcile(job, armed, access, Clock(fake.world.clock.now))
    assert (again.stage, again.sent_bytes, again.tries) == (Stage.SENDING, 4_000, 1)
    # Its last chunk may be under way when the address refuses another one.
    fake.fail(Fault(status=403), on=PUT)
    waiting = client.submit(job, armed, access, Clock(fake.world.clock.now))
    assert waiting.stage is Stage.ARMED
    assert waiting.not_before is not None
    assert waiting.not_before - fake.world.clock.now > timedelta(minutes=59)
    fake.world.clock.advance_to(waiting.not_before)
    client, access = CASE.enter(fake)
    new = client.reconcile(job, waiting, access, Clock(fake.world.clock.now))
    assert (new.stage, new.tries) == (Stage.NEW, 1)


def test_an_armed_upload_whose_bytes_are_all_there_is_only_waited_for(
    fake: FakeTikTok, job: PostJob
) -> None:
    armed = _publish(fake, job, until=Stage.ARMED)
    fake.fail(Fault(cut="after"), on=PUT)
    with pytest.raises(OutcomeUnknown):
        _submit(fake, job, armed)
    client, access = CASE.enter(fake)
    found = client.reconcile(job, armed, access, Clock(fake.world.clock.now))
    assert (found.stage, found.sent_bytes, found.tries) == (Stage.PROCESSING, 7_000, 0)


def test_an_upload_that_is_never_taken_is_given_up(fake: FakeTikTok, job: PostJob) -> None:
    fake.chance = lambda name, _: Fault(status=404) if name == PUT else None
    with pytest.raises(PostRefused, match="4 times"):
        _publish(fake, job)
    assert fake.world.ledger == []


@pytest.mark.parametrize(
    ("reason", "error"),
    [
        ("spam_risk", PostRefused),
        ("frame_rate_check_failed", PostRefused),
        ("spam_risk_user_banned_from_posting", AccountBlocked),
    ],
)
def test_a_publication_that_fails_says_why(
    fake: FakeTikTok, job: PostJob, reason: str, error: type[Exception]
) -> None:
    fake.doom = [reason]
    with pytest.raises(error):
        _publish(fake, job)


def test_a_failure_of_tiktoks_own_is_published_again(fake: FakeTikTok, job: PostJob) -> None:
    fake.doom = ["internal"]
    found = _publish(fake, job)
    assert (found.stage, found.tries, len(fake.world.ledger)) == (Stage.POSTED, 1, 1)


def test_it_is_asked_for_ever_more_rarely(fake: FakeTikTok, job: PostJob) -> None:
    fake.processing_s = 4_000
    receipt = _publish(fake, job, until=Stage.PROCESSING)
    client, access = CASE.enter(fake)
    pauses, clock = [], fake.world.clock
    while clock.now < (receipt.armed_at or clock.now) + timedelta(hours=1.5):
        assert receipt.not_before is not None
        pauses.append((receipt.not_before - clock.now).total_seconds())
        clock.advance_to(receipt.not_before)
        receipt = client.poll(job, receipt, access, Clock(clock.now))
        if receipt.settled:
            break
    assert sorted(set(pauses)) == [5, 15, 60, 600]
    assert pauses == sorted(pauses)
    assert receipt.stage is Stage.POSTED


def test_posts_that_are_no_longer_shown_are_told(fake: FakeTikTok, job: PostJob) -> None:
    fake.moderation_s = 0
    posts = {name: _publish(fake, job) for name in ("kept", "gone")}
    posts["untold"] = posts["kept"].replace(public_id="")
    fake.take_down(posts["gone"].public_id)
    client, access = CASE.enter(fake)
    found = client.still_public(posts, access, Clock(fake.world.clock.now))
    assert found.keys() == {"gone"}


@pytest.mark.parametrize("closed", ["private", "banned"])
def test_posts_of_an_account_that_is_closed_are_not_called_removed(
    fake: FakeTikTok, job: PostJob, closed: str
) -> None:
    fake.moderation_s = 0
    posts = {"post": _publish(fake, job)}
    client, access = CASE.enter(fake)
    setattr(fake.creators[USER], closed, True)
    fake.take_down(posts["post"].public_id)
    clock = Clock(fake.world.clock.now)
    assert client.still_public(posts, access, clock) == {}
    setattr(fake.creators[USER], closed, False)
    assert client.still_public(posts, access, clock).keys() == {"post"}


def test_a_file_that_is_not_the_one_that_was_checked_is_not_sent(
    fake: FakeTikTok, job: PostJob
) -> None:
    first = _submit(fake, job, Receipt())
    Path(job.file.path).write_bytes(b"short")
    for receipt in (Receipt(), first):
        with pytest.raises(PostRefused, match="file"):
            _submit(fake, job, receipt)


def test_bytes_go_only_where_they_are_as_safe_as_the_calls(fake: FakeTikTok, job: PostJob) -> None:
    assert TikTok()._is_ours("https://open-upload.tiktokapis.com/video/?upload_id=1")
    assert not TikTok()._is_ours("http://open-upload.tiktokapis.com/video/?upload_id=1")
    assert not TikTok()._is_ours(None)


def test_no_redirect_is_followed_and_no_proxy_taken_from_the_environment(
    fake: FakeTikTok, job: PostJob, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    fake.fail(Fault(status=307, headers={"Location": fake.url + INIT.removeprefix("POST ")}))
    with pytest.raises(ServiceUnavailable):
        _submit(fake, job, Receipt())
    assert fake.count() == 1
    assert _submit(fake, job, Receipt()).stage is Stage.SENDING


def test_an_accounts_own_proxy_is_the_only_way_out(fake: FakeTikTok, job: PostJob) -> None:
    client, access = CASE.enter(fake)
    lost = Access(access.account, access.token, access.app, proxy="http://127.0.0.1:9")
    with pytest.raises(ServiceUnavailable):
        client.submit(job, Receipt(), lost, Clock(fake.world.clock.now))
    asked = fake.count()
    with pytest.raises(ServiceUnavailable):
        client.limits(lost, Clock(fake.world.clock.now))
    assert fake.count() == asked


@pytest.mark.parametrize("proxy", ["user:pass@proxy", "ftp://user:pass@proxy"])
def test_a_proxy_that_is_none_is_told_without_its_password(
    fake: FakeTikTok, job: PostJob, proxy: str
) -> None:
    client, access = CASE.enter(fake)
    wrong = Access(access.account, access.token, access.app, proxy=proxy)
    with pytest.raises(AppMisconfigured) as told:
        client.submit(job, Receipt(), wrong, Clock(fake.world.clock.now))
    assert "pass" not in str(told.value)


def test_an_answer_that_comes_too_late_is_none(fake: FakeTikTok, job: PostJob) -> None:
    armed = _publish(fake, job, until=Stage.ARMED)
    hasty = TikTok(fake.url, megabyte_bytes=100, timeout_s=0.05)
    _, access = CASE.enter(fake)
    late = Fault(delay_s=0.2)
    fake.fail(late, late)
    clock = Clock(fake.world.clock.now)
    with pytest.raises(OutcomeUnknown):
        hasty.submit(job, armed, access, clock)
    with pytest.raises(ServiceUnavailable):
        hasty.reconcile(job, armed, access, clock)
