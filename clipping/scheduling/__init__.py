"""Who posts what when: pure, seeded, explainable."""

from clipping.scheduling.asking import more_moments
from clipping.scheduling.drawing import slot_id
from clipping.scheduling.picture import plan_picture
from clipping.scheduling.planning import plan_day, plan_days
from clipping.scheduling.slots import why_it_cannot_post
from clipping.scheduling.table import plan_table

__all__ = [
    "more_moments",
    "plan_day",
    "plan_days",
    "plan_picture",
    "plan_table",
    "slot_id",
    "why_it_cannot_post",
]
