"""Values that stages pass on: boxes, and recipes of earlier versions."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from clipping.models import Account, Box, Crop, Framing, PlatformName, RenderPlan
from tests.rendering.clips import bare_plan

BOX = Box(left=100, top=200, right=300, bottom=260)


@pytest.mark.parametrize(
    ("other", "shared_px2"),
    [
        (BOX, 12_000),
        (Box(left=0, top=0, right=1080, bottom=1920), 12_000),
        (Box(left=250, top=250, right=900, bottom=900), 500),
        (Box(left=300, top=200, right=400, bottom=260), 0),
        (Box(left=100, top=260, right=300, bottom=300), 0),
        (Box(left=400, top=300, right=500, bottom=400), 0),
    ],
    ids=["itself", "around", "corner", "touching beside", "touching below", "apart"],
)
def test_what_two_boxes_share_is_the_same_from_either_side(other: Box, shared_px2: int) -> None:
    assert BOX.shared_px2(other) == other.shared_px2(BOX) == shared_px2


def test_a_box_turned_inside_out_has_no_area() -> None:
    assert BOX.area_px2 == 12_000
    assert Box(left=300, top=260, right=100, bottom=200).area_px2 == 0


def test_two_instants_of_an_autumn_night_are_told_apart() -> None:
    account = Account(
        account_id="a", client="acme", platform=PlatformName.X, handle="a", timezone="Europe/Berlin"
    )
    first = datetime(2026, 10, 25, 0, 30, 5, tzinfo=UTC)
    assert account.clock(first) == "2026-10-25 02:30+02:00 Europe/Berlin"
    assert account.clock(first + timedelta(hours=1)) == "2026-10-25 02:30+01:00 Europe/Berlin"
    assert account.clock(first, "seconds") == "2026-10-25 02:30:05+02:00 Europe/Berlin"
    for zone in ("UTC", "Mars/Base"):
        assert account.replace(timezone=zone).clock(first) == "2026-10-25 00:30 UTC"


def test_a_recipe_with_one_crop_is_read_as_one_still_framing() -> None:
    values: dict[str, Any] = bare_plan().model_dump(mode="json")
    crop = {"left_px": 436, "top_px": 0, "width_px": 404, "height_px": 720}
    for name in ("framings", "faces", "join_frame", "choices"):
        values.pop(name)
    values["style"] = "minimal"
    plan = RenderPlan.model_validate({**values, "crop": crop, "version": 1})
    assert plan.framings == (Framing(start_frame=0, end_frame=300, crops=(Crop(**crop),)),)
    assert plan.choices.style == "minimal"
    assert plan.join_frame is None
    assert plan.body_hash() is None
