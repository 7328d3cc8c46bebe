"""Recipes of earlier versions are still read."""

from __future__ import annotations

from typing import Any

from clipping.models import Crop, Framing, RenderPlan
from tests.rendering.clips import bare_plan


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
