"""Who posts what when: pure, seeded, explainable."""

from clipping.scheduling.picture import plan_picture
from clipping.scheduling.planning import plan_day, plan_days
from clipping.scheduling.table import plan_table

__all__ = ["plan_day", "plan_days", "plan_picture", "plan_table"]
