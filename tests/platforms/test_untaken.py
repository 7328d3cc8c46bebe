"""Which answers to the last request say that the post is as it was before it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from clipping.errors import AuthorizationExpired, ClippingError
from clipping.models import Receipt, Stage
from clipping.platforms.beginnings import untaken
from clipping.platforms.failures import FailureKind, failure
from clipping.rehearsal.serving import Fault
from tests.platforms.publishing import Publishing, x, youtube

_NOTHING_DONE = (
    "retry_after",
    "quota_until",
    "reauth",
    "account_blocked",
    "app_misconfigured",
    "billing",
)


@pytest.mark.parametrize("kind", FailureKind)
def test_only_a_pause_or_trouble_of_the_account_or_the_app_takes_a_post_back(
    kind: FailureKind,
) -> None:
    before = Receipt(stage=Stage.SENT)
    told = untaken(failure(kind, "No."), before).__dict__.get("unarmed")
    assert told == (before if kind.value in _NOTHING_DONE else None)


@pytest.mark.parametrize(
    ("platform", "before"), [(x, Stage.SENT), (youtube, Stage.SENDING)], ids=["x", "youtube"]
)
def test_a_post_is_taken_back_only_where_the_last_request_itself_is_refused(
    platform: Callable[[Path], AbstractContextManager[Publishing]], before: Stage, tmp_path: Path
) -> None:
    with platform(tmp_path) as one:
        receipt, refused = Receipt(), Fault(status=401, body=b"{}")
        while receipt.stage is not Stage.ARMED:
            if receipt.not_before is not None:
                one.fake.world.clock.advance_to(receipt.not_before)
            receipt = one.step(receipt, mine=True)
        one.fake.fail(refused)
        with pytest.raises(AuthorizationExpired) as caught:
            one.step(receipt, mine=True)
        assert caught.value.__dict__["unarmed"].stage is before
        one.fake.fail(Fault(status=503))
        with pytest.raises(ClippingError) as unsure:
            one.step(receipt, mine=True)
        assert "unarmed" not in unsure.value.__dict__
        one.fake.world.clock.advance(60)
        one.fake.fail(refused)
        with pytest.raises(AuthorizationExpired) as looked:
            one.step(receipt, mine=False)
        assert "unarmed" not in looked.value.__dict__
