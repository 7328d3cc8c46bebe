"""Posting to Instagram, against its fake."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from clipping.errors import (
    AccountBlocked,
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
    PostJob,
    Receipt,
    Stage,
)
from clipping.platforms.base import Access, Clock, Gone
from clipping.platforms.instagram import Instagram
from clipping.platforms.instagram_graph import pause_s
from clipping.rehearsal.instagram import FakeInstagram
from clipping.rehearsal.serving import Fault
from clipping.rehearsal.world import World
from tests.platforms.cases import AGREED, CASES, USER, Case, a_job
from tests.platforms.desk import Desk

PATH_B: Case = next(case for case in CASES if case.name == "instagram")
PATH_A: Case = next(case for case in CASES if case.name == "instagram-login")
SEND = "POST /rupload.facebook.com/ig-api-upload/{version}/{container}"
PUBLISH = "POST /{host}/{version}/{user}/media_publish"


@pytest.fixture
def fake() -> Iterator[FakeInstagram]:
    with PATH_A.fake(World()).serving() as serving:
        yield serving


@pytest.fixture
def job(tmp_path: Path) -> PostJob:
    return PATH_B.job(tmp_path)


def _publish(
    fake: FakeInstagram, job: PostJob, until: Stage | None = None, case: Case = PATH_B
) -> Receipt:
    return Desk(fake.world, job).run(*case.enter(fake), until=until)


def _submit(fake: FakeInstagram, job: PostJob, receipt: Receipt, case: Case = PATH_B) -> Receipt:
    client, access = case.enter(fake)
    return client.submit(job, receipt, access, Clock(fake.world.clock.now))


def _reconcile(fake: FakeInstagram, job: PostJob, receipt: Receipt) -> Receipt:
    client, access = PATH_B.enter(fake)
    return client.reconcile(job, receipt, access, Clock(fake.world.clock.now))


def _lost_publication(fake: FakeInstagram, job: PostJob) -> Receipt:
    """An armed receipt of a post that is public, whose answer never came."""
    armed = _publish(fake, job, until=Stage.ARMED)
    fake.fail(Fault(cut="after"))
    with pytest.raises(OutcomeUnknown):
        _submit(fake, job, armed)
    return armed


def test_a_reel_is_uploaded_checked_published_and_known_by_its_address(
    fake: FakeInstagram, job: PostJob
) -> None:
    found = _publish(fake, job)
    [post] = fake.world.ledger
    assert found.url == f"https://www.instagram.com/reel/{post.public_id}/"
    assert (post.sha256, post.text) == (job.file.sha256, "He never came back.\n\n#story")
    [container] = fake.containers.values()
    assert container.fields == {
        "media_type": "REELS",
        "upload_type": "resumable",
        "caption": "He never came back.\n\n#story",
        "share_to_feed": "true",
        "thumb_offset": "1000",
        "is_ai_generated": "false",
    }


def test_by_instagrams_own_login_the_file_is_fetched_from_its_address(
    fake: FakeInstagram, job: PostJob
) -> None:
    told = job.replace(disclosure=Disclosure(ai_generated=True))
    _publish(fake, told, case=PATH_A)
    [container] = fake.containers.values()
    assert container.fields["video_url"] == job.file.url
    assert container.fields["is_ai_generated"] == "true"
    assert fake.count(SEND) == 0


def test_a_paid_partnership_and_its_sponsors_are_declared(
    fake: FakeInstagram, job: PostJob
) -> None:
    told = Disclosure(paid_partnership=True, ai_generated=True, sponsors=("11", "12"))
    _submit(fake, job.replace(disclosure=told), Receipt())
    [container] = fake.containers.values()
    assert container.fields["is_paid_partnership"] == "true"
    assert container.fields["is_ai_generated"] == "true"
    assert json.loads(container.fields["branded_content_sponsor_ids"]) == ["11", "12"]


_PAID = Disclosure(paid_partnership=True)
_REFUSED: list[tuple[Case, dict[str, Any], dict[str, Any], str]] = [
    (PATH_B, {"size_bytes": 300_000_001}, {}, "300 MB"),
    (PATH_B, {"duration_ms": 2_999}, {}, "3 seconds"),
    (PATH_B, {"duration_ms": 900_001}, {}, "15 minutes"),
    (PATH_B, {"fps": 22.9}, {}, "23 to 60"),
    (PATH_B, {"fps": 61}, {}, "23 to 60"),
    (PATH_B, {"width_px": 1_921}, {}, "1920"),
    (PATH_B, {"width_px": 11, "height_px": 1}, {}, "shape"),
    (PATH_B, {"cover_ms": 30_001}, {}, "cover"),
    (PATH_B, {}, {"caption": "x" * 2_201}, "2200"),
    (PATH_B, {}, {"caption": "#a #b #c #d #e #f"}, "five hashtags"),
    (PATH_B, {}, {"caption": "@a " * 21}, "twenty mentions"),
    (PATH_B, {}, {"inbox": True}, "drafts"),
    (PATH_B, {}, {"consent": AGREED.replace(privacy="SELF_ONLY")}, "public only"),
    (PATH_B, {}, {"disclosure": Disclosure(own_brand=True)}, "own business"),
    (PATH_B, {}, {"disclosure": Disclosure(sponsors=("1",))}, "not declared"),
    (PATH_B, {}, {"disclosure": _PAID.replace(sponsors=("1", "2", "3"))}, "two sponsors"),
    (PATH_A, {}, {"disclosure": _PAID}, "connect it by Facebook"),
    (PATH_A, {"url": ""}, {}, "public https address"),
    (PATH_A, {"url": "http://media.example/clip.mp4"}, {}, "public https address"),
]


@pytest.mark.parametrize(
    ("case", "file", "post", "said"), _REFUSED, ids=[one[3] for one in _REFUSED]
)
def test_what_instagram_would_refuse_is_refused_before_the_upload(
    tmp_path: Path, case: Case, file: dict[str, Any], post: dict[str, Any], said: str
) -> None:
    job = a_job(PlatformName.INSTAGRAM, tmp_path)
    words = job.words.replace(caption=post.get("caption", "Words."), hashtags=())
    changes = {name: value for name, value in post.items() if name != "caption"}
    bad = job.replace(file=job.file.replace(**file), words=words, **changes)
    refused = Instagram().check(bad, case.account(), AccountLimits())
    assert len(refused) == 1
    assert said in refused[0]


def test_an_account_whose_login_is_not_known_is_refused(tmp_path: Path) -> None:
    job = a_job(PlatformName.INSTAGRAM, tmp_path)
    account = PATH_B.account().replace(login_path="")
    assert len(Instagram().check(job, account, AccountLimits())) == 1


def test_what_is_refused_does_not_reach_instagram(fake: FakeInstagram, job: PostJob) -> None:
    with pytest.raises(PostRefused, match="own business"):
        _submit(fake, job.replace(disclosure=Disclosure(own_brand=True)), Receipt())
    assert fake.count() == 0


def test_nothing_is_published_before_the_copyright_check_is_through(
    fake: FakeInstagram, job: PostJob
) -> None:
    fake.processing_s, fake.checking_s = 5, 200
    _publish(fake, job)
    [container] = fake.containers.values()
    assert container.whole_at is not None
    assert fake.world.ledger[0].at >= container.whole_at + timedelta(seconds=200)
    assert fake.world.violations == []


def test_a_clip_with_somebody_elses_material_is_not_published(
    fake: FakeInstagram, job: PostJob
) -> None:
    fake.matches = 1
    with pytest.raises(PostRefused, match="somebody else"):
        _publish(fake, job)
    assert fake.world.ledger == []


def test_a_check_that_does_not_end_begins_anew_and_is_given_up_in_the_end(
    fake: FakeInstagram, job: PostJob
) -> None:
    fake.checking_s = 1e6
    sent = _publish(fake, job, until=Stage.SENT)
    fake.world.clock.advance(1_700)
    assert _submit(fake, job, sent).stage is Stage.SENT
    fake.world.clock.advance(100)
    with pytest.raises(StartAgain, match="30 minutes"):
        _submit(fake, job, sent)
    with pytest.raises(PostRefused, match="4 times"):
        _submit(fake, job, sent.replace(tries=3))


def test_an_upload_goes_on_from_the_byte_that_instagram_has(
    fake: FakeInstagram, job: PostJob
) -> None:
    begun = _submit(fake, job, Receipt())
    fake.fail(Fault(keep_bytes=3_000), on=SEND)
    with pytest.raises(ServiceUnavailable):
        _submit(fake, job, begun)
    [container] = fake.containers.values()
    assert len(container.stored) == 3_000
    assert _submit(fake, job, begun).stage is Stage.SENT
    assert bytes(container.stored) == Path(job.file.path).read_bytes()


@pytest.mark.parametrize(
    "said",
    [
        b'{"status_code": "FINISHED"}',
        b'{"status_code": "IN_PROGRESS", "video_status": {"uploading_phase": '
        b'{"status": "complete"}}}',
    ],
)
def test_what_instagram_says_is_complete_is_not_sent_again(
    fake: FakeInstagram, job: PostJob, said: bytes
) -> None:
    begun = _submit(fake, job, Receipt())
    fake.fail(Fault(status=200, body=said))
    assert _submit(fake, job, begun).stage is Stage.SENT
    assert fake.count(SEND) == 0


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b'{"debug_info": {"retriable": false, "type": "ProcessingFailedError"}}', PostRefused),
        (b'{"debug_info": {"retriable": true, "type": "Other"}}', ServiceUnavailable),
        (b'{"error": {"code": 190, "error_subcode": 460}}', AuthorizationExpired),
    ],
)
def test_a_refused_upload_says_whether_it_may_be_sent_again(
    fake: FakeInstagram, job: PostJob, body: bytes, error: type[Exception]
) -> None:
    begun = _submit(fake, job, Receipt())
    fake.fail(Fault(status=400, body=body), on=SEND)
    with pytest.raises(error):
        _submit(fake, job, begun)


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("Error: Media upload has failed with error code 2207026", PostRefused),
        ("Error: Media upload has failed with error code 2207050", AccountBlocked),
        ("Error: Media upload has failed with error code 2207053", StartAgain),
    ],
)
def test_a_container_that_fails_says_why(
    fake: FakeInstagram, job: PostJob, text: str, error: type[Exception]
) -> None:
    fake.doom = [text]
    receipt = _publish(fake, job, until=Stage.SENT)
    fake.world.clock.advance(60)
    with pytest.raises(error):
        _submit(fake, job, receipt)


def test_a_container_that_failed_is_over_also_when_it_was_armed(
    fake: FakeInstagram, job: PostJob
) -> None:
    armed = _publish(fake, job, until=Stage.ARMED)
    failed = b'{"status_code": "ERROR", "status": "Error: 2207050"}'
    fake.fail(Fault(status=200, body=failed))
    with pytest.raises(AccountBlocked) as caught:
        _reconcile(fake, job, armed)
    assert caught.value.__dict__["unarmed"] == Receipt(tries=1)


def test_a_container_that_has_expired_begins_anew(fake: FakeInstagram, job: PostJob) -> None:
    armed = _publish(fake, job, until=Stage.ARMED)
    fake.world.clock.advance(86_400)
    again = _reconcile(fake, job, armed)
    assert (again.stage, again.tries) == (Stage.NEW, 1)


def test_a_container_that_cannot_be_read_is_looked_for_twice(
    fake: FakeInstagram, job: PostJob
) -> None:
    sent = _publish(fake, job, until=Stage.SENT)
    fake.containers.clear()
    for _ in range(2):
        sent = _submit(fake, job, sent)
    with pytest.raises(StartAgain):
        _submit(fake, job, sent)


def test_nothing_is_sent_again_when_nobody_can_tell(fake: FakeInstagram, job: PostJob) -> None:
    armed = _publish(fake, job, until=Stage.ARMED)
    fake.containers.clear()
    for _ in range(2):
        armed = _reconcile(fake, job, armed)
        assert armed.stage is Stage.ARMED
    with pytest.raises(PostRefused, match="look at the account"):
        _reconcile(fake, job, armed)


def test_a_container_that_is_gone_may_still_have_been_published(
    fake: FakeInstagram, job: PostJob
) -> None:
    armed = _lost_publication(fake, job)
    fake.containers.clear()
    for _ in range(3):
        fake.world.clock.advance(60)
        armed = _reconcile(fake, job, armed)
    assert (armed.stage, armed.public_id) == (Stage.POSTED, fake.world.ledger[0].public_id)


def test_published_too_early_it_waits(fake: FakeInstagram, job: PostJob) -> None:
    armed = _publish(fake, job, until=Stage.ARMED)
    early = b'{"error": {"code": 9007, "error_subcode": 2207027}}'
    fake.fail(Fault(status=400, body=early), on=PUBLISH)
    again = _submit(fake, job, armed)
    assert (again.stage, again.tries) == (Stage.SENT, 1)
    assert Desk(fake.world, job, again).run(*PATH_B.enter(fake)).settled
    assert len(fake.world.ledger) == 1


def test_a_publication_that_does_not_show_yet_is_not_published_again(
    fake: FakeInstagram, job: PostJob
) -> None:
    fake.lag_s = 15
    armed = _lost_publication(fake, job)
    first = _reconcile(fake, job, armed)
    assert first.stage is Stage.ARMED
    fake.world.clock.advance(10)
    assert _reconcile(fake, job, first).stage is Stage.ARMED
    fake.world.clock.advance(10)
    assert _reconcile(fake, job, first).stage is Stage.POSTED


def test_a_lost_publication_is_found_by_caption_and_time_never_as_the_newest(
    fake: FakeInstagram, job: PostJob
) -> None:
    words = job.words.replace(caption="Another clip.")
    _publish(fake, job)
    fake.world.clock.advance(3_600)
    armed = _lost_publication(fake, job)
    mine = fake.world.ledger[-1].public_id
    _publish(fake, job.replace(words=words))
    fake.world.clock.advance(60)
    assert _reconcile(fake, job, armed).public_id == mine


def test_of_two_with_one_caption_none_is_guessed(fake: FakeInstagram, job: PostJob) -> None:
    armed = _lost_publication(fake, job)
    _publish(fake, job)
    fake.world.clock.advance(60)
    found = _reconcile(fake, job, armed)
    assert (found.stage, found.public_id) == (Stage.PROCESSING, "")
    fake.world.clock.advance(900)
    client, access = PATH_B.enter(fake)
    last = client.poll(job, found, access, Clock(fake.world.clock.now))
    assert (last.stage, last.public_id) == (Stage.POSTED, "")


def test_the_quota_is_read_live(fake: FakeInstagram, job: PostJob) -> None:
    client, access = PATH_B.enter(fake)
    _publish(fake, job)
    limits = client.limits(access, Clock(fake.world.clock.now))
    assert (limits.posts_left, limits.longest_ms) == (49, 900_000)


def test_the_quota_is_read_again_before_each_publication(fake: FakeInstagram, job: PostJob) -> None:
    sent = _publish(fake, job, until=Stage.SENT)
    fake.world.clock.advance(60)
    fake.publishing.take(USER, fake.world.clock.now)
    fake.publishing.most = 1
    for _ in range(2):
        with pytest.raises(QuotaExhausted, match="as often as Instagram lets it"):
            _submit(fake, job, sent)
    assert (fake.count(PUBLISH), fake.world.violations) == (0, [])
    fake.publishing.most = 2
    armed = _submit(fake, job, sent)
    assert _submit(fake, job, armed).public_id
    assert len(fake.world.ledger) == 1


def test_a_full_day_a_spam_block_and_a_restriction_stop_the_account(
    fake: FakeInstagram, job: PostJob
) -> None:
    armed = _publish(fake, job, until=Stage.ARMED)
    full = b'{"error": {"code": 9, "error_subcode": 2207042}}'
    fake.fail(Fault(status=403, body=full))
    with pytest.raises(QuotaExhausted):
        _submit(fake, job, armed)
    client, access = PATH_B.enter(fake)
    clock = Clock(fake.world.clock.now)
    fake.profiles[USER].spam = True
    with pytest.raises(AccountBlocked, match="spam"):
        client.submit(job, armed, access, clock)
    fake.profiles[USER].spam, fake.profiles[USER].restricted = False, True
    with pytest.raises(AccountBlocked, match="restricted"):
        client.submit(job, armed, access, clock)
    assert fake.world.ledger == []


def test_throttling_says_how_long_by_the_usage_headers(fake: FakeInstagram, job: PostJob) -> None:
    usage = json.dumps({USER: [{"call_count": 100, "estimated_time_to_regain_access": 7}]})
    throttled = Fault(
        status=400,
        body=b'{"error": {"code": 80002}}',
        headers={"X-Business-Use-Case-Usage": usage},
    )
    fake.fail(throttled)
    with pytest.raises(RateLimited) as limited:
        _submit(fake, job, Receipt())
    assert limited.value.retry_after_s == 420


@pytest.mark.parametrize(
    ("headers", "pause"),
    [
        ({}, 0),
        ({"x-app-usage": '{"call_count": 79}'}, 0),
        ({"x-app-usage": '{"call_count": 10, "total_time": 80}'}, 60),
        ({"x-business-use-case-usage": '{"1": [{"type": "instagram", "call_count": 95}]}'}, 300),
        (
            {
                "x-business-use-case-usage": '{"1": [{"estimated_time_to_regain_access": 2}]}',
                "x-app-usage": "broken",
            },
            120,
        ),
        ({"x-app-usage": "[1]", "x-business-use-case-usage": '{"1": 5}'}, 0),
    ],
)
def test_calls_keep_apart_the_closer_they_come_to_a_limit(
    headers: dict[str, str], pause: float
) -> None:
    assert pause_s(headers) == pause


def test_a_container_is_asked_for_ever_more_rarely(fake: FakeInstagram, job: PostJob) -> None:
    fake.processing_s = 1_000
    client, access = PATH_B.enter(fake)
    receipt, clock, pauses = _publish(fake, job, until=Stage.SENT), fake.world.clock, []
    while receipt.stage is Stage.SENT:
        assert receipt.not_before is not None
        pauses.append((receipt.not_before - clock.now).total_seconds())
        clock.advance_to(receipt.not_before)
        receipt = client.submit(job, receipt, access, Clock(clock.now))
    assert pauses[:6] == [5] * 6
    assert sorted(set(pauses)) == [5, 30, 60]
    assert pauses == sorted(pauses)


def test_an_expired_token_asks_for_its_owner(fake: FakeInstagram, job: PostJob) -> None:
    client, access = PATH_B.enter(fake)
    fake.world.clock.advance(61 * 86_400)
    with pytest.raises(AuthorizationExpired):
        client.submit(job, Receipt(), access, Clock(fake.world.clock.now))


def test_posts_that_are_gone_or_claimed_are_told(fake: FakeInstagram, job: PostJob) -> None:
    posts = {name: _publish(fake, job) for name in ("kept", "gone", "claimed")}
    posts["untold"] = posts["kept"].replace(public_id="")
    fake.take_down(posts["gone"].public_id)
    fake.media[posts["claimed"].public_id].matches = True
    client, access = PATH_B.enter(fake)
    found = client.still_public(posts, access, Clock(fake.world.clock.now))
    assert found == {
        "gone": Gone("Instagram no longer has the post."),
        "claimed": Gone("Instagram has found somebody else's material in the post.", of_post=True),
    }


def test_a_lost_permission_is_not_taken_for_a_removed_post(
    fake: FakeInstagram, job: PostJob
) -> None:
    posts = {"kept": _publish(fake, job)}
    client, access = PATH_B.enter(fake)
    gone = b'{"error": {"code": 100, "error_subcode": 33}}'
    fake.fail(Fault(status=400, body=gone), Fault(status=400, body=b'{"error": {"code": 10}}'))
    with pytest.raises(AuthorizationExpired):
        client.still_public(posts, access, Clock(fake.world.clock.now))


def test_the_token_goes_only_to_the_upload_host(fake: FakeInstagram, job: PostJob) -> None:
    client = Instagram(f"{fake.url}/graph.facebook.com", upload_url="https://rupload.facebook.com/")
    _, access = PATH_B.enter(fake)
    with pytest.raises(ServiceUnavailable):
        client.submit(job, Receipt(), access, Clock(fake.world.clock.now))


def test_a_file_that_is_not_the_one_that_was_checked_is_not_sent(
    fake: FakeInstagram, job: PostJob
) -> None:
    begun = _submit(fake, job, Receipt())
    Path(job.file.path).unlink()
    for receipt in (Receipt(), begun):
        with pytest.raises(PostRefused, match="file"):
            _submit(fake, job, receipt)


def test_an_accounts_own_proxy_is_the_only_way_out(fake: FakeInstagram, job: PostJob) -> None:
    client, access = PATH_B.enter(fake)
    lost = Access(access.account, access.token, access.app, proxy="http://127.0.0.1:9")
    with pytest.raises(ServiceUnavailable):
        client.submit(job, Receipt(), lost, Clock(fake.world.clock.now))


def test_words_that_cannot_be_sent_are_refused(fake: FakeInstagram, job: PostJob) -> None:
    words = job.words.replace(caption="half an emoji: \ud83d")
    with pytest.raises(PostRefused, match="characters"):
        _submit(fake, job.replace(words=words), Receipt())
